"""Who acts, in which role, for which purpose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    CASE_WORKER = "case_worker"
    ANALYST = "analyst"
    REVIEWER = "reviewer"
    STEWARD = "steward"
    AUDITOR = "auditor"
    PARTNER = "partner"
    """Of another organisation: sees what was released to it or shared with it, and nothing else."""
    ADMINISTRATOR = "administrator"
    """Manages accounts and cannot read content."""


class Purpose(StrEnum):
    """Why personal data are looked at. Each reading of them states one."""

    CASE_SUPPORT = "case-support"
    LEAD_REVIEW = "lead-review"
    STATISTICS = "statistics"
    OVERSIGHT = "oversight"
    ADMINISTRATION = "administration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person with an account. Machines are not actors: they propose, they do not act."""

    id: str
    name: str
    roles: frozenset[Role]
    organisation: str = ""


def operator(login: str, *roles: Role) -> Actor:
    """The person at the keyboard who holds the workspace's key, acting in the roles that a command names.

    Holding the key is not a permission: every act is checked and recorded under this name.
    """
    return Actor(id=f"operator:{login}", name=login, roles=frozenset(roles))
