"""Hierarchical log-linear models of lists: which lists depend on each other.

A model is the sorted tuple of its terms; a term is the set of lists it joins, as bits. Every list has a term of its own,
a model with a term has all terms inside it (hierarchy), and the term of all lists together is left out, since it
cannot be told from the persons on no list (Bishop, Fienberg and Holland 1975, ch. 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

Model = tuple[int, ...]

MANY = {2: 1, 3: 8, 4: 113, 5: 6893}
"""How many models there are of so many lists."""


def independent(lists: int) -> Model:
    """The model in which no list depends on another."""
    return tuple(1 << bit for bit in range(lists))


def all_models(lists: int, order: int | None = None) -> Iterator[Model]:
    """Every model whose terms join at most `order` lists (default: all but one of the lists)."""
    order = min(order or lists - 1, lists - 1)
    yield from _grown(independent(lists), lists, 2, order)


def _grown(model: Model, lists: int, size: int, order: int) -> Iterator[Model]:
    """The model with every choice of terms of this size, and then of the larger ones that they allow."""
    held = set(model)
    allowed = [term for term in _terms(lists, size) if _faces(term) <= held] if size <= order else []
    if not allowed:
        yield model
        return
    for chosen in range(1 << len(allowed)):
        more = tuple(term for place, term in enumerate(allowed) if chosen >> place & 1)
        yield from _grown((*model, *more), lists, size + 1, order)


def _terms(lists: int, size: int) -> list[int]:
    return [sum(1 << bit for bit in bits) for bits in combinations(range(lists), size)]


def _faces(term: int) -> set[int]:
    """The terms with one list fewer."""
    return {term & ~(1 << bit) for bit in range(term.bit_length()) if term >> bit & 1}


def neighbours(model: Model, lists: int, order: int | None = None) -> list[Model]:
    """The models with one term more or one fewer."""
    order, held = min(order or lists - 1, lists - 1), set(model)
    more = [
        term
        for size in range(2, order + 1)
        for term in _terms(lists, size)
        if term not in held and (size == 2 or _faces(term) <= held)
    ]
    inside = {face for term in model for face in (_faces(term) if term.bit_count() > 1 else ())}
    fewer = [term for term in model if term.bit_count() > 1 and term not in inside]
    grown = [tuple(sorted((*model, term), key=lambda t: (t.bit_count(), t))) for term in more]
    return grown + [tuple(t for t in model if t != term) for term in fewer]


def name_of(model: Model) -> str:
    """The model by its largest terms, lists numbered from 1.

    >>> name_of((1, 2, 4, 3, 6))
    '[12,23]'
    """
    inside = {face for term in model for face in (_faces(term) if term.bit_count() > 1 else ())}
    largest = [
        "".join(_digit(bit) for bit in range(term.bit_length()) if term >> bit & 1)
        for term in model
        if term not in inside
    ]
    return f"[{','.join(sorted(largest))}]"


def _digit(bit: int) -> str:
    return "123456789A"[bit]
