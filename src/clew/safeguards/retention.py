"""How long a record may stay: the shortest of all rules that speak of it, its source's own among them.

A rule speaks of a source, a kind and a purpose, each of which may be any. Rules only shorten: a source's agreement is
never outlasted. A hold keeps a record from expiring and from being erased, whatever the rules say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from clew.safeguards.errors import UsageError

LONGEST_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """Empty source, kind or purpose: any."""

    source: str = ""
    kind: str = ""
    purpose: str = ""
    days: int
    reason: str

    def __post_init__(self) -> None:
        if not 1 <= self.days <= LONGEST_DAYS:
            raise UsageError(f"days: between 1 and {LONGEST_DAYS}")
        if not self.reason.strip():
            raise UsageError("reason: required, in words")

    def covers(self, source: str, kind: str, purpose: str) -> bool:
        """Whether the rule speaks of such records.

        >>> RetentionRule(kind="tips", days=30, reason="agreed").covers("src_1", "tips", "anti-trafficking")
        True
        """
        mine, given = (self.source, self.kind, self.purpose), (source, kind, purpose)
        return all(want in ("", have) for want, have in zip(mine, given, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What is held, from when, and why."""

    id: str
    scope: str
    """record, source or kind."""
    value: str
    reason: str
    actor: str
    at: datetime

    def covers(self, record: str, source: str, kind: str) -> bool:
        return self.value == {"record": record, "source": source, "kind": kind}[self.scope]


SCOPES = ("record", "source", "kind")


def days_kept(own: int, rules: Iterable[RetentionRule], *, source: str, kind: str, purpose: str) -> tuple[int, str]:
    """How many days a record of this source, kind and purpose stays, and the reason of the rule that says so."""
    shortest, reason = own, "the source's agreement"
    for rule in rules:
        if rule.covers(source, kind, purpose) and rule.days < shortest:
            shortest, reason = rule.days, rule.reason
    return shortest, reason


def is_due(arrived: datetime, days: int, now: datetime) -> bool:
    """Whether the days are over: to the moment, not to the date.

    >>> from datetime import UTC
    >>> is_due(datetime(2026, 1, 1, tzinfo=UTC), 1, datetime(2026, 1, 2, tzinfo=UTC))
    True
    """
    return arrived + timedelta(days=days) <= now
