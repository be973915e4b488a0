"""The whole of role x action x purpose, against a table written by hand and a second reading of the rules."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.safeguards.actors import Actor, Purpose, Role, operator
from clew.safeguards.errors import NotAllowed
from clew.safeguards.permissions import CONTENT, RULES, Action, Effect, decide, purposes, require

EVERYONE = "read_overview"
ALLOWED = {
    (Role.CASE_WORKER, Purpose.CASE_SUPPORT): (
        "read_case read_identity read_sealed_text add_records read_flows read_directory manage_directory"
        " count_contacts read_contacts log_contact read_support record_support refer judge_persons"
        " break_glass take_review disclose rectify"
    ),
    (Role.PARTNER, Purpose.CASE_SUPPORT): "read_case read_shared",
    (Role.CASE_WORKER, Purpose.STATISTICS): "read_flows count_contacts",
    (
        Role.ANALYST,
        Purpose.LEAD_REVIEW,
    ): "read_lead judge judge_persons read_case read_sealed_text add_records run_chain read_flows break_glass disclose",
    (Role.ANALYST, Purpose.STATISTICS): "read_case read_flows count_contacts",
    (
        Role.REVIEWER,
        Purpose.LEAD_REVIEW,
    ): "read_lead judge enable_model read_sealed_text answer_review take_review disclose",
    (Role.STEWARD, Purpose.STATISTICS): "read_case read_flows release read_releases count_contacts",
    (Role.STEWARD, Purpose.OVERSIGHT): (
        "read_case read_identity read_flows add_records run_chain enable_model read_releases approve_dpia erase read_audit verify_audit"
        " read_directory manage_directory count_contacts read_contacts read_support judge_persons"
        " manage_access read_access break_glass review_access take_review answer_review disclose rectify"
    ),
    (Role.AUDITOR, Purpose.OVERSIGHT): "read_audit verify_audit read_releases read_access review_access",
    (Role.ADMINISTRATOR, Purpose.ADMINISTRATION): "manage_accounts verify_audit",
}
"""By hand, from what each role is for. What is not here is refused."""


def person(*roles: Role) -> Actor:
    return Actor(id="acc_1", name="Anna", roles=frozenset(roles))


@pytest.mark.parametrize("role", Role)
def test_every_cell_is_as_written_by_hand(role: Role) -> None:
    for action, purpose in itertools.product(Action, Purpose):
        everyone = "" if role is Role.PARTNER else EVERYONE
        expected = action.value in f"{everyone} {ALLOWED.get((role, purpose), '')}".split()
        decision = decide(person(role), action, purpose)
        assert decision.allowed is expected, (role, action, purpose)
        assert decision.reason


def second_reading(roles: frozenset[Role], action: Action, purpose: Purpose) -> bool:
    """The four sentences of the module again, by elimination instead of by weight."""
    verdicts = set()
    for role in roles:
        covering = [
            rule
            for rule in RULES
            if not (rule.role and rule.role != role)
            and not (rule.action and rule.action != action)
            and not (rule.purposes and purpose not in rule.purposes)
        ]
        for names in (3, 2, 1, 0):
            level = [r for r in covering if [r.role, r.action, r.purposes].count(None) == 3 - names]
            if level:
                verdicts.add(Effect.DENY if any(r.effect is Effect.DENY for r in level) else Effect.ALLOW)
                break
    return verdicts == {Effect.ALLOW}


def test_every_set_of_roles_agrees_with_a_second_reading() -> None:
    for size in range(len(Role) + 1):
        for roles in itertools.combinations(Role, size):
            for action, purpose in itertools.product(Action, Purpose):
                allowed = decide(person(*roles), action, purpose).allowed
                assert allowed is second_reading(frozenset(roles), action, purpose), (roles, action, purpose)


def test_no_role_means_no() -> None:
    assert not any(decide(person(), action, purpose).allowed for action, purpose in itertools.product(Action, Purpose))


@given(st.sets(st.sampled_from(list(Role))), st.sampled_from(sorted(CONTENT)), st.sampled_from(list(Purpose)))
def test_an_administrator_never_reads_content_whatever_else_they_are(
    roles: set[Role], action: Action, purpose: Purpose
) -> None:
    assert not decide(person(Role.ADMINISTRATOR, *roles), action, purpose).allowed


@pytest.mark.parametrize("action", [Action.JUDGE, Action.RELEASE, Action.ERASE, Action.ADD_RECORDS])
def test_an_auditor_never_does_what_is_audited(action: Action) -> None:
    assert not any(decide(person(*set(Role) - {Role.ADMINISTRATOR}), action, purpose).allowed for purpose in Purpose)


def test_every_rule_has_a_reason_and_decides_something() -> None:
    cells = list(itertools.product(Role, Action, Purpose))
    reasons = {decide(person(role), action, purpose).reason for role, action, purpose in cells}
    for rule in RULES:
        assert len(rule.reason) > 15
        assert rule.reason in reasons, rule


def test_a_refusal_names_the_rule_and_not_the_person() -> None:
    with pytest.raises(
        NotAllowed, match=r"^read_identity is not allowed: an administrator manages accounts"
    ) as refused:
        require(person(Role.ADMINISTRATOR), Action.READ_IDENTITY, Purpose.CASE_SUPPORT)
    assert "Anna" not in str(refused.value)
    require(person(Role.CASE_WORKER), Action.READ_IDENTITY, Purpose.CASE_SUPPORT)


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_purpose_to_start_with(role: Role) -> None:
    mine = purposes(person(role))
    assert {(role, purpose) for purpose in mine} == {key for key in ALLOWED if key[0] is role}


def test_the_person_at_the_keyboard_acts_in_named_roles() -> None:
    assert operator("anna", Role.STEWARD) == Actor(id="operator:anna", name="anna", roles=frozenset({Role.STEWARD}))


def test_the_documentation_shows_the_table_as_it_is(project_root: Path) -> None:
    page = (project_root / "docs" / "safeguards.md").read_text(encoding="utf-8")
    rows = {line for line in page.splitlines() if line.startswith(tuple(f"| {role} |" for role in Role))}
    expected = set()
    for role, purpose in itertools.product(Role, Purpose):
        beyond = (action for action in Action if action is not Action.READ_OVERVIEW)
        allowed = [action.value for action in beyond if decide(person(role), action, purpose).allowed]
        if allowed:
            expected.add(f"| {role} | {purpose} | {', '.join(allowed)} |")
    assert rows == expected
