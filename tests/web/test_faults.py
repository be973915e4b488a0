"""Errors say what happened, what was kept and what to do, and never show a value."""

import logging
import re

import pytest
from client import Client
from fake_desk import FakeDesk

from clew.safeguards import errors

KNOWN = [
    errors.UsageError("field: rule"),
    errors.UnreadableInput("field: rule"),
    errors.MissingColumn("column"),
    errors.NotAllowed("field: rule"),
    errors.NotFound("field: rule"),
    errors.Conflict("field: rule"),
    errors.Blocked("field: rule"),
    errors.Tampered("field: rule"),
    errors.ClewError("field: rule"),
]


@pytest.mark.parametrize("error", KNOWN, ids=lambda error: type(error).__name__)
def test_known_errors_answer_with_their_status_and_message(
    client: Client, desk: FakeDesk, error: errors.ClewError
) -> None:
    desk.broken = error
    answer = client.get("/")
    assert answer.status_code == error.status
    assert str(error) in answer.text
    for part in ("What happened", "What was kept", "What to do", "Reference"):
        assert part in answer.text
    assert re.search(r"<code>[0-9A-F]{4}-[0-9A-F]{4}</code>", answer.text)


def test_messages_of_errors_are_escaped(client: Client, desk: FakeDesk) -> None:
    desk.broken = errors.NotAllowed("<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/").text


def test_unknown_errors_show_and_log_only_a_reference(
    client: Client, desk: FakeDesk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.broken = RuntimeError("canary-7f3 lives at 12 Lake Road")
    with caplog.at_level(logging.DEBUG):
        answer = client.get("/")
    assert answer.status_code == 500
    assert "canary" not in answer.text
    assert "RuntimeError" not in answer.text
    reference = re.search(r"<code>([0-9A-F]{4}-[0-9A-F]{4})</code>", answer.text)
    assert reference
    ours = [record for record in caplog.records if record.name == "clew.web"]
    assert f"reference {reference[1]}: RuntimeError" in [record.getMessage() for record in ours]
    assert "canary" not in caplog.text
    assert all(record.exc_info is None for record in ours)


@pytest.mark.parametrize(
    ("address", "status"),
    [("/nowhere", 404), ("/leads/none", 404), ("/leads/..%2Fetc", 404), ("/leads/%3Cscript%3E", 404), ("/leads?page=0", 404),
     ("/leads?page=x", 404), ("/leads?show=<b>", 404), ("/cases/K%2D9999", 404), ("/cases/a%00b", 404), ("/releases/none", 404),
     ("/flows/name.csv", 404), ("/leads?page=" + "9" * 201, 404)],
)  # fmt: skip
def test_addresses_that_name_nothing_get_a_page(client: Client, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert "What to do" in answer.text
    assert "script&gt;" not in answer.text


def test_other_methods_get_a_page(client: Client) -> None:
    answer = client.send("DELETE", "/leads")
    assert answer.status_code == 405
    assert "What to do" in answer.text


def test_no_interface_description_is_served(client: Client) -> None:
    for address in ("/docs", "/redoc", "/openapi.json"):
        assert client.get(address).status_code == 404


def test_what_needs_another_purpose_offers_it(client: Client) -> None:
    client.post("/purpose", purpose="administration")
    answer = client.get("/leads/lead_0000")
    assert answer.status_code == 403
    assert "Work under lead review and open this page" in answer.text
    assert 'name="then" value="/leads/lead_0000"' in answer.text
    client.post("/purpose", purpose="lead-review", then="/leads/lead_0000")
    assert client.get("/leads/lead_0000").status_code == 200
