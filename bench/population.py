"""Population estimates beside published ones: `python bench/population.py [--bootstraps 1000]`.

The peer is the published value itself (Silverman, Chan and Vincent 2024, table 6). For speed, the same models are fitted one
by one by scipy's general optimiser in the same run.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pyarrow.csv as csv
from scipy.optimize import minimize

from clew.insight.population import Search, all_models, estimate, fit, histories_of

DATA = Path(__file__).parents[2] / "shared" / "data" / "mse"
PUBLISHED = {
    (Search.DOWNHILL, None): (12262, 9330, 32115),
    (Search.ALL, None): (25311, 11168, 56052),
    (Search.DOWNHILL, 2): (12262, 9332, 28954),
    (Search.ALL, 2): (22991, 11456, 43894),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstraps", type=int, default=1000)
    draws = parser.parse_args().bootstraps
    if not DATA.is_dir():
        print("skipped: ../shared/data/mse is missing")
        return
    uk = csv.read_csv(DATA / "UKdat_5.csv")
    print("UK, five lists: clew, published, ratio of the points; seconds")
    for (search, order), (point, low, high) in PUBLISHED.items():
        start = time.perf_counter()
        found = estimate(uk, search=search, order=order, draws=draws).selections[0]
        took = time.perf_counter() - start
        ours = f"{found.total:,.0f} [{found.limits.low:,.0f}, {found.limits.high:,.0f}]"
        print(
            f"  {search:9} order {order or 4}: {ours}; {point:,} [{low:,}, {high:,}]; {found.total / point:.4f}; {took:.1f} s"
        )
    _speed(uk)


def _speed(table: object) -> None:
    counts = histories_of(table).counts  # type: ignore[arg-type]
    models = list(all_models(5, 2))[::20]
    start = time.perf_counter()
    ours = [fit(counts, model).unseen for model in models]
    clew = time.perf_counter() - start
    start = time.perf_counter()
    theirs = [_by_optimiser(counts, model) for model in models]
    peer = time.perf_counter() - start
    near = np.mean(np.isclose(ours, theirs, rtol=1e-2))
    print(
        f"{len(models)} models: clew {clew:.3f} s, scipy's BFGS {peer:.2f} s, ratio {peer / clew:.0f}; {near:.0%} agree within 1 %"
    )


def _by_optimiser(counts: np.ndarray, model: tuple[int, ...]) -> float:
    cells = np.arange(1, len(counts))
    empty = [term for term in model if counts[1:][(cells & term) == term].sum() == 0]
    kept = ~np.any([(cells & term) == term for term in empty], axis=0) if empty else np.ones(len(cells), bool)
    matrix = np.column_stack([np.ones(kept.sum())] + [(cells[kept] & t) == t for t in model if t not in empty]).astype(
        float
    )
    seen = counts[1:][kept]
    start = np.r_[np.log(seen.mean()), np.zeros(matrix.shape[1] - 1)]

    def lost(beta: np.ndarray) -> tuple[float, np.ndarray]:
        mean = np.exp(np.clip(matrix @ beta, -40, 40))
        return float((mean - seen * (matrix @ beta)).sum()), matrix.T @ (mean - seen)

    return float(np.exp(minimize(lost, start, jac=True, method="BFGS", options={"gtol": 1e-8}).x[0]))


if __name__ == "__main__":
    main()
