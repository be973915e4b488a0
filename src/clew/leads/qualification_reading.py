"""Reads the columns of a case file as answers to the three elements of trafficking: by field, never by its free text.

Each different value of a column is read once. A value that is no code of its list says nothing and is reported by field
and rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.imprecise import Answer
from clew.standards.palermo import Asking, Column, No, Says, ages, columns, fold, texts

Codes = npt.NDArray[np.int64]

_SEPARATORS = re.compile(r"[;|,\n]")
_YES = frozenset({"yes", "y", "true", "1", "x", "on", "checked"})
_NO = frozenset({"no", "n", "false", "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one field of a case says of one element."""

    answer: Answer
    parts: tuple[str, ...] = ()
    """Parts of the element that it supports."""
    hints: tuple[str, ...] = ()
    """Keys of questions that it asks without supporting anything."""
    denied: tuple[str, ...] = ()
    """Parts that its stated no contradicts."""
    silent: bool = False
    """It can support the element, but this value says nothing for or against."""
    unread: bool = False
    """It holds something that is no code of its list."""
    text: bool = False
    """It is free text and filled: a person should read it."""


@dataclass(frozen=True, slots=True)
class FieldReadings:
    """One field's readings for one element: `codes[i]` is the place in `readings` of row i."""

    field: str
    codes: Codes
    readings: tuple[Reading, ...]

    @property
    def is_text(self) -> bool:
        """Free text: it is never read for a code."""
        return any(reading.text for reading in self.readings)


@dataclass(frozen=True, slots=True)
class Unread:
    """How many rows of a field hold something that could not be read, and by which rule."""

    field: str
    rule: str
    rows: int


def known_columns(table: pa.Table) -> dict[str, str]:
    """The palermo column, age column or free text -> the file's own name for it; names are compared folded."""
    wanted = [*columns(), *(name for names in texts().values() for name in names), *age_columns()]
    present = {name: name for name in wanted if name in table.column_names}
    folded = {fold(name): name for name in reversed(table.column_names) if name not in present}
    taken = {fold(name) for name in present}
    for name in wanted:
        if name not in present and fold(name) not in taken and fold(name) in folded:
            present[name] = folded[fold(name)]
            taken.add(fold(name))
    return present


def age_columns() -> tuple[str, ...]:
    """Every column that tells an age, a date of birth or the date to count from."""
    known = ages()
    stages = (known.trafficked, known.registered)
    return (*known.birthdate, *(name for stage in stages for names in stage.values() for name in names))


def read_elements(table: pa.Table, present: Mapping[str, str]) -> tuple[dict[str, list[FieldReadings]], list[Unread]]:
    """Readings by element, field by field, and what could not be read."""
    found: dict[str, list[FieldReadings]] = {"act": [], "means": [], "purpose": []}
    unread = []
    for name, column in columns().items():
        if name not in present:
            continue
        codes, distinct = _distinct(table[present[name]])
        broken = np.array([_is_unread(column, value) for value in distinct])
        for element in sorted(column.about):
            readings = [_reading(column, element, value) for value in distinct]
            found[element].append(_numbered(present[name], codes, readings))
        if broken.any():
            unread.append(Unread(present[name], _rule(column), int(broken[codes].sum())))
    for element, names in texts().items():
        for name in names:
            if name in present:
                found[element].append(_text(present[name], table[present[name]]))
    return found, unread


