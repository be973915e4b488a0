"""The table of acts on rights: rows on records, emergency access, second signatures, first answers, reviews asked for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from clew.store.models import Base


class SafeguardActRow(Base):
    """One act of a person, never changed. `body` is JSON and holds no words of the person that it concerns."""

    __tablename__ = "safeguard_acts"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30), index=True)
    about: Mapped[str] = mapped_column(String(120), index=True)
    """What it is about: an earlier act, a record, a lead, a release's fingerprint."""
    body: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime]
