"""Fits the verifier of `clew.links.authors` and writes its weights: `python bench/authors_fit.py`.

Fitted on near pairs of invented authors (`invented_authors`), in worlds of three sizes, so that no one size is learnt by heart; calibrated (isotonic) on authors of other seeds. No text of a real person is
in it. A pair counts as of one hand when the hand that wrote both is the same, also where another posted a copy as it was.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from invented_authors import KINDS, Written, written

from clew.links.authors.grouping import _near_pairs
from clew.links.authors.habits import HABITS
from clew.links.authors.pairs import EVIDENCE, evidence
from clew.links.authors.prepared import prepare

WEIGHTS = Path(__file__).parents[1] / "src/clew/links/authors/weights.json"
Reals = npt.NDArray[np.float64]
RUNS = ((2_500, 101, KINDS), (6_000, 102, KINDS), (14_000, 103, KINDS))
HELD_OUT = ((3_000, 201, KINDS), (12_000, 202, KINDS))


NEVER_AGAINST = frozenset(EVIDENCE) - {"length", "crowding", "surface_x_length", "wording_x_length", "rows", "phrases"}
"""Evidence in which agreement may not speak against one hand: such weights would only mend others."""


def near(data: Written) -> tuple[Reals, npt.NDArray[np.bool_], float, Reals]:
    ready = prepare(data.table["text"], data.table["phone"])
    row = np.empty(len(ready.place), np.int64)
    row[ready.place] = np.arange(len(row))
    hand = data.hand[row][ready.units.text[ready.open]]
    left, right = _near_pairs(ready)
    return (
        evidence(ready.vectors, ready.crowded, left, right),
        hand[left] == hand[right],
        _pure(ready.units.unit, data.hand[row]),
        ready.vectors.prior,
    )


def _pure(unit: npt.NDArray[np.int64], hand: npt.NDArray[np.int64]) -> float:
    """Of the pairs of copies within one unit, how many are of one hand."""

    def pairs(labels: npt.NDArray[np.int64]) -> float:
        sizes = np.unique(labels, return_counts=True)[1].astype(float)
        return float((sizes * (sizes - 1)).sum())

    return pairs(unit * (hand.max() + 1) + hand) / pairs(unit)


def fitted_signed(rows: Reals, same: npt.NDArray[np.bool_]) -> Reals:
    """`fitted`, with evidence dropped until no agreement speaks against."""
    kept = list(range(len(EVIDENCE)))
    while True:
        found = fitted(rows[:, kept], same)
        wrong = [
            k
            for k, w in zip(kept, found, strict=False)
            if (w < 0 and EVIDENCE[k] in NEVER_AGAINST) or (w > 0 and EVIDENCE[k] in ("crowding", "phrases"))
        ]
        if not wrong:
            weights = np.zeros(len(EVIDENCE) + 1)
            weights[[*kept, -1]] = found
            return weights
        kept = [k for k in kept if k not in wrong]


def fitted(rows: Reals, same: npt.NDArray[np.bool_], ridge: float = 1e-3) -> Reals:
    """Logistic regression by Newton's method; the last number is the constant."""
    mean, spread = rows.mean(0), rows.std(0) + 1e-9
    x = np.hstack([(rows - mean) / spread, np.ones((len(rows), 1))])
    w = np.zeros(x.shape[1])
    for _ in range(40):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        slope = x.T @ (same - p) - ridge * len(x) * 1e-3 * w
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge * np.eye(x.shape[1]), slope)
        w += step
        if np.abs(step).max() < 1e-8:
            break
    weights = w[:-1] / spread
    return np.append(weights, w[-1] - weights @ mean)


def isotonic(points: Reals, same: npt.NDArray[np.bool_]) -> tuple[Reals, Reals]:
    """Pool adjacent violators on 4,000 bins of equal count; a corner for each run, never quite 0 or 1."""
    order = np.argsort(points, kind="stable")
    bins = np.array_split(order, min(4000, len(order)))
    blocks: list[list[float]] = []
    for each in bins:
        blocks.append([same[each].sum() + 0.0, float(len(each)), points[each].sum()])
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    good, total, sums = np.array(blocks).T
    return sums / total, good / total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    chosen = parser.parse_args()
    parts = [near(written(count, seed=seed, kinds=kinds)) for count, seed, kinds in RUNS]
    rows, same = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    weights = fitted_signed(rows, same)
    tests = [near(written(count, seed=seed, kinds=kinds)) for count, seed, kinds in HELD_OUT]
    points = np.concatenate([p[0] @ weights[:-1] + weights[-1] for p in tests])
    truth = np.concatenate([p[1] for p in tests])
    at, chance = isotonic(points, truth)
    copies = float(np.mean([p[2] for p in tests]))
    prior = np.mean([p[3] for p in tests], axis=0)
    chosen.out.write_text(json.dumps({
        "fitted_on": "invented authors of bench/invented_authors.py only; no text of a real person",
        "pairs": len(rows), "held_out_pairs": len(truth), "slack": 1.5, "constant": round(float(weights[-1]), 5),
        "weights": {name: round(float(w), 5) for name, w in zip(EVIDENCE, weights[:-1], strict=True)},
        "copies": round(copies, 3),
        "habits": {habit.name: [round(float(x), 4) for x in beta] for habit, beta in zip(HABITS, prior, strict=True)},
        "points": [round(float(x), 4) for x in at], "probability": [round(float(np.clip(x, 0.0005, 0.9995)), 5) for x in chance],
    }, indent=1) + "\n", encoding="utf-8")  # fmt: skip
    order = np.argsort(-points)
    for precision in (0.999, 0.995, 0.99, 0.95):
        good = np.flatnonzero(np.cumsum(truth[order]) / np.arange(1, len(order) + 1) >= precision)
        share = truth[order[: good[-1] + 1]].sum() / truth.sum() if len(good) else 0.0
        print(f"held-out pairs: at precision {precision}, {share:.3f} of the near true pairs")
    print(f"copies within one unit of one hand: {copies:.3f}")
    print({name: round(float(w * s), 2) for name, w, s in zip(EVIDENCE, weights[:-1], rows.std(0), strict=True)})


if __name__ == "__main__":
    main()
