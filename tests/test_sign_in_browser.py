"""Signing in and out in a real browser, and what another site's form can do meanwhile: nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from qa.service import BoardQA
from qa.settings import Settings
from tests.browser import ZOOMED, opened, scrolls_sideways, served, tab_to, violations
from tests.oidc_provider import CLIENT, SECRET, Provider, provided

pytest_plugins = ("tests.browser_fixture",)
NAME = "Jane Featherstonehaugh-Cholmondeley of Lower Thornmere"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with provided() as provider:
        provider.who["name"] = NAME
        yield provider


@pytest.fixture(scope="module")
def address(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service, over nothing, in which people sign in."""
    settings = Settings(
        data=tmp_path_factory.mktemp("signing"),
        auth="oidc",
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        member_groups="Councillors",
    )
    service = BoardQA.open(settings)
    with served(service) as address:
        yield address
    service.close()


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/meetings")
    expect(page).to_have_url(f"{address}/sign-in?next=/meetings")
    tab_to(page, "main a.button")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/meetings")


def test_people_sign_in_and_out_by_keyboard(page: Page, address: str, provider: Provider) -> None:
    sign_in(page, address)
    expect(page.locator(".who")).to_contain_text(f"Signed in as {NAME}")
    assert violations(page) == []
    provider.asked.clear()
    tab_to(page, ".who button")
    page.keyboard.press("Enter")
    # By the provider, which the page leads on to by itself
    page.wait_for_url(f"{address}/sign-in?state=*")
    assert "/end" in provider.asked
    assert page.locator(".who").count() == 0
    assert violations(page) == []
    page.goto(f"{address}/packs")
    expect(page).to_have_url(f"{address}/sign-in?next=/packs")


def test_the_pages_of_signing_in_fit_a_small_window_without_scripts(browser: Browser, address: str) -> None:
    with opened(browser, ZOOMED, java_script_enabled=False) as page:
        page.goto(f"{address}/packs")
        page.click("main a.button")
        page.wait_for_url(f"{address}/packs")
        assert page.locator(".who").is_visible()
    with opened(browser, ZOOMED) as page:
        sign_in(page, address)
        assert not scrolls_sideways(page)


def test_a_form_of_another_site_does_nothing_in_a_readers_name(page: Page, address: str, provider: Provider) -> None:
    sign_in(page, address)
    # The other server on this machine: browsers send it along the cookies of this one, as ports do not tell sites apart
    for action, field in ((f"{address}/sign-out", "x"), (f"{address}/", "q")):
        page.goto(f"{provider.issuer}/elsewhere")
        page.set_content(
            f'<form method="post" action="{action}"><input name="{field}" value="y"><button>Go</button></form>'
        )
        with page.expect_navigation() as led:
            page.click("button")
        assert led.value.status == 403
        assert "This was sent from another web site." in page.content()
    page.goto(f"{address}/packs")
    expect(page.locator(".who")).to_contain_text("Signed in as")


def test_a_page_of_another_site_reads_nothing(page: Page, address: str, provider: Provider) -> None:
    sign_in(page, address)
    page.goto(f"{provider.issuer}/elsewhere")
    read = """async address => {
        try { return await (await fetch(address, {credentials: "include"})).text() } catch { return "nothing" }
    }"""
    assert page.evaluate(read, f"{address}/api/packs") == "nothing"
