"""Which leads are worth a person's answer most: those where the answer would teach most, and no two alike.

Active learning by uncertainty and diversity: among the least certain leads, each next one is the farthest from all that were
judged or chosen before (greedy k-centre; Sener and Savarese, 2018).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.leads.classing.classes import CLASSES, name_of
from clew.leads.classing.columns import Floats

ASKED = 10
POOL = 5
"""How many times as many uncertain leads are looked at as are asked."""


def ask(standard: Floats, shares: Floats, judged: npt.NDArray[np.bool_], *, count: int = ASKED) -> dict[int, str]:
    """Row -> why it is asked, for up to `count` rows that nobody judged.

    `standard` are the rows' columns with like spreads, `shares` the points or probabilities of the classes.
    """
    open_rows = np.flatnonzero(~judged)
    if not len(open_rows):
        return {}
    unsure = _entropy(shares)
    pool = open_rows[np.argsort(-unsure[open_rows], kind="stable")][: count * POOL]
    known = standard[judged]
    distance = np.full(len(pool), np.inf) if not len(known) else _nearest(standard[pool], known)
    chosen: dict[int, str] = {}
    for _ in range(min(count, len(pool))):
        score = np.where(np.isinf(distance), 1.0, distance) * (0.05 + unsure[pool])
        score[[i for i, row in enumerate(pool.tolist()) if row in chosen]] = -1.0
        best = int(score.argmax())
        chosen[int(pool[best])] = _because(shares[pool[best]], first=not len(known))
        distance = np.minimum(distance, np.linalg.norm(standard[pool] - standard[pool[best]], axis=1))
    return chosen


def _entropy(shares: Floats) -> Floats:
    """From 0, certain, to 1, nothing known."""
    safe = np.maximum(shares, 1e-12)
    return np.asarray(-(safe * np.log(safe)).sum(axis=1) / np.log(shares.shape[1]), np.float64)


def _nearest(rows: Floats, known: Floats) -> Floats:
    return np.array([np.linalg.norm(known - row, axis=1).min() for row in rows])


def _because(shares: Floats, *, first: bool) -> str:
    one, two = np.argsort(-shares, kind="stable")[:2]
    close = f"{name_of(CLASSES[one])} and {name_of(CLASSES[two])} lie close"
    alike = "nothing was judged yet" if first else "none like it was judged yet"
    return f"{close}, and {alike}: an answer here teaches most"


def nearest_judged(
    row: int, standard: Floats, judged: npt.NDArray[np.int64], *, count: int = 3
) -> list[tuple[int, float]]:
    """The judged rows that are most alike, nearest first, with their distance (root mean square over the columns)."""
    others = judged[judged != row]
    if not len(others):
        return []
    distance = np.sqrt(((standard[others] - standard[row]) ** 2).mean(axis=1))
    return [(int(others[i]), float(distance[i])) for i in np.argsort(distance, kind="stable")[:count]]
