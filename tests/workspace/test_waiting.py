"""What waits for a second signature is in one list, for whoever may give it, and leaves it when it is given or void."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from clew.cli import main
from clew.desk import ReleaseAsk
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Blocked, NotAllowed
from clew.safeguards.waiting import Matter
from clew.workspace.person_subjects import LEAD, subject_of

from .conftest import make

SUPPORT, COUNT, OVERSEE = Purpose.CASE_SUPPORT, Purpose.STATISTICS, Purpose.OVERSIGHT
INVENTED = Source(name="Invented", basis=LegalBasis.SYNTHETIC)
ASK = ReleaseAsk(title="Counts of 2026", recipient="r", method="anonymise", parameter=11, columns=("gender",))


def test_one_list_of_all_that_waits_for_another_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with make(tmp_path) as made:
        anna = made.account()
        rows = "".join(f"A{n},Woman,{30 if n > 1 else 12},NPL\n" for n in range(15))
        (tmp_path / "cases.csv").write_text("case_id,gender,age,citizenship\n" + rows, encoding="utf-8")
        made.add(KINDS["cases"], tmp_path / "cases.csv", INVENTED, None, anna)
        assert made.waiting(anna) == []
        other = made.add_account("other", (Role.STEWARD, Role.REVIEWER))
        worker, admin = made.add_account("cy", (Role.CASE_WORKER,)), made.add_account("ad", (Role.ADMINISTRATOR,))
        with pytest.raises(NotAllowed):
            made.waiting(admin)
        with pytest.raises(Blocked):
            made.release(anna, COUNT, ASK)
        numbers = {row.age: row.number for row in made.cases(anna, SUPPORT)[0]}
        children = [made._case_of(row.number) for row in made.cases(anna, SUPPORT)[0] if row.age == "12"]
        pair = subject_of(children)
        made.vault.append_judgement(anna, Purpose.LEAD_REVIEW, LEAD + pair, Verdict.YES, "the same child")
        made.break_glass(worker, SUPPORT, numbers["30"], "danger", 1)
        found = {each.matter: each for each in made.waiting(anna)}
        assert set(found) == {Matter.RELEASE, Matter.CHILD, Matter.EMERGENCY}
        release = found[Matter.RELEASE]
        assert (release.about, release.by, release.own, release.days(release.since)) == (ASK.title, ("anna",), True, 0)
        assert (found[Matter.CHILD].about, found[Matter.EMERGENCY].by) == (pair, ("cy",))
        assert not {each.own for each in made.waiting(other)} & {True}
        assert {each.matter for each in made.waiting(worker)} == {Matter.CHILD}  # who signs no releases sees none
        # Void: the records changed since. Done: another person signed, or was of another mind.
        form = {"layer": "research", "answer": "no", "way": "spoken"}
        made.record_on_case(anna, SUPPORT, numbers["30"], "consent", form)
        assert any("begins anew" in each.asked for each in made.waiting(other))
        made.vault.append_judgement(other, Purpose.LEAD_REVIEW, LEAD + pair, Verdict.YES, "yes, the same child")
        made.review_access(other, made.emergency_accesses(other)[0].id, True, "there was danger")
        assert {each.matter for each in made.waiting(other)} == {Matter.RELEASE}
        reads = [e for e in made.vault.audit(anna, OVERSEE, limit=200)[0] if e.action == "read_waiting"]
        assert {e.actor for e in reads} == {anna.id, other.id, worker.id}
    monkeypatch.setenv("CLEW_KEY_FILE", str(tmp_path / "k" / "w.key"))
    words = ["clew", "safeguards", "waiting", "--json", "-w", str(tmp_path / "w"), "--as", "other"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit, match="0"):
        main()
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["matter"], line["signed_by"], line["days"], line["own"]) == ("release", ["anna"], 0, False)
