"""A helpline's file: every row becomes a contact, or a reject that is kept whole and can be given in again as it is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from clew.intake.hotline import Contact, Problem, checked
from clew.records.kinds import KINDS
from clew.records.mapping import Mapping as Columns
from clew.records.mapping import guess, plain
from clew.records.raw import Format, Raw, read_raw, rejects_of
from clew.records.read import mapped
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import MissingColumn, UsageError

BESIDE: Mapping[str, tuple[str, ...]] = {
    "channel": ("contact channel", "contact type", "contact method", "medium", "mode", "way", "means of contact"),
    "status": ("contact status", "person status", "concerns", "about", "whom it concerns"),
}
"""Columns that a contact has and the kind `calls` has not, and what else they are called."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """What a file of contacts held; each contact with the file's own id for it."""

    contacts: tuple[tuple[str, Contact], ...]
    rejects: Rejects


def read_contacts(
    path: Path, *, now: datetime, region: str = "", columns: Mapping[str, str] | None = None, channel: str = "call",
    layout: Format = Format(), mapping: Columns | None = None,  # noqa: B008 (frozen)
) -> Contacts:  # fmt: skip
    """Reads contacts from a file of calls (`records.kinds.Call`), with channel and status where there are such columns.

    Rejected are rows with a number that is none, a word that no list has, or a time in the future: each keeps its
    source row whole, with its number in the file. A file of such rejects is read like the file that they came from.
    """
    raw = given_again(read_raw(path, mapping.layout if mapping else layout))
    kind, given = KINDS["calls"], dict(columns or {})
    unknown = given.keys() - {f.name for f in kind.fields} - BESIDE.keys()
    if unknown:
        raise UsageError(f"--map: contacts have no field {', '.join(sorted(unknown))}")
    beside = beside_columns(raw.table.column_names, {name: given.pop(name) for name in BESIDE if name in given})
    if mapping is None:
        taken = set(beside.values())
        mapping = guess(kind, [name for name in raw.table.column_names if name not in taken], given=given)
    read = mapped(raw, kind, mapping)
    places = _survivors(raw, read.rejects)
    more = {name: [str(v or "").strip() for v in raw.table[theirs].to_pylist()] for name, theirs in beside.items()}
    constants = {name: mapping.constants[name] for name in BESIDE if name in mapping.constants}
    kept: list[tuple[str, Contact]] = []
    gone: list[tuple[int, str, Problem]] = []
    for place, row in zip(places, read.table.to_pylist(), strict=True):
        form = {name: str(row[name] or "") for name in ("caller", "area", "topic", "language", "text")}
        form |= {"received": row["received"].isoformat() if row["received"] else ""}
        form |= {"channel": channel} | constants | {name: said[place] for name, said in more.items() if said[place]}
        contact, problems = checked(form, now=now, region=region)
        if contact is not None:
            kept.append((row["id"], contact))
        else:
            gone.append((place, row["id"], problems[0]))
    return Contacts(tuple(kept), read.rejects + _rejected(raw, gone))


def beside_columns(present: Sequence[str], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Which columns are channel and status, by their names in any case and punctuation; what was given stays.

    >>> beside_columns(["ID", "Contact_Type", "STATUS"])
    {'channel': 'Contact_Type', 'status': 'STATUS'}
    """
    found = dict(given or {})
    for theirs in found.values():
        if theirs not in present:
            raise MissingColumn(theirs, present=tuple(present))
    free = {plain(name): name for name in reversed(present) if name not in found.values()}
    for name, others in BESIDE.items():
        match = next((free[plain(one)] for one in (name, *others) if plain(one) in free), None)
        if name not in found and match is not None:
            found[name] = match
    return found


def given_again(raw: Raw) -> Raw:
    """The rows that a file of rejects holds, under their own columns and numbers; any other file as it is."""
    if raw.table.column_names != REJECTS.names:
        return raw
    rows, numbers, broken = [], [], []
    for place, row in enumerate(raw.table.to_pylist()):
        try:
            fields = json.loads(row["raw"] or "")
        except ValueError:
            fields = None
        if isinstance(fields, dict):
            rows.append({str(name): _as_text(value) for name, value in fields.items()})
            numbers.append(int(row["row"]) if str(row["row"]).isdigit() else int(raw.rows[place]))
        else:
            broken.append(place)
    if len(set(numbers)) < len(numbers):  # rejects of several files in one
        numbers = [int(number) for place, number in enumerate(raw.rows) if place not in set(broken)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    table = pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in names})
    lost = raw.table.take(pa.array(broken, pa.int64()))
    rejects = rejects_of(lost, raw.rows[np.array(broken, int)], "raw", "not a row that can be given in again")
    return Raw(table, np.array(numbers, dtype=np.int64), raw.rejects + rejects)


def _as_text(value: object) -> str | None:
    return None if value is None else str(value)


def _survivors(raw: Raw, rejects: Rejects) -> list[int]:
    """Places in the file's table of the rows that could be read, in order."""
    gone = set(rejects.table["row"].to_pylist())
    return [place for place, number in enumerate(raw.rows.tolist()) if number not in gone]


def _rejected(raw: Raw, gone: Sequence[tuple[int, str, Problem]]) -> Rejects:
    """The source rows, whole, with their numbers in the file."""
    places = [place for place, _, _ in gone]
    whole = rejects_of(raw.table.take(pa.array(places, pa.int64())), raw.rows[np.array(places, int)], "", "").table
    said = {
        "id": [id for _, id, _ in gone],
        "field": [field for _, _, (field, _) in gone],
        "rule": [rule for _, _, (_, rule) in gone],
    }
    for name, values in said.items():
        whole = whole.set_column(whole.column_names.index(name), name, pa.array(values, pa.string()))
    return Rejects(whole)


__all__ = ["BESIDE", "Contacts", "beside_columns", "given_again", "read_contacts"]
