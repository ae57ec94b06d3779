"""Evidence: which sentences, list items and rows answer, and when none of them really does."""

from __future__ import annotations

import pytest

from index.embedding import load_embedder
from index.model import Passage
from qa.evidence import gather
from qa.held import held
from qa.late import AskedWords
from qa.question import Wanted, analyse
from qa.retrieve import Hit, fuse, inverse_frequency
from qa.support import (
    lacks_kind,
    missing_names,
    not_refused,
    off_topic,
    other_period,
)
from qa.units import Evidence, units
from tests.stored import passage

VISITS = passage(
    "Fenny Street\t41,200\t39,800\nMill Lane\t12,900\t-\nQuay\t8,100\t8,450",
    table=True,
    columns=("Centre", "2022/23", "2023/24"),
    title="Table 3: Visits by centre",
)


def found(question: str, *passages: Passage) -> list[Evidence]:
    """The evidence for a question, every word of it worth the same."""
    asked = analyse(question)
    hits = [Hit(p, 1 - 0.1 * k) for k, p in enumerate(passages)]
    model = load_embedder()
    words = AskedWords(model, question, asked.terms)
    worth = dict.fromkeys(asked.terms, 1.0)
    return [c.evidence for c in gather(asked, hits, worth, model.embed_query(question), words, model.read)]


def best(question: str, *passages: Passage) -> str:
    return found(question, *passages)[0].text


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "How much did the ferry cost?",
            "The ferry was late. The ferry cost the council £4.2m. The ferry is blue.",
            "The ferry cost the council £4.2m.",
        ),
        (
            "Who runs the ferry?",
            "The ferry is run well. The ferry is run by Dr Ada Fenwick. It runs daily.",
            "The ferry is run by Dr Ada Fenwick.",
        ),
        (
            "When does the ferry sail?",
            "The ferry does sail. The ferry will sail from 9 June 2024. It sails far.",
            "The ferry will sail from 9 June 2024.",
        ),
        (
            "What percentage of ferries was late?",
            "Few ferries were late. Of the ferries 14% were late. Ferries were often late.",
            "Of the ferries 14% were late.",
        ),
    ],
)
def test_a_sentence_that_holds_what_is_asked_for_comes_first(question: str, text: str, answer: str) -> None:
    assert answer in best(question, passage(text, blocks=(0,)))


def test_the_row_that_is_asked_for_comes_first_and_the_header_is_no_row() -> None:
    rows = found("How many visits did Mill Lane have in 2022/23?", VISITS)
    assert rows[0].text == "Mill Lane\t12,900\t-"
    assert len(rows) == 3
    table = passage("Centre\t2022/23\nQuay\t8,100", table=True, columns=("Centre", "2022/23"))
    assert [e.text for e in found("visits to Quay", table)] == ["Quay\t8,100"]


def test_evidence_is_told_by_offsets_in_its_passage() -> None:
    text = "The ferry is late.\nThe pier is shut. The quay is full."
    for e in found("Is the quay full?", passage(text, blocks=(0, 19))):
        assert text[e.start : e.end] == e.text
    assert best("Is the quay full?", passage(text, blocks=(0, 19))) == "The quay is full."


def test_a_list_is_read_with_its_lead_in() -> None:
    text = "The Panel asked for these:\n• a map of moorings\n• a plan for the quay"
    blocks = (0, text.index("• a map"), text.index("• a plan"))
    assert text in [e.text for e in found("What did the Panel ask for?", passage(text, blocks=blocks))]


def test_fusion_rewards_places_in_both_rankings() -> None:
    scores = fuse([([(1, 9.0), (2, 5.0), (3, 1.0)], 1.0), ([(2, 0.9), (4, 0.5)], 1.0)])
    assert max(scores, key=lambda id_: scores[id_]) == 2
    assert fuse([([(7, 3.0), (8, 1.0)], 1.0), ([(7, 0.4), (8, 0.1)], 1.0)])[7] == pytest.approx(1.0)
    assert fuse([([], 1.0), ([(5, 0.2)], 1.0)]) == {5: pytest.approx(1.0)}
    assert fuse([]) == {}


def test_rare_words_are_worth_more_than_common_ones() -> None:
    assert inverse_frequency(1000, 1) > inverse_frequency(1000, 30) > inverse_frequency(1000, 900) > 0


# When none of it answers


def test_a_name_that_stands_nowhere_is_missing() -> None:
    asked = analyse("What did Ada Fenwick tell Orme, the NHSXX and Marlby?")
    (marlby,) = [key for key, name in asked.proper.items() if name == "Marlby"]
    assert missing_names(asked, {}, frozenset({marlby})) == ["Fenwick"]
    assert missing_names(asked, dict.fromkeys(asked.proper, 1), frozenset()) == []


