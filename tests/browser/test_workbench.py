"""The workbench in a real browser: it draws, it is read without a mouse, a script or a wide screen, and it breaks no policy."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LEAD = "/leads/lead_0000"
PAGES = [
    "/",
    "/leads",
    LEAD,
    "/networks",
    "/networks/net_0000",
    "/cases",
    "/cases/K-2001",
    "/flows",
    "/releases",
    "/releases/new",
    "/audit",
    "/break",
]

INK = """(place) => {
  const canvas = [...place.querySelectorAll("canvas")];
  const inked = (one) => {
    const { data } = one.getContext("2d").getImageData(0, 0, one.width, one.height);
    let count = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) count += 1;
    return count;
  };
  return canvas.reduce((sum, one) => sum + (one.width ? inked(one) : 0), 0);
}"""
"""How many pixels of a chart are drawn."""


def ink(page: Page, chart: str) -> int:
    return int(page.locator(f'[data-chart="{chart}"]').first.evaluate(INK))


def findings(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong, by rule and place. It is put in by the test, which the page's policy does not bind."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    found = page.evaluate(
        "(options) => axe.run(document, { resultTypes: ['violations'], preload: false, iframes: false, ...options })",
        only,
    )
    return [
        f"{v['id']}: {node['target']} {node.get('failureSummary', '')}"
        for v in found["violations"]
        for node in v["nodes"]
    ]


def unfold(page: Page) -> None:
    page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")


def settle(page: Page) -> None:
    if page.locator('[data-chart="map"], [data-chart="places"]').count():
        page.wait_for_selector("[data-drawn]")


def test_sign_in_and_home(open_page: Open) -> None:
    page = open_page("/leads?show=all", signed_in=False)
    expect(page).to_have_title("Sign in · clew")
    assert findings(page) == []
    page.get_by_label("Name").fill("mira")
    page.get_by_label("Password").fill("correct horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/leads\?show=all$"))
    page.get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for a person")


def test_one_time_link(open_page: Open) -> None:
    page = open_page("/sign-in/once?token=one-time-token", signed_in=False)
    assert findings(page) == []
    page.get_by_role("button", name="Open my session").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What waits for a person")


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_in_both_themes_and_fits_a_phone(open_page: Open, path: str) -> None:
    page = open_page(path)
    settle(page)
    unfold(page)
    assert findings(page) == []
    page.emulate_media(color_scheme="dark")
    assert findings(page, "color-contrast") == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert findings(page, "color-contrast", "scrollable-region-focusable", "target-size") == []


def test_queue_draws_and_turns_pages_in_place(open_page: Open) -> None:
    page = open_page("/leads")
    assert ink(page, "bars") > 500
    page.evaluate("window.stayed = true")
    page.get_by_role("link", name="Later in the list").click()
    expect(page.get_by_role("heading", name="26 to 34 of 34 leads")).to_be_visible()
    expect(page).to_have_url(re.compile("page=2"))
    assert ink(page, "bars") > 500
    page.get_by_role("link", name="Judged", exact=True).click()
    expect(page.get_by_role("heading", name="1 to 6 of 6 leads")).to_be_visible()
    assert page.evaluate("window.stayed") is True
    assert page.evaluate("document.activeElement.id") == "queue"
    page.go_back()
    expect(page.get_by_role("heading", name="26 to 34 of 34 leads")).to_be_visible()


def test_search_finds_a_lead(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_label("Search leads").fill("these 41")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Do these 41 adverts have one organiser?").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Do these 41 adverts have one organiser?")


def test_lead_draws_network_and_timeline(open_page: Open) -> None:
    page = open_page(LEAD)
    assert page.evaluate("document.querySelector('[data-chart=network]').cy.nodes().length") == 17
    assert page.evaluate("document.querySelector('[data-chart=network]').cy.edges().length") == 20
    assert ink(page, "network") > 500
    dots = "echarts.getInstanceByDom(document.querySelector('[data-chart=timeline]')).getOption().series[1].data.length"
    assert page.evaluate(dots) == 13
    assert ink(page, "timeline") > 500


def test_lead_shares_one_selection(open_page: Open) -> None:
    """From a reason to its evidence, from there to the graph and the tables, and back from the graph."""
    page = open_page(LEAD)
    page.get_by_text("Evidence: 8 records").first.click()
    page.locator("details.proof[open]").first.get_by_role("link", name=re.compile("Advert A-1001")).click()
    expect(page.locator("#evidence-1")).to_have_class(re.compile("is-picked"))
    expect(page.locator("#timeline-table tr.is-picked")).to_contain_text("Advert A-1001")
    picked = "document.querySelector('[data-chart=network]').cy.nodes('.picked').map((node) => node.id())"
    record = page.locator("#evidence-1").get_attribute("data-record")
    assert page.evaluate(picked) == [record]
    page.evaluate(
        "document.querySelector('[data-chart=network]').cy.getElementById('phone:+33142555').emit('tap').length"
    )
    expect(page.locator("#network-table tr.is-picked")).to_contain_text("+33 1 42 55 50 00")
    page.locator("#network-table").get_by_role("button", name="@lake.rooms").press("Enter")
    assert page.evaluate(picked) == ["handle:lakerooms"]


def test_lead_is_judged_only_with_a_reason(open_page: Open) -> None:
    page = open_page("/leads/lead_0003")
    page.get_by_role("radio", name=re.compile("^No ")).check()
    page.get_by_role("button", name="Sign this judgement").click()
    assert page.evaluate("document.querySelector('#reason').validity.valueMissing") is True
    page.get_by_label("Reason (required)").fill("   ")
    page.get_by_role("button", name="Sign this judgement").click()
    expect(page.get_by_role("alert")).to_contain_text("Write a reason")
    expect(page.get_by_role("radio", name=re.compile("^No "))).to_be_checked()
    assert findings(page) == []
    page.get_by_label("Reason (required)").fill("A shared flat; each of them sets her own prices.")
    page.get_by_role("button", name="Sign this judgement").click()
    expect(page.get_by_text("Recorded.")).to_be_visible()
    expect(page.locator(".path")).to_contain_text("judged: no")
    page.get_by_text("Take this back").click()
    page.get_by_label("Why it is taken back (required)").fill("The flat was not shared at that time.")
    page.get_by_role("button", name="Take back and sign").click()
    expect(page.locator(".path")).to_contain_text("judged: not sure")


def test_lead_is_read_and_judged_without_scripts(open_page: Open) -> None:
    page = open_page("/leads", scripts=False)
    expect(page.locator(".drawing").first).to_be_hidden()
    page.get_by_role("link", name="Later in the list").click()
    page.get_by_role("link", name="Do these 10 adverts have one organiser?").click()
    page.get_by_text("Evidence: 4 records").first.click()
    page.locator("details.proof[open]").get_by_role("link", name=re.compile("Advert A-1009")).first.click()
    expect(page.locator("#evidence-9")).to_be_visible()
    page.get_by_role("radio", name=re.compile("^Not sure")).check()
    page.get_by_label("Reason (required)").fill("Two readings are left, and nothing here decides between them.")
    page.get_by_role("button", name="Sign this judgement").click()
    expect(page.locator(".path")).to_contain_text("judged: not sure")
    expect(page.locator(".history")).to_contain_text("Two readings are left")


def test_lead_is_reached_by_keyboard(open_page: Open) -> None:
    page = open_page(LEAD)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    order = []
    for _ in range(6):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.textContent.trim()"))
    links = ["The network behind this question: map, tours, prices, texts", "Give it to a partner, or make a dossier"]
    assert order == ["Traces", *links, "Evidence: 8 records", "Evidence: 4 records", "Evidence: 5 records"]


def test_case_opens_only_by_a_deliberate_act(open_page: Open) -> None:
    page = open_page("/cases")
    page.get_by_role("link", name="K-2001").click()
    expect(page.get_by_text("Invented")).to_have_count(0)
    page.get_by_role("button", name="Work under case support and come back here").click()
    page.get_by_role("checkbox", name=re.compile("I need to know")).check()
    page.get_by_role("button", name="Open the identity").click()
    expect(page.get_by_text("Invented")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("link", name="Seal it again").click()
    expect(page.get_by_text("Invented")).to_have_count(0)


def test_purpose_is_changed_at_the_top(open_page: Open) -> None:
    page = open_page("/audit?page=2")
    page.get_by_text("You are working under:").click()
    page.get_by_label("Why you look at personal data now").select_option("statistics")
    page.get_by_role("button", name="Work under this purpose").click()
    expect(page.locator(".purpose summary")).to_contain_text("statistics")
    expect(page).to_have_url(re.compile(r"/audit\?page=2$"))
    page.get_by_text("You are working under:").click()
    page.keyboard.press("Escape")
    expect(page.locator(".purpose summary")).to_be_focused()


def test_flows_are_drawn_and_picked(open_page: Open) -> None:
    page = open_page("/flows")
    settle(page)
    assert ink(page, "map") > 20_000
    lines = "echarts.getInstanceByDom(document.querySelector('[data-chart=map]')).getOption().series[0].data"
    assert page.evaluate(f"{lines}.length") == 16
    page.locator("#flows-table").get_by_role("button", name=re.compile("^Qatar")).click()
    expect(page.locator("#flows-table tr.is-picked")).to_contain_text("Nepal")
    assert page.evaluate(f"{lines}.filter((line) => line.lineStyle.opacity > 0.5).map((line) => line.id)") == [
        "NPL-QAT"
    ]
    # Hovering draws a tooltip without markup, which the policy would refuse.
    page.locator('[data-chart="bars"]').first.hover()
    assert page.evaluate(
        "[...document.querySelectorAll('[data-chart]')].every((place) => place.textContent.trim() === '')"
    )


def test_release_is_asked_looked_at_and_signed(open_page: Open) -> None:
    page = open_page("/releases")
    page.get_by_role("link", name="Prepare a release").click()
    page.get_by_label("What it is").fill("Cases by country and age")
    page.get_by_label("Who gets it").fill("University of the Lake")
    page.get_by_role("radio", name=re.compile("Anonymise")).check()
    page.get_by_role("button", name="Look at the report").click()
    expect(page.get_by_role("heading", name="Who disappears")).to_be_visible()
    unfold(page)
    assert findings(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("checkbox", name=re.compile("I have read the report")).check()
    page.get_by_role("button", name="Sign and release").click()
    expect(page.get_by_text("SHA-256 of the file")).to_be_visible()
    unfold(page)
    assert findings(page) == []


def test_audit_verifies(open_page: Open) -> None:
    page = open_page("/audit?page=2")
    expect(page.get_by_role("heading", name="The chain verifies")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(51)


@pytest.mark.parametrize(
    "path", ["/persons?show=all", "/persons/rec_1:rec_2", "/quality", "/cases/K-2001/qualification"]
)
def test_pages_of_the_case_hub_are_accessible_and_fit_a_phone(open_page: Open, path: str) -> None:
    test_page_is_accessible_in_both_themes_and_fits_a_phone(open_page, path)


def test_a_person_answers_whether_cases_are_one(open_page: Open) -> None:
    page = open_page("/persons")
    page.get_by_role("link", name="Are these 2 cases one person?").click()
    page.get_by_label("Accept").check()
    page.get_by_label("Reason").fill("Both shelters say so.")
    page.get_by_role("button", name="Sign this judgement").click()
    expect(page.get_by_text("accepted: one person", exact=True)).to_be_visible()
    expect(page.get_by_text("Recorded.")).to_be_visible()
