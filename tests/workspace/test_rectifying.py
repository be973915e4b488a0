"""A field put right: what stood before is kept and told to the person, what was made of it goes, and who may not cannot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.access import By, Scope
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Conflict, Erased, NotAllowed, NotFound, UsageError
from clew.safeguards.permissions import Action
from clew.workspace import Workspace
from clew.workspace.person_subjects import LEAD, subject_of

from .conftest import make

SUPPORT, OVERSEE = Purpose.CASE_SUPPORT, Purpose.OVERSIGHT
ROWS = "A1,Woman,30,NPL,QAT,Amara\nA2,Woman,31,NPL,QAT,Amara\n"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Workspace]:
    with make(tmp_path) as workspace:
        path = tmp_path / "cases.csv"
        path.write_text("case_id,gender,age,citizenship,exploited_in,first_name\n" + ROWS, encoding="utf-8")
        workspace.add(KINDS["cases"], path, Source(name="s", basis=LegalBasis.SYNTHETIC), None, workspace.account())
        yield workspace


def test_what_it_said_before_is_kept_and_what_was_made_of_it_goes(made: Workspace) -> None:
    anna = made.account()
    number = made._number_of("A1")
    first = made._case_of(number)
    pair = subject_of([first, made._case_of(made._number_of("A2"))])
    made.vault.append_judgement(anna, OVERSEE, LEAD + pair, Verdict.YES, "same", action=Action.JUDGE_PERSONS)
    made.link_persons(anna)
    assert made.lake.query("SELECT * FROM person_clusters WHERE record_id = $1", [first]).num_rows
    sealed = made.rectify(anna, SUPPORT, "A1", "first_name", "Amira", "she said so")
    assert (sealed.replaces, sealed.judge_again) == (first, (pair,))
    assert sealed.derived["person_clusters"] > 0
    plain = made.rectify(anna, OVERSEE, sealed.record, "age", "17", "papers")
    assert made._is_child(number) == "yes"
    assert not made.lake.query("SELECT * FROM person_clusters WHERE record_id = $1", [first]).num_rows
    assert made.lake.count("cases") == 2
    found = made.person_records(anna, OVERSEE, "A1")
    copy = made.person_copy(anna, OVERSEE, found, "asked")
    by_record = {each["record"]: each for each in copy["records"]}
    assert (by_record[first]["sealed"]["first_name"], by_record[first]["open"]["age"]) == ("Amara", "30")
    now = by_record[plain.record]
    assert (now["sealed"]["first_name"], now["open"]["age"]) == ("Amira", "17")
    assert [(c["field"], c["why"], c["was"]) for c in now["corrected"]] == [("age", "papers", sealed.record)]
    assert [each.field for each in made.rectifications(anna, SUPPORT, number)] == ["first_name", "age"]
    again = "".join(e.detail + e.object for e in made.vault.audit(anna, OVERSEE, limit=200)[0])
    assert "Amira" not in again
    assert made.vault.verify() == []
    made.erase_person(anna, OVERSEE, found, "asked")
    with pytest.raises((Erased, NotFound)):
        made.rectify(anna, SUPPORT, "A1", "age", "18", "late")


def test_a_change_to_the_history_is_found(made: Workspace) -> None:
    made.rectify(made.account(), SUPPORT, "A1", "age", "17", "papers")
    with made.vault._write() as tx:
        raw = tx.connection()
        raw.exec_driver_sql("DROP TRIGGER safeguard_acts_no_delete")
        raw.exec_driver_sql("DELETE FROM safeguard_acts")
    assert {f.rule for f in made.vault.verify()} == {"rectification-removed"}


def test_only_who_supports_the_case_or_a_steward_puts_it_right(made: Workspace) -> None:
    anna = made.account()
    mira, cy = (made.add_account(name, (Role.CASE_WORKER,)) for name in ("mira", "cy"))
    analyst = made.add_account("ana", (Role.ANALYST,))
    number = made._number_of("A1")
    made.narrow(anna, Scope.RECORD, [number], By.ACCOUNT, ["mira", "anna"], "the case's team")
    for who, purpose in ((cy, SUPPORT), (analyst, Purpose.LEAD_REVIEW), (mira, OVERSEE)):
        with pytest.raises(NotAllowed):
            made.rectify(who, purpose, "A1", "age", "17", "papers")
    done = made.rectify(mira, SUPPORT, "A1", "age", "17", "papers")
    with pytest.raises(NotAllowed, match="team"):
        made.rectify(cy, SUPPORT, done.record, "age", "18", "the new record is the team's too")
    assert made._row_of(made._case_of(number))["age"]["low"] == 17


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [("age", "Canary", UsageError), ("nothing", "1", UsageError), ("id", "1", UsageError), ("age", "30", Conflict),
     ("first_name", "Amara", Conflict)],
)  # fmt: skip
def test_what_cannot_be_is_refused_without_the_value(made: Workspace, field: str, value: str, error: type) -> None:
    with pytest.raises(error) as told:
        made.rectify(made.account(), SUPPORT, "A1", field, value, "papers")
    assert "Canary" not in str(told.value)
    with pytest.raises(UsageError):
        made.rectify(made.account(), SUPPORT, "A1", "age", "17", " ")
    assert made.lake.count("cases") == 2


def test_an_interrupted_one_is_finished_by_asking_again(made: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = made.account()
    with monkeypatch.context() as broken:
        broken.setattr(made.lake, "append_records", lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            made.rectify(anna, SUPPORT, "A1", "age", "17", "papers")
    assert made.lake.count("cases") == 2  # it says what it said
    done = made.rectify(anna, SUPPORT, "A1", "age", "17", "papers")
    assert made._case_of(done.number) == done.record
    assert len(made.rectifications(anna, SUPPORT, done.number)) == 1
