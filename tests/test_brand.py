from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from qa.api import create_app
from qa.brand import (
    DARK_GROUNDS,
    LEAST_CONTRAST,
    LIGHT_GROUNDS,
    MAX_LOGO_BYTES,
    ON_DARK,
    ON_LIGHT,
    brand_of,
    contrast,
    darkened,
    lightened,
)
from qa.cli import main
from qa.errors import SettingsError
from qa.service import BoardQA
from qa.settings import Settings, load_settings
from qa.templates import WEB

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
PLAIN = SVG.format('<defs><path id="a" d="M0 0h9v9z"/></defs><use xlink:href="#a" style="fill:#123"/>')


def png(size: tuple[int, int] = (60, 40)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#123456").save(file, "PNG")
    return file.getvalue()


def logo_at(folder: Path, content: bytes | str) -> Settings:
    path = folder / "logo"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Settings(data=folder / "data", logo=path)


@settings(deadline=None)
@given(COLOURS)
@example("#ffffff")
@example("#000000")
@example("#ffff00")
@example("#0000ff")
def test_every_accent_can_be_read_on_every_ground_and_on_buttons_in_both_schemes(accent: str) -> None:
    light, dark = darkened(accent), lightened(accent)
    assert min(contrast(light, ground) for ground in (*LIGHT_GROUNDS, ON_LIGHT)) >= LEAST_CONTRAST
    assert min(contrast(dark, ground) for ground in (*DARK_GROUNDS, ON_DARK)) >= LEAST_CONTRAST


@settings(deadline=None)
@given(COLOURS)
def test_an_accent_that_can_be_read_already_stays_as_it_is(accent: str) -> None:
    once = darkened(accent), lightened(accent)
    assert (darkened(once[0]), lightened(once[1])) == once


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)
    assert contrast("#ff0000", "#ffffff") == pytest.approx(3.998, abs=0.001)


def test_the_grounds_are_those_of_the_style_sheet() -> None:
    style = (WEB / "static" / "style.css").read_text(encoding="utf-8")
    values = re.findall(r"--(paper|ground|shade): (#\w{6});", style)
    assert [value for _, value in values] == [*LIGHT_GROUNDS, *DARK_GROUNDS, "#ffffff", "#ffffff", "#ffffff"]  # print


def test_words_of_the_style_sheet_can_be_read_on_its_grounds() -> None:
    style = (WEB / "static" / "style.css").read_text(encoding="utf-8")
    light, dark = style.partition("@media")[0], style.split("@media")[1]
    for scheme, grounds in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
        colours = dict(re.findall(r"--([\w-]+): (#\w{6});", scheme))
        for words in ("ink", "soft", "alarm", "warn", "kind"):
            assert min(contrast(colours[words], ground) for ground in grounds) >= LEAST_CONTRAST, words
        for words in ("warn", "kind"):
            assert contrast(colours[words], colours[f"{words}-ground"]) >= LEAST_CONTRAST
        assert contrast(colours["field"], colours["paper"]) >= 3  # WCAG 2.2, 1.4.11
        assert contrast(colours["focus"], colours["focus-ground"]) >= 9  # two rings that show each other


@pytest.mark.parametrize("colour", ["blue", "#12345", "#1234567", "1d4f7c", "#gggggg", "#fff;}body{"])
def test_what_is_no_hex_colour_is_refused_by_the_name_of_its_setting(
    colour: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOARD_QA_ACCENT", colour)
    with pytest.raises(SettingsError, match="BOARD_QA_ACCENT"):
        load_settings()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "neither SVG nor PNG"),
        (b"GIF89a", "neither SVG nor PNG"),
        ("<html><body/></html>", "neither SVG nor PNG"),
        ("<svg>", "neither SVG nor PNG"),
        (png()[:60], "a damaged PNG"),
        (png() + b" " * MAX_LOGO_BYTES, "larger than 100 KiB"),
        (SVG.format("<script>alert(1)</script>"), "a <script> element"),
        (SVG.format("<foreignObject/>"), "a <foreignObject> element"),
        (SVG.format('<path onload="alert(1)"/>'), "the event handler onload"),
        (SVG.format('<image href="https://example.org/a.png"/>'), "a link to https://example.org/a.png"),
        (SVG.format('<use xlink:href="other.svg#a"/>'), "a link to other.svg#a"),
        (SVG.format('<a href="javascript:alert(1)"/>'), "a link to javascript:"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;"), "entities"),
    ],
)
def test_a_logo_that_cannot_be_shown_is_refused_by_its_file(tmp_path: Path, content: bytes | str, told: str) -> None:
    settings = logo_at(tmp_path, content)
    with pytest.raises(SettingsError, match=re.escape(told)) as refused:
        brand_of(settings)
    assert str(settings.logo) in refused.value.message
    assert "BOARD_QA_LOGO" in refused.value.message
    assert refused.value.hint


def test_a_logo_that_is_not_there_stops_the_service_before_it_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BOARD_QA_LOGO", str(tmp_path / "nowhere.svg"))
    assert main(["--data", str(tmp_path), "serve"]) == 2
    told = capsys.readouterr().err
    assert "nowhere.svg cannot be read: No such file or directory." in told
    assert "listens" not in told


@pytest.mark.parametrize(("content", "kind"), [(PLAIN.encode(), "image/svg+xml"), (png(), "image/png")])
def test_a_logo_is_served_as_what_it_is_and_shown_on_every_page(tmp_path: Path, content: bytes, kind: str) -> None:
    service = BoardQA.open(logo_at(tmp_path, content))
    client = TestClient(create_app(service))
    served = client.get("/brand/logo")
    assert served.content == content
    assert served.headers["content-type"] == kind
    assert served.headers["x-content-type-options"] == "nosniff"
    policy = served.headers["content-security-policy"]
    assert ("sandbox" in policy) == (kind == "image/svg+xml")
    assert "default-src 'none'" in policy
    for path in ("/privacy", "/meetings", "/nowhere"):
        assert '<img src="/brand/logo" alt="">' in client.get(path, headers={"Accept": "text/html"}).text
    service.close()


def test_two_installations_in_one_process_keep_their_names_and_colours_apart(tmp_path: Path) -> None:
    pages = {}
    for name, accent in (("Westmarsh <papers>", "#8b1a1a"), ("Brackenholt", "#00703c")):
        service = BoardQA.open(Settings(data=tmp_path / accent, name=name, accent=accent))
        pages[name] = service, TestClient(create_app(service))
    for name, escaped, accent in (
        ("Westmarsh <papers>", "Westmarsh &lt;papers&gt;", "#8b1a1a"),
        ("Brackenholt", "Brackenholt", "#00703c"),
    ):
        service, client = pages[name]
        page = client.get("/meetings").text
        assert f"<span>{escaped}</span></a>" in page
        assert f"– {escaped}</title>" in page
        assert "/brand/logo" not in page
        assert client.get("/brand/logo").status_code == 404
        style = client.get("/brand.css")
        assert style.headers["content-type"] == "text/css; charset=utf-8"
        assert f"--accent: {accent};" in style.text
        service.close()
