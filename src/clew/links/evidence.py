"""What may say that two records belong together: each kind with its own weight, as data, and its reason.

A kind joins by itself (a shared number), or only where two different kinds agree on the same pair (habits of writing, and the
same place at the same time). Weights order what is looked at first and divide very large networks; they estimate nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import MissingColumn, UsageError
from clew.standards.listed import listed

ENOUGH = 0.5
"""What the weights of two kinds must come to, 1 - (1 - a)(1 - b), before they join a pair that nothing else joins."""
PAIRS = pa.schema([("a", pa.string()), ("b", pa.string()), ("kind", pa.string()), ("weight", pa.float64())])
SUPPORTED = pa.schema([("a", pa.string()), ("b", pa.string()), ("kinds", pa.string()), ("weight", pa.float64())])


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceKind:
    """One kind: how much it weighs, from how many texts on a value of it is a hub, whether it joins alone, and why."""

    kind: str
    weight: float
    limit: int
    joins: bool
    words: str
    reason: str


@cache
def evidence_kinds() -> Mapping[str, EvidenceKind]:
    """Kind -> what it weighs. Raises ValueError where the file has a kind twice, or a weight that is none."""
    content = listed(files("clew.links").joinpath("evidence.yaml").read_text(encoding="utf-8"))
    found = {item["kind"]: EvidenceKind(**item) for item in content}
    if len(found) != len(content):
        raise ValueError("evidence: a kind is given twice")
    wrong = sorted(each.kind for each in found.values() if not 0 < each.weight <= 1 or each.limit < 2)
    if wrong:
        raise ValueError(f"evidence: weight or limit out of range for: {', '.join(wrong)}")
    return MappingProxyType(found)


def weighed(edges: pa.Table) -> pa.Table:
    """The edges (kind, weight, ...) with each weight times that of its kind. UsageError for a kind that is not known.

    >>> weighed(pa.table({"record": ["r1"], "kind": ["picture"], "key": ["p"], "weight": [0.5]}))["weight"].to_pylist()
    [0.35]
    """
    kinds = evidence_kinds()
    at = pc.index_in(edges["kind"], pa.array(list(kinds), pa.string()))
    if at.null_count:
        raise UsageError("evidence: a kind of edge has no weight")
    factor = pa.array([each.weight for each in kinds.values()], pa.float64()).take(pc.cast(at, pa.int64()))
    place = edges.column_names.index("weight")
    return edges.set_column(place, "weight", pc.multiply(pc.cast(edges["weight"], pa.float64()), factor))


def author_pairs(links: pa.Table) -> pa.Table:
    """Pairs of one hand (a, b, probability, as `authors.author_links` gives them) as evidence: a, b, kind, weight."""
    weight = pc.multiply(pc.cast(links["probability"], pa.float64()), evidence_kinds()["author"].weight)
    kind = pa.repeat(pa.scalar("author"), links.num_rows)
    return pa.table([links["a"], links["b"], kind, weight], schema=PAIRS)


def place_time_pairs(records: pa.Table, pairs: pa.Table, *, within_days: float = 3.0) -> pa.Table:
    """Of the pairs (a, b), those of which records stood on one site, in one place, within some days: a, b, kind, weight.

    `records` has id, place, posted and, where known, site; with a column `group`, pairs are of groups of records (texts).
    Where more records stand in one place within those days than the limit of the kind, it says nothing. Only pairs that are
    asked about are looked at.
    """
    for name in ("id", "place", "posted"):
        if name not in records.column_names:
            raise MissingColumn(name, present=tuple(records.column_names))
    none = pa.nulls(records.num_rows, pa.string())
    site = pc.fill_null(records["site"] if "site" in records.column_names else none, "")
    where, day = pc.binary_join_element_wise(records["place"], site, "\n"), _days(records["posted"])
    crowded = _crowded(_codes(where), day, evidence_kinds()["place_time"].limit, within_days)
    group = records["group" if "group" in records.column_names else "id"]
    seen = pa.table({"group": group, "where": where, "day": pa.array(day)})
    seen = seen.filter(pc.and_(pa.array(~crowded & np.isfinite(day)), pc.and_(where.is_valid(), group.is_valid())))
    asked = pairs.select(["a", "b"]).group_by(["a", "b"]).aggregate([])
    left = asked.join(seen, "a", right_keys="group", join_type="inner")
    both = left.join(seen, ["b", "where"], right_keys=["group", "where"], right_suffix="_b", join_type="inner")
    near = both.filter(pc.less_equal(pc.abs(pc.subtract(both["day"], both["day_b"])), within_days))
    chosen = near.group_by(["a", "b"]).aggregate([]).sort_by([("a", "ascending"), ("b", "ascending")])
    size = chosen.num_rows
    weight = pa.repeat(pa.scalar(evidence_kinds()["place_time"].weight), size)
    return pa.table([chosen["a"], chosen["b"], pa.repeat(pa.scalar("place_time"), size), weight], schema=PAIRS)


def supported(pairs: pa.Table, *, enough: float = ENOUGH) -> pa.Table:
    """Pairs on which two different kinds or more agree with enough weight together: a, b, kinds, weight. a < b.

    Of one kind the strongest counts; kinds are taken as independent, which they are not quite: that is why `enough` is high.

    >>> two = pa.table({"a": ["x", "y"], "b": ["y", "x"], "kind": ["author", "place_time"], "weight": [0.5, 0.3]})
    >>> supported(two).to_pylist()
    [{'a': 'x', 'b': 'y', 'kinds': 'author, place_time', 'weight': 0.65}]
    """
    for name in PAIRS.names:
        if name not in pairs.column_names:
            raise MissingColumn(name, present=tuple(pairs.column_names))
    turned = pc.greater(pairs["a"], pairs["b"])
    a, b = pc.if_else(turned, pairs["b"], pairs["a"]), pc.if_else(turned, pairs["a"], pairs["b"])
    rows = pa.table([a, b, pairs["kind"], pairs["weight"]], schema=PAIRS)
    best = rows.group_by(["a", "b", "kind"]).aggregate([("weight", "max")]).sort_by("kind")
    left = pc.ln(pc.subtract(1.0, pc.min_element_wise(best["weight_max"], 0.999999)))
    best = best.append_column("left", left)
    held = best.group_by(["a", "b"], use_threads=False).aggregate(
        [("kind", "list"), ("kind", "count"), ("left", "sum")]
    )
    weight = pc.round(pc.subtract(1.0, pc.exp(held["left_sum"])), 6)
    kinds = pc.binary_join(held["kind_list"].combine_chunks(), ", ") if held.num_rows else pa.nulls(0, pa.string())
    found = pa.table([held["a"], held["b"], kinds, weight], schema=SUPPORTED)
    kept = pc.and_(pc.greater_equal(held["kind_count"], 2), pc.greater_equal(weight, enough))
    return found.filter(kept).sort_by([("a", "ascending"), ("b", "ascending")])


def _codes(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(pc.fill_null(array.dictionary_encode().indices, -1), dtype=np.int64)


def _days(moments: pa.ChunkedArray) -> np.ndarray:
    """Days since 1970 with their fractions; NaN where no time is known."""
    micro = pc.cast(moments.cast(pa.timestamp("us", tz="UTC")), pa.int64())
    found = np.asarray(pc.fill_null(micro, np.iinfo(np.int64).min), dtype=np.float64)
    return np.where(np.asarray(moments.is_null()), np.nan, found / 86_400e6)


def _crowded(place: np.ndarray, day: np.ndarray, limit: int, within_days: float) -> np.ndarray:
    """Records with more than `limit` others in their place within the days around them."""
    key = np.where(place >= 0, place, 0) * 1e6 + np.nan_to_num(day, nan=0.0)
    order = np.sort(key)
    low = np.searchsorted(order, key - within_days, "left")
    high = np.searchsorted(order, key + within_days, "right")
    return np.asarray(high - low > limit)
