"""Reports of a run: what they show, and that nothing in a question, an answer or a pack can break out of them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from eval.compare import compare
from eval.excerpts import Excerpt, excerpt
from eval.figures import figures, write_figures
from eval.gate import Limits, gate
from eval.junit import junit_xml
from eval.markdown import escaped, summary_markdown
from eval.marks import Row
from eval.questions import GoldQuestion
from eval.report import print_gate, print_report
from eval.report_html import report_html
from eval.reports import write_reports
from eval.runs import AGGREGATE, QUESTIONS, Manifest, RunPage, write_lines
from eval.score import score
from qa.model import Answer
from tests.scored import abstain, cite, row, say

LIMITS = Limits({"grounded_accuracy": 0.9, "quote_verbatim": 0.5}, {"wrong_abstain": 0.5})
MANIFEST = Manifest(
    set="fenwick",
    set_sha256="ab" * 32,
    questions=12,
    engine="extractive",
    version="0.1.0",
    code_sha256="cd" * 32,
    commit="0123456789abcdef",
    index_generation=3,
    index_sha256="ef" * 32,
    models={"embedding": "all-MiniLM-L6-v2"},
    settings={"reader_pages": "8"},
    prompts={"answer": "2"},
    started=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
)
FILLER = "The committee noted the paper and thanked the officers who had prepared it for the evening. "
TEXTS = {
    1: "Fenwick Harbour Committee\nTuesday 2 December 2025 at 6.00 pm",
    2: "Present: Councillor Amina Shah (Chair), Councillor Tom Barr",
    3: "The committee RESOLVED to dredge the north basin at a cost of £412,000.",
    4: FILLER * 20 + "The lamp on the east pier failed on 9 November and was mended on 14 November. " + FILLER * 20,
    5: "Berth\t2024\t2025\nNorth\t112\t12\nSouth\t80\t12.5",
    6: "Harbour dues will rise by 3% from April 2026 <b>subject to</b> the budget & consultation.",
    7: "",
    8: "Recommended: that the ice house be let to the sailing club.",
}


def pages() -> dict[str, dict[int, RunPage]]:
    """Eight pages of one pack, printed page numbers from 41; the seventh could not be read."""
    return {
        "fenwick": {
            n: RunPage(pack="fenwick", pdf_page=n, printed=str(40 + n), text=text, readable=bool(text))
            for n, text in TEXTS.items()
        }
    }


def asked(n: int, question: str, fact: str, quote: str, page: int, kind: str = "fact") -> GoldQuestion:
    return GoldQuestion(
        id=f"fenwick-{n:03}",
        pack="fenwick",
        question=question,
        kind=kind,
        must_include=[[fact]] if fact else [],
        evidence=[quote] if quote else [],
        gold=[[page]] if quote else [],
        asker="councillor" if n % 2 else "officer",
        answer=f"{fact}." if fact else "",
    )


QUESTIONS_ASKED = [
    asked(1, "What will dredging the north basin cost?", "412,000", "at a cost of £412,000", 3, "number"),
    asked(2, "Who took the chair?", "Amina Shah", "Councillor Amina Shah (Chair)", 2, "person"),
    asked(3, "When was the east pier's lamp mended?", "14 November", "was mended on 14 November", 4, "date"),
    asked(4, "How many berths were let in the north in 2025?", "12", "North\t112\t12", 5, "table"),
    asked(5, "By how much do dues rise?", "3%", "Harbour dues will rise by 3%", 6, "number"),
    asked(6, "What does the plan of the slip show?", "a crane", "the crane on the slip", 7),
    asked(7, "Was the ice house let to the sailing club?", "", "", 0, "unanswerable"),
    asked(8, "How many seals were counted?", "", "", 0, "unanswerable"),
    asked(9, "When did the committee meet?", "2 December 2025", "Tuesday 2 December 2025", 1, "date"),
    asked(10, "<script>alert('£')</script> and | who sat?", "Tom Barr", "Councillor Tom Barr", 2, "person"),
    asked(11, "What is to be dredged?", "north basin", "dredge the north basin", 3, "decision"),
    asked(12, "What did the committee resolve?", "north basin", "RESOLVED to dredge", 3, "decision"),
]


def answers() -> dict[str, Answer]:
    """Right ones for 2, 8, 9, 11 and 12 (citing a wrong printed number); the others go wrong each in its way."""
    place = {n: ("fenwick", n) for n in TEXTS}
    given = {
        1: abstain([place[2], place[3]], ms=11),
        2: say("Amina Shah [1].", [cite(place[2], "42", "Councillor Amina Shah (Chair)")], [place[2]], 12),
        3: say("On 9 November [1].", [cite(place[4], "44", "failed on 9 November")], [place[4], place[1]], 13),
        4: say("112 [1].", [cite(place[5], "45", "North\t112")], [place[5]], 14),
        5: say("By 5% [1][2].", [cite(place[8], "48", "no such words"), cite(("gone", 9), None, "lost")], [place[1]]),
        6: abstain([place[1]], ms=15),
        7: say("Yes [1].", [cite(place[8], "48", "the ice house be let to the sailing club")], [place[8]], 16),
        8: abstain(ms=17),
        9: say("On 2 December 2025 [1].", [cite(place[1], "41", "2 December 2025")], [place[1]], 18),
        10: say("<img src=x onerror=alert(1)> \x0b\x1b[31m [1].", [cite(place[3], "43", "£412,000")], [place[3]], 19),
        11: say("The north basin [1].", [cite(place[3], "43", "dredge the north basin")], [place[3]], 20),
        12: say("To dredge the north basin [1].", [cite(place[3], "99", "RESOLVED to dredge")], [place[3]], 21),
    }
    return {f"fenwick-{n:03}": answer for n, answer in given.items()}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return score(QUESTIONS_ASKED, answers(), pages())


def better(rows: Iterable[Row]) -> list[Row]:
    """The rows of an earlier run that got everything right but one question, which it abstained from."""
    best = [
        row(r.id, kind=r.kind, question=r.question, pack=r.pack, asker=r.asker, expected=r.expected, cited=r.expected)
        for r in rows
    ]
    best[1] = replace(best[1], good=False, answered=False, correct=False, cited=(), stage="wrongly abstained")
    return best


class Outline(HTMLParser):
    """What a browser would make of the report: elements with their attributes, and the text of each heading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def html(rows: list[Row]) -> str:
    result = gate(rows, LIMITS, better(rows))
    questions = {question.id: question for question in QUESTIONS_ASKED}
    return report_html(MANIFEST, rows, figures(rows), questions, answers(), pages(), result, result.comparison)


