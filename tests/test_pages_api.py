"""Pictures of pages and PDFs over HTTP: sent once, kept within bounds, and never to those who may not see them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from qa.addresses import page_address
from qa.api import create_app
from qa.pictures import Pictures
from qa.service import BoardQA
from qa.settings import Settings

PACK = "thornmere-hwb-2024-03-14"
JUNE = "thornmere-hwb-2024-06-20"


@pytest.fixture(scope="module")
def client(service: BoardQA) -> TestClient:
    return TestClient(create_app(service), raise_server_exceptions=False)


def test_a_picture_that_the_browser_has_is_not_sent_again(client: TestClient) -> None:
    path = f"/api/packs/{PACK}/pages/5.png"
    first = client.get(path, params={"width": 200})
    tag = first.headers["etag"]
    assert first.content.startswith(b"\x89PNG")
    assert tag.startswith('"')
    assert first.headers["cache-control"] == "private, no-cache"
    for told in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(path, params={"width": 200}, headers={"If-None-Match": told})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    for other, width in ((path, 210), (f"/api/packs/{PACK}/pages/6.png", 200)):
        fresh = client.get(other, params={"width": width}, headers={"If-None-Match": tag})
        assert fresh.status_code == 200
        assert fresh.headers["etag"] != tag


def test_the_pdf_opens_or_is_saved_and_is_not_sent_again(client: TestClient) -> None:
    shown, saved = (client.get(f"/api/packs/{PACK}/pdf", params={"download": n}) for n in (0, 1))
    assert shown.content.startswith(b"%PDF")
    assert shown.headers["content-disposition"] == f'inline; filename="{PACK}.pdf"'
    assert saved.headers["content-disposition"] == f'attachment; filename="{PACK}.pdf"'
    tag = shown.headers["etag"]
    assert client.get(f"/api/packs/{PACK}/pdf", headers={"If-None-Match": tag}).status_code == 304
    assert client.get(f"/api/packs/{JUNE}/pdf", headers={"If-None-Match": tag}).status_code == 200


def test_pictures_drawn_last_are_kept_within_bounds(sample_packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    monkeypatch.setattr("qa.pictures.draw_page", lambda _, n, width: drawn.append(n) or b"x" * width)
    pictures = Pictures(kept_bytes=250)
    source = sample_packs / "any.pdf"
    for n in (1, 2, 1, 3, 1, 2):  # 2 gives way to 3, for 1 was asked for since
        assert pictures.png(source, n, 100) == b"x" * 100
    assert drawn == [1, 2, 3, 2]
    for _ in range(2):
        pictures.png(source, 4, 300)  # larger than all that may be kept
    assert drawn == [1, 2, 3, 2, 4, 4]


def test_exempt_pages_are_not_given_by_any_way_though_others_may_have_drawn_them(
    service: BoardQA, indexed: Path, client: TestClient
) -> None:
    everything = BoardQA.open(Settings(data=indexed, allow_exempt=True))
    try:
        allowed = TestClient(create_app(everything))
        public = {page.pdf_page for page in service.pages(JUNE)}
        hidden = [page for page in everything.pages(JUNE) if page.pdf_page not in public]
        assert hidden
        client.app.state.pictures = allowed.app.state.pictures  # type: ignore[attr-defined]  # the app made above
        for page in hidden:
            picture = f"/api/packs/{JUNE}/pages/{page.pdf_page}.png?width=150"
            seen = allowed.get(picture)
            assert seen.status_code == 200
            for given in ({}, {"If-None-Match": seen.headers["etag"]}, {"If-None-Match": "*"}):
                assert client.get(picture, headers=given).status_code == 404
            words = " ".join(everything.page(JUNE, page.pdf_page).text.split()[:12])
            address = page_address(JUNE, page.pdf_page, quote=words)
            assert allowed.get(address).status_code == 200
            assert client.get(address).status_code == 404
            if page.page:
                told = client.get(f"/packs/{JUNE}", params={"page": page.page})
                assert told.status_code == 404
        pdf = allowed.get(f"/api/packs/{JUNE}/pdf").headers["etag"]
        assert client.get(f"/api/packs/{JUNE}/pdf", headers={"If-None-Match": pdf}).status_code == 200
        sought = client.get(f"/packs/{JUNE}", params={"q": "District Valuer market rent Quayside Estates"}).text
        assert "164,000" not in sought
        assert not any(f"{JUNE}/pages/{page.pdf_page}?" in sought for page in hidden)
        assert "164,000" in allowed.get(f"/packs/{JUNE}", params={"q": "164,000 rent"}).text
    finally:
        everything.close()
