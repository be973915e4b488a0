"""The agreed case layouts, on their own templates and value lists."""

from __future__ import annotations

import io

import openpyxl
import pytest

from clew.records import KINDS, read_file

CASES = KINDS["cases"]


@pytest.mark.filterwarnings("ignore:Data Validation extension")  # openpyxl drops the template's drop-down lists
@pytest.mark.parametrize("name", ["htcds-spreadsheet-2.0.xlsx", "htcds-spreadsheet-validated-2.0.xlsx"])
def test_the_htcds_template_filled_with_rows_reads_as_cases(shared_data, tmp_path, name):
    book = openpyxl.load_workbook(io.BytesIO((shared_data / "htcds" / name).read_bytes()))
    sheet = book.worksheets[0]
    place = {cell.value: cell.column for cell in sheet[1]}
    rows = [
        {"prs_FirstName": "Invented", "prs_SecondName": "Person", "prs_Gender": "Feminine", "prs_Citizenship": "Romania",
         "prs_Birthdate": "2001-02-03", "vic_TypeOfExploitation": "Forced labour;Forced begging",
         "vic_MethodsOfControl": "WithholdsDocuments;Takes earnings", "con_Consent": "yes"},
        {"prs_FirstName": "Other", "prs_Citizenship": "NG;ro", "vic_TypeOfExploitation": "SexualExploitation"},
    ]  # fmt: skip
    for number, row in enumerate(rows, 3):
        for column, value in row.items():
            sheet.cell(number, place[column], value)
    book.save(tmp_path / "cases.xlsx")
    read = read_file(tmp_path / "cases.xlsx", CASES)
    assert len(read.rejects) == 0
    first, second = read.table.to_pylist()
    assert (first["first_name"], first["citizenship"], first["gender"], first["consent"]) == (
        "Invented",
        "ROU",
        "Feminine",
        "yes",
    )
    assert (first["forced_labour"], first["other_exploitation"], first["sexual_exploitation"]) == (
        "yes",
        "yes",
        "unknown",
    )
    assert (first["means_withhold_documents"], first["means_debt_bondage"], first["means_threats"]) == (
        "yes",
        "yes",
        "unknown",
    )
    assert (second["citizenship"], second["means_threats"], second["consent"]) == ("NGA;ROU", "not_asked", "not_asked")


def test_an_empty_template_holds_no_case_and_rejects_none(shared_data):
    read = read_file(shared_data / "htcds" / "htcds-spreadsheet-2.0.xlsx", CASES)
    assert (read.table.num_rows, len(read.rejects)) == (0, 0)


@pytest.mark.parametrize("prefix", ["typeOf", "sectorOf"])
def test_a_ctdc_release_reads_without_an_id_column(tmp_path, prefix):
    header = f"yearOfRegistration,gender,ageBroad,citizenship,CountryOfExploitation,meansThreats,isForcedLabour,isSexualExploit,{prefix}LabourAgriculture,{prefix}LabourConstruction,recruiterRelationFriend"
    rows = ["2019,Woman,9--17,PHL,USA,1,1,0,1,1,", "2020,Man,48+,,USA,,,,0,,1", "2021,,,UKR,,0,0,1,,,"]
    (tmp_path / "ctdc.csv").write_text("\n".join([header, *rows]) + "\n")
    read = read_file(tmp_path / "ctdc.csv", CASES)
    assert len(read.rejects) == 0
    first, second, third = read.table.to_pylist()
    assert (first["id"], first["sector"], first["forced_labour"], first["sexual_exploitation"]) == (
        "1",
        "agriculture;construction",
        "yes",
        "no",
    )
    assert (second["forced_labour"], second["means_threats"], second["sector"], second["recruiter_relation"]) == (
        "unknown",
        "unknown",
        None,
        "friend",
    )
    assert (third["means_threats"], str(third["registered"]["first"])) == ("no", "2021-01-01")


def test_the_k_anonymised_release_says_unknown_with_minus_99(tmp_path):
    (tmp_path / "k.csv").write_text("yearOfRegistration,isForcedLabour,isSexualExploit\n2018,-99,1\n")
    (case,) = read_file(tmp_path / "k.csv", CASES).table.to_pylist()
    assert (case["forced_labour"], case["sexual_exploitation"]) == ("unknown", "yes")


def test_minus_99_of_the_k_anonymised_release_is_nothing_and_na_is_namibia(tmp_path):
    (tmp_path / "k.csv").write_text(
        "yearOfRegistration,gender,ageBroad,citizenship,CountryOfExploitation,meansOfControlDebtBondage,isForcedLabour,isSexualExploit\n"
        "2016,Female,-99,NA,UA,-99,-99,1\n2017,-99,18--20,-99,NA,0,0,NA\n"
    )
    read = read_file(tmp_path / "k.csv", CASES)
    assert len(read.rejects) == 0
    first, second = read.table.to_pylist()
    assert (first["age"], first["citizenship"], first["exploited_in"]) == (None, "NAM", "UKR")
    assert (first["forced_labour"], first["means_debt_bondage"]) == ("unknown", "unknown")
    assert (second["gender"], second["citizenship"], second["exploited_in"]) == (None, None, "NAM")
    assert (second["forced_labour"], second["sexual_exploitation"]) == ("no", "unknown")


def test_a_country_of_recruitment_or_transit_is_not_where_the_exploitation_was(tmp_path):
    (tmp_path / "h.csv").write_text(
        "id,cas_Status,prs_Gender,prs_Citizenship,hte_Type,hte_Country\n"
        "1,Active,Feminine,NGA,Transit,LBY\n2,Active,Feminine,NGA,exploitation,Italy\n3,Active,Feminine,NGA,,ESP\n"
    )
    assert read_file(tmp_path / "h.csv", CASES).table["exploited_in"].to_pylist() == [None, "ITA", "ESP"]
