#!/usr/bin/env bash
# Gives scanned pages a reader: tesseract where apt-get may install it, else rapidocr from pip. Never fails:
# board-qa works without, and `board-qa doctor` repeats the advice.
# In: PIP, the pip command of the virtual environment.
set -u

have_tesseract() { command -v tesseract >/dev/null 2>&1 && tesseract --list-langs 2>/dev/null | grep -qx osd; }

have_tesseract && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing tesseract for scanned pages …"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-eng tesseract-ocr-osd; } >/dev/null 2>&1
  have_tesseract && exit 0
fi
echo "tesseract is not installed, so scanned pages will be read by the slower rapidocr."
echo "Better: sudo apt install tesseract-ocr tesseract-ocr-osd   (macOS: brew install tesseract)"
$PIP install -c constraints.txt --no-build-isolation -e '.[ocr]' ||
  echo "rapidocr could not be installed either: scanned pages stay unread until one of the two is."
exit 0
