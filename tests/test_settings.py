from __future__ import annotations

from pathlib import Path

import pytest

from qa.errors import SettingsError
from qa.settings import Settings, load_settings, variable


def test_defaults_serve_only_this_machine_and_hide_exempt_papers():
    settings = load_settings()
    assert settings.host == "127.0.0.1"
    assert settings.allow_exempt is False
    assert settings.data == Path("data")


def test_given_values_win_over_the_environment_and_none_does_not(monkeypatch):
    monkeypatch.setenv("BOARD_QA_PORT", "9001")
    monkeypatch.setenv("BOARD_QA_HOST", "::1")
    settings = load_settings(port=9002, host=None)
    assert (settings.port, settings.host) == (9002, "::1")


def test_an_unknown_variable_is_refused_with_the_nearest_known_one(monkeypatch):
    monkeypatch.setenv("BOARD_QA_EMBEDING_MODEL", "x")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert "BOARD_QA_EMBEDING_MODEL" in raised.value.message
    assert "BOARD_QA_EMBEDDING_MODEL" in raised.value.hint


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "70000"), ("PORT", "eighty"), ("ARITHMETIC", "int8"), ("MAX_QUESTION_CHARS", "0")]
)
def test_an_impossible_value_is_refused_and_named(monkeypatch, name, value):
    monkeypatch.setenv(f"BOARD_QA_{name}", value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert f"BOARD_QA_{name}" in raised.value.message
    assert value in raised.value.message


def test_the_password_is_not_shown(monkeypatch):
    monkeypatch.setenv("BOARD_QA_PASSWORD", "swordfish")
    assert "swordfish" not in repr(load_settings())


def test_every_setting_is_read_somewhere_and_described():
    root = Path(__file__).resolve().parents[1]
    code = "\n".join(
        path.read_text(encoding="utf-8") for folder in ("qa", "index", "eval") for path in (root / folder).rglob("*.py")
    )
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert f"settings.{name}" in code, f"nothing reads {variable(name)}"
