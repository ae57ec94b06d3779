"""What the index knows of packs and pages, as the interface tells it."""

from __future__ import annotations

from index.records import StoredPack, StoredPage
from qa.model import PackInfo, PackItem, PageInfo


def pack_info(pack: StoredPack) -> PackInfo:
    """One pack, as ``packs --json`` lists it."""
    record = pack.record
    return PackInfo(
        pack=record.id,
        file=record.file,
        files=list(pack.files),
        title=record.title,
        body=record.body,
        council=record.council,
        meeting_date=record.meeting_date,
        kind=record.kind.value,
        access=record.access.value,
        pages=pack.pages,
        items=[
            PackItem(
                item=item.number,
                title=item.title,
                first=None if item.first is None else str(item.first),
                last=None if item.last is None else str(item.last),
            )
            for item in record.items
        ],
    )


def page_info(page: StoredPage) -> PageInfo:
    """One page, as ``pages PACK --json`` lists it."""
    return PageInfo(
        pdf_page=page.pdf_page,
        page=page.printed,
        page_source=page.source.value,
        item=page.item,
        item_title=page.item_title or None,
        kind=page.kind.value,
        scanned=page.scanned,
        blank=page.blank,
        readable=page.readable,
        access=page.access,
    )
