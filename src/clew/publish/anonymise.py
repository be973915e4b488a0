"""k-anonymity: nobody in the released table can be told from fewer than k - 1 others by what it says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from clew.publish.columns import Codes, Column, Mask, aligned, bare, chosen, coded, in_own_order, unsaid
from clew.publish.disclosure import NOTICE, Report, compare
from clew.publish.diversity import diversity, groups_of
from clew.publish.identifiers import without_identifiers
from clew.publish.recode import Division, Ladder, divide, laddered
from clew.publish.types import Guarantee, Method, Releasable, _releasable
from clew.safeguards.errors import Blocked, MissingColumn, UnreadableInput, UsageError

_MOST_SEARCHED = 60
"""Up to this many columns, orders are also searched greedily: each step tries every column that is left."""


@dataclass(frozen=True, slots=True)
class Anonymised:
    """A table that may leave, and the report of what it cost, which may not."""

    release: Releasable[pa.Table]
    report: Report = field(repr=False)

    @property
    def table(self) -> pa.Table:
        return self.release.value


def anonymise(
    table: pa.Table,
    *,
    k: int = 11,
    quasi_identifiers: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    generalise: bool = True,
    factor: float = 2.0,
) -> Anonymised:
    """The same columns, in which every combination of the quasi-identifiers' values occurs k times or more.

    An empty cell is a value like others. Without `quasi_identifiers` all columns are. Rare values take a coarser word
    (age band, span of years, region; columns of text only) or are left empty; rows of which nothing is left are taken
    out. Columns that are no quasi-identifiers stay as they are: k says nothing of them. One row must be one person.
    Rows come out sorted by all columns, as their order in the input would tell what was emptied; metadata are left out.
    Raises UsageError for a k out of range or an identifying column, Blocked where nothing would be left.
    """
    rows = table.num_rows
    _check(rows, k)
    table = bare(without_identifiers(table, drop))
    names = _chosen(table, quasi_identifiers)
    empty = unsaid(coded(table), "anonymise")
    worded = {f.name for f in table.schema if generalise and pa.types.is_string(f.type)}
    columns = [laddered(c, generalise=c.name in worded) for c in coded(table, names)]
    order, divisions = _least_loss(columns, k)
    labels = {c.column.name: d.labels for c, d in zip(order, divisions, strict=True)}
    kept = _kept(columns, labels)
    if not kept.any():
        raise Blocked(f"anonymise: values are shared by too few rows for k = {k}; nothing would be left")
    out = in_own_order(_written(table, columns, labels, kept))
    reached = smallest_group(out, names)
    if reached < k:
        raise Blocked(f"anonymise: the check of the result found fewer than {k} rows alike")
    words = f"k = {k} over {', '.join(names)}"
    report = {
        "notice": NOTICE,
        "method": Method.ANONYMISE.value,
        "k": k,
        "k_reached": reached,
        "guarantee": words,
        "quasi_identifiers": list(names),
        "content": {c.column.name: c.column.digest() for c in columns},
        "untouched_columns": [name for name in table.column_names if name not in names],
        "dropped_columns": list(drop),
        "empty_columns": empty,
        "rows": {"in": rows, "kept": int(kept.sum()), "suppressed": int((~kept).sum())},
        "cells": _cells(columns, labels, kept),
        "diversity": diversity(out, names),
        **compare(*aligned(table.select(names), out.select(names)), factor=factor, invented="coarser"),
    }
    return Anonymised(_releasable(out, Guarantee(method=Method.ANONYMISE, words=words, k=k)), report)


def smallest_group(table: pa.Table, names: Sequence[str]) -> int:
    """How many rows share the rarest combination of values of these columns, an empty cell being a value; 0 of none."""
    groups = groups_of(table, names)
    return int(np.bincount(groups).min()) if len(groups) else 0


def _check(rows: int, k: int) -> None:
    if isinstance(k, bool) or not isinstance(k, int) or k < 2:
        raise UsageError("k must be a whole number of 2 or more")
    if not rows:
        raise UnreadableInput("anonymise: the table has no rows")
    if k > rows:
        raise UsageError(f"k = {k} is more than the {rows} rows of the table")


def _chosen(table: pa.Table, names: Sequence[str] | None) -> tuple[str, ...]:
    if names is None:
        return tuple(table.column_names)
    if not names or len(set(names)) != len(names):
        raise UsageError("columns: name at least one quasi-identifier, each once")
    for name in names:
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names))
    return tuple(names)


def _least_loss(columns: Sequence[Ladder], k: int) -> tuple[list[Ladder], list[Division]]:
    """The order of columns, of some that are tried, by which the least is lost, and its divisions."""
    tried = [_divided(order, k) for order in _orders(columns)]
    if len(columns) <= _MOST_SEARCHED:
        tried += [_greedy(columns, k, relative=relative) for relative in (False, True)]
    return min(tried, key=lambda result: sum(d.loss for d in result[1]))


def _orders(columns: Sequence[Ladder]) -> Iterator[list[Ladder]]:
    yield list(columns)
    yield sorted(columns, key=lambda c: _spread(c.column))
    yield sorted(columns, key=lambda c: -int((c.column.codes > 0).sum()))


def _spread(column: Column) -> float:
    """Entropy of a column's values in bits, missing counted as one of them."""
    shares = column.counts() / max(1, len(column.codes))
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum())


