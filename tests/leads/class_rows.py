"""Rows of five classes that are told apart by two numbers, for tests of what learns from them."""

from __future__ import annotations

import numpy as np

from clew.leads.classing import CLASSES, Training

CENTRES = np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 3.0], [0.0, -3.0], [3.0, 3.0]])


def rows(count: int, seed: int, spread: float = 1.0):
    """Columns and the place of the true class."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, len(CLASSES), count)
    return CENTRES[truth] + spread * rng.normal(size=(count, 2)), truth


def training(count: int = 400, seed: int = 1, *, allowed=None, spread: float = 1.0, language=None) -> Training:
    """All rows answered, in two languages, unless `allowed` says which classes each may be of."""
    found, truth = rows(count, seed, spread)
    whole = np.eye(len(CLASSES), dtype=bool)[truth]
    languages = language or ["en" if n % 2 else "ru" for n in range(count)]
    return Training(
        names=("one", "two"),
        rows=found,
        weak=np.full((count, len(CLASSES)), 1 / len(CLASSES)),
        judged=np.arange(count),
        allowed=whole if allowed is None else allowed,
        groups={
            "language": languages,
            "script": ["Cyrillic" if each == "ru" else "Latin" for each in languages],
            "place": ["Lyon"] * count,
            "stated gender": ["none stated"] * count,
            "source": ["one"] * count,
        },
    )
