"""Singling out: descriptions read off a release that fit exactly one person.

A description is a few values of one released row ("year 2019, citizenship MDA, sector farm"), one that no other released row
fits where there is such a one, else one that few fit. It is right where it fits exactly one person of the original. How often that
would be so of persons whom the release never saw is asked of a crowd of the same size, in which persons of the control take the
places of as many of the original: a description counts where it fits exactly one of the crowd, and that one is of the control. Where
the control has a tenth of the rows, so found is about a tenth, and counted up: exact without memory, and wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clew.publish.attacks.facets import Facet, Facets
from clew.publish.attacks.rates import Rate, Report, Risk, risk_of
from clew.publish.columns import Codes, Mask

MOST_VALUES = 5
"""Values in one description."""
_TRIES = 4
"""Descriptions looked at for each that is tried."""
_FEWEST = 10

Term = tuple[int, Codes]
"""A column, and the codes that fit."""


@dataclass(frozen=True, slots=True)
class Singled:
    """How often descriptions fit exactly one person."""

    several: Risk
    one: Risk | None
    """By a single value that stands once in the release; None where hardly any does."""
    unique: int
    """Descriptions of several values that fit one released row alone."""

    def report(self) -> Report:
        found = {**self.several.report(), "unique_in_release": self.unique}
        return found if self.one is None else {**found, "by_one_value": self.one.report()}


class _Places:
    """Where each code of each column stands, to count how many rows fit without reading all."""

    def __init__(self, columns: Sequence[tuple[Codes, int]]) -> None:
        self.codes = [codes for codes, _ in columns]
        self._order = [np.argsort(codes, kind="stable") for codes in self.codes]
        self._starts = [
            np.searchsorted(codes[order], np.arange(size + 1))
            for (codes, size), order in zip(columns, self._order, strict=True)
        ]

    def fitting(self, terms: Sequence[Term]) -> Codes:
        """Rows that fit all terms."""
        ordered = sorted(terms, key=lambda term: self._many(*term))
        column, codes = ordered[0]
        starts, order = self._starts[column], self._order[column]
        rows = np.concatenate([order[starts[code] : starts[code + 1]] for code in codes])
        for column, codes in ordered[1:]:
            if not len(rows):
                break
            held = self.codes[column][rows]
            rows = rows[held == codes[0] if len(codes) == 1 else np.isin(held, codes)]
        return rows

    def _many(self, column: int, codes: Codes) -> int:
        starts = self._starts[column]
        return int((starts[codes + 1] - starts[codes]).sum())


def single_out(facets: Facets, attacks: int, rng: np.random.Generator) -> Singled:
    """`attacks` descriptions of several values, and as many of one value as the release offers."""
    columns = facets.columns
    released = _Places([(f.released, len(f.words) + 1) for f in columns])
    persons = _Places([(np.concatenate([f.original, f.control]), len(f.words) + 1) for f in columns])
    crowd = _crowd(facets, rng)
    several, unique = _descriptions(facets, released, attacks, rng)
    guesses = [_guess(columns, rng) for _ in range(attacks)]
    return Singled(
        _tried(facets, persons, several, crowd, baseline=_tried(facets, persons, guesses, crowd).main.share),
        _by_one_value(facets, persons, attacks, crowd, rng),
        unique,
    )


def _tried(
    facets: Facets, persons: _Places, described: Sequence[Sequence[Term]], crowd: Mask, *, baseline: float | None = None
) -> Risk:
    mine = others = 0
    for terms in described:
        rows = persons.fitting([(column, _fits(facets.columns[column], codes)) for column, codes in terms])
        mine += int((rows < facets.originals).sum() == 1)
        there = rows[crowd[rows]]
        others += int(len(there) == 1 and there[0] >= facets.originals)
    many, compared = len(described), int(crowd[facets.originals :].sum())
    return risk_of(Rate(mine, many), Rate(others, many, scale=facets.originals / compared), baseline=baseline)


def _crowd(facets: Facets, rng: np.random.Generator) -> Mask:
    """As many rows as the original has: those of the control, and some of the original to make up the number."""
    both = facets.originals + facets.controls
    there = np.zeros(both, dtype=bool)
    many = min(facets.originals, facets.controls)
    there[facets.originals + rng.choice(facets.controls, many, replace=False)] = True
    there[rng.choice(facets.originals, facets.originals - many, replace=False)] = True
    return there


def _descriptions(
    facets: Facets, released: _Places, attacks: int, rng: np.random.Generator
) -> tuple[list[Sequence[Term]], int]:
    """Those that fit the fewest released rows among some that are looked at, no two alike; how many fit one alone."""
    found: dict[tuple[tuple[int, int], ...], tuple[int, Sequence[Term]]] = {}
    for row in rng.integers(facets.releases, size=attacks * _TRIES):
        says = [i for i, f in enumerate(facets.columns) if f.released[row] or not f.emptied]
        told = [i for i in says if facets.columns[i].released[row]]
        most = min(MOST_VALUES, len(facets.columns))
        if len(told) < min(2, most):
            continue
        chosen = rng.choice(told, int(rng.integers(min(2, most), min(most, len(told)) + 1)), replace=False)
        terms = [_term(facets.columns[i], int(i), int(facets.columns[i].released[row])) for i in sorted(chosen)]
        key = tuple((int(i), int(facets.columns[i].released[row])) for i in sorted(chosen))
        if key not in found:
            found[key] = len(released.fitting(terms)), terms
    if not found:
        return [_guess(facets.columns, rng) for _ in range(attacks)], 0
    fewest = sorted(found.values(), key=lambda each: each[0])[:attacks]
    return [terms for _, terms in fewest], sum(count == 1 for count, _ in fewest)


def _term(facet: Facet, column: int, code: int) -> Term:
    """A value as it is; of numbers, all from it upwards or downwards, whichever is rarer."""
    if facet.numbers is None or not code:
        return column, np.array([code], dtype=np.int64)
    value, middle = facet.numbers[code], np.nanmedian(facet.numbers[facet.released])
    fits = facet.numbers[1:] >= value if value > middle else facet.numbers[1:] <= value
    return column, np.flatnonzero(fits) + 1


def _fits(facet: Facet, codes: Codes) -> Codes:
    """The persons' own values that released values cover: themselves, and those of which one is a coarser word."""
    covered = [np.flatnonzero(np.isin(step, codes[codes > 0])) for step in facet.coarser]
    return np.unique(np.concatenate([codes, *covered]))


