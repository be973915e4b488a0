"""Who gave the data, under which agreement, on what legal ground, for which purpose, for how long."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from clew.safeguards.errors import UsageError


class LegalBasis(StrEnum):
    """The ground on which personal data are processed (GDPR art. 6(1); LED art. 8 for competent authorities)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal-obligation"
    VITAL_INTERESTS = "vital-interests"
    PUBLIC_INTEREST = "public-interest"
    LEGITIMATE_INTERESTS = "legitimate-interests"
    LAW_ENFORCEMENT = "law-enforcement"
    SYNTHETIC = "synthetic"
    """Invented data about nobody: the synthetic world and test files."""


class Tlp(StrEnum):
    """How far a source lets its data travel (FIRST Traffic Light Protocol 2.0)."""

    RED = "red"
    AMBER_STRICT = "amber+strict"
    AMBER = "amber"
    GREEN = "green"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where records come from and what may be done with them. Nothing enters a workspace without one."""

    name: str
    basis: LegalBasis
    purpose: str = "anti-trafficking"
    retention_days: int = 365
    tlp: Tlp = Tlp.AMBER

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise UsageError("source: a name is required")
        if not 1 <= self.retention_days <= 36_500:
            raise UsageError("source: retention_days must be between 1 and 36500")

    @property
    def id(self) -> str:
        """A short stable id made from the name, so that the same source is the same in every run."""
        return "src_" + hashlib.sha256(self.name.strip().casefold().encode()).hexdigest()[:12]
