"""The risks to persons that an impact assessment looks at, with the measures against each and what stays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from clew.standards.legal import Answer
from clew.standards.listed import listed

STEPS = ("negligible", "limited", "significant", "maximum")
"""Severity and likelihood from 1 to 4 (CNIL, Privacy Impact Assessment: Knowledge bases, 2018)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One risk. `left_severity` and `left_likelihood` are what stays after all measures hold."""

    id: str
    risk: str
    kinds: frozenset[str]
    """Kinds of records that bring it; empty for any."""
    severity: int
    likelihood: int
    measures: tuple[Answer, ...]
    left_severity: int
    left_likelihood: int
    raised_by: tuple[str, ...]

    def arises(self, kinds: Collection[str]) -> bool:
        return not self.kinds or not self.kinds.isdisjoint(kinds)

    def left(self, facts: Collection[str]) -> tuple[int, int]:
        """Severity and likelihood that stay in a workspace with these facts."""
        raised = sum(name in facts for name in self.raised_by)
        return self.left_severity, min(len(STEPS), self.left_likelihood + raised)


@cache
def risks() -> tuple[Risk, ...]:
    """All of them, in the order of the file."""
    content = listed(files("clew.standards").joinpath("legal_risks.yaml").read_text(encoding="utf-8"))
    return tuple(
        Risk(
            kinds=frozenset(item["with"]),
            measures=tuple(Answer(**each) for each in item["measures"]),
            raised_by=tuple(item["raised_by"]),
            **{
                name: item[name]
                for name in ("id", "risk", "severity", "likelihood", "left_severity", "left_likelihood")
            },
        )
        for item in content
    )


def is_high(severity: int, likelihood: int) -> bool:
    """Whether a risk that stays calls for asking the authority first (GDPR art. 36, LED art. 28): both significant or more.

    >>> is_high(4, 2), is_high(3, 3)
    (False, True)
    """
    return severity >= 3 and likelihood >= 3