def words_of(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The column as trimmed text, null where nothing is written."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        column = pc.binary_join(column.cast(pa.list_(pa.string())), ";")
    text = pc.utf8_trim_whitespace(column.cast(pa.string()))
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def flag(value: str | None, *extra: str) -> Answer | None:
    """yes, no or unknown as a box or flag was filled; None for anything else, not asked where it is empty.

    >>> flag("1.0"), flag("-99"), flag("maybe")
    (<Answer.YES: 'yes'>, <Answer.UNKNOWN: 'unknown'>, None)
    """
    if value is None:
        return Answer.NOT_ASKED
    word = fold(re.sub(r"^([+-]?\d+)\.0+$", r"\1", value.strip()))
    for words, answer in ((_YES, Answer.YES), (_NO, Answer.NO), (ages().open_words, Answer.UNKNOWN)):
        if word in words:
            return answer
    if word == "notasked":
        return Answer.NOT_ASKED
    return Answer.YES if word in extra else None


def _distinct(column: pa.ChunkedArray) -> tuple[Codes, list[str | None]]:
    """Which of the different values each row has; the last of them is nothing."""
    coded = words_of(column).dictionary_encode()
    values = coded.dictionary.to_pylist()
    codes = coded.indices.fill_null(len(values)).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, [*values, None]


def _numbered(field: str, codes: Codes, readings: list[Reading]) -> FieldReadings:
    """With each different reading once."""
    places = {reading: place for place, reading in enumerate(dict.fromkeys(readings))}
    return FieldReadings(field, np.array([places[reading] for reading in readings])[codes], tuple(places))


def _rule(column: Column) -> str:
    return "not a code of its list" if column.kind is Asking.LIST else "not yes, no or unknown"


def _is_unread(column: Column, value: str | None) -> bool:
    return any(_reading(column, element, value).unread for element in column.about)


def _reading(column: Column, element: str, value: str | None) -> Reading:
    readers: Mapping[Asking, Callable[[Column, str, str | None], Reading]] = {
        Asking.LIST: _list,
        Asking.FLAG: _flag,
        Asking.BOX: _flag,
        Asking.FILLED: _filled,
    }
    return readers[column.kind](column, element, value)


def _said(says: Says, element: str) -> Reading:
    parts = (says.supports[element],) if element in says.supports else ()
    hints = (says.hints[element],) if element in says.hints else ()
    return Reading(answer=Answer.YES if parts else Answer.UNKNOWN, parts=parts, hints=hints, silent=not parts + hints)


def _filled(column: Column, element: str, value: str | None) -> Reading:
    if value is None:
        return Reading(answer=Answer.NOT_ASKED)
    if fold(value) in ages().open_words:
        return Reading(answer=Answer.UNKNOWN)
    return _said(column.says, element)


def _flag(column: Column, element: str, value: str | None) -> Reading:
    answer = flag(value, *_own_words(column))
    if answer is Answer.YES:
        return _said(column.says, element)
    if answer is None:
        return Reading(answer=Answer.UNKNOWN, unread=True)
    if answer is Answer.NOT_ASKED and value is None and column.empty_is_unknown:
        answer = Answer.UNKNOWN
    if column.no is No.SILENT:
        return Reading(answer=Answer.NOT_ASKED if answer is Answer.NOT_ASKED else Answer.UNKNOWN, silent=True)
    if answer is Answer.NO and column.no is No.DENIES and element in column.says.supports:
        return Reading(answer=answer, denied=(column.says.supports[element],))
    return Reading(answer=answer)


def _own_words(column: Column) -> tuple[str, ...]:
    """A ticked box of a web form may come as its own name."""
    if column.kind is not Asking.BOX:
        return ()
    return fold(column.name), fold(column.name.removeprefix("types-of-exploitation-"))


def _list(column: Column, element: str, value: str | None) -> Reading:
    words = [fold(part) for part in _SEPARATORS.split(value or "") if fold(part)]
    if not words:
        return Reading(answer=Answer.NOT_ASKED)
    said = [column.codes[word] for word in words if word in column.codes]
    parts = tuple(dict.fromkeys(says.supports[element] for says in said if element in says.supports))
    hints = tuple(dict.fromkeys(says.hints[element] for says in said if element in says.hints))
    unread = any(word not in column.codes and word not in ages().open_words for word in words)
    return Reading(answer=Answer.YES if parts else Answer.UNKNOWN, parts=parts, hints=hints, unread=unread)


def _text(field: str, column: pa.ChunkedArray) -> FieldReadings:
    filled = pc.is_valid(words_of(column)).to_numpy(zero_copy_only=False).astype(np.int64)
    empty = Reading(answer=Answer.NOT_ASKED, silent=True)
    return FieldReadings(field, filled, (empty, Reading(answer=Answer.NOT_ASKED, silent=True, text=True)))
