"""How cases in HTCDS 2.0 are written in other layouts, as data: one YAML file a layout, one rule a column.

A rule names the HTCDS fields that a column is made from and, where the column says something of its own, what HTCDS
says when the column is read back. What has no rule has no place in the layout; it is reported when cases are converted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from clew.safeguards.errors import UsageError
from clew.standards.listed import listed

CTDC = ("ctdc-2024", "ctdc-2026", "ctdc-2021", "ctdc-k", "ctdc-vp")
NAMES = (*CTDC, "nrm", "niem", "ic-tip")
FORMS = ("year", "codes", "age", "country", "country_is", "carried", "copy", "ticks", "labels", "list", "number")
"""The kinds of rule. Each rule has exactly one of these keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one column of a layout is made from HTCDS fields."""

    column: str
    form: str
    spec: Mapping[str, Any]
    names: tuple[str, ...]
    """Other names of the column in files of this layout."""
    carrier: str
    """The extension field that keeps what HTCDS itself cannot hold of it."""

    @property
    def fields(self) -> tuple[str, ...]:
        """The HTCDS fields that it is made from."""
        return (
            *_fields_of(self.form, self.spec),
            self.carrier,
            *(f"clew_{part}" for part in self.spec.get("parts", ())),
        )

    @property
    def holds(self) -> tuple[str, ...]:
        """Those of its fields whose value it holds, at least in part. Of a birthdate an age band holds nothing."""
        if self.form == "age":
            return (*([self.spec["of"]] if "of" in self.spec else []), "clew_ageBroad", self.carrier)
        return self.fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """One layout: its columns in order, and how it writes yes, no, unknown and not asked."""

    name: str
    title: str
    family: str
    rules: tuple[Rule, ...]
    flags: Mapping[str, str | None]
    """Answer -> how it is written; None where the layout cannot say it."""
    empty: str
    """What stands where nothing is known."""
    identity_refused: bool
    """Whether values that name or find a person are left out by design."""
    one_way: bool
    units: Mapping[str, Mapping[str, str]]
    assumes: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(rule.column for rule in self.rules)


@cache
def crosswalk(name: str) -> Crosswalk:
    """The layout of that name; raises UsageError naming the known ones.

    >>> len(crosswalk("ctdc-2024").columns), crosswalk("ctdc-2026").columns[17]
    (27, 'sectorOfLabourAgriculture')
    """
    if name not in NAMES:
        raise UsageError(f"layout: not known; choose one of htcds, {', '.join(NAMES)}")
    content = _content(name)
    flags = content.get("flags", {})
    return Crosswalk(
        name=name,
        title=content["title"],
        family=content["family"],
        rules=tuple(_rule(column, spec) for column, spec in content.get("columns", {}).items()),
        flags=flags,
        empty=content.get("empty", ""),
        identity_refused=content["identity"] == "refused",
        one_way=content.get("one_way", False),
        units=content.get("units", {}),
        assumes=content.get("assumes", {}),
    )


def fitting(names: Sequence[str]) -> str | None:
    """The layout that these columns are in: it has all of them, and of those that have, the fewest others."""
    fits = []
    for name in NAMES:
        if name == "ic-tip":
            continue
        known = {other for rule in crosswalk(name).rules for other in (rule.column, *rule.names)}
        shared = len(known & set(names))
        if shared >= 2 and shared >= 0.8 * len(names):
            fits.append((-shared, len(known), name))
    return min(fits)[2] if fits else None


@cache
def regions() -> Mapping[str, str]:
    """Country (alpha-3) -> region of the United Nations geoscheme."""
    return {country: region for region, countries in _content("un_regions").items() for country in countries}


@cache
def means_of_control() -> Mapping[str, Mapping[str, Any]]:
    """The 17 means that HTCDS defines -> the code of its list that says the same, or codes that are parts of it."""
    return _content("means_of_control")


@cache
def _content(name: str) -> Mapping[str, Any]:
    text = files("clew.standards.crosswalks").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    content: dict[str, Any] = listed(text)
    if "extends" not in content:
        return content
    base = _content(content["extends"])
    return {**base, **content, "columns": dict(_renamed(base["columns"], content["rename"]))}


def _renamed(columns: Mapping[str, Any], rename: Mapping[str, str]) -> list[tuple[str, Any]]:
    made = []
    for column, spec in columns.items():
        old = next((start for start in rename if column.startswith(start)), None)
        new = rename[old] + column.removeprefix(old) if old else column
        made.append((new, {**spec, "as": spec.get("as", column)} if old else spec))
    return made


def _rule(column: str, spec: Mapping[str, Any]) -> Rule:
    (form,) = [key for key in spec if key in FORMS]
    return Rule(
        column=column,
        form=form,
        spec=spec,
        names=tuple(spec.get("names", ())),
        carrier=f"clew_{spec.get('as', column)}",
    )


def _fields_of(form: str, spec: Mapping[str, Any]) -> tuple[str, ...]:
    value = spec[form]
    if form == "age":
        own = (spec["of"],) if "of" in spec else ("prs_Birthdate", "cas_IncomingReferralDate", "vic_AgeWhenTrafficked")
        return (*own, "clew_ageBroad")
    if isinstance(value, Mapping | list):
        return tuple(value)
    return (value,) if isinstance(value, str) else ()
