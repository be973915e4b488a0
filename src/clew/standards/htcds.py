"""The Human Trafficking Case Data Standard 2.0 whole: fields, code lists, definitions; and clew's marked extensions.

Source: IOM, CC BY 4.0; IOM has not reviewed or endorsed clew. `htcds.json` is made by `scripts/make_htcds.py`. The
standard's own spellings stand as they are (`Unaquainted`): they are for interchange.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from clew.standards.listed import listed

VERSION = "2.0"
EXTENSION_PREFIX = "clew_"
"""What every name that is clew's own begins with."""


@dataclass(frozen=True, slots=True)
class Code:
    """One value of a list: its name for interchange, its label for people."""

    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HtcdsField:
    """One field of the standard, or of an extension."""

    name: str
    label: str
    section: str
    kind: str
    """text, long_text, date, number, checkbox, picklist, picklist_or_text, multiselect, geolocation, lookup, age_range."""
    core: bool = False
    deprecated: bool = False
    codes: tuple[Code, ...] = ()
    code_list: str | None = None
    """An outside list instead of own codes: iso3166 or iso639-2."""
    description: str = ""
    notes: str = ""
    identity: bool = False
    """Whether its value names or finds a person."""
    bounds: tuple[float, float] | None = None
    whole: bool = False
    past: bool = False
    """A date that cannot lie in the future."""
    extension: str | None = None
    """Which extension of clew's it belongs to; None for a field of the standard."""

    @property
    def multiple(self) -> bool:
        return self.kind == "multiselect"

    @property
    def coded(self) -> bool:
        """Whether free text has no place in it."""
        return bool(self.codes) or self.kind in ("picklist", "multiselect")


@dataclass(frozen=True, slots=True)
class Extension:
    """Fields that clew adds because users of the standard asked for them."""

    id: str
    version: str
    asked_in: str | None
    fields: tuple[HtcdsField, ...]


@dataclass(frozen=True, slots=True)
class Sublevel:
    """An optional finer level of industry (ISIC division or group). The standard gives it a label and no code."""

    label: str
    industry: str
    tier: int


@cache
def content() -> Mapping[str, Any]:
    """The file as it is made from the standard."""
    return dict(json.loads(files("clew.standards").joinpath("htcds.json").read_text(encoding="utf-8")))


@cache
def rules() -> Mapping[str, Any]:
    """What clew checks beyond the standard's lists."""
    return dict(listed(files("clew.standards").joinpath("htcds_rules.yaml").read_text(encoding="utf-8")))


@cache
def standard_fields() -> tuple[HtcdsField, ...]:
    """The 83 fields in the standard's order.

    >>> len(standard_fields()), sum(f.core for f in standard_fields()), sum(f.deprecated for f in standard_fields())
    (83, 40, 3)
    """
    return tuple(_field(row) for row in content()["fields"])


@cache
def extensions() -> tuple[Extension, ...]:
    """What clew adds to the standard, each with its version. The `answers` extension has a field a question of the crosswalks."""
    text = files("clew.standards").joinpath("htcds_extensions.yaml").read_text(encoding="utf-8")
    return tuple(_extension(row) for row in listed(text))


@cache
def fields() -> Mapping[str, HtcdsField]:
    """Every field by name, the standard's first, then the extensions' that have fields of their own."""
    found = {f.name: f for f in standard_fields()}
    return found | {f.name: f for extension in extensions() for f in extension.fields}


@cache
def sublevels() -> Mapping[str, Sublevel]:
    """The optional levels of industry by their label in lower case."""
    rows = content()["industry_sublevels"]
    return {label.casefold(): Sublevel(label, row["industry"], row["tier"]) for label, row in rows.items()}


def _field(row: Mapping[str, Any]) -> HtcdsField:
    known, name = rules(), row["name"]
    bounds = known["ranges"].get(name)
    return HtcdsField(
        name=name,
        label=row["label"],
        section=row["section"],
        kind="number" if row["kind"] == "geolocation" else row["kind"],
        core=row["core"],
        deprecated=row["status"] == "DEPRECATED",
        codes=tuple(Code(*code) for code in row.get("codes", ())),
        code_list="iso3166" if name in known["countries"] else row.get("list"),
        description=row.get("description", ""),
        notes=row.get("notes", ""),
        identity=name in known["identity"],
        bounds=(float(bounds[0]), float(bounds[1])) if bounds else None,
        whole=name in known["whole"],
        past=name in known["past"],
    )


def _extension(row: Mapping[str, Any]) -> Extension:
    made = tuple(_extra(item, row["id"]) for item in row["fields"])
    return Extension(row["id"], str(row["version"]), row["asked_in"], made)


def _extra(item: Mapping[str, Any], extension: str) -> HtcdsField:
    same = next((f.codes for f in standard_fields() if f.name == item.get("codes_of")), ())
    made = HtcdsField(
        name=item["name"],
        label=item["label"],
        section=f"clew: {extension}",
        kind=item["kind"],
        codes=same or tuple(Code(*code) for code in item.get("codes", ())),
        code_list=item.get("list"),
        description=item.get("description", ""),
        past=item.get("past", False),
        extension=extension,
    )
    return replace(made, bounds=(item["low"], item["high"]), whole=True) if "low" in item else made
