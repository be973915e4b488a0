"""Act, means and purpose from recorded fields: what supports them, what is missing, and both readings of an open age."""

from __future__ import annotations

import itertools
from typing import Any

import pyarrow as pa
import pytest

from clew.leads.qualification_finding import Standing, missing, standing
from clew.leads.qualification_view import qualification_view
from clew.leads.qualify import QUALIFIED, qualify
from clew.records.imprecise import Answer
from clew.safeguards.errors import MissingColumn, NotFound, UsageError
from clew.standards.instruments import Jurisdiction


def row(jurisdiction: Jurisdiction = Jurisdiction.INT, **fields: str | None) -> dict[str, Any]:
    return qualify(table(**fields), jurisdiction=jurisdiction).table.to_pylist()[0]


def table(**fields: str | None) -> pa.Table:
    return pa.table({"id": ["a"], **{name: pa.array([value], pa.string()) for name, value in fields.items()}})


HTCDS = {
    "vic_MethodOfRecruitment": "AtWork",
    "vic_MethodsOfControl": "Physical threats;Withholds documents",
    "vic_TypeOfExploitation": "ForcedLabour",
    "vic_AgeWhenTrafficked": "31",
}


def test_qualify_names_the_field_that_supports_each_element() -> None:
    found = row(**HTCDS)
    assert [found[name] for name in ("act", "means", "purpose", "child", "qualified")] == [
        "yes",
        "yes",
        "yes",
        "no",
        "supported",
    ]
    assert found["evidence"] == (
        "act: recruitment (vic_MethodOfRecruitment); means: threat (vic_MethodsOfControl), coercion (vic_MethodsOfControl); "
        "purpose: forced_labour (vic_TypeOfExploitation); child: vic_AgeWhenTrafficked"
    )
    assert (found["missing"], found["readings"]) == ("", "")


def test_qualify_child_needs_no_means() -> None:
    found = row(**{**HTCDS, "vic_AgeWhenTrafficked": "16", "vic_MethodsOfControl": None})
    assert (found["means"], found["child"], found["qualified"], found["missing"]) == (
        "not_asked",
        "yes",
        "supported",
        "",
    )
    assert "How was the person brought to it" not in found["question"]


def test_qualify_adult_needs_means() -> None:
    found = row(**{**HTCDS, "vic_MethodsOfControl": None})
    assert (found["qualified"], found["missing"]) == ("partly", "means")
    assert "How was the person brought to it" in found["question"]


def test_qualify_open_age_says_both_readings() -> None:
    found = row(**{**HTCDS, "vic_AgeWhenTrafficked": None, "vic_MethodsOfControl": None})
    assert (found["child"], found["qualified"]) == ("unknown", "partly")
    assert found["readings"] == "if a child: supported; if an adult: partly"
    assert found["missing"] == "means;age"


def test_qualify_nothing_recorded_says_too_little() -> None:
    found = row(**dict.fromkeys(HTCDS))
    assert [found[name] for name in ("act", "means", "purpose", "child")] == ["not_asked"] * 3 + ["unknown"]
    assert (found["qualified"], found["evidence"]) == ("too_little_recorded", "")


def test_qualify_all_unknown_is_not_not_asked() -> None:
    found = row(isForcedLabour="-99", meansThreats="", recruiterRelationFriend=None, ageBroad="unknown")
    assert [found[name] for name in ("act", "means", "purpose", "child")] == ["unknown"] * 4
    assert found["qualified"] == "too_little_recorded"


def test_qualify_stated_no_is_not_unknown() -> None:
    found = row(
        isForcedLabour="0",
        isSexualExploit="0",
        isOtherExploit="0",
        typeOfLabourAgriculture="",
        meansThreats="1",
        ageBroad="30--38",
    )
    assert (found["purpose"], found["qualified"]) == ("no", "not_supported")
    assert "purpose: stated no (isForcedLabour, isSexualExploit, isOtherExploit)" in found["evidence"]


def test_qualify_a_no_reaches_no_further_than_what_was_asked() -> None:
    found = row(isForcedLabour="0", isSexualExploit="0")
    assert (
        "Only what isForcedLabour, isSexualExploit ask was answered no; other kinds were not asked."
        in found["question"]
    )


def test_qualify_one_open_flag_keeps_a_no_open() -> None:
    assert row(isForcedLabour="0", isSexualExploit="", isOtherExploit="0")["purpose"] == "unknown"


