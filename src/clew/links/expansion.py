"""What else belongs to this? From seeds outwards, the strongest evidence first, until a stated budget is spent.

The strength of a way is the product of what each step keeps: the weight of the identifier's kind, and its hub damping,
1 / log2(1 + texts). A hub is told and not walked through: a hotel desk's phone leads to no city. Of all ways to a node the
strongest counts (Dijkstra 1959), and it is given, so that every line can be followed back to a seed.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from clew.links.expansion_index import EvidenceIndex
from clew.safeguards.errors import UsageError

FOUND = pa.schema(
    [
        ("node", pa.string()),
        ("kind", pa.string()),
        ("hops", pa.int64()),
        ("strength", pa.float64()),
        ("via", pa.string()),
        ("via_kind", pa.string()),
        ("texts", pa.int64()),
        ("hub", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How far is looked: nodes told at most, steps from a seed at most, and the weakest way that is followed.

    A step leads from an identifier to a record or back; two steps lead from a phone to the other numbers of its adverts.
    """

    nodes: int = 300
    hops: int = 6
    weakest: float = 0.02

    def __post_init__(self) -> None:
        if not 1 <= self.nodes <= 5_000:
            raise UsageError("budget: nodes must be between 1 and 5000")
        if not 1 <= self.hops <= 20:
            raise UsageError("budget: hops must be between 1 and 20")
        if not 0 < self.weakest < 1:
            raise UsageError("budget: weakest must be between 0 and 1")


@dataclass(frozen=True, slots=True)
class Expansion:
    """`found`: node, kind, hops, strength, via, via_kind, texts, hub; strongest first, seeds at the top with strength 1.

    `spent` says that the budget ended the search while there was more; `missing` which seeds (by their place) nothing names.
    """

    found: pa.Table
    spent: bool
    missing: tuple[int, ...]


def expand(index: EvidenceIndex, seeds: Sequence[str], *, budget: Budget | None = None) -> Expansion:
    """What hangs together with the seeds (`kind:key`, or `record:ID`), best first.

    >>> ads = pa.table({"record": ["a", "a", "b"], "kind": ["phone", "email", "email"], "key": ["+1", "x@y.example", "x@y.example"]})
    >>> found = expand(EvidenceIndex.of(ads), ["phone:+1"]).found
    >>> list(zip(found["node"].to_pylist(), found["hops"].to_pylist()))
    [('+1', 0), ('a', 1), ('x@y.example', 2), ('b', 3)]
    """
    if not seeds:
        raise UsageError("expand: name at least one seed")
    limits = budget or Budget()
    nodes = [index.find(seed) for seed in seeds]
    missing = tuple(place for place, node in enumerate(nodes) if node < 0)
    order, ways, spent = _walk(index, [node for node in nodes if node >= 0], limits)
    return Expansion(_table(index, order, ways), spent, missing)


_Way = tuple[float, int, int]
"""Strength, steps, and the node before (-1 at a seed)."""


def _walk(index: EvidenceIndex, seeds: Sequence[int], budget: Budget) -> tuple[list[int], dict[int, _Way], bool]:
    """Nodes in the order in which they are settled, each with its best way; and whether there was more."""
    size = len(index.records)
    best: dict[int, _Way] = dict.fromkeys(seeds, (1.0, 0, -1))
    heap = [(-1.0, 0, node) for node in sorted(best)]
    heapq.heapify(heap)
    order: list[int] = []
    done: set[int] = set()
    spent = False
    while heap:
        strength, steps, node = heapq.heappop(heap)
        if node in done:
            continue
        if len(order) == budget.nodes:
            spent = True
            break
        done.add(node)
        order.append(node)
        keeps = _keeps(index, node, size)
        if keeps == 0.0:
            continue  # a hub, be it a seed: told, not walked through
        further = _further(index, node, budget.nodes)
        if steps == budget.hops:
            spent = spent or any(other not in done for other in further)
            continue
        for other in further:
            if other in done:
                continue
            gain = -strength * keeps * (index.weight[other - size] if other >= size else 1.0)
            if gain < budget.weakest:
                spent = True
                continue
            known = best.get(other)
            if known is None or (gain, -steps - 1) > (known[0], -known[1]):
                best[other] = (float(gain), steps + 1, node)
                heapq.heappush(heap, (-float(gain), steps + 1, other))
    return order, best, spent


def _keeps(index: EvidenceIndex, node: int, size: int) -> float:
    """What is left of the strength behind this node: all of it behind a record, the damped part behind an identifier."""
    return 1.0 if node < size else float(index.damped[node - size])


def _further(index: EvidenceIndex, node: int, most: int) -> list[int]:
    """Neighbours, at most one more than the budget could tell: an identifier of one text may stand in very many adverts."""
    low, high = int(index.start[node]), int(index.start[node + 1])
    return [int(each) for each in index.around[low : min(high, low + most + 1)]]


def _table(index: EvidenceIndex, order: Sequence[int], ways: dict[int, _Way]) -> pa.Table:
    size = len(index.records)
    rows = []
    for node in order:
        strength, steps, before = ways[node]
        kind, key = index.name(node)
        via_kind, via = index.name(before) if before >= 0 else (None, None)
        identifier = node >= size
        texts = int(index.texts[node - size]) if identifier else None
        hub = identifier and float(index.damped[node - size]) == 0.0
        rows.append((key, kind, steps, round(strength, 6), via, via_kind, texts, hub))
    return pa.Table.from_pylist([dict(zip(FOUND.names, row, strict=True)) for row in rows], schema=FOUND)
