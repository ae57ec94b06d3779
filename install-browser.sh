#!/usr/bin/env bash
# Gives the tests of the pages a browser: Debian's chromium where apt-get may install it, elsewhere Playwright's own
# (PYTHON is the interpreter that has Playwright). Never fails: without one those tests are skipped, and say so.
set -u

have_browser() {
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  return 1
}

have_browser && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing chromium for the tests of the pages …"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1
  have_browser && exit 0
fi
echo "Fetching Playwright's Chromium for the tests of the pages …"
"${PYTHON:-python3}" -m playwright install chromium >/dev/null 2>&1 && exit 0
echo "No Chromium is installed, so the tests in a browser will be skipped: sudo apt install chromium"
exit 0
