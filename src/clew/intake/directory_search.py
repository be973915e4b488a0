"""Finds services by place, language, service, opening hours and eligibility, and says why each fits or does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum

from clew.intake.directory import Service, Twin, twins
from clew.intake.directory_hours import is_open
from clew.intake.directory_rules import Facts, Part, fits
from clew.records.imprecise import Answer
from clew.safeguards.errors import Blocked, UsageError
from clew.standards import places
from clew.standards.services import clean, language, suggest


class Nearness(IntEnum):
    """How a service reaches the place that was asked for, the nearest first."""

    HERE = 0
    COUNTRY = 1
    EVERYWHERE = 2


@dataclass(frozen=True, slots=True)
class Where:
    """A place that was asked for: names it may stand under in a directory, and its country (ISO 3166-1 alpha-3)."""

    label: str
    names: frozenset[str]
    country: str
    whole: bool
    """A whole country was asked for."""
    others: int = 0
    """Further places of that name that were not meant, as far as is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is looked for. Empty parts ask for nothing."""

    where: Where | None = None
    languages: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    open_now: bool = False
    """Leaves out what is known to be closed."""
    facts: Facts = field(default_factory=Facts)
    with_unfit: bool = False
    """Also shows what does not fit the person, with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One service with what was asked of it."""

    service: Service
    near: Nearness
    fit: Answer
    parts: tuple[Part, ...]
    open: Answer
    stale: bool
    """Not verified within the days that the workspace allows, or never."""
    twin: Twin | None


@dataclass(frozen=True, slots=True)
class Results:
    """The services found in order, and how many were left out because they do not fit the person."""

    found: tuple[Found, ...]
    unfit: int


class Directory:
    """Services made ready for searching; the work that does not depend on the question is done once."""

    def __init__(self, services: Sequence[Service]) -> None:
        self.services = tuple(services)
        self._keys = [places.key(service.place) for service in services]
        self._by_id = {service.id: service for service in services}
        self._twins: Mapping[str, Twin] = {twin.id: twin for twin in twins(services)}

    def get(self, id: str) -> Service | None:
        return self._by_id.get(id)

    def twin(self, id: str) -> Twin | None:
        return self._twins.get(id)

    def search(self, ask: Ask, now: datetime, stale_days: int) -> Results:
        """Services that match, the nearest and surest first. Opening hours are read at `now` in each one's zone."""
        oldest = (now - timedelta(days=stale_days)).date()
        found, unfit = [], 0
        for service, key in zip(self.services, self._keys, strict=True):
            near = _near(service, key, ask.where)
            if near is None or not _offers(service, ask):
                continue
            opened = is_open(service.hours, service.timezone, now)
            if ask.open_now and opened is Answer.NO:
                continue
            fit, parts = fits(service.rules, ask.facts)
            if fit is Answer.NO and not ask.with_unfit:
                unfit += 1
                continue
            stale = service.verified is None or service.verified < oldest
            twin = self._twins.get(service.id)
            found.append(Found(service=service, near=near, fit=fit, parts=parts, open=opened, stale=stale, twin=twin))
        return Results(tuple(sorted(found, key=_order)), unfit)


def where(text: str) -> Where | None:
    """The place that a text names: a country by code or name, or a city, with its country after a comma.

    A name that the gazetteer does not know is looked for as it is written. Empty text asks for no place.

    >>> where("Lyon").country, where("France").whole, where("Londres").label
    ('FRA', True, 'London, GB')
    """
    text = " ".join(text.split())
    if not text:
        return None
    try:
        return _known(text) or Where(text, frozenset({places.key(text)}), "", whole=False)
    except Blocked:  # built without the gazetteer: names are compared as written
        return Where(text, frozenset({places.key(text)}), "", whole=False)


def _known(text: str) -> Where | None:
    land = _land(text)
    if land is not None:
        return Where(land.name, frozenset(), land.alpha3, whole=True)
    name, _, after = (part.strip() for part in text.rpartition(","))
    inside = _land(after) if name else None
    cities = places.find(name if inside else text)
    if inside is not None:
        cities = tuple(city for city in cities if city.country == inside.alpha2)
    if not cities:
        return None
    city = cities[0]
    country = places.country(city.country)
    same = tuple(one for one in cities if one.country == city.country)
    names = frozenset(places.key(n) for one in same[:1] for n in (one.name, *one.names))
    return Where(city.label, names, country.alpha3 if country else "", whole=False, others=len(cities) - 1)


def _land(text: str) -> places.Country | None:
    wanted = places.key(text)
    by_code = places.country(text) if len(text) in (2, 3) else None
    return by_code or next((one for one in places.countries() if places.key(one.name) == wanted), None)


def language_codes(words: Sequence[str]) -> tuple[str, ...]:
    """ISO 639-2 codes of languages by code or English name; raises UsageError for a word that is none."""
    codes = [language(word) for word in words if word.strip()]
    if None in codes:
        raise UsageError("language: not a language of ISO 639-2 by code or English name")
    return tuple(dict.fromkeys(code for code in codes if code))


def term_codes(name: str, words: Sequence[str]) -> tuple[str, ...]:
    """Codes of words of a list; raises UsageError with the nearest word for one that is none."""
    found = []
    for word in (word for word in words if word.strip()):
        code = clean(name, word)
        if code is None:
            near = suggest(name, word)
            raise UsageError(f"{name}: a word that is not known{f'; did you mean {near}?' if near else ''}")
        found.append(code)
    return tuple(dict.fromkeys(found))


def _near(service: Service, key: str, place: Where | None) -> Nearness | None:
    if place is None:
        return Nearness.HERE
    if place.whole:
        if service.country == place.country:
            return Nearness.HERE
    elif key in place.names and (not place.country or service.country in ("", place.country)):
        return Nearness.HERE
    elif service.reach == "national" and place.country and service.country == place.country:
        return Nearness.COUNTRY
    return Nearness.EVERYWHERE if service.reach == "international" else None


def _offers(service: Service, ask: Ask) -> bool:
    """All services asked for, and one of the languages."""
    offered = all(code in service.services for code in ask.services)
    return offered and (not ask.languages or any(code in service.languages for code in ask.languages))


_SURE = {Answer.YES: 0, Answer.UNKNOWN: 1, Answer.NO: 2}


def _order(found: Found) -> tuple[int, int, int, bool, str, str]:
    service = found.service
    sure = _SURE[found.fit], found.near, _SURE[found.open]
    return (*sure, found.stale, service.organisation.casefold(), service.id)
