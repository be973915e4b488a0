"""Rules and classes of a workspace against its judged leads; audit data are used and kept nowhere."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import MissingColumn, NotAllowed, UsageError
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
    few = "Fewaria"
    audit = pa.table({"lead": LEADS, "nationality": [CANARY] * 112 + [few] * 8})
    assert empty.fairness_audited(empty.account()) is None
    empty.fairness(empty.account(), Purpose.OVERSIGHT, audit)
    kept = empty.fairness_audited(empty.account())
    assert kept is not None
    assert {each.by for each in kept.report.rates} == {"all", "nationality (audit data)"}
    assert CANARY in {each.group for each in kept.report.rates}
    assert few not in str(kept)
    assert all(s.whole == 0 or s.whole >= 20 for e in kept.report.rates for s in (e.flagged, e.missed, e.wrongly))
    assert not any(lead in str(kept) for lead in LEADS)
    path = empty.folder / "fairness" / "rates.sealed"
    assert path.stat().st_mode & 0o777 == 0o600
    empty.rotate_keys(empty.account(), Purpose.OVERSIGHT, drop=True)  # the key it was sealed under is gone
    assert empty.fairness_audited(empty.account()) == kept
    empty.lake.query("CHECKPOINT")
    assert not [path for path in empty.folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    with pytest.raises(NotAllowed):
        empty.fairness(empty.add_account("cleo", (Role.CASE_WORKER,)), Purpose.CASE_SUPPORT)


def test_the_gate_reads_the_rates_by_audit_data(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that flags every worker of one nationality, and no other, is kept out; fair ones are not, for that."""
    planted(empty, monkeypatch)
    model = SimpleNamespace()
    monkeypatch.setattr("clew.workspace.class_models.digest", lambda _: "abc")
    audit = {
        "lead": LEADS, "gender": ["x", "y", "x", "y", "y", "x"] * 20, "age": ["20", "30", "30", "20", "30", "20"] * 20,
        "language": list("aaaabbbb") * 15, "nationality": ["GHA", "GHA", "NPL", "NPL"] * 30,
    }  # fmt: skip

    def against(flagged: list[bool], columns: list[str], *, asked: bool = True) -> list[str]:
        said = dict(zip(LEADS, flagged, strict=True))
        flags = lambda _, leads: {"model abc": np.array([said[lead] for lead in leads])}  # noqa: E731
        monkeypatch.setattr(empty, "_flagged_by_models", flags)
        empty.fairness(empty.account(), Purpose.OVERSIGHT, pa.table(audit).select(columns))
        return empty._audited_against(model, asked=asked)

    (nothing,) = empty._audited_against(model, asked=True)
    assert "were not measured" in nothing
    assert empty._audited_against(model, asked=False) == []  # where all is invented, nobody can be asked
    whole, fair = list(audit), [n % 2 == 1 for n in range(120)]
    assert against(fair, whole) == []
    (unfair,) = against([n % 2 == 1 or n % 4 == 0 for n in range(120)], whole, asked=False)
    assert unfair.startswith("wrong flags by nationality (audit data), GHA: 30 of 30")
    (missing,) = against(fair, ["lead", "gender", "age", "language"])
    assert "by nationality of persons were not measured" in missing
    path = empty.folder / "fairness" / "rates.sealed"
    path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))
    assert "were changed" in empty._audited_against(model, asked=True)[0]
    assert empty.fairness_audited(empty.account()) is None
    with pytest.raises(MissingColumn):
        empty.fairness(empty.account(), Purpose.OVERSIGHT, pa.table({"lead": LEADS}))
