"""Judgements follow leads that grow together, models are let in only past the gate and by a signature, and nothing is moved by a class."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from clew.leads.classing import CLASSES, LeadClass, Training, train
from clew.leads.classing.card import digest, signs_digest, to_json
from clew.leads.classing.columns import feature_names
from clew.leads.explain import lead_id
from clew.leads.intervals import Share
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Blocked, Conflict, NotAllowed, NotFound, UnreadableInput

from .conftest import INVENTED, assess, make, reopen

pytestmark = pytest.mark.xdist_group("grown")

REVIEW = Purpose.LEAD_REVIEW
START = datetime(2026, 1, 1, tzinfo=UTC)


def write(path, rows):
    lines = ["id,text,posted,place", *(f'{i},"{text}",{at},{place}' for i, text, at, place in rows)]
    path.write_text("\n".join(lines) + "\n")
    return path


ONE = ("+33 6 12 34 56 01", "+33 6 12 34 56 02", "+33 6 12 34 56 03")
TWO = ("+33 6 98 76 54 01", "+33 6 98 76 54 02", "+33 6 98 76 54 03")


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """Two troupes with a lead each, both judged; then an advert names a number of both, and the chain runs again.

    One workspace for all tests here, in order: the chain is dear.
    """
    tmp_path = tmp_path_factory.mktemp("grown")
    with make(tmp_path) as workspace:
        (workspace.folder / "clew.toml").write_text("smallest_lead = 0.5\n")
    with reopen(tmp_path) as workspace:
        actor = workspace.account("anna")
        words = [
            "songs tonight in the old barn with {0}, also {1}", "paintings shown by the river, ring {0} or {1}",
            "we repair boats and bicycles {0} then {1}", "dinner for twelve persons, ask {0} and {1}",
            "a walk over the hills each Sunday {0} or else {1}", "lessons of violin and flute {0}, or {1}",
        ]  # fmt: skip
        rows = []
        for group, phones in ((0, ONE), (1, TWO)):
            for n, text in enumerate(words):
                at = (START + timedelta(days=30 * group + n)).isoformat()
                said = (
                    text
                    if group == 0
                    else f"number {n} of the second house: {text[::-1].replace('}0{', '{0}').replace('}1{', '{1}')}"
                )
                rows.append((f"g{group}-{n}", said.format(phones[n % 3], phones[(n + 1) % 3]), at, "Lyon"))
        workspace.add(KINDS["adverts"], write(tmp_path / "a.csv", rows), INVENTED, None, actor)
        workspace.run(actor)
        before = workspace.lake.read("leads").sort_by("first").to_pylist()
        assert [row["adverts"] for row in before] == [6, 6]
        old, young = (row["lead"] for row in before)
        workspace.judge(actor, REVIEW, old, Verdict.NO, "a troupe on tour")
        made = workspace.judge(actor, REVIEW, young, Verdict.YES, "one desk takes all calls")
        workspace.say_class(actor, REVIEW, young, LeadClass.ORGANISED, "one desk takes all calls")
        joint = [
            ("j", f"both houses together {ONE[0]} and {TWO[0]}", (START + timedelta(days=70)).isoformat(), "Lyon"),
            (
                "k",
                f"both houses again, other words {ONE[1]} with {TWO[1]}",
                (START + timedelta(days=71)).isoformat(),
                "Lyon",
            ),
        ]
        workspace.add(KINDS["adverts"], write(tmp_path / "b.csv", joint), INVENTED, None, actor)
        workspace.run(actor)
        workspace.old, workspace.young, workspace.answer = old, young, made
        yield workspace


def test_judgements_follow_a_lead_that_grew_into_another(grown):
    actor = grown.account("anna")
    (row,), total = grown.leads(actor, REVIEW)
    assert (row.id, total, row.adverts) == (grown.old, 1, 14)
    view = grown.lead(actor, REVIEW, grown.young)  # the old name leads to the lead that goes on
    assert view.row.id == grown.old
    assert [j.verdict for j in view.judgements] == [Verdict.NO, Verdict.YES]
    assert view.grown == {grown.answer.id: grown.young}
    assert view.row.verdict is Verdict.YES  # the later answer
    assert view.classing.named == "organised control"
    assert grown.vault.verify() == []  # each is kept under the name that it was signed for


def test_an_answer_from_before_is_taken_back_under_its_own_name(grown):
    actor = grown.account("anna")
    back = grown.judge(actor, REVIEW, grown.old, Verdict.NOT_SURE, "two desks after all", grown.answer.id)
    assert back.lead == grown.young
    assert grown.lead(actor, REVIEW, grown.old).row.verdict is Verdict.NOT_SURE
    with pytest.raises(Conflict):
        grown.judge(actor, REVIEW, grown.old, Verdict.NO, "again", grown.answer.id)
    assert grown.vault.verify() == []


def test_a_class_changes_neither_order_nor_state(grown):
    actor = grown.account("anna")
    before, _ = grown.leads(actor, REVIEW)
    grown.say_class(actor, REVIEW, grown.old, LeadClass.SPAM, "bulk")
    after, _ = grown.leads(actor, REVIEW)
    assert [(r.id, r.points, r.verdict) for r in after] == [(r.id, r.points, r.verdict) for r in before]
    with pytest.raises(NotFound):
        grown.say_class(actor, REVIEW, "lead_0", LeadClass.SPAM, "bulk")


def test_a_lead_keeps_the_name_of_its_first_record_in_the_lake_and_in_python(grown):
    record = grown.lake.query("SELECT record_id FROM adverts ORDER BY posted LIMIT 1")["record_id"][0].as_py()
    found = grown.lake.query("SELECT 'lead_' || left(sha256($1), 16) AS name", [record])["name"][0].as_py()
    assert found == lead_id(record) == grown.old


# Models.


@pytest.fixture(scope="module")
def good():
    """A model that tells five heaps of numbers apart, measured on them."""
    rng = np.random.default_rng(2)
    names = feature_names()
    truth = np.concatenate([np.full(120, 1), rng.integers(0, 5, 120)])
    centres = rng.normal(0, 4, size=(5, len(names)))
    size = len(truth)
    training = Training(
        names=names,
        rows=centres[truth] + rng.normal(size=(size, len(names))),
        weak=np.full((size, 5), 0.2),
        judged=np.arange(size),
        allowed=np.eye(len(CLASSES), dtype=bool)[truth],
        groups={k: ["x"] * size for k in ("language", "script", "place", "stated gender", "source")},
    )
    return train(training, name="w", trained_on="heaps", signs=signs_digest(), invented=True)


def changed(good, change):
    if change == "flags":
        return replace(good, measured=replace(good.measured, wrong_flags=Share(9, 120)))
    return replace(good, signs="other") if change == "signs" else replace(good, invented=False, home="elsewhere")


def shown(workspace, name):
    return next(row for row in workspace.models(workspace.account("anna")).models if row.digest == name)


def kept(workspace, made, tmp_path):
    path = tmp_path / "m.json"
    path.write_text(to_json(made))
    return workspace.add_model(workspace.account("anna"), path).digest


def test_a_model_is_let_in_by_a_signature_shown_on_leads_and_shut_out(grown, good, tmp_path, monkeypatch):
    actor = grown.account("anna")
    name = kept(grown, good, tmp_path)
    assert not shown(grown, name).enabled
    made = grown.enable_model(actor, REVIEW, name, "only an invented world is here")
    assert made.lead == f"model:{name}"
    row = shown(grown, name)
    assert (row.enabled, row.by) == (True, "anna")
    with monkeypatch.context() as patched:  # a word that somebody put into the database lets none in
        patched.setattr(grown.vault, "judgements", lambda *_: [replace(made, signature="00" * 64)])
        assert not shown(grown, name).enabled
    view = grown.lead(actor, REVIEW, grown.old).classing
    assert (view.model, view.trained_on) == (name, "heaps")
    assert "invented world" in view.sure
    grown.disable_model(actor, REVIEW, name, "odd")
    assert grown.lead(actor, REVIEW, grown.old).classing.model == ""
    assert grown.vault.verify() == []


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ("flags", "wrong flags on independent workers"),
        ("signs", "the published signs changed"),
        ("home", "judgements of another workspace"),
    ],
)
def test_a_model_past_a_closed_gate_is_refused_and_recorded(grown, good, tmp_path, change, because):
    actor = grown.account("anna")
    name = kept(grown, changed(good, change), tmp_path)
    with pytest.raises(Blocked, match=because):
        grown.enable_model(actor, REVIEW, name, "please")
    entries, _ = grown.vault.audit(actor, Purpose.OVERSIGHT, about=f"model:{name}")
    assert entries[0].action == "refused"
    assert because in entries[0].detail
    assert not shown(grown, name).enabled


def test_figures_written_into_a_file_open_no_gate(grown, good, tmp_path):
    """A file that says it was learnt and measured here, with figures as good as one likes: only the log can say so."""
    forged = replace(good, invented=False, home=grown.keys.id, trained_on="500 signed judgements of this workspace")
    name = kept(grown, forged, tmp_path)
    with pytest.raises(Blocked, match="its figures come from a file"):
        grown.enable_model(grown.account("anna"), REVIEW, name, "please")
    assert not shown(grown, name).enabled


def test_only_a_reviewer_or_a_steward_lets_a_model_in(grown, good, tmp_path):
    name = kept(grown, good, tmp_path)
    for role, purpose in (
        (Role.ANALYST, REVIEW),
        (Role.CASE_WORKER, Purpose.CASE_SUPPORT),
        (Role.AUDITOR, Purpose.OVERSIGHT),
    ):
        with pytest.raises(NotAllowed):
            grown.enable_model(grown.add_account(role.value, (role,)), purpose, name, "please")


def test_a_models_file_that_was_changed_counts_for_nothing(grown, good, tmp_path):
    actor = grown.account("anna")
    name = kept(grown, good, tmp_path)
    grown.enable_model(actor, REVIEW, name, "only an invented world is here")
    path = grown.folder / "models" / f"{name}.json"
    path.write_text(path.read_text().replace('"slope": ', '"slope": 1'))
    assert grown.lead(actor, REVIEW, grown.old).classing.model == ""
    with pytest.raises(UnreadableInput):
        grown.enable_model(actor, REVIEW, name, "again")
    with pytest.raises(NotFound):
        grown.enable_model(actor, REVIEW, "../keys", "please")
    assert [t for t in grown.models(actor).trouble if "changed since" in t]
    path.unlink()


def test_rules_are_measured_on_the_judged_leads_of_a_chain_that_ran(grown):
    grown.judge(grown.account("anna"), REVIEW, grown.old, Verdict.YES, "seen again")
    report = grown.fairness(grown.account("anna"), Purpose.OVERSIGHT)
    assert [each.flag for each in report.rates if each.flag.startswith("rule ")]
    assert report.answers == 1
    assert all("could not be measured" in reason for reason in report.reasons)


def test_too_few_judgements_teach_no_model(grown):
    grown.say_class(grown.account("anna"), REVIEW, grown.old, LeadClass.SPAM, "bulk")
    view = grown.models(grown.account("anna"))
    assert view.judged == 1
    with pytest.raises(Conflict, match="60 are needed"):
        grown.train_model(grown.account("anna"))


def test_a_model_of_the_invented_world_is_kept_out_where_real_data_are(grown, good, tmp_path):
    real = Source(name="A partner", basis=LegalBasis.CONSENT)
    row = [("r", "songs by the sea", START.isoformat(), "Lyon")]
    name = kept(grown, good, tmp_path)
    grown.enable_model(grown.account("anna"), REVIEW, name, "only an invented world is here")
    assess(grown, (real, "adverts"))
    grown.add(KINDS["adverts"], write(tmp_path / "r.csv", row), real, None, grown.account("anna"))
    assert not shown(grown, name).enabled  # the gate closed behind it
    assert grown.models(grown.account("anna")).trouble
    with pytest.raises(Blocked, match="this workspace holds other data"):
        grown.enable_model(grown.account("anna"), REVIEW, name, "please")


def test_a_model_learns_from_the_judgements_of_the_workspace(grown):
    """Answers and named classes of many leads, put straight into the lake's leads: what training reads is all here."""
    actor = grown.account("anna")
    features = grown.lake.read("features").slice(0, 1).to_pylist()[0]
    rows, leads = [], []
    for n in range(80):
        kind = n % 2
        rows.append({**features, "network": 1000 + n, "adverts": 10, "contacts": 9 - 8 * kind, "texts": 6 - 5 * kind})
        leads.append({"lead": lead_id(str(n)), "network": 1000 + n, "question": "Do these 10 adverts have one organiser?",
                      "points": 1.0, "adverts": 10, "places": 1, "first": None, "last": None})  # fmt: skip
    grown.lake.replace({
        "features": pa.Table.from_pylist(rows, schema=grown.lake.read("features").schema),
        "leads": pa.Table.from_pylist(leads, schema=grown.lake.read("leads").schema),
    })  # fmt: skip
    for n, row in enumerate(leads):
        if n % 2:
            grown.say_class(actor, REVIEW, row["lead"], LeadClass.INDEPENDENT, "own rules")
        else:
            grown.judge(actor, REVIEW, row["lead"], Verdict.YES, "one desk")
    row = grown.train_model(actor)
    assert (row.model.counts["organised_control"], row.model.counts["independent_work"]) == (40, 40)
    assert row.model.measured.answers == 80
    assert not row.model.invented
    assert row.reasons  # 40 independent workers are too few to say that under 5% are flagged
    assert digest(row.model) == row.digest
    # By audit data it is measured as one that did not learn from the lead, and it is asked before it is let in.
    named = [each["lead"] for each in leads]
    audit = pa.table(
        {"lead": named, "gender": ["x"] * 80, "age": ["30"] * 80, "language": ["a"] * 80, "nationality": ["GHA"] * 80}
    )
    assert any("nationality of persons were not measured" in reason for reason in row.reasons)
    grown.fairness(actor, Purpose.OVERSIGHT, audit)
    kept = grown.fairness_audited(actor)
    mine = [each for each in kept.report.rates if each.flag == f"model {row.digest}"]
    assert {each.by.partition(" (")[0] for each in mine} == {"all", "gender", "age", "language", "nationality"}
    assert not any("were not measured" in reason for reason in shown(grown, row.digest).reasons)
    assert {each.missed.whole > 0 for each in row.model.measured.groups if each.group == "organised_control"} == {True}
