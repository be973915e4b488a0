"""The attack audit: what the attacks of the field get out of a release, with intervals and against a control set.

Membership inference by the nearest row, and the three tests that data protection authorities ask for (WP216: singling out,
linkability, inference) as Giomi, Boenisch, Wehmeyer and Tasnadi set them up (PoPETs 2023). Persons of a control set, who were
held out before the release was made, are attacked in the same way: only what works better on the persons in the data counts.
An attack that finds nothing proves nothing about attacks that were not tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clew.publish.attacks.facets import Facet, Facets, facets
from clew.publish.attacks.nearest import NEIGHBOURS, Told, ask, distances_to_others, split
from clew.publish.attacks.rates import Rate, Report, Risk, Scores, Separation, risk_of, separation
from clew.publish.attacks.singling import Singled, single_out
from clew.publish.columns import Codes
from clew.publish.fingerprint import fingerprint
from clew.safeguards.errors import UsageError

ATTACKS = 1_000
NOTICE = "For the steward, not for release: this report was made by attacking the release with the raw data in hand."
LIMITS = (
    "An attack that finds nothing proves nothing about attacks that were not tried; what a k-anonymous release promises is k, "
    "what a synthetic one promises is its epsilon."
)
TOLERATED_RISK = 0.05
"""Risks of which even the low end of the interval is above this are named as found."""
TOLERATED_AUC = 0.52
_RAREST = 10
"""Membership is asked once more of the tenth whose values are the rarest."""
_FEWEST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What the attacks got out of a release."""

    membership: Separation
    against_others: Separation
    """Membership, with how unusual a person is anyway taken into account."""
    rarest: Separation
    """The same of the tenth of persons whose values are the rarest."""
    singling_out: Singled
    linkability: Risk | None
    """None where the release has one column only."""
    inference: Mapping[str, Risk]
    """By the column that is guessed from all others; columns with too few values to guess are left out."""
    facts: Report
    canaries: Separation | None = None
    """Planted canaries against those kept out; None where none were planted."""

    @property
    def worst_inference(self) -> str | None:
        return max(self.inference, key=lambda name: (self.inference[name].low, self.inference[name].risk), default=None)

    @property
    def found(self) -> tuple[str, ...]:
        """The attacks that found more than is tolerated, beyond chance."""
        worst = self.inference[self.worst_inference] if self.worst_inference else None
        risks = {
            "singling out": self.singling_out.several,
            "singling out by one value": self.singling_out.one,
            "linkability": self.linkability,
            f"inference of {self.worst_inference}": worst,
        }
        apart = {
            "membership": self.membership,
            "membership against others": self.against_others,
            "membership of the rarest": self.rarest,
            "membership of canaries": self.canaries,
        }
        told = [name for name, each in apart.items() if each is not None and each.low > TOLERATED_AUC]
        return (*told, *(name for name, risk in risks.items() if risk is not None and risk.low > TOLERATED_RISK))

    def report(self) -> Report:
        """As JSON holds it; nothing in it is a value of a cell."""
        return {
            "notice": NOTICE,
            "limits": LIMITS,
            **self.facts,
            "found": list(self.found),
            "membership": {
                **self.membership.report(),
                "against_others": self.against_others.report(),
                "rarest_tenth": self.rarest.report(),
                "canaries": self.canaries.report() if self.canaries else None,
            },
            "singling_out": self.singling_out.report(),
            "linkability": self.linkability.report() if self.linkability else None,
            "inference": {
                "worst_column": self.worst_inference,
                "by_column": {name: risk.report() for name, risk in self.inference.items()},
            },
        }


