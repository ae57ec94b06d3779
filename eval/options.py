"""The command line of ``board-qa eval``; only the standard library is imported, so that ``--help`` comes at once."""

from __future__ import annotations

import argparse
from pathlib import Path

OUT = Path("build/eval")


def add_options(evaluate: argparse.ArgumentParser, common: argparse.ArgumentParser) -> None:
    """Give ``board-qa eval`` its commands; ``common`` holds the options that every command takes."""
    parts = evaluate.add_subparsers(dest="part", metavar="PART", title="parts", required=True)

    def part(name: str, help: str) -> argparse.ArgumentParser:
        return parts.add_parser(name, help=help, description=help, parents=[common], allow_abbrev=False)

    def run_folder(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("run", metavar="DIR", type=Path, nargs="?", default=OUT, help=f"a run (default: {OUT})")

    def against(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--baseline", metavar="DIR", type=Path, help="run to compare with (default: the set's own)")

    run = part("run", "Ask every question of a set, keep the answers, and score them; an interrupted run goes on.")
    run.add_argument("--set", metavar="SET", default="samples", help="file or folder of questions, or `samples`")
    run.add_argument("--pages", metavar="DIR", type=Path, help="folder of its packs and, where known, their page maps")
    run.add_argument("--engine", choices=["extractive", "llm"], help="what answers (default: llm where one is set)")
    run.add_argument("--out", metavar="DIR", type=Path, default=OUT, help=f"the run's folder (default: {OUT})")
    run.add_argument("--fresh", action="store_true", help="ask again what is already answered")

    score = part("score", "Score the answers of a run again, without asking.")
    run_folder(score)
    score.add_argument("--answers", metavar="FILE", type=Path, help="other answers to the same questions")

    compare = part("compare", "Tell what changed between two runs, question by question, as Markdown.")
    compare.add_argument("before", metavar="A", type=Path, help="a run or a baseline")
    compare.add_argument("after", metavar="B", type=Path, help="another run")

    gate = part("gate", "Fail when a score is beyond its floor, or significantly below the baseline.")
    run_folder(gate)
    gate.add_argument("--floors", metavar="FILE", type=Path, help="least and greatest scores (default: the samples')")
    against(gate)

    baseline = part("baseline", "Make a run the baseline that later ones are held to.")
    run_folder(baseline)
    baseline.add_argument("--to", metavar="DIR", type=Path, help="folder of the baseline (default: the set's own)")

    judge = part("judge", "Have a language model judge faithfulness and relevancy; never needed by the gate.")
    run_folder(judge)

    new = part("new", "Draft questions about an indexed pack, for a person to edit and mark as checked.")
    new.add_argument("pack", metavar="PACK", help="pack id or file name")
    new.add_argument("--limit", metavar="N", type=int, default=40, help="most questions (default: 40)")
    new.add_argument("--out", metavar="FILE", type=Path, help="where they go (default: standard output)")

    check = part("check", "Check a question set: ids, pages, and that every quote stands on its pages.")
    check.add_argument("set", metavar="SET", help="file or folder of questions, or `samples`")
    check.add_argument("--pages", metavar="DIR", type=Path, help="folder of page maps (default: what the index holds)")

    feedback = part("feedback", "Export what users said of answers, as drafts of questions.")
    feedback.add_argument("--out", metavar="FILE", type=Path, help="where they go (default: standard output)")
    feedback.add_argument("--forget", action="store_true", help="delete what was exported")
