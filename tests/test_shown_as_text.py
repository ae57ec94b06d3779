"""What papers, file names and askers bring along is text wherever it is shown: no formula, no escape, no markup."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from docx import Document

from index.letters import seen
from qa.conversation_export import ConversationFormat, exported
from qa.generation import MARKUP
from qa.model import Answer, Conversation, KeptTurn, Status
from qa.printing import print_answer
from qa.spreadsheet import csv_file

ESCAPES = "\x1b[2J\x1b]0;owned\x07"
UNSEEN = "\u202e\u2066\u200b\x9b\U000e0041"
MARKED_UP = '<img src=x onerror="alert(1)"> [here](javascript:alert(1)) https://evil.example/'


def answer(text: str) -> Answer:
    return Answer(question="?", standalone_question="?", status=Status.ANSWERED, answered=True, answer=text)


def test_nothing_that_is_shown_moves_the_terminals_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    print_answer(answer(f"The levy{ESCAPES}{UNSEEN} is £12.\rThe levy is £99."))
    out = capsys.readouterr().out
    assert out == "The levy[2J]0;owned is £12. The levy is £99.\n"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", " =", "\t=", "\u200b=", "\u202e\x1b=", "＝"])
def test_no_cell_of_a_spreadsheet_is_a_formula(start: str) -> None:
    formula = f'{start}HYPERLINK("https://evil.example/","The levy")'
    rows = list(csv.reader(io.StringIO(csv_file(("title",), [(formula,)]).decode("utf-8-sig"))))
    assert rows == [["title"], [f"'{seen(formula)}"]]


def test_an_exported_conversation_holds_plain_text() -> None:
    made = datetime(2025, 6, 12, tzinfo=UTC)
    turn = KeptTurn(id="1", question=f"Why{UNSEEN}?", asked=made, answer=answer(MARKED_UP + ESCAPES))
    kept = Conversation(id="c", title=f"Why{UNSEEN}?", made=made, changed=made, turns=[turn])
    text = exported(kept, ConversationFormat.TXT, "https://papers.example")[0].decode()
    assert MARKED_UP in text
    assert not {"\x1b", *UNSEEN} & set(text)
    document = Document(io.BytesIO(exported(kept, ConversationFormat.DOCX, "https://papers.example")[0]))
    paragraphs = [paragraph.text for paragraph in document.paragraphs]
    assert any(paragraph.startswith(MARKED_UP) for paragraph in paragraphs)
    assert not {"\x1b", *UNSEEN} & set("".join(paragraphs))
    assert not [part for part in document.part.rels.values() if part.is_external]


@pytest.mark.parametrize(
    "sentence",
    [
        "See https://evil.example/ for more.",
        "See www.evil.example for more.",
        "See [the page](/packs/x).",
        "![a picture](x.png)",
        "<b>The levy</b> is £12.",
        "<img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "The levy is `£12`.",
        "&lt;script&gt;",
        "data:text/html,x",
    ],
)
def test_links_and_markup_of_a_model_are_refused(sentence: str) -> None:
    assert MARKUP.search(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The levy is < £12 and > £10.",
        "Item 4(a): the data: all wards.",
        "Smith & Jones; others.",
        "The levy is £12 [K7Q](b).",
    ],
)
def test_plain_sentences_of_a_model_are_no_markup(sentence: str) -> None:
    assert not MARKUP.search(sentence.replace("](b)", "] (b)"))
