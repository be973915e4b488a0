"""Cases carried between layouts: what survives there and back, and what is reported where it cannot."""

from __future__ import annotations

import itertools
import json
from datetime import date
from xml.etree import ElementTree

import pyarrow as pa
import pytest

from clew.records import KINDS, read_file, write_table
from clew.records.conversion import Ask, convert
from clew.records.conversion_rules import joined
from clew.records.conversion_units import load_codes
from clew.records.conversion_xml import write_xml
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError
from clew.standards.crosswalks import crosswalk
from clew.standards.htcds import fields, rules

TODAY = date(2025, 6, 1)


def carried(path, target, **options):
    return convert(path, Ask(target=target, **options), today=TODAY)


def saved(made, path):
    write_table(made.table, path)
    return path


def losses_of(made, *why):
    return {entry["field"]: entry["rows"] for entry in made.report["losses"] if not why or entry["why"].startswith(why)}


def ctdc_2024(path):
    """Every flag in every value, every gender and age band, with empty cells among them."""
    layout = crosswalk("ctdc-2024")
    columns = {}
    flags = itertools.cycle(["1", "0", None, "0", "1"])
    for number, rule in enumerate(layout.rules):
        words = {
            "gender": ["Woman", "Man", "Trans/Transgender/NonConforming", None],
            "ageBroad": ["0--8", "48+", None, "9--17"],
            "citizenship": ["ROU", None, "PHL", "NGA"],
            "CountryOfExploitation": ["GBR", "DEU", None, "ITA"],
            "traffickMonths": ["0--12 (0-1 yr)", None, "25+ (2+ yrs)", "13--24 (1-2 yrs)"],
            "yearOfRegistration": ["2019", "2020", "2021", "2024"],
        }.get(rule.column)
        columns[rule.column] = (
            words or [next(flags) for _ in range(4)] if number % 2 else words or [next(flags), "0", "1", None]
        )
    write_table(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), path)
    return path, columns


@pytest.mark.parametrize("by_way_of", [(), ("ctdc-2026",)])
def test_yes_no_and_unknown_of_ctdc_survive_htcds_and_back(tmp_path, by_way_of):
    path, columns = ctdc_2024(tmp_path / "a.csv")
    for number, layout in enumerate((*by_way_of, "htcds", "ctdc-2024")):
        made = carried(path, layout)
        assert made.report["rejected"] == 0
        path = saved(made, tmp_path / f"{number}.csv")
    assert made.table.to_pydict() == columns
    assert losses_of(made) == {"id": 4}


def test_ctdc_in_htcds_ticks_only_what_is_certain(tmp_path):
    path, columns = ctdc_2024(tmp_path / "a.csv")
    made = carried(path, "htcds").table.to_pydict()
    assert made["prs_Gender"] == [
        "Feminine",
        "Masculine",
        None,
        None,
    ]  # three of the standard's codes are one of CTDC's
    assert made["clew_gender"] == [None, None, "Trans/Transgender/NonConforming", None]
    answered = {"1": "yes", "0": "no", None: "unknown"}
    assert made["clew_meansThreats"] == [answered[flag] for flag in columns["meansThreats"]]
    methods = [value or "" for value in made["vic_MethodsOfControl"]]
    assert ["FalsePromises" in value for value in methods] == [flag == "1" for flag in columns["meansFalsePromises"]]
    assert not any("Threats" in value for value in methods)  # which of the three, CTDC does not say


def test_ctdc_in_htcds_reads_as_cases_and_validates(tmp_path):
    path, columns = ctdc_2024(tmp_path / "a.csv")
    made = saved(carried(path, "htcds"), tmp_path / "h.csv")
    assert carried(made, "htcds").report["rejected"] == 0
    cases = read_file(made, KINDS["cases"]).table.to_pydict()
    assert cases["exploited_in"] == columns["CountryOfExploitation"]
    answered = {"1": "yes", "0": "no", None: "unknown"}
    assert cases["forced_labour"] == [answered[flag] for flag in columns["isForcedLabour"]]
    assert cases["means_threats"] == [answered[flag] for flag in columns["meansThreats"]]
    assert [age and age["low"] for age in cases["age"]] == [0, 48, None, 9]


