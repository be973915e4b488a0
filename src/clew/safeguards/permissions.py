"""Who may do what, in which role, for which purpose: a table of rules, each with its reason.

Four sentences decide. No rule means no. Among the rules of one role the most specific wins, and of two equally
specific ones the denial wins. A denial in any role of a person beats what another role allows. The purpose asked
must be one that the rule names.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import NotAllowed


class Action(StrEnum):
    """What a person does. Those in `CONTENT` show or change what is known about persons."""

    READ_OVERVIEW = "read_overview"
    READ_LEAD = "read_lead"
    JUDGE = "judge"
    JUDGE_PERSONS = "judge_persons"
    ENABLE_MODEL = "enable_model"
    READ_CASE = "read_case"
    READ_IDENTITY = "read_identity"
    READ_SEALED_TEXT = "read_sealed_text"
    READ_FLOWS = "read_flows"
    ADD_RECORDS = "add_records"
    RUN_CHAIN = "run_chain"
    RELEASE = "release"
    READ_RELEASES = "read_releases"
    READ_SHARED = "read_shared"
    """What was released to one's own organisation."""
    DISCLOSE = "disclose"
    """Give a lead or a case to one named recipient: look at what would leave, and sign it."""
    RECTIFY = "rectify"
    """Put one field of a record right (GDPR art. 16); what it said before is kept."""
    APPROVE_DPIA = "approve_dpia"
    ERASE = "erase"
    READ_AUDIT = "read_audit"
    VERIFY_AUDIT = "verify_audit"
    MANAGE_ACCOUNTS = "manage_accounts"
    # The helpline, the directory of services, and the support that a case gets.
    READ_DIRECTORY = "read_directory"
    MANAGE_DIRECTORY = "manage_directory"
    COUNT_CONTACTS = "count_contacts"
    READ_CONTACTS = "read_contacts"
    LOG_CONTACT = "log_contact"
    READ_SUPPORT = "read_support"
    RECORD_SUPPORT = "record_support"
    REFER = "refer"
    # Rows on single records, access in an emergency, and reviews that persons ask for.
    MANAGE_ACCESS = "manage_access"
    READ_ACCESS = "read_access"
    BREAK_GLASS = "break_glass"
    REVIEW_ACCESS = "review_access"
    TAKE_REVIEW = "take_review"
    ANSWER_REVIEW = "answer_review"


CONTENT = frozenset(
    {Action.READ_LEAD, Action.JUDGE, Action.JUDGE_PERSONS, Action.READ_CASE, Action.READ_IDENTITY, Action.READ_SEALED_TEXT, Action.RELEASE, Action.DISCLOSE, Action.RECTIFY,
     Action.READ_CONTACTS, Action.LOG_CONTACT, Action.READ_SUPPORT, Action.RECORD_SUPPORT, Action.REFER, Action.BREAK_GLASS}
)  # fmt: skip


class Effect(StrEnum):
    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. `None` for the role, the action or the purposes means any."""

    role: Role | None
    action: Action | None
    purposes: frozenset[Purpose] | None
    effect: Effect
    reason: str

    def covers(self, role: Role, action: Action, purpose: Purpose) -> bool:
        return (
            self.role in (None, role)
            and self.action in (None, action)
            and (self.purposes is None or purpose in self.purposes)
        )

    @property
    def weight(self) -> tuple[int, bool]:
        """How specific the rule is; a denial outweighs an equally specific permission."""
        named = sum(part is not None for part in (self.role, self.action, self.purposes))
        return named, self.effect is Effect.DENY


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether it is allowed, and the reason in words that can be shown to the person who asked."""

    allowed: bool
    reason: str


def _allow(role: Role | None, action: Action, *purposes: Purpose, because: str) -> Rule:
    return Rule(role, action, frozenset(purposes) or None, Effect.ALLOW, because)


def _deny(role: Role | None, action: Action, *purposes: Purpose, because: str) -> Rule:
    return Rule(role, action, frozenset(purposes) or None, Effect.DENY, because)


_SUPPORT, _REVIEW, _COUNT = Purpose.CASE_SUPPORT, Purpose.LEAD_REVIEW, Purpose.STATISTICS
_OVERSEE, _ADMIN = Purpose.OVERSIGHT, Purpose.ADMINISTRATION