def test_a_sum_that_is_not_told_is_not_answered() -> None:
    question = "How much did the ferry cost?"
    silent = passage("The ferry came from the yard. The ferry is blue and carries cars.", blocks=(0,))
    telling = passage("The ferry did cost £4.2m.", blocks=(0,))
    for passages, kind in (((silent,), Wanted.MONEY), ((silent, telling), None)):
        assert lacks_kind(analyse(question), found(question, *passages), {}, 100, frozenset()) is kind


def test_a_figure_for_a_rare_name_must_stand_with_it() -> None:
    question = "How much was the ferry grant of Marlby in Wychford?"
    whole = passage("The ferry grant of Marlby was £6.1m.", blocks=(0,))
    part = passage("Wychford: the ferry grant of Marlby was £1.1m.", blocks=(0,))
    often = {"wychford": 2, "marlbi": 3}
    for passages, kind in (((whole,), Wanted.MONEY), ((whole, part), None)):
        assert lacks_kind(analyse(question), found(question, *passages), often, 1000, frozenset()) is kind


def test_a_row_that_only_numbers_and_dates_an_action_counts_nothing() -> None:
    columns = ("Ref", "Action", "Owner", "Due date", "Number fined")
    asked = analyse("How many fines were cancelled?")
    open_, done = units(
        passage(
            "16/24\tCount the fines\tJT\t4 May 2024, 24\t\n17\tCount the fines\tJT\t\t39", table=True, columns=columns
        )
    )
    assert not held(asked, open_)
    assert held(asked, done) == {Wanted.COUNT}


def test_figures_of_another_year_are_not_answered() -> None:
    asked = "How many ferries sailed in 2009/10?"
    later = passage("In 2021/22 there were 214 ferries that sailed.", blocks=(0,))
    assert other_period(analyse(asked), found(asked, later), {})
    asked = "How many ferries sailed in 2021/22?"
    assert not other_period(analyse(asked), found(asked, later), {})


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("How many ferries sail, by the June 2024 report?", False),
        ("What did the Panel's meeting in June 2024 hear of the ferries?", False),
        ("How many ferries sailed in June 2024?", True),
        ("How many ferries sail, by the May 2020 report?", True),
    ],
)
def test_the_date_of_a_paper_or_meeting_is_not_that_of_its_figures(asked: str, other: bool) -> None:
    earlier = passage("In 2021/22 there were 214 ferries.", context="Marlby, Ferry Panel, 20 June 2024", blocks=(0,))
    assert other_period(analyse(asked), found(asked, earlier), {}) is other


def test_the_date_of_a_report_may_stand_on_any_of_its_pages() -> None:
    asked = "How many ferries sail, by the pier company's May 2020 update?"
    earlier = found(asked, passage("In 2018/19 there were 214 ferries.", context="Marlby, 20 June 2024", blocks=(0,)))
    assert other_period(analyse(asked), earlier, {}, ["The ferries of Marlby"])
    assert not other_period(analyse(asked), earlier, {}, ["The ferries of Marlby", "Update of May 2020"])


def test_asking_for_one_or_the_other_takes_nothing_for_granted() -> None:
    for asked in ("Was the ferry turned down or waved through?", "Did they approve the ferry or reject it?"):
        assert not not_refused(analyse(asked), found(asked, passage("The ferry was approved.", blocks=(0,))))


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("The Panel approved the fee for the ferry.", False),
        ("The Panel refused the fee for the ferry.", True),
        ("The fee for the ferry was lost by 7 votes to 4.", True),
        ("Cllr Orme spoke against the fee for the ferry.", True),
    ],
)
def test_a_refusal_is_not_taken_for_granted(text: str, refused: bool) -> None:
    asked = "Why did the Panel reject the fee for the ferry?"
    assert not_refused(analyse(asked), found(asked, passage(text, blocks=(0,)))) is not refused


def test_papers_that_do_not_speak_of_it_are_off_topic() -> None:
    asked = analyse("Who invented the sonnet?")
    worth = dict.fromkeys(asked.terms, 1.0)
    assert off_topic([], worth)
    assert off_topic(found(asked.text, passage("The ferry is late.", blocks=(0,))), worth)
    assert not off_topic(found(asked.text, passage("He invented the sonnet.", blocks=(0,))), worth)


@pytest.mark.parametrize("first", ["•", "a)", "A)", "(i)"])
def test_a_list_is_read_with_its_lead_in_and_the_sentence_before(first: str) -> None:
    start, lead = "The ferry came in May. ", "It serves:"
    text = f"{start}{lead}\n{first} Quay;\n{first} Pier."
    item = len(start + lead) + 1
    read = [e.text for e in units(passage(text, blocks=(0, item, text.rindex(first))))]
    assert text in read
    assert text[len(start) :] in read


def test_how_each_voted_is_read_with_the_line_above() -> None:
    lines = (
        "The voting was:",
        "For (3): Amory, Penhallow and Whittle",
        "Against (1): Moule",
        "The motion was CARRIED.",
    )
    text = "\n".join(lines)
    read = [e.text for e in units(passage(text, blocks=tuple(text.index(line) for line in lines)))]
    assert "\n".join(lines[:3]) in read


