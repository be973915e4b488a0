"""Who may have written what: texts of one hand get one author number. A proposal with its reasons, never an identity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.authors.explaining import HABIT_ROWS, agreeing, author_habits
from clew.links.authors.grouping import Linked, link
from clew.links.authors.prepared import SHORTEST, Prepared, prepare
from clew.links.authors.verifier import shipped
from clew.safeguards.errors import MissingColumn, UsageError

Numbers = npt.NDArray[np.int64]
AUTHORS = pa.schema(
    [
        ("id", pa.string()),
        ("author", pa.int64()),
        ("confidence", pa.float64()),
        ("basis", pa.string()),
        ("template", pa.int64()),
    ]
)
LINKS = pa.schema([("a", pa.string()), ("b", pa.string()), ("probability", pa.float64()), ("habits", pa.string())])
HAND, COPIES, ALONE, SHORT = "hand", "copies", "alone", "short"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorOptions:
    """`precision` is the share of joined pairs that shall be expected to be of one hand."""

    precision: float = 0.995

    def __post_init__(self) -> None:
        if not 0.5 <= self.precision < 1:
            raise UsageError("authors: precision must be at least 0.5 and below 1")


@dataclass(frozen=True, slots=True)
class Authors:
    """`authors` has a row for each text (id, author, confidence, basis, template); `habits` says what an author's texts share.

    `expected_false` is the share of joined pairs that the verifier itself expects to be wrong.
    """

    authors: pa.Table
    habits: pa.Table
    expected_false: float


DEFAULT = AuthorOptions()


def authors(
    table: pa.Table, *, id: str = "id", text: str = "text", contact: str | None = None, options: AuthorOptions = DEFAULT
) -> Authors:
    """The author of each text, in the order of the rows; the same whatever that order is.

    `contact` names a column with a contact given beside the text (default: `phone`, where there is one). Contacts only keep
    copies of one template apart; they never join. Raises MissingColumn when the table lacks a column.
    """
    ready, found = _linked(table, id, text, contact, options)
    unit_author = _unit_authors(ready, found)
    row_unit = ready.units.unit[ready.place]
    author = unit_author[row_unit]
    short = ready.words[ready.place] < SHORTEST
    author[short] = len(ready.units) + ready.place[short]  # one each, even where two short texts are equal
    number = _numbered(author, ready.place)
    basis, confidence = _basis(ready, found, unit_author, row_unit, short)
    result = pa.table(
        [
            table[id].cast(pa.string()),
            pa.array(number),
            pa.array(np.round(confidence, 4)),
            pa.array(basis, pa.string()),
            pa.array(_numbered(ready.units.template[row_unit], ready.place)),
        ],
        schema=AUTHORS,
    )
    if not len(ready.open):
        return Authors(result, HABIT_ROWS.empty_table(), found.expected_false)
    row_of_unit = np.zeros(len(ready.units), np.int64)
    row_of_unit[row_unit] = number
    return Authors(result, author_habits(ready.vectors, row_of_unit[ready.open]), found.expected_false)


def author_links(
    table: pa.Table,
    *,
    id: str = "id",
    text: str = "text",
    contact: str | None = None,
    least: float = 0.95,
    most: int = 3,
    options: AuthorOptions = DEFAULT,
) -> pa.Table:
    """Pairs of texts that one hand may have written: a, b, probability, habits (in words). Evidence of a link, for a network.

    Each text is paired with at most `most` others of its author, the likeliest first, at a probability of at least `least`.
    One text stands for all its copies. The probability is calibrated on invented authors, not on judged adverts.
    """
    ready, found = _linked(table, id, text, contact, options)
    kept = (found.group[found.left] == found.group[found.right]) & (found.probability >= least)
    left, right, probability = found.left[kept], found.right[kept], found.probability[kept]
    first = _ranked(left, right, probability, len(ready.open)) < most
    left, right, probability = left[first], right[first], probability[first]
    ids = table[id].cast(pa.string()).take(pa.array(np.argsort(ready.place, kind="stable")))
    stands = ready.units.text[ready.open] if len(ready.open) else np.zeros(0, np.int64)
    return pa.table(
        [
            ids.take(pa.array(stands[left])),
            ids.take(pa.array(stands[right])),
            pa.array(np.round(probability, 4)),
            pa.array(agreeing(ready.vectors, left, right), pa.string()),
        ],
        schema=LINKS,
    )


def _linked(
    table: pa.Table, id: str, text: str, contact: str | None, options: AuthorOptions
) -> tuple[Prepared, Linked]:
    for name in (id, text, *([contact] if contact else [])):
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names))
    beside = contact or ("phone" if "phone" in table.column_names else None)
    ready = prepare(_strings(table[text]), None if beside is None else _strings(table[beside]), _strings(table[id]))
    return ready, link(ready, shipped(), options.precision)


def _strings(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if pa.types.is_large_string(column.type) else column.cast(pa.string())


def _unit_authors(ready: Prepared, found: Linked) -> Numbers:
    """For each unit the number of a unit of its author."""
    author = np.arange(len(ready.units))
    author[ready.open] = ready.open[found.group]
    return author


def _numbered(author: Numbers, place: Numbers) -> Numbers:
    """Numbers from 0 by the first text in the content's own order, which no order of rows changes."""
    names, which = np.unique(author, return_inverse=True)
    first = np.full(len(names), len(place), np.int64)
    np.minimum.at(first, which, place)
    number = np.empty(len(names), np.int64)
    number[np.argsort(first)] = np.arange(len(names))
    return number[which]


def _basis(
    ready: Prepared, found: Linked, unit_author: Numbers, row_unit: Numbers, short: npt.NDArray[np.bool_]
) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Why each row has its author, and how sure that is."""
    units = len(ready.units)
    sure = np.zeros(units)
    sure[ready.open] = np.where(np.isnan(found.confidence), _apart(ready, found), found.confidence)
    linked = np.bincount(unit_author, minlength=units)[unit_author] > 1
    posted = np.bincount(row_unit, minlength=units) > 1
    confidence = np.where(linked, sure, np.where(posted, shipped().copies, sure))[row_unit]
    basis = np.where(linked, HAND, np.where(posted, COPIES, ALONE))[row_unit]
    basis[short] = SHORT
    words = ready.words[ready.place]
    return basis.tolist(), np.where(short, 0.2 * words / SHORTEST, confidence)


def _apart(ready: Prepared, found: Linked) -> npt.NDArray[np.float64]:
    """For each open unit the chance that none of its near pairs is of its hand, taking the likeliest three as independent."""
    apart = np.ones(len(ready.open))
    rank = _ranked(found.left, found.right, found.probability, len(ready.open))
    for end in (found.left, found.right):
        kept = rank < 3
        np.multiply.at(apart, end[kept], 1 - found.probability[kept])
    return apart


def _ranked(left: Numbers, right: Numbers, probability: npt.NDArray[np.float64], size: int) -> Numbers:
    """The better of a pair's two ranks among the pairs of its ends, the likeliest being 0."""
    best = np.full(len(left), size, np.int64)
    for end, other in ((left, right), (right, left)):
        order = np.lexsort((other, -probability, end))
        starts = np.searchsorted(end[order], np.arange(size))
        rank = np.arange(len(order)) - starts[end[order]]
        best[order] = np.minimum(best[order], rank)
    return best