def test_plain_htcds_leaves_extensions_out_and_says_so(tmp_path):
    path, _ = ctdc_2024(tmp_path / "a.csv")
    made = carried(path, "htcds", plain=True)
    assert not [name for name in made.table.column_names if name.startswith("clew_")]
    assert set(made.table.column_names) <= {*fields(), "id"}
    assert losses_of(made)["clew_meansThreats"] == 4


def test_a_stated_no_becomes_a_reported_loss_where_it_cannot_be_said(tmp_path):
    path, columns = ctdc_2024(tmp_path / "a.csv")
    made = carried(path, "ctdc-2021")
    assert set(made.table["isForcedLabour"].to_pylist()) <= {"1", None}
    no = losses_of(made, "the layout cannot say")
    assert no["isForcedLabour"] == columns["isForcedLabour"].count("0")
    assert losses_of(made, "a yes to a wider")["clew_meansThreats"] == columns["meansThreats"].count("1")


def test_the_k_anonymised_layout_says_unknown_with_minus_99(tmp_path):
    path, columns = ctdc_2024(tmp_path / "a.csv")
    made = carried(path, "ctdc-k")
    words = {"1": "1", "0": "0", None: "-99"}
    assert made.table["isForcedLabour"].to_pylist() == [words[flag] for flag in columns["isForcedLabour"]]
    assert made.table["citizenship"].to_pylist() == ["RO", "-99", "PH", "NG"]
    assert made.table["meansOfControlThreats"].to_pylist() == [
        {"0": "0"}.get(flag, "-99") for flag in columns["meansThreats"]
    ]
    back = carried(saved(made, tmp_path / "k.csv"), "ctdc-2024").table.to_pydict()
    for name in ("isForcedLabour", "meansFalsePromises", "meansExcessiveWorkHours", "ageBroad", "citizenship"):
        assert back[name] == columns[name], name


@pytest.mark.parametrize("layout", ["ctdc-2021", "ctdc-k", "ctdc-2026", "ctdc-vp"])
def test_each_layout_comes_back_from_htcds_as_it_went(tmp_path, layout):
    path, _ = ctdc_2024(tmp_path / "a.csv")
    first = carried(path, layout)
    home = saved(carried(saved(first, tmp_path / "b.csv"), "htcds"), tmp_path / "h.csv")
    assert carried(home, layout).table.to_pydict() == first.table.to_pydict()


def test_the_odd_label_of_2021_is_read_and_written(tmp_path):
    (tmp_path / "o.csv").write_text(
        "yearOfRegistration,ageBroad,gender,majorityStatusAtExploit,typeOfSexOther\n2019,09--17,Female,Minor,1\n"
    )
    made = carried(tmp_path / "o.csv", "ctdc-2024")
    assert made.report["from"] == "ctdc-2021"
    assert made.table["ageBroad"].to_pylist() == ["9--17"]
    assert made.table["gender"].to_pylist() == ["Woman"]
    assert carried(tmp_path / "o.csv", "ctdc-2021").table["ageBroad"].to_pylist() == ["09--17"]


def htcds(path, **columns):
    size = len(next(iter(columns.values())))
    write_table(pa.table({"case_id": [f"c{n}" for n in range(size)], **columns}), path)
    return path


FULL = {
    "prs_FirstName": ["Zoraxa", "Quillon"],
    "prs_SecondName": ["Vantrell", "Omberly"],
    "prs_Birthdate": ["2001-02-03", "2010-12-31"],
    "prs_Gender": ["Feminine", "NonConforming"],
    "prs_Citizenship": ["RO;MD", "PH"],
    "prs_MobilePhone": ["+40700000001", None],
    "cas_IncomingReferralDate": ["2024-02-02", "2024-12-30"],
    "vic_TypeOfExploitation": ["ForcedLabour;Servitude", "SexualExploitation"],
    "vic_MethodsOfControl": ["DebtBondage;Other", None],
    "vic_ForcedLabourIndustry": ["Forestry and logging", None],
    "vic_TypeOfSexExploitation": [None, "Pornography"],
    "vic_RelationshipToTrafficker": ["Unaquainted", "Familial"],
    "vic_TraffickingStatus": ["ActualVictimOfTrafficking", "PossibleVictimOfTrafficking"],
    "hte_Country": ["GBR", "Italy"],
    "con_Consent": ["yes", "no"],
}


