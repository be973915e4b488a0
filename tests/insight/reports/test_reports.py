"""Invented reports with their claims. Places are large enough that the gazetteer knows them."""

from __future__ import annotations

import pyarrow as pa
import pytest

from clew.insight.reports import claims, read_reports
from clew.signals import Signal

REPORTS = {
    "en": "Women from Edo State, Nigeria were trafficked through Libya to Italy. They were forced to work on farms near Foggia.",
    "list": "Victims from Togo and Ghana were recruited by a recruitment agency and sent to Kuwait for domestic work.",
    "denied": "Men recruited in Iasi via a job advert were taken to the UK via Hungary; no evidence links them to France.",
    "fr": "Des jeunes femmes recrutées au Nigeria ont été exploitées à Lyon.",
    "es": "Las víctimas fueron llevadas a Madrid a través de París para explotación sexual.",
    "de": "Opfer aus Rumänien wurden in Berlin auf Baustellen ausgebeutet.",
    "other": "The trade fair travels from Berlin to Paris this year.",
    "doubted": "The group allegedly recruited workers from Ukraine; they may have been sent to Poland.",
}


@pytest.fixture(scope="module")
def found() -> pa.Table:
    return read_reports(list(REPORTS), list(REPORTS.values()))


def said(found: pa.Table, name: str, *columns: str) -> set[tuple[str, ...]]:
    return {tuple(row[c] for c in columns) for row in found.to_pylist() if row["id"] == name}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("en", {("origin", "NGA"), ("transit", "LBY"), ("destination", "ITA"), ("sector", "A_AgricultureForestryAndFishing"), ("form", "ForcedLabour")}),
        ("list", {("origin", "TGO"), ("origin", "GHA"), ("destination", "KWT"), ("sector", "T_ActivitiesOfHouseholdsAsEmployers"), ("recruitment", "Other")}),
        ("fr", {("origin", "NGA"), ("destination", "FRA")}),
        ("es", {("destination", "ESP"), ("transit", "FRA"), ("form", "SexualExploitation")}),
        ("de", {("origin", "ROU"), ("destination", "DEU"), ("sector", "F_Construction")}),
        ("other", set()),
    ],
)  # fmt: skip
def test_claims_are_found(found: pa.Table, name: str, expected: set[tuple[str, str]]) -> None:
    assert said(found, name, "claim", "value") == expected


def test_spans_are_those_of_the_text(found: pa.Table) -> None:
    for row in found.to_pylist():
        text = REPORTS[row["id"]]
        assert 0 <= row["sentence_start"] <= row["start"] < row["end"] <= row["sentence_end"] <= len(text)
    spans = {REPORTS["denied"][row["start"] : row["end"]] for row in found.to_pylist() if row["id"] == "denied"}
    assert {"Iasi", "UK", "Hungary", "job advert"} <= spans


def test_what_is_denied_or_doubted_is_marked(found: pa.Table) -> None:
    assert ("destination", "FRA", "said") not in said(found, "denied", "claim", "value", "status")
    assert ("destination", "GBR", "said") in said(found, "denied", "claim", "value", "status")
    assert ("destination", "POL", "doubted") in said(found, "doubted", "claim", "value", "status")


def test_a_failure_to_read_places_is_a_row_of_its_own() -> None:
    first = claims("Victims were sent to Rome.", [], failed="too long")[0]
    assert (first.claim, first.value, first.status) == ("failed", "too long", "failed")


def test_offsets_hold_where_small_letters_are_longer() -> None:
    text = "İİİ Victims were trafficked to Rome."
    signal = Signal(
        kind="place",
        value="Rome, IT",
        start=text.index("Rome"),
        end=text.index("Rome") + 4,
        confidence=0.9,
        detector="place/1",
    )
    (claim,) = [c for c in claims(text, [signal]) if c.claim == "destination"]
    assert text[claim.start : claim.end] == "Rome"


def test_long_texts_without_an_end_are_read_in_parts() -> None:
    assert claims("a " * 50_000, []) == []


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        # sentences written to find faults, each of which was read wrongly once
        ("Officials found no evidence that the workers from Nepal were trafficked to Portugal.", {("origin", "NPL", "denied"), ("destination", "PRT", "denied")}),
        ("Traffickers may have moved the girls from Ethiopia to Saudi Arabia.", {("origin", "ETH", "doubted"), ("destination", "SAU", "doubted")}),
        ("Three brothers were jailed in Spain for trafficking women from Romania.", {("origin", "ROU", "said")}),
        ("The president of France travelled to Kenya to discuss trade.", set()),
        ("Die Opfer wurden in Bulgarien angeworben und nach Deutschland gebracht.", {("origin", "BGR", "said"), ("destination", "DEU", "said")}),
    ],
)  # fmt: skip
def test_courts_agencies_and_journeys_are_no_part_of_a_case(text, claims):
    rows = read_reports(["r"], [text]).to_pylist()
    places = {(r["claim"], r["value"], r["status"]) for r in rows if r["claim"] in ("origin", "transit", "destination")}
    assert places == claims
