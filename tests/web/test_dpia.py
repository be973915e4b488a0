"""The page of the impact assessment: how it stands comes first, and only a reason under the right purpose signs it."""

import re

import pytest
from client import Client, Page
from fake_assessment import NAME
from fake_desk import FakeDesk

from clew.safeguards.actors import Purpose


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", Page(html).text)


def test_the_page_says_how_it_stands_what_changed_and_what_is_open(client: Client) -> None:
    text = text_of(client.get("/dpia").text)
    for said in (
        "Stale: something changed since it was approved", "Adding files, running the chain and releasing are refused",
        "2 changes since the last approval", "settings: k 11 became k 5", "1 open point", "Harbour line", "A laptop is stolen.",
    ):  # fmt: skip
        assert said in text
    assert "Work under oversight and approve it" in text


def test_an_approval_needs_purpose_reason_and_the_open_points(
    client: Client, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.post("/dpia/approve", name=NAME, reason="read", accept="yes").status_code == 403
    monkeypatch.setattr(desk, "purpose", lambda session: Purpose.OVERSIGHT)
    assert "Sign: approve this assessment" in text_of(client.get("/dpia").text)
    blank = client.post("/dpia/approve", name=NAME, reason=" ", accept="yes")
    assert (blank.status_code, "Write a reason" in blank.text) == (422, True)
    unread = client.post("/dpia/approve", name=NAME, reason="read it")
    assert (unread.status_code, "1 points are open" in unread.text, ">read it<" in unread.text) == (409, True, True)
    assert client.post("/dpia/approve", name="0" * 16, reason="read it", accept="yes").status_code == 409
    assert desk.approved_because == ""
    assert client.post("/dpia/approve", name=NAME, reason="read it", accept="yes").status_code == 303
    text = text_of(client.get("/dpia").text)
    assert "Nothing changed since the last approval" in text
    assert "Until" in text


def test_the_assessment_is_a_file_too(client: Client) -> None:
    assert client.get("/dpia/assessment.md").text.startswith("# Data protection impact assessment")
    pytest.importorskip("typst")
    answer = client.get("/dpia/assessment.pdf")
    assert (answer.content[:5], answer.headers["content-type"]) == (b"%PDF-", "application/pdf")
