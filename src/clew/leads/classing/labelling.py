"""Labelling functions: published signs and numbers of a network, each naming one class or saying nothing.

After data programming (Ratner et al., 2016). They are data, `labelling.yaml`, with a source each.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from clew.leads.classing.classes import LeadClass
from clew.leads.classing.columns import Floats
from clew.standards.listed import listed

_COMPARE: Mapping[str, Callable[[Floats, float], npt.NDArray[np.bool_]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """One function: the class it names when all conditions (column, comparison, number) hold."""

    name: str
    says: LeadClass
    when: tuple[tuple[str, str, float], ...]
    words: str
    source: str

    def holds(self, found: Mapping[str, Floats]) -> npt.NDArray[np.bool_]:
        """Of each network, whether the function speaks. A column that is not there is 0."""
        size = len(found["adverts"])
        spoken = np.ones(size, np.bool_)
        for column, compared, number in self.when:
            spoken &= _COMPARE[compared](found.get(column, np.zeros(size)), number)
        return spoken

    @property
    def signs(self) -> frozenset[str]:
        """The published signs that it needs to be shown: those it asks a least share of."""
        return frozenset(
            column.removeprefix("share_")
            for column, compared, _ in self.when
            if column.startswith("share_") and compared.startswith(">")
        )


@cache
def _all() -> tuple[Labelling, ...]:
    content = listed(files("clew.leads.classing").joinpath("labelling.yaml").read_text(encoding="utf-8"))
    return tuple(
        Labelling(
            name=item["name"],
            says=LeadClass(item["says"]),
            when=tuple(_condition(column, text) for column, text in item["when"].items()),
            words=item["words"],
            source=item["source"],
        )
        for item in content
    )


def _condition(column: str, text: str) -> tuple[str, str, float]:
    compared, number = text.split()
    if compared not in _COMPARE:
        raise ValueError(f"labelling: {column}: the comparison is not known")
    return column, compared, float(number)


def labellings(switched_off: frozenset[str] = frozenset()) -> tuple[Labelling, ...]:
    """All functions that are on: one that is switched off itself, or that needs a sign which is, says nothing."""
    return tuple(f for f in _all() if f.name not in switched_off and not f.signs & switched_off)


def votes(found: Mapping[str, Floats], functions: tuple[Labelling, ...]) -> npt.NDArray[np.bool_]:
    """Networks x functions: who speaks."""
    if not functions:
        return np.zeros((len(found["adverts"]), 0), np.bool_)
    return np.column_stack([function.holds(found) for function in functions])
