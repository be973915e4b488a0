"""Texts as arrays of numbers, one a sign, and tables that say something of each sign, filled in as signs are met."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Codes: TypeAlias = npt.NDArray[np.uint32]
Flags: TypeAlias = npt.NDArray[np.bool_]
Places: TypeAlias = npt.NDArray[np.int64]
POINTS = 0x110000


def codes(text: str) -> Codes:
    """The signs of a text as numbers; halves of emoji are kept."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def written(signs: Codes) -> str:
    """The text of these signs."""
    return signs.tobytes().decode("utf-32-le", "surrogatepass")


def owners(flags: Flags, ends: Places) -> set[int]:
    """Which of the texts that end there (end excluded) hold a sign that is flagged."""
    at = np.flatnonzero(flags)
    return set(np.searchsorted(ends, at, side="right").tolist()) if len(at) else set()


def table(kind: type[np.unsignedinteger[Any]], unmet: int) -> npt.NDArray[Any]:
    """A table of all signs for `met`, in which none has been met; `unmet` is what it never says of one."""
    return np.full(POINTS + 1, unmet, kind)


def met(known: npt.NDArray[Any], signs: Codes, work: Callable[[int], int]) -> npt.NDArray[Any]:
    """What the table says of each sign, worked out when one is first met."""
    said = known[signs]
    unmet = said == known[-1]
    if unmet.any():
        for point in np.unique(signs[unmet]).tolist():
            known[point] = work(point)
        said = known[signs]
    return said
