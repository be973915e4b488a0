"""The vault's tables. Three of them only grow (judgements, releases, audit log): the database itself refuses more.

Times are kept as text in UTC with microseconds, so that what was hashed or signed reads back to the letter on every
backend.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

APPEND_ONLY = ("judgements", "releases", "audit")


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. Refuses times without a zone."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Instant(), str: Text(), bytes: LargeBinary(), float: Float(53)}


class Meta(Base):
    """Facts about the vault itself, such as which key ring it belongs to."""

    __tablename__ = "meta"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str]


class SourceRow(Base):
    __tablename__ = "sources"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]
    basis: Mapped[str]
    purpose: Mapped[str]
    retention_days: Mapped[int]
    tlp: Mapped[str]
    added_at: Mapped[datetime]


class PersonKeyRow(Base):
    """A person's key, wrapped. `wrapped` is null once destroyed, and then nobody reads what it sealed."""

    __tablename__ = "person_keys"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    wrapped: Mapped[bytes | None]
    destroyed_at: Mapped[datetime | None]


class SealedRow(Base):
    """The sealed fields of one record. The row outlives an erasure, so that the record does not come back."""

    __tablename__ = "sealed_records"
    record_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    source: Mapped[str] = mapped_column(ForeignKey("sources.id"), index=True)
    person_key: Mapped[str] = mapped_column(ForeignKey("person_keys.id"), index=True)
    blob: Mapped[bytes]
    sealed_at: Mapped[datetime]


class AccountRow(Base):
    __tablename__ = "accounts"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    """The name without case and outer space: two accounts that read alike are one."""
    password: Mapped[str | None]
    roles: Mapped[str]
    organisation: Mapped[str]
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class AttemptRow(Base):
    """Failed sign-ins by name, known or unknown; the name itself is not kept."""

    __tablename__ = "attempts"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime]


class SessionRow(Base):
    __tablename__ = "sessions"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    purpose: Mapped[str]
    issued_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    number: Mapped[str] = mapped_column(String(40))
    """What its person calls it by; it opens nothing."""
    way: Mapped[str]
    strong: Mapped[int]
    """Whether a second factor, or a sign-in elsewhere, stands behind it."""
    client: Mapped[str]
    """Browser and system in words, as it said itself."""
    bound: Mapped[str]
    """Keyed hash of what the browser says it is: a session that comes from another one is over."""
    device: Mapped[str]
    proved_at: Mapped[datetime]
    """When its person proved last who they are."""


class OnceRow(Base):
    """A token that signs a person in one time."""

    __tablename__ = "once_tokens"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class JudgementRow(Base):
    __tablename__ = "judgements"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    lead: Mapped[str] = mapped_column(String(80), index=True)
    verdict: Mapped[str]
    reason: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
    reverses: Mapped[str | None] = mapped_column(ForeignKey("judgements.id"), unique=True)
    signature: Mapped[str]


class ReleaseRow(Base):
    __tablename__ = "releases"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str]
    dataset: Mapped[str]
    method: Mapped[str]
    guarantee: Mapped[str]
    epsilon: Mapped[float]
    recipient: Mapped[str]
    rows: Mapped[int]
    sha256: Mapped[str]
    fingerprint: Mapped[str] = mapped_column(unique=True)
    actor: Mapped[str]
    at: Mapped[datetime]
    report: Mapped[str]


class AuditRow(Base):
    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_object", "object"), Index("ix_audit_actor", "actor"))
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    action: Mapped[str]
    object: Mapped[str]
    purpose: Mapped[str]
    detail: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class HeadRow(Base):
    """The end of the audit log: one row, under a keyed hash of its own."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    count: Mapped[int]
    hash: Mapped[str]
    mac: Mapped[str]


# The helpline, the directory of services, and the support that a case gets. -----------------------------------------

HELPLINE_APPEND_ONLY = ("contact_events", "contact_versions", "case_events", "referrals", "referral_events")


class ContactRow(Base):
    """One contact with the helpline. What was said and the number rest in `sealed_records` under the same id."""

    __tablename__ = "contacts"
    id: Mapped[str] = mapped_column(ForeignKey("sealed_records.record_id"), primary_key=True)
    channel: Mapped[str]
    received: Mapped[datetime] = mapped_column(index=True)
    area: Mapped[str]
    country: Mapped[str]
    topic: Mapped[str]
    language: Mapped[str]
    caller: Mapped[str | None] = mapped_column(index=True)
    """A keyed hash of the number. It goes when the contact is erased, as does all else but who logged it and when."""
    actor: Mapped[str]
    logged_at: Mapped[datetime]


class ContactEventRow(Base):
    """What a contact was found to be about, and the case it belongs to. The latest of each counts."""

    __tablename__ = "contact_events"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    contact: Mapped[str] = mapped_column(ForeignKey("contacts.id"), index=True)
    status: Mapped[str | None]
    case_record: Mapped[str | None] = mapped_column(index=True)
    """The case's record id; empty for no case."""
    actor: Mapped[str]
    at: Mapped[datetime]


class ContactVersionRow(Base):
    """What a contact said before its nth correction: all of it sealed under the contact's own key."""

    __tablename__ = "contact_versions"
    __table_args__ = (UniqueConstraint("contact", "number", name="uq_contact_versions_contact"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    contact: Mapped[str] = mapped_column(ForeignKey("contacts.id"))
    number: Mapped[int]
    changed: Mapped[str]
    """Names of what the correction changed."""
    blob: Mapped[bytes]
    actor: Mapped[str]
    at: Mapped[datetime]
    """Of the correction."""


class ServiceRow(Base):
    """One entry of the directory as it was imported last."""

    __tablename__ = "services"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    organisation: Mapped[str]
    body: Mapped[str]
    actor: Mapped[str]
    imported_at: Mapped[datetime] = mapped_column(index=True)


class CaseEventRow(Base):
    """One thing recorded on a case. All it says is sealed under the case's own key and goes with it."""

    __tablename__ = "case_events"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_record: Mapped[str] = mapped_column(ForeignKey("sealed_records.record_id"), index=True)
    kind: Mapped[str]
    about: Mapped[str | None] = mapped_column(ForeignKey("case_events.id"))
    blob: Mapped[bytes]
    actor: Mapped[str]
    at: Mapped[datetime]


class ReferralRow(Base):
    """A referral as it was drafted. To whom and with what is sealed under the case's own key."""

    __tablename__ = "referrals"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_record: Mapped[str] = mapped_column(ForeignKey("sealed_records.record_id"), index=True)
    blob: Mapped[bytes]
    actor: Mapped[str]
    at: Mapped[datetime]


class ReferralEventRow(Base):
    """One step of a referral. The latest is its status; number and referral are unique, so no step is made twice."""

    __tablename__ = "referral_events"
    __table_args__ = (UniqueConstraint("referral", "number", name="uq_referral_events_referral"),)
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    referral: Mapped[str] = mapped_column(ForeignKey("referrals.id"), index=True)
    number: Mapped[int]
    status: Mapped[str]
    blob: Mapped[bytes]
    actor: Mapped[str]
    at: Mapped[datetime]
