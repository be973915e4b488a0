"""Models are shown with whom they flag wrongly; none is let in past a closed gate, and a class is shown as what it is."""

from __future__ import annotations

import re

import pytest
from client import Client
from fake_desk import FakeDesk
from fake_models import KNOWN

from clew.leads.classing import LeadClass
from clew.leads.classing.measuring import Measurement, Point
from clew.leads.intervals import Share
from clew.web.models import curve


def measured(*shares: Share) -> Measurement:
    points = tuple(Point((n + 1) / len(shares), share) for n, share in enumerate(shares))
    return Measurement(
        measured_on="x", answers=9, wrong_flags=Share(0, 9), groups=(), coverage=(), calibration_error=0.1,
        reliability=(), curve=points, alpha=0.1,
    )  # fmt: skip


def test_models_page_says_what_keeps_a_model_out(client: Client) -> None:
    text = client.get("/models").text
    assert "trained on the invented world" in text
    assert "⊘ cannot be enabled" in text
    assert "none enabled" in text
    assert "at most 5.0%" in text


def test_a_model_page_holds_card_table_and_curve(client: Client) -> None:
    text = client.get(f"/models/{KNOWN}").text
    assert "500 invented judgements" in text
    assert "<polyline" in text
    for word in ("language", "script", "place", "stated gender", "class", "source"):
        assert re.search(rf"<td[^>]*>{word}</td>", text)
    assert 'data-label="Missed"' in text  # on a phone a cell stands by its label alone
    assert client.get(f"/models/{KNOWN}/fairness.csv").text.startswith("by,group,answers")
    assert client.get(f"/models/{KNOWN}/risk-coverage.csv").text.startswith("coverage,wrong,of")
    assert client.get(f"/models/{KNOWN}/card.md").text.startswith("# Model judged")


def test_a_model_is_enabled_by_a_reason_under_the_right_purpose(client: Client, desk: FakeDesk) -> None:
    page = f"/models/{KNOWN}"
    assert client.post(f"{page}/enable", reason="measured").status_code == 403
    client.post("/purpose", purpose="oversight", then=page)
    missing = client.post(f"{page}/enable", reason="  ")
    assert missing.status_code == 422
    assert "Write a reason" in missing.text
    assert desk.enabled == {}
    assert client.post(f"{page}/enable", reason="measured").status_code == 303
    assert "● enabled by" in client.get(page).text
    assert client.post(f"{page}/disable", reason="odd answers").status_code == 303
    assert desk.enabled == {}


def test_a_closed_gate_shows_its_reasons_and_no_form(client: Client, desk: FakeDesk) -> None:
    page = f"/models/{'f' * 16}"
    client.post("/purpose", purpose="oversight", then=page)
    text = client.get(page).text
    assert "Nobody can let it in" in text
    assert f'action="{page}/enable"' not in text
    refused = client.post(f"{page}/enable", reason="please")
    assert refused.status_code in (403, 409, 423)
    assert "this workspace holds other data" in refused.text
    assert desk.enabled == {}


def test_the_queue_shows_classes_as_points_and_marks_what_is_asked(client: Client) -> None:
    text = client.get("/leads").text
    assert "organised control" in text
    assert "points, not a probability" in text
    asked = client.get("/leads?show=asked").text
    assert asked.count("Asked because") == 1
    assert "1 to 1 of 1 lead" in asked


def test_a_lead_page_shows_class_reasons_innocence_and_the_judged_ones_like_it(client: Client) -> None:
    text = client.get("/leads/lead_0001").text
    for words in (
        "What it looks like: organised control",
        "It does not say that anyone is forced",
        "It would be innocent if:",
        "Several contacts and several texts belong together.",
        "distance 0.4",
        "A class changes nothing",
    ):
        assert words in text


def test_a_class_can_be_named_with_a_judgement(client: Client, desk: FakeDesk) -> None:
    form = {"verdict": "no", "reason": "A troupe on tour.", "looks": "independent_work"}
    assert client.post("/leads/lead_0002/judgements", **form).status_code == 303
    assert desk.named == [("lead_0002", LeadClass.INDEPENDENT)]
    wrong = client.post("/leads/lead_0002/judgements", **form | {"looks": "trafficked"})
    assert wrong.status_code == 422
    assert len(desk.named) == 1


def test_an_answer_from_before_leads_grew_together_says_so(client: Client) -> None:
    client.post("/leads/lead_0004/judgements", verdict="no", reason="A troupe on tour.")
    text = client.get("/leads/lead_0004").text
    assert "before it grew together with this one" in text
    assert "lead_9999" in text


@pytest.mark.parametrize("typed", ["/leads?page=mariposa", "/leads?page=1&show=mariposa", "/models/mari.posa!"])
def test_what_was_typed_wrongly_is_not_repeated(client: Client, typed: str) -> None:
    answer = client.get(typed)
    assert answer.status_code == 404
    assert "posa" not in answer.text


def test_a_curve_says_what_it_shows_and_nothing_where_nothing_was_measured() -> None:
    drawn = curve(measured(Share(0, 10), Share(4, 20)))
    assert drawn is not None
    assert drawn.finding == "Of the surest 50%, 0.0% get a wrong class; of all, 20.0%"
    assert len(drawn.line.split()) == 2
    assert len(drawn.band.split()) == 4
    assert curve(measured()) is None