@pytest.mark.parametrize("layout", ["ctdc-2024", "ctdc-2026", "ctdc-2021", "ctdc-k", "ctdc-vp"])
def test_nothing_that_finds_a_person_enters_a_ctdc_layout(tmp_path, layout):
    secret = {
        name: [f"canary {name}", None]
        for name in rules()["identity"]
        if fields()[name].kind in ("text", "long_text", "lookup") and not fields()[name].code_list
    }
    path = htcds(tmp_path / "c.csv", **{**FULL, **secret, "prs_Email": ["canary@example.org", None]})
    made = carried(path, layout)
    text = json.dumps(made.table.to_pydict())
    assert made.report["converted"] == 2
    assert "canary" not in text
    assert "2001-02-03" not in text
    assert "c0" not in text
    told = losses_of(made, "names or finds", "numbers of cases")
    assert {"id", "prs_FirstName", "prs_Birthdate", "hte_Street", *secret} <= set(told)
    assert "canary" not in json.dumps(made.report)


def test_htcds_in_ctdc_says_what_it_lost(tmp_path):
    made = carried(htcds(tmp_path / "c.csv", **FULL), "ctdc-2024")
    first, second = made.table.to_pylist()
    assert (first["ageBroad"], second["ageBroad"]) == ("21--23", "9--17")  # a day before, a day after the birthday
    assert (first["gender"], second["gender"]) == ("Woman", "Trans/Transgender/NonConforming")
    assert (first["citizenship"], second["CountryOfExploitation"]) == ("ROU", "ITA")
    assert (first["isForcedLabour"], first["isOtherExploit"], first["isSexualExploit"]) == ("1", "1", None)
    assert (first["typeOfLabourAgriculture"], first["meansDebtBondageEarnings"]) == ("1", "1")
    by_why = {(entry["field"], entry["why"]): entry for entry in made.report["losses"]}
    assert by_why["vic_MethodsOfControl", "the layout has no word for these codes"]["codes"] == {"Other": 1}
    assert by_why["prs_Citizenship", "the layout holds fewer countries"]["rows"] == 1
    assert by_why["vic_ForcedLabourIndustry", "a finer level of industry becomes the industry"]["rows"] == 1
    assert by_why["cas_IncomingReferralDate", "only the year is kept"]["rows"] == 2
    assert by_why["con_Consent", "the layout has no place for it"]["rows"] == 2
    assert by_why["meansThreats", "the layout writes unknown and not asked alike"]["rows"] == 1
    assert "traffickMonths" in made.report["unfilled"]


def test_every_field_of_the_standard_is_placed_or_reported(tmp_path):
    """Whatever is filled in is either read by a rule of the layout or named in its losses."""
    columns = {}
    for f in fields().values():
        if f.extension == "answers":
            continue
        value = {"date": "2020-01-02", "number": "1", "checkbox": "yes", "age_range": "30--38"}.get(f.kind, "words")
        value = f.codes[-1].name if f.codes else {"iso3166": "ROU", "iso639-2": "rum"}.get(f.code_list, value)
        columns[f.name] = [value]
    path = htcds(tmp_path / "all.csv", **columns)
    for name in ("ctdc-2024", "ctdc-2021", "ctdc-k", "ctdc-vp", "nrm", "niem", "ic-tip"):
        made = carried(path, name)
        assert made.report["converted"] == 1, made.report
        layout = crosswalk(name)
        held = {field for rule in layout.rules for field in rule.holds} | {
            field for unit in layout.units.values() for field in unit.values()
        }
        assert set(columns) - held - set(losses_of(made)) == set(), name


