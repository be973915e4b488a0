"""The indicator lists: as many as published, weighed for both profiles, made again to the byte, partial where partial."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

from clew.standards.indicators import Grade, Profile, delphi, delphi_rule, delphi_words, lists


def test_indicators_delphi_has_its_dimensions() -> None:
    assert [one.name for one in delphi()] == [
        "Deceptive recruitment",
        "Coercive recruitment",
        "Recruitment by abuse of vulnerability",
        "Exploitative conditions of work",
        "Coercion at destination",
        "Abuse of vulnerability at destination",
    ]
    assert [one.element for one in delphi()] == ["means", "means", "means", "purpose", "means", "means"]


def test_indicators_some_weigh_more_for_children() -> None:
    threats = next(one for one in delphi()[1].indicators if one.label.startswith("Threats of violence"))
    assert (threats.grades[Profile.ADULT], threats.grades[Profile.CHILD]) == (Grade.MEDIUM, Grade.STRONG)
    assert len(delphi()[2].of(Profile.ADULT)) - len(delphi()[2].of(Profile.CHILD)) == 1


def test_indicators_codes_are_unique_and_of_eleven() -> None:
    codes = [one.code for found in lists().values() for one in found.indicators]
    assert len(codes) == len(set(codes))
    eleven = {one.code for one in lists()["ilo11"].indicators}
    assert len(eleven) == 11
    assert {code for one in lists()["delphi"].indicators for code in one.ilo11} <= eleven


def test_indicators_say_that_they_must_be_checked() -> None:
    assert all("checked against the original" in one.check for one in lists().values())
    assert lists()["unodc"].partial


def test_indicators_labels_speak_of_persons() -> None:
    assert [one.code for found in lists().values() for one in found.indicators if "victim" in one.label.lower()] == []


def test_indicators_rule_is_its_words() -> None:
    assert delphi_words() == ("2 strong", "1 strong + 1 medium or weak", "3 medium", "2 medium + 1 weak")
    assert len(delphi_rule()) == 5


def test_indicators_file_is_what_the_script_makes(shared_data: Path, project_root: Path) -> None:
    make = runpy.run_path(str(project_root / "scripts" / "make_indicators.py"))["make"]
    kept = json.loads((project_root / "src/clew/standards/indicators.json").read_text(encoding="utf-8"))
    assert make(shared_data / "indicators") == kept
