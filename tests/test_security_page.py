"""The papers for those who decide about an installation are true of the code and say what is theirs to fill in."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from index import limits
from qa.audit import Act
from qa.boundary import SECURITY_HEADERS
from qa.cli import build_parser
from qa.model import Status
from qa.person import Role, Way
from qa.settings import Settings, variable

DOCS = Path(__file__).resolve().parents[1] / "docs"
SECURITY = (DOCS / "security.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([\w.]+)` \| ([\d,.]+) \|", re.M)
PAPERS = ("security.md", "data-protection-impact-assessment.md", "algorithmic-transparency-record.md")
BLANK = "**[Council: "  # before what only the council can say


def stated() -> list[tuple[str, str]]:
    table = SECURITY.partition("<!-- limits")[2].partition("<!-- end of limits -->")[0]
    return ROW.findall(table)


def in_force(name: str) -> float:
    if name.startswith("BOARD_QA_"):
        [field] = [field for known, field in Settings.model_fields.items() if variable(known) == name]
        return float(field.default)
    module, _, constant = name.rpartition(".")
    return float(getattr(import_module(module), constant))


@pytest.mark.parametrize(("name", "value"), stated())
def test_each_limit_has_the_value_that_the_page_tells(name, value):
    assert value == f"{in_force(name):,g}" or value == f"{in_force(name):,.0f}"


def test_every_limit_on_files_stands_on_the_page():
    named = {f"index.limits.{name}" for name in vars(limits) if name.isupper() and name != "DEFAULT"}
    assert named <= {name for name, _ in stated()}


def test_every_setting_that_caps_something_stands_on_the_page():
    capped = {variable(name) for name in Settings.model_fields if re.search(r"max_|per_minute|_days$|_hours$", name)}
    assert capped <= {name for name, _ in stated()}


@pytest.mark.parametrize("paper", PAPERS)
def test_the_settings_and_commands_that_a_paper_names_are_there(paper):
    text = (DOCS / paper).read_text(encoding="utf-8")
    assert set(re.findall(r"BOARD_QA_\w+", text)) <= {variable(name) for name in Settings.model_fields}
    commands = build_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    for command, option in re.findall(r"`board-qa (\w+)(?: (--\w+))?", " ".join(text.split())):
        assert command in commands
        assert not option or option in commands[command].format_help()


def test_the_page_tells_of_every_way_in_role_and_header():
    for word in (*Role, *(way for way in Way if way is not Way.ANONYMOUS)):
        assert re.search(rf"\b{word}", SECURITY)
    assert SECURITY_HEADERS["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_council_finds_what_is_its_own_to_fill_in():
    for paper, least in (("data-protection-impact-assessment.md", 20), ("algorithmic-transparency-record.md", 15)):
        text = (DOCS / paper).read_text(encoding="utf-8")
        assert text.count(BLANK) >= least
        assert "TODO" not in text


def test_the_record_has_every_field_of_the_standard_once():
    text = (DOCS / "algorithmic-transparency-record.md").read_text(encoding="utf-8")
    fields = re.findall(r"^#{3,4} ((?:\d\.)*\d) - ", text, re.M)
    assert fields == [
        *("1", "2", "3", "4"),
        *("1.1", "1.2", "1.3", "1.4", "1.4.1", "1.4.2", "1.4.3", "1.4.4"),
        *("2.1", "2.2", "2.3", "2.4", "3.1", "3.2", "3.3", "3.4", "3.5"),
        *("4.1", *(f"4.1.{n}" for n in range(1, 6)), "4.2", *(f"4.2.{n}" for n in range(1, 9))),
        *("4.3", *(f"4.3.{n}" for n in range(1, 10)), "4.4", *(f"4.4.{n}" for n in range(1, 6)), "5.1", "5.2"),
    ]
    for status in Status:
        assert status.value.replace("_", " ") in text


def test_the_assessment_names_every_act_that_is_recorded():
    text = (DOCS / "data-protection-impact-assessment.md").read_text(encoding="utf-8")
    for act in Act:
        assert f"`{act}`" in text
