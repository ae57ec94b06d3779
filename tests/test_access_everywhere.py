"""What the public is shown of an index with restricted papers is what it would be shown if they were not there."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.embedding import load_embedder
from index.model import Access, AgendaItem, Kind, Meeting, PackOutline, PageNumber, PageSource, Passage, Section, Span
from index.register import register_of
from index.store import Store
from qa.api import create_app
from qa.model import Filters, Question
from qa.person import Person, Role, Way
from qa.register_model import ActionFilters, RegisterFilters
from qa.service import BoardQA
from qa.settings import Settings
from tests.minutes_forms import LARKMOOR, MOORSIDE, SALLOWFIELD
from tests.minutes_text import pages
from tests.stored import pack

# Words that only restricted papers have, and words that both kinds share
SECRET = ("Quarrystone", "zanthoxylum", "Ferrybridge Holdings")
SENTENCES = (
    "The committee agreed to lease the market hall for £{n},000 a year.",
    "Better Care Fund (BCF) spending reached £{n}.4 million in quarter 3.",
    "Councillor J Marsh asked that the car park charges be reviewed by {n} June.",
    "There were {n} complaints about the leisure centre, fewer than in the year before.",
)
OF_SECRET = (
    "The market hall is to be sold to Ferrybridge Holdings for £{n},000, below its value.",
    "Quarrystone Land Agreement (QLA): the zanthoxylum plot is worth £{n} million.",
    "Better Care Fund (BCF) contract of Ferrybridge Holdings ends after {n} complaints.",
)
QUESTIONS = (
    "How much is the market hall leased for?",
    "Who is Ferrybridge Holdings?",
    "What does QLA stand for?",
    "How many complaints were there?",
    "What is the zanthoxylun plot worth?",  # a slip that only a restricted word would correct
    "List all decisions of the Cabinet",
)
MINUTES = (LARKMOOR, MOORSIDE, SALLOWFIELD)

EMBEDDER = load_embedder()


@pytest.fixture(autouse=True, scope="module")
def one_model():
    """One model for all indexes of this module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.embedding.load_embedder", lambda *_, **__: EMBEDDER)
        yield


papers = st.lists(
    st.tuples(
        st.booleans(),  # restricted
        st.integers(0, len(MINUTES)),  # minutes among its pages, or none
        st.lists(st.tuples(st.integers(0, 3), st.integers(2, 90)), min_size=1, max_size=3),
    ),
    min_size=2,
    max_size=4,
)


def person(role: Role) -> Person:
    return Person(f"oidc:{role}", role, role, Way.OIDC)


def index(folder: Path, chosen, everything: bool) -> BoardQA:
    """An index of the chosen papers: of all of them, or of those that are not restricted."""
    with Store(folder) as store:
        for number, (restricted, minutes, told) in enumerate(chosen):
            if restricted and not everything:
                continue
            access = Access.RESTRICTED if restricted else Access.PUBLIC
            sentences = OF_SECRET if restricted else SENTENCES
            texts = [sentences[which % len(sentences)].format(n=n) for which, n in told]
            read = pages(MINUTES[minutes]) if minutes < len(MINUTES) else pages("\n\n".join(texts))
            name = f"{'quarrystone' if restricted else 'paper'}-{number}"
            record = replace(
                pack(name, access=access),
                title=f"{SECRET[0]} papers" if restricted else f"Papers {number}",
                body="Estates Panel" if restricted else "Cabinet",
                council="Larkmoor Borough Council",
                items=(AgendaItem("4", "Quarrystone land" if restricted else "Market hall", first="5"),),
                acronyms={"QLA": "Quarrystone Land Agreement"} if restricted else {"BCF": "Better Care Fund"},
            )
            numbers = tuple(PageNumber(one.pdf_page, str(one.pdf_page + 4), PageSource.STAMP) for one in read)
            kind = Kind.MINUTES if minutes < len(MINUTES) else Kind.REPORT
            section = Section(1, len(read), kind, item="4", access=access)
            with store.writing_pack(record, EMBEDDER.identity) as writer:
                for one, printed in zip(read, numbers, strict=True):
                    writer.add_page(one, printed, "4", record.items[0].title, kind, access)
                cut = [Passage(one.text, record.title, (Span(one.pdf_page, 0, len(one.text)),), kind) for one in read]
                cut = [replace(one, item="4", item_title=record.items[0].title, access=access) for one in cut]
                writer.add_passages(cut, EMBEDDER.embed_passages([one.text for one in cut]))
                outline = PackOutline(Meeting(), record.title, kind, (), numbers, (section,))
                writer.register(register_of(outline, writer.added))
    return BoardQA.open(Settings(data=folder))


