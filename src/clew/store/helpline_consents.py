"""What a person agreed to: which answer of each layer stands, for which service, until when; and second signatures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clew.standards.services import REFERRAL_CONSENTS

REFUSALS = ("no", "withdrawn")
"""Answers that only the person ends, by another answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One thing recorded on a case. `texts` is None where words stay sealed to whoever asks."""

    id: str
    kind: str
    about: str | None
    codes: Mapping[str, str]
    texts: Mapping[str, str] | None
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """An answer to one layer. `to`: a service's id, `any:` and a kind of service, or empty for whatever it may be."""

    layer: str
    answer: str
    to: str = ""
    until: str = ""
    """ISO 8601; a yes to a referral holds up to and with this day."""

    def covers(self, service: str, need: str) -> bool:
        return self.to in ("", service) or bool(need and self.to == f"any:{need}")

    def allows(self, today: date) -> bool:
        """Whether it is a yes that was given for somebody and still holds."""
        return self.answer == "yes" and bool(self.to) and self.until >= today.isoformat()


def needed_consents(codes: Mapping[str, str]) -> tuple[str, ...]:
    """The layers of consent that a referral needs: to be referred, and each that it passes on.

    >>> needed_consents({"shares": "share_contact"})
    ('refer', 'share_contact')
    """
    return ("refer", *filter(None, codes.get("shares", "").split()))


def missing_consents(events: Sequence[CaseEvent], codes: Mapping[str, str], today: date) -> tuple[str, ...]:
    """The layers that a referral needs and that no yes of today covers. Of the answers that bear on it the latest counts."""
    latest: dict[str, Consent] = {}
    for each in _answers(events):
        if each.covers(codes.get("service", ""), codes.get("need", "")):
            latest[each.layer] = each
    return tuple(layer for layer in needed_consents(codes) if layer not in latest or not latest[layer].allows(today))


def standing_consents(events: Sequence[CaseEvent]) -> dict[str, tuple[Consent, ...]]:
    """Layer -> the answers that stand, the oldest first: the latest for each service or kind of service.

    An answer for nobody in particular takes the place of all before it. A no that was corrected leaves `unknown`, never
    the yes before it: the person is asked again.
    """
    standing: dict[str, dict[str, Consent]] = {}
    for each in _answers(events):
        mine = standing.setdefault(each.layer, {})
        if not each.to:
            mine.clear()
        mine.pop(each.to, None)
        mine[each.to] = each
    return {layer: tuple(mine.values()) for layer, mine in standing.items()}


def _answers(events: Sequence[CaseEvent]) -> Iterator[Consent]:
    gone = {event.about for event in events if event.kind == "correction"}
    for event in events:
        if event.kind != "consent":
            continue
        layer, answer, to = event.codes["layer"], event.codes["answer"], event.codes.get("to", "")
        if event.id not in gone:
            bound = layer in REFERRAL_CONSENTS
            yield Consent(layer=layer, answer=answer, to=to if bound else "", until=event.codes.get("until", ""))
        elif answer != "yes":
            yield Consent(layer=layer, answer="unknown", to=to)


def signers(events: Sequence[CaseEvent], referral: str) -> tuple[str, ...]:
    """Who signed that a referral is in a child's best interest, without signatures that were taken back."""
    gone = {event.about for event in events if event.kind == "correction"}
    signed = (e for e in events if e.kind == "signature" and e.id not in gone and e.codes.get("referral") == referral)
    return tuple(dict.fromkeys(event.actor for event in signed))
