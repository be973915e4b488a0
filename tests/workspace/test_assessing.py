"""The gate of the impact assessment: what was not assessed is not processed, and nobody in need waits for it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clew.records import KINDS, LegalBasis, Source
from clew.safeguards import dpia
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.dpia import Standing
from clew.safeguards.errors import Blocked, Conflict, NotAllowed, NotFound, UsageError
from clew.safeguards.permissions import Action
from clew.store.models import JudgementRow
from clew.workspace import Workspace

from .conftest import INVENTED, assess, make, reopen

REAL = Source(name="A partner", basis=LegalBasis.LEGITIMATE_INTERESTS)
ADVERTS = "id,text\n1,Massage near the station call +31 6 12345678\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "adverts.csv"
    path.write_text(ADVERTS, encoding="utf-8")
    return path


def add(workspace: Workspace, file: Path, source: Source = REAL, kind: str = "adverts") -> int:
    return workspace.add(KINDS[kind], file, source, None, workspace.account()).new


def may_run(workspace: Workspace) -> None:
    """What `run` asks first."""
    workspace.vault.require(workspace.account(), Action.RUN_CHAIN, Purpose.LEAD_REVIEW, "lake")


def last_refusal(workspace: Workspace) -> dict:
    rows, _ = workspace.vault.audit(workspace.account(), Purpose.OVERSIGHT)
    return json.loads(next(row.detail for row in rows if row.action == "refused"))


def test_what_was_not_assessed_is_not_processed(empty: Workspace, file: Path) -> None:
    actor = empty.account()
    with pytest.raises(Blocked, match=r"missing.*put down in it as planned.*clew safeguards dpia approve"):
        add(empty, file)
    assert last_refusal(empty) == {"asked": "add_records", "because": "assessment missing"}
    assert empty.lake.count("adverts") == 0
    assert empty.vault.sources() == []
    assert [(each.name, each.kinds, each.planned) for each in empty.configuration().sources] == [
        ("A partner", ("adverts",), True)
    ]

    put_in = {"reason": "r", "actor": actor.id, "at": datetime.now(UTC), "reverses": None, "signature": "00" * 64}
    with empty.vault._write() as tx:  # as who holds the database would
        tx.add(JudgementRow(id="jdg_x", lead=f"dpia:{empty.assessment(actor).name}", verdict="yes", **put_in))
    with pytest.raises(Blocked, match="missing"):
        add(empty, file)

    assess(empty)
    assert add(empty, file) == 1
    assert empty.assessment(actor).standing is Standing.APPROVED
    may_run(empty)

    other = Source(name="Another", basis=LegalBasis.CONSENT)
    with pytest.raises(Blocked, match="stale"):
        add(empty, file, other)
    assert empty.lake.count("adverts") == 1
    empty.vault.add_source(other, actor=actor, purpose=Purpose.LEAD_REVIEW)  # round the gate: all else stops
    for act in (lambda: empty.run(actor), lambda: empty.train_model(actor), lambda: add(empty, file)):
        with pytest.raises(Blocked, match="stale"):
            act()
    with pytest.raises(Blocked, match="stale"):
        empty.vault.require(actor, Action.RELEASE, Purpose.STATISTICS, "cases")
    how, what = empty.assessment(actor).changes[0]
    assert (how, what[:13]) == ("added", "sources: src_")


def test_a_new_kind_a_setting_and_a_withdrawal_end_an_approval(tmp_path: Path, file: Path) -> None:
    with make(tmp_path) as workspace:
        with pytest.raises(Blocked):
            add(workspace, file)
        assess(workspace)
        add(workspace, file)
        with pytest.raises(Blocked, match="stale"):
            add(workspace, file, kind="tips")
        workspace.drop_planned(workspace.account(), "A partner")
        may_run(workspace)
        workspace.withdraw_assessment(workspace.account(), Purpose.OVERSIGHT, "a complaint came in")
        with pytest.raises(Blocked, match="withdrawn"):
            workspace.run(workspace.account())
        assess(workspace, reason="the complaint was heard")
        may_run(workspace)
    settings = tmp_path / "w" / "clew.toml"
    settings.write_text("k = 12\n", encoding="utf-8")
    with reopen(tmp_path) as workspace, pytest.raises(Blocked, match="stale"):
        workspace.run(workspace.account())


def test_an_approval_is_a_stewards_signed_act(empty: Workspace, file: Path) -> None:
    with pytest.raises(Blocked):
        add(empty, file)
    steward, name = empty.account(), empty.assessment(empty.account()).name
    analyst = empty.add_account("bo", (Role.ANALYST, Role.REVIEWER))
    with pytest.raises(NotAllowed):
        empty.approve_assessment(analyst, Purpose.LEAD_REVIEW, name, "quickly", accept_open=True)
    with pytest.raises(Blocked, match="points are open"):
        empty.approve_assessment(steward, Purpose.OVERSIGHT, name, "unread")
    with pytest.raises(UsageError, match="reason"):
        empty.approve_assessment(steward, Purpose.OVERSIGHT, name, " ", accept_open=True)
    with pytest.raises(Conflict, match="changed since it was read"):
        empty.approve_assessment(steward, Purpose.OVERSIGHT, "0" * 16, "of another", accept_open=True)
    made = empty.approve_assessment(
        steward, Purpose.OVERSIGHT, empty.assessment(steward).name, "read", accept_open=True
    )
    view = empty.assessment(steward)
    assert (view.by, view.why, view.standing) == ("anna", "read", Standing.APPROVED)
    assert made.lead == dpia.SUBJECT + view.name
    assert empty.vault.verify() == []
    assert (
        (empty.folder / "dpia" / f"{view.name}.md").read_text(encoding="utf-8").startswith("# Data protection impact")
    )


def test_invented_data_need_none_and_a_demo_says_that_it_is_one(empty: Workspace, file: Path) -> None:
    assert add(empty, file, INVENTED) == 1
    assert empty.assessment(empty.account()).standing is Standing.NOT_NEEDED
    assess(empty, demo=True, reason="demo")
    assert empty.assessment(empty.account()).standing is Standing.DEMO
    with pytest.raises(Blocked, match="missing"):
        add(empty, file)
    with pytest.raises(Conflict, match="invented data alone"):
        assess(empty, demo=True)
    with pytest.raises(NotFound):
        empty.drop_planned(empty.account(), "nobody")


def test_a_backup_waits_for_no_paper(empty: Workspace, file: Path, tmp_path: Path) -> None:
    actor = empty.account()
    with pytest.raises(Blocked):
        add(empty, file)
    assess(empty)
    add(empty, file)
    empty.withdraw_assessment(actor, Purpose.OVERSIGHT, "a complaint came in")
    with pytest.raises(Blocked):
        may_run(empty)
    object.__setattr__(empty.settings, "key_books", (str(tmp_path / "book"),))
    assert empty.back_up(actor, Purpose.OVERSIGHT, tmp_path / "w.backup").lake_rows > 0


def test_nobody_in_need_waits_for_a_paper(empty: Workspace) -> None:
    """A call is logged whatever the assessment says; what machines do with it waits."""
    actor = empty.account()
    contact = empty.log_contact(actor, Purpose.CASE_SUPPORT, {"channel": "phone", "text": "Please help."})
    assert empty.contact(actor, Purpose.CASE_SUPPORT, contact, open_number=False, open_words=True, why="call back").text
    with pytest.raises(Blocked, match="missing"):
        empty.run(actor)
    empty.erase_contact(actor, Purpose.OVERSIGHT, contact, "asked for it")


def test_what_was_changed_by_hand_is_refused(empty: Workspace, file: Path) -> None:
    with pytest.raises(Blocked):
        add(empty, file)
    name = assess(empty)
    kept = empty.folder / "dpia" / f"{name}.json"
    kept.write_text(kept.read_text(encoding="utf-8").replace("A partner", "Another"), encoding="utf-8")
    questions = empty.draft_assessment()
    questions.write_text(
        questions.read_text(encoding="utf-8").replace('necessity = ""', 'necessity = "No other way."'), encoding="utf-8"
    )
    view = empty.assessment(empty.account())
    assert (view.standing, view.before, view.before_is_here, view.changes) == (Standing.STALE, name, False, ())
    assert not [point for point in view.open_points if "necessary" in point]
    for wrong in ("necessity = 3", "nonsense = 'x'", "= ="):
        questions.write_text(wrong, encoding="utf-8")
        with pytest.raises(UsageError, match=r"answers\.toml"):
            empty.assessment(empty.account())
    questions.unlink()
    (empty.folder / "dpia" / "planned.json").write_text("[{}]", encoding="utf-8")
    with pytest.raises(UsageError, match=r"planned\.json"):
        empty.assessment(empty.account())
