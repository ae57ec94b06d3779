"""Fits what speaks for an answer (``qa/weights.json``) on a question set: ``python -m eval.fit``.

Every candidate sentence, list or table row of the best passages is right in the share of the question's facts that it
tells on a right page. The weights are those under which right candidates are the likeliest (a softmax over each
question's candidates, with a penalty on large weights). They are held to questions on papers that they were not fitted
on: each council's or trust's packs are left out in turn.

first_right  share of questions whose best candidate tells a fact on a right page
mrr          mean reciprocal place of the first such candidate
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from eval.cli import SAMPLE_PACKS, SAMPLES, SETS
from eval.matching import unsaid
from eval.questions import GoldQuestion, read_questions
from qa.answer import told
from qa.evidence import COMPARED_BY_MEANING, Candidate
from qa.features import FIRST, SECOND, WEIGHTS, weights
from qa.service import BoardQA
from qa.settings import load_settings
from qa.verify import stretches

PENALTY = 0.03
SPREAD = 0.55  # standard deviation of the scores, which other rules rely on
Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One question's candidates: a row of features each (``names``), and how right each is."""

    question: GoldQuestion
    council: str
    first: Array
    second: Array
    right: Array


def cases(service: BoardQA, questions: Sequence[GoldQuestion]) -> list[Case]:
    """The candidates of every answerable question, with first and second features."""
    files = {pack.pack: Path(pack.file).stem for pack in service.packs()}
    found = []
    for question in questions:
        if not question.gold:
            continue
        analysis, near = service.candidates(question.asked())
        found.append(
            Case(
                question,
                question.pack.split("-")[0],
                _table(near, FIRST),
                _table(near, SECOND),
                np.array([_rightness(question, c, told(analysis, c.evidence), files) for c in near]),
            )
        )
    return [case for case in found if case.right.size and case.right.max() > 0]


def fit(found: Sequence[Case], names: Sequence[str], features: Callable[[Case], Array]) -> dict[str, float]:
    """The weights of the features ``names`` that make right candidates the likeliest."""
    tables = [features(case) for case in found]
    spread = np.concatenate(tables).std(0) + 1e-6

    def loss(worth: Array) -> tuple[float, Array]:
        value, slope = 0.0, np.zeros_like(worth)
        for table, case in zip(tables, found, strict=True):
            score = table @ worth
            share = np.exp(score - score.max())
            share /= share.sum()
            wanted = share * case.right
            total = wanted.sum() + 1e-12
            value -= float(np.log(total))
            slope -= table.T @ (wanted / total - share)
        penalty = PENALTY * spread**2
        return value / len(found) + float((penalty * worth**2).sum()) / 2, slope / len(found) + penalty * worth

    best = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    scale = SPREAD / np.concatenate([table @ best for table in tables]).std()
    return {name: round(float(worth * scale), 3) for name, worth in zip(names, best, strict=True)}


def marks(found: Sequence[Case], names: Sequence[str], worth: Mapping[str, float]) -> list[float]:
    """For every case the reciprocal place of the first right candidate."""
    vector = np.array([worth[name] for name in names])
    places = []
    for case in found:
        table = case.second if tuple(names) == SECOND else case.first
        order = np.argsort(-(table @ vector), kind="stable")
        places.append(1 / (1 + int(np.argmax(case.right[order] > 0))))
    return places


def _table(found: Sequence[Candidate], names: Sequence[str]) -> Array:
    return np.array([[c.features[name] for name in names] for c in found], np.float64).reshape(len(found), len(names))


def _rightness(question: GoldQuestion, c: Candidate, text: str, files: Mapping[str, str]) -> float:
    passage = c.evidence.passage
    pages = {(files[passage.pack], page) for page, *_ in stretches(passage, c.evidence.start, c.evidence.end)}
    facts = len(question.must_include)
    if not facts or not pages & question.right_places():
        return 0.0
    return 1 - len(unsaid(text, question.must_include)) / facts


def main() -> None:
    """Fit on a set, print how the weights hold under cross-validation, and write them where ``--write`` is given."""
    parser = argparse.ArgumentParser(prog="python -m eval.fit", description=__doc__.splitlines()[0])
    parser.add_argument("--set", metavar="SET", type=Path, default=SETS / SAMPLES, help="questions (default: samples)")
    parser.add_argument("--packs", metavar="DIR", type=Path, default=SAMPLE_PACKS, help="folder of their packs")
    parser.add_argument("--data", metavar="DIR", type=Path, default=Path("build/fit"), help="folder of the index")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    options = parser.parse_args()
    service = BoardQA.open(load_settings(data=options.data))
    service.ingest([options.packs])
    found = cases(service, read_questions(options.set))
    service.close()
    print(f"{len(found)} questions with a right candidate among {COMPARED_BY_MEANING}")
    for names, features, present in zip(
        (FIRST, SECOND), (lambda case: case.first, lambda case: case.second), weights(), strict=True
    ):
        out = []
        for council in sorted({case.council for case in found}):
            others = [case for case in found if case.council != council]
            out += marks([case for case in found if case.council == council], names, fit(others, names, features))
        _tell(f"{len(names)} features, left-out councils", out)
        _tell(f"{len(names)} features, present weights", marks(found, names, present))
    if options.write:
        made = {
            "first": fit(found, FIRST, lambda case: case.first),
            "second": fit(found, SECOND, lambda case: case.second),
        }
        WEIGHTS.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        print(f"{WEIGHTS} written")


def _tell(name: str, places: Sequence[float]) -> None:
    first = sum(place == 1 for place in places) / len(places)
    print(f"{name:40} first_right {first:.3f}  mrr {sum(places) / len(places):.3f}")


if __name__ == "__main__":
    main()
