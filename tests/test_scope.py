"""Which packs a question is about: councils and bodies by name, acronym, county short form and date."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from index.records import PUBLIC_ONLY, PackRecord, StoredPack
from index.store import Store
from qa.aims import Aims
from qa.question import analyse
from qa.scope import agreement, aim
from tests.stored import pack, passage, write


def stored(id_: str, council: str, body: str, day: date | None = None) -> StoredPack:
    record = PackRecord(id_, f"{id_}.pdf", id_, council=council, body=body, meeting_date=day)
    return StoredPack(record, 10, (record.file,))


PACKS = [
    stored("marlby-cabinet", "Marlby Borough Council", "Cabinet", date(2023, 7, 4)),
    stored("marlby-planning", "Marlby Borough Council", "Planning Committee", date(2023, 7, 11)),
    stored("hants-hwb", "Hampshire County Council", "Health and Wellbeing Board", date(2023, 3, 9)),
    stored("osprey-board", "Osprey Hospitals NHS Foundation Trust", "Board of Directors", date(2024, 1, 25)),
]
MARLBY = {"marlby-cabinet", "marlby-planning"}


@pytest.mark.parametrize(
    ("question", "packs"),
    [
        ("What did Marlby decide about bins?", MARLBY),
        ("what did marlby's cabinet agree", MARLBY),
        ("How much does Hants spend on carers?", {"hants-hwb"}),
        ("What is the HCC view on carers?", {"hants-hwb"}),
        ("How many beds has Osprey?", {"osprey-board"}),
        ("Who chaired the meeting?", None),
        ("What did the council decide about the trust's board?", None),
    ],
)
def test_a_council_that_is_named_is_the_only_one_looked_in(question: str, packs: set[str] | None) -> None:
    found = aim(analyse(question), PACKS)
    assert found.packs == packs
    assert found.unknown is None


@pytest.mark.parametrize("council", ["Dunmow District Council", "Wakefield City Council", "Isle of Sark Council"])
def test_a_council_without_papers_is_told(council: str) -> None:
    assert aim(analyse(f"What did {council} decide about bins?"), PACKS).unknown == council


@pytest.mark.parametrize(
    ("question", "boosted"),
    [
        ("What did Marlby's cabinet agree?", {"marlby-cabinet"}),
        ("What did the Hampshire HWB say of carers?", {"hants-hwb"}),
        ("What did the Hants health & well-being board say?", {"hants-hwb"}),
        ("What was agreed on 25 January 2024?", {"osprey-board"}),
        ("What was agreed in January 2024?", {"osprey-board"}),
        ("What was agreed in July 2023 by Marlby's planning committee?", {"marlby-planning"}),
    ],
)
def test_a_body_or_day_that_is_named_is_preferred(question: str, boosted: set[str]) -> None:
    assert aim(analyse(question), PACKS).boosted == boosted


def test_an_acronym_for_the_sort_of_body_prefers_the_bodies_of_that_sort() -> None:
    boards = [*PACKS, stored("icb", "NHS Ashby and Wold", "NHS Ashby and Wold Integrated Care Board")]
    found = aim(analyse("What is the ICB overspending on?"), boards)
    assert found.packs is None
    assert found.boosted == {"icb"}


def test_words_that_only_name_the_council_need_not_stand_in_the_answer() -> None:
    found = aim(analyse("What did the Hants health and wellbeing board say of carers?"), PACKS)
    assert {"hampshir", "health", "wellb"} <= found.told
    assert "carer" not in found.told


@pytest.mark.parametrize(
    ("question", "text", "fit"),
    [
        ("the budget of 2023/24", "in 2023/24 it was £4m", 1),
        ("the budget of 2023/24", "in May 2023 it was £4m", 1),
        ("the budget of 2023/24", "in March 2023 it was £4m", -1),
        ("visits in 2023", "in 2022 there were few", -1),
        ("visits in 2023", "on 9 June 2023 there were few", 1),
        ("visits in 2023", "in 2022/23 there were few", 1),
        ("visits in quarter 3", "Q3: few", 1),
        ("visits in quarter 3", "Q1: few", -1),
        ("visits in 2023", "there were few", 0),
        ("visits", "in 2022 there were few", 0),
    ],
)
def test_periods_agree_speak_of_another_or_say_nothing(question: str, text: str, fit: int) -> None:
    assert agreement(analyse(question), text) == fit


PARK = [
    *PACKS,
    stored("ashby-park", "City of Ashby Park", "City Council"),
    stored("reading", "Reading Borough Council", ""),
]


@pytest.mark.parametrize(
    ("question", "packs"),
    [
        ("How heavy is the statue in Fenny Park?", None),
        ("How heavy is the statue in Ashby Park?", {"ashby-park"}),
        ("what did reading decide", None),
        ("What did Reading decide?", {"reading"}),
    ],
)
def test_everyday_words_of_a_name_name_nothing_by_themselves(question: str, packs: set[str] | None) -> None:
    assert aim(analyse(question), PARK, frozenset({"park", "read"})).packs == packs


def test_a_county_is_also_known_by_its_town_where_no_papers_of_the_town_are_here() -> None:
    county = [*PACKS, stored("worcs", "Worcestershire County Council", "Cabinet")]
    asked = analyse("Who declared an interest at the Worcester meeting?")
    found = aim(asked, county)
    assert found.packs == {"worcs"}
    assert "worcest" in found.told
    town = [*county, stored("city", "Worcester City Council", "Planning Committee")]
    assert aim(asked, town).packs == {"city"}


def test_a_word_that_papers_write_small_is_an_everyday_word(tmp_path: Path) -> None:
    texts = ("The park is open.", "A park in Ashby.", "See www.ashby.gov.uk for Ashby.")
    with closing(Store(tmp_path)) as store:
        write(store, pack("ashby-park", council="City of Ashby Park"), *(passage(text) for text in texts))
        aims, packs = Aims(store), [*store.packs(PUBLIC_ONLY), *PACKS]
        assert aims.of(analyse("How large is Fenny Park?"), packs, PUBLIC_ONLY).packs is None
        assert aims.of(analyse("how large is ashby park"), packs, PUBLIC_ONLY).packs == {"ashby-park"}
