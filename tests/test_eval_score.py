"""Marks are those of the terms at the top of eval/score.py, and the same as others' scorers give."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import ir_measures
import pytest
from ir_measures import RR, R, Success

from eval.figures import METRICS, Unit, aggregate
from eval.marks import RANKS, Place
from eval.questions import PAGE_MAP, GoldQuestion, TruePage, read_pages, read_questions
from eval.runs import Pages, RunPage
from eval.score import says, score, stands_on
from qa.model import Answer
from tests.scored import TEXTS, abstain, ask, cite, say, true_pages

GRANT = "agreed to give £12,000 to the ferry"
VOTE = "Seven members voted for the motion and 3 against"
END = "The ferry will run until 31 March 2025"

QUESTIONS = [
    ask("grant", [["12,000", "£12k"]], {GRANT: [2]}, "number", also=[5], elsewhere={"birch": [2]}),
    ask("vote", [["seven", "7"], ["3", "three"], ["O'Dowd"]], {VOTE: [4], "Mr P. O’Dowd": [3]}, "multi"),
    ask("end", [["31 March 2025"]], {END: [5]}, "date"),
    ask("bridge", kind="unanswerable"),
    ask("tolls", kind="unanswerable"),
    ask("chair", [["Ida Marsh"]], {"Councillor Ida Marsh (Chair)": [3]}, "person"),
]
ANSWERS = {
    # right, cited first to a wrong page and then to a twin, both under right page labels; 6 words
    "grant": say(
        "It was £12,000 for the ferry.",
        [cite(("alder", 4), "14", "Seven members voted"), cite(("birch", 2), "12", "given £12,000 by the Board", 2)],
        [("alder", 3), ("alder", 3), ("alder", 1), ("birch", 2)],
        ms=30,
    ),
    # two of three facts, one of two quotes' pages, one quote not on its page, one of two labels wrong; 7 words
    "vote": say(
        "Seven were for it, 3 against it.",
        [cite(("alder", 4), "14", VOTE), cite(("alder", 1), "11", "words that are nowhere", 2)],
        [("alder", 4), ("alder", 1), ("alder", 2), ("alder", 5), ("birch", 1), ("alder", 3)],
        ms=10,
    ),
    "end": abstain([("alder", 2), ("alder", 5)], ms=20),  # wrongly; 5 words
    "bridge": abstain(),  # rightly, and not timed; 5 words
    "tolls": say("Tolls are 3 pounds.", [cite(("alder", 9), None, "")]),  # cites a page that is not there; 4 words
}  # and chair has none


@pytest.mark.parametrize(
    ("text", "fact", "given"),
    [
        ("It cost £12,000.", "12,000", True),
        ("It cost £112,000.", "12,000", False),
        ("It was 12.5%", "12", False),
        ("51% were seen", "51", True),
        ("51k were seen", "51", True),
        ("51.3% were seen", "51", False),
        ("513 were seen", "51", False),
        ("3.12 m", "12", False),
        ("There were 12.", "12", True),
        ("Cllr O’Dowd spoke", "O'Dowd", True),
        ("the motion was lost", "lost", True),
        ("a losting battle", "lost", False),
        ("members supported it", "support", True),
        ("they do not support it", "port", False),
        ("2024–25", "2024-25", True),
        ("", "12", False),
    ],
)
def test_facts_are_whole_words_and_numbers(text: str, fact: str, given: bool) -> None:
    assert says(text, fact) is given


def test_quotes_stand_despite_spacing_but_not_despite_other_words() -> None:
    page = "The Board agreed\nto give £45,000 to the\tfood pantries."
    assert stands_on("the Board agreed to give £45,000", page)
    assert stands_on("£45,000\tto the food", page)
    assert not stands_on("the Board refused to give £45,000", page)
    assert not stands_on("£54,000", page)


@pytest.mark.parametrize(
    ("quote", "stands"),
    [
        ("abcdefghijklmnopqXYZ", True),  # 17 letters of 20 in one piece
        ("abcdefghijklmnopXXYZ", False),  # 16
        ("abcdefX", False),  # too short to be near
        ("a b c d e f g", True),
        ("", True),
    ],
)
def test_a_long_piece_of_a_quote_is_enough_on_a_scan(quote: str, stands: bool) -> None:
    assert stands_on(quote, "On the page: abcdefghijklmnopq and no more") is stands


def test_each_mark_is_the_one_worked_out_by_hand() -> None:
    grant, vote, end, bridge, tolls, chair = score(QUESTIONS, ANSWERS, true_pages())

    assert (grant.good, grant.correct, grant.facts, grant.facts_missed) == (True, True, 1.0, ())
    assert (grant.hit_first, grant.hit, grant.precision, grant.evidence) == (False, True, 0.5, 1.0)
    assert (grant.ranked, grant.reciprocal_rank) == ((0.0, 1.0, 1.0), 1 / 3)
    assert (grant.quotes, grant.printed, grant.words, grant.ms) == (1.0, 1.0, 6, 30.0)
    assert grant.expected == (("alder", 2), ("alder", 5), ("birch", 2))
    assert grant.cited == (("alder", 4), ("birch", 2))

    assert (vote.good, vote.correct, vote.facts, vote.facts_missed) == (False, False, pytest.approx(2 / 3), ("O'Dowd",))
    assert (vote.hit_first, vote.hit, vote.precision, vote.evidence) == (True, True, 0.5, 0.5)
    assert (vote.ranked, vote.reciprocal_rank, vote.quotes, vote.printed) == ((0.5, 0.5, 1.0), 1.0, 0.5, 0.5)

    assert (end.good, end.answered, end.facts, end.hit, end.precision) == (False, False, 0.0, False, 0.0)
    assert (end.ranked, end.reciprocal_rank, end.quotes, end.printed) == ((0.0, 1.0, 1.0), 0.5, None, None)

    assert (bridge.good, bridge.correct, bridge.hit, bridge.ranked, bridge.ms) == (True, None, None, (), None)
    assert (tolls.good, tolls.quotes, tolls.printed) == (False, 1.0, 0.0)  # nothing was quoted
    assert (chair.missing, chair.answered, chair.good, chair.words, chair.ms) == (True, None, False, 0, None)
    assert (chair.ranked, chair.reciprocal_rank, chair.facts_missed) == ((0.0, 0.0, 0.0), 0.0, ("Ida Marsh",))


def test_each_metric_is_the_one_worked_out_by_hand() -> None:
    assert aggregate(score(QUESTIONS, ANSWERS, true_pages())) == {
        "grounded_accuracy": pytest.approx(2 / 6),  # grant and bridge
        "answer_correct": 1 / 4,
        "facts": pytest.approx((1 + 2 / 3) / 4),
        "cite_hit@1": 1 / 4,
        "cite_hit": 2 / 4,
        "evidence_recall": pytest.approx(1.5 / 4),
        "cite_precision": 1 / 4,
        "page_recall@1": 0.5 / 4,
        "page_recall@5": 2.5 / 4,
        "page_recall@10": 3 / 4,
        "mrr": pytest.approx((1 / 3 + 1 + 1 / 2) / 4),
        "abstain_recall": 1 / 2,
        "wrong_abstain": 1 / 4,
        "quote_verbatim": pytest.approx(2.5 / 3),
        "printed_page_right": 1.5 / 3,
        "words_median": 5.0,  # of 0 4 5 5 6 7
        "ms_p50": 20.0,
        "ms_p95": 30.0,
    }


def test_a_run_without_fault_has_every_share_at_its_best() -> None:
    answers = {
        "grant": say("£12,000", [cite(("alder", 2), "12", GRANT)], [("alder", 2)], ms=7),
        "vote": say("Seven to 3, and O'Dowd", [cite(("alder", 4), "14", VOTE), cite(("alder", 3), "13", "O'Dowd")]),
        "end": say("31 March 2025", [cite(("alder", 5), "15", END)], [("alder", 5)]),
        "bridge": abstain(),
        "tolls": abstain(),
        "chair": say("Ida Marsh", [cite(("alder", 3), "13", "Councillor Ida Marsh")], [("alder", 3)]),
    }
    rows = score(QUESTIONS, answers, true_pages())
    assert [row.id for row in rows if not row.good or row.stage] == []
    metrics = aggregate(rows)
    shares = {name: value for name, value in metrics.items() if METRICS[name].unit is Unit.SHARE}
    assert shares.pop("wrong_abstain") == 0.0
    ranks = {name: shares.pop(name) for name in ("page_recall@1", "page_recall@5", "page_recall@10", "mrr")}
    assert set(ranks.values()) == {3 / 4}  # the vote's passages were not told
    assert set(shares.values()) == {1.0}


def test_an_answer_without_a_right_citation_is_not_good() -> None:
    wrong = cite(("alder", 1), "9", "words that stand nowhere in the pack")
    (row,) = score(QUESTIONS[:1], {"grant": say("£12,000", [wrong])}, true_pages())
    assert (row.correct, row.hit, row.good, row.quotes, row.printed) == (True, False, False, 0.0, 0.0)


@pytest.mark.parametrize(("more", "correct"), [(159, True), (160, False)])
def test_an_answer_that_drowns_the_reader_is_not_right(more: int, correct: bool) -> None:
    drowned = say("12,000" + " and" * more, [cite(("alder", 2), "12", GRANT)])
    (row,) = score(QUESTIONS[:1], {"grant": drowned}, true_pages())
    assert (row.words, row.facts, row.correct, row.good) == (more + 1, 1.0, correct, correct)


def test_a_printed_number_taken_from_the_index_is_no_proof_of_itself() -> None:
    citations = [cite(("alder", 2), "12", GRANT), cite(("alder", 4), "99", VOTE, 2)]
    answers = {"grant": say("£12,000", citations)}
    (half,) = score(QUESTIONS[:1], answers, true_pages(believed=[("alder", 2)]))
    (none,) = score(QUESTIONS[:1], answers, true_pages(believed=[("alder", 2), ("alder", 4)]))
    assert (half.printed, none.printed, none.quotes) == (0.0, None, 1.0)


def test_no_answers_at_all_score_as_missing_not_as_abstained() -> None:
    rows = score(QUESTIONS, {}, {})
    metrics = aggregate(rows)
    assert all(row.missing and row.stage == "no answer" for row in rows)
    assert metrics["grounded_accuracy"] == metrics["abstain_recall"] == metrics["wrong_abstain"] == 0.0
    assert metrics["quote_verbatim"] is metrics["ms_p50"] is metrics["ms_p95"] is None


# The same numbers as other scorers


@pytest.fixture(scope="module")
def shared_scorer(shared: Callable[[str], Path]) -> ModuleType:
    spec = importlib.util.spec_from_file_location("shared_score", shared("score.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


THEIR_MARKS = {
    "good": "good",
    "missing": "missing",
    "answered": "answered",
    "words": "words",
    "ms": "ms",
    "quote_ok": "quotes",
    "label_ok": "printed",
    "correct": "correct",
    "facts": "facts",
    "hit1": "hit_first",
    "hit": "hit",
    "ev_recall": "evidence",
    "precision": "precision",
}


def agree(
    theirs: ModuleType, questions: Sequence[GoldQuestion], answers: Mapping[str, Answer], pages: Pages, folder: Path
) -> dict[str, float]:
    """Hold every mark and metric that both scorers have to the same numbers; their metrics."""
    for pack, numbered in pages.items():
        true = (TruePage(pdf_page=p.pdf_page, printed=p.printed, text=p.text) for p in numbered.values())
        (folder / f"{pack}{PAGE_MAP}").write_text("".join(p.model_dump_json() + "\n" for p in true), "utf-8")
    objects = [{"id": i, **answer.model_dump(mode="json")} for i, answer in answers.items()]
    their_rows = theirs.score([q.model_dump(mode="json") for q in questions], objects, [folder])
    our_rows = score(questions, answers, pages)
    for their, our in zip(their_rows, our_rows, strict=True):
        ours = {name: getattr(our, field) for name, field in THEIR_MARKS.items()}
        ours |= {f"page_r{rank}": our.ranked[i] if our.ranked else None for i, rank in enumerate(RANKS)}
        assert {name: pytest.approx(their.get(name)) for name in ours} == ours, our.id
    summary: dict[str, float] = theirs.summary(their_rows)
    metrics = aggregate(our_rows)
    assert metrics.keys() - summary.keys() == {"mrr", "ms_p95"}
    assert summary.keys() - metrics.keys() == {"n", "missing"}
    assert (summary["n"], summary["missing"]) == (len(our_rows), sum(row.missing for row in our_rows))
    for name in metrics.keys() & summary.keys():
        assert metrics[name] == pytest.approx(summary[name]), name
    return summary


def test_marks_worked_out_by_hand_are_those_of_the_shared_scorer(shared_scorer: ModuleType, tmp_path: Path) -> None:
    assert agree(shared_scorer, QUESTIONS, ANSWERS, true_pages(), tmp_path)["missing"] == 1


def invented(questions: Sequence[GoldQuestion], pages: Pages, seed: int) -> dict[str, Answer]:
    """Answers of every quality: none, abstained, perfect, and all that lies between."""
    chance = random.Random(seed)
    places = [(pack, number) for pack, numbered in pages.items() for number in numbered]

    def said(fact: Sequence[str]) -> str:
        way = chance.choice(fact)
        return chance.choice([way, way, way.upper(), f"({way})", f"1{way}", f"{way}.5", f"{way},", f"{way}ly"])

    def quoted(place: Place, evidence: str) -> str:
        text = pages[place[0]][place[1]].text
        start = chance.randrange(len(text) // 2 + 1)
        piece = text[start : start + chance.choice([0, 5, 60, 200])]
        return chance.choice(
            [evidence, evidence[:7], piece, piece.replace("e", "c", 1), piece[:20] + " never " + piece[20:]]
        )

    answers = {}
    for question in questions:
        fate = chance.random()
        if fate < 0.08:
            continue
        if fate < 0.25:
            answers[question.id] = abstain(chance.sample(places, 3), ms=chance.choice([None, chance.randrange(300)]))
            continue
        right = [((question.pack, chance.choice(p)), e) for p, e in zip(question.gold, question.evidence, strict=True)]
        right += [(place, "") for place in sorted(question.right_places() & set(places)) if chance.random() < 0.3]
        stray = [(place, "words of another page") for place in chance.sample(places, 2)]
        chosen = [place for place in right if chance.random() < 0.8] + [
            place for place in stray if chance.random() < 0.3
        ]
        chance.shuffle(chosen)
        citations = [
            cite(place, pages[place[0]][place[1]].printed if chance.random() < 0.8 else "7", quoted(place, evidence), n)
            for n, (place, evidence) in enumerate(chosen, 1)
        ]
        if chance.random() < 0.1:
            citations.append(cite(("cedar", 3), chance.choice([None, "3"]), chance.choice(["", "of no pack"])))
        text = " - ".join(said(fact) for fact in question.must_include if chance.random() < 0.9)
        text += " so" * max(0, chance.choice([0, 3, 160, 161]) - len(text.split()))
        ranking = [*chance.sample(places, min(len(places), 7)), *(place for place, _ in right)]
        chance.shuffle(ranking)
        answers[question.id] = say(text, citations, ranking, ms=chance.choice([None, chance.randrange(300)]))
    return answers


@pytest.mark.parametrize("seed", range(20))
def test_marks_of_any_run_are_those_of_the_shared_scorer(shared_scorer: ModuleType, tmp_path: Path, seed: int) -> None:
    pages = true_pages()
    agree(shared_scorer, QUESTIONS, invented(QUESTIONS, pages, seed), pages, tmp_path)


def test_marks_of_a_run_over_the_shared_questions_are_those_of_the_shared_scorer(
    shared_scorer: ModuleType, shared: Callable[[str], Path], tmp_path: Path
) -> None:
    questions = read_questions(shared("gold/dev.jsonl"))
    pages = {
        pack: {n: RunPage(pack=pack, pdf_page=n, printed=p.printed, text=p.text) for n, p in numbered.items()}
        for pack, numbered in (read_pages(shared("packs")) | read_pages(shared("real"))).items()
    }
    metrics = agree(shared_scorer, questions, invented(questions, pages, 11), pages, tmp_path)
    assert 0.1 < metrics["grounded_accuracy"] < 0.9
    assert 0.1 < metrics["quote_verbatim"] < 0.9
    assert 0.1 < metrics["printed_page_right"] < 0.9


def test_ranks_of_questions_with_one_quote_are_those_of_ir_measures() -> None:
    chance = random.Random(5)
    places = [*TEXTS, *(("cedar", n) for n in range(1, 20))]
    questions, answers, relevant, run = [], {}, [], []
    for i in range(60):
        gold = chance.sample(range(1, 7), chance.choice([1, 1, 2]))
        question = ask(f"q{i}", [["12,000"]], {GRANT: gold})
        ranking = chance.sample(places, chance.choice([4, 12, 20]))
        questions.append(question)
        answers[question.id] = say("12,000", ranked=[*ranking[:2], *ranking])  # two passages of a page count once
        relevant += [ir_measures.Qrel(question.id, f"alder:{page}", 1) for page in gold]
        run += [ir_measures.ScoredDoc(question.id, f"{p}:{n}", -place) for place, (p, n) in enumerate(ranking)]
    rows = {row.id: row for row in score(questions, answers, true_pages())}
    measures = [RR, *(Success @ rank for rank in RANKS), *(R @ rank for rank in RANKS)]

    for metric in ir_measures.iter_calc(measures, relevant, run):
        row = rows[metric.query_id]
        ours = {RR: row.reciprocal_rank} | {Success @ rank: row.ranked[i] for i, rank in enumerate(RANKS)}
        if len(row.expected) == 1:  # its one page is all there is to recall; else any page of the quote is enough
            ours |= {R @ rank: row.ranked[i] for i, rank in enumerate(RANKS)}
        assert ours.get(metric.measure, metric.value) == pytest.approx(metric.value), (metric, row.expected)

    means = ir_measures.calc_aggregate(measures[:4], relevant, run)
    metrics = aggregate(list(rows.values()))
    assert metrics["mrr"] == pytest.approx(means[RR])
    assert 0.05 < means[RR] < 0.8
    for rank in RANKS:
        assert metrics[f"page_recall@{rank}"] == pytest.approx(means[Success @ rank])
