"""What the rows of a release nearest to a person say: is the person in it, who is who in two halves, what is not known yet.

One pass over the release for each attacked person serves three attacks: membership (how near the nearest row is), linkability
(do the rows nearest by one half of the columns and by the other half meet), and inference (what the row nearest by all other
columns says in the one that is guessed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.publish.attacks.facets import Facet, Facets
from clew.publish.attacks.rates import Scores
from clew.publish.columns import Codes, Mask

NEIGHBOURS = 10
"""Rows nearest by each half of the columns, among which linkability looks for the same one."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the release told of some persons."""

    nearest: Scores
    """Distance to the nearest row."""
    linked: Mask
    guessed: Mask
    """Persons x columns: whether the guess was right."""
    known: Mask
    """Persons x columns: whether there was something to guess."""


def ask(facets: Facets, rows: Codes, *, control: bool, halves: tuple[Codes, Codes], rng: np.random.Generator) -> Told:
    """What the release tells of these rows of the original, or of the control."""
    columns = facets.columns
    own = np.array([(f.control if control else f.original)[rows] for f in columns])
    apart = np.empty((len(columns), facets.releases), dtype=np.uint8)
    nearest, linked = np.empty(len(rows)), np.zeros(len(rows), dtype=bool)
    guessed = np.zeros((len(rows), len(columns)), dtype=bool)
    for person in range(len(rows)):
        for place, facet in enumerate(columns):
            np.take(facet.distances(int(own[place, person])), facet.released, out=apart[place], mode="clip")
        total = _sum(apart)
        nearest[person] = total.min()
        linked[person] = _meet(apart, halves, rng)
        for place, facet in enumerate(columns):
            guess = facet.released[_one_of_nearest(total - apart[place], rng)]
            guessed[person, place] = facet.is_right(int(guess), int(own[place, person]))
    return Told(nearest, linked, guessed, own.T > 0)


def distances_to_others(facets: Facets, rows: Codes, *, control: bool) -> Scores:
    """Distance of these rows to the nearest row of the control, themselves left out: how unusual they are anyway."""
    columns = facets.columns
    own = np.array([(f.control if control else f.original)[rows] for f in columns])
    found = np.empty(len(rows))
    for person, row in enumerate(rows):
        total = np.zeros(facets.controls, dtype=np.int64)
        for place, facet in enumerate(columns):
            total += np.take(facet.distances(int(own[place, person])), facet.control)
        if control:
            total[row] = np.iinfo(np.int64).max
        found[person] = total.min()
    return found


def split(columns: Sequence[Facet]) -> tuple[Codes, Codes]:
    """Two halves of the columns that know about as much: every second one, in the order of what they tell."""
    order = sorted(range(len(columns)), key=lambda i: -_entropy(columns[i].original))
    return np.array(order[::2], dtype=np.int64), np.array(order[1::2], dtype=np.int64)


def _entropy(codes: Codes) -> float:
    shares = np.bincount(codes) / len(codes)
    shares = shares[shares > 0]
    return float(-(shares * np.log2(shares)).sum())


def _sum(apart: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    total = np.zeros(apart.shape[1], dtype=np.int32)
    for row in apart:
        total += row
    return total


def _meet(apart: npt.NDArray[np.uint8], halves: tuple[Codes, Codes], rng: np.random.Generator) -> bool:
    if not all(len(half) for half in halves):
        return False
    first, second = (_nearest(_sum(apart[half]), rng) for half in halves)
    return bool(np.isin(first, second).any())


def _nearest(total: npt.NDArray[np.int32], rng: np.random.Generator) -> Codes:
    """Places of the nearest rows; of those equally far, some by chance."""
    many = min(NEIGHBOURS, len(total))
    limit = np.partition(total, many - 1)[many - 1]
    nearer, equal = np.flatnonzero(total < limit), np.flatnonzero(total == limit)
    return np.concatenate([nearer, rng.choice(equal, many - len(nearer), replace=False)])


def _one_of_nearest(total: npt.NDArray[np.int32], rng: np.random.Generator) -> int:
    places = np.flatnonzero(total == total.min())
    return int(places[rng.integers(len(places))])
