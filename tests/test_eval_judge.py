"""Judging answers with an LLM, by a stand-in that speaks as LlamaIndex's evaluators expect an LLM to."""

from __future__ import annotations

from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from pydantic import PrivateAttr

from eval.judge import JUDGED, judge_run, read_judgements
from eval.questions import GoldQuestion, QuestionSetError
from eval.runs import PAGES, RunPage, write_lines
from qa.model import Answer, Citation, Status

PAGE = "The Cabinet spent £4,200 on swans in 2023. Councillor Pen spoke against it."


class Judge(CustomLLM):
    """Says YES where the prompt holds the page, and gives 2 of 2 for answers that name swans."""

    name: str = "stand-in"
    fails_on: str = "no such words"
    vague: bool = False
    _prompts: list[str] = PrivateAttr(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name=self.name, context_window=4096)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ARG002
        self._prompts.append(prompt)
        if self.fails_on in prompt:
            raise ConnectionError("the endpoint is down")
        if "[RESULT]" not in prompt:
            return CompletionResponse(text="YES" if "Councillor Pen" in prompt else "NO")
        if self.vague:
            return CompletionResponse(text="Rather good.")
        answer = prompt.rsplit("Response:", 1)[1]
        return CompletionResponse(text=f"It speaks of birds. [RESULT] {2 if 'swans' in answer else 0}")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        raise NotImplementedError


def question(id_: str) -> GoldQuestion:
    return GoldQuestion(
        id=id_, pack="cabinet", question=f"What about {id_}?", kind="fact", must_include=[], evidence=[], gold=[]
    )


def answer(text: str, quote: str = "spent £4,200 on swans", pdf_page: int = 3) -> Answer:
    citation = Citation(
        n=1,
        file="cabinet.pdf",
        pack="cabinet",
        pack_title="Cabinet",
        body=None,
        meeting_date=None,
        item=None,
        item_title=None,
        kind="report",
        page=None,
        page_source="none",
        pdf_page=pdf_page,
        quote=quote,
        boxes=[],
        href="",
    )
    return Answer(
        question="What about it?",
        standalone_question="What about it?",
        status=Status.ANSWERED if text else Status.NOT_FOUND,
        answered=bool(text),
        answer=text,
        citations=[citation] if text else [],
    )


QUESTIONS = [question("swans"), question("geese"), question("nothing")]
ANSWERS = {
    "swans": answer("It spent £4,200 on swans [1]."),
    "geese": answer("It spent £9 on geese [1].", pdf_page=4),  # a page that is not kept with the run
    "nothing": answer(""),
}


@pytest.fixture
def run(tmp_path):
    write_lines(tmp_path / PAGES, [RunPage(pack="cabinet", pdf_page=3, printed="1", text=PAGE)])
    return tmp_path


def marks(judgements):
    return {j.id: (j.faithfulness, j.relevancy, j.error) for j in judgements}


def test_answers_are_judged_by_the_cited_pages_and_abstentions_are_not(run):
    llm, told = Judge(), []
    judgements = judge_run(llm, QUESTIONS, ANSWERS, run, lambda done, total: told.append((done, total)))
    assert marks(judgements) == {"swans": (1.0, 1.0, None), "geese": (0.0, 0.0, None), "nothing": (None, None, None)}
    assert "It speaks of birds." in judgements[0].reason
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    assert read_judgements(run / JUDGED) == judgements
    assert not any("[1]" in prompt for prompt in llm._prompts)


def test_one_failing_question_is_told_and_the_next_is_judged(run):
    judgements = judge_run(Judge(fails_on="It spent £4,200"), QUESTIONS, ANSWERS, run, lambda *_: None)
    assert "endpoint is down" in judgements[0].error
    assert judgements[1].relevancy == 0.0


def test_what_failed_is_judged_again_and_nothing_else(run):
    judge_run(Judge(fails_on="geese"), QUESTIONS, ANSWERS, run, lambda *_: None)
    again, told = Judge(), []
    judgements = judge_run(again, QUESTIONS, ANSWERS, run, lambda done, _: told.append(done))
    assert told == [2, 3]
    assert all("geese" in prompt for prompt in again._prompts)
    assert [judgement.id for judgement in judgements] == ["swans", "geese", "nothing"]
    assert [judgement.error for judgement in judgements] == [None] * 3
    assert len((run / JUDGED).read_text("utf-8").splitlines()) == 3


def test_another_answer_or_another_model_is_judged_anew(run):
    judge_run(Judge(), QUESTIONS, ANSWERS, run, lambda *_: None)
    changed, told = ANSWERS | {"geese": answer("The geese were sold for swans [1].")}, []
    judgements = judge_run(Judge(), QUESTIONS, changed, run, lambda done, _: told.append(done))
    assert told == [2, 3]
    assert judgements[1].relevancy == 1.0
    told.clear()
    judge_run(Judge(name="another"), QUESTIONS, changed, run, lambda done, _: told.append(done))
    assert told == [0, 1, 2, 3]


def test_a_line_that_a_crash_cut_off_is_judged_again(run):
    judge_run(Judge(), QUESTIONS, ANSWERS, run, lambda *_: None)
    file = run / JUDGED
    file.write_bytes(file.read_bytes()[:-40])
    told = []
    judgements = judge_run(Judge(), QUESTIONS, ANSWERS, run, lambda done, _: told.append(done))
    assert told == [2, 3]
    assert len(judgements) == 3


def test_a_judge_that_gives_no_mark_is_told(run):
    judgements = judge_run(Judge(vague=True), QUESTIONS[:1], ANSWERS, run, lambda *_: None)
    assert judgements[0].faithfulness == 1.0
    assert judgements[0].relevancy is None
    assert "no mark" in judgements[0].error
    assert "Rather good." in judgements[0].reason


def test_a_file_of_something_else_is_left_as_it_is(run):
    (run / JUDGED).write_text('{"id": "swans", "colour": "red"}\n', "utf-8")
    with pytest.raises(QuestionSetError, match="something else than judgements"):
        judge_run(Judge(), QUESTIONS, ANSWERS, run, lambda *_: None)
    assert "red" in (run / JUDGED).read_text("utf-8")
