"""Each miss is put down to the earliest stage at which its answer was lost."""

from __future__ import annotations

import pytest

from eval.marks import Place
from eval.questions import GoldQuestion
from eval.score import score
from eval.stages import STAGES
from qa.model import Answer, Status, Trace
from tests.scored import abstain, ask, cite, say, traced, true_pages

GRANT = "agreed to give £12,000 to the ferry"
VOTE = "Seven members voted for the motion"
FRONT, GOLD, OTHER, VOTED, ALSO, TWIN = (
    ("alder", 1),
    ("alder", 2),
    ("alder", 3),
    ("alder", 4),
    ("alder", 5),
    ("birch", 2),
)
RIGHT = cite(GOLD, "12", GRANT)
WRONG = cite(OTHER, "13", "Councillor Ida Marsh")
GRANTED = ask("grant", [["12,000"]], {GRANT: [2]}, also=[5])
TWINNED = ask("grant", [["12,000"]], {GRANT: [2]}, elsewhere={"birch": [2]})
VOTED_ON = ask("vote", [["12,000"], ["seven", "7"]], {GRANT: [2], VOTE: [4]}, "multi")
UNWORDED = ask("vote", [["a dozen thousand"]], {GRANT: [2], VOTE: [4]}, "multi")
BRIDGE = ask("bridge", kind="unanswerable")

READ = traced([OTHER, GOLD], [OTHER, GOLD], [OTHER])
UNREAD = traced([OTHER, GOLD], [OTHER], [OTHER])
UNFOUND = traced([OTHER], [OTHER], [OTHER])


def stage(
    answer: Answer | None,
    trace: Trace | None = None,
    question: GoldQuestion = GRANTED,
    unreadable: tuple[Place, ...] = (),
    believed: tuple[Place, ...] = (),
) -> str | None:
    answers = {} if answer is None else {question.id: answer}
    traces = {} if trace is None else {question.id: trace}
    (row,) = score([question], answers, true_pages(unreadable, believed), traces)
    assert row.stage is None or row.stage in STAGES
    return row.stage


def test_stages_are_told_in_their_order_with_a_sentence_each() -> None:
    assert list(STAGES) == [
        "no answer",
        "should have abstained",
        "page unreadable",
        "passage never retrieved",
        "retrieved but not in the reader's window",
        "verified away",
        "wrongly abstained",
        "read but wrong span",
        "wrong page label",
    ]
    assert all(sentence.endswith(".") for sentence in STAGES.values())


def test_good_answers_arose_nowhere() -> None:
    assert stage(say("£12,000", [RIGHT]), READ) is None
    assert stage(say("£12,000", [RIGHT])) is None
    assert stage(say("£12,000", [cite(ALSO, "15")]), UNFOUND) is None  # another page that is right, by luck
    assert stage(abstain(), question=BRIDGE) is None


def test_a_question_the_run_did_not_answer_has_no_answer() -> None:
    assert stage(None) == stage(None, READ) == stage(None, question=BRIDGE) == "no answer"


def test_an_answer_where_there_is_none_should_have_been_abstained_from() -> None:
    assert stage(say("It is 3.", [RIGHT]), READ, BRIDGE) == "should have abstained"


@pytest.mark.parametrize("answer", [abstain([OTHER]), say("It is 3.", [WRONG], [OTHER])])
def test_what_was_never_found_explains_a_wrong_answer_and_an_abstention(answer: Answer) -> None:
    assert stage(answer, UNFOUND) == "passage never retrieved"
    assert stage(answer) == "passage never retrieved"  # by the answer's own passages
    assert stage(answer, UNFOUND, unreadable=(OTHER,)) == "passage never retrieved"
    assert stage(answer, UNFOUND, unreadable=(GOLD,)) == "page unreadable"
    assert stage(answer, UNREAD) == "retrieved but not in the reader's window"


def test_an_unreadable_page_is_no_reason_where_the_quote_stands_elsewhere_too() -> None:
    assert stage(abstain(), UNFOUND, TWINNED, unreadable=(GOLD,)) == "passage never retrieved"
    assert stage(abstain(), UNFOUND, TWINNED, unreadable=(GOLD, TWIN)) == "page unreadable"
    twin = traced([TWIN], [TWIN], [TWIN])
    assert stage(abstain(), twin, TWINNED) == "wrongly abstained"


def test_what_was_read_was_wrongly_abstained_from() -> None:
    declined = traced([OTHER, GOLD], [OTHER, GOLD], declined="The papers give no figure for it.")
    assert stage(abstain([OTHER, GOLD]), declined) == "wrongly abstained"
    assert stage(abstain([OTHER, GOLD])) == "wrongly abstained"  # without a trace: as far as is known


