"""Rules and classes of a workspace against its judged leads; audit data are used and kept nowhere."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import NotAllowed, UsageError
from clew.workspace import Workspace
from clew.workspace.class_models import Seen

LEADS = [f"lead_{n}" for n in range(120)]
CANARY = "Canaria"


def planted(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """120 judged leads: half rightly put, every lead of rule one, in Spanish or Thai; not sure of one more."""
    language = ["es" if n % 3 else "th" for n in range(121)]
    seen = Seen(
        np.arange(121, dtype=np.int64),
        [*LEADS, "lead_x"],
        {},
        {"language": language, "stated gender": ["none stated"] * 121},
    )
    verdicts = {lead: Verdict.YES if n % 2 else Verdict.NO for n, lead in enumerate(LEADS)} | {
        "lead_x": Verdict.NOT_SURE
    }
    monkeypatch.setattr(workspace, "seen", lambda: seen)
    monkeypatch.setattr(
        workspace, "_standing", lambda: {lead: SimpleNamespace(verdict=v) for lead, v in verdicts.items()}
    )
    thai = [n for n in range(120) if language[n] == "th"]
    reasons = {
        "lead": [*LEADS, *(f"lead_{n}" for n in thai)],
        "sign": ["one"] * 120 + ["two"] * 40,
        "points": [1.0] * 160,
    }
    classed = {"lead": LEADS, "looks": ["organised" if n % 2 else "independent_work" for n in range(120)]}
    workspace.lake.replace({"reasons": pa.table(reasons), "classed": pa.table(classed)})


def test_rules_and_classes_are_measured_by_group(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = empty.account()
    with pytest.raises(UsageError, match="clew run"):
        empty.fairness(actor, Purpose.OVERSIGHT)
    planted(empty, monkeypatch)
    audit = pa.table({"lead": LEADS[:60], "age": ["17"] * 30 + ["41"] * 30, "nationality": [CANARY] * 60})
    report = empty.fairness(actor, Purpose.OVERSIGHT, audit)
    wrong = {(each.flag, each.by, each.group): (each.wrongly.part, each.wrongly.whole) for each in report.rates}
    assert wrong["rule one", "all", "all"] == (60, 60)
    assert wrong["rule two", "language", "th"] == (20, 20)
    assert wrong["rule two", "language", "es"] == (0, 40)
    assert wrong["class", "all", "all"] == (0, 60)
    assert wrong["class", "age (audit data)", "under 18"] == (0, 15)
    assert [reason for reason in report.reasons if reason.startswith("rule two: wrong flags by language, th")]
    assert empty.vault.last_count("report_fairness", "judged") == 120
    assert "fairness_not_measured" not in empty.configuration().facts


def test_audit_data_rest_nowhere_and_a_stranger_measures_nothing(
    empty: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(empty, monkeypatch)
    audit = pa.table({"lead": LEADS, "nationality": [CANARY] * 120})
    empty.fairness(empty.account(), Purpose.OVERSIGHT, audit)
    empty.lake.query("CHECKPOINT")
    assert not [path for path in empty.folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    with pytest.raises(NotAllowed):
        empty.fairness(empty.add_account("cleo", (Role.CASE_WORKER,)), Purpose.CASE_SUPPORT)
