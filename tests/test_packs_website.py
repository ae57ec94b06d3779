"""Packs and their pages as people see them: without scripts, by printed number, and never more than may be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient

from index.model import Access, AgendaItem, Kind, PageNumber, PageSource
from index.records import PackRecord
from index.store import Store
from qa.addresses import MAX_QUOTE, page_address
from qa.api import create_app
from qa.service import BoardQA
from qa.settings import Settings
from tests.stored import MODEL, pack, page

PACK = "thornmere-hwb-2024-03-14"
JUNE = "thornmere-hwb-2024-06-20"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
# Printed numbers of a pack with every oddity: a front sheet, an inserted page, one that comes twice, one not printed
NUMBERS: list[tuple[str | None, PageSource]] = [
    (None, PageSource.NONE),
    ("5", PageSource.STAMP),
    ("6", PageSource.INFERRED),
    ("6a", PageSource.STAMP),
    ("7", PageSource.STAMP),
    ("7", PageSource.STAMP),
    ("20", PageSource.LABEL),
]
ITEMS = (
    AgendaItem("1", "Apologies"),
    AgendaItem("2", "Leases of <b>land</b>", first=5, last=6),
    AgendaItem("3", "Rents", first=7, last=20),
    AgendaItem("4", "To follow"),
)
OF_ITEM = [None, "2", "2", "2", "3", "3", "3"]


def client_of(service: BoardQA) -> TestClient:
    return TestClient(create_app(service), raise_server_exceptions=False, headers=BROWSER, follow_redirects=False)


@pytest.fixture(scope="module")
def client(service: BoardQA) -> TestClient:
    return client_of(service)


def keep(store: Store, record: PackRecord, numbers: list[tuple[str | None, PageSource]], access: Access) -> None:
    with store.writing_pack(record, MODEL) as writer:
        for pdf_page, (printed, source) in enumerate(numbers, 1):
            words = page(pdf_page, f"Words of sheet {pdf_page}", "The lease was\tagreed at <i>once</i>.")
            item = OF_ITEM[pdf_page - 1]
            writer.add_page(words, PageNumber(pdf_page, printed, source), item, "", Kind.REPORT, access=access)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A pack with odd numbers, one without body, one without date, an exempt one, and many of one body."""
    folder = tmp_path_factory.mktemp("odd")
    with Store(folder) as store:
        day = date(2025, 3, 4)
        keep(store, pack("odd", body="Cabinet", meeting_date=day, items=ITEMS), NUMBERS, Access.PUBLIC)
        keep(store, pack("undated", body="Cabinet", title="Forward plan"), [NUMBERS[0]], Access.PUBLIC)
        keep(store, pack("bodiless", title="Strategy", meeting_date=day), [NUMBERS[0]], Access.PUBLIC)
        secret = pack("secret", body="Secret Panel", access=Access.RESTRICTED)
        keep(store, secret, NUMBERS, Access.RESTRICTED)
        for week in range(40):
            record = pack(f"week-{week:02}", body="Planning", meeting_date=day + timedelta(weeks=week))
            keep(store, record, [NUMBERS[1]], Access.PUBLIC)
    opened = BoardQA.open(Settings(data=folder))
    yield client_of(opened)
    opened.close()


def links(html: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'href="([^"]+)"', html)]


