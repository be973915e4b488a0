"""The errors of a model by group as they may be shown: without those of few, and those that would give them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from clew.leads.classing.measuring import SMALLEST, GroupErrors
from clew.leads.intervals import Share
from clew.safeguards.fairness_hiding import beside

_SHARES = ("flagged", "missed", "wrong_flags", "wrong", "unclear")


def told(groups: Sequence[GroupErrors]) -> list[GroupErrors]:
    """The same lines; what is not said is 0 of 0, and of 0 answers. What an older clew did not measure stays None."""
    out: dict[int, GroupErrors] = {}
    for dimension in dict.fromkeys(row.dimension for row in groups):
        places = [place for place, row in enumerate(groups) if row.dimension == dimension]
        rows = [groups[place] for place in places]
        answers = _hidden([row.answers for row in rows])
        hides = {name: _hidden([_size(row, name) for row in rows]) for name in _SHARES}
        for at, place in enumerate(places):
            gone = {name: Share(0, 0) for name in _SHARES if hides[name][at] and getattr(rows[at], name) is not None}
            out[place] = replace(rows[at], answers=0 if answers[at] else rows[at].answers, **gone)  # type: ignore[arg-type]
    return [out[place] for place in range(len(groups))]


def _hidden(sizes: Sequence[int]) -> list[bool]:
    return beside(sizes, [size < SMALLEST for size in sizes], SMALLEST)


def _size(row: GroupErrors, name: str) -> int:
    share: Share | None = getattr(row, name)
    return share.whole if share else 0