def test_qualify_no_relation_to_a_recruiter_does_not_deny_the_act() -> None:
    assert row(recruiterRelationFriend="0", recruiterRelationOther="0", isForcedLabour="1")["act"] == "unknown"


def test_qualify_contradiction_is_shown_and_not_settled() -> None:
    found = row(isForcedLabour="0", typeOfLabourConstruction="1", meansThreats="0")
    assert found["purpose"] == "yes"
    assert (
        "isForcedLabour says no and typeOfLabourConstruction yes to forced_labour: which is right?" in found["question"]
    )


def test_qualify_excessive_hours_alone_ask_and_do_not_count() -> None:
    found = row(**{**HTCDS, "vic_MethodsOfControl": "ExcessiveWorkingHours"})
    assert found["means"] == "unknown"
    assert "Were they imposed to keep the person there" in found["question"]


def test_qualify_vulnerability_alone_is_no_abuse_of_it() -> None:
    found = row(vic_Vulnerabilities="Poverty", vic_TypeOfExploitation="Servitude")
    assert found["means"] == "unknown"
    assert "Did someone abuse it" in found["question"]


def test_qualify_text_where_a_code_belongs_is_reported_without_its_value() -> None:
    result = qualify(table(**{**HTCDS, "vic_MethodsOfControl": "she was beaten"}))
    found = result.table.to_pylist()[0]
    assert found["means"] == "unknown"
    assert "vic_MethodsOfControl holds what is no code" in found["question"]
    assert [(one.field, one.rule, one.rows) for one in result.unread] == [
        ("vic_MethodsOfControl", "not a code of its list", 1)
    ]
    assert "beaten" not in str(result)


def test_qualify_free_text_is_pointed_at_and_not_read() -> None:
    found = row(**{**HTCDS, "hte_Description": "recruited by a friend", "vic_MethodOfRecruitment": None})
    assert found["act"] == "not_asked"
    assert "Read first: hte_Description" in found["question"]


@pytest.mark.parametrize(
    ("ages", "child"),
    [
        ({"prs_Birthdate": "2004-05-01", "hte_Date": "2021-03"}, "yes"),
        ({"prs_Birthdate": "2004-05-01", "hte_Date": "2022-05-02"}, "no"),
        ({"prs_Birthdate": "2004", "hte_Date": "2022"}, "unknown"),  # 17 or 18
        ({"prs_Birthdate": "1980", "cas_IncomingReferralDate": "2022-01-01"}, "no"),
        ({"prs_Birthdate": "2003", "cas_IncomingReferralDate": "2022-12-31"}, "unknown"),  # 18 or 19 when registered
        ({"ageBroad": "9--17"}, "yes"),
        ({"ageBroad": "18--20"}, "unknown"),
        ({"ageBroad": "48+"}, "no"),
        ({"majorityStatus": "Minor"}, "yes"),
        ({"majorityStatus": "Adult"}, "no"),
        ({"majorityStatus": "Adult", "majorityStatusAtExploit": "Minor"}, "yes"),
        ({"pv-under-age": "no", "pv-under-age-at-time-of-exploitation": "yes"}, "yes"),
        ({"vic_AgeWhenTrafficked": "16-20"}, "unknown"),
        ({"vic_AgeWhenTrafficked": "17.0"}, "yes"),
        ({"vic_AgeWhenTrafficked": "a child"}, "unknown"),
    ],
)
def test_qualify_child_from_whatever_tells_an_age(ages: dict[str, str], child: str) -> None:
    assert row(isForcedLabour="1", **ages)["child"] == child


def test_qualify_ages_that_disagree_leave_it_open() -> None:
    found = row(isForcedLabour="1", vic_AgeWhenTrafficked="30", prs_Birthdate="2012-01-01", hte_Date="2020-06-01")
    assert found["child"] == "unknown"
    assert "disagree on the age" in found["question"]


def test_qualify_event_before_birth_is_said() -> None:
    result = qualify(table(isForcedLabour="1", prs_Birthdate="2012-01-01", hte_Date="2010-06-01"))
    assert result.table["child"].to_pylist() == ["unknown"]
    assert "lies before the birth" in result.table["question"][0].as_py()
    assert ("hte_Date and prs_Birthdate", "before the birth") in [(one.field, one.rule) for one in result.unread]


def test_qualify_uk_form() -> None:
    found = row(**{"types-of-exploitation-taken-somewhere": "yes", "pv-under-age": "not-sure"})
    assert [found[name] for name in ("act", "means", "purpose", "child")] == ["yes", "yes", "yes", "unknown"]
    assert found["readings"] == "if a child: supported; if an adult: supported"