def test_what_was_turned_away_before_any_search_was_wrongly_abstained_from() -> None:
    turned_away = abstain(status=Status.OUT_OF_SCOPE)
    assert stage(turned_away) == stage(turned_away, traced()) == "wrongly abstained"
    assert stage(abstain()) == stage(abstain(), traced()) == "passage never retrieved"


def test_a_page_that_was_read_for_a_wrong_answer_gave_the_wrong_span() -> None:
    assert stage(say("It is 3.", [RIGHT]), READ) == "read but wrong span"
    assert stage(say("It is 3.", [WRONG]), READ) == "read but wrong span"
    assert stage(say("It is 3.", [WRONG], [GOLD])) == "read but wrong span"
    assert stage(say("£12,000" + " and" * 160, [RIGHT]), READ) == "read but wrong span"
    assert stage(say("£12,000", [WRONG]), READ) == "read but wrong span"  # the right page was there to cite


def test_a_page_that_was_drafted_from_or_cited_was_read_whatever_else_is_told() -> None:
    assert stage(say("It is 3.", [WRONG]), traced([OTHER], [OTHER], [GOLD])) == "read but wrong span"
    assert stage(say("It is 3.", [RIGHT]), UNFOUND) == stage(say("It is 3.", [RIGHT])) == "read but wrong span"


def test_a_right_answer_from_a_wrong_page_lacked_any_right_page() -> None:
    answer = say("£12,000", [WRONG], [OTHER])
    assert stage(answer, UNFOUND) == "passage never retrieved"
    assert stage(answer, traced([OTHER, ALSO], [OTHER])) == "retrieved but not in the reader's window"
    assert stage(answer, traced([OTHER, ALSO], [OTHER, ALSO])) == "read but wrong span"


def test_a_statement_that_the_check_took_out_was_verified_away() -> None:
    drafted = traced([OTHER, GOLD], [OTHER, GOLD], [OTHER, GOLD], ["The Board gave £12,000."])
    aside = traced([OTHER, GOLD], [OTHER, GOLD], [OTHER, GOLD], ["The chair was absent."])
    assert stage(abstain(), drafted) == stage(say("It is 3.", [WRONG]), drafted) == "verified away"
    assert stage(abstain(), aside) == "verified away"  # nothing was left of a draft from the right page
    assert stage(say("£12,000", [WRONG]), aside) == "verified away"  # its statement on the right page is gone
    assert stage(say("It is 3.", [WRONG]), aside) == "read but wrong span"  # what went would not have been right
    assert stage(say("It is 3.", [RIGHT]), aside) == "read but wrong span"
    assert stage(say("£12,000" + " and" * 160, [RIGHT]), aside) == "read but wrong span"
    elsewhere = traced([OTHER, GOLD], [OTHER, GOLD], [OTHER], ["The chair was absent."])
    assert stage(say("£12,000", [WRONG]), elsewhere) == "read but wrong span"
    assert stage(abstain(), elsewhere) == "wrongly abstained"


def test_only_the_quotes_that_give_the_lacking_facts_had_to_be_found() -> None:
    grant_only = traced([GOLD], [GOLD], [GOLD])
    assert stage(say("£12,000", [RIGHT]), grant_only, VOTED_ON) == "passage never retrieved"
    assert stage(say("7 of them", [cite(VOTED, "14")]), grant_only, VOTED_ON) == "read but wrong span"
    assert stage(say("It is 3.", [RIGHT]), grant_only, VOTED_ON) == "passage never retrieved"
    assert stage(say("It is 3.", [RIGHT]), grant_only, UNWORDED) == "passage never retrieved"
    half_worded = ask("vote", [["12,000"], ["a majority"]], {GRANT: [2], VOTE: [4]}, "multi")
    assert stage(say("It is 3.", [RIGHT]), grant_only, half_worded) == "passage never retrieved"
    both = traced([GOLD, VOTED], [GOLD, VOTED], [GOLD])
    assert stage(say("It is 3.", [RIGHT]), both, UNWORDED) == "read but wrong span"


def test_a_fact_that_two_quotes_give_can_be_had_from_either() -> None:
    twice = ask("twice", [["12,000"]], {GRANT: [2], "it was given £12,000 by the Board": [3]})
    one = traced([OTHER], [OTHER], [OTHER])
    assert stage(abstain(), one, twice) == "wrongly abstained"


def test_a_right_answer_under_a_wrong_printed_page_has_a_wrong_label() -> None:
    mislabelled = cite(GOLD, "2", GRANT)
    assert stage(say("£12,000", [mislabelled]), READ) == "wrong page label"
    assert stage(say("£12,000", [RIGHT, cite(FRONT, "1", n=2)])) == "wrong page label"  # it has no printed number
    assert stage(say("£12,000", [mislabelled]), READ, believed=(GOLD,)) is None
    assert stage(say("It is 3.", [mislabelled]), READ) == "read but wrong span"  # the label lost nothing
