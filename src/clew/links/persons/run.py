"""From pairs that were compared to persons: weigh (EM), group (average linkage), mark what a person must look at.

What compares does not matter here: Splink on clear text, or bits on encodings (`Comparer`). Pairs inside a proposed group
that shared no key are compared as well and the groups made again, so that every pair of a group counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.links.persons import judgements, thresholds
from clew.links.persons.compared import Compared, no_pairs, pairs_within, random_pairs, together
from clew.links.persons.comparisons import Comparison
from clew.links.persons.grouping import Joins, groups, joins, one_to_one
from clew.links.persons.prepare import Profiles
from clew.links.persons.waterfall import waterfall
from clew.links.persons.weights import STRONGEST, Frequencies, Model, chances, frequencies, learn, pair_weights

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

UNSEEN = -2.0
"""Natural log of odds of a pair that was not compared: it shares no key with the other."""


class Comparer(Protocol):
    """Proposes pairs of profiles, and says on which rung of each ladder a pair stands."""

    def blocked(self) -> Compared: ...

    def compare(self, left: Numbers, right: Numbers) -> Compared: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions:
    """What may be chosen. `cut` is in bits, the mean weight below which groups stay apart; None: chosen by `thresholds`."""

    cut: float | None = None
    largest_block: int = 200
    random_pairs: int = 200_000
    review_size: int = 25
    review_below: float = 0.8
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Linkage:
    """`table`: id, cluster, probability, review; in the order of the rows. `report` is plain data for a JSON file."""

    table: pa.Table
    report: dict[str, Any]
    _pairs: Compared = field(repr=False)
    _model: Model = field(repr=False)
    _rarity: Frequencies = field(repr=False)
    _names: tuple[str, ...] = field(repr=False)

    def explained(self) -> pa.Table:
        """The waterfall of every pair of unlike rows inside a cluster. Of identical rows one stands for all."""
        return waterfall(self._model, self._pairs, self._rarity, self._names)


class Run:
    """One linkage on its way."""

    def __init__(
        self,
        prepared: Profiles,
        ids: list[str],
        options: LinkOptions,
        *,
        comparisons: tuple[Comparison, ...],
        comparer: Callable[[], Comparer],
        blocking: Mapping[str, int],
        standing: Sequence[judgements.Edge] = (),
        source: Numbers | None = None,
        weakest: float = -STRONGEST,
    ) -> None:
        """`comparer` is made when it is needed; `blocking` is what the report says of keys; `source` is the file of
        each profile where no two of one file may be one person; `weakest` is the least that a pair counts in the mean
        between two groups.
        """
        self.prepared, self.ids, self.options = prepared, ids, options
        self.standing, self.source, self.blocking = list(standing), source, blocking
        self.weakest = weakest
        self.sizes = prepared.sizes
        self.count = prepared.table.num_rows
        self.comparisons = comparisons
        self.rarity = frequencies(prepared.table, comparisons)
        self.names = _first_ids(prepared.of_row, ids, self.count)
        self.place = {name: int(profile) for name, profile in zip(ids, prepared.of_row, strict=True)}
        self.comparer = comparer() if self.count > 1 or (self.sizes > 1).any() else None

    def result(self) -> Linkage:
        pairs = self._allowed(self.comparer.blocked()) if self.comparer else no_pairs(len(self.comparisons))
        sample, same = self._sampled(pairs)
        model = learn(pairs, sample, self.comparisons, self.count)
        weights = pair_weights(model, pairs, self.rarity)
        if self.comparer:
            loose = groups(self.count, self._tree(pairs, weights).above(thresholds.LOWEST))
            more = pairs_within(loose, pairs, self.count)
            if len(more[0]):
                pairs = together(pairs, self._allowed(self.comparer.compare(*more)))
                weights = pair_weights(model, pairs, self.rarity)
        own = self._own_weights(model, same)
        tree = self._tree(pairs, weights)
        table = self._thresholds(tree, pairs, weights, own, model.start)
        cut = self._cut(tree, table)
        label = self._label(tree, pairs, weights, cut)
        within = label[pairs.left] == label[pairs.right]
        inside = pairs.where(within)
        rows = self._rows(label, pairs, weights, own, cut, model.start)
        report = self._report(pairs, model, table, cut, rows)
        return Linkage(rows, report, inside, model, self.rarity, self.names)

    def _cut(self, tree: Joins, table: list[thresholds.Threshold]) -> float:
        """As given, or as expected to be best; where nothing could be joined, even odds, for identical rows."""
        if self.options.cut is not None:
            return self.options.cut * float(np.log(2))
        return thresholds.choose(table) if len(tree.height) else 0.0

    def _allowed(self, pairs: Compared) -> Compared:
        """Without pairs of one file, where each file has a person once."""
        if self.source is None:
            return pairs
        between = self.source[pairs.left] != self.source[pairs.right]
        return pairs.where(between)

    def _label(self, tree: Joins, pairs: Compared, weights: Floats, cut: float) -> Numbers:
        if self.source is None:
            return groups(self.count, tree.above(cut))
        kept = weights >= cut
        return one_to_one(pairs.left[kept], pairs.right[kept], weights[kept], self.count)

    def _tree(self, pairs: Compared, weights: Floats) -> Joins:
        held = np.maximum(weights, self.weakest)
        left, right, bound = judgements.applied(pairs.left, pairs.right, held, self.standing, self.place)
        return joins(left, right, bound, self.sizes, cut=thresholds.LOWEST, unseen=UNSEEN)

    def _sampled(self, none: Compared) -> tuple[Compared, Compared]:
        """Random pairs, and each profile of several rows against itself; compared in one go."""
        if self.comparer is None:
            return none, none
        left, right = random_pairs(self.count, most=self.options.random_pairs, seed=self.options.seed)
        several = np.flatnonzero(self.sizes > 1)
        both = self.comparer.compare(np.concatenate([left, several]), np.concatenate([right, several]))
        same = both.left == both.right
        return both.where(~same), both.where(same)

    def _own_weights(self, model: Model, same: Compared) -> Floats:
        """How surely identical rows are one person: three rows that say no more than `james` need not be."""
        own = np.zeros(self.count)
        own[same.left] = pair_weights(model, same, self.rarity)
        return own

    def _thresholds(
        self, tree: Joins, pairs: Compared, weights: Floats, own: Floats, start: float
    ) -> list[thresholds.Threshold]:
        same = self.sizes * (self.sizes - 1) / 2
        expected = float(chances(weights) @ (self.sizes[pairs.left] * self.sizes[pairs.right]))
        right = float(chances(own) @ same)
        return thresholds.thresholds(tree, start=start, expected=expected + right, same_rows=(float(same.sum()), right))

    def _rows(
        self, label: Numbers, pairs: Compared, weights: Floats, own: Floats, cut: float, start: float
    ) -> pa.Table:
        chance, weak = self._chance_of_profiles(label, pairs, weights, own, cut, start)
        of_row = self.prepared.of_row
        alone = weak[of_row]
        cluster = _named(np.where(alone, -1 - np.arange(len(of_row)), label[of_row]), self.ids)
        probability = np.round(chance[of_row], 4)
        review = self._review(cluster, probability)
        return pa.table(
            {
                "id": pa.array(self.ids, pa.string()),
                "cluster": pa.array(cluster, pa.string()),
                "probability": pa.array(probability, pa.float64()),
                "review": pa.array(review, pa.string()),
            }
        )

    def _chance_of_profiles(
        self, label: Numbers, pairs: Compared, weights: Floats, own: Floats, cut: float, start: float
    ) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """For each profile the model's chance that it is where it belongs, and whether its identical rows are apart."""
        within = label[pairs.left] == label[pairs.right]
        others = np.bincount(label, self.sizes, self.count)[label] - self.sizes
        total, seen = np.zeros(self.count), np.zeros(self.count)
        for one, other in ((pairs.left, pairs.right), (pairs.right, pairs.left)):
            share = self.sizes[other[within]]
            total += np.bincount(one[within], weights[within] * share, self.count)
            seen += np.bincount(one[within], share, self.count)
        total += (others - seen) * UNSEEN + own * (self.sizes - 1)
        members = others + self.sizes - 1
        chance = thresholds.chance_of_join(total / np.maximum(members, 1), members.astype(np.float64), start)
        weak = (others == 0) & (self.sizes > 1) & (own < cut)
        best = np.full(self.count, -np.inf)
        np.maximum.at(best, pairs.left, weights)
        np.maximum.at(best, pairs.right, weights)
        best = np.where(weak, np.maximum(best, own), best)
        apart = (members == 0) | weak
        chance[apart] = 1 - chances(best[apart])
        return chance, weak

    def _review(self, cluster: list[str], probability: Floats) -> list[str]:
        _, which, sizes = np.unique(np.asarray(cluster, dtype=object), return_inverse=True, return_counts=True)
        lowest = np.ones(len(sizes))
        np.minimum.at(lowest, which, probability)
        unsure = np.zeros(len(sizes), dtype=bool)
        row_of = {name: row for row, name in enumerate(self.ids)}
        for edge in self.standing:
            if edge.verdict == "not_sure" and edge.left in row_of and edge.right in row_of:
                unsure[which[[row_of[edge.left], row_of[edge.right]]]] = True
        words = []
        for size, low, asked in zip(sizes, lowest, unsure, strict=True):
            reasons = [
                (size > self.options.review_size, "size"),
                (size > 1 and low < self.options.review_below, "confidence"),
            ]
            words.append(";".join([word for holds, word in [*reasons, (asked, "not_sure")] if holds]))
        return [words[number] for number in which]

    def _report(
        self, pairs: Compared, model: Model, table: list[thresholds.Threshold], cut: float, rows: pa.Table
    ) -> dict[str, Any]:
        bit = float(np.log(2))
        chosen = min(table, key=lambda row: abs(row.cut - cut))
        clusters = rows["cluster"].value_counts()
        marked = rows.filter(pc.not_equal(rows["review"], ""))
        return {
            "rows": len(self.ids),
            "distinct_rows": self.count,
            "persons": len(clusters),
            "largest_cluster": max((row["counts"] for row in clusters.to_pylist()), default=0),
            "clusters_to_review": len(marked["cluster"].unique()),
            "fields": list(self.prepared.fields),
            "pairs_compared": len(pairs),
            "blocking": dict(self.blocking),
            "cut_bits": round(cut / bit, 3),
            "cut_chosen_by": "highest expected F1" if self.options.cut is None else "given",
            "expected_at_cut": _threshold(chosen),
            "thresholds": [_threshold(row) for row in table],
            "judgements_applied": len(
                [edge for edge in self.standing if edge.left in self.place and edge.right in self.place]
            ),
            "seed": self.options.seed,
            "start_bits": round(model.start / bit, 3),
            "share_of_compared_pairs_expected_one_person": round(model.blocked_share, 4),
            "weights_bits": {
                each.name: {
                    each.words(level): round(float(weight) / bit, 3)
                    for level, weight in enumerate(model.level_weights(number))
                }
                for number, each in enumerate(model.comparisons)
            },
            "note": "Precision and recall are what the model expects of itself. They are no measurement: no labels were used.",
        }


def _threshold(row: thresholds.Threshold) -> dict[str, float]:
    return {
        "cut_bits": round(row.cut / float(np.log(2)), 3),
        "precision": round(row.precision, 4),
        "recall": round(row.recall, 4),
        "f1": round(row.f1, 4),
        "pairs": round(row.pairs),
    }


def _first_ids(of_row: Numbers, ids: list[str], count: int) -> tuple[str, ...]:
    """For each profile the lowest id of its rows."""
    names: list[str | None] = [None] * count
    for profile, name in zip(of_row.tolist(), ids, strict=True):
        held = names[profile]
        names[profile] = name if held is None or name < held else held
    return tuple(name or "" for name in names)


def _named(label: Numbers, ids: list[str]) -> list[str]:
    """Each cluster by the lowest id of its members, so that its name hangs on no order."""
    lowest: dict[int, str] = {}
    for number, name in zip(label.tolist(), ids, strict=True):
        held = lowest.get(number)
        lowest[number] = name if held is None or name < held else held
    return [lowest[number] for number in label.tolist()]
