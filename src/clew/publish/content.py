"""What a column's values look like, whatever it is called: e-mails, phone numbers, dates of birth, free text."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.publish.columns import Column
from clew.safeguards.errors import UsageError

_MOSTLY = 0.5
"""Share of the distinct values."""
_FEW, _MANY = 10, 100
_ALMOST_ALL = 0.9
_SOME, _LONG = 20, 25
"""Cells of text with a value, and characters of one on average, from which half of them differing is too much."""
_EMAIL = r"^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$"
_DATE = r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})([T ].*)?$"
_DECIMAL = r"^\s*-?\d+[.,]\d+\s*$"
_DIALLED = r"^\s*(\+|\(?0)[\d\s().\-/]{6,}$"
_LONG_NUMBER = r"^\s*\(?\d[\d\s().\-/]{7,}$"
_BIRTH_SPREAD, _BIRTH_AGE = 15, 12
"""Years: dates that lie this far apart, half of them this long ago, are read as births, not as registrations."""


def looks_like(column: Column) -> str | None:
    """What a column's values mostly are that no release may hold, or None. Values are judged once each.

    Every value differing (10 or more) or nearly every one (100 or more) marks a column of any type, and so does that no
    more than two rows share a value (of nine in ten cells of 100 or more); of text also half of 20 or more differing
    where they are long.
    """
    filled, distinct = int((column.codes > 0).sum()), len(column.values)
    if not distinct:
        return None
    if filled >= _FEW and distinct == filled:
        return "every value differs"
    if filled >= _MANY and distinct > _ALMOST_ALL * filled:
        return "nearly every value differs"
    text = _text(column)
    if _share(_matching(text, _EMAIL)) >= _MOSTLY:
        return "its values are e-mail addresses"
    dates = _matching(text, _DATE)
    if _share(_phones(text) & ~dates) >= _MOSTLY:
        return "its values are phone numbers or as long"
    if _share(dates) >= _MOSTLY and _are_births(text, dates):
        return "its values are full dates as of births"
    varied = _is_text(column) and filled >= _SOME and distinct > _MOSTLY * filled
    if varied and (why := _too_varied(text, filled, distinct)):
        return why
    if filled >= _MANY and _hardly_shared(column) > _ALMOST_ALL:
        return "hardly a value is shared by more than two rows"
    return None


def _hardly_shared(column: Column) -> float:
    """The share of filled cells whose value at most two rows have."""
    rows = np.bincount(column.codes)[1:]
    return float(rows[rows <= 2].sum() / rows.sum())


def _too_varied(text: pa.Array, filled: int, distinct: int) -> str | None:
    if distinct > _ALMOST_ALL * filled:
        return "nearly every value differs"
    return "its values are free text" if (pc.mean(pc.utf8_length(text)).as_py() or 0) >= _LONG else None


def _text(column: Column) -> pa.Array:
    try:
        return column.values.cast(pa.large_string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise UsageError(f"{column.name}: columns of this type cannot be released") from error


def _is_text(column: Column) -> bool:
    return bool(pa.types.is_string(column.values.type) or pa.types.is_large_string(column.values.type))


def _matching(text: pa.Array, pattern: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(pc.fill_null(pc.match_substring_regex(text, pattern), False))


def _share(mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> float:
    return float(mask.mean())


def _phones(text: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Seven to fifteen digits that begin with + or 0, or nine to fifteen of any; no decimal numbers."""
    digits = np.asarray(pc.fill_null(pc.count_substring_regex(text, r"\d"), 0))
    dialled = _matching(text, _DIALLED) & (digits >= 7)
    long = _matching(text, _LONG_NUMBER) & (digits >= 9)
    return np.asarray((dialled | long) & (digits <= 15) & ~_matching(text, _DECIMAL))


def _are_births(text: pa.Array, dates: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> bool:
    found = pc.struct_field(pc.extract_regex(text.filter(pa.array(dates)), r"(?P<year>\d{4})"), "year")
    years = np.asarray(found.cast(pa.int64()))
    return bool(years.max() - years.min() >= _BIRTH_SPREAD and np.median(years) <= datetime.now(UTC).year - _BIRTH_AGE)
