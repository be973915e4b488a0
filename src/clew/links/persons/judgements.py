"""What people said of pairs: one person, not one person, not sure. It is applied before grouping and can be taken back.

An edge is a row with left, right and verdict (yes, no, not_sure), as signed in the store of judgements; it may have an
`id`, and `reverses` with the id of the edge that it takes back. Later rows stand over earlier ones on the same pair. The
groups are a function of the weights and of the edges that stand: taking an edge back gives what was there before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.safeguards.errors import Conflict, MissingColumn, UsageError

Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

BINDING = 1e9
"""The weight of a verdict: no sum of what was compared comes near."""
VERDICTS = ("yes", "no", "not_sure")


@dataclass(frozen=True, slots=True)
class Edge:
    """A standing verdict on two rows, by their ids."""

    left: str
    right: str
    verdict: str


def standing(edges: pa.Table) -> list[Edge]:
    """The edges in force, in the order of their pairs. Raises UsageError for a verdict that is none."""
    for name in ("left", "right", "verdict"):
        if name not in edges.column_names:
            raise MissingColumn(name, present=tuple(edges.column_names))
    rows = [{name: _text(value) for name, value in row.items()} for row in edges.to_pylist()]
    gone = {row["reverses"] for row in rows if row.get("reverses")}
    kept: dict[tuple[str, str], Edge] = {}
    for number, row in enumerate(rows, 1):
        if row.get("reverses") or (row.get("id") and row["id"] in gone):
            continue
        left, right = sorted((row["left"], row["right"]))
        if row["verdict"] not in VERDICTS or not left or left == right:
            raise UsageError(f"judgements, row {number}: needs two ids and a verdict out of {', '.join(VERDICTS)}")
        kept[left, right] = Edge(left, right, row["verdict"])
    return [kept[pair] for pair in sorted(kept)]


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def applied(
    left: Numbers, right: Numbers, weights: Floats, edges: list[Edge], place: Mapping[str, int]
) -> tuple[Numbers, Numbers, Floats]:
    """The pairs with verdicts in place of weights; `place` is the profile of an id. Edges on unknown ids change nothing.

    Raises Conflict when verdicts contradict each other: a is b, b is c, and a is not c.
    """
    known = [edge for edge in edges if edge.verdict != "not_sure" and edge.left in place and edge.right in place]
    if not known:
        return left, right, weights
    _check(known)
    ends = np.array([sorted((place[edge.left], place[edge.right])) for edge in known], dtype=np.int64)
    verdict = np.array([BINDING if edge.verdict == "yes" else -BINDING for edge in known])
    base = np.int64(max(place.values()) + 1)
    judged = np.isin(left * base + right, ends[:, 0] * base + ends[:, 1])
    return (
        np.concatenate([left[~judged], ends[:, 0]]),
        np.concatenate([right[~judged], ends[:, 1]]),
        np.concatenate([weights[~judged], verdict]),
    )


def _check(edges: list[Edge]) -> None:
    parent: dict[str, str] = {}

    def top(name: str) -> str:
        while parent.setdefault(name, name) != name:
            name = parent[name]
        return name

    for edge in edges:
        if edge.verdict == "yes":
            parent[top(edge.left)] = top(edge.right)
    for edge in edges:
        if edge.verdict == "no" and top(edge.left) == top(edge.right):
            raise Conflict(
                f"judgements contradict each other: {edge.left} and {edge.right} are told apart and joined by others"
            )
