"""Which use of personal data fits what they were collected for: a table, each row with its reason (GDPR art. 5(1)(b)).

What the table does not name is refused. A steward may add a row to a workspace, with a reason; none can be taken away
from the table itself but by narrowing records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clew.safeguards.actors import Purpose
from clew.safeguards.permissions import Action, Decision


@dataclass(frozen=True, slots=True)
class Compatible:
    """Data collected for `collected` may be used for `used`. `collected` is how a source's agreement names it."""

    collected: str
    used: Purpose
    reason: str


def named(purpose: str) -> str:
    """A purpose as it is compared: case and spaces do not count.

    >>> named(" Anti-Trafficking ")
    'anti-trafficking'
    """
    return " ".join(purpose.split()).casefold()


_OVERSIGHT = "whoever keeps data answers for them: rights, accuracy, erasure (GDPR arts. 5(2), 15-17)"
_COUNTING = "counting is compatible where no count identifies anyone (GDPR arts. 5(1)(b), 89; CETS 197 art. 11)"

COMPATIBLE: tuple[Compatible, ...] = (
    Compatible("anti-trafficking", Purpose.CASE_SUPPORT, "support of persons is what anti-trafficking work is for"),
    Compatible("anti-trafficking", Purpose.LEAD_REVIEW, "finding who needs help is what anti-trafficking work is for"),
    Compatible("anti-trafficking", Purpose.STATISTICS, _COUNTING),
    Compatible("anti-trafficking", Purpose.OVERSIGHT, _OVERSIGHT),
    Compatible("assistance", Purpose.CASE_SUPPORT, "the data were given to be helped"),
    Compatible("assistance", Purpose.STATISTICS, _COUNTING),
    Compatible("assistance", Purpose.OVERSIGHT, _OVERSIGHT),
    Compatible("investigation", Purpose.LEAD_REVIEW, "the data were gathered to look into trafficking"),
    Compatible("investigation", Purpose.OVERSIGHT, _OVERSIGHT),
    Compatible("statistics", Purpose.STATISTICS, "the data were given to be counted"),
    Compatible("statistics", Purpose.OVERSIGHT, _OVERSIGHT),
    Compatible("research", Purpose.STATISTICS, "the data were given to be studied, as counts"),
    Compatible("research", Purpose.OVERSIGHT, _OVERSIGHT),
    *(Compatible("demonstration", used, "invented data are about nobody") for used in Purpose
      if used is not Purpose.ADMINISTRATION),
)  # fmt: skip
"""Assistance and investigation are kept apart: what a person told to be helped is not read to look for leads."""

ASKS_CASE: Mapping[Purpose, frozenset[Action]] = {
    Purpose.CASE_SUPPORT: frozenset({Action.READ_IDENTITY, Action.READ_SUPPORT, Action.RECORD_SUPPORT, Action.REFER}),
}
"""Purpose -> what may be done under it only for one case at a time, which must be named."""


def fits(collected: str, used: Purpose, more: Iterable[Compatible] = ()) -> Decision:
    """Whether data collected for one purpose may be used for another, and why.

    >>> fits("assistance", Purpose.LEAD_REVIEW).allowed, fits("Anti-trafficking", Purpose.LEAD_REVIEW).allowed
    (False, True)
    """
    mine = named(collected)
    for row in (*COMPATIBLE, *more):
        if named(row.collected) == mine and row.used is used:
            return Decision(True, row.reason)
    known = any(row.collected == mine for row in COMPATIBLE)
    about = "is not compatible with what the data were collected for"
    return Decision(False, f"{used} {about}" if known else f"{used} {about}: the table does not know that purpose")


def is_bound(purpose: Purpose, action: Action, records: int, case: str) -> Decision:
    """Whether a reading of so many records names its case where its purpose asks for one."""
    asks = action in ASKS_CASE.get(purpose, frozenset())
    if asks and records > 1 and not case:
        return Decision(False, f"under {purpose}, {action} is for one case at a time: name the case")
    return Decision(True, "the purpose is stated" + (", and the case" if case else ""))
