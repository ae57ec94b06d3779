"""Every limit on what one PDF may cost, listed for the people who run a service in docs/security.md.

A file that passes one is refused with LimitExceededError, or, where that is said, cut. The limits of the process
hold on every system that has them; macOS knows none of the address space.
"""

from __future__ import annotations

from dataclasses import dataclass

# Of a file
MAX_FILE_BYTES = 1_000_000_000
MAX_PAGES = 10_000
MAX_CHARS_PER_PAGE = 60_000  # a dense A3 appendix has about 20,000; the rest of the page is cut
MAX_CHARS_PER_FILE = 50_000_000  # a pack of 1,000 full pages has 4 million
MAX_OUTLINE_ENTRIES = 5_000  # the rest is left out
MAX_RENDER_PIXELS = 40_000_000  # 300 dpi of A3 is 17 million; a larger picture is drawn smaller

# Of the process that opens it: a process of its own for each file, picture or copy
FILE_SECONDS = 7_200.0  # reading a whole file, recognition of its scans included
PAGE_SECONDS = 240.0  # without a page being done: recognition may run three times, 60 s each
PICTURE_SECONDS = 30.0  # drawing one page
COPY_SECONDS = 600.0  # writing a copy without encryption, or with hidden pages blank
PAGE_CPU_SECONDS = 60.0  # of the processor for one page
CPU_SECONDS = 3_600  # of the processor for a whole file; each run of recognition counts by itself
ADDRESS_SPACE_BYTES = 2 << 30
OPEN_FILES = 64
WRITTEN_FILE_BYTES = 0  # it writes no file; copies are written by who asked for them
CORE_DUMP_BYTES = 0
MAX_MESSAGE_BYTES = 64 << 20  # one page or picture as it is handed back
MAX_PLAIN_PAGE_BYTES = 64 << 20  # one page unpacked
MAX_COPY_BYTES = 2 * MAX_FILE_BYTES
PICTURES_AT_ONCE = 2  # in one service; the others wait


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost: bytes, pages, characters of one page and of all, pixels of one picture."""

    file_bytes: int = MAX_FILE_BYTES
    pages: int = MAX_PAGES
    page_chars: int = MAX_CHARS_PER_PAGE
    file_chars: int = MAX_CHARS_PER_FILE
    render_pixels: int = MAX_RENDER_PIXELS


DEFAULT = Limits()
