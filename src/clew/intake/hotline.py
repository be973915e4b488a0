"""Contacts with a hotline or helpline: calls, web forms and messages, checked before they are kept.

A telephone number is brought to one spelling (E.164) before it is hashed or sealed, so that every way of writing it is
the same number. Errors never repeat what was given.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import phonenumbers

from clew.safeguards.errors import UsageError
from clew.standards.services import clean, language, suggest

WITHHELD = {"", "withheld", "anonymous", "private", "unknown", "blocked", "none", "n/a", "no number", "restricted"}
"""What stands in a log where there is no number."""

LONGEST = 20_000
"""Characters of what was said."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
AREA_UNKNOWN = "area not recognised"
"""What stands in the open in the place of an area that the gazetteer does not know; the words as given are sealed."""
_CLOCKS_DIFFER = timedelta(minutes=10)
Problem = tuple[str, str]
"""A field and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One contact, checked. `number` is E.164 or None; `text` is what was said. Both are sealed, as is `area_words`."""

    channel: str
    received: datetime
    area: str = ""
    """A city as the gazetteer calls it (`Lyon, FR`), a country's name, `AREA_UNKNOWN`, or empty where none was given."""
    country: str = ""
    """ISO 3166-1 alpha-3 where the area is known."""
    topic: str = "other"
    language: str = ""
    status: str = "not_known"
    number: str | None = None
    text: str = ""
    area_words: str = ""
    """The area as it was given, where the gazetteer does not know it: it may be an address or a name."""

    def __repr__(self) -> str:
        return f"Contact(channel={self.channel!r}, topic={self.topic!r}, status={self.status!r})"


def normal_number(given: str, region: str = "") -> str | None:
    """A telephone number in E.164, None where none was given. Raises UsageError for what is no number.

    `region` (ISO 3166-1 alpha-2) is where numbers without a country code belong.

    >>> {normal_number(n, "GB") for n in ("020 7946 0100", "+44 (0)20 7946-0100", "0044 20 7946 0100")}
    {'+442079460100'}
    >>> normal_number("withheld") is None
    True
    """
    text = unicodedata.normalize("NFKC", given).strip().removeprefix("tel:").replace("(0)", "")
    if text.casefold() in WITHHELD:
        return None
    if text.startswith("00") and not region:
        text = "+" + text[2:]
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        raise UsageError(_no_number(region)) from None
    if not phonenumbers.is_possible_number(number):
        raise UsageError(_no_number(region))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _no_number(region: str) -> str:
    hint = "" if region else ", or set the workspace's region"
    return f"caller: not a telephone number; write it with its country code{hint}, or leave it empty"


def area_of(given: str) -> tuple[str, str]:
    """What the gazetteer calls a place, and its country; `AREA_UNKNOWN` for words that it does not know.

    >>> area_of("Londres"), area_of("france"), area_of("the old mill"), area_of(" ")
    (('London, GB', 'GBR'), ('France', 'FRA'), ('area not recognised', ''), ('', ''))
    """
    label, country = place_of(given)
    return (label, country) if country or not label else (AREA_UNKNOWN, "")


def place_of(given: str) -> tuple[str, str]:
    """The same, with the words as given where the gazetteer does not know them: only for what is sealed."""
    from clew.intake.directory_search import where

    found = where(given)
    return (found.label, found.country) if found else ("", "")


def check(form: Mapping[str, str], *, now: datetime, region: str = "") -> Contact:
    """A contact from what a person typed; raises UsageError that lists everything that is wrong with it."""
    contact, problems = checked(form, now=now, region=region)
    if contact is None:
        raise UsageError("; ".join(f"{name}: {rule}" for name, rule in problems))
    return contact


def checked(form: Mapping[str, str], *, now: datetime, region: str = "") -> tuple[Contact | None, list[Problem]]:
    """A contact, or None and everything that is wrong with it, by field."""
    problems: list[Problem] = []
    channel = _word(form, "channel", "channels", problems)
    topic = _word(form, "topic", "topics", problems, otherwise="other")
    status = _word(form, "status", "contact_statuses", problems, otherwise="not_known")
    spoken = form.get("language", "").strip()
    code = language(spoken) if spoken else ""
    if code is None:
        problems.append(("language", "not a language of ISO 639-2 by code or English name"))
    received = _moment(form.get("received", ""), now, problems)
    number = _number(form.get("caller", ""), region, problems)
    text, place = form.get("text", "").strip(), " ".join(form.get("area", "").split())
    problems += [
        (name, f"longer than {LONGEST} characters")
        for name, said in (("text", text), ("area", place))
        if len(said) > LONGEST
    ]
    if problems:
        return None, problems
    area, country = area_of(place)
    made = Contact(
        channel=channel, received=received, area=area, country=country, topic=topic, language=code or "", status=status,
        number=number, text=text, area_words=place if area == AREA_UNKNOWN else "",
    )  # fmt: skip
    return made, []


def _word(form: Mapping[str, str], name: str, words: str, problems: list[Problem], otherwise: str = "") -> str:
    given = form.get(name, "").strip()
    if not given and otherwise:
        return otherwise
    code = clean(words, given) if given else None
    if code is None:
        near = suggest(words, given) if given else None
        problems.append(
            (name, f"{'required' if not given else 'not a known word'}{f'; did you mean {near}?' if near else ''}")
        )
    return code or ""


def _moment(given: str, now: datetime, problems: list[Problem]) -> datetime:
    """A moment; a time without zone is taken as UTC, as the page asks for it. Nothing means now."""
    if not given.strip():
        return now
    try:
        found = datetime.fromisoformat(given.strip())
    except ValueError:
        problems.append(("received", "not a date and time of ISO 8601"))
        return now
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if found > now + _CLOCKS_DIFFER:
        problems.append(("received", "lies in the future"))
    if found < EARLIEST:
        problems.append(("received", "lies before 1970"))
    return found


def _number(given: str, region: str, problems: list[Problem]) -> str | None:
    try:
        return normal_number(given, region)
    except UsageError as error:
        name, _, rule = str(error).partition(": ")
        problems.append((name, rule))
        return None