RULES: tuple[Rule, ...] = (
    # Everyone with an account.
    *(
        _allow(role, Action.READ_OVERVIEW, because="totals name nobody; whoever works here may see what waits")
        for role in Role
        if role is not Role.PARTNER
    ),
    _deny(None, Action.READ_IDENTITY, _COUNT, because="counting never identifies anyone (CETS 197 art. 11)"),
    _deny(None, Action.READ_SEALED_TEXT, _COUNT, because="counting never needs anyone's words (CETS 197 art. 11)"),
    # Case worker: the person's own file.
    _allow(Role.CASE_WORKER, Action.READ_CASE, _SUPPORT, because="a case worker supports the person in the case"),
    _allow(Role.CASE_WORKER, Action.READ_IDENTITY, _SUPPORT, because="support needs to reach the person"),
    _allow(Role.CASE_WORKER, Action.READ_SEALED_TEXT, _SUPPORT, because="support starts from what was told"),
    _allow(Role.CASE_WORKER, Action.ADD_RECORDS, _SUPPORT, because="a case worker records what was told"),
    _allow(Role.CASE_WORKER, Action.READ_FLOWS, _SUPPORT, _COUNT, because="flows show where referrals are needed"),
    _allow(Role.CASE_WORKER, Action.READ_DIRECTORY, _SUPPORT, because="support starts with knowing who can help"),
    _allow(
        Role.CASE_WORKER, Action.MANAGE_DIRECTORY, _SUPPORT, because="who rings a service learns what changed there"
    ),
    _allow(Role.CASE_WORKER, Action.COUNT_CONTACTS, _SUPPORT, _COUNT, because="counts show where calls come from"),
    _allow(Role.CASE_WORKER, Action.READ_CONTACTS, _SUPPORT, because="who answers needs to know what was said before"),
    _allow(Role.CASE_WORKER, Action.LOG_CONTACT, _SUPPORT, because="who answers a call writes it down"),
    _allow(Role.CASE_WORKER, Action.READ_SUPPORT, _SUPPORT, because="support goes on from what was agreed"),
    _allow(Role.CASE_WORKER, Action.RECORD_SUPPORT, _SUPPORT, because="support is agreed with the person and kept"),
    _allow(Role.CASE_WORKER, Action.REFER, _SUPPORT, because="a person is referred by someone who asked them"),
    _allow(
        Role.CASE_WORKER, Action.JUDGE_PERSONS, _SUPPORT, because="who supports a person knows which cases are theirs"
    ),
    _allow(
        Role.CASE_WORKER, Action.BREAK_GLASS, _SUPPORT, because="danger to a person cannot wait; another one reviews"
    ),
    _allow(
        Role.CASE_WORKER, Action.TAKE_REVIEW, _SUPPORT, because="who is asked for a review writes it down (art. 22)"
    ),
    _allow(
        Role.CASE_WORKER,
        Action.DISCLOSE,
        _SUPPORT,
        because="whoever supports a person prepares their dossier; a steward signs too",
    ),
    _allow(
        Role.CASE_WORKER, Action.RECTIFY, _SUPPORT, because="who supports a person puts right what they say is wrong"
    ),
    # Analyst: leads, without identities.
    _allow(Role.ANALYST, Action.READ_LEAD, _REVIEW, because="an analyst reviews leads"),
    _allow(Role.ANALYST, Action.JUDGE, _REVIEW, because="a lead is answered by a person who signs"),
    _allow(
        Role.ANALYST, Action.JUDGE_PERSONS, _REVIEW, because="an analyst weighs what was linked, without identities"
    ),
    _allow(Role.ANALYST, Action.READ_CASE, _REVIEW, _COUNT, because="a case without its identity gives context"),
    _allow(Role.ANALYST, Action.READ_SEALED_TEXT, _REVIEW, because="a tip cannot be weighed unread"),
    _allow(Role.ANALYST, Action.ADD_RECORDS, _REVIEW, because="an analyst brings in adverts and tips"),
    _allow(Role.ANALYST, Action.RUN_CHAIN, _REVIEW, because="an analyst has detectors and links worked out"),
    _allow(Role.ANALYST, Action.READ_FLOWS, _REVIEW, _COUNT, because="flows are counts without identities"),
    _allow(Role.ANALYST, Action.COUNT_CONTACTS, _COUNT, because="counts of contacts name nobody"),
    _allow(Role.ANALYST, Action.BREAK_GLASS, _REVIEW, because="danger to a person cannot wait; another one reviews"),
    _allow(
        Role.ANALYST, Action.DISCLOSE, _REVIEW, because="an analyst prepares what a partner gets; a steward signs too"
    ),
    # Reviewer: the second pair of eyes.
    _allow(Role.REVIEWER, Action.READ_LEAD, _REVIEW, because="a reviewer looks again at leads"),
    _allow(Role.REVIEWER, Action.JUDGE, _REVIEW, because="a lead is answered by a person who signs"),
    _allow(Role.REVIEWER, Action.READ_SEALED_TEXT, _REVIEW, because="a tip cannot be weighed unread"),
    _allow(Role.REVIEWER, Action.ENABLE_MODEL, _REVIEW, because="a second pair of eyes lets a model of classes in"),
    _allow(Role.REVIEWER, Action.TAKE_REVIEW, _REVIEW, because="who is asked for a review writes it down (art. 22)"),
    _allow(
        Role.REVIEWER, Action.ANSWER_REVIEW, _REVIEW, because="a person reviews what was judged, anew (GDPR art. 22)"
    ),
    _allow(
        Role.REVIEWER, Action.DISCLOSE, _REVIEW, because="a reviewer prepares what a partner gets; a steward signs too"
    ),
    # Steward: answers for the data towards the persons they are about.
    _allow(Role.STEWARD, Action.READ_CASE, _COUNT, _OVERSEE, because="a steward checks the quality of what is kept"),
    _allow(Role.STEWARD, Action.JUDGE_PERSONS, _OVERSEE, because="a steward answers for accuracy (GDPR art. 5(1)(d))"),
    _allow(Role.STEWARD, Action.READ_IDENTITY, _OVERSEE, because="who asks for their data gets them (GDPR art. 15)"),
    _allow(Role.STEWARD, Action.READ_FLOWS, _COUNT, _OVERSEE, because="a steward checks counts before they leave"),
    _allow(
        Role.STEWARD, Action.ADD_RECORDS, _OVERSEE, because="a steward takes in sources and corrects (GDPR art. 16)"
    ),
    _allow(Role.STEWARD, Action.RUN_CHAIN, _OVERSEE, because="what was erased or corrected is worked out anew"),
    _allow(Role.STEWARD, Action.RELEASE, _COUNT, because="a steward signs what leaves"),
    _allow(Role.STEWARD, Action.DISCLOSE, _OVERSEE, because="a steward signs what a partner gets"),
    _allow(Role.STEWARD, Action.READ_RELEASES, _COUNT, _OVERSEE, because="a steward answers for what left"),
    _allow(Role.STEWARD, Action.ERASE, _OVERSEE, because="a person may have their data erased (GDPR art. 17)"),
    _allow(Role.STEWARD, Action.RECTIFY, _OVERSEE, because="a person may have their data put right (GDPR art. 16)"),
    _allow(Role.STEWARD, Action.ENABLE_MODEL, _OVERSEE, because="a steward answers for who is wrongly flagged"),
    _allow(Role.STEWARD, Action.APPROVE_DPIA, _OVERSEE, because="a steward answers for the impact (GDPR art. 35)"),
    _allow(Role.STEWARD, Action.READ_AUDIT, _OVERSEE, because="a steward proves who saw what"),
    _allow(Role.STEWARD, Action.VERIFY_AUDIT, _OVERSEE, because="a steward proves that nothing was changed"),
    _allow(Role.STEWARD, Action.READ_DIRECTORY, _OVERSEE, because="a steward checks how old the entries are"),
    _allow(Role.STEWARD, Action.MANAGE_DIRECTORY, _OVERSEE, because="a steward takes in directories of services"),
    _allow(Role.STEWARD, Action.COUNT_CONTACTS, _COUNT, _OVERSEE, because="a steward checks counts before they leave"),
    _allow(Role.STEWARD, Action.READ_CONTACTS, _OVERSEE, because="who asks for their data gets them (GDPR art. 15)"),
    _allow(
        Role.STEWARD, Action.READ_SUPPORT, _OVERSEE, because="a steward checks that consent was asked (GDPR art. 7)"
    ),
    _allow(Role.STEWARD, Action.MANAGE_ACCESS, _OVERSEE, because="a steward narrows and shares, each with a reason"),
    _allow(Role.STEWARD, Action.READ_ACCESS, _OVERSEE, because="a steward says who can see a record"),
    _allow(Role.STEWARD, Action.BREAK_GLASS, _OVERSEE, because="a right that cannot wait; another person reviews"),
    _allow(Role.STEWARD, Action.REVIEW_ACCESS, _OVERSEE, because="a steward reviews access in an emergency"),
    _allow(Role.STEWARD, Action.TAKE_REVIEW, _OVERSEE, because="who is asked for a review writes it down (art. 22)"),
    _allow(Role.STEWARD, Action.ANSWER_REVIEW, _OVERSEE, because="a steward answers persons (GDPR art. 12(3))"),
    # Auditor: sees what was done, does nothing.
    _allow(Role.AUDITOR, Action.READ_AUDIT, _OVERSEE, because="an auditor reads what was done"),
    _allow(Role.AUDITOR, Action.VERIFY_AUDIT, _OVERSEE, because="an auditor checks that nothing was changed"),
    _allow(Role.AUDITOR, Action.READ_RELEASES, _OVERSEE, because="an auditor reads what left"),
    _allow(Role.AUDITOR, Action.READ_ACCESS, _OVERSEE, because="an auditor reads who can see what, and why"),
    _allow(Role.AUDITOR, Action.REVIEW_ACCESS, _OVERSEE, because="an auditor reviews access in an emergency"),
    *(
        _deny(Role.AUDITOR, action, because="who audits does not act: an auditor answers for nothing audited")
        for action in (
            Action.JUDGE,
            Action.JUDGE_PERSONS,
            Action.ENABLE_MODEL,
            Action.APPROVE_DPIA,
            Action.RELEASE,
            Action.DISCLOSE,
            Action.ERASE,
            Action.RECTIFY,
            Action.ADD_RECORDS,
            Action.RUN_CHAIN,
            Action.MANAGE_DIRECTORY,
            Action.LOG_CONTACT,
            Action.RECORD_SUPPORT,
            Action.REFER,
            Action.MANAGE_ACCESS,
            Action.BREAK_GLASS,
            Action.TAKE_REVIEW,
            Action.ANSWER_REVIEW,
        )
    ),
    # Partner: of another organisation. Of records only those that a share names or that are its own (see access.py).
    _allow(Role.PARTNER, Action.READ_SHARED, _SUPPORT, because="a partner sees what was released to its organisation"),
    _allow(Role.PARTNER, Action.READ_CASE, _SUPPORT, because="a partner sees a case that was shared with it, unnamed"),
    *(
        _deny(Role.PARTNER, action, because="a partner is no part of this house: it sees what was shared, no more")
        for action in Action
        if action not in (Action.READ_SHARED, Action.READ_CASE)
    ),
    # Administrator: accounts, never content.
    _allow(Role.ADMINISTRATOR, Action.MANAGE_ACCOUNTS, _ADMIN, because="an administrator opens and closes accounts"),
    _allow(Role.ADMINISTRATOR, Action.VERIFY_AUDIT, _ADMIN, because="an administrator checks a restored copy"),
    *(
        _deny(Role.ADMINISTRATOR, action, because="an administrator manages accounts and cannot read content")
        for action in Action
        if action in CONTENT
    ),
)


