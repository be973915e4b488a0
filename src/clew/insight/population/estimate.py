"""How many persons there are, those on no list included, from the lists that know some of them.

Multiple systems estimation rests on assumptions that no data can show: the lists are of the same population at the
same time, a person is matched rightly across them, and lists with nobody in common tell something. A point is never
given without the interval that includes the choice of the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from clew.insight.population.bootstrap import Limits, limits
from clew.insight.population.fitting import Fit
from clew.insight.population.histories import Histories, histories_of
from clew.insight.population.models import independent, name_of
from clew.insight.population.selection import Search, chooser, ranked_models
from clew.safeguards.errors import UnreadableInput, UsageError

ALL_UP_TO = 5
"""With more lists there are millions of models, and the search goes downhill."""
TOP_MODELS = 50
"""Among how many of the best models a draw chooses again (Silverman, Chan and Vincent 2024)."""
FEWEST_DRAWS = 100

ASSUMPTIONS = (
    "the lists speak of one population, and nobody joins or leaves it in the time they cover",
    "each person on two lists was recognised as one, and nobody was taken for somebody else",
    "nobody is unreachable for every list, and persons with the same history have alike chances",
    "how lists depend on each other is described by the model; the data cannot show how all of them do together",
)
_CHECKS = {0: "sound", 1: "the likelihood has no maximum", 2: "not identifiable", 3: "no maximum and not identifiable"}


@dataclass(frozen=True, slots=True)
class Selection:
    """One way of choosing, with what it chose and the interval that counts the choice."""

    search: Search
    fit: Fit
    total: float
    limits: Limits


@dataclass(frozen=True, slots=True)
class Estimate:
    """All persons by each search; the first selection is the one to quote. `nearest` are the models ranked next."""

    histories: Histories
    selections: tuple[Selection, ...]
    nearest: tuple[Fit, ...]
    order: int | None
    seed: int

    def as_json(self) -> dict[str, Any]:
        """The estimate with its interval, models and checks. Numbers without a bound are null."""
        first = self.selections[0]
        return {
            "estimate": _rounded(first.total),
            "unseen": _rounded(first.fit.unseen),
            "known": self.histories.known,
            "interval": _ends(first.limits),
            "interval_level": first.limits.level,
            "interval_method": f"BCa bootstrap of {first.limits.draws} draws; the model is chosen anew in each",
            "model": name_of(first.fit.model),
            "method": first.search.value,
            "bic": round(float(first.fit.bic), 5),
            "checks": self._checks(),
            "selections": [_selection(each) for each in self.selections],
            "nearest_models": [
                {
                    "model": name_of(f.model),
                    "bic": round(float(f.bic), 5),
                    "estimate": _rounded(self.histories.known + f.unseen),
                }
                for f in self.nearest
            ],
            "lists": {name: self.histories.on(1 << bit) for bit, name in enumerate(self.histories.lists)},
            "largest_order": self.order or len(self.histories.lists) - 1,
            "seed": self.seed,
            "assumptions": list(ASSUMPTIONS),
            "source": "Silverman, Chan and Vincent (2024), doi:10.1007/s11222-023-10346-9",
        }

    def _checks(self) -> dict[str, Any]:
        """What was checked of the chosen model, and what makes any estimate from these lists doubtful."""
        first, empty = self.selections[0], _empty_overlaps(self.histories)
        totals = [each.total for each in self.selections]
        return {
            "existence_and_identifiability": {"code": first.fit.check, "meaning": _CHECKS[first.fit.check]},
            "pairs_of_lists_with_nobody_in_common": empty,
            "draws_without_a_sound_model": first.limits.unsound,
            "searches_differ_by_factor": round(max(totals) / min(totals), 3),
            "warnings": self._warnings(empty, totals),
        }

    def _warnings(self, empty: list[str], totals: list[float]) -> list[str]:
        first = self.selections[0]
        found = []
        if max(totals) > 1.5 * min(totals):
            found.append("the searches differ by more than half: the data do not settle the model")
        if empty:
            found.append(f"{len(empty)} pairs of lists have nobody in common: their dependence is a guess of the model")
        if not np.isfinite(first.limits.high):
            found.append("the interval has no upper bound")
        elif first.limits.high > 5 * max(first.limits.low, 1):
            found.append("the interval spans more than a factor of five: quote it, not the point")
        return found


def estimate(
    table: pa.Table,
    *,
    count: str | None = None,
    search: Search | None = None,
    order: int | None = None,
    draws: int = 1000,
    level: float = 0.95,
    threshold: float = 0.02,
    seed: int = 1,
) -> Estimate:
    """Estimates all persons from capture histories (see `histories_of` for the layouts).

    Up to five lists: the best of all hierarchical models, and the downhill search beside it; with more: downhill.
    `search` asks for one of them alone. `order` bounds how many lists a term joins; `threshold` is the p-value of the
    stepwise search. Raises UsageError for options out of range, UnreadableInput for lists that cannot be used: with two lists
    nothing can be said of their dependence, so there is no interval that counts the choice of a model, and no answer.
    """
    if draws < FEWEST_DRAWS:
        raise UsageError(f"--bootstraps: {FEWEST_DRAWS} at least; an interval from fewer is chance")
    if not 0.5 <= level < 1:
        raise UsageError("--level: from 0.5 to below 1")
    if not 0 < threshold < 1:
        raise UsageError("--threshold: between 0 and 1")
    histories = histories_of(table, count=count)
    lists = len(histories.lists)
    if order is not None and not 1 <= order < lists:
        raise UsageError(f"--order: from 1 to {lists - 1} for {lists} lists")
    if lists < 3:
        raise UnreadableInput("two lists: whether one depends on the other cannot be told, so no interval can be given")
    if search is Search.ALL and lists > ALL_UP_TO:
        raise UsageError(f"--search all: up to {ALL_UP_TO} lists; with {lists} use downhill or stepwise")
    searches = [search] if search else [Search.ALL, Search.DOWNHILL] if lists <= ALL_UP_TO else [Search.DOWNHILL]
    ranked = ranked_models(histories.counts, lists, order, TOP_MODELS) if lists <= ALL_UP_TO else []
    chosen = tuple(_selected(each, histories, order, threshold, ranked, (draws, level, seed)) for each in searches)
    return Estimate(histories, chosen, tuple(ranked[1:6]), order, seed)


def _selected(
    search: Search,
    histories: Histories,
    order: int | None,
    threshold: float,
    ranked: list[Fit],
    how: tuple[int, float, int],
) -> Selection:
    lists = len(histories.lists)
    among = [fit.model for fit in ranked] or [independent(lists)]
    choose = chooser(search, lists, order, threshold, among)
    found = choose(histories.counts)
    if found.check:
        raise UnreadableInput(f"no model can be fitted: {_CHECKS[found.check]}; join lists or leave small ones out")
    total, (draws, level, seed) = histories.known + found.unseen, how
    return Selection(search, found, total, limits(histories.counts, choose, total, draws=draws, level=level, seed=seed))


def _empty_overlaps(histories: Histories) -> list[str]:
    names = histories.lists
    return [
        f"{names[a]} and {names[b]}"
        for a in range(len(names))
        for b in range(a + 1, len(names))
        if histories.on((1 << a) | (1 << b)) == 0
    ]


def _selection(each: Selection) -> dict[str, Any]:
    return {
        "method": each.search.value,
        "model": name_of(each.fit.model),
        "estimate": _rounded(each.total),
        "unseen": _rounded(each.fit.unseen),
        "bic": round(float(each.fit.bic), 5),
        "interval": _ends(each.limits),
    }


def _ends(found: Limits) -> list[float | None]:
    return [_rounded(found.low), _rounded(found.high)]


def _rounded(number: float) -> float | None:
    return round(float(number), 2) if np.isfinite(number) else None
