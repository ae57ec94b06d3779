"""The pages for people: they work without scripts, escape everything, and show the cited place."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from qa.addresses import MAX_BOXES, page_address, read_boxes
from qa.api import create_app
from qa.model import Answer, Citation, Filters
from qa.places import body_words, citation_words, full_citation_words
from qa.progress import Stage
from qa.templates import WEB, linked_markers, render

PACK = "thornmere-hwb-2024-03-14"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def client(service):
    return TestClient(create_app(service), raise_server_exceptions=False, headers=BROWSER)


def citation(**changed):
    given = {
        "n": 1,
        "file": "a.pdf",
        "pack": "a",
        "pack_title": "A",
        "body": "Board <script>",
        "meeting_date": "2024-03-14",
        "item": "3",
        "item_title": None,
        "kind": "minutes",
        "page": "12",
        "page_source": "stamp",
        "pdf_page": 14,
        "quote": "It was agreed.",
        "boxes": [],
        "href": "/packs/a/pages/14?boxes=0,0,1,1",
    }
    return Citation.model_validate(given | changed)


def test_the_start_page_offers_the_packs_and_labels_its_field(client):
    page = client.get("/").text
    assert f'<option value="{PACK}">' in page
    assert '<label for="question">' in page
    assert '<p id="told" class="unseen" role="status"></p>' in page


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs_inline(client):
    for path in (
        "/",
        "/?q=Who+chaired+the+meeting",
        f"/packs/{PACK}/pages/3?boxes=0.1,0.1,0.2,0.2",
        "/docs",
        "/nowhere",
    ):
        page = client.get(path).text
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
        assert not re.search(r"<script(?![^>]* src=)|\sstyle=|\son\w+=|javascript:", page)


def test_a_browser_without_scripts_gets_the_answer_in_the_page(client):
    page = client.get("/", params={"q": "Who chaired the meeting?", "pack": PACK}).text
    assert '<ol class="citations"' in page
    markers = re.findall(r'<a class="marker" href="#([^"]+)"', page)
    assert markers
    assert all(f'<li id="{marker}"' in page for marker in markers)
    links = [unescape(link) for link in re.findall(r'<li id=[^>]+><a href="([^"]+)"', page)]
    assert len(links) >= len(set(markers))
    assert all(client.get(link).status_code == 200 for link in links)
    assert '<option value="' + PACK + '" selected>' in page


def test_a_form_sent_with_empty_filters_is_answered(client: TestClient) -> None:
    empty = {"body": "", "pack": "", "from": "", "to": ""}
    response = client.get("/", params={"q": "Who chaired the meeting?", **empty})
    assert response.status_code == 200
    assert client.get("/", params={"q": "Who chaired it?", "from": "soon"}).status_code == 422


def test_what_is_not_found_offers_the_nearest_pages(client):
    page = client.get("/", params={"q": "What is the recipe for sourdough pancakes in Ulaanbaatar?"}).text
    assert re.search('class="status">(?:These papers do not say|Outside these papers)<', page)
    assert 'class="nearest"' in page


def test_errors_are_told_in_the_page(client):
    for response in (client.get("/", params={"q": "x" * 1001}), client.post("/", data={"q": "x" * 1001})):
        assert response.status_code == 422
        assert 'role="alert"' in response.text
        assert f">{'x' * 1001}</textarea>" in response.text
    for path, status in (("/nowhere", 404), ("/packs/nowhere/pages/1", 404), (f"/packs/{PACK}/pages/two", 422)):
        response = client.get(path)
        assert response.status_code == status
        assert response.headers["content-type"].startswith("text/html")
        assert 'role="alert"' in response.text


def test_what_is_asked_is_escaped(client):
    page = client.get("/", params={"q": '"><script>alert(1)</script>'}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_markers_link_to_their_citation_and_everything_is_escaped():
    html = linked_markers("It <b>was</b> agreed [1], not [2].", [citation()], "turn")
    assert html == (
        'It &lt;b&gt;was&lt;/b&gt; agreed <a class="marker" href="#turn-1" '
        'title="p. 12 · item 3 · Board &lt;script&gt; 14 March 2024">[1]</a>, not [2].'
    )


@pytest.mark.parametrize(
    ("changed", "words", "full"),
    [
        (
            {"item_title": "Life Rooms"},
            "p. 12 · item 3 Life Rooms · Board 14 March 2024",
            "Board, 14 March 2024, item 3, page 12 (PDF page 14)",
        ),
        (
            {"page": None, "item": None},
            "PDF page 14 (no agenda page number) · Board 14 March 2024",
            "Board, 14 March 2024, PDF page 14",
        ),
        (
            {"body": None, "pack_title": "Trust, 14 March 2024"},
            "p. 12 · item 3 · Trust, 14 March 2024",
            "Trust, 14 March 2024, item 3, page 12 (PDF page 14)",
        ),
        (
            {"body": None, "pack_title": "a.pdf"},
            "p. 12 · item 3 · a.pdf 14 March 2024",
            "a.pdf, 14 March 2024, item 3, page 12 (PDF page 14)",
        ),
        ({"meeting_date": None}, "p. 12 · item 3 · Board", "Board, item 3, page 12 (PDF page 14)"),
    ],
)
def test_a_cited_place_is_put_into_words(changed, words, full):
    cited = citation(**({"body": "Board"} | changed))
    assert citation_words(cited) == words
    assert full_citation_words(cited) == full


@pytest.mark.parametrize(
    ("body", "council", "words"),
    [
        ("Cabinet", "Kent County Council", "Kent County Council Cabinet"),
        ("Health and Wellbeing Board", "Halton Borough Council", "Halton Borough Council Health and Wellbeing Board"),
        ("Halton Health and Wellbeing Board", "Halton Borough Council", "Halton Health and Wellbeing Board"),
        ("NHS Devon Integrated Care Board", "NHS Devon", "NHS Devon Integrated Care Board"),
        ("Cabinet", None, "Cabinet"),
        (None, "Kent County Council", ""),
    ],
)
def test_a_body_is_told_with_its_council_unless_its_name_tells(body, council, words):
    assert body_words(body, council) == words


def test_the_page_viewer_shows_picture_boxes_text_and_neighbours(client):
    page = client.get(f"/packs/{PACK}/pages/3", params={"boxes": "0.1,0.2,0.5,0.25;0.1,0.3,0.4,0.35"}).text
    assert f'src="/api/packs/{PACK}/pages/3.png?width=1200"' in page
    assert page.count("<rect ") == 2
    assert f'href="/packs/{PACK}/pages/2" rel="prev"' in page
    assert f'href="/packs/{PACK}/pages/4" rel="next"' in page
    assert "Text of the page" in page
    assert 'rel="prev"' not in client.get(f"/packs/{PACK}/pages/1").text


@pytest.mark.parametrize("boxes", ["x", "0,0,1", "0,0,2,1", "0.5,0,0.1,1", "nan,0,1,1", "0,0,1,1;"])
def test_boxes_that_are_no_page_fractions_are_refused(client, boxes):
    response = client.get(f"/packs/{PACK}/pages/3", params={"boxes": boxes})
    assert response.status_code == 422


def test_an_address_gives_back_its_boxes():
    boxes = [(0.1, 0.25, 0.5, 0.3333), (0.0, 0.0, 1.0, 1.0)]
    address = page_address("a b/ü", 14, boxes)
    assert address == "/packs/a%20b%2F%C3%BC/pages/14?boxes=0.1,0.25,0.5,0.3333;0,0,1,1"
    assert read_boxes(address.partition("boxes=")[2]) == boxes
    assert len(read_boxes(page_address("a", 1, boxes * MAX_BOXES).partition("boxes=")[2])) == MAX_BOXES
    assert page_address("a", 14) == "/packs/a/pages/14"


def test_the_script_says_what_the_template_says():
    script = "".join(
        (WEB / "static" / name).read_text(encoding="utf-8") for name in ("answer.js", "copy.js", "places.js")
    )
    template = (WEB / "templates" / "answer.html").read_text(encoding="utf-8")
    turn = template[: template.index("macro feedback")]  # the script copies the element of feedback
    words = set(re.findall(r"(?<=>)[A-Z][^<{]+(?=<)|(?<=: \")[A-Z][a-z ]+(?=\",)", turn))
    assert {"Answered from these papers", "Nearest pages", "How this was answered", "Copy with citations"} <= words
    assert not {told for told in words if told.strip() not in script}
    for name in {name for names in re.findall(r'class="([\w -]+)"', turn) for name in names.split()}:
        assert re.search(rf'["` ]{name}["` ]', script), name
    assert "(no agenda page number)" in script


@pytest.mark.parametrize("full", ["Who chaired the meeting?", "Who chaired the meeting of 14 March?"])
def test_a_question_is_shown_as_it_was_understood_where_that_is_not_as_it_was_asked(full):
    asked = "Who chaired the meeting?"
    answer = Answer(question=asked, standalone_question=full, status="not_found", answered=False, answer="")
    shown = {"packs": [], "bodies": [], "filters": Filters(), "narrowed": False, "keeps": False, "adding": []}
    page = render(
        "chat.html", question="", answer=answer, error=None, conversation=None, recent=[], examples=[], **shown
    )
    assert ("Understood as: Who chaired the meeting of 14 March?" in page) == (full != asked)


@pytest.mark.parametrize(
    ("can_upload", "told"), [(True, "know them yet: March &lt;i&gt;.pdf, April.pdf."), (False, "know them yet.")]
)
def test_packs_that_are_being_added_are_told_by_name_to_those_who_may_add_some(can_upload, told):
    shown = {"packs": [], "bodies": [], "filters": Filters(), "narrowed": False, "keeps": True, "examples": []}
    shown |= {"adding": ["March <i>.pdf", "April.pdf"], "can_upload": can_upload}
    page = render("chat.html", question="", answer=None, error=None, conversation=None, recent=[], **shown)
    assert f"answers may not {told}" in page


def test_the_page_can_stop_an_answer_and_marks_drafts():
    script = (WEB / "static" / "chat.js").read_text(encoding="utf-8")
    template = (WEB / "templates" / "chat.html").read_text(encoding="utf-8")
    assert '<button type="button" id="stop" hidden>Stop</button>' in template
    assert "asking?.abort()" in script
    assert "Draft, not yet checked" in script
    assert all(f"{stage.value}: " in script for stage in Stage)


def test_the_documentation_page_lists_the_routes(client):
    page = client.get("/docs").text
    assert "POST /api/ask" in page
    assert "Earlier turns, oldest first" in page


def test_an_empty_index_says_how_to_fill_it(empty_service):
    page = TestClient(create_app(empty_service)).get("/").text
    assert "board-qa ingest" in page


def test_a_template_without_its_values_fails_loudly():
    with pytest.raises(Exception, match="turn"):
        render("answer_page.html")