def decide(actor: Actor, action: Action, purpose: Purpose) -> Decision:
    """Whether the actor may do this for this purpose, and why.

    >>> anna = Actor(id="a1", name="Anna", roles=frozenset({Role.ANALYST}))
    >>> decide(anna, Action.READ_IDENTITY, Purpose.LEAD_REVIEW)
    Decision(allowed=False, reason='no rule allows read_identity to analyst for lead-review')
    """
    deciding = [rule for role in sorted(actor.roles) if (rule := _deciding_rule(role, action, purpose))]
    for effect in (Effect.DENY, Effect.ALLOW):
        for rule in deciding:
            if rule.effect is effect:
                return Decision(effect is Effect.ALLOW, rule.reason)
    held = ", ".join(sorted(actor.roles)) or "a person without a role"
    return Decision(False, f"no rule allows {action} to {held} for {purpose}")


@cache
def _deciding_rule(role: Role, action: Action, purpose: Purpose) -> Rule | None:
    return max((rule for rule in RULES if rule.covers(role, action, purpose)), key=lambda r: r.weight, default=None)


def require(actor: Actor, action: Action, purpose: Purpose) -> None:
    """Lets an allowed act pass; raises NotAllowed with the reason otherwise."""
    decision = decide(actor, action, purpose)
    if not decision.allowed:
        raise NotAllowed(f"{action} is not allowed: {decision.reason}")


def purposes(actor: Actor) -> tuple[Purpose, ...]:
    """The purposes under which the actor may do more than look at totals, in the order of `Purpose`."""
    beyond = [action for action in Action if action is not Action.READ_OVERVIEW]
    return tuple(p for p in Purpose if any(decide(actor, action, p).allowed for action in beyond))
