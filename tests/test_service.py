"""The service over the sample packs: scope, access, abstention and failures, as a person meets them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import index.embedding
from index.embedding import BUNDLED
from index.errors import IndexMismatchError, UnknownPackError
from index.pdf import open_pdf
from index.records import Scope
from qa.errors import EmptyQuestionError, NotReadyError, QuestionTooLongError, UnknownPageError, UsageError
from qa.finder import Finder
from qa.model import Answer, Filters, Question, Status, Turn
from qa.service import BoardQA
from qa.settings import Settings
from tests.packs.packs import PACKS
from tests.papers import draw

MARCH = "thornmere-hwb-2024-03-14"
JUNE = "thornmere-hwb-2024-06-20"
SUPPLEMENT = "thornmere-hwb-2024-06-20-supplement"
TRUST = "kestrel-vale-board-2024-09-25"
RENT = "What market rent does the District Valuer put on the Tannery?"


@pytest.fixture(scope="module")
def exempt_pages(sample_packs: Path) -> list[int]:
    lines = (sample_packs / f"{JUNE}.pages.jsonl").read_text("utf-8").splitlines()
    return [page["pdf_page"] for page in map(json.loads, lines) if page["access"] == "exempt"]


@pytest.fixture(scope="module")
def trusted(indexed: Path) -> Iterator[BoardQA]:
    """A service for people who may see exempt papers."""
    opened = BoardQA.open(Settings(data=indexed, allow_exempt=True))
    yield opened
    opened.close()


def ask(service: BoardQA, question: str, **filters: object) -> Answer:
    return service.ask(Question(question=question, filters=Filters.model_validate(filters)))


# Abstention


def test_a_council_whose_papers_are_not_here_is_out_of_scope(service: BoardQA) -> None:
    for council in ("Wakefield City Council", "Otterbourne Parish Council", "Dunmow Town Council"):
        answer = ask(service, f"What did {council} decide about selective licensing?")
        assert (answer.status, answer.answered, answer.citations) == (Status.OUT_OF_SCOPE, False, [])
        assert council in answer.answer


@pytest.mark.parametrize(
    ("question", "told"),
    [
        # a name that stands nowhere
        ("What did the Cabinet decide about zebras?", "“zebras”"),
        ("What did Ignatius Featherstonehaugh say about the food pantries?", "Featherstonehaugh"),
        # decisions of a meeting whose minutes are not here
        ("What did the Thornmere board resolve about the carers' charter on 20 June 2024?", "minutes"),
        # another year than any that the papers speak of
        ("How many new quit dates were set in Thornmere in 2009/10?", "period"),
    ],
)
def test_what_the_papers_do_not_say_is_not_answered_and_the_reason_told(
    service: BoardQA, question: str, told: str
) -> None:
    answer = ask(service, question)
    assert (answer.status, answer.answered, answer.claims) == (Status.NOT_FOUND, False, [])
    assert told in " ".join(answer.notes)
    assert len(answer.passages) >= 10  # the nearest pages are offered


@pytest.mark.parametrize(
    "question",
    [
        "How much will the fluoridation letter cost the council in pounds?",
        "What is the salary of Kestrel Vale's chief executive?",
        "Why did the Thornmere board refuse the grant for the food pantries?",
        "Who invented the sonnet?",
    ],
)
def test_a_question_without_an_answer_in_the_papers_gets_none(service: BoardQA, question: str) -> None:
    assert ask(service, question).status is Status.NOT_FOUND


def test_a_recommendation_is_told_as_one(service: BoardQA) -> None:
    answer = ask(service, "Which option for the Tower Block roof is the Kestrel Vale board asked to choose?")
    (claim,) = [claim for claim in answer.claims if "CHOOSE option 2" in claim.text]
    assert "asked to" in claim.text or "Recommend" in claim.text


# Conversation


def test_a_follow_up_is_understood_by_what_was_asked_before(service: BoardQA) -> None:
    before = Turn(question="Who voted against the fluoridation letter at Thornmere in December 2023?", answer="Two.")
    alone = service.ask(Question(question="And who abstained?"))
    after = service.ask(Question(question="And who abstained?", history=[before]))
    assert "fluoridation" in after.standalone_question
    assert alone.standalone_question == "And who abstained?"
    assert "Marchbanks" in after.answer
    assert {citation.pack for citation in after.citations} == {MARCH}


# Filters


def held(first: str, last: str = "9999-12-31") -> set[str]:
    """The sample packs of meetings between two days."""
    return {pack.name for pack in PACKS if first <= pack.date <= last}


@pytest.mark.parametrize(
    ("filters", "packs"),
    [
        ({"body": "Health and Wellbeing Board"}, {MARCH, JUNE, SUPPLEMENT}),
        ({"body": "HWB"}, {MARCH, JUNE, SUPPLEMENT}),
        ({"body": "kestrel vale"}, {TRUST}),
        ({"from": "2024-06-20"}, held("2024-06-20")),
        ({"to": "2024-03-14"}, {MARCH}),
        ({"from": "2024-03-15", "to": "2024-09-24"}, held("2024-03-15", "2024-09-24")),
        ({"pack": SUPPLEMENT}, {SUPPLEMENT}),
        ({"pack": f"{TRUST}.PDF"}, {TRUST}),
        ({"body": "Planning Committee"}, set()),
        ({"from": "2024-06-01", "body": "HWB", "kind": "supplement"}, {SUPPLEMENT}),
    ],
)
def test_filters_on_the_meeting_narrow_what_is_looked_in(
    service: BoardQA, filters: dict[str, str], packs: set[str]
) -> None:
    found = service.search("the better care fund and the budget", Filters.model_validate(filters), 200)
    assert {passage.pack for passage in found} <= packs
    assert bool(found) is bool(packs) or "kind" in filters
    answer = ask(service, "What is said of money and the budget?", **filters)
    assert {place.pack for place in [*answer.passages, *answer.citations]} <= packs


def test_filters_on_the_paper_narrow_what_is_looked_in(service: BoardQA) -> None:
    for kind in ("minutes", "Slides", "report"):
        found = service.search("patients and staff", Filters(kind=kind), 50)
        assert {passage.kind for passage in found} == {kind.lower()}
    found = service.search("patients and staff", Filters(item="7", pack=TRUST), 50)
    assert {(passage.pack, passage.item) for passage in found} == {(TRUST, "7")}
    answer = ask(service, "How many beds are there?", kind="minutes", to="2024-03-14")
    assert {(passage.pack, passage.kind) for passage in answer.passages} == {(MARCH, "minutes")}


def test_a_filter_that_cannot_be_kept_is_told(service: BoardQA) -> None:
    with pytest.raises(UnknownPackError):
        ask(service, "What is said?", pack="nowhere")
    with pytest.raises(UsageError) as wrong:
        ask(service, "What is said?", kind="novel")
    assert "minutes" in wrong.value.hint


# Access


def test_exempt_pages_appear_nowhere(service: BoardQA, exempt_pages: list[int]) -> None:
    assert len(exempt_pages) >= 2
    hidden = {(JUNE, number) for number in exempt_pages}
    answer = ask(service, RENT)
    found = service.search("District Valuer market rent Quayside Estates lease", Filters(pack=JUNE), 200)
    assert hidden.isdisjoint((p.pack, p.pdf_page) for p in [*answer.passages, *answer.citations, *found])
    assert "164,000" not in answer.model_dump_json()
    assert service.search("rent", Filters(kind="exempt"), 10) == []
    assert set(exempt_pages).isdisjoint(page.pdf_page for page in service.pages(JUNE))
    for number in exempt_pages:
        with pytest.raises(UnknownPageError):
            service.page(JUNE, number)
        with pytest.raises(UnknownPageError):
            service.page_source(JUNE, number)
    with open_pdf(service.pdf_path(JUNE), ocr="off") as pdf:
        pages = list(pdf.pages())
    assert all(page.blank for page in pages if page.pdf_page in exempt_pages)
    assert sum(page.blank for page in pages) < len(pages) / 2
    assert b"Quayside" not in service.pdf_path(JUNE).read_bytes()


def test_exempt_pages_are_for_those_who_may_see_them(trusted: BoardQA, exempt_pages: list[int]) -> None:
    answer = ask(trusted, RENT)
    assert "164,000" in answer.answer
    assert {(c.pack, c.kind) for c in answer.citations if "164,000" in c.quote} == {(JUNE, "exempt")}
    assert set(exempt_pages) <= {page.pdf_page for page in trusted.pages(JUNE)}
    assert "164,000" in " ".join(trusted.page(JUNE, number).text for number in exempt_pages)
    assert trusted.page_source(JUNE, exempt_pages[0]).is_file()
    with open_pdf(trusted.pdf_path(JUNE), ocr="off") as pdf:
        assert all(page.text for page in pdf.pages(exempt_pages[0], exempt_pages[0]))


# What is listed


def test_packs_are_listed_by_date_with_all_papers_of_their_meeting(service: BoardQA) -> None:
    packs = service.packs()
    assert [pack.meeting_date for pack in packs] == sorted(date.fromisoformat(pack.date) for pack in PACKS)
    files = {pack.pack: sorted(pack.files) for pack in packs}
    assert files[JUNE] == files[SUPPLEMENT] == sorted([f"{JUNE}.pdf", f"{SUPPLEMENT}.pdf"])
    assert files[TRUST] == [f"{TRUST}.pdf"]


def test_unknown_packs_and_pages_are_told(service: BoardQA) -> None:
    with pytest.raises(UnknownPackError) as unknown:
        service.pages("thornmere-hwb-2024-03-15")
    assert MARCH in unknown.value.hint
    for number in (0, -1, 10_000):
        with pytest.raises(UnknownPageError):
            service.page(MARCH, number)


# Failures of asking


def test_questions_without_words_or_without_end_are_refused(service: BoardQA) -> None:
    for empty in ("", "   \n", "?!…", "£ %"):
        with pytest.raises(EmptyQuestionError):
            ask(service, empty)
        with pytest.raises(EmptyQuestionError):
            service.search(empty, Filters())
    long = "why " * 300
    with pytest.raises(QuestionTooLongError) as refused:
        ask(service, long)
    assert str(len(long)) in refused.value.message


@pytest.mark.parametrize(
    "question",
    ['"', "rent AND (", "NEAR(rent, *)", "text:rent*", "what\x00is it", "1", "the of and", "ZÜRICH ĳ 京都 🦢 x"],
)
def test_any_words_can_be_asked(service: BoardQA, question: str) -> None:
    if any(character.isalnum() for character in question):
        assert ask(service, question).question == question
    else:
        with pytest.raises(EmptyQuestionError):
            ask(service, question)


def test_a_slip_of_the_pen_is_read_as_the_word_that_was_meant(service: BoardQA) -> None:
    finder = service._engine.reader().finder
    slip, right = (
        finder.find(Question(question=f"who spoke {word} licensing in Thornmere"), Scope()).worth
        for word in ("agianst", "against")
    )
    assert slip["against"] == right["against"]
    assert "agianst" not in slip


def test_a_pack_that_comes_in_while_an_answer_is_made_does_no_harm(
    service: BoardQA, monkeypatch: pytest.MonkeyPatch
) -> None:
    packs = Finder.packs
    late = "thornmere-hwb-2024-03-14"
    assert late in {passage.pack for passage in service.search("dental decay", Filters(), 10)}
    monkeypatch.setattr(
        Finder, "packs", lambda finder, scope: {id_: pack for id_, pack in packs(finder, scope).items() if id_ != late}
    )
    assert late not in {passage.pack for passage in service.search("dental decay", Filters(), 10)}
    answer = ask(service, "What share of five year olds has dental decay?")
    assert late not in {passage.pack for passage in answer.passages}


def test_an_index_of_nothing_says_that_papers_are_needed(empty_service: BoardQA) -> None:
    with pytest.raises(NotReadyError) as refused:
        ask(empty_service, "What was agreed?")
    assert "board-qa ingest" in refused.value.hint
    assert empty_service.ready() == ["no pack is indexed"]


# Another model, and taking packs out


def test_another_model_needs_new_vectors_and_says_how_to_make_them(tmp_path: Path) -> None:
    other = tmp_path / "other-model"
    bundled = Path(index.embedding._folder(BUNDLED))
    shutil.copytree(bundled, other, ignore=shutil.ignore_patterns("*.safetensors"))
    for weights in bundled.glob("*.safetensors"):
        (other / weights.name).symlink_to(weights)
    ferry = draw(tmp_path / "ferry.pdf", lambda sheet: sheet.write(72, 100, "The ferry will sail at 7.40 from Quay 3."))

    first = BoardQA.open(Settings(data=tmp_path / "data"))
    first.ingest([ferry])
    first.close()
    second = BoardQA.open(Settings(data=tmp_path / "data", embedding_model=str(other)))
    with pytest.raises(IndexMismatchError) as refused:
        ask(second, "Which quay does the ferry sail from?")
    assert "board-qa ingest --re-embed" in refused.value.hint
    assert second.ready() != []
    assert second.ingest([ferry], re_embed=True).unchanged == ["ferry"]
    assert "Quay 3" in ask(second, "Which quay does the ferry sail from?").answer
    assert second.ready() == []

    copies = list((tmp_path / "data" / "files").iterdir())
    assert len(copies) == 1
    assert second.remove(["ferry.pdf"]) == ["ferry"]
    assert second.packs() == []
    assert list((tmp_path / "data" / "files").iterdir()) == []
    with pytest.raises(UnknownPackError):
        second.remove(["ferry"])
    second.close()
