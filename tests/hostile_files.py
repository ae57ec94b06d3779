"""PDFs made to do harm, written byte by byte: bombs, endless lists, deep nesting, pages and pictures beyond measure."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

MB = 1 << 20
HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
A4 = b"[0 0 595 842]"


def write(path: Path, objects: Mapping[int, bytes]) -> Path:
    """A PDF of these objects, by number; 1 is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    places: dict[int, int] = {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    path.write_bytes(out)
    return path


def stream(content: bytes, told: bytes = b"") -> bytes:
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(content), told, content)


def packed(block: bytes, times: int, level: int = 6) -> bytes:
    """``block`` repeated, compressed without ever being whole in memory."""
    packer = zlib.compressobj(level)
    return b"".join(packer.compress(block) for _ in range(times)) + packer.flush()


def one_page(
    path: Path, contents: bytes, box: bytes = A4, page: bytes = b"", resources: bytes = b"", **more: bytes
) -> Path:
    """A PDF of one page; ``more`` are objects from number 6 on, in order."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox %b /Contents 4 0 R /Resources << /Font << /F 5 0 R >> %b >> %b >>"
        % (box, resources, page),
        4: contents,
        5: HELVETICA,
    }
    return write(path, objects | dict(enumerate(more.values(), start=6)))


def sentence(text: str = "The ferry is late.") -> bytes:
    return b"BT /F 11 Tf 72 700 Td (%b) Tj ET\n" % text.encode("ascii")


def flate_bomb(path: Path) -> Path:
    """Less than a kilobyte that unpacks to 300 MB, twice packed."""
    inner = packed(b" " * MB, 300)
    return one_page(path, stream(zlib.compress(inner, 9), b"/Filter [/FlateDecode /FlateDecode]"))


def many_pages(path: Path, count: int) -> Path:
    """A PDF of so many pages, each an object of its own."""
    pages = {5 + n: b"<< /Type /Page /Parent 2 0 R /MediaBox %b /Contents 4 0 R >>" % A4 for n in range(count)}
    kids = b" ".join(b"%d 0 R" % number for number in pages)
    listed = b"<< /Type /Pages /Count %d /Kids [%b] /Resources << /Font << /F 3 0 R >> >> >>" % (count, kids)
    catalogue = b"<< /Type /Catalog /Pages 2 0 R >>"
    return write(path, {1: catalogue, 2: listed, 3: HELVETICA, 4: stream(sentence()), **pages})


def same_page_listed(path: Path, count: int) -> Path:
    """A page tree of so many entries that are all the same page."""
    kids = b"3 0 R " * count
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox %b /Contents 4 0 R >>" % A4
    listed = b"<< /Type /Pages /Count %d /Kids [%b] >>" % (count, kids)
    return write(path, {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: listed, 3: page, 4: stream(sentence())})


def deep_page_tree(path: Path, depth: int) -> Path:
    """One page under so many branches of one kid each."""
    branches = {
        n: b"<< /Type /Pages /Parent %d 0 R /Kids [%d 0 R] /Count 1 >>" % (n - 1, n + 1) for n in range(2, depth + 2)
    }
    page = b"<< /Type /Page /Parent %d 0 R /MediaBox %b >>" % (depth + 1, A4)
    return write(path, {1: b"<< /Type /Catalog /Pages 2 0 R >>", **branches, depth + 2: page})


def nested(path: Path, depth: int, begin: bytes = b"[", end: bytes = b"]") -> Path:
    """A page with arrays, or dictionaries, so deep within each other, in its object and in its contents."""
    deep = begin * depth + end * depth
    return one_page(path, stream(deep + b" /X BDC " + sentence() + b" EMC"), page=b"/PieceInfo " + deep)


def huge_box(path: Path, side: bytes = b"1000000000") -> Path:
    """A page a thousand times as large as a county."""
    return one_page(path, stream(sentence()), box=b"[0 0 %b %b]" % (side, side))


def giant_image(path: Path, side: int = 30_000) -> Path:
    """A page under a white picture of ``side`` times ``side`` dots."""
    told = (
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 1 /Decode [1 0]"
        % (
            side,
            side,
        )
    )
    image = stream(packed(bytes(side // 8), side, 1), told + b" /Filter /FlateDecode")
    drawn = b"q 595 0 0 842 0 0 cm /I Do Q " + sentence()
    return one_page(path, stream(drawn), resources=b"/XObject << /I 6 0 R >>", image=image)


def endless_drawing(path: Path, shapes: int = 3_000_000) -> Path:
    """A page of so many shapes, each an object to whoever reads or draws it."""
    return one_page(
        path, stream(packed(b"0 0 9 9 re f 9 9 m 50 700 l S\n" * 1000, shapes // 2000), b"/Filter /FlateDecode")
    )
