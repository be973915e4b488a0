"""Cases checked against HTCDS 2.0: what the official templates hold, and what people really write."""

from __future__ import annotations

import io
import json
from datetime import date

import openpyxl
import pytest

from clew.records import Format, write_table
from clew.records.htcds import read_htcds
from clew.records.htcds_validation import validate
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError

TODAY = date(2025, 6, 1)


def checked(path, **options):
    order = options.pop("date_order", None)
    return validate(read_htcds(path, **options), date_order=order, today=TODAY)


def rules_of(validation):
    return {(p["row"], p["field"], p["rule"]) for p in validation.report["problems"] if p["rejects"]}


def csv(path, header, *rows, encoding="utf-8"):
    path.write_bytes("\n".join([header, *rows, ""]).encode(encoding))
    return path


def filled_template(source, target, rows, *, change=None):
    book = openpyxl.load_workbook(io.BytesIO(source.read_bytes()))
    sheet = book.worksheets[0]
    place = {cell.value: cell.column for cell in sheet[1] if cell.value}
    for number, row in enumerate(rows, 3):
        for column, value in row.items():
            sheet.cell(number, column if isinstance(column, int) else place[column], value)
    if change:
        change(sheet)
    book.save(target)
    return target


TEMPLATES = ["htcds-spreadsheet-2.0.xlsx", "htcds-spreadsheet-validated-2.0.xlsx"]
pytestmark = pytest.mark.filterwarnings(
    "ignore:Data Validation extension"
)  # openpyxl drops the template's drop-down lists


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_empty_template_holds_no_case(shared_data, name):
    report = checked(shared_data / "htcds" / name).report
    assert (report["rows"], report["rejected"], report["form_rows"]) == (0, 0, 1001)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_filled_template_is_checked_row_by_row(shared_data, tmp_path, name):
    rows = [
        {"prs_FirstName": "Invented", "prs_Gender": "Feminine", "prs_Citizenship": "Romania", "prs_Birthdate": date(2001, 2, 3),
         "vic_MethodsOfControl": "Debt bondage ;False promises", "vic_TraffickinStatusDecisionMakingOrg": "Court or prosecution",
         36: "Migration Or Change Of Location"},
        {"prs_FirstName": "Other", "prs_Gender": "woman", "vic_TypeOfExploitation": "Forced labor"},
    ]  # fmt: skip
    made = checked(filled_template(shared_data / "htcds" / name, tmp_path / "c.xlsx", rows))
    assert (made.report["rows"], made.report["valid"], made.report["rejected"]) == (2, 1, 1)
    (case,) = made.cases.to_pylist()
    assert case["id"] == "1"  # the template's own number
    assert case["vic_MethodsOfControl"] == "DebtBondage;FalsePromises"
    assert case["vic_TraffickingStatusDecisionMakingOrg"] == "CourtOrProsecution"
    assert case["cas_ReasonForOutgoingReferral"] == "MigrationOrChangeOfLocation"  # the column without a name
    assert (case["prs_Birthdate"], case["prs_Citizenship"]) == ("2001-02-03", "ROU")
    problems = {p["field"]: p for p in made.report["problems"]}
    assert problems["vic_TypeOfExploitation"]["did_you_mean"] == "ForcedLabour"
    assert problems["prs_Gender"]["rule"] == "unknown code"
    assert {p["id"] for p in problems.values()} == {"2"}


def test_labels_that_disagree_with_the_names_are_told(shared_data):
    (note,) = checked(shared_data / "htcds" / TEMPLATES[0]).report["notes"]
    assert "prs_MailingCity" in note


def test_merged_cells_are_named_and_their_rows_kept(shared_data, tmp_path):
    rows = [{"prs_FirstName": name, "prs_Gender": "Feminine"} for name in ("A", "B", "C")]
    path = filled_template(
        shared_data / "htcds" / TEMPLATES[0], tmp_path / "m.xlsx", rows, change=lambda sheet: sheet.merge_cells("H3:H4")
    )
    made = checked(path)
    assert made.report["by_field"]["prs_Gender"] == {"merged cell": 2}
    assert (made.report["valid"], made.report["rejected"]) == (1, 2)


def test_a_title_over_merged_cells_is_refused_by_name(tmp_path):
    book = openpyxl.Workbook()
    for row in (
        ["Our cases 2024", None, None],
        ["prs_FirstName", "prs_Gender", "con_Consent"],
        ["A", "Feminine", "yes"],
    ):
        book.active.append(row)
    book.active.merge_cells("A1:C1")
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(UnreadableInput, match="merged cells stand above the header: delete the rows above"):
        read_htcds(tmp_path / "t.xlsx")


