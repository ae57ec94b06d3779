"""What of a model's statements and of the quotes makes up an answer: short, and nothing asked for left out."""

from __future__ import annotations

from dataclasses import replace
from zlib import crc32

from qa.answer import Draft
from qa.question import analyse
from qa.units import Evidence
from qa.wording import completed
from tests.stored import passage

ASKED = analyse("Who opened the quay, and on what date?")
OPENED = "On 14 September 2017 Dame Ann Reed opened the quay."
LISTED = "RESOLVED that the Board:\na) approved the carers' charter; and\nb) approved the strategy for the harbour."


def quote(text: str, **more: object) -> Draft:
    """A statement in the paper's own words."""
    found = passage(text, id=crc32(text.encode()), **more)
    return Draft(text, (Evidence(found, 0, len(text), ""),))


def words(drafts: list[Draft]) -> list[str]:
    return [draft.text for draft in drafts]


def test_a_quote_that_the_model_says_whole_is_not_said_again() -> None:
    said = replace(quote(OPENED), text="Dame Ann Reed opened it on 14 September 2017.")
    assert words(completed(ASKED, [said], [], [quote(OPENED)])) == [said.text]


def test_a_quote_whose_date_the_model_left_out_stands_in_the_place_of_its_words() -> None:
    said, other = replace(quote(OPENED), text="Dame Ann Reed opened the quay."), quote("Jo Hale shut it on 4 May 2019.")
    assert words(completed(ASKED, [said, other], [], [quote(OPENED)])) == [OPENED, other.text]


def test_a_list_of_which_the_model_told_one_item_stands_in_its_place() -> None:
    asked = analyse("What did the Board approve?")
    said = replace(quote(LISTED), text="The Board approved the carers' charter.")
    both = replace(said, text="The Board approved the carers' charter and the strategy for the harbour.")
    assert words(completed(asked, [said], [], [quote(LISTED)])) == [LISTED]
    assert words(completed(asked, [both], [], [quote(LISTED)])) == [both.text]


def test_what_a_report_is_about_is_left_out_where_a_date_is_asked_for() -> None:
    idle = quote("The report is about the quay and what it is for.")
    assert words(completed(ASKED, [idle], [], [quote(OPENED)])) == [OPENED]
    assert words(completed(ASKED, [idle], [], [])) == [idle.text]


def test_every_quote_is_told_and_what_the_model_wrote_last_is_left_out_first() -> None:
    first = quote("Dame Ann Reed came on 3 May 2016" + " and the quay is long" * 10)
    last = quote("Jo Hale came on 1 June 2017" + " and the quay is wide" * 14)
    quotes = [quote(OPENED), quote("Jo Hale closed it on 4 May 2019.")]
    assert completed(ASKED, [first, last], [], quotes) == [first, *quotes]


def test_the_row_that_the_model_read_wrongly_comes_before_the_quotes() -> None:
    read = quote("Quay\t14 September 2017\tAnn Reed", table=True, columns=("Place", "Opened", "By"))
    assert completed(ASKED, [], [read], [quote(OPENED)])[0] == read