def test_the_age_when_trafficked_never_stands_for_the_age_at_registration(tmp_path):
    """There and back: a child then is no child in the layout's age, an adult then is one; nothing is silently taken over."""
    made = carried(
        htcds(tmp_path / "c.csv", vic_AgeWhenTrafficked=["17", "50"], cas_Status=["Active"] * 2), "ctdc-2024"
    )
    assert made.table["ageBroad"].to_pylist() == [None, "48+"]  # who was 50 then is at least 50 now
    assert losses_of(made, "the layout holds the age at registration")["vic_AgeWhenTrafficked"] == 2
    back = carried(saved(made, tmp_path / "b.csv"), "htcds").table
    assert "vic_AgeWhenTrafficked" not in back.column_names or back["vic_AgeWhenTrafficked"].null_count == 2
    assert back["clew_ageBroad"].to_pylist() == [None, "48+"]


def test_four_answers_survive_htcds_to_htcds(tmp_path):
    answers = ["yes", "no", "unknown", "not_asked"]
    path = htcds(tmp_path / "c.csv", cas_Status=["Active"] * 4, clew_meansThreats=answers, con_Consent=answers)
    made = carried(path, "htcds").table
    assert made["clew_meansThreats"].to_pylist() == answers
    assert made["con_Consent"].to_pylist() == answers
    flags = carried(saved(carried(path, "htcds"), tmp_path / "h.csv"), "ctdc-2024")
    assert flags.table["meansThreats"].to_pylist() == ["1", "0", None, None]
    assert losses_of(flags, "the layout writes unknown and not asked")["meansThreats"] == 1


def test_the_referral_form_there_and_back(tmp_path):
    made = carried(htcds(tmp_path / "c.csv", **FULL, hte_Description=["What happened", None]), "nrm")
    first, second = made.table.to_pylist()
    assert (first["reference"], first["pv-name-first-name"], first["pv-dob"]) == ("c0", "Zoraxa", "2001-02-03")
    assert (first["pv-nationality"], first["pv-nationality-second"]) == ("ROU", "MDA")
    assert (first["where-exploitation-happened"], second["where-exploitation-happened"]) == ("uk", "overseas")
    assert (first["pv-under-age"], second["pv-under-age"]) == ("no", "yes")
    assert (first["types-of-exploitation-forced-to-work"], first["other-exploitation-details"]) == ("yes", "Servitude")
    assert "con_Consent" in losses_of(made)  # consent to an interview is no consent to a referral
    back = carried(saved(made, tmp_path / "n.csv"), "htcds").table.to_pylist()[0]
    for name in (
        "prs_FirstName",
        "prs_SecondName",
        "prs_Birthdate",
        "prs_Gender",
        "prs_MobilePhone",
        "hte_Description",
    ):
        assert back[name] == ({**FULL, "hte_Description": ["What happened"]})[name][0], name


def test_niem_is_xml_with_elements_in_order(tmp_path):
    industry = {
        **FULL,
        "vic_ForcedLabourIndustry": ["F_Construction", None],
        "vic_RelationshipToTrafficker": ["Familial", None],
    }
    made = carried(htcds(tmp_path / "c.csv", **industry, prs_MailingCity=["<&>", None]), "niem")
    write_xml(made.table, tmp_path / "n.xml")
    first, second = ElementTree.parse(tmp_path / "n.xml").getroot()
    names = [child.tag.rpartition("}")[2] for child in first]
    assert names == ["IdentifiedAsVictimStatus", "TraffickingEvent", "VictimTraffickerRelationshipDescriptionText"]
    codes = [element.text for element in second.iter() if element.tag.endswith("PastExploitationIndustryCode")]
    assert codes == ["Pornography"]
    assert "prs_FirstName" in losses_of(made)


def test_niem_repeats_elements_and_escapes_text():
    table = pa.table({"hs:A/hs:BCode": ["x;y", None], "hs:CText": ["<&;", None]})
    from clew.records.conversion_xml import victims

    first, second = victims(table).to_pylist()
    assert (
        first
        == "<hs:HumanTraffickingVictim><hs:A><hs:BCode>x</hs:BCode><hs:BCode>y</hs:BCode></hs:A><hs:CText>&lt;&amp;;</hs:CText></hs:HumanTraffickingVictim>"
    )
    assert second == "<hs:HumanTraffickingVictim></hs:HumanTraffickingVictim>"


