"""What the hub does: which encodings of several contributors are one person, counted once, with no name seen.

All pairs are compared. Groups are made by average linkage on the similarity itself. Where to stop is chosen twice without
the truth: first on single encodings, then on the groups this gives, because the mean over several records of a person tells
strangers apart at a lower similarity than one pair can.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.persons.encoding import BITS, check_of
from clew.links.persons.grouping import Joins, groups, joins
from clew.links.persons.likeness import BINS, histogram, pairs_above
from clew.links.persons.surplus import Surplus, surplus
from clew.safeguards.errors import Conflict, MissingColumn

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_TAIL = 0.01
_KEPT_A_ROW = 120
_SAMPLED_ROWS = 4_000
_FINE = 0.005
_STEP = 0.01
_TELLING = 4
"""Pairs of records between two groups from which on their mean tells more than one pair does."""
_FEWEST = 50
"""Pairs of groups to judge the second look by."""


@dataclass(frozen=True, slots=True)
class Matches:
    """`table`: id, cluster, similarity (the mean to the others of the cluster; to the nearest where alone)."""

    table: pa.Table
    report: dict[str, Any]


def unfit(table: pa.Table) -> list[tuple[str, npt.NDArray[np.bool_]]]:
    """Rules that rows of a file of encodings break, and which rows do. Raises MissingColumn when it is no such file."""
    for name in ("id", "encoding", "check", "fingerprint"):
        if name not in table.column_names:
            raise MissingColumn(
                name, present=tuple(table.column_names), hint="Encodings are made with `clew cases encode`."
            )
    rows = list(zip(*(table[name].to_pylist() for name in ("id", "encoding", "check", "fingerprint")), strict=True))
    shape = np.array([not _is_encoding(text) for _, text, _, _ in rows], dtype=bool)
    kept = np.array(
        [
            good or check == check_of(str(name), str(text), str(mark))
            for (name, text, check, mark), good in zip(rows, shape, strict=True)
        ],
        dtype=bool,
    )
    again = np.ones(len(rows), dtype=bool)
    again[np.unique(np.array([str(name) for name, *_ in rows], dtype=object), return_index=True)[1]] = False
    return [
        (f"not {BITS} bits in hexadecimal, or none or nearly all set", shape),
        ("changed since it was encoded", ~kept),
        ("id given before", again),
    ]


def one_fingerprint(marks: Sequence[tuple[str, Sequence[str]]]) -> None:
    """Raises Conflict unless all files were encoded under one secret and one schema; names the files, never the secret."""
    found: dict[str, list[str]] = {}
    for file, values in marks:
        for value in sorted(set(values)):
            found.setdefault(value, []).append(file)
    if len(found) > 1:
        told = "; ".join(f"{', '.join(names)}: {mark[:8]}" for mark, names in sorted(found.items()))
        raise Conflict(
            f"these files were encoded under different secrets, fields or versions, and cannot be matched ({told})"
        )


def match(ids: Sequence[str], encodings: Sequence[str], *, threshold: float | None = None, seed: int = 1) -> Matches:
    """Groups encodings by person. `threshold` is a mean similarity between 0 and 1; None: chosen from the data."""
    order = np.argsort(np.asarray(ids, dtype=object), kind="stable")
    count = len(order)
    bits = np.frombuffer(bytes.fromhex("".join(encodings)), dtype=np.uint8).reshape(count, BITS // 8)
    words = np.ascontiguousarray(bits[order]).view(np.uint64)
    sampled = _sampled(count, seed)
    seen = histogram(words, sampled)
    middle, floor = _middle_and_floor(seen, count)
    left, right, alike = pairs_above(words, floor)
    first = _fit(alike, floor)
    label = np.arange(count)
    cut, rows = threshold, list[dict[str, float]]()
    if threshold is None:
        cut, rows = _chosen(left, right, alike, np.ones(count, np.int64), first, middle)
        label = _cut(left, right, alike, np.ones(count, np.int64), middle, cut, count)
        cut, label, rows = _again(left, right, alike, label, first, middle, cut, rows)
    else:
        label = _cut(left, right, alike, np.ones(count, np.int64), middle, threshold, count)
    assert cut is not None
    table = _table(ids, order, label, left, right, alike, middle, count)
    return Matches(table, _report(table, cut, threshold is None, first, middle, rows, len(left)))


def _is_encoding(text: object) -> bool:
    if not isinstance(text, str) or len(text) != BITS // 4:
        return False
    try:
        ones = int(text, 16).bit_count()
    except ValueError:
        return False
    return 0 < ones < 0.9 * BITS


def _sampled(count: int, seed: int) -> Numbers:
    if count <= _SAMPLED_ROWS:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, _SAMPLED_ROWS, replace=False))


def _middle_and_floor(seen: Numbers, count: int) -> tuple[float, float]:
    """The similarity of the middle pair, and one that few pairs reach: a hundredth, or less where there are many."""
    total = seen.sum()
    if not total:
        return 0.0, 0.5
    share = min(_TAIL, 2 * _KEPT_A_ROW / max(count, 1)) if count > 200 else 0.2
    above = np.cumsum(seen[::-1])[::-1] / total
    floor = float(np.searchsorted(-above, -share) / BINS)
    middle = float(np.searchsorted(np.cumsum(seen), total / 2) / BINS)
    return middle, max(floor, middle + _STEP)


def _fit(alike: Floats, floor: float, *, fragments: bool = False) -> Surplus:
    edges = np.arange(floor, 1 + 2 * _FINE, _FINE)
    return surplus(edges[:-1] + _FINE / 2, np.histogram(alike, edges)[0].astype(float), floor, fragments=fragments)


def _tree(left: Numbers, right: Numbers, alike: Floats, sizes: Numbers, chance: Floats, middle: float) -> Joins:
    return joins(left, right, alike, sizes, cut=middle + _STEP / 2, unseen=middle, chance=chance)


def _cut(
    left: Numbers, right: Numbers, alike: Floats, sizes: Numbers, middle: float, cut: float, count: int
) -> Numbers:
    return groups(count, _tree(left, right, alike, sizes, np.zeros(len(left)), middle).above(cut))


def _chosen(
    left: Numbers, right: Numbers, alike: Floats, sizes: Numbers, fit: Surplus, middle: float
) -> tuple[float, list[dict[str, float]]]:
    """The cut with the highest expected F1, and what is expected at each."""
    chance = fit.chance(alike)
    tree = _tree(left, right, alike, sizes, chance, middle)
    own = float((sizes * (sizes - 1) / 2).sum())
    expected = float((chance * sizes[left] * sizes[right]).sum()) + own
    rows = []
    for cut in np.arange(np.ceil(fit.floor / _STEP) * _STEP, 0.995, _STEP):
        part = tree.height >= cut
        inside, right_ones = float(tree.pairs[part].sum()) + own, float(tree.matches[part].sum()) + own
        precision = right_ones / inside if inside else 1.0
        recall = min(right_ones / expected, 1.0) if expected else 1.0
        f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
        rows.append(
            {
                "similarity": round(float(cut), 3),
                "precision": round(precision, 4),
                "recall": round(recall, 4),
                "f1": round(f1, 4),
            }
        )
    best = max(rows, key=lambda row: (row["f1"], row["similarity"]), default={"similarity": 1.0})
    return best["similarity"], rows


def _again(
    left: Numbers,
    right: Numbers,
    alike: Floats,
    label: Numbers,
    first: Surplus,
    middle: float,
    cut: float,
    rows: list[dict[str, float]],
) -> tuple[float, Numbers, list[dict[str, float]]]:
    """The second look, at groups: their mean similarities have a tail and a surplus of their own."""
    names, which = np.unique(label, return_inverse=True)
    sizes = np.bincount(which).astype(np.int64)
    one, other = which[left], which[right]
    apart = one != other
    if len(names) < 3 or not apart.any():
        return cut, label, rows
    low, high = np.minimum(one, other)[apart], np.maximum(one, other)[apart]
    codes, place = np.unique(low * np.int64(len(names)) + high, return_inverse=True)
    low, high = codes // len(names), codes % len(names)
    between = (sizes[low] * sizes[high]).astype(float)
    seen = np.bincount(place.ravel())
    mean = (np.bincount(place.ravel(), alike[apart]) + (between - seen) * middle) / between
    kept = (mean >= first.floor) & (between >= _TELLING)  # below the floor only a part of the pairs was kept
    if kept.sum() < _FEWEST:
        return cut, label, rows
    low, high, mean = low[kept], high[kept], mean[kept]
    fit = _fit(mean, first.floor, fragments=True)
    second, more = _chosen(low, high, mean, sizes, fit, middle)
    if second >= cut or fit.middle < (first.floor + cut) / 2:  # a hump at the floor is strangers
        return cut, label, rows
    made = _cut(low, high, mean, sizes, middle, second, len(names))
    return second, made[which], more


def _table(
    ids: Sequence[str],
    order: Numbers,
    label: Numbers,
    left: Numbers,
    right: Numbers,
    alike: Floats,
    middle: float,
    count: int,
) -> pa.Table:
    within = label[left] == label[right]
    total, seen, nearest = np.zeros(count), np.zeros(count), np.full(count, middle)
    for end in (left, right):
        total += np.bincount(end[within], alike[within], count)
        seen += np.bincount(end[within], minlength=count)
        np.maximum.at(nearest, end, alike)
    others = np.bincount(label, minlength=count)[label] - 1
    mean = (total + (others - seen) * middle) / np.maximum(others, 1)
    similarity = np.round(np.where(others > 0, mean, nearest), 4)
    back = np.argsort(order, kind="stable")
    lowest = order[_lowest(label)]
    clusters = [ids[place] for place in lowest[back].tolist()]
    return pa.table({"id": pa.array(list(ids), pa.string()), "cluster": clusters, "similarity": similarity[back]})


def _lowest(label: Numbers) -> Numbers:
    """For each encoding the first of its group; encodings are in the order of their ids."""
    _, first, which = np.unique(label, return_index=True, return_inverse=True)
    return np.asarray(first[which.ravel()])


def _report(
    table: pa.Table, cut: float, chosen: bool, fit: Surplus, middle: float, rows: list[dict[str, float]], pairs: int
) -> dict[str, Any]:
    return {
        "encodings": table.num_rows,
        "persons": len(table["cluster"].unique()),
        "similarity_cut": round(float(cut), 3),
        "cut_chosen_by": "highest expected F1" if chosen else "given",
        "pairs_kept": pairs,
        "strangers": {"middle": round(middle, 3), "floor": round(fit.floor, 3), "rate": round(fit.rate, 2)},
        "persons_hump": {"share": round(fit.share, 5), "middle": round(fit.middle, 3), "spread": round(fit.spread, 3)},
        "thresholds": rows,
        "note": "Precision and recall are what the model expects of itself. They are no measurement: no labels were used.",
    }