def test_an_address_on_the_web_answers_nothing_by_itself() -> None:
    link = "https://www.northam.gov.uk/info/ pools_2023"
    text = f"The plan is at {link}\n{link}\nIt has nine parts."
    read = [e.text for e in units(passage(text, blocks=(0, text.index(f"\n{link}") + 1, text.index("It"))))]
    assert link not in read
    assert read[0].startswith("The plan is at")


@pytest.mark.parametrize(
    ("question", "text", "kind"),
    [
        ("How much did the settlement cost?", "The claim was settled for $591,598.42 in May.", Wanted.MONEY),
        ("How much is the grant?", "The grant comes to €40,000.", Wanted.MONEY),
        (
            "What percentage of plans came within 20 weeks, and how many hubs are there?",
            "Last month 90% did.",
            Wanted.PERCENT,
        ),
        ("How did the vote split on the pier?", "Passed, with 29 members in favour and 4 against.", Wanted.VOTE),
        ("Who voted against the pier?", "AGAINST: Councillors Hale and Orme", Wanted.VOTE),
    ],
)
def test_a_kind_of_answer_is_known_by_how_papers_print_it(question: str, text: str, kind: Wanted) -> None:
    e = Evidence(passage(text), 0, len(text), "")
    assert kind in held(analyse(question), e)


def test_a_year_in_the_question_takes_no_digits_out_of_another_figure() -> None:
    text = "The ferry carried 2,024 people."
    assert Wanted.COUNT in held(analyse("How many did the ferry carry on 20 May?"), Evidence(passage(text), 0, 31, ""))


def test_labelled_figures_are_read_with_the_measure_above_them() -> None:
    card = passage("Ferries on time\tRED\nLatest: 613\tTarget: 700 Floor: 650\tPrevious: 612 (Red)", table=True)
    assert card.text in [e.text for e in units(card)]
    plain = passage("Ferries on time\tRED\nFerries late\tGREEN", table=True)
    assert plain.text not in [e.text for e in units(plain)]


def near_or_not(*candidates: Evidence, short: dict[str, frozenset[str]] | None = None) -> Wanted | None:
    """What the question on the Ashgrove Pier Fund lacks, where "Ashgrove" and "Pier" are rare names."""
    asked = analyse("How much is left of the Ashgrove Pier Fund in pounds?")
    return lacks_kind(asked, candidates, {"ashgrov": 3, "pier": 3, "fund": 3}, 1000, frozenset(), short or {})


def scored(text: str, plain: float, kinds: frozenset[Wanted] = frozenset(), **more: object) -> Evidence:
    return Evidence(passage(text, **more), 0, len(text), "", plain, plain, kinds=kinds)


SUM = frozenset({Wanted.MONEY})


def test_a_sum_on_the_page_of_the_best_evidence_is_near_enough() -> None:
    best = scored("The Ashgrove Pier Fund pays for piers.", 1.0, heading="Piers", id=1)
    words, more = "Of it £4,000 is left.", {"heading": "Piers", "id": 2}
    assert near_or_not(best, scored(words, 0.8, SUM, **more)) is None
    assert near_or_not(best, scored(words, 0.8, SUM, pdf_page=9, **more)) is Wanted.MONEY
    assert near_or_not(best, scored(words, 0.8, SUM, table=True, **more)) is Wanted.MONEY
    assert near_or_not(best, scored(words, 0.6, SUM, **more)) is Wanted.MONEY


def test_a_sum_stands_with_a_name_that_its_heading_holds_or_that_it_shortens() -> None:
    said = "Of it £4,000 is left."
    head = scored("The Ashgrove Pier Fund began in May.", 1.0, heading="Piers", id=1)
    assert near_or_not(head, scored(said, 0.9, SUM, heading="Piers", id=2)) is None
    assert near_or_not(head, scored(said, 0.9, SUM, heading="Roads", id=2)) is Wanted.MONEY
    short = {"apf": frozenset({"ashgrov", "pier", "fund"})}
    assert near_or_not(head, scored("Of the APF £4,000 is left.", 0.9, SUM, heading="Roads", id=2), short=short) is None


def test_a_row_that_shortens_what_is_asked_has_its_words() -> None:
    table = passage("Quay repairs\t40,000\nQFT boats\t9,000", table=True, columns=("Scheme", "Cost"))
    question = "What is set aside for boats of the Quayside Ferry Trust?"
    asked = analyse(question)
    model, words = load_embedder(), dict.fromkeys(asked.terms, 1.0)
    short = {"qft": frozenset({"quaysid", "ferri", "trust"})}
    vector, late = model.embed_query(question), AskedWords(model, question, asked.terms)
    got = {
        c.evidence.text: c.features["words"]
        for c in gather(asked, [Hit(table, 1.0)], words, vector, late, model.read, short)
    }
    assert got["QFT boats\t9,000"] > 0.6 > got["Quay repairs\t40,000"]