def shown_to(service: BoardQA, role: Role) -> dict[str, object]:
    """All that a person of that role is shown, as plain JSON without timings."""
    view = service.seen_by(person(role))
    told: dict[str, object] = {"packs": [one.model_dump(mode="json") for one in view.packs()], "ready": view.ready()}
    if view.packs():
        for question in QUESTIONS:
            answer = view.ask(Question(question=question)).model_dump(mode="json")
            told[question] = {key: value for key, value in answer.items() if key != "timing_ms"}
        told["search"] = [one.model_dump(mode="json") for one in view.search("market hall complaints", Filters(), 20)]
    register = view.register
    told["decisions"] = [row.model_dump(mode="json") for row in register.every_decision(RegisterFilters())]
    told["sold"] = register.decisions(RegisterFilters(query="market hall sold")).model_dump(mode="json")
    told["meetings"] = register.meetings(RegisterFilters()).model_dump(mode="json")
    told["actions"] = register.actions(ActionFilters()).model_dump(mode="json")
    told["recommendations"] = register.recommendations(RegisterFilters()).model_dump(mode="json")
    told["trail"] = register.trail("market hall", RegisterFilters()).model_dump(mode="json")
    told["choices"] = str(register.choices())
    return told


@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(chosen=papers)
def test_the_public_is_shown_an_index_without_the_restricted_papers(tmp_path_factory, chosen) -> None:
    folder = tmp_path_factory.mktemp("twins")
    with (
        closing(index(folder / "all", chosen, everything=True)) as whole,
        closing(index(folder / "public", chosen, everything=False)) as without,
    ):
        assert shown_to(whole, Role.PUBLIC) == shown_to(without, Role.PUBLIC)
        for role in (Role.MEMBER, Role.OFFICER, Role.ADMIN):
            assert len(whole.seen_by(person(role)).packs()) == len(chosen)


CHOSEN = [(False, 3, [(0, 12), (3, 40)]), (True, 3, [(0, 9), (1, 7)]), (False, 0, [(1, 3)]), (True, 1, [(2, 5)])]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    with closing(index(tmp_path_factory.mktemp("mixed"), CHOSEN, everything=True)) as service:
        yield service


def client(service: BoardQA, role: Role, monkeypatch) -> TestClient:
    """A client whose requests come from somebody of that role, whatever way in the gate has found."""
    monkeypatch.setattr("qa.parameters.person_of", lambda _: person(role))
    return TestClient(create_app(service), base_url="http://127.0.0.1", client=("127.0.0.1", 50000))


