"""What may leave and what may not are different types.

A `Raw` value is about persons. A `Releasable` one has passed the checks of this package, and carries the guarantee
that they gave it. Only modules of `clew.publish` can make one: its maker is theirs, and a test reads the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from clew.safeguards.errors import Blocked

T = TypeVar("T")


class Method(StrEnum):
    """The ways by which data about persons become data that may leave."""

    ANONYMISE = "anonymise"
    SYNTHESISE = "synthesise"
    TABLE = "table"
    DISCLOSE = "disclose"
    """To one named recipient under an agreement. Not anonymous: nobody may take it for a public release."""


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
    """A value about persons, as received. It has no way out but through the methods of this package."""

    value: T

    def __repr__(self) -> str:
        return f"Raw({type(self.value).__name__}, not shown)"


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False, init=False)
class Releasable(Generic[T]):
    """A value that passed the checks of this package, with its guarantee. Anything else cannot be written outward.

    Nobody constructs one: what the methods of this package made is noted, and only that passes `passed_checks`. A copy,
    a subclass, or one that was given another value afterwards does not.
    """

    value: T
    guarantee: Guarantee

    def __init__(self, *_: object, **__: object) -> None:
        raise Blocked("release: only the checks of clew.publish make a value releasable")


def _registry() -> tuple[Callable[[T, Guarantee], Releasable[T]], Callable[[object], bool]]:
    made: WeakKeyDictionary[Releasable[Any], tuple[object, Guarantee]] = WeakKeyDictionary()

    def make(value: T, guarantee: Guarantee) -> Releasable[T]:
        """For the methods of this package, after their checks."""
        new: Releasable[T] = object.__new__(Releasable)
        object.__setattr__(new, "value", value)
        object.__setattr__(new, "guarantee", guarantee)
        made[new] = value, guarantee
        return new

    def is_made(value: object) -> bool:
        """Whether this very object was made by a method of this package and still holds what it was made with."""
        if type(value) is not Releasable or value not in made:
            return False
        kept, guarantee = made[value]
        return value.value is kept and value.guarantee is guarantee

    return make, is_made


_releasable, passed_checks = _registry()
