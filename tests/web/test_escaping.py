"""Every text that comes from outside may be hostile. None of it becomes markup, script or a formula."""

import csv
import io
import json
import re

import pytest
from addresses import DOWNLOADS, PAGES
from client import Client, Page
from fake_desk import NASTY, FakeDesk

from clew.web.downloads import safe_cell
from clew.web.pages import ENVIRONMENT, script_json


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk(nasty=True, intact=False)


@pytest.mark.parametrize("address", [a for a in PAGES if "rel_1" not in a])
def test_pages_show_hostile_text_as_text(client: Client, address: str) -> None:
    html = client.get(address).text
    page = Page(html)
    assert not page.of("img")
    assert "<!--" not in html
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
    assert len(page.of("script")) == html.count("</script>")
    for script, body in zip(page.of("script"), page.scripts, strict=True):
        if script.get("type") == "application/json":
            json.loads(body)
    if address not in {"/sign-in", "/sign-in/once", "/sign-in/second"}:
        assert NASTY in page.text


def test_forms_show_back_what_was_typed_as_text(client: Client) -> None:
    judged = client.post("/leads/lead_0000/judgements", verdict=NASTY, reason="</textarea>" + NASTY)
    asked = client.post("/releases/preview", title=NASTY, recipient=NASTY, method="anonymise", k=NASTY, columns=["age"])
    seen = client.post("/releases/preview", title=NASTY, recipient=NASTY, method="anonymise", k="11", columns=["age"])
    searched = client.post("/leads/search", q=NASTY)
    for answer in (judged, asked, seen, searched):
        assert not Page(answer.text).of("img")
        assert NASTY in Page(answer.text).text + str([e for _, e in Page(answer.text).elements])


def test_identity_and_history_show_hostile_text_as_text(client: Client) -> None:
    client.post("/purpose", purpose="case-support")
    opened = client.post("/cases/K-2001/identity", sure="yes", purpose="case-support")
    client.post("/leads/lead_0000/judgements", verdict="yes", reason=NASTY)
    for answer in (opened, client.get("/leads/lead_0000")):
        assert answer.status_code == 200
        assert not Page(answer.text).of("img")
        assert NASTY in Page(answer.text).text


def test_no_template_turns_escaping_off() -> None:
    for name in ENVIRONMENT.list_templates():
        source = ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0]  # type: ignore[union-attr]
        assert not re.search(r"\|\s*safe\b|autoescape", source), name
    assert ENVIRONMENT.autoescape is True


@pytest.mark.parametrize(
    "text", ["</script>", "<!--", "<script", "]]>", "&amp;", "\u2028\u2029", '"\\', "\ud83d\ude00"]
)
def test_script_json_survives_its_element(text: str) -> None:
    written = str(script_json({text: [text]}))
    assert not re.search(r"[<>&\u2028\u2029]", written)
    assert json.loads(written) == {text: [text]}


def test_script_json_refuses_numbers_that_json_has_not() -> None:
    with pytest.raises(ValueError, match="JSON"):
        script_json(float("nan"))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "\ufeff=1", "＝1"]
)
def test_cells_that_would_run_are_made_text(text: str) -> None:
    assert safe_cell(text) == "'" + text


@pytest.mark.parametrize("value", ["plain", "a=b", "1-2", 5, -2.5, True, ""])
def test_cells_that_are_harmless_stay(value: object) -> None:
    assert safe_cell(value) == value


@pytest.mark.parametrize("address", DOWNLOADS)
def test_downloads_are_files_and_hold_no_formula(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(r'attachment; filename="[a-z-]+\.csv"', answer.headers["content-disposition"])
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "@", "+")), cell
