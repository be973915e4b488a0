"""Tables of signing in: what proves a person beside their password, browsers that are known, steps that wait."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from clew.store.models import Base


class FactorRow(Base):
    """A generator of codes, a passkey, a recovery code, or an account elsewhere. It stays, emptied, once it has ended."""

    __tablename__ = "factors"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str]
    label: Mapped[str]
    mark: Mapped[str] = mapped_column(String(80), unique=True)
    """Keyed hash of what makes it this one and no other."""
    wrapped: Mapped[bytes | None]
    """What checks it, sealed under the workspace's keys; null where the mark is enough, and once it has ended."""
    counter: Mapped[int]
    """Of a generator the last step used; of a passkey its count of signatures."""
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class DeviceRow(Base):
    """A browser that an account signed in with. Attempts from it are counted apart from those of strangers."""

    __tablename__ = "known_devices"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    seen_at: Mapped[datetime]


class StepRow(Base):
    """Half of something: a right password that waits for a second factor, a passkey or a generator being set up."""

    __tablename__ = "sign_in_steps"
    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str]
    account: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    sealed: Mapped[bytes]
    failures: Mapped[int]
    expires_at: Mapped[datetime]
