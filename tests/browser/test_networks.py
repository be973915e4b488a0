"""A network's drawings in a real browser: they are drawn, and go by keyboard as by mouse."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

Open = Callable[..., Page]
NETWORK = "/networks/net_0000"
INK = """(place) => [...place.querySelectorAll("canvas")].some((one) => one.width
  && one.getContext("2d").getImageData(0, 0, one.width, one.height).data.some((value, at) => at % 4 === 3 && value > 0))"""


@pytest.mark.parametrize(("chart", "steps"), [("network", "nodes"), ("places", "points"), ("timeline", "times")])
def test_a_drawing_is_drawn_and_answers_to_arrow_keys(open_page: Open, chart: str, steps: str) -> None:
    page = open_page(NETWORK)
    if chart == "places":
        page.wait_for_selector("[data-drawn]")
    place = page.locator(f'[data-chart="{chart}"]')
    assert place.evaluate(INK)
    said = page.locator(f'[data-said="{steps}"]')
    place.focus()
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("1 of ")
    first = said.inner_text()
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("2 of ")
    page.keyboard.press("ArrowLeft")
    expect(said).to_have_text(first)
    assert page.locator(".is-picked").count() >= (1 if chart != "network" else 0)
    page.keyboard.press("Escape")
    expect(said).to_have_text("")


def test_a_picked_place_is_marked_in_its_table(open_page: Open) -> None:
    page = open_page(NETWORK)
    page.wait_for_selector("[data-drawn]")
    page.get_by_role("button", name="Turin").click()
    expect(page.locator("tr.is-picked")).to_contain_text("Turin")


def test_what_is_looked_for_is_in_no_address(open_page: Open) -> None:
    page = open_page("/networks")
    page.get_by_label("What else belongs to this number").fill("0142 555 000")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("hang together with it")
    assert "555" not in page.url
    assert page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage)).length") <= 1
