"""The helpline's pages in a real browser: worked by keyboard alone, followed by events, read by anyone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_desk import FakeDesk
from playwright.sync_api import Page, expect

from clew.safeguards.actors import Purpose

Open = Callable[..., Page]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
CONTACT, SERVICE, CASE = f"ctc_{1:020x}", f"svc_{2:016x}", "/cases/K-2001"
PAGES = ["/hotline", "/hotline/new", f"/hotline/contacts/{CONTACT}", "/live", "/directory?place=Lyon",
         f"/directory/{SERVICE}", CASE, f"{CASE}/refer"]  # fmt: skip
FOCUS = "(document.activeElement.labels?.[0] ?? document.activeElement).innerText.replace(/\\s+/g, ' ').trim()"


@pytest.fixture
def support(open_page: Open, desk: FakeDesk) -> Open:
    """Opens a page under case support."""

    def go(path: str, **more: bool) -> Page:
        page = open_page("/break", **more)
        for session in desk.sessions:
            desk.sessions[session] = Purpose.CASE_SUPPORT
        page.goto(path)
        return page

    return go


def findings(page: Page) -> list[str]:
    """What axe-core finds wrong, by rule and place."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'], preload: false, iframes: false })")
    return [f"{v['id']}: {node['target']}" for v in found["violations"] for node in v["nodes"]]


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has the focus is called `name`."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUS).startswith(name):
            return
    pytest.fail(f"Tab never reached {name}")


def choose(page: Page, name: str, typed: str) -> None:
    """Chooses in a list as by keyboard: Tab to it, then type what begins the choice."""
    tab_to(page, name)
    page.keyboard.type(typed)


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_and_fits_a_phone(support: Open, path: str) -> None:
    """One look at each page, the narrowest; colours are those of the other pages, looked at in both themes there."""
    page = support(path)
    page.set_viewport_size({"width": 360, "height": 740})
    if page.locator('[data-chart="places"]').count():
        page.wait_for_selector("[data-drawn]")
    page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert findings(page) == []


def test_a_case_worker_needs_no_mouse_and_no_script(support: Open) -> None:
    """Consent is recorded, the referral sent, and a stage added, by Tab, typing and Enter alone."""
    page = support(CASE, scripts=False)
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "Skip to the page"
    page.keyboard.press("Enter")
    tab_to(page, "Consents")
    page.keyboard.press("Enter")
    for layer in ("To be referred", "To pass on how"):
        tab_to(page, "Record an answer")
        page.keyboard.press("Enter")
        choose(page, "The person was asked", layer.lower())
        choose(page, "and answered", "yes")
        choose(page, "For which service", "harbour")
        tab_to(page, "Record this answer")
        page.keyboard.press("Enter")
        expect(page.locator("#consents + .scroll tr", has_text=layer)).to_contain_text("yes")
        page.keyboard.press("Tab")
    page.goto(f"{CASE}#referrals")
    tab_to(page, "Take the next step")
    page.keyboard.press("Enter")
    choose(page, "It is now", "sent")
    tab_to(page, "Record this step")
    page.keyboard.press("Enter")
    expect(page.locator(".steps li").nth(1)).to_contain_text("Sent")
    assert "without full consent" not in page.locator("main").inner_text().casefold()
    page.goto(f"{CASE}#journey")
    tab_to(page, "Add a stage")
    page.keyboard.press("Enter")
    choose(page, "Stage", "transit")
    tab_to(page, "Place, a town or a country")
    page.keyboard.type("Delhi")
    page.keyboard.press("Enter")
    expect(page.locator("#journey-table")).to_contain_text("Delhi")


def test_a_contact_is_logged_by_keyboard(support: Open) -> None:
    page = support("/hotline")
    tab_to(page, "Log a contact")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/hotline/new"))
    tab_to(page, "Call")
    page.keyboard.press("Space")
    tab_to(page, "What was said")
    page.keyboard.type("They keep my papers.")
    tab_to(page, "Number, sealed")
    page.keyboard.type("+33 1 99 00 00 00")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This number was not here before.")).to_be_visible()
    assert "99" not in page.url


def test_counts_are_followed_and_the_place_is_given_back(support: Open, desk: FakeDesk) -> None:
    page = support("/live?days=7")
    expect(page.locator("#following")).to_have_text("This page follows the counts by itself.")
    page.wait_for_selector('[data-chart="places"][data-drawn]')
    expect(page.locator("#areas-table")).to_contain_text("25 to 29")
    said = page.evaluate(
        "echarts.getInstanceByDom(document.querySelector('[data-chart=places]')).getOption().series[1].data.length"
    )
    assert said == 2  # the area that the gazetteer does not know is in the table alone
    shown = page.evaluate(
        """() => { const counts = JSON.parse(JSON.stringify({ until: "later", total: "45 to 49", finding: "New", elsewhere: "<5",
        areas: [{ area: "Basel, CH", words: "45 to 49" }], days: [], map: { points: [], lines: [], unit: "" },
        chart: { labels: [], values: [], words: [], suppressed: [], unit: "", lying: false } }));
        live.show(counts); return document.querySelector("#areas-table").innerText; }"""
    )
    assert "Basel, CH" in shown
    assert "Lyon" not in shown


def test_counts_are_read_without_scripts(support: Open) -> None:
    page = support("/live", scripts=False)
    expect(page.locator("#following")).to_contain_text("Load the page again")
    expect(page.locator("#areas-table")).to_contain_text("Lyon, FR")
    expect(page.locator(".drawing").first).to_be_hidden()
