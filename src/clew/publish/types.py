"""What may leave and what may not are different types.

A `Raw` value is about persons. A `Releasable` one has passed the checks of this package, and carries the guarantee
that they gave it. Only modules of `clew.publish` can make one: the seal below is theirs, and a test reads the others.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from clew.safeguards.errors import Blocked

T = TypeVar("T")


class Method(StrEnum):
    """The ways by which data about persons become data that may leave."""

    ANONYMISE = "anonymise"
    SYNTHESISE = "synthesise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantee:
    """What is promised of a released value, in words and numbers."""

    method: Method
    words: str
    """As in `k = 11 over gender, age`."""
    k: int | None = None
    epsilon: float = 0.0
    """Spent of the dataset's differential-privacy budget; 0 for a k-anonymous release."""
    delta: float = 0.0


@dataclass(frozen=True, slots=True)
class Raw(Generic[T]):
    """A value about persons, as received. It has no way out but through `anonymise` or `synthesise`."""

    value: T

    def __repr__(self) -> str:
        return f"Raw({type(self.value).__name__}, not shown)"


class Seal:
    """Marks who makes a `Releasable`. Its one instance is `_SEAL`."""


_SEAL = Seal()


@dataclass(frozen=True, slots=True)
class Releasable(Generic[T]):
    """A value that passed the checks of this package, with its guarantee. Anything else cannot be written outward."""

    value: T
    guarantee: Guarantee
    seal: InitVar[Seal]

    def __post_init__(self, seal: Seal) -> None:
        if seal is not _SEAL:
            raise Blocked("release: only the checks of clew.publish make a value releasable")


def _releasable(value: T, guarantee: Guarantee) -> Releasable[T]:
    """For the methods of this package, after their checks."""
    return Releasable(value, guarantee, _SEAL)
