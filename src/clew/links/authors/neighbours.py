"""The nearest texts of every text among dense rows: in blocks of matrix products, on shelves where they are many."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, in_threads

NEAREST = 40
EXACT = 16_384
_BLOCK = 1024
_COLUMNS = 16_384
_SHELVES = 256
_LOOKS = 20
_TURNS = 4

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


def nearest(rows: Floats, count: int = NEAREST) -> tuple[npt.NDArray[np.int32], Floats]:
    """For each row the `count` others with the greatest product, greatest first; -1 where there are fewer.

    All pairs are looked at up to `EXACT` rows; beyond, rows are put on shelves and each looks through the nearest of them.
    """
    found = np.full((len(rows), count), -1, np.int32)
    score = np.full((len(rows), count), -np.inf, np.float32)
    for askers, shelf in _shelves(rows):
        for low in range(0, len(askers), _BLOCK):
            asking = askers[low : low + _BLOCK]
            products = rows[asking] @ rows[shelf].T
            halves = np.array_split(np.arange(len(asking)), 2)
            list(in_threads(_keep_greatest, [(products, half, asking, shelf, found, score) for half in halves]))
    return found, score


def _shelves(rows: Floats) -> Iterator[tuple[Numbers, Numbers]]:
    """Pairs of: the rows that ask, the rows they look through."""
    everybody = np.arange(len(rows))
    if len(rows) <= EXACT:
        for left in range(0, len(rows), _COLUMNS):
            yield everybody, everybody[left : left + _COLUMNS]
        return
    centres = rows[np.arange(_SHELVES) * len(rows) // _SHELVES].copy()
    sample = rows[np.arange(EXACT) * len(rows) // EXACT]
    for _ in range(_TURNS):
        nearest_centre = (sample @ centres.T).argmax(axis=1)
        for shelf in range(_SHELVES):
            members = sample[nearest_centre == shelf]
            if len(members):
                centres[shelf] = members.mean(axis=0)
        centres /= np.linalg.norm(centres, axis=1, keepdims=True) + np.float32(1e-9)
    looks = np.empty((len(rows), _LOOKS), np.int16)
    for low in range(0, len(rows), _COLUMNS):
        products = rows[low : low + _COLUMNS] @ centres.T
        best = np.argpartition(-products, _LOOKS, axis=1)[:, :_LOOKS]
        order = np.argsort(-np.take_along_axis(products, best, axis=1), axis=1, kind="stable")
        looks[low : low + _COLUMNS] = np.take_along_axis(best, order, axis=1)
    for shelf in range(_SHELVES):
        members = np.flatnonzero(looks[:, 0] == shelf)
        if len(members):
            yield np.flatnonzero((looks == shelf).any(axis=1)), members


@compiled
def _keep_greatest(
    products: Floats,
    lines: Numbers,
    asking: Numbers,
    shelf: Numbers,
    found: npt.NDArray[np.int32],
    score: Floats,
) -> None:
    """Puts what is greater than the least kept in its place; ties keep the earlier row."""
    count = found.shape[1]
    for line in lines:
        row = asking[line]
        least = score[row, count - 1]
        for column in range(products.shape[1]):
            value = products[line, column]
            if value > least and shelf[column] != row:
                place = count - 1
                while place > 0 and score[row, place - 1] < value:
                    score[row, place] = score[row, place - 1]
                    found[row, place] = found[row, place - 1]
                    place -= 1
                score[row, place] = value
                found[row, place] = shelf[column]
                least = score[row, count - 1]


def crowding(score: Floats) -> Floats:
    """How near a text's further neighbours are: the mean of the second half of its list. 0 where there is none."""
    far = score[:, score.shape[1] // 2 :]
    crowded: Floats = np.where(np.isfinite(far), far, 0.0).mean(axis=1, dtype=np.float32)
    return crowded
