"""Who may do what with one record: the table of roles first, then rows that speak of the record itself.

The table of roles (`permissions`) says what a role may do at all. A row here can only take from that: it names records
and whom alone it lets pass. Each row that covers a record must let an act pass, so that one more row never opens
anything. How far a source lets its data travel is fixed by its sharing level (TLP 2.0); a share names who is let in
within that level, and lifts no row. Access in an emergency (`Grant`) lifts rows and level for one person, one record and
a few hours; it never lifts the table of roles or the purposes, and another person reviews it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import UsageError
from clew.safeguards.permissions import CONTENT, Action, Decision, decide
from clew.safeguards.purposes import Compatible, fits

RECORD_ACTIONS = CONTENT - {Action.RELEASE, Action.BREAK_GLASS}
"""What is done to one record. Releasing and erasing are about all of them and show none."""
COUNTING = frozenset({Action.COUNT_CONTACTS})
"""Counts for whoever looks: of what is kept from them nothing is in a count of theirs."""


class By(StrEnum):
    """What a row compares."""

    ACCOUNT = "account"
    ORGANISATION = "organisation"
    ROLE = "role"
    PURPOSE = "purpose"
    ACTION = "action"


class Scope(StrEnum):
    """What a row covers."""

    RECORD = "record"
    """A record by its id, a case by its number, a lead by its name."""
    SOURCE = "source"
    KIND = "kind"
    SENSITIVITY = "sensitivity"
    """open, personal, identity; or child, for the record of a child."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rows can ask of a record."""

    record: str
    kind: str
    """As in `records.KINDS`, or leads."""
    names: frozenset[str] = frozenset()
    """Other names of it: a case's number and earlier records, the case of a contact."""
    source: str = ""
    organisation: str = ""
    """Whose source it is; empty for the workspace's own house."""
    collected: str = ""
    """What the source gave it for; empty where it is of many sources."""
    level: str = "amber"
    """The source's sharing level (TLP 2.0)."""
    sensitivity: frozenset[str] = frozenset()

    def covered(self, scope: Scope, values: Iterable[str]) -> bool:
        mine = {
            Scope.RECORD: {self.record, *self.names}, Scope.SOURCE: {self.source}, Scope.KIND: {self.kind},
            Scope.SENSITIVITY: self.sensitivity,
        }[scope]  # fmt: skip
        return not mine.isdisjoint(values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A restriction: of the records covered, only these pass."""

    id: str
    scope: Scope
    values: tuple[str, ...]
    by: By
    only: tuple[str, ...]
    reason: str
    actor: str = ""
    at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise UsageError("reason: required, in words")
        if not self.values or not self.only:
            raise UsageError("row: what it covers and whom it lets pass are required")

    def admits(self, actor: Actor, action: Action, purpose: Purpose) -> bool:
        """Of several roles all must be named: a restriction by role is not passed by a role held beside."""
        if self.by is By.ROLE:
            return bool(actor.roles) and actor.roles <= set(self.only)
        mine = {By.ACCOUNT: actor.id, By.ORGANISATION: actor.organisation, By.PURPOSE: purpose, By.ACTION: action}
        return str(mine[self.by]) in self.only


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Lets an account or an organisation in, as far as the sharing level allows."""

    id: str
    scope: Scope
    values: tuple[str, ...]
    by: By
    who: str
    reason: str

    def names(self, actor: Actor) -> bool:
        return self.who == (actor.id if self.by is By.ACCOUNT else actor.organisation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Emergency access of one person to one record under one purpose, until a moment."""

    id: str
    actor: str
    record: str
    names: frozenset[str]
    purpose: Purpose
    until: datetime
    reason: str
    at: datetime
    reviewed: str = ""
    """justified or not_justified; empty while nobody has looked. One that was not justified ends at once."""
    reviewer: str = ""

    def holds(self, actor: Actor, purpose: Purpose, facts: Facts, now: datetime) -> bool:
        same = self.actor == actor.id and self.purpose is purpose and self.reviewed != "not_justified"
        return same and now < self.until and facts.covered(Scope.RECORD, self.names | {self.record})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All rows in force."""

    rows: Sequence[Row] = ()
    shares: Sequence[Share] = ()
    grants: Sequence[Grant] = ()
    compatible: Sequence[Compatible] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """One rule that was asked: its name, whether it lets pass, and its reason."""

    rule: str
    passes: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Every rule that was asked, in order; the first that does not let pass decides."""

    checks: tuple[Check, ...] = field(default=())

    @property
    def decision(self) -> Decision:
        refused = next((each for each in self.checks if not each.passes), None)
        return Decision(False, refused.reason) if refused else Decision(True, self.checks[0].reason)


LEVELS = {
    "red": "red: only persons whom a share names",
    "amber+strict": "amber+strict: only the organisation whose data they are",
    "amber": "amber: the organisation whose data they are, and those that a share names",
    "green": "green: whoever works here",
    "clear": "clear: no limit",
}
"""Sharing level -> whom it lets in (FIRST Traffic Light Protocol 2.0)."""


def explain(
    actor: Actor, action: Action, purpose: Purpose, facts: Facts, standing: Standing, now: datetime
) -> Explanation:
    """Each rule that decides about this act on this record."""
    role = decide(actor, action, purpose)
    checks = [Check("role", role.allowed, role.reason)]
    if facts.collected:
        fit = fits(facts.collected, purpose, standing.compatible)
        checks.append(Check("purpose", fit.allowed, fit.reason))
    if action not in RECORD_ACTIONS | COUNTING:
        return Explanation(tuple(checks))
    grant = next((each for each in standing.grants if each.holds(actor, purpose, facts, now)), None)
    if grant is not None:
        checks.append(Check(f"emergency {grant.id}", True, f"emergency access until {grant.until:%Y-%m-%d %H:%M} UTC"))
        return Explanation(tuple(checks))
    checks.append(_level(actor, facts, standing.shares))
    covering = (row for row in standing.rows if facts.covered(row.scope, row.values))
    checks += [Check(f"row {row.id}", row.admits(actor, action, purpose), row.reason) for row in covering]
    return Explanation(tuple(checks))


def _level(actor: Actor, facts: Facts, shares: Sequence[Share]) -> Check:
    """An unknown level is treated as red. A share of an account lets that account in, also from elsewhere under amber."""
    words = LEVELS.get(facts.level, LEVELS["red"])
    if Role.PARTNER in actor.roles:
        return _partner_level(actor, facts, shares)
    if facts.level in ("clear", "green"):
        return Check("sharing level", True, words)
    own = actor.organisation == facts.organisation
    named = [each for each in shares if facts.covered(each.scope, each.values) and each.names(actor)]
    passes = {
        "amber": own or bool(named),
        "amber+strict": own,
        "red": any(each.by is By.ACCOUNT for each in named),
    }.get(facts.level, any(each.by is By.ACCOUNT for each in named))
    return Check("sharing level", passes, words)


def _partner_level(actor: Actor, facts: Facts, shares: Sequence[Share]) -> Check:
    """Green and clear let in whoever works here, and a partner does not: it needs a share, or the data are its own."""
    own = bool(actor.organisation) and actor.organisation == facts.organisation
    named = [each for each in shares if facts.covered(each.scope, each.values) and each.names(actor)]
    by_account = any(each.by is By.ACCOUNT for each in named)
    passes = {
        "amber+strict": own,
        "amber": own or bool(named),
        "green": own or bool(named),
        "clear": own or bool(named),
    }
    return Check(
        "sharing level", passes.get(facts.level, by_account), "a partner sees what was shared with it, no more"
    )


def decide_record(
    actor: Actor, action: Action, purpose: Purpose, facts: Facts, standing: Standing, now: datetime
) -> Decision:
    """Whether the actor may do this to this record for this purpose, and why."""
    return explain(actor, action, purpose, facts, standing, now).decision
