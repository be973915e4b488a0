"""Whether a person was a child when it began, from whatever tells an age, and which fields say so.

An age at the time is taken as it is. An age at registration is later: a child then was a child before, an adult of 18 to
20 may have been one, and an adult of 21 or more is taken as an adult with a question. Fields that disagree leave it open.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.qualification_reading import Codes, Unread, words_of
from clew.records.kinds import AGE_RANGE, DATE_INTERVAL, Field, Sensitivity
from clew.records.typing import fit
from clew.standards.palermo import ages, fold

ADULT = 18
"""CRC art. 1; Palermo Protocol, art. 3(d)."""
SURELY_ADULT = 21
"""An adult of fewer years at registration may have been a child when it began. A judgement of this project."""


class Told(StrEnum):
    """What one field tells of the age."""

    CHILD = "child"
    ADULT = "adult"
    NEAR = "near"
    """18 to 20 at registration."""
    OPEN = "open"
    """Recorded and not telling: a band that crosses 18, a word for unknown."""
    BEFORE_BIRTH = "before_birth"
    """The date counted to lies before the birth."""
    NOTHING = "nothing"


ORDER = tuple(Told)


def read_ages(table: pa.Table, present: Mapping[str, str]) -> tuple[dict[str, tuple[Codes, bool]], list[Unread]]:
    """By field: the place in `ORDER` of what each row tells, and whether it tells the age at the time."""
    found: dict[str, tuple[Codes, bool]] = {}
    unread: list[Unread] = []
    for stage, exact in (("trafficked", True), ("registered", False)):
        names = getattr(ages(), stage)
        for name in _there(names["age"], present):
            low, high, broken = _age(table[name], name)
            found[name] = _told(low, high, exact, _filled(table[name])), exact
            unread += broken
        for name in _there(names["status"], present):
            found[name] = _status(table[name]), exact
        for name in _there(names["date"], present):
            found_here, broken = _from_birth(table, present, name, exact)
            found |= found_here
            unread += broken
    return found, [one for one in dict.fromkeys(unread) if one.rows]


def _there(names: tuple[str, ...], present: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(present[name] for name in names if name in present))


def _filled(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(pc.is_valid(column if pa.types.is_struct(column.type) else words_of(column)))


def _age(column: pa.ChunkedArray, name: str) -> tuple[np.ndarray, np.ndarray, list[Unread]]:
    """Low and high ends in years, NaN where nothing is known; an open band ends at infinity."""
    field = Field(name, AGE_RANGE, False, (), Sensitivity.OPEN, "")
    plain = column if pa.types.is_struct(column.type) else _without_open_words(words_of(column))
    typed, broken, rule = fit(plain, field)
    low = _floats(pc.struct_field(typed, "low"))
    high = _floats(pc.struct_field(typed, "high"))
    high[np.isnan(high) & ~np.isnan(low)] = np.inf
    return low, high, [Unread(name, rule, int(np.asarray(broken).sum()))]


def _floats(column: pa.Array) -> np.ndarray:
    return np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def _without_open_words(text: pa.Array) -> pa.Array:
    """Nothing where the file says in a word that it is not known; a number with .0 as a whole one."""
    coded = text.dictionary_encode()
    said = [
        None if fold(value) in ages().open_words - {"99"} or value == "-99" else value.removesuffix(".0")
        for value in coded.dictionary.to_pylist()
    ]
    return pa.array(said, pa.string()).take(coded.indices)


def _told(low: np.ndarray, high: np.ndarray, exact: bool, filled: np.ndarray) -> Codes:
    told = np.full(len(low), ORDER.index(Told.NOTHING), dtype=np.int64)
    told[filled] = ORDER.index(Told.OPEN)
    told[(low >= 0) & (high < ADULT)] = ORDER.index(Told.CHILD)
    told[low >= ADULT] = ORDER.index(Told.ADULT)
    if not exact:
        told[(low >= ADULT) & (low < SURELY_ADULT)] = ORDER.index(Told.NEAR)
    return told


def _status(column: pa.ChunkedArray) -> Codes:
    """Minor or adult, as a word. What is neither leaves it open."""
    coded = words_of(column).dictionary_encode()
    words = [_status_told(value) for value in coded.dictionary.to_pylist()]
    places = np.array([*(ORDER.index(word) for word in words), ORDER.index(Told.NOTHING)], dtype=np.int64)
    which = coded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    return np.asarray(places[which], dtype=np.int64)


def _status_told(value: str) -> Told:
    if fold(value) in ages().child_words:
        return Told.CHILD
    return Told.ADULT if fold(value) in ages().adult_words else Told.OPEN


def _from_birth(
    table: pa.Table, present: Mapping[str, str], date: str, exact: bool
) -> tuple[dict[str, tuple[Codes, bool]], list[Unread]]:
    """The age between a date of birth and a date of the case, as exactly as both are known."""
    for birth in _there(ages().birthdate, present):
        born, broken_birth = _dates(table[birth], birth)
        then, broken_date = _dates(table[date], date)
        low, high = np.maximum(_years(born[1], then[0]), 0), _years(born[0], then[1])
        impossible = high < 0
        told = _told(low, high, exact, ~np.isnan(high))
        told[impossible] = ORDER.index(Told.BEFORE_BIRTH)
        rules = [*broken_birth, *broken_date, Unread(f"{date} and {birth}", "before the birth", int(impossible.sum()))]
        return {f"{birth} and {date}": (told, exact)}, rules
    return {}, []


def _dates(column: pa.ChunkedArray, name: str) -> tuple[tuple[pa.Array, pa.Array], list[Unread]]:
    field = Field(name, DATE_INTERVAL, False, (), Sensitivity.OPEN, "")
    plain = column if pa.types.is_struct(column.type) or pa.types.is_temporal(column.type) else words_of(column)
    typed, broken, rule = fit(plain, field)
    return (pc.struct_field(typed, "first"), pc.struct_field(typed, "last")), [
        Unread(name, rule, int(np.asarray(broken).sum()))
    ]


def _years(born: pa.Array, then: pa.Array) -> np.ndarray:
    """Whole years from one day to another; NaN where either is not known."""
    day = [pc.add(pc.multiply(pc.month(one), 100), pc.day(one)) for one in (born, then)]
    before_birthday = pc.less(day[1], day[0]).cast(pa.int64())
    return _floats(pc.subtract(pc.subtract(pc.year(then), pc.year(born)), before_birthday))
