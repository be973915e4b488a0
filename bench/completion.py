"""How well missing categories are told, and whether intervals hold: `python bench/completion.py [--rows 2500] [--repeats 40]`.

Cases of the invented world in CTDC layout, 30 % of the recorded cells hidden by chance. Peers in the same run: the commonest value, and
soft-impute (Mazumder, Hastie and Tibshirani 2010) on the one-hot table. The ceiling is the same mixture taught by 40,000 other rows that are whole:
what nobody can beat by much, since the rest of the world is dice.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clew.insight.completion.chained import chained
from clew.insight.completion.coded import Coded, coded
from clew.insight.completion.low_rank import low_rank, mixtures
from clew.insight.completion.pooled import pooled
from clew.world.cases import ctdc

SHARE = 0.3


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=2500)
    parser.add_argument("--repeats", type=int, default=40)
    asked = parser.parse_args()
    whole = coded(ctdc(asked.rows + 40_000, 7)[0])
    test, others = _rows(whole, slice(0, asked.rows)), _rows(whole, slice(asked.rows, None))
    draw = np.random.default_rng(0)
    hidden = (draw.random(test.codes.shape) < SHARE) & (test.codes >= 0)
    holes = Coded(test.columns, test.values, np.where(hidden, -1, test.codes), ())
    rows, columns = np.nonzero(hidden)
    true = test.codes[rows, columns]
    commonest = np.array([np.bincount(c[c >= 0]).argmax() for c in holes.codes.T])
    plain = float((commonest[columns] == true).mean())
    print(
        f"{asked.rows} rows, {len(test.columns)} columns, {len(rows)} cells hidden; accuracy, ratio to the commonest value, errors less, seconds"
    )
    print(f"  commonest value   {plain:.4f}")
    ways: dict[str, Any] = {
        "clew low-rank": lambda: _summed(low_rank(holes, 20, 1)),
        "clew chained": lambda: _summed(chained(holes, 20, 1)),
        "soft-impute": lambda: soft_impute(holes),
        "ceiling": lambda: _taught(others, holes),
    }
    for name, way in ways.items():
        start = time.perf_counter()
        chances = way()
        took = time.perf_counter() - start
        told = [
            np.argmax(chances[i, holes.starts[j] : holes.starts[j + 1]]) for i, j in zip(rows, columns, strict=True)
        ]
        right = float((np.array(told) == true).mean())
        print(f"  {name:17} {right:.4f}  x {right / plain:.3f}  {1 - (1 - right) / (1 - plain):.1%}  {took:.1f} s")
    _coverage(whole, asked.repeats)


def _rows(table: Coded, part: slice) -> Coded:
    return Coded(table.columns, table.values, table.codes[part], ())


def _summed(completions: Any) -> NDArray[Any]:
    return np.asarray(sum(chances for _, chances in completions))


def _taught(others: Coded, holes: Coded) -> NDArray[Any]:
    """Chances from mixtures that saw 40,000 other rows."""
    hot = holes.one_hot(holes.codes)
    drawn = mixtures(others, 10, np.random.default_rng(1))
    return np.asarray(sum(mixture.memberships(hot) @ np.exp(mixture.values) for mixture in drawn))


def soft_impute(table: Coded) -> NDArray[Any]:
    """Soft-thresholded singular values on centred one-hot columns; the shrinkage is chosen on recorded cells held back."""
    draw = np.random.default_rng(0)
    rows, columns = np.nonzero(table.codes >= 0)
    held = draw.choice(len(rows), len(rows) // 10, replace=False)
    less = table.codes.copy()
    less[rows[held], columns[held]] = -1
    at = table.starts[columns[held]] + table.codes[rows[held], columns[held]]
    scored = {}
    for shrinkage in (0.5, 0.3, 0.15, 0.08):
        scored[shrinkage] = np.log(_soft(table, less, shrinkage)[rows[held], at] + 1e-3).mean()
    return _soft(table, table.codes, max(scored, key=lambda s: scored[s]))


def _soft(table: Coded, codes: NDArray[Any], shrinkage: float) -> NDArray[Any]:
    hot = table.one_hot(codes)
    gaps = np.repeat(codes < 0, [len(values) for values in table.values], axis=1)
    shares = hot.sum(axis=0) / np.maximum((~gaps).sum(axis=0), 1)
    scale = np.sqrt(np.maximum(shares * (1 - shares), 1e-4))
    filled = recorded = np.where(gaps, 0, (hot - shares) / scale)
    limit = None
    for _ in range(40):
        left, singular, right = np.linalg.svd(filled, full_matrices=False)
        limit = shrinkage * singular[0] if limit is None else limit
        fitted = (left * np.maximum(singular - limit, 0)) @ right
        filled = np.where(gaps, fitted, recorded)
    raw = np.maximum(filled * scale + shares, 1e-4)
    for first, last in zip(table.starts[:-1], table.starts[1:], strict=True):
        raw[:, first:last] /= raw[:, first:last].sum(axis=1, keepdims=True)
    return np.asarray(raw)


def _coverage(whole: Coded, repeats: int) -> None:
    """How often 95 % intervals from 1,000 rows with 30 % hidden hold the shares of all rows."""
    counts = [
        np.bincount(c[c >= 0], minlength=len(v)) / (c >= 0).sum()
        for c, v in zip(whole.codes.T, whole.values, strict=True)
    ]
    truth = np.concatenate(counts)
    common = (truth > 0.02) & (truth < 0.98)
    for name, method in (("low-rank", low_rank), ("chained", chained)):
        inside = []
        for seed in range(repeats):
            draw = np.random.default_rng(seed)
            codes = whole.codes[draw.choice(len(whole.codes), 1000, replace=False)]
            holes = Coded(whole.columns, whole.values, np.where(draw.random(codes.shape) < SHARE, -1, codes), ())
            shares = pooled(holes, list(method(holes, 10, seed)), level=0.95, odds=2)
            low, high = np.array(shares["low"]), np.array(shares["high"])
            inside.append(((low <= truth) & (truth <= high))[common].mean())
        spread = 1.96 * np.std(inside) / np.sqrt(repeats)
        print(
            f"  95 % intervals, {name}: {np.mean(inside):.1%} hold the truth (± {spread:.1%}; {repeats} samples, {common.sum()} shares)"
        )


if __name__ == "__main__":
    main()