# The HTML report


def test_report_needs_nothing_beside_it(html: str) -> None:
    outline = Outline(html)
    assert not outline.all("script") + outline.all("link") + outline.all("img") + outline.all("iframe")
    addresses = [a.get(name) for _, a in outline.elements for name in ("href", "src", "action") if name in a]
    assert addresses
    assert all(address is not None and address.startswith("#") for address in addresses)
    assert "url(" not in html
    assert "@import" not in html


def test_text_of_questions_answers_and_pages_shows_as_text(html: str) -> None:
    outline = Outline(html)
    assert "<script>" not in html
    assert "<script>alert('£')</script> and | who sat?" in outline.text
    assert "<img src=x onerror=alert(1)>" in outline.text
    assert not [a for a in outline.all("b") if a]
    assert "<b>subject to</b>" in outline.text


def test_headings_are_in_order_and_links_lead_somewhere(html: str) -> None:
    outline = Outline(html)
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [a["id"] for _, a in outline.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {(a["href"] or "").removeprefix("#") for a in outline.all("a")} <= set(ids)


def test_tables_have_captions_and_scopes_and_charts_a_text(html: str) -> None:
    outline = Outline(html)
    assert len(outline.all("table")) == len(outline.all("caption")) > 5
    assert all(a.get("scope") in ("col", "row") for a in outline.all("th"))
    labels = [a.get("aria-label") for a in outline.all("svg")]
    assert all(labels)
    assert any(
        label and re.fullmatch(r"grounded_accuracy: 41\.7%, 95 % interval .* limit 90%", label) for label in labels
    )
    assert "2 misses: should have abstained" not in labels
    assert "1 misses: should have abstained" in labels


def test_a_miss_shows_expected_and_cited_pages_with_their_words_marked(html: str) -> None:
    article = html.split("<article")[2]
    assert "When was the east pier&#39;s lamp mended?" in article
    expected, cited = article.split("Cited pages")
    assert "fenwick, page 44, PDF page 4" in expected
    assert '<mark class="quote">was mended on </mark><mark class="fact">14 November</mark>' in expected
    assert '<mark class="quote">failed on 9 November</mark>' in cited
    assert '<p class="said">… ' in cited
    assert "The whole page" in cited
    assert "read but wrong span" in article


def test_a_miss_tells_what_is_wrong_with_a_citation(html: str) -> None:
    text = Outline(html).text
    assert "Cited as printed page 99." in text
    assert "The quote does not stand on this page." in text
    assert "The run does not hold this page's text." in text
    assert "No text could be read from this page." in text


def test_every_question_that_went_wrong_is_shown_and_no_other(html: str, rows: list[Row]) -> None:
    shown = re.findall(r'<h3 id="miss-\d+">', html)
    assert len(shown) == sum(1 for r in rows if r.stage) == 8
    assert "Gate: failed" in html
    assert "Broken: 7" in html


# Excerpts


def marked(found: Excerpt) -> list[tuple[str, str]]:
    return [(piece.mark, piece.text) for piece in found.whole if piece.mark]


def test_a_quote_is_found_despite_line_ends_cells_and_typography() -> None:
    found = excerpt("He said:\n“The ferry’s\tfare\nis £3” and left.", ["the ferry's fare is £3"])
    assert marked(found) == [("quote", "The ferry’s\tfare\nis £3")]
    assert found.quoted


def test_a_quote_misread_in_part_is_marked_where_most_of_it_stands() -> None:
    found = excerpt("The harbour master rep0rted two groundings", ["The harbour master reported two"])
    assert marked(found) == [("quote", "The harbour master rep")]
    assert not excerpt("Quite another page.", ["The harbour master reported two"]).quoted


@pytest.mark.parametrize(
    ("text", "fact", "found"),
    [
        ("112 and 12 and 12.5 and 3,12", "12", [8]),
        ("12", "12", [0]),
        ("it was lost, not losting", "lost", [7]),
        ("51% of 51.3%", "51", [0]),
    ],
)
def test_facts_are_marked_as_whole_words_and_figures(text: str, fact: str, found: list[int]) -> None:
    pieces = excerpt(text, [], [fact]).whole
    starts = [sum(len(p.text) for p in pieces[:i]) for i, piece in enumerate(pieces) if piece.mark == "fact"]
    assert starts == found


def test_a_long_page_is_shortened_around_the_quote_and_kept_whole_beside() -> None:
    found = excerpt(TEXTS[4], ["was mended on 14 November"])
    shown = "".join(piece.text for piece in found.shown)
    assert found.cut
    assert "was mended on 14 November" in shown
    assert len(shown) < 700
    assert "".join(piece.text for piece in found.whole) == TEXTS[4]
    assert not excerpt(TEXTS[3], ["RESOLVED"]).cut


# JUnit


def test_junit_has_a_case_a_question_and_one_a_rule(rows: list[Row]) -> None:
    result = gate(rows, LIMITS)
    root = ElementTree.fromstring(junit_xml("fenwick", rows, result).encode())
    questions, rules = root.findall("testsuite")
    assert (questions.get("tests"), questions.get("failures")) == ("12", "7")
    assert (rules.get("tests"), rules.get("failures")) == ("3", "1")
    missed = questions.findall("testcase")[2]
    assert missed.get("classname") == "fenwick.date"
    failure = missed.find("failure")
    assert failure is not None
    assert failure.get("message") == "read but wrong span"
    assert failure.text is not None
    assert "expected: fenwick p. 4" in failure.text
    assert "answer: On 9 November [1]." in failure.text
    broken = rules.find("testcase/failure")
    assert broken is not None
    assert "grounded_accuracy is 0.417, below its floor of 0.9" in (broken.get("message") or "")


def test_junit_is_valid_whatever_the_text_holds(rows: list[Row]) -> None:
    nasty = "]]> & <x> \x00\x08\x1f \ud800 \ufffe é 🚢"
    hurt = [replace(r, question=nasty, answer=nasty, stage=nasty, kind=nasty) for r in rows]
    root = ElementTree.fromstring(junit_xml(nasty, hurt).encode())
    texts = [failure.text or "" for failure in root.iter("failure")]
    assert all("]]> & <x>" in text and "é 🚢" in text for text in texts)


# Markdown


def test_summary_tells_gate_metrics_kinds_stages_and_what_ran(rows: list[Row]) -> None:
    text = summary_markdown(MANIFEST, rows, figures(rows), gate(rows, LIMITS), compare(better(rows), rows))
    assert "Against the baseline: **1 fixed, 7 broken, 2 moved** of 12 questions in both runs." in text
    assert r"**&lt;script&gt;alert('£')&lt;/script&gt; and \| who sat?** (fenwick-010, person)" in text
    assert "5 of 12 questions answered well." in text
    assert "**Gate failed**: 1 of 3 rules broken." in text
    assert r"grounded\_accuracy is 0.417, below its floor of 0.9" in text
    assert re.search(
        r"^\| `grounded_accuracy` \| \*\*0\.417\*\* ✗ \| 0\.\d+ to 0\.\d+ \| 12 \| at least 0\.9 \|$", text, re.M
    )
    assert "| unanswerable | 2 | 0.5 |" in text
    assert "| should have abstained | 1 |" in text
    assert "commit 0123456789ab" in text
    for table in re.findall(r"(?:^\|.*\n?)+", text, re.M):
        assert len({line.replace(r"\|", "").count("|") for line in table.splitlines()}) == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b\nc", r"a \| b c"),
        ("<script>&", "&lt;script&gt;&amp;"),
        ("[x](y) `z` *w* _v_", r"\[x\](y) \`z\` \*w\* \_v\_"),
        ("thanks @clerk", "thanks @<!-- -->clerk"),
        ("see https://x.org", "see https:<!-- -->//x.org"),
        ("item #12", "item #<!-- -->12"),
        ("2026-03-02 (noon)", "2026-03-02 (noon)"),
        ("x" * 400, "x" * 299 + "…"),
    ],
)
def test_markdown_text_is_no_markup_and_calls_nobody(text: str, shown: str) -> None:
    assert escaped(text) == shown


