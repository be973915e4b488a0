"""Seeded chance: one independent stream a part of the world, so that a change in one leaves the others as they were."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def stream(seed: int, part: str) -> np.random.Generator:
    """The generator of one part. Only uniform draws are taken from it: others may differ in the last bit by machine."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(part.encode())]))


class Dice:
    """Single draws, taken from blocks: for the thousands of choices that are made one by one."""

    __slots__ = ("_at", "_block", "_rng")

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._block: list[float] = []
        self._at = 0

    def roll(self) -> float:
        """A number from 0 up to, not including, 1."""
        if self._at == len(self._block):
            self._block = self._rng.random(8192).tolist()
            self._at = 0
        self._at += 1
        return self._block[self._at - 1]

    def chance(self, share: float) -> bool:
        return self.roll() < share

    def below(self, count: int) -> int:
        return int(self.roll() * count)

    def between(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.roll() * (high - low + 1))

    def pick(self, items: Sequence[T]) -> T:
        return items[int(self.roll() * len(items))]

    def some(self, items: Sequence[T], count: int) -> list[T]:
        """`count` different items (all of them when there are fewer), in chance order."""
        left = list(items)
        return [left.pop(int(self.roll() * len(left))) for _ in range(min(count, len(left)))]

    def weighted(self, items: Sequence[T], weights: Sequence[float]) -> T:
        at = self.roll() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            at -= weight
            if at < 0:
                return item
        return items[-1]


def apportion(total: int, weights: Sequence[float], *, least: int = 0) -> list[int]:
    """Whole numbers that add up to `total` in proportion to the weights, none under `least` (largest remainders)."""
    spare = total - least * len(weights)
    if spare < 0:
        raise ValueError("the total is too small for so many parts")
    scale = spare / sum(weights)
    exact = [weight * scale for weight in weights]
    parts = [int(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[: spare - sum(parts)]:
        parts[i] += 1
    return [part + least for part in parts]
