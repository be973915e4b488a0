"""Findings held against the truth of the world: clusters, phones, leads.

A figure from here says nothing of the real world.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import MissingColumn

Z95 = 1.959963984540054
"""Two-sided 95% quantile of the normal distribution."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a count, with its 95% interval (Wilson 1927). Of nothing, the interval is the whole of 0 to 1."""

    part: int
    whole: int

    @property
    def rate(self) -> float:
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high end.

        >>> [round(end, 3) for end in Share(3, 100).interval]
        [0.01, 0.085]
        """
        if not self.whole:
            return 0.0, 1.0
        squeeze = 1 + Z95**2 / self.whole
        middle = (self.rate + Z95**2 / (2 * self.whole)) / squeeze
        spread = Z95 / squeeze * math.sqrt(self.rate * (1 - self.rate) / self.whole + Z95**2 / (4 * self.whole**2))
        return max(0.0, middle - spread), min(1.0, middle + spread)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.part} of {self.whole} ({self.rate:.1%}, 95% interval {low:.1%} to {high:.1%})"


@dataclass(frozen=True, slots=True)
class ClusterComparison:
    """Pairs of adverts: in one cluster by truth, in one cluster as found, and both."""

    adverts: int
    pairs_true: int
    pairs_found: int
    pairs_right: int

    @property
    def precision(self) -> float:
        return self.pairs_right / self.pairs_found if self.pairs_found else 1.0

    @property
    def recall(self) -> float:
        return self.pairs_right / self.pairs_true if self.pairs_true else 1.0


@dataclass(frozen=True, slots=True)
class PhoneComparison:
    """How many adverts with a number in their text had it read rightly, and how many readings were right.

    `by_style` has a row for each way of writing: style, international, adverts, found, share.
    """

    found: Share
    right: Share
    by_style: pa.Table


@dataclass(frozen=True, slots=True)
class LeadComparison:
    """What the first `top` leads hold.

    A network is found when one lead holds two of its adverts (or its only one). A poster is flagged when a lead holds
    any advert of theirs. `by_class` has a row for each class: class, posters, flagged, rate, low, high.
    """

    top: int
    leads: int
    networks: Share
    independents: Share
    by_class: pa.Table


def _column(table: pa.Table, *names: str) -> pa.ChunkedArray:
    for name in names:
        if name in table.column_names:
            return table[name]
    raise MissingColumn(names[0], present=tuple(table.column_names))


def _codes(column: pa.ChunkedArray | pa.Array) -> Ints:
    """Equal values as equal numbers; an unknown value is -1."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(
        pc.fill_null(array.dictionary_encode().indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64
    )


def _positions(wanted: pa.ChunkedArray, known: pa.ChunkedArray) -> Ints:
    """Where each wanted id stands among the known ones; -1 where it does not."""
    where = pc.index_in(wanted.cast(pa.string()), value_set=known.combine_chunks().cast(pa.string()))
    return np.asarray(pc.fill_null(where, -1).to_numpy(), dtype=np.int64)


def _pairs(codes: Ints) -> int:
    counts = np.unique(codes, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())


def compare_clusters(truth: pa.Table, clusters: pa.Table) -> ClusterComparison:
    """Pair precision and recall of `clusters` (id, cluster) against the truth's templates (id, template_cluster).

    An advert that `clusters` leaves out counts as one that belongs to no other.
    """
    at = _positions(_column(clusters, "id", "record"), truth["id"])
    real = _codes(truth["template_cluster"])
    found = -1 - np.arange(len(real), dtype=np.int64)
    found[at[at >= 0]] = _codes(_column(clusters, "cluster"))[at >= 0]
    both = real * (len(real) + 1) + np.unique(found, return_inverse=True)[1]
    return ClusterComparison(len(real), _pairs(real), _pairs(found), _pairs(both))


def compare_phones(truth: pa.Table, signals: pa.Table) -> PhoneComparison:
    """Phones read (id or record, kind, value in E.164) against the number that is really in the text."""
    phones = signals.filter(pc.equal(_column(signals, "kind"), "phone"))
    at = _positions(_column(phones, "id", "record"), truth["id"])
    real = pa.chunked_array([truth["phone_true"].combine_chunks().take(pa.array(at, mask=at < 0))])
    same = np.asarray(pc.fill_null(pc.equal(_column(phones, "value", "key"), real), False).to_numpy())
    in_text = np.asarray(truth["phone_in_text"].cast(pa.int8()).to_numpy()) == 1
    read = np.zeros(len(truth), np.bool_)
    read[at[same]] = True
    shown = truth.append_column("read", pa.array(read)).filter(pa.array(in_text))
    groups = shown.group_by(["phone_style", "international"]).aggregate([("read", "count"), ("read", "sum")])
    groups = groups.sort_by([("phone_style", "ascending"), ("international", "ascending")])
    total, found = groups["read_count"], groups["read_sum"].cast(pa.int64())
    by_style = pa.table(
        {
            "style": groups["phone_style"],
            "international": groups["international"],
            "adverts": total,
            "found": found,
            "share": pc.divide(found.cast(pa.float64()), total.cast(pa.float64())),
        }
    )
    return PhoneComparison(
        Share(int((read & in_text).sum()), int(in_text.sum())), Share(int(same.sum()), len(same)), by_style
    )


