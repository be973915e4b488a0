"""What of a person goes into which string of bits: one string a group of fields that are compared together.

The groups are compared and weighed one by one, as fields are in clear text. That is what makes encodings find almost what
clear text finds, and what makes them easier to attack by frequency than one string a person (docs/person-linkage.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clew.links.persons.comparisons import Comparison, Rung


@dataclass(frozen=True, slots=True)
class Group:
    """`bits` of its string, after folding, a multiple of 64."""

    name: str
    bits: int


GROUPS = (
    Group("name", 256), Group("birth_date", 128), Group("place", 256), Group("postcode", 128), Group("number", 256),
    Group("traits", 128),
)  # fmt: skip
BITS = sum(group.bits for group in GROUPS)

PER_FEATURE = {
    "word": 4, "name": 2, "root": 4, "year": 6, "part": 4, "date": 6, "digit": 2, "spot": 6, "spot_word": 3, "place": 2,
    "code": 8, "area": 3, "postcode": 3, "number": 4, "trait": 8,
}  # fmt: skip
"""Bits each kind of feature sets. Part of the schema: another number is another schema."""

RUNGS: npt.NDArray[np.float64] = np.array([0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
"""Likeness from which on a pair stands one rung higher; the highest rung is the same string."""

Feature = tuple[str, str, str]
"""Group, kind, and what is hashed."""


def slices() -> dict[str, slice]:
    """Where each group's string lies in an encoding, in bytes."""
    ends = np.cumsum([group.bits // 8 for group in GROUPS]).tolist()
    return {group.name: slice(start, end) for group, start, end in zip(GROUPS, [0, *ends[:-1]], ends, strict=True)}


def ladder(name: str) -> Comparison:
    """How two strings of a group are compared; a string that many have says less."""
    near = [Rung(f"bits at least {share:.0%} alike", "") for share in RUNGS[::-1].tolist()]
    return Comparison(name, (name,), "", (Rung("the same bits", ""), *near), ((len(near) + 1, name),))


def features(person: dict[str, object]) -> Iterator[Feature]:
    """All that is put in. Names have no place in the order, so exchanged ones stay alike."""
    yield from _names(person)
    if person.get("birth_date"):
        yield from (("birth_date", kind, text) for kind, text in _birth(str(person["birth_date"])))
    for field in ("birth_place", "place", "address"):
        yield from (("place", kind, f"{field}|{text}") for kind, text in _place(person.get(field)))
    if person.get("postcode"):
        yield from (("postcode", kind, text) for kind, text in _code(str(person["postcode"])))
    for field in ("phone", "email", "document"):
        for place, pair in enumerate(_pairs(str(person[field]))) if person.get(field) else ():
            yield "number", "number", f"{field}|{place}{pair}"
    for field in ("gender", "occupation", "citizenship"):
        if person.get(field):
            yield "traits", "trait", f"{field}|{person[field]}"


def _names(person: dict[str, object]) -> Iterator[Feature]:
    tokens = person.get("tokens")
    for word in tokens if isinstance(tokens, list) else ():
        yield "name", "word", word
        yield from (("name", "name", pair) for pair in _pairs(word))
    if person.get("root"):
        yield "name", "root", str(person["root"])


def _birth(digits: str) -> Iterator[tuple[str, str]]:
    yield "year", digits[:4]
    if len(digits) >= 6:
        yield "part", f"month{digits[4:6]}"
    if len(digits) == 8:
        yield "part", f"day{digits[6:]}"
        yield "date", digits
    yield from (("digit", f"{place}{digit}") for place, digit in enumerate(digits))


def _place(value: object) -> Iterator[tuple[str, str]]:
    if not value:
        return
    yield "spot", str(value)
    for word in str(value).split():
        yield "spot_word", word
        yield from (("place", pair) for pair in _pairs(word))


def _code(code: str) -> Iterator[tuple[str, str]]:
    yield "code", code
    yield from (("postcode", f"{place}{pair}") for place, pair in enumerate(_pairs(code)))
    yield from (("area", code[:length]) for length in range(2, len(code)))


def _pairs(word: str) -> list[str]:
    padded = f"_{word}_"
    return [padded[at : at + 2] for at in range(len(padded) - 1)]