# Files and terminal


def test_reports_are_written_into_the_run_folder(rows: list[Row], tmp_path: Path) -> None:
    write_lines(tmp_path / QUESTIONS, QUESTIONS_ASKED)
    write_figures(figures(rows), tmp_path / AGGREGATE)
    comparison = compare(better(rows), rows)
    write_reports(tmp_path, MANIFEST, rows, answers(), pages(), gate(rows, LIMITS), comparison)
    assert "Against the baseline" in (tmp_path / "report.html").read_text("utf-8")
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("## board-qa evaluation: fenwick\n")
    assert ElementTree.parse(tmp_path / "junit.xml").getroot().tag == "testsuites"
    write_reports(tmp_path, MANIFEST, rows, {}, {}, None, None)
    assert "Against the baseline" not in (tmp_path / "report.html").read_text("utf-8")


def test_terminal_shows_figures_misses_and_stages(rows: list[Row]) -> None:
    told = io.StringIO()
    print_report(rows, figures(rows), Console(file=told, width=120))
    text = told.getvalue()
    assert re.search(r"grounded_accuracy +│ +0\.417 │ 0\.\d+ to 0\.\d+ │ +12 │", text)
    assert "missed fenwick-003 [date] When was the east pier's lamp mended?\n    read but wrong span: On 9" in text
    assert "good but fenwick-012" in text
    assert re.search(r"should have abstained +│ +1", text)


def test_terminal_shows_the_gate_with_limits_baseline_and_questions(rows: list[Row]) -> None:
    told = io.StringIO()
    print_gate(gate(rows, LIMITS, better(rows)), Console(file=told, width=120))
    text = told.getvalue()
    assert re.search(r"grounded_accuracy +│ +0\.417 │ +at least 0\.9 │ +0\.917 │ \S+ │ +broken │", text)
    assert re.search(r"wrong_abstain +│ +0\.2 │ +at most 0\.5 │ +0\.1 │ +1\.000 │ +kept │", text)
    assert "grounded_accuracy is 0.417, below its floor of 0.9: fenwick-001, " in text
    assert text.endswith("gate failed\n")
