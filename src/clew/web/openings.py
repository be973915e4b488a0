"""Which pages a person can open at all, and under which purposes. The desk decides again on every request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.permissions import Action, decide
from clew.safeguards.waiting import may_sign


@dataclass(frozen=True, slots=True)
class Walk:
    """One line of the navigation."""

    address: str
    section: str
    name: str


WALKS = (
    Walk("/", "", "Home"),
    Walk("/hotline", "hotline", "Hotline"),
    Walk("/shared", "shared", "Shared with you"),
    Walk("/cases", "cases", "Cases"),
    Walk("/persons", "persons", "Persons"),
    Walk("/directory", "directory", "Directory"),
    Walk("/leads", "leads", "Traces"),
    Walk("/networks", "networks", "Networks"),
    Walk("/live", "live", "Contacts now"),
    Walk("/flows", "flows", "Flows"),
    Walk("/areas", "areas", "Areas"),
    Walk("/quality", "quality", "Quality"),
    Walk("/releases", "releases", "Releases"),
    Walk("/disclosures", "disclosures", "To partners"),
    Walk("/waiting", "waiting", "Waiting for two"),
)
SAFEGUARDS = (
    Walk("/models", "models", "Models"),
    Walk("/fairness", "fairness", "Fairness"),
    Walk("/dpia", "dpia", "Impact"),
    Walk("/register", "register", "Law"),
    Walk("/access", "access", "Access"),
    Walk("/emergency", "emergency", "Emergency"),
    Walk("/reviews", "reviews", "Reviews"),
    Walk("/audit", "audit", "Audit"),
)
READS: Mapping[str, Action] = {
    "": Action.READ_OVERVIEW,
    "shared": Action.READ_SHARED,
    "cases": Action.READ_CASE,
    "persons": Action.READ_CASE,
    "quality": Action.READ_CASE,
    "hotline": Action.READ_CONTACTS,
    "directory": Action.READ_DIRECTORY,
    "live": Action.COUNT_CONTACTS,
    "leads": Action.READ_LEAD,
    "networks": Action.READ_LEAD,
    "texts": Action.READ_LEAD,
    "adverts": Action.RECTIFY,
    "models": Action.READ_OVERVIEW,
    "fairness": Action.READ_OVERVIEW,
    "dpia": Action.READ_OVERVIEW,
    "register": Action.READ_OVERVIEW,
    "flows": Action.READ_FLOWS,
    "areas": Action.READ_FLOWS,
    "releases": Action.READ_RELEASES,
    "disclosures": Action.DISCLOSE,
    "audit": Action.READ_AUDIT,
    "waiting": Action.READ_OVERVIEW,
    "access": Action.READ_ACCESS,
    "emergency": Action.BREAK_GLASS,
    "reviews": Action.TAKE_REVIEW,
}
"""Section -> what opening its pages does."""
HOUSE_ONLY = frozenset({"persons", "quality"})
"""Pages over all cases of the house: a partner sees the cases that were shared with it, one by one."""


def purposes_for(actor: Actor, action: Action | None) -> tuple[Purpose, ...]:
    """The purposes under which a role of this person allows the action; none for an action that is not known."""
    if action is None:
        return ()
    return tuple(purpose for purpose in Purpose if decide(actor, action, purpose).allowed)


def open_to(actor: Actor, walks: tuple[Walk, ...]) -> tuple[Walk, ...]:
    """The walks that this person can open under one purpose or another: the others would be dead ends."""
    outside = HOUSE_ONLY if Role.PARTNER in actor.roles else frozenset()
    if not may_sign(actor):
        outside |= {"waiting"}
    return tuple(w for w in walks if w.section not in outside and purposes_for(actor, READS[w.section]))
