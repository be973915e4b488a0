"""Combinations of values that cannot be: never produced, whatever the noise says.

They come from outside the data: a list that the publisher gives, and what the names and words of a layout mean (a child
is not 30 years old). Nothing is read from the rows, so that they cost nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa

from clew.publish.columns import Column
from clew.publish.synthesis.cells import Cells, Codes
from clew.records.imprecise import AgeRange
from clew.safeguards.errors import MissingColumn, UsageError

Combination = Mapping[str, str]
Zero = tuple[tuple[int, int], ...]
"""Columns with the codes that they cannot have together, in the order of columns."""
_ABOUT_CHILDREN = re.compile(r"(is|was)?_?a?_?(child|minor)(_?flag)?|majority_?status", re.IGNORECASE)
_ABOUT_ADULTS = re.compile(r"(is|was)?_?(an)?_?adult(_?flag)?", re.IGNORECASE)
_YES, _NO = {"1", "true", "yes", "y"}, {"0", "false", "no", "n"}


def read_impossible(table: pa.Table) -> list[dict[str, str]]:
    """A line is one combination: what its filled cells say cannot stand together in a row."""
    rows = [{n: str(v) for n, v in row.items() if v is not None and v != ""} for row in table.to_pylist()]
    if any(len(row) < 2 for row in rows):
        raise UsageError("impossible: every line needs values in two columns or more")
    return rows


def zeros(columns: Sequence[Column], given: Sequence[Combination] = ()) -> list[Zero]:
    """The combinations given, and those that ages and flags of childhood rule out, in codes; values unknown to a column
    are passed over, as they cannot come up.
    """
    places = {c.name: index for index, c in enumerate(columns)}
    words = [{word: code for code, word in enumerate(c.words, start=1)} for c in columns]
    found = set(_of_age(columns))
    for combination in given:
        for name in combination:
            if name not in places:
                raise MissingColumn(name, present=tuple(places))
        if len(combination) < 2:
            raise UsageError("impossible: a combination needs two columns or more")
        zero = sorted((places[name], words[places[name]].get(value, 0)) for name, value in combination.items())
        if all(code for _, code in zero):
            found.add(tuple(zero))
    return sorted(found)


def _of_age(columns: Sequence[Column]) -> Iterator[Zero]:
    ages = [(i, bands) for i, c in enumerate(columns) if "age" in c.name.lower() and (bands := _bands(c))]
    for index, column in enumerate(columns):
        child, adult = _ABOUT_CHILDREN.fullmatch(column.name), _ABOUT_ADULTS.fullmatch(column.name)
        if not (child or adult):
            continue
        for code, word in enumerate(column.words, start=1):
            says = _says_child(word.lower(), asked_of_children=bool(child))
            for other, age, is_child in ((o, a, c) for o, bands in ages for a, c in bands.items()):
                if says is not None and is_child != says and other != index:
                    yield tuple(sorted(((index, code), (other, age))))


def _says_child(word: str, *, asked_of_children: bool) -> bool | None:
    if word in {"child", "minor", "adult"}:
        return word != "adult"
    if word in _YES | _NO:
        return (word in _YES) == asked_of_children
    return None


def _bands(column: Column) -> dict[int, bool]:
    """Codes of ages that are wholly below 18 (True) or wholly not (False); those across stay out."""
    found = {}
    for code, word in enumerate(column.words, start=1):
        try:
            age = AgeRange.parse(word)
        except ValueError:
            continue
        if age.low >= 18:
            found[code] = False
        elif age.high is not None and age.high < 18:
            found[code] = True
    return found


def places_of(found: Sequence[Zero], cells: Cells) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Where those of two and three values are counted."""
    places = []
    for zero in found:
        columns, codes = [c for c, _ in zero], [code - 1 for _, code in zero]
        if len(zero) == 2 and cells.length >= 2:
            i, j = columns
            places.append(int(cells.pairs[i, j] + codes[0] * cells.sizes[j] + codes[1]))
        elif len(zero) == 3 and cells.length >= 3:
            i, j, k = columns
            at = (codes[0] * cells.sizes[j] + codes[1]) * cells.sizes[k] + codes[2]
            places.append(int(cells.triples[i, j, k] + at))
    return np.array(places, dtype=np.int64)


def cleared(codes: Codes, found: Sequence[Zero]) -> Codes:
    """The rows without impossible combinations: the last of the values is taken out where all stand together."""
    codes = codes.copy()
    for zero in found:
        together = np.logical_and.reduce([codes[:, column] == code for column, code in zero])
        codes[together, zero[-1][0]] = 0
    return codes


def renamed(found: Sequence[Zero], new: Sequence[Codes]) -> list[Zero]:
    """The same with other codes, `new[column][code]`; those with a value that is left out (0) go."""
    moved = [tuple((column, int(new[column][code])) for column, code in zero) for zero in found]
    return [zero for zero in moved if all(code for _, code in zero)]
