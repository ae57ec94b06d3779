"""The indexed papers as they may be seen: packs, their pages, and the PDFs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from pathlib import Path
from typing import TypeVar

from index.copies import copy_of
from index.errors import BoardQAError, UnknownPackError
from index.model import Access, Page, Passage
from index.records import PUBLIC_ONLY, PackRecord, StoredPack, StoredPage
from index.store import Store
from qa.errors import UnknownPageError
from qa.listing import pack_info, page_info
from qa.model import Answer, PackInfo, PageInfo, PageView
from qa.settings import Settings

T = TypeVar("T")
TRIES = 3  # to look at a pack that is being replaced
FILES = "files"  # folder of the copies of the indexed PDFs, each named by its content


class Papers:
    """What one data folder holds; only what has one of the access levels is given, told of or counted."""

    def __init__(self, settings: Settings, store: Store, access: frozenset[Access]) -> None:
        self.settings = settings
        self._store = store
        self._access = access

    @property
    def _files(self) -> Path:
        return self.settings.data / FILES

    def packs(self) -> list[PackInfo]:
        """Every pack that may be seen, by meeting date."""
        return [pack_info(pack) for pack in self._store.packs(self._access)]

    def texts(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], str]:
        """The texts of pages (pack id, PDF page), without those that are not there or may not be seen."""
        return self._store.page_texts(places, self._access)

    def sees(self, places: Set[tuple[str, int]]) -> bool:
        """Whether all these pages (pack id, PDF page) are there and may be seen."""
        return len(self.texts(places)) == len(places)

    def _tell_restricted(self, answer: Answer) -> None:
        """Mark what an answer cites of papers that are not for everyone, so that nobody repeats it in public."""
        if Access.RESTRICTED not in self._access:
            return
        public = self._store.page_texts({(one.pack, one.pdf_page) for one in answer.citations}, PUBLIC_ONLY)
        hidden = [one for one in answer.citations if (one.pack, one.pdf_page) not in public]
        for one in hidden:
            one.access = Access.RESTRICTED
        if hidden:
            marks = " ".join(f"[{one.n}]" for one in hidden)
            answer.notes.append(f"From restricted papers, not for the public: {marks}.")

    def pages(self, pack: str) -> list[PageInfo]:
        """The pages of a pack. Raises UnknownPackError."""
        found = self._store.pack(pack, self._access)
        return [page_info(page) for page in self._store.pages(found.id, self._access)]

    def page(self, pack: str, pdf_page: int) -> PageView:
        """One page with its text. Raises UnknownPackError, UnknownPageError."""
        stored, page = self._page(pack, pdf_page)
        return PageView(**page_info(stored).model_dump(), text=page.text, width=page.width, height=page.height)

    def page_layout(self, pack: str, pdf_page: int) -> Page:
        """One page with its words and their boxes. Raises as ``page``."""
        return self._page(pack, pdf_page)[1]

    def passages(self, pack: str) -> list[Passage]:
        """The passages of a pack in reading order. Raises UnknownPackError."""
        return self._store.passages_of(self._store.pack(pack, self._access).id, self._access)

    def page_source(self, pack: str, pdf_page: int) -> Path:
        """The whole PDF, named by its content, to draw a page from that may be seen. Raises as ``page``."""

        def look(found: StoredPack) -> Path:
            self._page_of(found, pdf_page)
            return self._copy(found.record)

        return self._of_one_version(pack, look)

    def pdf_path(self, pack: str) -> Path:
        """The PDF of a pack; exempt pages are blank in it for those who may not see them."""
        from qa.redact import public_copy

        def look(found: StoredPack) -> tuple[Path, list[int]]:
            pages = self._store.pages(found.id, frozenset(Access))
            return self._copy(found.record), [page.pdf_page for page in pages if page.access not in self._access]

        source, hidden = self._of_one_version(pack, look)
        return public_copy(source, hidden) if hidden else source

    def _copy(self, record: PackRecord) -> Path:
        path = copy_of(self._files, record.sha256)
        if not path.exists():
            missing = f"The PDF of pack {record.id} is no longer in {self._files}."
            raise UnknownPackError(missing, "Run `board-qa ingest --force` on the file again.")
        return path

    def _page(self, pack: str, pdf_page: int) -> tuple[StoredPage, Page]:
        return self._of_one_version(pack, lambda found: self._page_of(found, pdf_page))

    def _page_of(self, found: StoredPack, pdf_page: int) -> tuple[StoredPage, Page]:
        page = self._store.page(found.id, pdf_page, self._access) if 1 <= pdf_page <= found.pages else None
        stored = next((p for p in self._store.pages(found.id, self._access) if p.pdf_page == pdf_page), None)
        if page is None or stored is None:
            raise UnknownPageError(
                f"Pack {found.id} has no page {pdf_page} of its PDF.", f"It has {found.pages} pages, counted from 1."
            )
        return stored, page

    def _of_one_version(self, pack: str, look: Callable[[StoredPack], T]) -> T:
        """What ``look`` gives of a pack: not what may be seen of one version, taken from the next."""
        for _ in range(TRIES):
            found = self._store.pack(pack, self._access)
            try:
                given = look(found)
            except BoardQAError:
                if self._is_there(found):
                    raise
                continue
            if self._is_there(found):
                return given
        raise UnknownPackError(f"Pack {pack} is replaced all the time.", "Try again.")

    def _is_there(self, found: StoredPack) -> bool:
        return self._store.contents(self._access).get(found.id) == found.record.sha256
