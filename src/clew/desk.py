"""What the pages need from a workspace. Pages know this and the rooms' types, never the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from clew.leads.types import LeadRow, LeadView
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Release, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Home: what is here and what waits for a person."""

    records: Mapping[str, int]
    """Kind (plural) -> number of records."""
    failed: Mapping[str, int]
    """Detector -> texts it could not read. Any of these blocks a release."""
    leads_open: int
    leads_judged: int
    sources: Sequence[Mapping[str, Any]]
    """name, basis, purpose, retention_days, tlp, records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case without anything that identifies the person. `number` is a pseudonym."""

    number: str
    registered: str
    gender: str
    age: str
    citizenship: str
    exploited_in: str
    forms: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    row: CaseRow
    answers: Mapping[str, str]
    """Field -> yes, no, unknown or not_asked."""
    source: str
    identity: Mapping[str, str] | None
    """Only after a deliberate, recorded act; None while sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    origin: str
    """ISO 3166-1 alpha-3."""
    destination: str
    count: str
    """A number, or `<5` for a suppressed cell."""
    suppressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    dimension: str
    """year, form, sex, age."""
    value: str
    count: str
    suppressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowsView:
    flows: Sequence[FlowRow]
    counts: Sequence[CountRow]
    source: str
    as_of: str
    how: str
    """How this was counted, in one or two sentences."""
    unknown: int
    """Cases whose origin or destination is not recorded (they are in no flow)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    purpose: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    rows: Sequence[AuditRow]
    total: int
    intact: bool
    findings: Sequence[str]
    """What verification found, in words; empty when intact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAsk:
    """What the release form asks for. `parameter` is k for anonymise and epsilon for synthesise."""

    title: str
    recipient: str
    method: str
    parameter: float
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePreview:
    """What would leave, shown before a person signs."""

    rows: int
    report: Mapping[str, Any]
    fingerprint: str
    blocked: str | None
    """Why this cannot be released now, in words; None when it can."""


class Desk(Protocol):
    """Every method checks permission itself and raises NotAllowed, NotFound, Conflict or Blocked (safeguards.errors)."""

    # Accounts and sessions. Tokens are opaque; the store keeps only their hashes.
    def sign_in(self, name: str, password: str) -> str | None: ...
    def sign_in_once(self, token: str) -> str | None: ...
    def actor(self, session: str) -> Actor | None: ...
    def purpose(self, session: str) -> Purpose: ...
    def set_purpose(self, session: str, purpose: Purpose) -> None: ...
    def sign_out(self, session: str) -> None: ...

    def overview(self, actor: Actor) -> Overview: ...
    def leads(
        self, actor: Actor, purpose: Purpose, *, judged: bool | None, query: str, offset: int, limit: int
    ) -> tuple[Sequence[LeadRow], int]: ...
    def lead(self, actor: Actor, purpose: Purpose, lead: str) -> LeadView: ...
    def judge(
        self, actor: Actor, purpose: Purpose, lead: str, verdict: Verdict, reason: str, reverses: str | None
    ) -> Judgement: ...
    def cases(self, actor: Actor, purpose: Purpose, *, offset: int, limit: int) -> tuple[Sequence[CaseRow], int]: ...
    def case(self, actor: Actor, purpose: Purpose, number: str, *, open_identity: bool) -> CaseView: ...
    def flows(self, actor: Actor, purpose: Purpose) -> FlowsView: ...
    def releases(self, actor: Actor, purpose: Purpose) -> Sequence[Release]: ...
    def preview_release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> ReleasePreview: ...
    def release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> Release: ...
    def audit(self, actor: Actor, purpose: Purpose, *, offset: int, limit: int) -> AuditView: ...