def words_of(html: str) -> str:
    """The words that a page shows, without its markup."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


# All packs


def test_packs_stand_under_their_body_the_newest_first_with_their_items(client: TestClient) -> None:
    html = client.get("/packs").text
    words = words_of(html)
    assert "Health and Wellbeing Board Thornmere Borough Council" in words
    assert words.index("20 June 2024") < words.index("14 March 2024")
    assert '<summary>Contents: 9 items<span class="unseen">' in html
    assert "6 BETTER CARE FUND 2023/24: POSITION AT THE END OF QUARTER 3 pp. 12 to 14" in words
    led = client.get(f"/packs/{PACK}", params={"item": "6"})
    assert f"/packs/{PACK}?item=6" in links(html)
    assert (led.status_code, led.headers["location"]) == (303, f"/packs/{PACK}/pages/14")


def test_packs_without_body_or_date_have_their_place_and_exempt_ones_have_none(odd: TestClient) -> None:
    first, second = (
        words_of(odd.get("/packs", params={"offset": at}).text).partition("newest of each body first")[2]
        for at in (0, 30)
    )
    assert first.index("Cabinet") < first.index("4 March 2025") < first.index("Forward plan") < first.index("Planning")
    assert second.index("Planning") < second.index("Body not told") < second.index("bodiless.pdf")
    assert "43 packs" in words_of(odd.get("/packs").text)
    assert "secret" not in (first + second).lower()


def test_a_long_list_goes_on_and_can_be_narrowed_to_a_body(odd: TestClient) -> None:
    html = odd.get("/packs", params={"body": "Planning"}).text
    assert "40 packs of Planning" in words_of(html)
    assert html.count('<article class="pack">') == 30
    following = next(link for link in links(html) if "offset=30" in link)
    assert odd.get(following).text.count('<article class="pack">') == 10
    assert "Cabinet" not in words_of(html).replace("All bodies Cabinet", "")


def test_an_empty_index_says_how_to_add_packs(empty_service: BoardQA) -> None:
    told = client_of(empty_service).get("/packs")
    assert told.status_code == 200
    assert "board-qa ingest" in told.text
    assert client_of(empty_service).get("/packs", params={"q": "leases"}).status_code == 200


def test_a_search_over_all_packs_shows_the_words_around_each_hit_by_pack_and_page(client: TestClient) -> None:
    html = client.get("/packs", params={"q": "stop smoking service"}).text
    assert re.search(r"\d+ pages have the words “stop smoking service”", words_of(html))
    hit = html[html.index('<ul class="hits"') :]
    assert "<mark>" in hit
    link = next(link for link in links(hit) if "quote=" in link)
    viewer = client.get(link).text
    assert "<rect " in viewer
    assert "Marked on the page:" in viewer
    by_pack = re.findall(r'<h3><a href="/packs/([^"/]+)"', html)
    assert len(by_pack) > 1


def test_a_search_can_be_kept_to_a_body_or_a_pack(client: TestClient) -> None:
    of_body = client.get("/packs", params={"q": "service", "body": "Cabinet"}).text
    hits = [link for link in links(of_body) if "quote=" in link]
    assert hits
    assert all(link.startswith("/packs/brackenholt-cabinet") for link in hits)
    of_pack = client.get(f"/packs/{PACK}", params={"q": "fluoridation"}).text
    hits = [link for link in links(of_pack) if "quote=" in link]
    assert hits
    assert all(link.startswith(f"/packs/{PACK}/pages/") for link in hits)


def test_a_search_that_fails_or_finds_nothing_says_so(client: TestClient) -> None:
    told = client.get("/packs", params={"q": "x" * 1001})
    assert told.status_code == 422
    assert 'role="alert"' in told.text
    assert client.get("/packs", params={"q": "?"}).status_code == 422
    assert "No page has all the words “zebra crossing quagga”" in words_of(
        client.get("/packs", params={"q": "zebra crossing quagga"}).text
    )
    assert client.get("/packs", params={"q": "  "}).text.count('<article class="pack">') == 8


def test_what_is_sought_is_escaped(client: TestClient) -> None:
    html = client.get("/packs", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in html


# One pack


def test_a_pack_tells_its_facts_contents_and_ways_on(client: TestClient) -> None:
    html = client.get(f"/packs/{PACK}").text
    words = words_of(html)
    for told in (
        "Body Health and Wellbeing Board",
        "Council or trust Thornmere Borough Council",
        "Pages 31; printed numbers run from 1 to 29",
        f"File {PACK}.pdf",
        "Has minutes of Health and Wellbeing Board, 7 December 2023",
        "6 BETTER CARE FUND 2023/24: POSITION AT THE END OF QUARTER 3 pages 12 to 14",
        "1 APOLOGIES FOR ABSENCE no pages",
    ):
        assert told in words
    led = links(html)
    for link in (f"/decisions?pack={PACK}", f"/api/packs/{PACK}/pdf", f"/packs/{PACK}/pages/14"):
        assert link in led
    meeting = next(link for link in led if link.startswith("/meetings/"))
    assert client.get(meeting).status_code == 200
    assert "2024-03-14" in meeting
    assert all(client.get(link).status_code == 200 for link in led if link.startswith("/packs/") and "/pages" in link)


def test_papers_of_the_same_meeting_lead_to_each_other(client: TestClient) -> None:
    other = f"/packs/{JUNE}-supplement.pdf"
    assert other in links(client.get(f"/packs/{JUNE}").text)
    assert client.get(other).status_code == 200


@pytest.mark.parametrize("under", ["", "/pages"])
@pytest.mark.parametrize("number", ["12", " p. 12", "Page 012"])
def test_a_printed_number_leads_to_its_page(client: TestClient, under: str, number: str) -> None:
    led = client.get(f"/packs/{PACK}{under}", params={"page": number})
    assert (led.status_code, led.headers["location"]) == (303, f"/packs/{PACK}/pages/14")


def test_an_inserted_page_has_its_own_number(odd: TestClient) -> None:
    for number in ("6a", "6A"):
        assert odd.get("/packs/odd", params={"page": number}).headers["location"] == "/packs/odd/pages/4"
    assert odd.get("/packs/odd", params={"page": "6"}).headers["location"] == "/packs/odd/pages/3"


def test_a_number_that_several_pages_bear_is_for_the_reader_to_choose(odd: TestClient) -> None:
    told = odd.get("/packs/odd", params={"page": "7"})
    assert told.status_code == 200
    assert "2 pages of this pack bear the number 7" in words_of(told.text)
    assert {"/packs/odd/pages/5", "/packs/odd/pages/6"} <= set(links(told.text))


@pytest.mark.parametrize("number", ["999", "-1", "twelve", "12'\"><script>", "٣", "1" * 5000])
def test_a_number_that_no_page_bears_is_told_with_those_there_are(odd: TestClient, number: str) -> None:
    told = odd.get("/packs/odd", params={"page": number})
    assert told.status_code == 404
    assert "This pack’s agenda pages run from 5 to 7 and 20." in words_of(told.text)
    assert '<input id="goto" name="page"' in told.text
    assert "<script>" not in told.text


def test_a_pack_without_printed_numbers_says_so(odd: TestClient) -> None:
    told = odd.get("/packs/undated", params={"page": "3"})
    assert told.status_code == 404
    assert "No agenda page numbers are printed in this pack; its PDF has 1 page." in words_of(told.text)


def test_an_item_without_pages_is_told(odd: TestClient) -> None:
    assert odd.get("/packs/odd", params={"item": "2"}).headers["location"] == "/packs/odd/pages/2"
    told = odd.get("/packs/odd", params={"item": "4"})
    assert told.status_code == 404
    assert "No page of item 4 is in this pack" in words_of(told.text)


def test_an_unknown_pack_is_told(client: TestClient) -> None:
    for path in ("/packs/nowhere", "/packs/nowhere/pages?page=1", "/packs/nowhere/pages/1"):
        assert client.get(path).status_code == 404


# A page


def test_the_viewer_shows_picture_words_text_neighbours_and_items(client: TestClient) -> None:
    html = client.get(f"/packs/{PACK}/pages/14").text
    assert f'src="/api/packs/{PACK}/pages/14.png?width=1200"' in html
    assert "14.png?width=1800 1800w" in html
    assert "<h1>Page 12</h1>" in html
    assert "PDF page 14 of 31 · item 6" in words_of(html)
    assert re.search(rf'href="/packs/{PACK}/pages/13" rel="prev"', html)
    assert re.search(rf'href="/packs/{PACK}/pages/15" rel="next"', html)
    assert re.search(rf'href="/packs/{PACK}/pages/10"><span[^>]*>Previous item</span>5 ', html)
    assert re.search(rf'href="/packs/{PACK}/pages/17"><span[^>]*>Next item</span>7 ', html)
    assert f"/api/packs/{PACK}/pdf#page=14" in links(html)
    assert f"/api/packs/{PACK}/pdf?download=1" in links(html)
    layer = re.search(r'<svg class="words".*?</svg>', html, re.S)
    assert layer
    assert 'aria-hidden="true"' in layer.group()
    laid = " ".join(unescape(text) for text in re.findall(r"<text [^>]*>([^<]*)</text>", layer.group()))
    printed = client.get(f"/api/packs/{PACK}/pages/14").json()["text"]
    assert sorted(set(printed.split()) - set(laid.split())) == []


def test_the_first_and_the_last_page_have_one_neighbour(client: TestClient) -> None:
    first, last = (client.get(f"/packs/{PACK}/pages/{n}").text for n in (1, 31))
    assert 'rel="prev"' not in first
    assert "First page" in first
    assert 'rel="next"' not in last
    assert "Last page" in last


def test_tables_are_tables_in_the_text_of_the_page(client: TestClient) -> None:
    html = client.get(f"/packs/{PACK}/pages/20").text
    assert '<th scope="col">Outcome</th><th scope="col">Homes</th>' in html
    assert "<td>Put right after a phone call</td><td>58</td><td>21</td>" in html


def test_quoted_words_are_marked_on_the_picture_and_in_the_text(client: TestClient) -> None:
    html = client.get(page_address(PACK, 10, quote="It has lost\nground since the PANDEMIC")).text
    assert html.count("<rect ") in (1, 2)
    assert "<mark>It has lost ground since the pandemic</mark>" in " ".join(html.split())


def test_words_that_are_not_on_the_page_are_marked_nowhere(client: TestClient) -> None:
    html = client.get(page_address(PACK, 10, quote="The bus shelters were painted green by volunteers")).text
    assert "The quoted words could not be found on this page." in html
    assert "<rect " not in html
    assert "<mark>" not in html


def test_a_quote_in_an_address_is_capped_at_whole_words() -> None:
    address = page_address("a", 3, quote="word " * 1000, at=7)
    told = address.partition("quote=")[2].partition("&")[0].replace("+", " ")
    assert MAX_QUOTE - 5 < len(told) <= MAX_QUOTE
    assert set(told.split()) == {"word"}
    assert address.endswith("&at=7")
    assert page_address("a", 3, quote="  ", at=7) == "/packs/a/pages/3"


def test_quotes_and_boxes_that_cannot_be_are_refused(client: TestClient) -> None:
    for query in ("boxes=0,0,2,1", "boxes=x", "quote=" + "a" * (MAX_QUOTE + 1), "quote=a&at=-1", "quote=a&at=b"):
        assert client.get(f"/packs/{PACK}/pages/3?{query}").status_code == 422
    assert client.get(f"/packs/{PACK}/pages/3?quote=%00%ff").status_code == 200


@pytest.mark.parametrize(
    ("pdf_page", "name", "told"),
    [
        (1, "PDF page 1", "No agenda page number is printed on this page."),
        (3, "Page 6", "No number is printed on this page; by its neighbours it would be 6."),
        (7, "Page 20", "No number was found printed on this page; the PDF itself calls it 20."),
    ],
)
def test_where_a_number_comes_from_is_told(odd: TestClient, pdf_page: int, name: str, told: str) -> None:
    html = odd.get(f"/packs/odd/pages/{pdf_page}").text
    assert f"<h1>{name}</h1>" in html
    assert told in words_of(html)
    assert "printed on this page" not in words_of(odd.get("/packs/odd/pages/2").text)


def test_what_looks_like_html_in_a_paper_is_text(odd: TestClient) -> None:
    for path in ("/packs/odd/pages/2?quote=<b>agreed</b>", "/packs/odd", "/packs"):
        html = odd.get(path).text
        assert not re.search(r"<(?:b|i)>", html)
    assert "&lt;i&gt;once&lt;/i&gt;" in odd.get("/packs/odd/pages/2").text


def test_nothing_comes_from_elsewhere_runs_inline_or_is_large(client: TestClient) -> None:
    for path in ("/packs", "/packs?q=service", f"/packs/{PACK}", f"/packs/{PACK}?q=a+plan", f"/packs/{PACK}/pages/9"):
        html = client.get(path).text
        assert len(html.encode()) < 120_000
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html)
        assert not re.search(r"<script(?! type=\"module\" src=\"/)|\sstyle=|<style|\son\w+=|javascript:", html)
