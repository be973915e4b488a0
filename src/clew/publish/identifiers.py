"""Columns that point at a person: refused by name and by uniqueness before anything is released."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa

from clew.publish.columns import Column, coded
from clew.records.kinds import KINDS
from clew.safeguards.errors import MissingColumn, UsageError

_WORDS = frozenset(
    (
        *(
            "id",
            "ids",
            "uuid",
            "guid",
            "passport",
            "ssn",
            "iban",
            "account",
            "username",
            "handle",
            "signature",
            "photo",
        ),
        *("name", "names", "forename", "firstname", "lastname", "surname", "fullname", "nickname", "alias"),
        *("phone", "phones", "mobile", "telephone", "tel", "email", "emails", "mail", "url"),
        *("address", "street", "postcode", "zip", "birthdate", "birthday", "dob"),
        *("notes", "comment", "comments", "narrative"),
    )
)
_OF_PLACES = frozenset(
    ("country", "area", "region", "city", "town", "place", "sector", "industry", "product", "category", "source")
)
"""`country_name` and `region_id` name no person."""
_FEW, _MANY = 10, 100
_ALMOST_ALL = 0.9


def without_identifiers(table: pa.Table, drop: Sequence[str] = ()) -> pa.Table:
    """The table without the columns of `drop`; raises UsageError where a remaining column is an identifier."""
    for name in drop:
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names))
    table = table.drop_columns(list(drop))
    if not table.num_columns:
        raise UsageError("columns: none is left to release")
    refuse_identifiers(coded(table))
    return table


def refuse_identifiers(columns: Sequence[Column]) -> None:
    """Raises UsageError that names every identifying column and how to leave it out."""
    found = [(c.name, why) for c in columns if (why := identifying(c))]
    if found:
        reasons = "; ".join(f"{name} ({why})" for name, why in found)
        hint = " ".join(f"--drop {name}" for name, _ in found)
        raise UsageError(f"identifying columns are not released: {reasons}. Leave them out with {hint}")


def identifying(column: Column) -> str | None:
    """Why a column points at persons, or None.

    By name: words such as *name*, *phone*, *id*, and the fields of all record kinds that rest sealed. By content:
    all of at least 10 values differ, or nine in ten of at least 100.
    """
    if named_as_identifier(column.name):
        return "its name says so"
    filled = int((column.codes > 0).sum())
    distinct = len(column.values)
    if filled >= _FEW and distinct == filled:
        return "every value differs"
    if filled >= _MANY and distinct > _ALMOST_ALL * filled:
        return "nearly every value differs"
    return None


def named_as_identifier(name: str) -> bool:
    """Whether a column's name alone marks it.

    >>> [named_as_identifier(n) for n in ("personId", "E-mail", "country_name", "citizenship", "isForcedLabour")]
    [True, True, False, False, False]
    """
    if name.strip().lower() in _SEALED:
        return True
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", name)]
    joined = {*words, *(first + second for first, second in pairwise(words))}
    return bool(joined & _WORDS) and not (set(words) & _OF_PLACES)


def _sealed_names() -> frozenset[str]:
    fields = [f for kind in KINDS.values() for f in kind.fields if f.name in kind.sealed]
    return frozenset(name.lower() for f in fields for name in (f.name, *f.aliases))


_SEALED = _sealed_names()
