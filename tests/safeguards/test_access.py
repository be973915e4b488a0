"""Rows of single records: a row only narrows, sharing levels hold, an emergency opens one record and no role."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.safeguards.access import By, Facts, Grant, Row, Scope, Share, Standing, decide_record, explain
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import UsageError
from clew.safeguards.permissions import Action, decide
from clew.safeguards.purposes import ASKS_CASE, COMPATIBLE, Compatible, fits, is_bound

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SUPPORT = Purpose.CASE_SUPPORT
MIRA = Actor(id="acc_mira", name="Mira", roles=frozenset({Role.CASE_WORKER}))
BO = Actor(id="acc_bo", name="Bo", roles=frozenset({Role.CASE_WORKER}), organisation="North")
CASE = Facts(record="K1", kind="cases", names=frozenset({"rec_1"}), source="src_1", collected="anti-trafficking")

ACTORS = st.builds(
    Actor, id=st.sampled_from(["acc_mira", "acc_bo"]), name=st.just("x"),
    roles=st.frozensets(st.sampled_from(list(Role)), max_size=2), organisation=st.sampled_from(["", "North"]),
)  # fmt: skip
ROWS = st.builds(
    Row, id=st.just("sfg_1"), scope=st.sampled_from(list(Scope)), by=st.sampled_from(list(By)), reason=st.just("because"),
    values=st.sampled_from([("K1",), ("rec_1",), ("src_1",), ("cases",), ("other",)]),
    only=st.sampled_from([("acc_mira",), ("North",), ("case_worker",), ("case-support",), ("read_case",)]),
)  # fmt: skip
SHARES = st.builds(
    Share, id=st.just("sfg_2"), scope=st.just(Scope.SOURCE), values=st.just(("src_1",)), reason=st.just("because"),
    by=st.sampled_from([By.ACCOUNT, By.ORGANISATION]), who=st.sampled_from(["acc_mira", "acc_bo", "North"]),
)  # fmt: skip
FACTS = st.builds(
    lambda level, owner, collected: replace(CASE, level=level, organisation=owner, collected=collected),
    st.sampled_from(["red", "amber+strict", "amber", "green", "clear", "?"]), st.sampled_from(["", "North"]),
    st.sampled_from(["anti-trafficking", "assistance", "other"]),
)  # fmt: skip


@settings(max_examples=150)
@given(ACTORS, st.sampled_from(list(Action)), st.sampled_from(list(Purpose)), FACTS, st.lists(ROWS, max_size=3),
       st.lists(SHARES, max_size=2), ROWS)  # fmt: skip
def test_one_more_row_never_opens_anything_and_no_row_adds_to_a_role(
    actor: Actor, action: Action, purpose: Purpose, facts: Facts, rows: list[Row], shares: list[Share], more: Row
) -> None:
    before = decide_record(actor, action, purpose, facts, Standing(rows=rows, shares=shares), NOW).allowed
    after = decide_record(actor, action, purpose, facts, Standing(rows=[*rows, more], shares=shares), NOW).allowed
    assert before or not after
    assert not before or decide(actor, action, purpose).allowed


def grant(**more: object) -> Grant:
    given = {"id": "sfg_3", "actor": "acc_bo", "record": "K1", "names": frozenset(), "purpose": SUPPORT, "reason": "danger",
             "at": NOW, "until": NOW + timedelta(hours=1)}  # fmt: skip
    return Grant(**(given | more))


@pytest.mark.parametrize(
    ("change", "opens"),
    [
        ({}, True),
        ({"actor": "acc_mira"}, False),
        ({"record": "K2"}, False),
        ({"purpose": Purpose.OVERSIGHT}, False),
        ({"until": NOW}, False),
        ({"reviewed": "not_justified"}, False),
        ({"reviewed": "justified"}, True),
    ],
)
def test_an_emergency_opens_one_record_to_one_person_for_one_purpose_and_a_while(
    change: dict[str, object], opens: bool
) -> None:
    team = Row(id="r", scope=Scope.RECORD, values=("K1",), by=By.ACCOUNT, only=("acc_mira",), reason="the team")
    standing = Standing(rows=[team], grants=[grant(**change)])
    assert decide_record(BO, Action.READ_CASE, SUPPORT, CASE, standing, NOW).allowed is opens


def test_an_emergency_lifts_neither_the_roles_nor_the_purposes() -> None:
    standing = Standing(grants=[grant(purpose=p) for p in Purpose])
    admin = replace(BO, roles=frozenset({Role.ADMINISTRATOR}))
    assert not any(decide_record(admin, Action.READ_CASE, p, CASE, standing, NOW).allowed for p in Purpose)
    analyst = replace(BO, roles=frozenset({Role.ANALYST}))
    told = replace(CASE, collected="assistance")
    assert not decide_record(analyst, Action.READ_CASE, Purpose.LEAD_REVIEW, told, standing, NOW).allowed


def test_why_not_names_the_first_rule_that_refuses() -> None:
    team = Row(
        id="r7", scope=Scope.RECORD, values=("rec_1",), by=By.ACCOUNT, only=("acc_mira",), reason="the case's team"
    )
    told = explain(replace(BO, organisation=""), Action.READ_CASE, SUPPORT, CASE, Standing(rows=[team]), NOW)
    assert [(c.rule, c.passes) for c in told.checks] == [
        ("role", True), ("purpose", True), ("sharing level", True), ("row r7", False),
    ]  # fmt: skip
    assert (told.decision.allowed, told.decision.reason) == (False, "the case's team")
    assert explain(MIRA, Action.READ_CASE, SUPPORT, CASE, Standing(rows=[team]), NOW).decision.allowed


def test_a_row_without_a_reason_or_for_nobody_cannot_be() -> None:
    for change in ({"reason": " "}, {"only": ()}, {"values": ()}):
        with pytest.raises(UsageError):
            Row(**({"id": "r", "scope": Scope.RECORD, "values": ("K1",), "by": By.ROLE, "only": ("analyst",), "reason": "x"} | change))  # fmt: skip


def test_what_a_purpose_table_does_not_name_is_refused_with_words() -> None:
    assert fits("assistance", Purpose.LEAD_REVIEW).reason.startswith("lead-review is not compatible")
    assert "does not know" in fits("marketing", Purpose.CASE_SUPPORT).reason
    assert fits("marketing", SUPPORT, [Compatible("Marketing", SUPPORT, "agreed")]).allowed
    assert not any(fits(row.collected, Purpose.ADMINISTRATION).allowed for row in COMPATIBLE)
    assert all(len(row.reason) > 15 for row in COMPATIBLE)


def test_support_is_for_one_case_at_a_time_and_it_must_be_named() -> None:
    for action in ASKS_CASE[SUPPORT]:
        assert not is_bound(SUPPORT, action, 2, "").allowed
        assert is_bound(SUPPORT, action, 2, "K1").allowed
        assert is_bound(SUPPORT, action, 1, "").allowed