def test_a_header_with_merged_names_is_refused(tmp_path):
    book = openpyxl.Workbook()
    for row in (["prs_FirstName", "prs_Gender", "con_Consent"], ["A", "Feminine", "yes"]):
        book.active.append(row)
    book.active.merge_cells("B1:C1")
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(UnreadableInput, match="merged cells in the header, from column 2 on"):
        read_htcds(tmp_path / "t.xlsx")


BAD = {
    "impossible": ("prs_Birthdate", "2001-02-30", "impossible date"),
    "slash order": ("prs_Birthdate", "31/12/2001", "date in another order than year-month-day"),
    "either order": ("prs_Birthdate", "03/02/2001", "date in another order than year-month-day"),
    "words": ("prs_Birthdate", "in spring", "not a date (as in 2021, 2021-02 or 2021-02-28)"),
    "future": ("prs_Birthdate", "2031-01-01", "date in the future"),
    "long ago": ("prs_Birthdate", "1801-01-01", "date outside 1900 to 2100"),
    "unknown code": ("prs_Gender", "Q", "unknown code"),
    "free text": (
        "vic_TypeOfExploitation",
        "she had to work on a farm and was never paid",
        "free text where a code belongs",
    ),
    "several in one": ("prs_Gender", "Feminine;Masculine", "several values where one belongs"),
    "country": ("prs_Citizenship", "Atlantis", "not a country (ISO 3166)"),
    "language": ("prs_PrimaryLanguage", "Elvish", "not a language (ISO 639-2)"),
    "number": ("prs_NumberOfChildren", "two", "not a number"),
    "half a child": ("prs_NumberOfChildren", "1.5", "not a whole number"),
    "age": ("vic_AgeWhenTrafficked", "180", "number out of range"),
    "consent": ("con_Consent", "perhaps", "not yes, no, unknown or not_asked"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_values_are_named_by_field_and_rule_and_never_shown(tmp_path, case):
    field, value, rule = BAD[case]
    made = checked(csv(tmp_path / "b.csv", f"case_id,cas_Status,{field}", f"k7,Active,{value}", "k8,Active,"))
    assert rules_of(made) == {(1, field, rule)}
    assert made.report["by_field"] == {field: {rule: 1}}
    assert made.report["by_rule"] == {rule: 1}
    assert made.report["problems"][0]["id"] == "k7"
    text = json.dumps(made.report)
    assert len(value) < 3 or value not in text  # Q is a letter of the text around it
    assert json.loads(made.rejects.table["raw"][0].as_py())[field] == value


def test_near_codes_are_suggested_and_never_taken(tmp_path):
    made = checked(
        csv(tmp_path / "n.csv", "cas_Status,vic_RelationshipToTrafficker", "Active,Unacquainted", "Active,Unaquainted")
    )
    assert made.report["problems"][0]["did_you_mean"] == "Unaquainted"
    assert made.cases["vic_RelationshipToTrafficker"].to_pylist() == ["Unaquainted"]


def test_other_separators_are_read_where_certain_and_said(tmp_path):
    made = checked(csv(tmp_path / "s.csv", "cas_Status;vic_TypeOfExploitation", "Active;Servitude, Organ removal"))
    assert made.report["by_rule"] == {"another separator than ; between values": 1}
    assert made.report["rejected"] == 0
    assert made.cases["vic_TypeOfExploitation"].to_pylist() == ["Servitude;OrganRemoval"]


def test_dates_in_several_orders_are_read_only_as_the_contributor_says(tmp_path):
    path = csv(
        tmp_path / "d.csv", "cas_Status,prs_Birthdate", "Active,31/12/2001", "Active,03/02/2001", "Active,12/31/2001"
    )
    assert checked(path).report["rejected"] == 3
    hints = [p.get("did_you_mean") for p in checked(path).report["problems"]]
    assert sorted(map(str, hints)) == ["--date-order dmy", "--date-order mdy", "None"]
    made = checked(path, date_order="dmy")
    assert made.cases["prs_Birthdate"].to_pylist() == ["2001-12-31", "2001-02-03"]
    assert made.report["by_rule"] == {"impossible date": 1}


def test_rows_given_twice_count_once(tmp_path):
    rows = ["A,B,Feminine,Active", "A,B,Feminine,Active", ",,Masculine,Closed", ",,Masculine,Closed"]
    made = checked(csv(tmp_path / "r.csv", "prs_FirstName,prs_SecondName,prs_Gender,cas_Status", *rows))
    assert rules_of(made) == {(2, "(row)", "row given before")}
    assert made.report["by_rule"] == {"row given before": 2}  # the second pair names nobody: told, not rejected
    assert made.report["valid"] == 3


def test_ids_given_twice_are_rejected(tmp_path):
    made = checked(csv(tmp_path / "i.csv", "id,prs_Gender,cas_Status", "1,Feminine,Active", "1,Masculine,Active"))
    assert rules_of(made) == {(2, "id", "id given before")}


def test_mixed_encodings_reject_the_row_and_name_the_field(tmp_path):
    lines = ["prs_FirstName,cas_Status", "Zoë,Active"]
    (tmp_path / "e.csv").write_bytes("\n".join(lines).encode() + b"\n" + "Zoë,Closed\n".encode("cp1252"))
    made = checked(tmp_path / "e.csv")
    assert (made.report["valid"], made.report["rejected"]) == (1, 1)
    assert "not UTF-8" in next(iter(made.report["by_field"]["prs_FirstName"]))
    csv(tmp_path / "w.csv", *lines, encoding="cp1252")
    assert checked(tmp_path / "w.csv", form=Format(encoding="cp1252")).report["valid"] == 1


def test_missing_core_fields_warn_and_reject_nothing(tmp_path):
    made = checked(
        csv(tmp_path / "c.csv", "cas_Status,vic_TypeOfExploitation", "Active,SexualExploitation", "Active,Servitude")
    )
    assert (made.report["rejected"], made.report["incomplete"]) == (0, 2)
    assert made.report["core_empty"]["vic_TypeOfSexExploitation"] == 1  # asked only where it applies
    assert "vic_Vulnerabilities" not in made.report["core_empty"]  # deprecated


def test_a_mapping_for_another_layout_is_refused(tmp_path):
    path = csv(tmp_path / "o.csv", "sex,cas_Status", "Feminine,Active")
    with pytest.raises(MissingColumn, match="another layout"):
        read_htcds(path, given={"prs_Gender": "geschlecht"})
    with pytest.raises(UsageError, match="not fields"):
        read_htcds(path, given={"gender": "sex"})
    assert checked(path, given={"prs_Gender": "sex"}).cases["prs_Gender"].to_pylist() == ["Feminine"]


def test_a_file_of_another_kind_is_refused(tmp_path):
    with pytest.raises(UnreadableInput, match="no column is a field"):
        read_htcds(csv(tmp_path / "x.csv", "a,b", "1,2"))


def test_labels_as_column_names_are_known_where_only_one_field_has_them(tmp_path):
    made = checked(csv(tmp_path / "l.csv", "First Name,Methods of Control,Type", "A,Debt bondage,Legal"))
    assert made.cases.column_names == ["id", "prs_FirstName", "vic_MethodsOfControl"]
    assert made.report["columns"]["unknown"] == ["Type"]


@pytest.mark.parametrize("name", ["j.json", "j.jsonl"])
def test_json_holds_lists_as_lists(tmp_path, name):
    cases = [
        {
            "id": "1",
            "vic_MethodsOfControl": ["DebtBondage", "False promises"],
            "con_Consent": True,
            "cas_Status": "Active",
        }
    ]
    text = json.dumps(cases) if name == "j.json" else "\n".join(map(json.dumps, cases))
    (tmp_path / name).write_text(text)
    (case,) = checked(tmp_path / name).cases.to_pylist()
    assert (case["vic_MethodsOfControl"], case["con_Consent"]) == ("DebtBondage;FalsePromises", "yes")


@pytest.mark.parametrize("name", ["r.csv", "r.jsonl", "r.xlsx", "r.parquet"])
def test_rejects_can_be_given_again_and_keep_their_rows(tmp_path, name):
    first = checked(
        csv(
            tmp_path / "a.csv", "id,cas_Status,prs_Gender", "1,Active,Feminine", "2,Active,Femenine", "3,Open,Masculine"
        )
    )
    write_table(first.rejects.table, tmp_path / name)
    again = checked(tmp_path / name)
    assert rules_of(again) == rules_of(first)
    assert [p["row"] for p in again.report["problems"]] == [2, 3]
    mended = first.rejects.table["raw"].to_pylist()[0].replace("Femenine", "Feminine")
    table = first.rejects.table.slice(0, 1).set_column(4, "raw", [[mended]])
    write_table(table, tmp_path / f"mended-{name}")
    assert checked(tmp_path / f"mended-{name}").report["valid"] == 1


def test_extensions_are_checked_like_the_standard(tmp_path):
    path = csv(
        tmp_path / "x.csv",
        "cas_Status,clew_vic_ForcedCriminality,clew_per_AgeRange",
        "Active,Online scams;Theft,30--38",
        "Active,Arson,old",
    )
    made = checked(path)
    assert made.cases["clew_vic_ForcedCriminality"].to_pylist() == ["OnlineScams;Theft"]
    assert rules_of(made) == {
        (2, "clew_vic_ForcedCriminality", "unknown code"),
        (2, "clew_per_AgeRange", "not an age (as in 17, 9--17 or 48+)"),
    }
