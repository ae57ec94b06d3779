"""Which bodies a name means, however it is written."""

from __future__ import annotations

import pytest

from index.bodies import NamedBody, bodies_named, words_of

BODIES = [
    ("hwb", NamedBody("Health and Well-Being Board", "Marlby County Council")),
    ("hosc", NamedBody("Health Overview and Scrutiny Committee", "Marlby County Council")),
    ("licensing", NamedBody("Licensing Sub Committee", "Northam Borough Council")),
    ("cabinet", NamedBody("Cabinet", "Northam Borough Council")),
]


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Health and Wellbeing Board", {"hwb"}),
        ("health & well being", {"hwb"}),
        ("Marlby HWB", {"hwb"}),
        ("HWBB", {"hwb"}),
        ("Licensing Sub-Committee", {"licensing"}),
        ("licensing subcommittee", {"licensing"}),
        ("HOSC", {"hosc"}),
        ("Northam", {"licensing", "cabinet"}),
        ("Northam HWB", set()),
        ("", set()),
    ],
)
def test_a_name_means_its_bodies_however_it_is_spelled(name: str, keys: set[str]) -> None:
    assert bodies_named(name, BODIES) == keys


def test_small_words_and_signs_are_no_part_of_a_name() -> None:
    assert words_of("The O&S Committee of the Well-Being Board") == ["os", "committee", "wellbeing", "board"]
    assert words_of(None) == []
