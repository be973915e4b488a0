"""Tables of persons' rights: what was erased and certified, what is held, how long things stay, what was signed of the log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from clew.store.models import Base

RIGHTS_APPEND_ONLY = ("erasures", "certificates", "hold_events", "retention_events", "audit_checkpoints")


class CertificateRow(Base):
    """What an erasure or an expiry did, as JSON, under the workspace's signature."""

    __tablename__ = "certificates"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    body: Mapped[str]
    signature: Mapped[str]
    at: Mapped[datetime]


class ErasureRow(Base):
    """One name of one erased record: of its id, or of its place in its source. The names themselves are not kept.

    Restoring an older copy erases these again, and a file that brings them again is not taken in.
    """

    __tablename__ = "erasures"
    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Keyed hash of the name."""
    kind: Mapped[str] = mapped_column(String(20), index=True)
    erasure: Mapped[str] = mapped_column(String(40), index=True)
    at: Mapped[datetime]


class HoldEventRow(Base):
    """A legal hold placed or lifted. What is held is neither expired nor erased."""

    __tablename__ = "hold_events"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    hold: Mapped[str] = mapped_column(String(40), index=True)
    scope: Mapped[str]
    """record, source or kind."""
    value: Mapped[str]
    lifted: Mapped[int]
    reason: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


class RetentionEventRow(Base):
    """A rule of how long; the latest of each source, kind and purpose counts. Empty means any; no days: withdrawn."""

    __tablename__ = "retention_events"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    source: Mapped[str]
    kind: Mapped[str]
    purpose: Mapped[str]
    days: Mapped[int | None]
    reason: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]


class CheckpointRow(Base):
    """A signed statement of how long the log is and what its Merkle root is."""

    __tablename__ = "audit_checkpoints"
    size: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    root: Mapped[str]
    note: Mapped[str]
    at: Mapped[datetime]


class BackupKeyRow(Base):
    """The key under which a record of the lake rests in backups. It is in no backup; without it none can be read."""

    __tablename__ = "backup_keys"
    record_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    wrapped: Mapped[bytes]
