"""Directories of services and hotlines: reads a file into services, rejects what cannot be, flags what may be doubled.

Nothing is merged: two entries that may be one organisation are both kept and named to a person.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from clew.intake.directory_hours import parse_hours, time_zone
from clew.intake.directory_rules import Rule
from clew.records.mapping import plain
from clew.records.raw import Format, Raw, read_raw, rejects_of
from clew.records.rejects import Rejects
from clew.safeguards.errors import MissingColumn
from clew.standards import places
from clew.standards.services import clean, dimensions, language, suggest

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("service_id", "entry_id"),
    "organisation": ("organization", "org", "provider", "organisation_name", "organization_name"),
    "name": ("service_name", "programme", "program"),
    "place": ("city", "town", "location"),
    "country": ("country_code", "iso3"),
    "reach": ("coverage", "area_served"),
    "services": ("service", "service_types", "categories", "services_offered"),
    "languages": ("language", "languages_spoken"),
    "phone": ("telephone", "hotline_number", "phone_number"),
    "email": ("e_mail", "mail"),
    "url": ("website", "web"),
    "hours": ("opening_hours", "opening_times"),
    "timezone": ("time_zone", "tz"),
    "age_min": ("min_age", "minimum_age"),
    "age_max": ("max_age", "maximum_age"),
    "gender": ("genders",),
    "status": ("statuses",),
    "form": ("forms", "exploitation"),
    "funding": ("payment", "cost", "paid_by"),
    "verified": ("last_verified", "verified_on", "checked"),
    "note": ("notes", "description"),
}
"""Field of a directory -> other names of its column."""

_EVERYBODY = {"any", "all", "everybody", "everyone"}
_HINT = "Name it with --map organisation=COLUMN."


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One entry: a service of an organisation at a place. `country` is ISO 3166-1 alpha-3, languages ISO 639-2."""

    id: str
    organisation: str
    name: str = ""
    place: str = ""
    country: str = ""
    reach: str = "local"
    services: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""
    url: str = ""
    hours: str = ""
    timezone: str = ""
    rules: Mapping[str, Rule] = field(default_factory=dict)
    verified: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Twin:
    """Two entries that may be one, and why. A person decides; nothing is merged."""

    id: str
    other: str
    why: str


@dataclass(frozen=True, slots=True)
class Directory:
    """What a file held."""

    services: tuple[Service, ...]
    rejects: Rejects
    twins: tuple[Twin, ...]


