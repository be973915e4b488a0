"""The quality report against planted faults: what is wrong is found, by field and contributor, and small cells are hidden."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from clew.insight.quality import DEFINITIONS, QualityReport, quality
from clew.insight.quality_shares import newcombe, shares, wilson
from clew.insight.quality_view import quality_view
from clew.safeguards.errors import MissingColumn, UsageError

TODAY = date(2025, 6, 1)


def report(contributor: str | None = None, below: int = 5, **columns: list[Any]) -> QualityReport:
    size = len(next(iter(columns.values())))
    text = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    table = pa.table({"id": [f"c{i}" for i in range(size)], **text})
    return quality(table, today=TODAY, contributor=contributor, below=below)


def measure(found: QualityReport, name: str, field: str, contributor: str = "") -> dict[str, Any]:
    rows = [
        r
        for r in found.measures.to_pylist()
        if (r["measure"], r["field"], r["contributor"]) == (name, field, contributor)
    ]
    assert len(rows) == 1, (name, field, contributor)
    return rows[0]


def broken(found: QualityReport) -> set[tuple[str, str]]:
    return {(row["id"], row["rule"]) for row in found.faults.to_pylist()}


def test_quality_defines_each_measure() -> None:
    assert list(DEFINITIONS) == ["valid", "accurate", "complete", "timely", "consistent", "impartial"]
    assert report(prs_Gender=["Feminine"] * 6).as_dict()["definitions"] == DEFINITIONS


def test_quality_counts_invalid_values_by_rule_and_never_shows_them() -> None:
    found = report(prs_Gender=["Feminine"] * 20 + ["a secret"] * 10 + [None] * 10)
    valid = measure(found, "valid", "prs_Gender")
    assert (valid["text"], valid["rule"]) == ("20 of 30 (67 %)", "a code of its list")
    assert valid["low"] < 2 / 3 < valid["high"]
    assert len(found.faults) == 10
    assert "secret" not in json.dumps(found.as_dict()) + str(found.faults.to_pylist())


def test_quality_tells_unknown_from_empty() -> None:
    found = report(prs_Gender=["Feminine"] * 10 + ["NonSpecifiedUnknown"] * 6 + [None] * 8)
    assert measure(found, "complete", "prs_Gender")["text"] == "10 of 24 (42 %)"
    assert measure(found, "unknown", "prs_Gender")["text"] == "6 of 24 (25 %)"


def test_quality_asks_for_details_only_where_they_apply() -> None:
    forms = ["ForcedLabour"] * 10 + ["SexualExploitation"] * 10
    found = report(vic_TypeOfExploitation=forms, vic_ForcedLabourIndustry=["F_Construction"] * 10 + [None] * 10)
    assert measure(found, "complete", "vic_ForcedLabourIndustry")["text"] == "10 of 10 (100 %)"


def test_quality_flags_that_are_one_or_empty_cannot_tell_completeness() -> None:
    found = report(isForcedLabour=["1"] * 6 + [None] * 6, isSexualExploit=["1", "0"] * 6)
    assert "complete: isForcedLabour is 1 or empty, so empty may mean no" in found.not_measured
    assert measure(found, "complete", "isSexualExploit")["text"] == "12 of 12 (100 %)"


def test_quality_reads_flags_of_parquet() -> None:
    """Parquet holds them as true and false, or as 1.0 and 0.0."""
    found = report(isForcedLabour=["true", "false", "1.0", "0", "-99", "perhaps"], typeOfLabourAgriculture=["1"] * 6)
    assert broken(found) >= {("c1", "form_denied_with_detail"), ("c3", "form_denied_with_detail")}
    assert [row["id"] for row in found.faults.to_pylist() if row["rule"].startswith("not ")] == ["c5"]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        ({"prs_Birthdate": "2000-01-01", "hte_Date": "1999-12-31"}, "exploitation_before_birth"),
        ({"prs_Birthdate": "2000-01-01", "cas_IncomingReferralDate": "1999"}, "registered_before_birth"),
        ({"majorityStatus": "Minor", "ageBroad": "30--38"}, "child_over_18"),
        ({"vic_TypeOfExploitation": "ChildLabour", "vic_AgeWhenTrafficked": "25"}, "child_over_18"),
        ({"pv-under-age": "yes", "pv-dob": "1990-01-01"}, "child_over_18"),
        ({"child": "yes", "age": "44"}, "child_over_18"),
        ({"child": "yes", "age_when_trafficked": "19", "age": "19"}, "child_over_18"),
        ({"is_child": "No", "age": "12"}, "adult_under_18"),
        ({"majorityStatus": "Adult", "ageBroad": "9--17"}, "adult_under_18"),
        ({"vic_AgeWhenTrafficked": "40", "prs_Birthdate": "2000", "hte_Date": "2020"}, "age_disagrees_with_birth"),
        ({"journey_start": "2020-05-01", "journey_end": "2020-04-30"}, "ends_before_it_starts"),
        ({"consent_given": "2021-02-01", "consent_withdrawn": "2021-01-01"}, "consent_withdrawn_before_given"),
        (
            {"cas_IncomingReferralDate": "2021-02-01", "cas_OutgoingReferralDate": "2021-01-01"},
            "referred_on_before_received",
        ),
        ({"cas_IncomingReferralDate": "2021-02-01", "entered": "2021-01-01"}, "entered_before_registered"),
        ({"isForcedLabour": "0", "typeOfLabourAgriculture": "1"}, "form_denied_with_detail"),
        ({"vic_TypeOfExploitation": "Servitude", "vic_TypeOfSexExploitation": "Prostitution"}, "detail_without_form"),
    ],
)
def test_quality_finds_planted_contradictions(columns: dict[str, str], rule: str) -> None:
    assert ("c0", rule) in broken(report(**{name: [value] for name, value in columns.items()}))


@pytest.mark.parametrize(
    "columns",
    [
        {"prs_Birthdate": "2000", "hte_Date": "2000"},  # the same year may be before or after
        {"journey_start": "2020-05", "journey_end": "2020"},
        {"majorityStatus": "Minor", "ageBroad": "9--17"},
        {"vic_AgeWhenTrafficked": "20", "prs_Birthdate": "2000", "hte_Date": "2020"},
        {"prs_Birthdate": None, "hte_Date": "1999"},
        {"child": "yes", "age": "19", "age_when_trafficked": "15"},  # a child then, of age by now
        {"child": "not known", "age": "19"},
        {"isForcedLabour": "1", "typeOfLabourAgriculture": "1"},
        {"consent_given": "2021-02-01", "consent_withdrawn": None},
    ],
)
def test_quality_imprecise_or_missing_facts_are_no_contradiction(columns: dict[str, str]) -> None:
    assert broken(report(**{name: [value] for name, value in columns.items()})) == set()


def test_quality_judges_own_names_of_common_fields() -> None:
    found = report(
        gender=["Feminine", "man", "purple"], age=["200", "17", "48+"], registered=["2031-05-01", "2020", None]
    )
    wrong = {(row["id"], row["field"]) for row in found.faults.to_pylist()}
    assert wrong == {("c2", "gender"), ("c0", "age"), ("c0", "registered")}
    assert "impartial: no column tells the age" not in found.not_measured


def test_quality_says_in_words_what_is_not_shown() -> None:
    small = report(age=["17"] * 38 + [None] * 2, registered=["2020"] * 39 + ["3020"])
    texts = {row["text"] for row in small.measures.to_pylist()}
    assert not [text for text in texts if "hidden" in text or text.startswith("of ")]


def test_quality_accuracy_counts_only_cases_that_could_be_checked() -> None:
    start = ["2020-05-01"] * 30
    end = ["2020-06-01"] * 15 + ["2020-04-01"] * 5 + [None] * 10
    found = measure(report(journey_start=start, journey_end=end), "accurate", "journey_start journey_end")
    assert found["text"] == "15 of 20 (75 %)"


def test_quality_impossible_and_future_dates_are_invalid() -> None:
    found = report(hte_Date=["2021-02-30", "2031-01-01", "some day", "2021-02-28"])
    assert {row["id"] for row in found.faults.to_pylist()} == {"c0", "c1", "c2"}


def test_quality_measures_days_between_exact_dates() -> None:
    start = [f"2021-01-{day:02d}" for day in range(1, 11)]
    found = report(hte_Date=[*start, "2021"], cas_IncomingReferralDate=["2021-01-11"] * 11)
    (row,) = found.times.to_pylist()
    assert (row["span"], row["cases"], row["median_days"]) == ("event to registration", 10, 5.5)
    assert any(line.startswith("timely: registration to entry needs") for line in found.not_measured)


def test_quality_hides_small_cells_and_what_they_leave_over() -> None:
    found = report(prs_Gender=["Feminine"] * 37 + [None] * 3, hte_City=["x"] * 2 + [None] * 38)
    assert measure(found, "complete", "prs_Gender")["text"] == ">35 of 40"
    assert measure(found, "complete", "hte_City")["text"] == "<5 of 40"
    assert (
        measure(found, "complete", "hte_City")["count_low"],
        measure(found, "complete", "hte_City")["count_high"],
    ) == (1, 4)


def test_quality_hides_a_contributor_of_few_cases() -> None:
    found = report("who", who=["large"] * 40 + ["small"] * 3, prs_Gender=["Feminine"] * 43)
    small = measure(found, "complete", "prs_Gender", "small")
    assert (small["text"], small["share_low"], small["share_high"]) == ("fewer than 5 cases", 0.0, 1.0)
    assert found.differences.num_rows == 0


def test_quality_finds_the_contributor_that_records_otherwise() -> None:
    """One of three ticks forced labour in 80 of 100 cases, the others in 20."""
    forms = [
        form for share in (20, 20, 80) for form in ["ForcedLabour"] * share + ["SexualExploitation"] * (100 - share)
    ]
    found = report("who", who=["a"] * 100 + ["b"] * 100 + ["c"] * 100, vic_TypeOfExploitation=forms)
    rows = [r for r in found.differences.to_pylist() if r["measure"] == "consistent" and r["code"] == "ForcedLabour"]
    c = next(row for row in rows if row["group"] == "c")
    assert c["differs"]
    assert c["difference"] == pytest.approx(0.6)
    assert c["low"] < 0.6 < c["high"]
    same = report("who", who=["a", "b"] * 100, vic_TypeOfExploitation=["ForcedLabour"] * 100 + ["Servitude"] * 100)
    assert not any(same.differences["differs"].to_pylist())


def test_quality_finds_who_is_under_recorded() -> None:
    """Of men the age and the recruitment are missing in most cases; nobody else differs."""
    rng = np.random.default_rng(1)
    gender = rng.choice(np.array(["Feminine", "Masculine"]), 600)
    missing = (gender == "Masculine") & (rng.random(600) < 0.7)
    found = report(
        prs_Gender=gender.tolist(),
        prs_Citizenship=rng.choice(np.array(["ROU", "NGA"]), 600).tolist(),
        vic_AgeWhenTrafficked=[None if m else "30" for m in missing],
        vic_MethodOfRecruitment=[None if m else "AtWork" for m in missing],
    )
    differing = {(r["by"], r["group"], r["field"]) for r in found.differences.to_pylist() if r["differs"]}
    assert ("gender", "Masculine", "all fields") in differing
    assert ("gender", "Masculine", "vic_AgeWhenTrafficked") in differing
    assert {by for by, _, _ in differing} == {"gender"}


def test_quality_comparisons_hold_at_their_level() -> None:
    """With 95 % for all comparisons together, few reports of equal contributors show any difference."""
    rng = np.random.default_rng(7)
    shown = 0
    for _ in range(40):
        forms = rng.choice(np.array(["ForcedLabour", "SexualExploitation", "Servitude"]), 300)
        found = report(
            "who", who=rng.choice(np.array(["a", "b", "c"]), 300).tolist(), vic_TypeOfExploitation=forms.tolist()
        )
        shown += any(found.differences["differs"].to_pylist())
    assert shown <= 6  # 2 expected; more than 6 has a chance of about 1 in 200


def test_quality_intervals_are_those_of_the_literature() -> None:
    """Wilson: 81 of 263 (Newcombe 1998, table 1). Newcombe: 56/70 against 48/80."""
    assert [round(float(end), 4) for end in wilson(81, 263)] == [0.2553, 0.3662]
    assert [round(float(end), 4) for end in wilson(0, 20)] == [0.0, 0.1611]
    assert [round(float(end), 4) for end in newcombe(56, 70, 48, 80)] == [0.0524, 0.3339]


@pytest.mark.parametrize("of", range(13))
def test_quality_hidden_counts_cannot_be_told(of: int) -> None:
    """Every hidden cell looks the same for at least two counts."""
    for count in range(of + 1):
        cell = {name: column[0].as_py() for name, column in shares([count], [of], 5).items()}
        assert cell["count_low"] <= count <= max(cell["count_high"], 0)
        assert cell["of_low"] <= of <= cell["of_high"]
        if cell["suppressed"]:
            assert cell["count_high"] > cell["count_low"]
            twins = [k for k in range(of + 1) if shares([k], [of], 5)["text"][0].as_py() == cell["text"]]
            assert len(twins) > 1
        else:
            assert count in (0, of) or (count >= 5 and of - count >= 5)


def test_quality_view_has_one_line_a_field() -> None:
    found = report("who", who=["a"] * 10 + ["b"] * 10, prs_Gender=["Feminine"] * 15 + [None] * 5, note=["x"] * 20)
    view = quality_view(found)
    assert [(one.field, one.complete, one.valid) for one in view.fields] == [
        ("note", "20 of 20 (100 %)", ""),
        ("prs_Gender", "15 of 20 (75 %)", "15 of 15 (100 %)"),
    ]
    assert quality_view(found, "b").fields[1].complete == "5 of 10 (50 %)"
    assert view.contributors == ("a", "b")


def test_quality_names_what_it_could_not_measure() -> None:
    lines = report(note=["x"] * 8).not_measured
    for start in ("valid:", "accurate:", "timely:", "consistent:", "impartial: no column tells the gender"):
        assert any(line.startswith(start) for line in lines)


def test_quality_empty_file_and_wrong_use() -> None:
    empty = quality(pa.table({"id": pa.array([], pa.string()), "prs_Gender": pa.array([], pa.string())}), today=TODAY)
    assert measure(empty, "complete", "prs_Gender")["text"] == "no case to count"
    with pytest.raises(MissingColumn, match="missing column: who"):
        report("who", prs_Gender=["Feminine"])
    with pytest.raises(UsageError, match="2 or more"):
        report(below=1, prs_Gender=["Feminine"])


def test_quality_hides_what_would_give_a_small_cell_away() -> None:
    """Two contributors and their total; and what is recorded, of which the valid are counted."""
    cities = ["x"] * 3 + [None] * 37 + ["x"] * 20 + [None] * 20
    found = report("who", who=["a"] * 40 + ["b"] * 40, hte_City=cities, prs_Gender=["Feminine"] * 77 + [None] * 3)
    assert measure(found, "complete", "hte_City", "a")["text"] == "<5 of 40"
    assert measure(found, "complete", "hte_City", "b")["text"] == "20 of 40 (50 %)"
    assert measure(found, "complete", "hte_City")["text"] == "21 to 24 of 80"
    assert measure(found, "complete", "prs_Gender", "b")["text"] == ">35 of 40"
    assert measure(found, "valid", "prs_Gender", "b")["of_low"] == 36
    assert measure(found, "valid", "prs_Gender", "b")["of_high"] == 39
    few = report("who", who=["large"] * 40 + ["small"] * 3, prs_Gender=["Feminine"] * 43)
    assert few.as_dict()["rows"] == "41 to 44"
    assert "43" not in {row["text"].split()[0] for row in few.measures.to_pylist()}


def test_quality_compares_no_group_that_subtraction_would_tell() -> None:
    """Of three contributors one holds a small cell: the other two would tell it beside the total."""
    words = ["Feminine"] * 20 + ["Masculine"] * 20
    found = report(
        "who",
        who=["a"] * 40 + ["b"] * 40 + ["c"] * 10,
        prs_Gender=[*words, *words, *["Feminine"] * 8, *["Masculine"] * 2],
    )
    shown = {row["group"] for row in found.differences.to_pylist() if row["measure"] == "consistent"}
    assert shown <= {"a", "c"} or shown <= {"b", "c"} or shown == set()
