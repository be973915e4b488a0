"""Fields that are collected and never used: counted by field and day, never by person."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from clew.records import KINDS
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.errors import NotAllowed, UsageError
from clew.safeguards.minimisation import Uses, minimisation_document, minimised, read_uses, uses_text
from clew.workspace import Workspace

from .conftest import INVENTED, make, reopen

TODAY = date(2026, 11, 24)
LONG_AGO = TODAY - timedelta(days=200)
CASES = "id,gender,age,citizenship,exploited_in,sector,transit\nC1,Woman,30,KHM,THA,fishing,\nC2,Man,41,KHM,THA,,\n"


def test_fields_collected_and_never_used_are_listed(tmp_path: Path) -> None:
    later = datetime.now(UTC).date() + timedelta(days=89)
    with make(tmp_path) as workspace:
        actor = workspace.account()
        (tmp_path / "cases.csv").write_text(CASES, encoding="utf-8")
        workspace.add(KINDS["cases"], tmp_path / "cases.csv", INVENTED, None, actor)
        workspace.lake.read("cases", ["gender"])
        cases = workspace.lake.table("cases")
        workspace.lake.evaluate(cases.filter(cases.age.notnull()).select("record_id", "citizenship"))
        workspace.lake.query("SELECT exploited_in FROM cases")
        early = workspace.minimisation(actor, today=later)
        assert (early.early, early.unused) == (True, ())
    kept = (tmp_path / "w" / "field-uses.json").read_text(encoding="utf-8")
    assert not [told for told in ("KHM", "C1", "anna", actor.id, "rec_") if told in kept]
    with reopen(tmp_path) as workspace:
        found = workspace.minimisation(actor, today=later + timedelta(days=1), days=90)
        assert {"gender", "age", "citizenship", "exploited_in", "sector"} <= {line.field for line in found.unused}
        found = workspace.minimisation(actor, today=later, days=80)
        assert not {"transit", "status"} & {line.field for line in found.lines}  # never filled, so never collected
        near = minimised(
            {("cases", "gender"): 2, ("cases", "sector"): 1},
            read_uses(workspace.folder / "field-uses.json", later),
            today=datetime.now(UTC).date(),
            days=1,
        )
        assert {line.field: line.uses > 0 for line in near.lines} == {"gender": True, "sector": False}
        workspace.flows(actor, Purpose.STATISTICS)
        assert {line.field for line in workspace.minimisation(actor, days=1).lines if line.uses} >= {
            "sector",
            "gender",
            "age",
            "citizenship",
        }
        with pytest.raises(NotAllowed):
            workspace.minimisation(workspace.add_account("cleo", (Role.ANALYST,)))


def test_uses_are_counted_within_their_days() -> None:
    uses = Uses(
        LONG_AGO, {(TODAY - timedelta(days=89), "cases", "age"): 3, (TODAY - timedelta(days=90), "cases", "gender"): 9}
    )
    collected = {
        ("cases", "age"): 5,
        ("cases", "gender"): 5,
        ("cases", "never"): 5,
        ("cases", "name"): None,
        ("cases", "empty"): 0,
        ("cases", "id"): 5,
    }
    found = minimised(collected, uses, needed=[("cases", "id")], today=TODAY)
    assert [(line.field, line.uses) for line in found.lines] == [("age", 3), ("gender", 0), ("name", 0), ("never", 0)]
    assert [line.field for line in found.unused] == ["gender", "name", "never"]
    assert "sealed: not counted" in str(minimisation_document(found).blocks)
    assert minimised(collected, Uses(TODAY), today=TODAY).unused == ()
    with pytest.raises(UsageError, match="days"):
        minimised(collected, uses, today=TODAY, days=0)


def test_counts_are_kept_added_and_dropped_when_old(tmp_path: Path) -> None:
    key, old = (TODAY, "cases", "age"), (TODAY - timedelta(days=500), "cases", "age")
    uses = Uses(LONG_AGO, {key: 1, old: 7}).with_more({key: 2}, TODAY)
    assert uses.counts == {key: 3}
    (tmp_path / "u.json").write_text(uses_text(uses), encoding="utf-8")
    assert read_uses(tmp_path / "u.json", TODAY) == uses
    assert read_uses(tmp_path / "none.json", TODAY) == Uses(TODAY)
    (tmp_path / "u.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UsageError, match="begin anew"):
        read_uses(tmp_path / "u.json", TODAY)


def test_what_was_sealed_counts_when_it_was_opened(empty: Workspace, tmp_path: Path) -> None:
    actor = empty.account()
    (tmp_path / "tips.csv").write_text(
        "id,text,contact\nT1,three people sleep in the shop,a@harbour.example\n", encoding="utf-8"
    )
    empty.add(KINDS["tips"], tmp_path / "tips.csv", INVENTED, None, actor)

    def uses() -> dict[str, int]:
        return {line.field: line.uses for line in empty.minimisation(actor, days=1).lines if line.kind == "tips"}

    before = uses()["contact"]
    list(empty.vault.sealed_batches("tips", actor, Purpose.LEAD_REVIEW, fields=["contact"]))
    assert before == 0
    assert uses()["contact"] == 1