class _Refused(Exception):
    """A value that cannot be. Names the field and the rule, never the value."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name}: {rule}")
        self.name, self.rule = name, rule


def read_directory(
    path: Path, *, today: date, columns: Mapping[str, str] | None = None, layout: Format = Format()  # noqa: B008 (frozen)
) -> Directory:  # fmt: skip
    """Reads a directory from a CSV, XLSX or other file; `columns` names columns that have other names than ours.

    Rejected, whole: rows without organisation or place, with impossible hours, ages or zones, with words that no list
    has (the nearest word is suggested), verified in the future, or repeating an id. Raises MissingColumn.
    """
    raw = read_raw(path, layout)
    chosen = _choose(tuple(raw.table.column_names), columns or {})
    kept, gone = [], []
    seen: set[str] = set()
    for number, row in enumerate(_rows(raw.table, chosen)):
        try:
            made = _service(row, today)
            if made.id in seen:
                raise _Refused("id", "given before")
            seen.add(made.id)
            kept.append(made)
        except _Refused as refused:
            gone.append((number, refused))
    rejects = raw.rejects + _rejects(raw, gone, chosen.get("id"))
    return Directory(tuple(kept), rejects, twins(kept))


def as_body(service: Service) -> str:
    """An entry as one line of JSON, to be kept."""
    rules = {
        code: {"anyone": rule.anyone, "low": rule.low, "high": rule.high, "values": sorted(rule.values)}
        for code, rule in service.rules.items()
    }
    kept = {f.name: getattr(service, f.name) for f in fields(service) if getattr(service, f.name)}
    kept |= {"rules": rules, "verified": service.verified.isoformat() if service.verified else None}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_body(body: str) -> Service:
    """The entry that `as_body` wrote."""
    kept = json.loads(body)
    rules = {code: Rule(**{**rule, "values": frozenset(rule["values"])}) for code, rule in kept["rules"].items()}
    verified = date.fromisoformat(kept["verified"]) if kept["verified"] else None
    lists = {name: tuple(kept.get(name, ())) for name in ("services", "languages")}
    return Service(**{**kept, **lists, "rules": rules, "verified": verified})


def twins(services: Sequence[Service]) -> tuple[Twin, ...]:
    """Pairs of entries that may be one: the same organisation at the same place, or one phone under two names."""
    found: dict[str, Twin] = {}
    for why, key in (("same organisation and place", _same_place), ("same phone, another name", _same_phone)):
        first: dict[str, Service] = {}
        for service in services:
            mark = key(service)
            other = first.setdefault(mark, service) if mark else service
            differs = why.startswith("same organisation") or plain(other.organisation) != plain(service.organisation)
            if other is not service and differs:
                found.setdefault(service.id, Twin(service.id, other.id, why))
    return tuple(found.values())


def _same_place(service: Service) -> str:
    what = ",".join(sorted(service.services))  # one organisation may well offer two things at one place
    return f"{organisation_key(service.organisation)}|{places.key(service.place)}|{service.country}|{what}"


def _same_phone(service: Service) -> str:
    digits = re.sub(r"\D", "", service.phone)
    return digits.lstrip("0") if len(digits) >= 6 else ""


def organisation_key(name: str) -> str:
    """An organisation's name without case, punctuation and legal form, for comparison.

    >>> organisation_key("Harbour House, e.V.") == organisation_key("HARBOUR HOUSE")
    True
    """
    words = re.sub(r"[^\w\s]", "", name.casefold().replace(".", "")).split()
    forms = {"ev", "ngo", "inc", "ltd", "llc", "asbl", "vzw", "onlus", "gmbh", "foundation", "association", "the"}
    return " ".join(word for word in words if word not in forms) or plain(name)


def _choose(present: tuple[str, ...], given: Mapping[str, str]) -> dict[str, str]:
    for ours, theirs in given.items():
        if ours not in COLUMNS:
            raise MissingColumn(ours, hint=f"A directory has {', '.join(COLUMNS)}.")
        if theirs not in present:
            raise MissingColumn(theirs, present=present)
    free = {plain(name): name for name in reversed(present) if name not in given.values()}
    chosen = dict(given)
    for names in (lambda ours: (ours,), lambda ours: COLUMNS[ours]):
        for ours in COLUMNS:
            match = next((free[plain(name)] for name in names(ours) if plain(name) in free), None)
            if ours not in chosen and match is not None:
                chosen[ours] = match
                free = {key: name for key, name in free.items() if name != match}
    if "organisation" not in chosen and "name" in chosen:
        chosen["organisation"] = chosen.pop("name")
    if "organisation" not in chosen:
        raise MissingColumn("organisation", present=present, hint=_HINT)
    if "place" not in chosen and "country" not in chosen:
        raise MissingColumn("place", present=present, hint="Name it with --map place=COLUMN.")
    return chosen


def _rows(table: pa.Table, chosen: Mapping[str, str]) -> Iterator[dict[str, str]]:
    columns = {ours: table[theirs].cast(pa.string()).to_pylist() for ours, theirs in chosen.items()}
    for number in range(table.num_rows):
        yield {ours: " ".join((values[number] or "").split()) for ours, values in columns.items()}


def _service(row: Mapping[str, str], today: date) -> Service:
    def given(name: str) -> str:
        return row.get(name, "")

    if not given("organisation"):
        raise _Refused("organisation", "required and empty")
    reach = _one("reach", given("reach")) or "local"
    country = _country(given("country"))
    if not given("place") and (reach == "local" or (reach == "national" and not country)):
        raise _Refused("place", "required and empty; without one a service must reach a whole country")
    made = Service(
        id="", organisation=given("organisation"), name=given("name"), place=given("place"), country=country, reach=reach,
        services=_many("services", "services", given("services")), languages=_languages(given("languages")),
        phone=given("phone"), email=given("email"), url=_web(given("url")),
        hours=_checked("hours", given("hours"), parse_hours), timezone=_checked("timezone", given("timezone"), time_zone),
        rules=_rules(row), verified=_day(given("verified"), today), note=given("note"),
    )  # fmt: skip
    return _with_id(made, given("id"))


def _with_id(made: Service, given: str) -> Service:
    said = given or "|".join((made.organisation, made.name, made.place, made.country, *made.services))
    return replace(made, id="svc_" + hashlib.sha256(said.casefold().encode()).hexdigest()[:16])


def _one(name: str, given: str) -> str:
    if not given:
        return ""
    code = clean(name, given)
    if code is None:
        near = suggest(name, given)
        raise _Refused(name, f"not a known word{f'; did you mean {near}?' if near else ''}")
    return code


def _many(name: str, words: str, given: str) -> tuple[str, ...]:
    found = []
    for word in filter(None, (part.strip() for part in re.split(r"[;|,]", given))):
        code = clean(words, word)
        if code is None:
            near = suggest(words, word)
            raise _Refused(name, f"a word that is not known{f'; did you mean {near}?' if near else ''}")
        found.append(code)
    return tuple(dict.fromkeys(found))


def _languages(given: str) -> tuple[str, ...]:
    codes = [language(word) for word in re.split(r"[;|,/]", given) if word.strip()]
    if None in codes:
        raise _Refused("languages", "a language that ISO 639-2 does not name in English or by code")
    return tuple(dict.fromkeys(code for code in codes if code))


def _country(given: str) -> str:
    if not given:
        return ""
    known = places.country(given) or next((one for one in places.countries() if plain(one.name) == plain(given)), None)
    if known is None:
        raise _Refused("country", "not a country of ISO 3166-1 by code or English name")
    return known.alpha3


def _web(given: str) -> str:
    """Only web addresses: a page must never be led to a script."""
    if given and not re.match(r"https?://[^\s/]+", given):
        if re.match(r"[\w-]+(\.[\w-]+)+(/\S*)?$", given):
            return f"https://{given}"
        raise _Refused("url", "not a web address")
    return given


def _checked(name: str, given: str, check: Callable[[str], object]) -> str:
    if given:
        try:
            check(given)
        except ValueError as error:
            raise _Refused(name, str(error)) from None
    return given


def _day(given: str, today: date) -> date | None:
    if not given:
        return None
    try:
        found = date.fromisoformat(given[:10])
    except ValueError:
        raise _Refused("verified", "not a date of the form YYYY-MM-DD") from None
    if found > today:
        raise _Refused("verified", "lies in the future")
    return found


def _rules(row: Mapping[str, str]) -> dict[str, Rule]:
    rules = {}
    for code, dimension in dimensions().items():
        if dimension.kind == "range":
            rule = _ages(row.get("age_min", ""), row.get("age_max", ""))
        else:
            rule = _listed(code, row.get(code, ""))
        if rule is not None:
            rules[code] = rule
    return rules


def _listed(code: str, given: str) -> Rule | None:
    if not given:
        return None
    if given.casefold() in _EVERYBODY:
        return Rule(anyone=True)
    return Rule(values=frozenset(_many(code, code, given)))


def _ages(low: str, high: str) -> Rule | None:
    if {low.casefold(), high.casefold()} & _EVERYBODY:
        return Rule(anyone=True)
    ages = [_age(name, given) for name, given in (("age_min", low), ("age_max", high))]
    if ages == [None, None]:
        return None
    if ages[0] is not None and ages[1] is not None and ages[0] > ages[1]:
        raise _Refused("age_max", "lies below age_min")
    return Rule(low=ages[0], high=ages[1])


def _age(name: str, given: str) -> int | None:
    if not given:
        return None
    found = re.fullmatch(r"(\d{1,3})(?:\.0+)?", given)
    if not found or int(found[1]) > 130:
        raise _Refused(name, "not a whole number of years from 0 to 130")
    return int(found[1])


def _rejects(raw: Raw, gone: Sequence[tuple[int, _Refused]], id_column: str | None) -> Rejects:
    numbers = [number for number, _ in gone]
    whole = rejects_of(
        raw.table.take(pa.array(numbers, pa.int64())), raw.rows[np.array(numbers, int)], "", "", id_column
    )
    table = whole.table
    for name, values in (("field", [r.name for _, r in gone]), ("rule", [r.rule for _, r in gone])):
        table = table.set_column(table.column_names.index(name), name, pa.array(values, pa.string()))
    return Rejects(table)
