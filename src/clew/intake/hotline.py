"""Contacts with a hotline or helpline: calls, web forms and messages, checked before they are kept.

A telephone number is brought to one spelling (E.164) before it is hashed or sealed, so that every way of writing it is
the same number. Errors never repeat what was given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import phonenumbers
import pyarrow as pa

from clew.records.kinds import KINDS
from clew.records.mapping import Mapping as Columns
from clew.records.mapping import guess
from clew.records.raw import Format, read_raw, rejects_of
from clew.records.read import mapped
from clew.records.rejects import Rejects
from clew.safeguards.errors import UsageError
from clew.standards.services import clean, language, suggest

WITHHELD = {"", "withheld", "anonymous", "private", "unknown", "blocked", "none", "n/a", "no number", "restricted"}
"""What stands in a log where there is no number."""

LONGEST = 20_000
"""Characters of what was said."""
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCKS_DIFFER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One contact, checked. `number` is E.164 or None; `text` is what was said."""

    channel: str
    received: datetime
    area: str = ""
    """A city as the gazetteer calls it (`Lyon, FR`), a country's name, or the words given."""
    country: str = ""
    """ISO 3166-1 alpha-3 where the area is known."""
    topic: str = "other"
    language: str = ""
    status: str = "not_known"
    number: str | None = None
    text: str = ""

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
    """What the gazetteer calls a place, and its country; the words as given and no country where it does not know it.

    >>> area_of("Londres"), area_of("france"), area_of("the old mill")
    (('London, GB', 'GBR'), ('France', 'FRA'), ('the old mill', ''))
    """
    from clew.intake.directory_search import where

    found = where(given)
    return (found.label, found.country) if found else ("", "")


def check(form: Mapping[str, str], *, now: datetime, region: str = "") -> Contact:
    """A contact from what a person typed; raises UsageError that lists everything that is wrong with it."""
    problems: list[str] = []
    channel = _word(form, "channel", "channels", problems)
    topic = _word(form, "topic", "topics", problems, otherwise="other")
    status = _word(form, "status", "contact_statuses", problems, otherwise="not_known")
    spoken = form.get("language", "").strip()
    code = language(spoken) if spoken else ""
    if code is None:
        problems.append("language: not a language of ISO 639-2 by code or English name")
    received = _moment(form.get("received", ""), now, problems)
    number = _number(form.get("caller", ""), region, problems)
    text = form.get("text", "").strip()
    if len(text) > LONGEST:
        problems.append(f"text: longer than {LONGEST} characters")
    if problems:
        raise UsageError("; ".join(problems))
    area, country = area_of(form.get("area", ""))
    return Contact(
        channel=channel, received=received, area=area[:120], country=country, topic=topic, language=code or "",
        status=status, number=number, text=text,
    )  # fmt: skip


def _word(form: Mapping[str, str], name: str, words: str, problems: list[str], otherwise: str = "") -> str:
    given = form.get(name, "").strip()
    if not given and otherwise:
        return otherwise
    code = clean(words, given) if given else None
    if code is None:
        near = suggest(words, given) if given else None
        problems.append(
            f"{name}: {'required' if not given else 'not a known word'}{f'; did you mean {near}?' if near else ''}"
        )
    return code or ""


def _moment(given: str, now: datetime, problems: list[str]) -> datetime:
    """A moment; a time without zone is taken as UTC, as the page asks for it. Nothing means now."""
    if not given.strip():
        return now
    try:
        found = datetime.fromisoformat(given.strip())
    except ValueError:
        problems.append("received: not a date and time of ISO 8601")
        return now
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    if found > now + _CLOCKS_DIFFER:
        problems.append("received: lies in the future")
    if found < EARLIEST:
        problems.append("received: lies before 1970")
    return found


def _number(given: str, region: str, problems: list[str]) -> str | None:
    try:
        return normal_number(given, region)
    except UsageError as error:
        problems.append(str(error))
        return None


@dataclass(frozen=True, slots=True)
class Contacts:
    """What a file of contacts held; each contact with the file's own id for it."""

    contacts: tuple[tuple[str, Contact], ...]
    rejects: Rejects


def read_contacts(
    path: Path, *, now: datetime, region: str = "", columns: Mapping[str, str] | None = None, channel: str = "call",
    layout: Format = Format(),  # noqa: B008 (frozen)
) -> Contacts:  # fmt: skip
    """Reads contacts from a file of calls (`records.kinds.Call`); columns `channel` and `status` are read where there.

    Rejected rows are kept whole: with a number that is none, a word no list has, or a time in the future.
    """
    raw = read_raw(path, layout)
    kind = KINDS["calls"]
    mapping: Columns = guess(kind, raw.table.column_names, given=columns)
    read = mapped(raw, kind, mapping)
    extra = {name: name for name in ("channel", "status") if name in raw.table.column_names}
    beside = _beside(raw.table, mapping.columns.get("id"), extra)
    kept, gone = [], []
    for number, row in enumerate(read.table.to_pylist()):
        form = {name: str(row[name] or "") for name in ("caller", "area", "topic", "language", "text")}
        form |= {"channel": channel} | {k: v for k, v in beside.get(row["id"], {}).items() if v}
        form |= {"received": row["received"].isoformat() if row["received"] else ""}
        form |= {"topic": clean("topics", form["topic"]) or "other"}
        try:
            kept.append((row["id"], check(form, now=now, region=region)))
        except UsageError as error:
            gone.append((number, row["id"], str(error).split("; ")[0]))
    return Contacts(tuple(kept), read.rejects + _rejected(read.table, gone))


def _beside(table: pa.Table, id_column: str | None, extra: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Columns that a call has and its kind has not, by the file's own id."""
    if not extra or id_column not in table.column_names:
        return {}
    ids = table[id_column].cast(pa.string()).to_pylist()
    columns = {name: table[theirs].cast(pa.string()).to_pylist() for name, theirs in extra.items()}
    return {id: {name: (columns[name][n] or "").strip() for name in columns} for n, id in enumerate(ids)}


def _rejected(table: pa.Table, gone: list[tuple[int, str, str]]) -> Rejects:
    numbers = [number for number, _, _ in gone]
    whole = rejects_of(table.take(pa.array(numbers, pa.int64())), np.array(numbers, int) + 1, "", "", "id").table
    parts = [re.split(r":\s*", rule, maxsplit=1) for _, _, rule in gone]
    for name, place in (("field", 0), ("rule", -1)):
        values = pa.array([part[place] for part in parts], pa.string())
        whole = whole.set_column(whole.column_names.index(name), name, values)
    return Rejects(whole)
