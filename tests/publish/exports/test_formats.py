"""Each format is read back by the field's own library: what was shared is there, marked, and what it lost was said."""

import json

import pytest
from leads_to_share import known, to

from clew.publish.exports import export, share
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
