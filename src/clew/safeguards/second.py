"""Where two people are needed: a table, each row with its reason; and what stands once two have answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from clew.safeguards.acts import Judgement


class Concern(StrEnum):
    BIOMETRICS = "biometrics"
    CHILD = "child"
    RELEASE = "release"


TWO: Mapping[Concern, str] = {
    Concern.BIOMETRICS: "a match of faces or voices is verified by two persons (EU AI Act art. 14(5))",
    Concern.CHILD: "what is decided on a child is decided by two persons (CRC art. 3: the child's best interests)",
    Concern.RELEASE: "what has left cannot be taken back: two persons sign it",
}
BIOMETRIC_KINDS = frozenset({"face", "voice", "gait", "iris", "fingerprint"})
"""Kinds of signals that are read from a body (GDPR art. 4(14)). A detector of any is refused by the registry."""


def concerns(kinds: Collection[str], *, child: bool = False) -> tuple[Concern, ...]:
    """Why two people are needed for what stands on these kinds of signals.

    >>> concerns({"phone", "face"}), concerns({"phone"}, child=True), concerns({"phone"})
    ((<Concern.BIOMETRICS: 'biometrics'>,), (<Concern.CHILD: 'child'>,), ())
    """
    found = [Concern.BIOMETRICS] if BIOMETRIC_KINDS & set(kinds) else []
    return (*found, *((Concern.CHILD,) if child else ()))


def agreed(judgements: Iterable[Judgement], closed: Mapping[str, datetime] = MappingProxyType({})) -> Judgement | None:
    """The answer that stands where two are needed: the latest of each person counts, and two must be the same.

    `closed`: account -> when it was closed. An answer of one that was closed by the time of the second counts no more.

    Of several answers that two gave, none stands: they are of two minds, and a person looks again.
    """
    listed = sorted(judgements, key=lambda each: (each.at, each.id))
    gone = {each.reverses for each in listed if each.reverses}
    latest = {each.actor: each for each in listed if each.id not in gone}
    by_verdict: dict[str, list[Judgement]] = {}
    for each in latest.values():
        by_verdict.setdefault(each.verdict, []).append(each)
    two = [given for given in by_verdict.values() if _two_at_once(given, closed)]
    return two[0][-1] if len(two) == 1 else None


def _two_at_once(given: Sequence[Judgement], closed: Mapping[str, datetime]) -> bool:
    """Whether of the same answers, in order, at least two were of people who were here when the last was given."""
    return sum(each.actor not in closed or closed[each.actor] > given[-1].at for each in given) > 1
