"""What k-anonymity does not promise: how much a group of like rows says of its members' other columns.

l-diversity (Machanavajjhala and others, TKDD 2007) and t-closeness (Li, Li and Venkatasubramanian, ICDE 2007), measured on the released table.
A group in which everybody has the same value tells it of each of them, however large the group is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from clew.publish.columns import Codes, Column, coded


def groups_of(table: pa.Table, names: Sequence[str]) -> Codes:
    """The number of each row's group of rows alike in these columns, from 0 without gaps."""
    groups = np.zeros(table.num_rows, dtype=np.int64)
    for column in coded(table, names):
        groups = np.unique(groups * column.size + column.codes, return_inverse=True)[1].astype(np.int64)
    return groups


def diversity(table: pa.Table, quasi_identifiers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each column that is no quasi-identifier: l, entropy l, t, and groups and rows in which it is the same for all.

    l is the fewest distinct values in a group, an empty cell being a value; entropy l the smallest exponential of a group's entropy;
    t the largest distance of a group's distribution from the whole table's: half the sum of differences, or for numbers the earth mover's
    distance over their order. Empty where every column is a quasi-identifier.
    """
    sensitive = [name for name in table.column_names if name not in quasi_identifiers]
    if not sensitive or table.num_rows == 0:
        return {}
    groups = groups_of(table, quasi_identifiers)
    sizes = np.bincount(groups)
    return {
        column.name: _of_column(column, groups, sizes, ordered=_is_number(table.schema.field(column.name).type))
        for column in coded(table, sensitive)
    }


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))


def _of_column(column: Column, groups: Codes, sizes: Codes, *, ordered: bool) -> dict[str, Any]:
    codes = _in_order(column) if ordered else column.codes
    keys, counts = np.unique(groups * column.size + codes, return_counts=True)
    owner, value = keys // column.size, keys % column.size
    distinct = np.bincount(owner)
    share = counts / sizes[owner]
    entropy = np.bincount(owner, -share * np.log(share))
    whole = np.bincount(codes, minlength=column.size) / len(codes)
    same = distinct == 1
    return {
        "l": int(distinct.min()),
        "entropy_l": round(float(np.exp(entropy.min())), 4),
        "t": round(float(_closeness(owner, value, share, whole, len(sizes), ordered=ordered)), 4),
        "groups": len(sizes),
        "groups_with_one_value": int(same.sum()),
        "rows_in_them": int(sizes[same].sum()),
    }


def _in_order(column: Column) -> Codes:
    """Codes in the order of the numbers they stand for; missing first."""
    values = np.asarray(column.values.to_numpy(zero_copy_only=False), dtype=float)
    place = np.zeros(column.size, dtype=np.int64)
    place[1 + np.argsort(values, kind="stable")] = np.arange(1, column.size)
    return np.asarray(place[column.codes])


def _closeness(
    owner: Codes, value: Codes, share: np.ndarray, whole: np.ndarray, groups: int, *, ordered: bool
) -> float:
    """The largest distance of a group from the whole; without a matrix of groups by values unless values are ordered."""
    if not ordered:  # what a group has of a value counts; what it has nothing of is the rest of one
        shared = np.bincount(owner, np.minimum(share, whole[value]), minlength=groups)
        return float(1 - shared.min())
    present = np.flatnonzero(whole)
    if len(present) == 1:
        return 0.0
    worst, per_part = 0.0, max(1, (1 << 22) // len(present))
    place = np.full(len(whole), -1)
    place[present] = np.arange(len(present))
    for first in range(0, groups, per_part):
        inside = (owner >= first) & (owner < first + per_part)
        off = np.zeros((min(per_part, groups - first), len(present)))
        off[owner[inside] - first, place[value[inside]]] = share[inside]
        moved = np.abs(np.cumsum(off - whole[present], axis=1)).sum(axis=1) / (len(present) - 1)
        worst = max(worst, float(moved.max()))
    return worst
