"""The comparison with peers: its figures are those of the evaluation, and what it lacks it names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import __main__ as comparison
from benchmarks.peers.figures import figures, ratios
from benchmarks.peers.measured import model_folder
from benchmarks.peers.peer import OURS, PEERS, Entry, missing, query_of
from eval.questions import GoldQuestion, TruePage, read_pages
from qa.model import Question, Turn

SAMPLES = Path(__file__).resolve().parents[1] / "eval" / "data" / "samples"
PAGES = {"hall": {n: TruePage(pdf_page=n, printed=str(n - 1) if n > 1 else None, text="") for n in range(1, 13)}}


def question(id: str, kind: str = "fact", **given: Any) -> GoldQuestion:
    return GoldQuestion(id=id, pack="hall", question="Who?", kind=kind, must_include=[], evidence=[], **given)


def told(**pages: list[list[Any]]) -> dict[str, Any]:
    asked = [{"id": id, "ms": 10.0 * place, "pages": found} for place, (id, found) in enumerate(pages.items(), 1)]
    return {"ingest": 2.0, "peak_mb": 500.0, "asked": asked}


def test_recall_counts_evidence_quotes_among_the_first_pages_and_leaves_out_unanswerable_questions() -> None:
    questions = [
        question("both", gold=[[2], [9]]),
        question("twin", gold=[[7]], elsewhere={"annex": [3]}),
        question("never", kind="unanswerable", gold=[]),
    ]
    first_two_then_nine = [["hall.pdf", n, None] for n in (2, 3, 4, 5, 6, 7, 9)]
    run = told(both=first_two_then_nine, twin=[["hall.pdf", 1, None], ["annex.pdf", 3, None]], never=[])

    found = figures(run, questions, PAGES)

    assert found["page_recall@1"] == 0.25
    assert found["page_recall@5"] == 0.75
    assert found["page_recall@10"] == 1.0
    assert (found["ingest_s"], found["ms_p50"], found["peak_mb"]) == (2.0, 20.0, 500.0)


def test_a_printed_page_is_right_only_as_printed_and_none_where_none_is() -> None:
    pages = [["hall.pdf", 1, None], ["hall.pdf", 2, "2"], ["hall.pdf", 3, "2"], ["hall.pdf", 4, None]]
    beyond = [["unmapped.pdf", 1, "1"], ["hall.pdf", 5, "4"]]  # no known truth; the sixth page found
    assert figures(told(a=pages + beyond), [question("a", gold=[[1]])], PAGES)["printed_page_right"] == 0.5


def test_ratios_are_over_ours() -> None:
    found = ratios({OURS: {"ms_p50": 20.0, "page_recall@1": 0.0}, "other": {"ms_p50": 5.0, "page_recall@1": 0.5}}, OURS)
    assert found["other"] == {"ms_p50": 0.25, "page_recall@1": None}


def test_a_peer_without_conversation_is_asked_the_earlier_questions_too() -> None:
    asked = Question(question="And who seconded?", history=[Turn(question="Who moved it?", answer="Mr Hale.")])
    assert query_of(asked) == "Who moved it? And who seconded?"


def test_a_missing_package_is_told_with_the_extra_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(PEERS, "absent", Entry("Absent", "absent", ("no_such_package.retrievers",)))
    monkeypatch.setattr("sys.argv", ["peers"])
    assert comparison.main() == 2
    message = capsys.readouterr().err
    assert "no_such_package.retrievers" in message
    assert "pip install -e '.[peers]'" in message


def test_a_set_about_a_pack_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in [name for name in PEERS if name != OURS]:
        monkeypatch.delitem(PEERS, name)
    (tmp_path / "other.pdf").touch()
    monkeypatch.setattr("sys.argv", ["peers", "--set", str(SAMPLES), "--packs", str(tmp_path)])
    assert comparison.main() == 2
    assert "name them with --packs" in capsys.readouterr().err


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_names_the_page_that_its_passage_stands_on(name: str, sample_packs: Path, tmp_path: Path) -> None:
    if absent := set(PEERS[name].needs) & set(missing()):
        pytest.skip(f"NOT TESTED: {', '.join(sorted(absent))} not installed; see the extra `peers`")
    pdf = min(sample_packs.glob("*supplement.pdf"))
    pages = read_pages(sample_packs)[pdf.stem]
    # Words from the middle of the fullest page find it; it lies behind a page left blank, which must be counted too.
    fullest = max(pages.values(), key=lambda page: len(page.text))
    assert any("intentionally left blank" in pages[n].text for n in range(1, fullest.pdf_page))

    peer = PEERS[name].open(model_folder(), tmp_path)
    peer.ingest([pdf])
    found = peer.search(Question(question=" ".join(fullest.text.split()[60:120])))

    assert (found[0].file, found[0].pdf_page) == (pdf.name, fullest.pdf_page)
    assert {page.pdf_page for page in found} <= set(pages)
    if not PEERS[name].needs:  # ours
        assert all(page.printed == pages[page.pdf_page].printed for page in found)