def test_ic_tip_has_a_row_a_unit_and_only_loaded_codes(tmp_path):
    path = htcds(tmp_path / "c.csv", **FULL, per_RoleInProcess=["Exploiter", None])
    bare = carried(path, "ic-tip")
    assert bare.table["unit"].to_pylist() == [
        "event",
        "event",
        "victim",
        "victim",
        "perpetrator",
        "reporting entity",
        "reporting entity",
    ]
    assert set(bare.table["event"].to_pylist()) == {"c0-event", "c1-event"}
    assert losses_of(bare, "no code of IC-TIP")["prs_Gender"] == 2
    (tmp_path / "codes.csv").write_text(
        "variable,value,code\nvictim.gender,Feminine,V1\nvictim.gender,NonConforming,V3\n"
    )
    codes = load_codes(tmp_path / "codes.csv", crosswalk("ic-tip"))
    made = carried(path, "ic-tip", codes=codes)
    assert [row["gender"] for row in made.table.to_pylist() if row["unit"] == "victim"] == ["V1", "V3"]
    assert "prs_Gender" not in losses_of(made, "no code of IC-TIP")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("variable,value\nvictim.gender,Feminine\n", MissingColumn, "code"),
        ("variable,value,code\nvictim.shoe,Feminine,1\n", UsageError, "victim.shoe"),
        ("variable,value,code\nvictim.gender,Feminine,1\nvictim.gender,Feminine,2\n", UsageError, "second code"),
        ("variable,value,code\nvictim.gender,Feminine,\n", UsageError, "lacks"),
    ],
)
def test_a_bad_code_file_is_refused(tmp_path, text, error, words):
    (tmp_path / "codes.csv").write_text(text)
    with pytest.raises(error, match=words):
        load_codes(tmp_path / "codes.csv", crosswalk("ic-tip"))


def test_values_of_no_layout_reject_their_row_whole(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(
        "yearOfRegistration,gender,isForcedLabour,isSexualExploit,meansThreats\n2019,Woman,1,0,7\n20l9,Man,1,,\n2020,Person,,1,\n2021,Man,0,0,1\n"
    )
    made = carried(path, "htcds")
    assert made.report["rejected"] == 3
    assert made.rejects.by_rule() == {
        ("meansThreats", "not a value of this layout"): 1,
        ("yearOfRegistration", "not a value of this layout"): 1,
        ("gender", "not a value of this layout"): 1,
    }
    write_table(made.rejects.table, tmp_path / "r.csv")
    assert (
        carried(tmp_path / "r.csv", "htcds").report["rejected"] == 3
    )  # resubmitted, they are read as the rows they were


def test_a_file_in_another_layout_than_said_is_refused(tmp_path):
    path, _ = ctdc_2024(tmp_path / "a.csv")
    with pytest.raises(UsageError, match="those of ctdc-2024"):
        carried(path, "htcds", source="nrm")
    with pytest.raises(UsageError, match="written, not read"):
        carried(path, "htcds", source="niem")
    (tmp_path / "z.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UnreadableInput, match="no layout that is known"):
        carried(tmp_path / "z.csv", "htcds")


def test_columns_that_are_nobodys_are_reported(tmp_path):
    made = carried(
        htcds(tmp_path / "c.csv", cas_Status=["Active"], prs_Gender=["Feminine"], shelter_bed=["12"]), "htcds"
    )
    assert losses_of(made, "no field of the layout") == {"shelter_bed": 1}
    path, columns = ctdc_2024(tmp_path / "a.csv")
    table = pa.table({**columns, "region": ["x"] * 4})
    write_table(table, path)
    assert losses_of(carried(path, "htcds"), "no field") == {"region": 4}


def test_joined_keeps_rows_that_hold_nothing():
    """pyarrow 26 drops them from binary_join_element_wise with null_handling="skip"."""
    parts = [pa.array([None, "a", None], pa.string()), pa.array([None, "b", "c"], pa.string())]
    assert joined(parts, ";").to_pylist() == [None, "a;b", "c"]
