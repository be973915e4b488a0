"""Rows, emergencies, consent and reviews on a workspace: what a person's word changes, and what never depends on it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from clew.desk import ReleaseAsk, ServiceAsk
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.access import By, Scope
from clew.safeguards.actors import Actor, Purpose, Role, operator
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Blocked, Conflict, NotAllowed, UsageError
from clew.workspace import Workspace

from .conftest import assess, make, second_signs

SUPPORT, COUNT, OVERSEE, REVIEW = Purpose.CASE_SUPPORT, Purpose.STATISTICS, Purpose.OVERSIGHT, Purpose.LEAD_REVIEW
INVENTED = Source(name="Invented", basis=LegalBasis.SYNTHETIC)
ASK = ReleaseAsk(title="t", recipient="r", method="anonymise", parameter=11, columns=("gender",))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Workspace]:
    with make(tmp_path) as workspace:
        rows = "".join(f"A{n},Woman,{30 if n else 12},NPL,QAT\n" for n in range(15))
        (tmp_path / "cases.csv").write_text("case_id,gender,age,citizenship,exploited_in\n" + rows, encoding="utf-8")
        workspace.add(KINDS["cases"], tmp_path / "cases.csv", INVENTED, None, workspace.account())
        yield workspace


def numbers(workspace: Workspace, actor: Actor) -> tuple[str, str]:
    """The child's case, and a grown person's."""
    rows = workspace.cases(actor, SUPPORT)[0]
    return next(r.number for r in rows if r.age == "12"), next(r.number for r in rows if r.age == "30")


def answer(workspace: Workspace, actor: Actor, number: str, layer: str, said: str, **more: str) -> None:
    workspace.record_on_case(
        actor, SUPPORT, number, "consent", {"layer": layer, "answer": said, "way": "spoken"} | more
    )


def test_an_emergency_opens_a_case_is_reviewed_by_another_and_ends(made: Workspace) -> None:
    anna = made.account()
    mira, cy = (made.add_account(name, (Role.CASE_WORKER,)) for name in ("mira", "cy"))
    audit = made.add_account("aud", (Role.AUDITOR,))
    _, number = numbers(made, anna)
    row = made.narrow(anna, Scope.RECORD, [number], By.ACCOUNT, ["mira"], "the case's team")
    assert made.case(mira, SUPPORT, number).row.number == number
    with pytest.raises(NotAllowed, match="the case's team"):
        made.case(cy, SUPPORT, number)
    told = made.why_not(anna, "cy", number)
    assert [c.rule for c in told[next(k for k in told if k[0] == "read_case" and k[1] is SUPPORT)].checks][
        -1
    ] == f"row {row}"
    assert "cy" not in {each.name for each in made.who_can(anna, number)}
    for wrong in ({"reason": " ", "hours": 1}, {"reason": "danger", "hours": 9}):
        with pytest.raises(UsageError):
            made.break_glass(cy, SUPPORT, number, **wrong)
    grant = made.break_glass(cy, SUPPORT, number, "danger to life", 1)
    assert made.case(cy, SUPPORT, number).row.number == number
    assert number in {r.number for r in made.cases(cy, SUPPORT)[0]}
    with pytest.raises(NotAllowed):
        made.case(cy, COUNT, number)
    steward = made.add_account("taker", (Role.STEWARD,))
    own = made.break_glass(steward, OVERSEE, number, "a right that cannot wait", 1)
    with pytest.raises(NotAllowed, match="does not review"):
        made.review_access(steward, own.id, True, "fine")
    made.review_access(audit, grant.id, False, "there was no danger")
    with pytest.raises(NotAllowed, match="the case's team"):
        made.case(cy, SUPPORT, number)
    with pytest.raises(Conflict):
        made.review_access(anna, grant.id, True, "again")
    with pytest.raises(Blocked, match="not justified"):
        made.break_glass(cy, SUPPORT, number, "danger to life", 1)
    for who in (mira, cy, audit):
        with pytest.raises(NotAllowed):
            made.vault.allow_glass(who, OVERSEE, cy.id, reason="fine")
    made.allow_emergency(anna, "cy", "they know the rule now")
    again = made.break_glass(cy, SUPPORT, number, "danger to life", 1)
    assert made.case(cy, SUPPORT, number).row.number == number
    made.review_access(audit, again.id, False, "there was none")
    with pytest.raises(Blocked, match="not justified"):
        made.break_glass(cy, SUPPORT, number, "danger to life", 1)
    with pytest.raises(Conflict):
        made.allow_emergency(anna, "mira", "nothing keeps her")
    later = made.vault._clock() + timedelta(hours=80)
    made.vault._clock = lambda: later
    with pytest.raises(NotAllowed):
        made.case(steward, OVERSEE, number)
    with pytest.raises(Blocked, match="reviewed"):
        made.break_glass(steward, OVERSEE, number, "again", 1)
    refusals = [e for e in made.vault.audit(anna, OVERSEE, limit=200)[0] if e.action == "refused"]
    assert any(f'"rule":"row {row}"' in e.detail and e.actor == cy.id for e in refusals)
    made.vault.end_row(anna, OVERSEE, row, reason="the team has changed")
    assert made.case(cy, SUPPORT, number).row.number == number
    assert made.vault.verify() == []


def test_a_change_to_an_act_on_rights_is_found(made: Workspace) -> None:
    anna = made.account()
    _, number = numbers(made, anna)
    made.narrow(anna, Scope.RECORD, [number], By.ROLE, ["steward"], "sensitive")
    with made.vault._write() as tx:
        raw = tx.connection()
        raw.exec_driver_sql("DROP TRIGGER safeguard_acts_no_delete")
        raw.exec_driver_sql("DELETE FROM safeguard_acts")
    assert {f.rule for f in made.vault.verify()} == {"row that narrows-removed"}


def test_a_no_to_statistics_leaves_counts_and_later_releases_and_support_goes_on(made: Workspace) -> None:
    anna = made.account()
    _, number = numbers(made, anna)
    before = made.preview_release(anna, COUNT, ASK)
    answer(made, anna, number, "statistics", "yes")
    assert made.preview_release(anna, COUNT, ASK).fingerprint == before.fingerprint
    answer(made, anna, number, "statistics", "withdrawn")
    assert made.left_out("statistics") == [number]
    assert made.preview_release(anna, COUNT, ASK).fingerprint != before.fingerprint
    second_signs(made, ASK)
    assert made.release(anna, COUNT, ASK).rows == 14
    answer(made, anna, number, "statistics", "yes")
    assert made.left_out("statistics") == []


def test_support_never_depends_on_consent_to_data(made: Workspace) -> None:
    anna = made.account()
    for number in numbers(made, anna):
        for layer in ("keep", "refer", "share_contact", "share_identity", "share_situation", "statistics", "research", "law_enforcement"):  # fmt: skip
            answer(made, anna, number, layer, "no")
        plan = made.record_on_case(anna, SUPPORT, number, "support", {"need": "shelter", "state": "planned"})
        assert plan in {entry.id for entry in made.case_record(anna, SUPPORT, number).entries}
        assert made.services_for_case(anna, SUPPORT, number, ServiceAsk()).total == 0  # searched, in an empty directory
        assert made.case(anna, SUPPORT, number).row.number == number
        assert number in {row.number for row in made.cases(anna, SUPPORT)[0]}


def test_a_child_says_yes_with_a_guardian_and_no_alone(made: Workspace) -> None:
    anna = made.account()
    child, grown = numbers(made, anna)
    assert (made.consent_protocol(child).name, made.consent_protocol(grown).name) == ("child", "adult")
    for lacking in ({}, {"way": "guardian"}, {"way": "guardian", "view": "disagrees"}, {"view": "agrees"}):
        with pytest.raises(UsageError, match="child"):
            answer(made, anna, child, "research", "yes", **lacking)
    answer(made, anna, child, "research", "yes", way="guardian", view="agrees")
    answer(made, anna, child, "research", "withdrawn")
    answer(made, anna, grown, "research", "yes")


def test_who_takes_back_the_record_leaves_links_leads_and_counts_and_a_steward_is_asked(made: Workspace) -> None:
    import pyarrow as pa

    anna = made.account()
    _, number = numbers(made, anna)
    made.preview_release(anna, COUNT, ASK)
    call = made.log_contact(anna, SUPPORT, {"channel": "call", "text": "call 020 7946 0123"})
    made.note_contact(anna, SUPPORT, call, case=number)
    record = made._case_of(number)
    made.lake.replace(
        {"members": pa.table({"network": [1, 1], "record_id": [call, "other"], "record_kind": ["call", "advert"]})}
    )
    made.lake.replace({"person_steps": pa.table({"left": [record], "right": ["other"], "step": [0]})})
    assert list((made.folder / "drafts").iterdir())
    answer(made, anna, number, "keep", "withdrawn")
    assert not list((made.folder / "drafts").iterdir())
    assert made.lake.read("members")["record_id"].to_pylist() == ["other"]
    assert made.lake.count("person_steps") == 0
    assert {number} == {
        *made.left_out("statistics"),
        *made.left_out("links"),
        *made.left_out("leads"),
        *made.left_out("releases"),
    }
    assert made.case_record(anna, SUPPORT, number).contacts[0].id == call
    assess(made)
    ids = [
        i for b in made.vault.sealed_batches("calls", anna, REVIEW, fields=["text"]) for i in b["record_id"].to_pylist()
    ]
    assert call not in ids
    assert made.failed() == {}
    (asked,) = made.reviews(anna, OVERSEE)
    assert (asked.subject, asked.is_open) == (number, True)
    made.answer_review(anna, OVERSEE, asked.id, "upheld", "erased by clew erase, certificate given")
    assert not made.reviews(anna, OVERSEE)[0].is_open


def test_what_was_told_to_be_helped_is_not_read_for_leads(made: Workspace, tmp_path: Path) -> None:
    anna = made.account()
    (tmp_path / "tips.csv").write_text("id,text\n1,call 020 7946 0123\n", encoding="utf-8")
    told = Source(name="Shelter", basis=LegalBasis.SYNTHETIC, purpose="assistance")
    made.add(KINDS["tips"], tmp_path / "tips.csv", told, None, anna)
    assert [b.num_rows for b in made.vault.sealed_batches("tips", anna, REVIEW, fields=["text"])] == [0]
    made.vault.allow_purpose(anna, OVERSEE, "Assistance", REVIEW, reason="agreed with the shelter on paper")
    assert [b.num_rows for b in made.vault.sealed_batches("tips", anna, REVIEW, fields=["text"])] == [1]


def test_a_review_is_answered_by_somebody_new_and_a_change_needs_a_judgement(made: Workspace) -> None:
    anna = made.account()
    mira = made.add_account("rev", (Role.REVIEWER,))
    lead = "lead_1"
    made.vault.append_judgement(anna, REVIEW, lead, Verdict.YES, "looked alike")
    review = made.ask_review(anna, SUPPORT, lead, matter="lead", came="by telephone")
    with pytest.raises(NotAllowed, match="judged it before"):
        made.answer_review(anna, OVERSEE, review, "upheld", "I was right")
    with pytest.raises(Conflict, match="judge the matter anew"):
        made.answer_review(mira, REVIEW, review, "changed", "it is a spa")
    made.answer_review(mira, REVIEW, review, "more_time", "papers are under way")
    made.vault.append_judgement(mira, REVIEW, lead, Verdict.NO, "a licensed spa")
    made.answer_review(mira, REVIEW, review, "changed", "it is a spa")
    with pytest.raises(Conflict, match="before"):
        made.answer_review(mira, REVIEW, review, "upheld", "again")
    assert made.vault.verify() == []


def test_nothing_leaves_by_one_signature(made: Workspace) -> None:
    anna = made.account()
    with pytest.raises(Blocked, match="another person"):
        made.release(anna, COUNT, ASK)
    with pytest.raises(Blocked, match="another person"):
        made.release(anna, COUNT, ASK)  # the same person twice is one person
    other = made.add_account("other", (Role.STEWARD,))
    for changed in ({"recipient": "somebody else"}, {"title": "another"}, {"columns": ("gender", "citizenship")}):
        import dataclasses

        with pytest.raises(Blocked):
            made.release(other, COUNT, dataclasses.replace(ASK, **changed))
    assert made.releases(anna, COUNT) == []
    assert made.release(other, COUNT, ASK).recipient == "r"


def test_a_first_signature_does_not_outlive_the_account_or_its_role(made: Workspace) -> None:
    anna = made.account()
    left, moved, last = (made.add_account(name, (Role.STEWARD,)) for name in ("left", "moved", "last"))
    for signer in (left, moved):
        made.sign_release(signer, COUNT, ASK)
    assert len(made.waiting_releases(anna, COUNT)[0].by) == 2
    assert {p.stat().st_mode & 0o777 for p in (made.folder / "drafts").iterdir()} == {0o600}
    made.close_account(left)
    made.vault.set_roles(moved.id, [Role.CASE_WORKER], actor=operator("root", Role.ADMINISTRATOR))
    assert made.waiting_releases(anna, COUNT) == []  # a case worker signs disclosures, and no release
    made.vault.set_roles(moved.id, [Role.STEWARD], actor=operator("root", Role.ADMINISTRATOR))
    assert made.waiting_releases(anna, COUNT)[0].by == ("moved",)
    made.vault.set_roles(moved.id, [Role.AUDITOR], actor=operator("root", Role.ADMINISTRATOR))
    assert made.waiting_releases(anna, COUNT) == []
    with pytest.raises(Blocked, match="another person"):
        made.release(last, COUNT, ASK)
    assert made.releases(anna, COUNT) == []


def test_the_pages_open_review_and_answer(made: Workspace) -> None:
    sys.path.append(str(Path(__file__).parents[1] / "web"))
    from client import Client

    anna = made.account()
    cy = made.add_account("cy", (Role.CASE_WORKER,))
    _, number = numbers(made, anna)
    made.narrow(anna, Scope.RECORD, [number], By.ACCOUNT, ["anna"], "her case")

    def signed_in(who: Actor, purpose: Purpose) -> Client:
        browser = Client(made)
        token = made.vault.sign_in_once(made.one_time_login(who)) or ""
        made.set_purpose(token, purpose)
        browser.cookies.set("clew-session", token, domain="127.0.0.1")
        return browser

    with signed_in(cy, SUPPORT) as worker, signed_in(anna, OVERSEE) as steward:
        assert worker.get(f"/cases/{number}").status_code == 403
        assert worker.get("/access").status_code == 403
        assert worker.post("/emergency", record=number, reason="danger").status_code == 400
        assert worker.post("/emergency", record=number, reason="danger", sure="yes").status_code == 303
        assert worker.get(f"/cases/{number}").status_code == 200
        page = steward.get("/access")
        grant = made.emergency_accesses(anna)[0].id
        assert (page.status_code, grant in page.text, "danger" in page.text) == (200, True, True)
        assert steward.post(f"/access/{grant}/review", verdict="not_justified", reason="no danger").status_code == 303
        assert worker.get(f"/cases/{number}").status_code == 403
        asked = {"subject": number, "matter": "case", "came": "in person"}
        assert worker.post("/reviews", **asked).status_code == 303
        review = made.reviews(anna, OVERSEE)[0].id
        assert worker.post(f"/reviews/{review}", outcome="upheld", reason="x").status_code == 403
        assert steward.post(f"/reviews/{review}", outcome="upheld", reason="looked at anew").status_code == 303
        assert "looked at anew" in steward.get("/reviews").text
        child, _ = numbers(made, anna)
        form = {"layer": "research", "answer": "yes", "way": "guardian"}
        assert worker.post(f"/cases/{child}/record/consent", **form).status_code == 422
        assert worker.post(f"/cases/{child}/record/consent", **form, view="agrees").status_code == 303


def test_words_that_are_a_reason_are_not_marked_before_the_first_answer() -> None:
    from clew.leads.types import Evidence
    from clew.workspace.judging import _without_signs

    seen = Evidence(
        record="a", kind="advert", external_id="1", source="s", posted=None, place=None, text="She is new. 555",
        spans=((0, 6, "wording"), (12, 15, "phone")),
    )  # fmt: skip
    assert _without_signs(seen).spans == ((12, 15, "phone"),)


def test_a_score_is_not_sent_before_the_first_answer(made: Workspace) -> None:
    import dataclasses

    import pyarrow as pa

    from clew.leads.queue import LEADS
    from clew.workspace.chain import CLAIMS

    anna, text = made.account(), pa.string()
    row = {
        "lead": "lead_1",
        "network": 1,
        "question": "Do these belong together?",
        "points": 7.25,
        "adverts": 0,
        "places": 0,
    }
    reason = {"lead": "lead_1", "sign": "contacts_together", "number": 2.0, "points": 7.25}
    made.lake.replace(
        {
            "leads": pa.Table.from_pylist([row], LEADS), "reasons": pa.Table.from_pylist([reason]),
            "members": pa.table({"network": [1], "record_id": ["a"], "record_kind": ["advert"]}), "claims": CLAIMS.empty_table(),
            "signs": pa.schema([("network", pa.int64()), ("sign", text), ("evidence", pa.list_(text))]).empty_table(),
            "edges": pa.schema([("record", text), ("kind", text), ("key", text), ("weight", pa.float64())]).empty_table(),
            "hubs": pa.schema([("kind", text), ("key", text)]).empty_table(),
        }
    )  # fmt: skip
    made.settings = dataclasses.replace(made.settings, blind_share=1.0)
    view, (line,) = made.lead(anna, REVIEW, "lead_1"), made.leads(anna, REVIEW)[0]
    assert (view.row.blind, line.blind, view.contributions, view.judgements) == (True, True, (), ())
    assert "7.2" not in f"{view}{line}"
    assert made.leads(anna, REVIEW, asked=True) == ([], 0)
    first = made.judge(anna, REVIEW, "lead_1", Verdict.NO, "a licensed spa")
    assert made.lead(anna, REVIEW, "lead_1").row.points == 7.2
    made.judge(anna, REVIEW, "lead_1", Verdict.YES, "now I see the score", first.id)
    found = made.answer_agreement(anna)
    assert (found.blind, found.seen, found.changed.part) == (1, 0, 1)
    assert made.vault.blind_judgements() == {first.id}


def test_a_partner_sees_the_case_shared_with_it_and_nothing_made_of_others(made: Workspace) -> None:
    anna, bo = made.account(), made.add_account("bo", (Role.PARTNER,), "North")
    child, grown = numbers(made, anna)
    made.share(anna, Scope.RECORD, [child, grown], By.ORGANISATION, "North", "agreement of May")
    made.rectify(anna, SUPPORT, grown, "citizenship", "PHL", "words of the house")
    assert {row.number for row in made.cases(bo, SUPPORT)[0]} == {child, grown}
    assert made.rectifications(anna, SUPPORT, grown)[0].why == "words of the house"
    assert made.rectifications(bo, SUPPORT, grown) == []
    for whole in (made.quality, made.persons):
        with pytest.raises(NotAllowed, match="one by one"):
            whole(bo, SUPPORT)
    with pytest.raises(NotAllowed, match="one by one"):
        made.proposal(bo, SUPPORT, "any")
    # A person's no ends it, whatever the share says; the partner is not told of the answer.
    answer(made, anna, grown, "share_situation", "withdrawn")
    assert [row.number for row in made.cases(bo, SUPPORT)[0]] == [child]
    for ask in (made.case, made.qualification, made.rectifications):
        with pytest.raises(NotAllowed, match="shared with it, no more"):
            ask(bo, SUPPORT, grown)
    assert made.case(anna, SUPPORT, grown).row.number == grown
    made.own_source(anna, "Invented", "North", "their data")
    assert made.case(bo, SUPPORT, grown).row.number == grown  # what its own house gave is its own
    assert made.vault.verify() == []
