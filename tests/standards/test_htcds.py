"""HTCDS 2.0 as data: all of it, in its own spellings, and what is made from it."""

from __future__ import annotations

import importlib.util
import json
import re

import pytest

from clew.standards.htcds import content, extensions, fields, standard_fields, sublevels
from clew.standards.htcds_schema import json_schema
from clew.standards.languages import language_codes


def maker(root):
    spec = importlib.util.spec_from_file_location("make_htcds", root / "scripts" / "make_htcds.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_htcds_file_is_what_the_standard_gives(project_root, shared_data):
    made = maker(project_root).build(shared_data / "htcds")
    assert made == (project_root / "src" / "clew" / "standards" / "htcds.json").read_bytes()


def test_htcds_holds_every_field_and_says_what_it_left_out():
    assert len(standard_fields()) == 83
    assert len({f.name for f in standard_fields()}) == 83
    assert sum(f.core for f in standard_fields()) == 40
    assert {f.name for f in standard_fields() if f.deprecated} == {
        "vic_AgreementToManagePersonalData",
        "vic_Vulnerabilities",
        "vic_DetailsOfVulnerabilities",
    }
    assert [left["name"] for left in content()["left_out"]] == ["per_Organisation"]


def test_htcds_keeps_its_own_spellings():
    codes = [code.name for code in fields()["vic_RelationshipToTrafficker"].codes]
    assert codes == ["Familial", "Acquainted", "Unaquainted"]


def test_htcds_codes_each_have_a_name_and_a_label():
    for f in standard_fields():
        if f.kind in ("picklist", "multiselect"):
            assert f.codes or f.code_list, f.name
        assert all(code.name and code.label for code in f.codes)
        assert len({code.name for code in f.codes}) == len(f.codes)
    assert len(fields()["vic_MethodsOfControl"].codes) == 16
    assert len(content()["means_of_control"]) == 17


def test_htcds_sublevels_belong_to_industries():
    industries = {code.name for code in fields()["vic_ForcedLabourIndustry"].codes}
    assert {level.industry for level in sublevels().values()} <= industries
    assert sublevels()["forestry and logging"].industry == "A_AgricultureForestryAndFishing"
    assert len(sublevels()) == 48


def test_htcds_is_attributed_without_endorsement(project_root):
    for text in (
        content()["attribution"],
        (project_root / "NOTICE").read_text(),
        (project_root / "docs" / "standards.md").read_text(),
    ):
        assert re.search(r"CC BY 4\.0|Attribution 4\.0", text)
        assert "endorse" in text


def test_extensions_are_marked_as_clews_and_versioned():
    assert {extension.asked_in for extension in extensions() if extension.asked_in} == {
        "UNMigration/HTCDS#3",
        "UNMigration/HTCDS#4",
        "UNMigration/HTCDS#28",
    }
    added = [f for extension in extensions() for f in extension.fields]
    assert added
    assert all(f.name.startswith("clew_") and f.extension for f in added)
    assert all(extension.version for extension in extensions())


def test_schema_names_every_field_and_only_real_codes():
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    properties = schema["properties"]
    assert {f.name for f in standard_fields()} < set(properties)
    assert properties["vic_MethodsOfControl"]["items"]["enum"][0] == "PhysicalThreats"
    assert properties["vic_MethodsOfControl"]["uniqueItems"] is True
    assert properties["vic_Vulnerabilities"]["deprecated"] is True
    assert sum(item["x-core"] for item in properties.values() if "x-core" in item) == 40
    assert not [name for name in json_schema(with_extensions=False)["properties"] if name.startswith("clew_")]
    json.dumps(schema)


@pytest.mark.parametrize("word", ["ron", "rum", "RO", "Romanian"])
def test_language_codes_lead_to_one(word):
    assert language_codes()[word.casefold()] == "rum"
    assert len(set(language_codes().values())) == 486