def test_qualify_columns_in_another_spelling_are_the_same() -> None:
    found = row(**{"VIC Type of Exploitation": "Forced labour", "vic_method_of_recruitment": "At work"})
    assert (found["act"], found["purpose"]) == ("yes", "yes")


def test_qualify_instruments_follow_jurisdiction_and_purpose() -> None:
    fields = {**HTCDS, "vic_TypeOfExploitation": "Surrogacy"}
    assert row(Jurisdiction.EU, **fields)["instruments"] == "palermo;cets197;eu-2011-36;eu-2024-1712"
    found = row(Jurisdiction.COE, **fields)
    assert found["instruments"] == "palermo;cets197"
    assert "No instrument looked at names surrogacy" in found["question"]


def test_qualify_other_layout_is_refused_by_name() -> None:
    with pytest.raises(UsageError, match=r"another layout.*The file has: a, b\."):
        qualify(pa.table({"id": ["1"], "a": ["x"], "b": ["y"]}))
    with pytest.raises(MissingColumn, match="missing column: id"):
        qualify(pa.table({"vic_TypeOfExploitation": ["Other"]}))


def test_qualify_says_which_elements_no_column_speaks_of() -> None:
    assert qualify(table(isForcedLabour="1")).without_columns == ("act", "means", "age")


def test_qualify_no_rows() -> None:
    result = qualify(pa.table({"id": pa.array([], pa.string()), "isForcedLabour": pa.array([], pa.string())}))
    assert result.table.schema.equals(QUALIFIED)
    assert result.table.num_rows == 0


def test_qualify_rows_keep_their_order_and_their_own_findings() -> None:
    """Rows are judged by pattern; each must be what it would be alone."""
    values = {
        "recruiterRelationOther": ["1", "0", ""],
        "meansThreats": ["1", "0", ""],
        "isForcedLabour": ["1", "0", ""],
        "ageBroad": ["9--17", "30--38", ""],
    }
    rows = [dict(zip(values, one, strict=True)) for one in itertools.product(*values.values())]
    together = qualify(
        pa.table({"id": [str(i) for i in range(len(rows))], **{name: [r[name] for r in rows] for name in values}})
    )
    alone = [row(**one) for one in rows]
    assert [{**r, "id": "a"} for r in together.table.to_pylist()] == alone


ANSWERS = list(itertools.product(Answer, repeat=4))


def test_qualify_standing_by_the_article_for_every_answer() -> None:
    """The oracle is art. 3 in words: (a) three elements, (c) two for a child; an open age is supported only if both are."""
    for act, means, purpose, child in ANSWERS:
        found = standing(act, means, purpose, child)
        adult_has_all = act is means is purpose is Answer.YES
        child_has_all = act is purpose is Answer.YES
        both = {Answer.YES: child_has_all, Answer.NO: adult_has_all}.get(child, adult_has_all and child_has_all)
        assert (found is Standing.SUPPORTED) is both
        if not {act, means, purpose} & {Answer.YES, Answer.NO}:
            assert found is Standing.TOO_LITTLE_RECORDED
        if found is Standing.SUPPORTED:
            assert set(missing(act, means, purpose, child)) <= {"age"}


def test_qualify_never_says_what_a_person_is() -> None:
    fields = {name: [value, None] for name, value in HTCDS.items()}
    result = qualify(pa.table({"id": ["a", "b"], **fields}))
    view = qualification_view(result.table, "a")
    assert "victim" not in str(result.table.to_pylist()).lower()
    assert "victim" not in " ".join([view.meaning, view.consent, view.question]).lower()


def test_qualify_view_shows_elements_consent_and_law() -> None:
    view = qualification_view(
        qualify(table(**{**HTCDS, "vic_AgeWhenTrafficked": "15"}), jurisdiction=Jurisdiction.EU).table, "a"
    )
    assert [(one.name, one.needed) for one in view.elements] == [("act", True), ("means", False), ("purpose", True)]
    assert view.elements[0].evidence == "recruitment (vic_MethodOfRecruitment)"
    assert view.child_evidence == "vic_AgeWhenTrafficked"
    assert "art. 3(b)" in view.consent
    assert [one.id for one in view.instruments][:2] == ["palermo", "opcrcsc"]
    with pytest.raises(NotFound):
        qualification_view(qualify(table(**HTCDS)).table, "b")
