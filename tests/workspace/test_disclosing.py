"""A lead leaves to a named partner by two signatures, one a steward's, and is in the ledger and the log as what it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pyarrow as pa
import pytest

from clew.desk import DisclosureAsk
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.access import By, Scope
from clew.safeguards.actors import Purpose, Role, operator
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Blocked, Conflict, NotAllowed, NotFound, Tampered, UsageError

from .conftest import assess, make, reopen

REVIEW, OVERSEE = Purpose.LEAD_REVIEW, Purpose.OVERSIGHT
AUDITOR = operator("fifth", Role.AUDITOR)
STEWARD, ANALYST = operator("second", Role.STEWARD), operator("third", Role.ANALYST)


@pytest.fixture(scope="module")
def desk(walked, tmp_path_factory):
    """A copy of the walked workspace with one lead judged yes, and what is asked of it."""
    folder = tmp_path_factory.mktemp("disclosing")
    copytree(walked.folder.parent, folder, dirs_exist_ok=True)
    with reopen(folder) as workspace:
        anna = workspace.account("anna")
        lead = workspace.leads(anna, REVIEW, judged=None)[0][0].id
        ask = DisclosureAsk(
            subject=lead, to="stix", recipient="Partner A", agreement="MoU 2026-3", purpose="joint review",
            kind="partner",
        )  # fmt: skip
        with pytest.raises(Blocked, match="nobody has judged"):
            workspace.preview_disclosure(anna, REVIEW, ask)
        workspace.judge(anna, REVIEW, lead, Verdict.YES, "CANARY-REASON")
        yield workspace, ask


def test_two_persons_sign_and_one_is_a_steward(desk):
    workspace, ask = desk
    with pytest.raises(Blocked, match="another person"):
        workspace.disclose(ANALYST, REVIEW, ask)
    with pytest.raises(Blocked, match="a steward"):
        workspace.disclose(operator("fourth", Role.REVIEWER), REVIEW, ask)
    with pytest.raises(Blocked, match="another person"):  # other terms are another disclosure
        workspace.disclose(STEWARD, OVERSEE, replace(ask, agreement="MoU 2026-4"))
    assert not list((workspace.folder / "disclosed").glob("*"))
    made = workspace.disclose(STEWARD, OVERSEE, ask)
    assert (made.method, made.dataset, made.recipient, made.epsilon) == ("disclose", "leads", "Partner A", 0.0)
    assert "not anonymous" in made.guarantee
    content, suffix = workspace.disclosed_file(STEWARD, OVERSEE, made.id)
    assert suffix == ".json"
    assert b"CANARY-REASON" not in content
    assert json.loads(made.report)["stays_behind"]
    with pytest.raises(Conflict, match=made.id):
        workspace.disclose(STEWARD, OVERSEE, ask)
    rows, _ = workspace.vault.audit(STEWARD, OVERSEE, about=made.id)
    assert [row.action for row in rows] == ["read_disclosure", "release"]
    assert workspace.vault.verify() == []


def test_what_was_changed_on_disk_is_not_handed_out(desk):
    workspace, ask = desk
    made = _left(workspace, replace(ask, recipient="Partner B"))
    path = workspace.folder / "disclosed" / f"{made.id}.json.sealed"
    kept = path.read_bytes()
    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    with pytest.raises(Tampered):
        workspace.disclosed_file(STEWARD, OVERSEE, made.id)
    with pytest.raises(NotFound):
        workspace.disclosed_file(STEWARD, OVERSEE, "rel_nothing")


def test_an_interrupted_disclosure_takes_its_place_or_goes(desk):
    workspace, ask = desk
    made = _left(workspace, replace(ask, recipient="Partner C"))
    folder: Path = workspace.folder / "disclosed"
    (folder / f"{made.id}.json.sealed").rename(folder / ".leaving-abc.json.sealed")
    (folder / ".leaving-other.json").write_text("never entered")
    workspace.recover_releases()
    assert workspace.disclosed_file(STEWARD, OVERSEE, made.id)[1] == ".json"
    assert not list(folder.glob(".leaving-*"))


@pytest.mark.parametrize(
    ("role", "purpose"),
    [(Role.AUDITOR, OVERSEE), (Role.ADMINISTRATOR, Purpose.ADMINISTRATION), (Role.ANALYST, Purpose.STATISTICS)],
)
def test_who_may_not_disclose_sees_nothing(desk, role, purpose):
    workspace, ask = desk
    with pytest.raises(NotAllowed):
        workspace.preview_disclosure(operator("x", role), purpose, ask)


def test_flows_and_released_tables_leave_with_their_own_guarantee(desk):
    workspace, ask = desk
    flows = replace(ask, subject="flows", to="geojson")
    made = _left(workspace, flows)
    assert (made.method, made.dataset) == ("table", "flows")
    assert "not anonymous" not in made.guarantee
    with pytest.raises(UsageError, match="geojson"):
        workspace.preview_disclosure(ANALYST, REVIEW, replace(flows, to="stix"))
    with pytest.raises(NotFound):
        workspace.export_release(STEWARD, Purpose.STATISTICS, made.id, "ctdc", "Partner A")
    with pytest.raises(NotAllowed):
        workspace.export_release(ANALYST, REVIEW, made.id, "ctdc", "Partner A")


def test_dossiers_of_a_lead_and_a_case(desk):
    workspace, ask = desk
    pytest.importorskip("typst")
    ask = replace(ask, to="dossier", spelled=True)
    preview = workspace.preview_disclosure(ANALYST, REVIEW, ask)
    assert preview.content.startswith(b"%PDF")
    assert workspace.preview_disclosure(STEWARD, OVERSEE, ask).fingerprint == preview.fingerprint
    with pytest.raises(UsageError, match="only the dossier of a case"):
        workspace.preview_disclosure(ANALYST, REVIEW, replace(ask, identities="order 12/26"))
    number = workspace.cases(workspace.account("anna"), Purpose.CASE_SUPPORT, limit=1)[0][0].number
    case = replace(ask, subject=number, kind="partner")
    with pytest.raises(UsageError, match="kind"):
        workspace.preview_disclosure(ANALYST, REVIEW, replace(case, kind=""))
    order = {
        "order": "3 Gs 12/26",
        "order_by": "Regional court",
        "order_date": "2026-05-31",
        "order_why": "whole, on paper",
    }
    with pytest.raises(UsageError, match="to nobody else"):
        workspace.preview_disclosure(ANALYST, REVIEW, replace(case, **order))
    for name, value in (("order_by", ""), ("order_date", "May"), ("order_date", "2226-05-31"), ("order_why", " ")):
        with pytest.raises(UsageError, match="order"):
            workspace.preview_disclosure(ANALYST, REVIEW, replace(case, kind="court", **order | {name: value}))
    for authority in ("law_enforcement", "court"):
        with pytest.raises(Blocked, match="no yes of the person"):
            workspace.preview_disclosure(ANALYST, REVIEW, replace(case, kind=authority))
    ordered = workspace.preview_disclosure(ANALYST, REVIEW, replace(case, kind="court", **order))
    assert "Regional court of 2026-05-31, 3 Gs 12/26" in ordered.report["consent"]
    assert ordered.report["order"] == "3 Gs 12/26"
    assert workspace.preview_disclosure(ANALYST, REVIEW, case).report["identity"] == "sealed"
    opened = replace(case, identities="witness order 12/26")
    with pytest.raises(NotAllowed, match="read_identity"):  # an analyst works without identities
        workspace.preview_disclosure(ANALYST, REVIEW, opened)
    helper = operator("helper", Role.CASE_WORKER)
    shown = workspace.preview_disclosure(helper, Purpose.CASE_SUPPORT, opened)
    assert shown.report["leaves"]["identity fields"]
    assert workspace.preview_disclosure(STEWARD, OVERSEE, opened).fingerprint == shown.fingerprint


def _left(workspace, ask):
    with pytest.raises(Blocked):
        workspace.disclose(ANALYST, REVIEW, ask)
    return workspace.disclose(STEWARD, OVERSEE, ask)


def test_a_search_finds_nothing_by_what_is_withheld(desk):
    workspace, ask = desk
    anna = workspace.account("anna")
    for_stewards, mine = [e for e in workspace.lead(anna, REVIEW, ask.subject).evidence if e.kind == "advert"][:2]
    row = workspace.narrow(anna, Scope.RECORD, [for_stewards.record], By.ACCOUNT, ["anna"], "sensitive")
    try:
        found = {e.external_id: workspace.leads(ANALYST, REVIEW, query=e.external_id)[1] for e in (for_stewards, mine)}
        assert found == {for_stewards.external_id: 0, mine.external_id: 1}
        assert workspace.leads(anna, REVIEW, query=for_stewards.external_id)[1] == 1
    finally:
        workspace.vault.end_row(anna, OVERSEE, row, reason="the test is over")


def test_a_dossier_with_a_name_rests_sealed_opens_within_the_rows_and_goes_with_its_person(tmp_path):
    pytest.importorskip("typst")
    support = Purpose.CASE_SUPPORT
    (tmp_path / "c.csv").write_text("case_id,first_name,last_name,age\nA1,CANARYNAME,CANARYLAST,30\n", encoding="utf-8")
    with make(tmp_path) as workspace:
        anna = workspace.account()
        source = Source(name="Invented", basis=LegalBasis.SYNTHETIC)
        workspace.add(KINDS["cases"], tmp_path / "c.csv", source, None, anna)
        mira, cy = (workspace.add_account(name, (Role.CASE_WORKER,)) for name in ("mira", "cy"))
        number = workspace.cases(anna, support)[0][0].number
        workspace.narrow(anna, Scope.RECORD, [number], By.ACCOUNT, ["mira", "anna"], "the case's team")
        ask = DisclosureAsk(
            subject=number, to="dossier", recipient="Partner A", agreement="MoU", purpose="protection", kind="law_enforcement",
            identities="witness order", spelled=True,
        )  # fmt: skip
        with pytest.raises(Blocked, match="no yes of the person"):
            workspace.disclose(mira, support, ask)
        yes = {"layer": "law_enforcement", "answer": "yes", "way": "spoken"}
        workspace.record_on_case(mira, support, number, "consent", yes)
        with pytest.raises(Blocked, match="another person"):
            workspace.disclose(mira, support, ask)
        assert workspace.waiting_disclosures(cy, support) == []
        made = workspace.disclose(anna, OVERSEE, ask)
        (rests,) = (workspace.folder / "disclosed").iterdir()
        assert b"%PDF" not in rests.read_bytes()
        assert not list((workspace.folder / "releases").glob("*"))
        assert workspace.disclosed_file(mira, support, made.id)[0].startswith(b"%PDF")
        assert workspace.disclosures(cy, support) == []
        with pytest.raises(NotAllowed, match="the case's team"):
            workspace.disclosed_file(cy, support, made.id)
        with pytest.raises(NotAllowed):  # an analyst works without identities, also where they left
            workspace.disclosed_file(operator(anna.id, Role.ANALYST), REVIEW, made.id)
        said = {"layer": "law_enforcement", "answer": "no", "way": "spoken"}
        workspace.record_on_case(mira, support, number, "consent", said)
        with pytest.raises(Blocked, match="said no"):
            workspace.disclosed_file(mira, support, made.id)
        found = workspace.person_records(anna, OVERSEE, number)
        erased = workspace.erase_person(anna, OVERSEE, found, "asked")
        assert erased.tell == ("Partner A",)
        assert erased.certificate.facts["disclosed_files_removed"] == 1
        assert not rests.exists()
        with pytest.raises(NotFound):
            workspace.disclosed_file(anna, OVERSEE, made.id)
        assert workspace.vault.verify() == []


def test_an_order_lifts_the_no_to_law_enforcement_alone_and_is_kept_for_auditors(desk):
    workspace, ask = desk
    support, helper = Purpose.CASE_SUPPORT, operator("helper", Role.CASE_WORKER)
    number = workspace.cases(workspace.account("anna"), support, limit=2)[0][1].number
    contact = workspace.log_contact(helper, support, {"channel": "phone", "topic": "other", "area": "Lyon"})
    assess(workspace)  # the helpline is a real source
    workspace.note_contact(helper, support, contact, case=number)
    network = workspace.lake.query("SELECT network FROM leads WHERE lead = $1", [ask.subject])["network"][0].as_py()
    members = workspace.lake.read("members")
    row = {**members.slice(0, 1).to_pylist()[0], "network": network, "record_id": contact, "record_kind": "call"}
    workspace.lake.replace({"members": pa.concat_tables([members, pa.Table.from_pylist([row], schema=members.schema)])})

    def say(layer, answer):
        workspace.record_on_case(
            helper, support, number, "consent", {"layer": layer, "answer": answer, "way": "spoken"}
        )

    police = replace(ask, recipient="Police", kind="law_enforcement")
    order = {
        "order": "3 Gs 12/26",
        "order_by": "Regional court",
        "order_date": "2026-05-31",
        "order_why": "whole, on paper",
    }
    with pytest.raises(UsageError, match="kind"):
        workspace.preview_disclosure(ANALYST, REVIEW, replace(ask, kind=""))
    assert workspace.preview_disclosure(ANALYST, REVIEW, ask).report["consent"]
    with pytest.raises(Blocked, match="no yes of the person"):
        workspace.preview_disclosure(ANALYST, REVIEW, police)
    say("law_enforcement", "yes")
    assert "said yes" in workspace.preview_disclosure(ANALYST, REVIEW, police).report["consent"]
    say("law_enforcement", "withdrawn")
    for kind in ("law_enforcement", "partner"):
        with pytest.raises(Blocked, match="said no"):
            workspace.preview_disclosure(ANALYST, REVIEW, replace(police, kind=kind))
    made = _left(workspace, replace(police, **order))
    assert {(o.subject, o.reference, o.authority, o.date, o.reason) for o in workspace.court_orders(AUDITOR)} == {
        (ask.subject, "3 Gs 12/26", "Regional court", "2026-05-31", "whole, on paper")
    }
    assert len(workspace.court_orders(AUDITOR)) == 2  # of the two who signed
    with pytest.raises(NotAllowed):
        workspace.court_orders(ANALYST)
    assert workspace.disclosed_file(STEWARD, OVERSEE, made.id)
    say("share_situation", "no")
    with pytest.raises(Blocked, match="said no"):  # that no an order does not lift
        workspace.preview_disclosure(ANALYST, REVIEW, replace(police, **order))
    with pytest.raises(Blocked, match="said no"):
        workspace.disclosed_file(STEWARD, OVERSEE, made.id)
    assert workspace.vault.verify() == []