def compare_leads(truth: pa.Table, leads: pa.Table, top: int) -> LeadComparison:
    """The first `top` leads (lead, record, points; a row for each record of a lead) against the truth of the adverts.

    Leads are taken by their points, most first, then by name; records that are no adverts are passed over.
    """
    best = leads.group_by("lead").aggregate([("points", "max")])
    best = best.sort_by([("points_max", "descending"), ("lead", "ascending")]).slice(0, top)
    kept = leads.filter(pc.is_in(leads["lead"], value_set=best["lead"].combine_chunks()))
    at = _positions(_column(kept, "record", "id"), truth["id"])
    lead, at = _codes(kept["lead"])[at >= 0], at[at >= 0]
    by_class = _flagged(truth, at)
    honest = by_class.filter(pc.equal(by_class["class"], "independent")).to_pylist()
    independents = Share(honest[0]["flagged"], honest[0]["posters"]) if honest else Share(0, 0)
    return LeadComparison(top, len(best), _networks_found(truth, lead, at), independents, by_class)


LOOKS = {
    "controller": "organised_control",
    "independent": "independent_work",
    "spa": "business",
    "spam": "scam_or_spam",
    "agency": "recruitment_offer",
    "employer": "recruitment_offer",
    "fake-job": "recruitment_offer",
}
"""The class that a network of adverts looks like, for each class of who posts."""
CONTROLLED = 0.25
"""Share of a network's adverts from which it is a controller's, whoever else is in it."""


def network_classes(truth: pa.Table, members: pa.Table) -> pa.Table:
    """What each found network really is: network, class, share (of its adverts that are of that class), adverts.

    `members` has id and network. A network is a controller's from a quarter of its adverts on, so that a finder which mixes
    others in is not excused; otherwise it is of the class most of its adverts are of.
    """
    at = _positions(_column(members, "id", "record"), truth["id"])
    network = np.asarray(_column(members, "network").to_numpy(), np.int64)[at >= 0]
    kinds, looks = truth["class"].combine_chunks().dictionary_encode(), sorted(set(LOOKS.values()))
    as_look = np.array([looks.index(LOOKS[kind]) for kind in kinds.dictionary.to_pylist()], np.int64)
    named, place = np.unique(network, return_inverse=True)
    counts = np.zeros((len(named), len(looks)), np.int64)
    np.add.at(counts, (place, as_look[kinds.indices.to_numpy()[at[at >= 0]]]), 1)
    total, ruled = counts.sum(axis=1), looks.index("organised_control")
    best = np.where(counts[:, ruled] >= CONTROLLED * np.maximum(total, 1), ruled, counts.argmax(axis=1))
    return pa.table(
        {
            "network": named,
            "class": [looks[k] for k in best],
            "share": counts[np.arange(len(named)), best] / np.maximum(total, 1),
            "adverts": total,
        }
    )


def compare_flags(truth: pa.Table, members: pa.Table, flagged: pa.Array) -> LeadComparison:
    """Networks that were flagged (their numbers) against the truth, as if each were a lead of the same rank."""
    kept = members.filter(pc.is_in(_column(members, "network"), value_set=flagged))
    size = kept.num_rows
    leads = pa.table(
        {
            "lead": _column(kept, "network").cast(pa.string()),
            "record": _column(kept, "id", "record"),
            "points": pa.array(np.ones(size)),
        }
    )
    return compare_leads(truth, leads, max(1, len(flagged)))


def _networks_found(truth: pa.Table, lead: Ints, at: Ints) -> Share:
    controller = np.asarray(pc.equal(truth["class"], "controller").to_numpy())
    network = np.where(controller, _codes(truth["network"]), -1)
    sizes = dict(zip(*(part.tolist() for part in np.unique(network[network >= 0], return_counts=True)), strict=True))
    held = network[at]
    pairs = np.unique(np.stack([lead[held >= 0], at[held >= 0]]), axis=1)  # an advert counts once in a lead
    together = np.stack([pairs[0], network[pairs[1]]])
    groups, counts = np.unique(together, axis=1, return_counts=True)
    found = {int(n) for n, count in zip(groups[1], counts, strict=True) if count >= min(2, sizes[int(n)])}
    return Share(len(found), len(sizes))


def _flagged(truth: pa.Table, at: Ints) -> pa.Table:
    """For each class: how many posters there are, and of how many a lead holds an advert."""
    marked = np.zeros(len(truth), np.int8)
    marked[at] = 1
    posters = truth.select(["poster", "class"]).append_column("marked", pa.array(marked))
    posters = posters.group_by(["poster", "class"]).aggregate([("marked", "max")])
    classes = posters.group_by("class").aggregate([("marked_max", "count"), ("marked_max", "sum")]).sort_by("class")
    shares = [
        Share(int(f), int(n))
        for f, n in zip(classes["marked_max_sum"].to_pylist(), classes["marked_max_count"].to_pylist(), strict=True)
    ]
    return pa.table(
        {
            "class": classes["class"],
            "posters": [share.whole for share in shares],
            "flagged": [share.part for share in shares],
            "rate": [share.rate for share in shares],
            "low": [share.interval[0] for share in shares],
            "high": [share.interval[1] for share in shares],
        }
    )
