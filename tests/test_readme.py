from __future__ import annotations

from tests.readme import README, SECTIONS, filled


def test_commands_settings_routes_and_errors_in_the_readme_are_those_of_the_code():
    text = README.read_text(encoding="utf-8")
    assert text == filled(text), "run: python -m tests.readme"


def test_the_reference_names_every_filter_setting_and_route():
    commands, settings, routes, errors = (section() for section in SECTIONS.values())
    for option in ("--body", "--from", "--to", "--pack", "--item", "--kind", "--batch", "--re-embed"):
        assert option in commands
    assert "BOARD_QA_DATA" in settings
    assert "POST /api/ask" in routes
    assert "question_too_long" in errors
