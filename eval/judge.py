"""Marks that an LLM gives to the answers of a run, by LlamaIndex's evaluators; the gate never reads them.

faithfulness   1 where the pages that an answer cites support it, else 0
relevancy      how far the answer speaks to the question: 0, 0.5 or 1

Abstentions are not judged. What was judged stands in the run's folder, so that an interrupted judging goes on and
only what failed, or was answered anew, is judged again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from llama_index.core.evaluation import AnswerRelevancyEvaluator, FaithfulnessEvaluator
from llama_index.core.llms import LLM
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.drafting import without_markers
from eval.matching import place_of
from eval.questions import GoldQuestion, QuestionSetError, json_lines
from eval.runs import PAGES, Pages, read_run_pages, write_lines
from qa.batch import repair
from qa.model import Answer

JUDGED = "judged.jsonl"

Told = Callable[[int, int], None]  # questions judged, of how many


class Judgement(BaseModel):
    """What the LLM said of one answer; marks between 0 and 1, None where there is none."""

    model_config = ConfigDict(frozen=True)

    id: str
    model: str = Field(description="The LLM that judged")
    answer_sha256: str = Field(
        description="Of the question, the answer and its citations, to tell them from later ones"
    )
    faithfulness: float | None = None
    relevancy: float | None = None
    reason: str = Field("", description="In the LLM's own words")
    error: str | None = Field(None, description="Why a mark is lacking")


def judge_run(
    llm: LLM, questions: Sequence[GoldQuestion], answers: Mapping[str, Answer], folder: Path, told: Told
) -> list[Judgement]:
    """Judge the answers of the run in ``folder``; one judgement a question, in order.

    ``told`` hears how many are done of how many, first of those that were there. An answer that cannot be judged is
    told in its judgement and the next one is taken. Raises QuestionSetError where ``judged.jsonl`` holds something
    else. Not to be called from a running event loop.
    """
    pages = read_run_pages(folder) if (folder / PAGES).exists() else {}
    return asyncio.run(_judge_all(llm, questions, answers, folder / JUDGED, pages, told))


def read_judgements(path: Path) -> list[Judgement]:
    """The judgements in a file. Raises QuestionSetError."""
    try:
        return [Judgement.model_validate(record) for record in json_lines(path)]
    except ValidationError:
        raise QuestionSetError(
            f"{path} holds something else than judgements.", "Move it away and judge again."
        ) from None


async def _judge_all(
    llm: LLM,
    questions: Sequence[GoldQuestion],
    answers: Mapping[str, Answer],
    file: Path,
    pages: Pages,
    told: Told,
) -> list[Judgement]:
    # One event loop for all: clients of LLM endpoints keep connections that belong to theirs
    model = llm.metadata.model_name
    repair(file)
    before = {judgement.id: judgement for judgement in (read_judgements(file) if file.exists() else [])}
    blank = {
        question.id: Judgement(id=question.id, model=model, answer_sha256=_sha256(question, answers.get(question.id)))
        for question in questions
    }
    done = {id_: old for id_, old in before.items() if id_ in blank and old.error is None and _alike(old, blank[id_])}
    write_lines(file, done.values())
    told(len(done), len(questions))
    with file.open("a", encoding="utf-8") as lines:
        for question in questions:
            if question.id in done:
                continue
            judged = await _judge(llm, answers.get(question.id), pages, blank[question.id])
            lines.write(judged.model_dump_json() + "\n")
            lines.flush()
            done[question.id] = judged
            told(len(done), len(questions))
    return [done[question.id] for question in questions]


async def _judge(llm: LLM, answer: Answer | None, pages: Pages, blank: Judgement) -> Judgement:
    if answer is None or not answer.answered:
        return blank
    text = without_markers(answer.answer)
    contexts = _contexts(answer, pages)
    marks: dict[str, float | None] = {}
    reasons = []
    try:
        if contexts:
            faithful = await FaithfulnessEvaluator(llm=llm).aevaluate(response=text, contexts=contexts)
            marks["faithfulness"] = faithful.score
            reasons.append(faithful.feedback or "")
        relevant = await AnswerRelevancyEvaluator(llm=llm).aevaluate(query=answer.standalone_question, response=text)
        reasons.append(relevant.feedback or "")
        if relevant.invalid_result or relevant.score is None:
            error = "The LLM gave no mark for relevancy."
            return blank.model_copy(update={**marks, "reason": _joined(reasons), "error": error})
        marks["relevancy"] = min(relevant.score, 1.0)
    except Exception as failure:  # whatever a client of some endpoint raises
        error = f"{type(failure).__name__}: {failure}"
        return blank.model_copy(update={**marks, "reason": _joined(reasons), "error": error})
    return blank.model_copy(update={**marks, "reason": _joined(reasons)})


def _contexts(answer: Answer, pages: Pages) -> list[str]:
    """The texts of the cited pages, each once; the quote where a page is not kept with the run."""
    found = []
    for citation in answer.citations:
        pack, number = place_of(citation)
        page = pages.get(pack, {}).get(number)
        found.append(page.text if page and page.text.strip() else citation.quote)
    return list(dict.fromkeys(found))


def _alike(one: Judgement, other: Judgement) -> bool:
    return (one.model, one.answer_sha256) == (other.model, other.answer_sha256)


def _sha256(question: GoldQuestion, answer: Answer | None) -> str:
    cited = [[*place_of(citation), citation.quote] for citation in answer.citations] if answer else []
    judged = [question.question, answer.answer if answer else None, cited]
    return hashlib.sha256(json.dumps(judged).encode()).hexdigest()


def _joined(reasons: Sequence[str]) -> str:
    return "\n".join(reason.strip() for reason in reasons if reason.strip())
