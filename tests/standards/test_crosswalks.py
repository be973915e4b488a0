"""Crosswalks as data: only real fields, only real codes, the layouts that were published."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from clew.safeguards.errors import UsageError
from clew.standards.crosswalks import CTDC, NAMES, crosswalk, fitting, means_of_control, regions
from clew.standards.htcds import content, fields

PUBLISHED = {"ctdc-2024": "CTDC_global_synthetic_v2024_v2025", "ctdc-vp": "CTDC_VP_synthetic_2022"}


@pytest.mark.parametrize("name", NAMES)
def test_crosswalk_names_only_fields_that_exist(name):
    layout = crosswalk(name)
    known = {*fields(), "id"}
    for rule in layout.rules:
        own = [field for field in rule.fields if not field.startswith("clew_") or field in fields()]
        assert set(own) <= known, rule.column
        assert set(rule.spec.get("says", {})) <= known
    for unit in layout.units.values():
        assert set(unit.values()) <= known


@pytest.mark.parametrize("name", NAMES)
def test_crosswalk_names_only_codes_that_exist(name):
    for rule in crosswalk(name).rules:
        lists = rule.spec[rule.form] if rule.form in ("ticks", "labels", "list") else {}
        lists = {**lists, **({rule.spec["codes"]: rule.spec["map"]} if rule.form == "codes" else {})}
        lists = [*lists.items(), *((field, [code]) for field, code in rule.spec.get("says", {}).items())]
        for field, codes in lists:
            if not isinstance(codes, str):
                assert set(codes) <= {code.name for code in fields()[field].codes}, (rule.column, field)


@pytest.mark.parametrize("name", PUBLISHED)
def test_crosswalk_columns_are_those_published(name, shared_data):
    schemas = json.loads((shared_data / "ctdc-schemas.json").read_text(encoding="utf-8"))
    assert list(crosswalk(name).columns) == schemas[PUBLISHED[name]]


def test_crosswalk_sizes_are_those_published(shared_data):
    schemas = json.loads((shared_data / "ctdc-schemas.json").read_text(encoding="utf-8"))
    assert len(crosswalk("ctdc-2021").columns) == schemas["CTDC_synthetic_20210825"]["cols"]
    assert len(crosswalk("ctdc-k").columns) == 63


def test_crosswalk_of_2026_renames_sectors_and_nothing_else():
    old, new = crosswalk("ctdc-2024"), crosswalk("ctdc-2026")
    assert [name.replace("typeOf", "sectorOf") for name in old.columns] == list(new.columns)
    assert [rule.carrier for rule in old.rules] == [rule.carrier for rule in new.rules]  # one question, one answer


def test_crosswalk_to_niem_names_elements_and_codes_of_the_schema(shared_data):
    schema = gzip.decompress((shared_data / "niem" / "hs.xsd.gz").read_bytes()).decode()
    elements = set(re.findall(r'<xs:element name="(\w+)"', schema))
    listed = schema.partition('name="ExploitationIndustryCodeSimpleType"')[2].partition("</xs:simpleType>")[0]
    codes = set(re.findall(r'<xs:enumeration value="([^"]+)"', listed))
    assert len(codes) == 31
    for rule in crosswalk("niem").rules:
        assert {part.removeprefix("hs:") for part in rule.column.split("/")} <= elements
        for own in rule.spec.get("list", {}).values():
            assert ({own.partition("=")[2]} if isinstance(own, str) else set(own.values())) <= codes


def test_crosswalk_to_the_referral_form_names_its_fields_and_options(shared_data):
    form = json.loads((shared_data / "nrm" / "apps_nrm_translations_src_en_fields.json").read_text(encoding="utf-8"))
    for rule in crosswalk("nrm").rules:
        assert rule.column in form, rule.column
        options = set(form[rule.column].get("options", {})) - {"null"}
        words = set(rule.spec.get("map", {}).values()) | set(rule.spec.get("words", {}).values())
        assert words <= options or not words, rule.column


def test_ic_tip_has_its_four_units_and_no_codes():
    layout = crosswalk("ic-tip")
    assert list(layout.units) == ["event", "victim", "perpetrator", "reporting entity"]
    assert layout.rules == ()


def test_means_of_control_defined_lead_to_those_listed():
    assert list(means_of_control()) == list(content()["means_of_control"])
    listed = {code.name for code in fields()["vic_MethodsOfControl"].codes}
    reached = [entry["same"] for entry in means_of_control().values() if "same" in entry]
    reached += [code for entry in means_of_control().values() for code in entry.get("parts", [])]
    assert sorted(reached) == sorted(listed)
    assert [name for name, entry in means_of_control().items() if not entry] == [
        "MethodsOfControlRestrictsMovement",
        "MethodsOfControlUsesChildren",
    ]


@pytest.mark.parametrize("name", [*CTDC, "nrm"])
def test_layouts_are_known_by_their_columns(name):
    assert fitting(crosswalk(name).columns) == name


def test_layouts_are_known_by_cut_names_too():
    cut = [name[:32] for name in crosswalk("ctdc-2021").columns]
    assert fitting(cut) == "ctdc-2021"
    assert fitting(["a", "b"]) is None


def test_an_unknown_layout_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="ctdc-2026"):
        crosswalk("ctdc-1999")


def test_regions_hold_each_country_once():
    assert (regions()["ROU"], regions()["NOR"], regions()["PHL"]) == ("Europe", "Europe", "Asia")
    assert len(regions()) == 248
