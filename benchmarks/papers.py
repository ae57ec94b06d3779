"""The PDFs that are measured: the sample packs or those named, and copies of them with other bytes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pypdf import PdfReader, PdfWriter

SAMPLES = Path("build/samples")


def chosen(paths: Sequence[Path]) -> list[Path]:
    """Every PDF named or in a folder named; the sample packs, built where need be, if none is."""
    if not paths:
        if not any(SAMPLES.glob("*.pdf")):
            subprocess.run([sys.executable, "-m", "tests.packs.build", str(SAMPLES)], check=True, stdout=sys.stderr)
        paths = [SAMPLES]
    found = [file for path in paths for file in (sorted(path.rglob("*.pdf")) if path.is_dir() else [path])]
    missing = [str(file) for file in found if not file.is_file()]
    if missing or not found:
        sys.exit(f"no PDF to measure: {', '.join(missing) or 'the folders hold none'}")
    return found


def repeated(files: Sequence[Path], pages: int, folder: Path) -> list[Path]:
    """``files``, then copies of them in ``folder`` with one more metadata entry, until there are ``pages`` pages.

    The index takes the same bytes once only, so each copy has to differ.
    """
    lengths = {file: len(PdfReader(file).pages) for file in files}
    found, total = list(files), sum(lengths.values())
    while total < pages:
        file = files[len(found) % len(files)]
        copy = PdfWriter(clone_from=file)
        copy.add_metadata({"/Keywords": f"copy {len(found)}"})
        path = folder / f"copy-{len(found)}-{file.name}"
        copy.write(path)
        found.append(path)
        total += lengths[file]
    return found