def _divided(order: list[Ladder], k: int) -> tuple[list[Ladder], list[Division]]:
    groups = np.zeros(len(order[0].column.codes), dtype=np.int64)
    divisions = []
    for column in order:
        divisions.append(divide(groups, column, k))
        groups = divisions[-1].groups
    return order, divisions


def _greedy(columns: Sequence[Ladder], k: int, *, relative: bool) -> tuple[list[Ladder], list[Division]]:
    """Takes at each step the column that loses least, or the smallest share of its own cells."""
    left, order, divisions = list(columns), [], []
    groups = np.zeros(len(columns[0].column.codes), dtype=np.int64)
    filled = {c.column.name: max(1, int((c.column.codes > 0).sum())) if relative else 1 for c in columns}
    while left:
        options = [divide(groups, column, k) for column in left]
        best = min(
            range(len(left)), key=lambda i: (options[i].loss / filled[left[i].column.name], _spread(left[i].column))
        )
        order.append(left.pop(best))
        divisions.append(options[best])
        groups = options[best].groups
    return order, divisions


def _kept(columns: Sequence[Ladder], labels: dict[str, Codes]) -> Mask:
    """Rows that still say something. Rows that never did stay when nothing was taken from any row beside them."""
    says = np.logical_or.reduce([labels[c.column.name] > 0 for c in columns])
    said = np.logical_or.reduce([c.column.codes > 0 for c in columns])
    return says if (said & ~says).any() else np.ones_like(says)


def _written(table: pa.Table, columns: Sequence[Ladder], labels: dict[str, Codes], kept: Mask) -> pa.Table:
    arrays = {name: table[name].combine_chunks() for name in table.column_names}
    for c in columns:
        kind = table.schema.field(c.column.name).type
        values = c.column.values if len(c.words) == len(c.column.values) else pa.array(c.words, pa.string())
        arrays[c.column.name] = chosen(values, labels[c.column.name], kind)
    return pa.table(list(arrays.values()), schema=table.schema).filter(pa.array(kept))


def _cells(columns: Sequence[Ladder], labels: dict[str, Codes], kept: Mask) -> dict[str, dict[str, int]]:
    """Of each column: cells with a value, and how many were emptied, made coarser, or went with their row."""
    cells = {}
    for c in columns:
        own, mine = c.column.codes, labels[c.column.name]
        cells[c.column.name] = {
            "filled": int((own > 0).sum()),
            "suppressed": int(((own > 0) & (mine == 0) & kept).sum()),
            "generalised": int(((own != mine) & (mine > 0) & kept).sum()),
            "gone_with_row": int(((own > 0) & ~kept).sum()),
        }
    return cells
