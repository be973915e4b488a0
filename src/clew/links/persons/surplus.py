"""Which similarities are those of one person, judged by how alike strangers are. No labels are used.

Nearly all pairs are strangers. Above the similarity that one pair in a hundred reaches, strangers thin out
exponentially (as the tails of most distributions do, Pickands 1975), and what stands above that line is persons: a normal
hump. EM on the histogram tells both, and with them the chance that a pair at a similarity is one person, as local
false discovery rates do (Efron 2004).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

Floats = npt.NDArray[np.float64]

_ROUNDS = 2_000
_NARROWEST, _NEAREST = 0.07, 0.12
"""Records of one person are spread at least so wide, and their hump stands so far from the floor. A narrower or nearer one
is strangers who share a place."""
_AWAY = (0.95, 0.1)
_NARROWEST_FRAGMENTS = 0.03


@dataclass(frozen=True, slots=True)
class Surplus:
    """Above `floor`: the share of pairs that are one person, how fast strangers thin out, and the hump of persons."""

    floor: float
    share: float
    rate: float
    middle: float
    spread: float

    def chance(self, similarity: Floats) -> Floats:
        """The chance that pairs of this similarity are one person; 0 below the floor."""
        chance = self._persons(similarity) / np.maximum(self.density(similarity), 1e-300)
        return np.asarray(np.where(similarity >= self.floor, chance, 0.0))

    def density(self, similarity: Floats) -> Floats:
        """Of all pairs above the floor."""
        strangers = (1 - self.share) * self.rate * np.exp(-self.rate * (similarity - self.floor))
        return np.asarray(strangers + self._persons(similarity))

    def _persons(self, similarity: Floats) -> Floats:
        return np.asarray(self.share * norm.pdf(similarity, self.middle, self.spread) / self._mass())

    def _mass(self) -> float:
        """Of the hump, what lies between the floor and 1."""
        inside = norm.sf(self.floor, self.middle, self.spread) - norm.sf(1, self.middle, self.spread)
        return max(float(inside), 0.05)


def surplus(similarity: Floats, counts: Floats, floor: float, *, fragments: bool = False) -> Surplus:
    """Fits both parts to a histogram: `counts[i]` pairs at `similarity[i]`, all at or above `floor`.

    `fragments`: what is left of persons after most of their records were joined, a narrow hump near the floor.
    """
    narrowest, nearest = (_NARROWEST_FRAGMENTS, 0.0) if fragments else (_NARROWEST, _NEAREST)
    total = counts.sum()
    if total < 1:
        return Surplus(floor, 0.0, 50.0, *_AWAY)
    beyond = similarity - floor
    rate = 2 / max(float((beyond * counts).sum() / total), 1e-3)
    fit = Surplus(floor, 0.5, rate, 0.75, 0.12)
    for _ in range(_ROUNDS):
        persons = fit.chance(similarity) * counts
        strangers = counts - persons
        share = float(persons.sum() / total)
        if persons.sum() < 1e-6 or strangers.sum() < 1e-6:
            return Surplus(floor, share, fit.rate, fit.middle, fit.spread)
        middle = float(np.clip((persons * similarity).sum() / persons.sum(), min(floor + nearest, 0.95), 1.0))
        spread = float(np.sqrt((persons * (similarity - middle) ** 2).sum() / persons.sum()))
        rate = float(strangers.sum() / max(float((strangers * beyond).sum()), 1e-9))
        before, fit = fit.share, Surplus(floor, share, rate, middle, max(spread, narrowest))
        if abs(share - before) < 1e-9:
            break
    return (
        fit
        if _tells_more(fit, similarity, counts)
        else Surplus(floor, 0.0, float(total / (beyond * counts).sum()), *_AWAY)
    )


def _tells_more(fit: Surplus, similarity: Floats, counts: Floats) -> bool:
    """Whether a hump explains the histogram better than strangers alone, its three numbers paid for (BIC, Schwarz 1978)."""
    beyond = similarity - fit.floor
    alone = counts.sum() / max(float((beyond * counts).sum()), 1e-9)
    one = counts @ (np.log(alone) - alone * beyond)
    both = counts @ np.log(np.maximum(fit.density(similarity), 1e-300))
    return bool(both - one > 1.5 * np.log(counts.sum()))
