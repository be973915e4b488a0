"""IDTraffickers (Saxena et al., 2023): adverts with the number of a vendor, which is a component of shared telephone numbers.

Columns TEXT and VENDOR, as its authors' own loader reads them. The data are given on request only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
from scipy import sparse

from clew.leads.evaluation.figures import Evaluation, Figure, of_share
from clew.leads.evaluation.metrics import Floats, Ints, auc, macro_f1
from clew.leads.evaluation.text_model import Counts, counts
from clew.leads.intervals import Share
from clew.links.authors import Hands, hands

QUERIES = 2_000
"""Adverts that are looked up in the open set, at most; drawn with a fixed seed."""
SMALLEST_VENDOR = 2
FEWEST_PAIRS = 50
_BLOCK = 200
MEANS = "Adverts of one vendor are joined by telephone numbers that they share, directly or over other adverts."
MEANS_NOT = (
    "A vendor is no author and no trafficker: a number that is shared or passed on joins strangers, one person with two "
    "numbers is two vendors, and nothing is known of anyone's freedom."
)


def evaluate(table: pa.Table) -> Evaluation:
    """`table` has id, text, label (the vendor)."""
    _, vendors = np.unique(np.array(table["label"].to_pylist(), dtype=str), return_inverse=True)
    vendors = vendors.astype(np.int64)
    sizes = np.bincount(vendors)
    found, few = counts(table["text"]), int((sizes < SMALLEST_VENDOR).sum())
    closed, size = _closed(found, vendors, sizes)
    note = f"{few} vendors of one advert are left out" if few else ""
    return Evaluation(
        data="IDTraffickers layout",
        label_means=MEANS,
        label_does_not_mean=MEANS_NOT,
        how="closed set: one advert in five of each vendor held out, nearest mean text; open set: every other vendor, ranked by habits "
        "of writing (`clew adverts authors`; nothing is learnt from the file) and, to compare, by likeness of words",
        figures=[Figure("closed set: macro-F1", closed, count=size, note=note), *_open(table, found, vendors, sizes)],
    )


def _closed(found: Counts, vendors: Ints, sizes: Ints) -> tuple[float | None, int]:
    """Macro-F1 of naming the vendor of held-out adverts."""
    turn = _turns(vendors)
    out = np.flatnonzero((turn % 5 == 4) | ((sizes[vendors] < 5) & (turn == sizes[vendors] - 1)))
    out = out[sizes[vendors[out]] >= SMALLEST_VENDOR]
    rest = np.setdiff1d(np.arange(len(vendors)), out)
    if not len(out) or not len(rest):
        return None, 0
    rows = found.weighted(rest)
    belongs = sparse.csr_matrix(
        (np.ones(len(rest)), (vendors[rest], np.arange(len(rest)))), shape=(len(sizes), len(rest))
    )
    means = belongs @ rows[rest]
    length = np.sqrt(np.asarray(means.multiply(means).sum(axis=1)).ravel())
    means = sparse.csr_matrix(sparse.diags_array(1 / np.maximum(length, 1e-12)) @ means)
    said = np.concatenate([_nearest(rows[out[at : at + _BLOCK]], means) for at in range(0, len(out), _BLOCK)])
    return macro_f1(said, vendors[out]), len(out)


def _nearest(rows: sparse.csr_matrix, means: sparse.csr_matrix) -> Ints:
    return np.asarray((rows @ means.T).toarray().argmax(axis=1), np.int64)


def _turns(vendors: Ints) -> Ints:
    """The place of each advert among those of its vendor."""
    order = np.argsort(vendors, kind="stable")
    ranked = vendors[order]
    first = np.searchsorted(ranked, ranked, side="left")
    turns = np.empty(len(vendors), np.int64)
    turns[order] = np.arange(len(vendors)) - first
    return turns


def _open(table: pa.Table, found: Counts, vendors: Ints, sizes: Ints) -> list[Figure]:
    """Mean R-precision: of the R adverts ranked first, how many are the vendor's, where R more adverts of theirs are there.

    Verification: pairs of one vendor against as many pairs of two, by the points of the pair.
    """
    unseen, known = np.flatnonzero(vendors % 2 == 1), np.flatnonzero(vendors % 2 == 0)
    asked = np.flatnonzero(sizes[vendors[unseen]] >= SMALLEST_VENDOR)
    if not len(asked) or not len(known):
        return [Figure("open set: mean R-precision", None, note="too few vendors")]
    chosen = np.sort(np.random.default_rng(7).permutation(asked)[:QUERIES])
    mine = vendors[unseen]
    by_hand = hands(table["text"].take(pa.array(unseen)))
    words = found.weighted(known)[unseen]
    note = f"at most {QUERIES} adverts are looked up"
    return [
        _ranking("open set: mean R-precision", lambda part: np.asarray(by_hand.rows[part] @ by_hand.rows.T, np.float64), chosen, mine, sizes, note),
        _ranking("open set: mean R-precision by likeness of words", lambda part: (words[part] @ words.T).toarray(), chosen, mine, sizes, note),
        *_verification(by_hand, mine),
    ]  # fmt: skip


def _ranking(
    metric: str, alike: Callable[[Ints], Floats], chosen: Ints, vendors: Ints, sizes: Ints, note: str
) -> Figure:
    values: list[float] = []
    for start in range(0, len(chosen), _BLOCK):
        part = chosen[start : start + _BLOCK]
        rows = np.asarray(alike(part), np.float64)
        rows[np.arange(len(part)), part] = -np.inf
        values += _r_precisions(rows, vendors[part], vendors, sizes)
    low, high = _by_vendor(np.array(values), vendors[chosen])
    return Figure(metric, float(np.mean(values)), low, high, len(values), note)


def _by_vendor(values: Floats, vendors: Ints) -> tuple[float, float]:
    """95% interval of the mean from vendors drawn again (bootstrap): adverts of one vendor are not independent."""
    _, of = np.unique(vendors, return_inverse=True)
    total, count = np.bincount(of, values), np.bincount(of).astype(float)
    drawn = np.random.default_rng(7).integers(0, len(total), (500, len(total)))
    low, high = np.quantile(total[drawn].sum(axis=1) / count[drawn].sum(axis=1), (0.025, 0.975))
    return float(low), float(high)


def _verification(by_hand: Hands, vendors: Ints) -> list[Figure]:
    """Area under the curve, and how many pairs of one vendor are found where one in a hundred pairs of two is."""
    dice = np.random.default_rng(7)
    order = np.argsort(vendors, kind="stable")
    ranked = vendors[order]
    first, last = np.searchsorted(ranked, vendors, "left"), np.searchsorted(ranked, vendors, "right")
    left = dice.integers(0, len(vendors), 4 * QUERIES)
    same = order[dice.integers(first[left], last[left])]
    true = left != same
    right = dice.integers(0, len(vendors), len(left))
    false = vendors[left] != vendors[right]
    size = int(min(true.sum(), false.sum()))
    if size < FEWEST_PAIRS:
        return [Figure("open set: verification AUC", None, note=f"under {FEWEST_PAIRS} pairs")]
    good = by_hand.points(left[true][:size], same[true][:size])
    bad = by_hand.points(left[false][:size], right[false][:size])
    truth = np.arange(2 * size) < size
    at_one = Share(int((good > np.quantile(bad, 0.99)).sum()), size)
    return [
        Figure("open set: verification AUC", auc(np.concatenate([good, bad]), truth), count=2 * size),
        of_share("open set: pairs of one vendor found at 1% of others", at_one),
    ]


def _r_precisions(alike: Floats, mine: Ints, theirs: Ints, sizes: Ints) -> list[float]:
    values = []
    for row, vendor in zip(alike, mine.tolist(), strict=True):
        wanted = int(sizes[vendor]) - 1
        best = np.argpartition(-row, wanted - 1)[:wanted]
        values.append(float((theirs[best] == vendor).mean()))
    return values
