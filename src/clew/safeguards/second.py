"""Where two people are needed: a table, each row with its reason; and what stands once two have answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum

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


def agreed(judgements: Iterable[Judgement]) -> Judgement | None:
    """The answer that stands where two are needed: the latest of each person counts, and two must be the same.

    Of several answers that two gave, none stands: they are of two minds, and a person looks again.
    """
    listed = sorted(judgements, key=lambda each: (each.at, each.id))
    gone = {each.reverses for each in listed if each.reverses}
    latest = {each.actor: each for each in listed if each.id not in gone}
    by_verdict: dict[str, list[Judgement]] = {}
    for each in latest.values():
        by_verdict.setdefault(each.verdict, []).append(each)
    two = [given for given in by_verdict.values() if len(given) > 1]
    return two[0][-1] if len(two) == 1 else None
