"""Adds up a network's reasons and decides which networks are put to a person."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.rules import Columns, rules

CONTRIBUTIONS = pa.schema(
    [("network", pa.int64()), ("sign", pa.string()), ("points", pa.float64()), ("number", pa.int64())]
)
SMALLEST_LEAD = 2.0
"""Points from which a network becomes a lead. Below it nothing is asked of anyone."""


def columns_of(features: pa.Table, signs: pa.Table) -> Columns:
    """The features as arrays, with one column `sign_<name>` a published sign, in the order of the features."""
    columns = {name: _numbers(features[name]) for name in features.column_names if name not in ("first", "last")}
    place = {network: index for index, network in enumerate(columns["network"].astype(np.int64).tolist())}
    rows = np.array([place.get(network, -1) for network in signs["network"].to_pylist()], dtype=np.int64)
    names = np.array(signs["sign"].to_pylist(), dtype=object)
    counts = signs["adverts"].to_numpy()
    for name in sorted(set(names.tolist())):
        values = np.zeros(features.num_rows)
        chosen = (names == name) & (rows >= 0)
        values[rows[chosen]] = counts[chosen]
        columns[f"sign_{name}"] = values
    return columns


def _numbers(column: pa.ChunkedArray) -> np.ndarray:
    return np.asarray(pc.fill_null(column.cast(pa.float64()), 0.0).combine_chunks())


def contributions(columns: Columns, *, switched_off: frozenset[str] = frozenset()) -> pa.Table:
    """Every reason that says something of a network: network, sign, points (+ for, - against), number."""
    networks = columns["network"].astype(np.int64)
    parts = [CONTRIBUTIONS.empty_table()]
    for rule in rules(switched_off):
        points = np.asarray(rule.points(columns), dtype=np.float64)
        says = points != 0
        named = pa.repeat(pa.scalar(rule.name), int(says.sum()))
        numbers = rule.number(columns)[says].astype(np.int64)
        parts.append(pa.table([networks[says], named, points[says], numbers], schema=CONTRIBUTIONS))
    return pa.concat_tables(parts)


def totals(reasons: pa.Table) -> pa.Table:
    """network, points: the plain sum of the reasons."""
    summed = reasons.group_by("network").aggregate([("points", "sum")])
    return summed.rename_columns({"points_sum": "points"}).sort_by([("points", "descending"), ("network", "ascending")])