def every_address(service: BoardQA) -> list[str]:
    """Each address that shows something, with the ids of restricted papers put in wherever an id is taken."""
    admin = service.seen_by(person(Role.ADMIN))
    hidden = [one.pack for one in admin.packs() if one.access == "restricted"]
    decisions = [row.id for row in admin.register.every_decision(RegisterFilters()) if row.pack in hidden]
    meetings = [row.id for row in admin.register.meetings(RegisterFilters()).rows]
    assert hidden
    assert decisions
    paths = ["/", "/packs", "/decisions", "/meetings", "/actions", "/trail", "/trail?topic=market+hall"]
    paths += ["/api/packs", "/api/decisions", "/api/meetings", "/api/actions", "/api/recommendations"]
    paths += ["/api/key-decisions", "/api/trail?topic=market+hall", "/api/conversations", "/how-it-works"]
    for words in ("Ferrybridge+Holdings", "zanthoxylum", "market+hall", "Quarrystone"):
        paths += [f"/?q={words}", f"/api/search?q={words}&limit=100", f"/packs?q={words}", f"/decisions?q={words}"]
        paths += [f"/api/decisions?q={words}", f"/api/decisions?format=csv&q={words}"]
    for one in hidden:
        paths += [f"/packs/{one}", f"/packs/{one}/pages/1", f"/packs/{one}?q=market", f"/?q=hall&pack={one}"]
        paths += [f"/api/packs/{one}/pages", f"/api/packs/{one}/pages/1", f"/api/packs/{one}/pages/1.png"]
        paths += [f"/api/packs/{one}/pdf", f"/api/search?q=hall&pack={one}", f"/api/decisions?pack={one}"]
    paths += [f"/decisions/{one}" for one in decisions] + [f"/api/decisions/{one}" for one in decisions]
    return paths + [f"/meetings/{one}" for one in meetings] + [f"/api/meetings/{one}" for one in meetings]


def test_no_address_tells_the_public_of_a_restricted_paper(mixed: BoardQA, monkeypatch) -> None:
    public = client(mixed, Role.PUBLIC, monkeypatch)
    secret = re.compile("|".join(SECRET) + "|Estates Panel|QLA", re.I)
    for path in every_address(mixed):
        asked = {word.lower() for word in re.findall(r"\w{4,}", path)}  # what was asked is told back
        told = public.get(path).text
        found = {word.lower() for word in secret.findall(told)}
        assert not {one for one in found if not set(one.split()) <= asked | {"holdings"}}, path


def test_an_id_that_is_hidden_and_one_that_never_was_are_told_alike(mixed: BoardQA, monkeypatch) -> None:
    public = client(mixed, Role.PUBLIC, monkeypatch)
    hidden = next(one.pack for one in mixed.seen_by(person(Role.ADMIN)).packs() if one.access == "restricted")
    never = hidden[:-1] + "x"
    for path in ("/api/packs/{}/pages", "/api/packs/{}/pages/1.png", "/api/packs/{}/pdf", "/api/search?q=hall&pack={}"):
        for_hidden, for_never = (public.get(path.format(one)) for one in (hidden, never))
        assert for_hidden.status_code == for_never.status_code == 404
        assert for_hidden.text.replace(hidden, never) == for_never.text


def test_members_are_told_what_is_not_for_the_public(mixed: BoardQA, monkeypatch) -> None:
    member = client(mixed, Role.MEMBER, monkeypatch)
    answer = member.post("/api/ask", json={"question": "Who is the market hall sold to?"}).json()
    marked = [one["n"] for one in answer["citations"] if one["access"] == "restricted"]
    assert marked == [one["n"] for one in answer["citations"] if "quarrystone" in one["pack"]]
    assert marked
    assert any("not for the public" in note and f"[{marked[0]}]" in note for note in answer["notes"])
    page = member.get(next(one["href"] for one in answer["citations"] if one["n"] == marked[0]))
    assert "this page is not for the public" in page.text


def test_what_a_member_was_answered_reaches_the_public_by_no_link(mixed: BoardQA, monkeypatch, tmp_path) -> None:
    member = client(mixed, Role.MEMBER, monkeypatch)
    asked = {"question": "Who is the market hall sold to?", "conversation": "new"}
    answer = member.post("/api/ask", json=asked).json()
    assert "Ferrybridge" in json.dumps(answer)
    assert member.get(f"/api/answers/{answer['answer_id']}").status_code == 200
    public = client(mixed, Role.PUBLIC, monkeypatch)
    for path in ("/api/answers/{answer_id}", "/answers/{answer_id}", "/api/conversations/{conversation}"):
        there = public.get(path.format(**answer))
        assert there.status_code == 404
        assert "Ferrybridge" not in there.text
