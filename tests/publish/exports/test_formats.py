"""Each format is read back by the field's own library: what was shared is there, marked, and what it lost was said."""

import csv
import io
import json

import pytest
from leads_to_share import advert, known, to

from clew.publish.exports import Mention, export, share
from clew.publish.types import Raw
from clew.records.source import Tlp

SHARED = share(known(), to())


def made(name, **more):
    return export(Raw(known(**more)), to(), name)


def test_stix_is_read_back_whole():
    stix2 = pytest.importorskip("stix2")
    given = json.loads(made("stix").release.value)
    read = json.loads(stix2.parse(given, allow_custom=False).serialize())
    # The library sorts nothing and adds nothing: all of what was written is what it read.
    assert read == given
    kinds = [each["type"] for each in read["objects"]]
    assert kinds.count("observed-data") == len(SHARED.identifiers) - 1  # the picture is said to be lost
    values = {each.get("value") or each.get("user_id") or each.get("account_login") for each in read["objects"]} - {
        None
    }
    assert values == {"+33465718589", "a@jobs.example", "lola_88", "lola_89", "eve.example/a?b=1", "eve.example",
                      "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"}  # fmt: skip
    lost = made("stix").report["format_cannot_hold"]
    assert [line for line in lost if line.startswith("1 picture")]


def test_stix_ids_of_observables_are_those_of_the_standard():
    stix2 = pytest.importorskip("stix2")
    given = {each["id"]: each for each in json.loads(made("stix").release.value)["objects"]}
    ours = {name: each for name, each in given.items() if each["type"] in ("email-addr", "user-account", "url")}
    assert len(ours) == 6
    for name, each in ours.items():
        fields = {key: value for key, value in each.items() if key not in ("id", "type", "spec_version")}
        assert stix2.parse({"type": each["type"], "spec_version": "2.1", **fields}).id == name


@pytest.mark.parametrize(("level", "mark"), [(Tlp.AMBER, "amber"), (Tlp.AMBER_STRICT, "amber+strict")])
def test_stix_marks_every_object(level, mark):
    given = json.loads(export(Raw(known()), to(level=level), "stix").release.value)["objects"]
    first, *rest = given
    assert next(iter(first["extensions"].values()))["tlp_2_0"] == mark
    assert all(first["id"] in each["object_marking_refs"] for each in rest if each["type"] != "marking-definition")
    assert "Partner A" in given[1]["definition"]["statement"]
    assert "MoU 2026-3" in given[1]["definition"]["statement"]


def test_misp_is_read_back_whole():
    pymisp = pytest.importorskip("pymisp")
    given = json.loads(made("misp").release.value)["Event"]
    event = pymisp.MISPEvent()
    event.load(made("misp").release.value.decode())  # raises on a category that may not hold the type
    read = json.loads(event.to_json())
    assert {name: value for name, value in read.items() if name != "Attribute"} == {
        name: value for name, value in given.items() if name != "Attribute"
    }
    assert [{name: each[name] for name in kept} for each, kept in zip(read["Attribute"], given["Attribute"], strict=True)] == given["Attribute"]  # fmt: skip
    values = {(each["type"], each["value"]) for each in given["Attribute"]}
    assert {("phone-number", "+33465718589"), ("btc", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa")} <= values
    assert not any(each["to_ids"] for each in given["Attribute"])
    assert (given["Tag"], given["distribution"], given["published"]) == ([{"name": "tlp:amber"}], "0", False)


def test_followthemoney_is_read_back_whole():
    model = pytest.importorskip("followthemoney", reason="needs the group interop: `make test` installs it").model
    entities = [json.loads(line) for line in made("ftm").release.value.decode().splitlines()]
    for given in entities:
        read = model.get_proxy(given, cleaned=False).to_dict()  # drops what a property's type does not take
        assert {name: sorted(values) for name, values in read["properties"].items()} == {
            name: sorted(values) for name, values in given["properties"].items()
        }
    *rest, note = entities
    assert note["properties"]["topics"] == ["crime.traffick.human"]
    assert not any("topics" in each["properties"] for each in rest)  # a topic on an account would name a person
    assert set(note["properties"]["entity"]) == {each["id"] for each in rest}
    offers = json.loads(made("ftm", question="Does this advert offer work that keeps people by debt or papers?").release.value.splitlines()[-1])  # fmt: skip
    assert offers["properties"]["topics"] == ["forced.labor"]


def test_geojson_draws_towns_and_says_what_it_does_not_know():
    entries = [advert("r1"), advert("r2", place="Nowhere-at-all"), advert("r3", place="")]
    exported = made("geojson", entries=entries)
    lyon, nowhere = json.loads(exported.release.value)["features"]
    assert [round(degrees) for degrees in lyon["geometry"]["coordinates"]] == [5, 46]  # longitude first (RFC 7946)
    assert nowhere["geometry"] is None
    lost = exported.report["format_cannot_hold"]
    assert "1 adverts that name no place" in lost
    assert any("gazetteer does not know" in line for line in lost)


def test_csv_runs_no_formula():
    mentions = [Mention("r1", "handle", '=HYPERLINK("x")'), Mention("r1", "phone", "+33465718589")]
    rows = list(csv.DictReader(io.StringIO(made("csv", mentions=mentions).release.value.decode())))
    assert [row["value"] for row in rows] == ["'+33465718589", '\'=HYPERLINK("x")']
    assert {row["terms"] for row in rows} == {"not anonymous; for this recipient alone; not proven"}
    hostile = export(Raw(known()), to(name="=cmd|' /C calc'!A0"), "csv").release.value.decode()
    assert "'=cmd" in hostile
