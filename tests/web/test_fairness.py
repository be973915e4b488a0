"""The page of fairness says rates with intervals, says nothing of few, and why the gate opens or not."""

from __future__ import annotations

from client import Client
from fake_desk import FakeDesk


def test_rates_gate_and_curve_are_shown(client: Client) -> None:
    text = client.get("/fairness").text
    assert "100.0% (86.7% to 100.0%, n = 25)" in text  # wrongly flagged of English, all of 25
    assert "too few to say (under 20)" in text  # eight Thai leads
    assert ">th<" not in text
    assert "rule moves: wrong flags by language, en" in text
    assert text.count("<polyline") == 2
    assert "this workspace holds other data" in text
    assert "By nationality of persons" in text
    assert "GHA" in text
    assert "THA" not in text  # eight persons
    assert "were not measured: the audit data have no such column" in text
    assert '<th role="columnheader" scope="col">Missed</th>' in text


def test_the_table_leaves_out_numbers_of_few(client: Client) -> None:
    rows = client.get("/fairness.csv").text.splitlines()
    assert rows[0].startswith("flag,by,group,answers,flagged")
    few = next(row for row in rows if "under the minimum" in row)
    assert few.endswith("," * 13)
    assert [row for row in rows if row.startswith("model ") and "nationality (audit data),GHA" in row]


def test_before_anything_is_judged_the_page_says_so(client: Client, desk: FakeDesk) -> None:
    desk.empty = True
    text = client.get("/fairness").text
    assert "No rule could be measured yet" in text
    assert "Nothing was measured by gender, age and nationality" in text