def audit(original: pa.Table, released: pa.Table, control: pa.Table, *, seed: int, attacks: int = ATTACKS) -> Audit:
    """Attacks a release `attacks` times in each way, on persons of the original and, for comparison, of the control.

    The control is of the same kind as the original and took no part in making the release. Columns are those of the release, by
    name; every cell is compared as text, numbers as numbers. Missing is a value like others, save where the release is emptier.
    The same seed gives the same figures. Raises UsageError and UnreadableInput where the tables do not fit together.
    """
    if isinstance(attacks, bool) or not 50 <= attacks <= 20_000:
        raise UsageError("attacks: a number from 50 to 20000 is needed")
    if seed < 0:
        raise UsageError("seed: a whole number of 0 or more is needed")
    given = facets(original, released, control)
    _refuse_same(original, control, given)
    rng = np.random.default_rng(seed)
    mine, others = _some(given.originals, attacks, rng), _some(given.controls, attacks, rng)
    halves = split(given.columns)
    told = ask(given, mine, control=False, halves=halves, rng=rng)
    compared = ask(given, others, control=True, halves=halves, rng=rng)
    scores = -told.nearest, -compared.nearest
    usual = distances_to_others(given, mine, control=False), distances_to_others(given, others, control=True)
    weighed = scores[0] + usual[0], scores[1] + usual[1]
    return Audit(
        membership=separation(*scores),
        against_others=separation(*weighed),
        rarest=_rarest(given, (mine, others), weighed),
        singling_out=single_out(given, attacks, rng),
        linkability=_linked(given, told, compared),
        inference=_inferred(given, told, compared),
        facts=_facts(given, seed),
    )


def _facts(given: Facets, seed: int) -> Report:
    return {
        "rows": {"original": given.originals, "released": given.releases, "control": given.controls},
        "columns": [f.name for f in given.columns],
        "not_released": list(given.left_out),
        "seed": seed,
    }


def _some(rows: int, many: int, rng: np.random.Generator) -> Codes:
    return np.sort(rng.choice(rows, min(rows, many), replace=False))


def _linked(given: Facets, told: Told, compared: Told) -> Risk | None:
    if len(given.columns) < 2:
        return None
    return risk_of(
        Rate(int(told.linked.sum()), len(told.linked)),
        Rate(int(compared.linked.sum()), len(compared.linked)),
        baseline=min(1.0, NEIGHBOURS**2 / given.releases),
    )


def _inferred(given: Facets, told: Told, compared: Told) -> Mapping[str, Risk]:
    """Of persons who have a value in the column; where too few have one, or there is nothing to guess it from, it is left out."""
    enough = [
        place
        for place in range(len(given.columns))
        if min(int(told.known[:, place].sum()), int(compared.known[:, place].sum())) >= _FEWEST
    ]
    if len(given.columns) < 2:
        return {}
    return {
        given.columns[place].name: risk_of(
            _rate(told, place), _rate(compared, place), baseline=_guessing(given.columns[place]), tests=len(enough)
        )
        for place in enough
    }


def _rate(told: Told, place: int) -> Rate:
    known = told.known[:, place]
    return Rate(int(told.guessed[known, place].sum()), int(known.sum()))


def _guessing(facet: Facet) -> float | None:
    """How often the value of a released row taken by chance is right; of numbers nobody can say so simply."""
    if facet.numbers is not None:
        return None
    size = len(facet.words) + 1
    own = np.bincount(facet.original[facet.original > 0], minlength=size)
    released = np.bincount(facet.released, minlength=size)
    return float((own / max(1, own.sum())) @ (released / max(1, released.sum())))


def _rarest(given: Facets, rows: tuple[Codes, Codes], scores: tuple[Scores, Scores]) -> Separation:
    surprise = [_surprise(given, rows[0], control=False), _surprise(given, rows[1], control=True)]
    kept = []
    for mine, score in zip(surprise, scores, strict=True):
        many = min(len(score), max(20, len(score) // _RAREST))
        kept.append(score[np.argsort(-mine, kind="stable")[:many]])
    return separation(kept[0], kept[1])


def _surprise(given: Facets, rows: Codes, *, control: bool) -> Scores:
    """How rare a person's values are, each for itself, in bits."""
    bits = np.zeros(len(rows))
    for facet in given.columns:
        counts = np.bincount(np.concatenate([facet.original, facet.control]), minlength=len(facet.words) + 1)
        bits -= np.log2(counts[(facet.control if control else facet.original)[rows]] / counts.sum())
    return bits


def _refuse_same(original: pa.Table, control: pa.Table, given: Facets) -> None:
    names = [f.name for f in given.columns]
    if original.num_rows == control.num_rows and original.column_names == control.column_names:
        one, two = (fingerprint(table.select(names), "attack", {}) for table in (original, control))
        if one == two:
            raise UsageError(
                "control: it holds the very rows of the original; hold rows out before the release is made"
            )