def _guess(columns: Sequence[Facet], rng: np.random.Generator) -> Sequence[Term]:
    """A description that nobody read anywhere: values by chance, whatever their number."""
    many = int(rng.integers(min(2, len(columns)), min(MOST_VALUES, len(columns)) + 1))
    chosen = rng.choice(len(columns), many, replace=False)
    return [
        _term(columns[i], int(i), int(rng.integers(1, len(columns[i].words) + 1))) for i in chosen if columns[i].words
    ] or [(0, np.array([0], dtype=np.int64))]


def _by_one_value(facets: Facets, persons: _Places, attacks: int, crowd: Mask, rng: np.random.Generator) -> Risk | None:
    described: list[Sequence[Term]] = []
    for place, facet in enumerate(facets.columns):
        once = np.flatnonzero(np.bincount(facet.released) == 1)
        described += [[(place, np.array([code]))] for code in once[once > 0]]
        if facet.numbers is not None:
            held = facet.numbers[facet.released]
            ends = facet.numbers[1:] <= np.nanmin(held), facet.numbers[1:] >= np.nanmax(held)
            described += [[(place, np.flatnonzero(end) + 1)] for end in ends]
    if len(described) < _FEWEST:
        return None
    chosen = rng.permutation(len(described))[:attacks]
    return _tried(facets, persons, [described[i] for i in chosen], crowd)
