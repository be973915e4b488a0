"""Contacts, services, entries on cases and referrals in the vault: one test body, each backend."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from vault_backends import (
    ADMINISTRATOR,
    ANALYST,
    AUDITOR,
    CASE_WORKER,
    REVIEWER,
    SOURCE,
    START,
    STEWARD,
    Backend,
    Clock,
)

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Blocked, Conflict, Erased, NotAllowed, NotFound, UsageError
from clew.safeguards.permissions import Action
from clew.store.helpline_consents import CaseEvent, missing_consents, standing_consents
from clew.store.helpline_rows import AREA_UNKNOWN, NewContact
from clew.store.models import HELPLINE_APPEND_ONLY
from clew.store.vault import Vault

SUPPORT, OVERSIGHT, COUNT = Purpose.CASE_SUPPORT, Purpose.OVERSIGHT, Purpose.STATISTICS
NUMBER = "+442079460100"
CASE, OTHER = "rec_case", "rec_other"


@pytest.fixture
def filled(vault: Vault) -> Vault:
    """A vault with two cases and a source of contacts."""
    vault.add_source(SOURCE, actor=CASE_WORKER, purpose=SUPPORT)
    cases = pa.table({"record_id": [CASE, OTHER], "first_name": ["Ada-canary", "Bo-canary"]})
    vault.seal_records("cases", SOURCE.id, cases, actor=CASE_WORKER, purpose=SUPPORT)
    return vault


def contact(**given: object) -> NewContact:
    return NewContact(**({"channel": "call", "received": START, "number": NUMBER, "text": "words-canary"} | given))  # type: ignore[arg-type]


def log(vault: Vault, *new: NewContact) -> list[str]:
    return list(vault.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, new or [contact()]).new)


def consent(
    vault: Vault, layer: str, answer: str = "yes", case: str = CASE, to: str = "svc_1", until: str = "2026-03-01"
) -> str:
    codes = {"layer": layer, "answer": answer, "way": "spoken"}
    codes |= {"to": to, "until": until} if answer == "yes" else {}
    return vault.record_on_case(CASE_WORKER, SUPPORT, case, "consent", codes=codes, texts={})


def refer(vault: Vault, shares: str = "") -> str:
    codes = {"service": "svc_1", "organisation": "Harbour.example", "need": "shelter", "shares": shares}
    return vault.draft_referral(CASE_WORKER, SUPPORT, CASE, codes=codes, texts={"note": "words-canary"})


def step(vault: Vault, referral: str, status: str, **more: object) -> None:
    vault.step_referral(CASE_WORKER, SUPPORT, referral, status, **more)  # type: ignore[arg-type]


# Contacts.


def test_a_number_that_called_before_is_known_and_not_shown(filled: Vault) -> None:
    first, second, third, _ = log(filled, contact(), contact(), contact(number=None), contact(number=None))
    line, others, *_ = filled.contact(CASE_WORKER, SUPPORT, second)
    assert (line.others, line.numbered, [each.id for each in others]) == (1, True, [first])
    silent, nobody, *_ = filled.contact(CASE_WORKER, SUPPORT, third)
    assert (silent.others, silent.numbered, list(nobody)) == (0, False, [])
    assert [each.id for each in filled.number_rang(CASE_WORKER, SUPPORT, NUMBER)] == sorted([first, second])
    assert filled.number_rang(CASE_WORKER, SUPPORT, "+33199000000") == []
    assert filled.verify() == []


def test_number_and_words_are_opened_by_acts_of_their_own(filled: Vault) -> None:
    (id,) = log(filled)
    assert filled.open_contact(CASE_WORKER, SUPPORT, id, number=False, why="read")[0] == {"text": "words-canary"}
    assert filled.open_contact(CASE_WORKER, SUPPORT, id, number=True, why="call back")[0] == {"caller": NUMBER}
    with pytest.raises(UsageError, match="why"):
        filled.open_contact(CASE_WORKER, SUPPORT, id, number=False, why=" ")
    with pytest.raises(NotAllowed):
        filled.open_contact(ANALYST, Purpose.LEAD_REVIEW, id, number=True, why="curious")
    acts = [entry.action for entry in filled.audit(STEWARD, OVERSIGHT, about=id)[0]]
    assert acts == ["refused", "read_identity", "read_sealed_text", "log_contact"]


def test_the_hash_of_a_caller_is_not_that_of_an_advertised_phone(
    filled: Vault, opened: tuple[Vault, str | Path], backend: Backend
) -> None:
    log(filled)
    with backend.raw(opened[1]) as raw:
        (caller,) = raw.exec_driver_sql("SELECT caller FROM contacts").scalars()
    assert caller not in {filled._keys.pseudonym(kind, NUMBER) for kind in ("phone", "call", "signal")}
    assert caller == filled._keys.pseudonym("caller", NUMBER)


def test_a_contact_concerns_no_case_until_somebody_says_so(filled: Vault) -> None:
    (id,) = log(filled)
    assert filled.contact(CASE_WORKER, SUPPORT, id)[0].case_record == ""
    filled.note_contact(CASE_WORKER, SUPPORT, id, case_record=CASE)
    filled.note_contact(CASE_WORKER, SUPPORT, id, status="possible")
    rows, total = filled.contacts(CASE_WORKER, SUPPORT, case_record=CASE)
    assert (total, rows[0].status, rows[0].case_record) == (1, "possible", CASE)
    filled.note_contact(CASE_WORKER, SUPPORT, id, case_record="")
    assert filled.contacts(CASE_WORKER, SUPPORT, case_record=CASE)[1] == 0
    assert filled.contacts(CASE_WORKER, SUPPORT, case_record="")[1] == 1
    assert filled.contacts(CASE_WORKER, SUPPORT, status="possible")[1] == 1
    assert len(filled.contact(CASE_WORKER, SUPPORT, id)[2]) == 4
    assert filled.verify() == []


def test_a_note_on_a_contact_must_make_sense(filled: Vault) -> None:
    (id,) = log(filled)
    with pytest.raises(UsageError, match="one of the two"):
        filled.note_contact(CASE_WORKER, SUPPORT, id)
    with pytest.raises(UsageError, match="choose one of"):
        filled.note_contact(CASE_WORKER, SUPPORT, id, status="victim")
    with pytest.raises(NotFound):
        filled.note_contact(CASE_WORKER, SUPPORT, id, case_record="rec_none")
    with pytest.raises(NotFound):
        filled.note_contact(CASE_WORKER, SUPPORT, "ctc_none", status="possible")


def test_a_file_of_contacts_comes_in_once(filled: Vault) -> None:
    given = [contact(id=f"src/{n}") for n in range(5)]
    assert len(log(filled, *given)) == 5
    again = filled.log_contacts(
        CASE_WORKER, SUPPORT, SOURCE.id, [*given, contact(id="src/9"), contact(id="src/9", text="other words")]
    )
    assert (list(again.new), len(again.same), again.corrected) == (log_ids(filled, "src/9"), 5, ())
    assert filled.contacts(CASE_WORKER, SUPPORT)[1] == 6


def test_a_contact_that_comes_in_again_with_other_content_is_corrected_and_its_history_kept(filled: Vault) -> None:
    def give(**more: object) -> tuple[int, int, int, int]:
        made = filled.log_contacts(
            CASE_WORKER, SUPPORT, SOURCE.id, [contact(**{"id": "src/1", "status": "possible"} | more)]
        )
        return len(made.new), len(made.corrected), len(made.same), len(made.earlier)

    assert give() == (1, 0, 0, 0)
    (id,) = log_ids(filled, "src/1")
    filled.note_contact(CASE_WORKER, SUPPORT, id, status="recognised")
    assert give() == (0, 0, 1, 0)  # what was noted of it since is no difference
    changed = {"text": "more words-canary", "number": "+442079460101", "topic": "help"}
    assert give(**changed) == (0, 1, 0, 0)
    line, _, notes, versions = filled.contact(CASE_WORKER, SUPPORT, id)
    assert (line.topic, line.status, len(notes)) == ("help", "recognised", 2)
    assert [(v.changed, v.fields) for v in versions] == [(("caller", "text", "topic"), {})]
    words, before = filled.open_contact(CASE_WORKER, SUPPORT, id, number=False, why="read")
    assert (words, before[0].fields) == ({"text": "more words-canary"}, {"text": "words-canary"})
    assert before[0].was == {"topic": "other"}
    assert filled.open_contact(CASE_WORKER, SUPPORT, id, number=True, why="call")[1][0].fields == {"caller": NUMBER}
    assert [c.id for c in filled.number_rang(CASE_WORKER, SUPPORT, "+442079460101")] == [id]
    assert filled.number_rang(CASE_WORKER, SUPPORT, NUMBER) == []
    assert give() == (0, 0, 0, 1)  # an old file takes no correction back
    assert give(**changed, status="no_person") == (0, 1, 0, 0)
    assert filled.contact(CASE_WORKER, SUPPORT, id)[0].status == "no_person"
    assert filled.verify() == []


def test_an_area_is_corrected_and_the_words_given_stay_sealed(filled: Vault) -> None:
    (id,) = log(filled, contact(id="src/1", area=AREA_UNKNOWN, area_words="canary lane 3"))
    assert filled.open_contact(CASE_WORKER, SUPPORT, id, number=False, why="read")[0]["area"] == "canary lane 3"
    filled.correct_area(CASE_WORKER, SUPPORT, id, "Lyon, FR", "FRA")
    assert filled.contact(CASE_WORKER, SUPPORT, id)[0].area == "Lyon, FR"
    words, (before,) = filled.open_contact(CASE_WORKER, SUPPORT, id, number=False, why="read")
    assert ("area" in words, before.fields["area"]) == (False, "canary lane 3")
    same = filled.log_contacts(
        CASE_WORKER, SUPPORT, SOURCE.id, [contact(id="src/1", area=AREA_UNKNOWN, area_words="canary lane 3")]
    )
    assert len(same.earlier) == 1
    with pytest.raises(NotFound):
        filled.correct_area(CASE_WORKER, SUPPORT, "ctc_none", "Lyon, FR", "FRA")
    assert filled.verify() == []


def log_ids(vault: Vault, given: str) -> list[str]:
    return ["ctc_" + vault._keys.pseudonym("contact", given)[:20]]


def test_an_erased_contact_matches_no_number_and_is_in_no_count(filled: Vault, clock: Clock) -> None:
    first, second = log(filled, contact(), contact())
    filled.erase([first], STEWARD, OVERSIGHT, why="asked")
    line, others, *_ = filled.contact(CASE_WORKER, SUPPORT, second)
    assert (line.others, list(others)) == (0, [])
    gone = filled.contact(CASE_WORKER, SUPPORT, first)[0]
    assert (gone.erased, gone.numbered) == (True, False)
    assert filled.lake_is_owed()
    with pytest.raises(Erased):
        filled.open_contact(CASE_WORKER, SUPPORT, first, number=True, why="x")
    times = filled.watch_contacts(CASE_WORKER, COUNT, "test")
    assert len(list(times(START - timedelta(days=1)))) == 1
    assert filled.verify() == []


def test_an_erasure_clears_everything_personal(
    backend: Backend, opened: tuple[Vault, str | Path], filled: Vault
) -> None:
    given = {
        "id": "src/1",
        "area": "Lyon, FR",
        "country": "FRA",
        "topic": "help",
        "language": "fre",
        "status": "possible",
    }
    (id,) = log(filled, contact(**given))
    filled.note_contact(CASE_WORKER, SUPPORT, id, case_record=CASE)
    filled.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, [contact(**given | {"text": "other words-canary"})])
    filled.erase([id], STEWARD, OVERSIGHT, why="asked")
    with backend.raw(opened[1]) as raw:
        rows = [dict(row._mapping) for row in raw.exec_driver_sql("SELECT * FROM contacts")]
        notes = list(raw.exec_driver_sql("SELECT status, case_record FROM contact_events"))
    kept = {name: value for name, value in rows[0].items() if value}
    assert kept.keys() == {"id", "received", "actor", "logged_at"}
    assert kept["received"].startswith("1970-01-01")
    assert {tuple(note) for note in notes} == {(None, None)}
    assert filled.contacts(CASE_WORKER, SUPPORT, case_record=CASE)[1] == 0
    assert len(filled.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, [contact(**given)]).erased) == 1
    assert filled.contact_records() == []
    assert filled.verify() == []


@pytest.mark.parametrize("actor", [ANALYST, REVIEWER, STEWARD, AUDITOR, ADMINISTRATOR])
def test_only_support_logs_and_every_refusal_is_recorded(filled: Vault, actor: Actor) -> None:
    for purpose in Purpose:
        with pytest.raises(NotAllowed):
            filled.log_contacts(actor, purpose, SOURCE.id, [contact()])
        with pytest.raises(NotAllowed):
            filled.draft_referral(actor, purpose, CASE, codes={"service": "svc_1"}, texts={})
        with pytest.raises(NotAllowed):
            filled.record_on_case(actor, purpose, CASE, "support", codes={}, texts={})
    refusals = [entry for entry in filled.audit(STEWARD, OVERSIGHT, limit=100)[0] if entry.action == "refused"]
    assert len(refusals) == 3 * len(Purpose)


def test_a_page_that_listens_keeps_nobody_signed_in(filled: Vault, clock: Clock) -> None:
    account = filled.add_account("Anna", None, list(CASE_WORKER.roles), actor=ADMINISTRATOR)
    token = filled.sign_in_once(filled.issue_once(account.id, 5, actor=ADMINISTRATOR)) or ""
    for _ in range(5):
        clock.forward(minutes=11)
        assert filled.listener(token)
    clock.forward(minutes=11)
    assert filled.listener(token) is None
    assert filled.session(token) is None


# Cases.


def test_what_is_recorded_on_a_case_goes_with_it(filled: Vault) -> None:
    filled.record_on_case(
        CASE_WORKER, SUPPORT, CASE, "support", codes={"need": "shelter"}, texts={"goal": "words-canary"}
    )
    refer(filled)
    (event,) = filled.case_events(CASE_WORKER, SUPPORT, CASE, with_texts=True)
    assert (event.codes, event.texts) == ({"need": "shelter"}, {"goal": "words-canary"})
    (hidden,) = filled.case_events(STEWARD, OVERSIGHT, CASE, with_texts=False)
    assert hidden.texts is None
    with pytest.raises(NotAllowed):
        filled.case_events(STEWARD, OVERSIGHT, CASE, with_texts=True)
    filled.erase([CASE], STEWARD, OVERSIGHT, why="asked")
    for read in (filled.case_events, filled.referrals):
        with pytest.raises(Erased):
            read(CASE_WORKER, SUPPORT, CASE, with_texts=False)
    with pytest.raises(Erased):
        consent(filled, "refer")
    assert filled.case_events(CASE_WORKER, SUPPORT, OTHER, with_texts=True) == []
    assert filled.verify() == []


def test_an_entry_is_taken_back_once_with_a_reason_and_stays(filled: Vault) -> None:
    first = consent(filled, "refer")
    back = {"codes": {}, "texts": {"reason": "another person"}, "about": first}
    with pytest.raises(UsageError, match="reason"):
        filled.record_on_case(CASE_WORKER, SUPPORT, CASE, "correction", codes={}, texts={}, about=first)
    with pytest.raises(NotFound):
        filled.record_on_case(CASE_WORKER, SUPPORT, OTHER, "correction", **back)  # type: ignore[arg-type]
    filled.record_on_case(CASE_WORKER, SUPPORT, CASE, "correction", **back)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="taken back before"):
        filled.record_on_case(CASE_WORKER, SUPPORT, CASE, "correction", **back)  # type: ignore[arg-type]
    events = filled.case_events(CASE_WORKER, SUPPORT, CASE, with_texts=True)
    assert [event.kind for event in events] == ["consent", "correction"]
    assert standing_consents(events) == {}


@pytest.mark.parametrize("answer", ["no", "withdrawn"])
def test_only_the_person_ends_a_no_by_a_new_answer(filled: Vault, answer: str) -> None:
    consent(filled, "keep", "yes")
    said = consent(filled, "keep", answer)
    back = {"codes": {}, "texts": {"reason": "a mistake"}, "about": said}
    with pytest.raises(Conflict, match="ask them again"):
        filled.record_on_case(CASE_WORKER, SUPPORT, CASE, "correction", **back)  # type: ignore[arg-type]
    assert filled.kept_out("leads") == {CASE}
    consent(filled, "keep", "yes")
    assert filled.kept_out("leads") == frozenset()


def test_the_latest_answer_of_each_layer_stands(filled: Vault) -> None:
    for layer, answer in (("refer", "yes"), ("keep", "yes"), ("refer", "withdrawn")):
        consent(filled, layer, answer)
    standing = standing_consents(filled.case_events(CASE_WORKER, SUPPORT, CASE, with_texts=False))
    assert {layer: [one.answer for one in those] for layer, those in standing.items()} == {
        "refer": ["withdrawn"],
        "keep": ["yes"],
    }


# Referrals.


def test_a_referral_is_not_sent_before_each_layer_is_a_yes(filled: Vault) -> None:
    referral = refer(filled, "share_contact")
    for layer, answer, missing in (
        ("keep", "yes", "to be referred, to pass on how to reach them"),
        ("refer", "yes", "to pass on how to reach them"),
        ("share_contact", "unknown", "to pass on how to reach them"),
        ("share_contact", "no", "to pass on how to reach them"),
    ):
        consent(filled, layer, answer)
        with pytest.raises(Blocked, match=f"recorded that holds today: {missing}$"):
            step(filled, referral, "sent")
    consent(filled, "share_contact", "yes", OTHER)  # another person's yes
    with pytest.raises(Blocked):
        step(filled, referral, "sent")
    consent(filled, "share_contact", "yes")
    step(filled, referral, "sent")
    step(filled, referral, "accepted", answer="a bed from Monday")
    (made,) = filled.referrals(CASE_WORKER, SUPPORT, CASE, with_texts=True)
    assert [(s.status, s.exception) for s in made.steps] == [("drafted", False), ("sent", False), ("accepted", False)]
    assert (made.steps[2].texts or {})["answer"] == "a bed from Monday"
    assert filled.verify() == []


@pytest.mark.parametrize(
    ("to", "until", "goes"),
    [
        ("svc_1", "2026-01-05", True),  # the day itself
        ("any:shelter", "2026-03-01", True),
        ("svc_2", "2026-03-01", False),  # another service
        ("any:legal_aid", "2026-03-01", False),  # another kind
        ("svc_1", "2026-01-04", False),  # over
        ("", "2026-03-01", False),  # for nobody in particular: as an older clew kept it
        ("svc_1", "", False),
    ],
)
def test_a_yes_is_for_a_service_and_until_a_day(filled: Vault, to: str, until: str, goes: bool) -> None:
    referral = refer(filled)
    consent(filled, "refer", to=to, until=until)
    if goes:
        step(filled, referral, "sent")
    else:
        with pytest.raises(Blocked):
            step(filled, referral, "sent")


def test_a_yes_for_one_service_outlives_a_no_for_another_and_no_general_no() -> None:
    def said(number: int, **codes: str) -> CaseEvent:
        at = START + timedelta(hours=number)
        return CaseEvent(id=f"e{number}", kind="consent", about=None, codes=codes, texts=None, actor="a", at=at)

    codes = {"service": "svc_1", "need": "shelter"}
    yes = said(1, layer="refer", answer="yes", to="svc_1", until="2026-03-01")
    today = START.date()
    assert missing_consents([yes, said(2, layer="refer", answer="no", to="svc_2")], codes, today) == ()
    for later in ({"to": "any:shelter"}, {"to": "svc_1"}, {}):
        assert missing_consents([yes, said(2, layer="refer", answer="no", **later)], codes, today) == ("refer",)


def test_a_withdrawn_consent_stops_a_referral(filled: Vault) -> None:
    referral = refer(filled)
    consent(filled, "refer")
    consent(filled, "refer", "withdrawn")
    with pytest.raises(Blocked):
        step(filled, referral, "sent")


def test_a_clock_that_goes_back_puts_no_yes_behind_its_withdrawal(filled: Vault, clock: Clock) -> None:
    referral = refer(filled)
    consent(filled, "refer")
    clock.forward(seconds=-90)
    consent(filled, "refer", "withdrawn")
    with pytest.raises(Blocked):
        step(filled, referral, "sent")
    assert filled.verify() == []


def test_best_interest_is_for_a_child_with_a_reason_and_is_marked(filled: Vault) -> None:
    referral = refer(filled)
    for more in ({"best_interest": " ", "child": True}, {"child": True}):
        with pytest.raises(Blocked):
            step(filled, referral, "sent", **more)
    with pytest.raises(UsageError, match="for a child alone"):
        step(filled, referral, "sent", best_interest="in danger tonight")
    with pytest.raises(Blocked, match="somebody else must sign first"):
        step(filled, referral, "sent", best_interest="in danger tonight", child=True)
    step(filled, referral, "sent", best_interest="in danger tonight", child=True, child_recorded=True)
    (made,) = filled.referrals(CASE_WORKER, SUPPORT, CASE, with_texts=True)
    assert made.steps[1].exception
    assert (made.steps[1].texts or {})["best_interest"] == "in danger tonight"
    details = [entry.detail for entry in filled.audit(STEWARD, OVERSIGHT, limit=50)[0] if entry.action == "refer"]
    assert sum("best-interest" in detail for detail in details) == 1
    assert "danger" not in "".join(details)


def test_without_a_recorded_age_a_second_person_signs_for_a_childs_best_interest(filled: Vault) -> None:
    referral, other = refer(filled), refer(filled)
    exception = {"best_interest": "in danger tonight", "child": True}

    def sign(actor: Actor, referral: str, reason: str = "words-canary") -> str:
        codes = {"referral": referral}
        return filled.record_on_case(actor, SUPPORT, CASE, "signature", codes=codes, texts={"reason": reason})

    second = Actor(id="acc_second", name="Bo", roles=CASE_WORKER.roles)
    with pytest.raises(UsageError, match="reason"):
        sign(second, referral, " ")
    with pytest.raises(NotAllowed):
        sign(ANALYST, referral)
    left = filled.add_account("Leo", None, list(CASE_WORKER.roles), actor=ADMINISTRATOR)
    sign(left, referral)
    filled.close_account(left.id, actor=ADMINISTRATOR)
    sign(CASE_WORKER, referral)  # one's own signature is no second one
    sign(second, other)
    with pytest.raises(Blocked, match="somebody else"):
        step(filled, referral, "sent", **exception)
    taken = sign(second, referral)
    with pytest.raises(Conflict, match="signed this referral before"):
        sign(second, referral)
    back = {"codes": {}, "texts": {"reason": "another child"}, "about": taken}
    filled.record_on_case(second, SUPPORT, CASE, "correction", **back)  # type: ignore[arg-type]
    with pytest.raises(Blocked, match="somebody else"):
        step(filled, referral, "sent", **exception)
    sign(second, referral)
    step(filled, referral, "sent", **exception)
    made = next(r for r in filled.referrals(CASE_WORKER, SUPPORT, CASE, with_texts=False) if r.id == referral)
    assert (made.steps[1].exception, made.steps[1].on) == (True, "second-signature")
    with pytest.raises(Conflict, match="sent or closed before"):
        sign(Actor(id="acc_third", name="Cy", roles=CASE_WORKER.roles), referral)
    assert filled.verify() == []


def test_a_referral_goes_forward_only(filled: Vault) -> None:
    referral = refer(filled)
    consent(filled, "refer")
    for status in ("accepted", "declined", "drafted"):
        with pytest.raises(Conflict, match="it is drafted"):
            step(filled, referral, status)
    with pytest.raises(UsageError):
        step(filled, referral, "posted")
    step(filled, referral, "sent")
    with pytest.raises(Conflict, match="it is sent"):
        step(filled, referral, "sent")
    step(filled, referral, "closed")
    with pytest.raises(Conflict, match="what may follow is nothing"):
        step(filled, referral, "accepted")
    with pytest.raises(NotFound):
        step(filled, "ref_none", "sent")


# Services.


def test_services_are_replaced_by_their_newer_selves(filled: Vault) -> None:
    def put(**entries: str) -> tuple[int, int, int]:
        made = filled.put_services(
            CASE_WORKER, SUPPORT, {id: ("House.example", body) for id, body in entries.items()}, origin="csv"
        )
        return made.new, made.changed, made.same

    assert put(a="1", b="1") == (2, 0, 0)
    state = filled.services_state()
    assert put(a="1", b="2", c="1") == (1, 1, 1)
    assert filled.services_state() != state
    assert list(filled.services(CASE_WORKER, SUPPORT)) == ["1", "2", "1"]
    with pytest.raises(NotAllowed):
        filled.put_services(ANALYST, Purpose.LEAD_REVIEW, {}, origin="csv")
    with pytest.raises(NotAllowed):
        filled.services(AUDITOR, OVERSIGHT)


# Tampering and leaks.


@pytest.mark.parametrize("table", HELPLINE_APPEND_ONLY)
def test_the_database_refuses_to_change_or_forget(
    backend: Backend, opened: tuple[Vault, str | Path], filled: Vault, table: str
) -> None:
    log(filled)
    filled.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, [contact(id="x")])
    filled.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, [contact(id="x", text="changed")])
    consent(filled, "refer")
    refer(filled)
    statements = [f"DELETE FROM {table}", f"UPDATE {table} SET actor = 'x'"]
    statements += [f"TRUNCATE {table} CASCADE"] if backend.name == "postgresql" else []
    for statement in statements:
        with backend.raw(opened[1]) as raw, pytest.raises(Exception, match="only grows"):
            raw.exec_driver_sql(statement)
    assert filled.verify() == []


@pytest.mark.parametrize("backend", ["sqlcipher"], indirect=True)  # where the triggers can be dropped at once
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE contacts SET area = 'elsewhere'", "contact .* is not what entry"),
        ("UPDATE contact_events SET status = 'no_person'", "contact .* is not what entry"),
        ("UPDATE contact_events SET case_record = 'rec_other'", "contact .* is not what entry"),
        ("UPDATE contact_events SET actor = 'x'", "contact .* is not what entry"),
        ("UPDATE contact_events SET at = '2020-01-01T00:00:00.000000+00:00'", "contact .* is not what entry"),
        ("UPDATE contacts SET caller = 'x'", "contact .* is not what entry"),
        ("UPDATE contacts SET logged_at = '2020-01-01T00:00:00.000000+00:00'", "contact .* is not what entry"),
        ("UPDATE services SET body = 'x' WHERE id = 'svc_a'", "service of the directory is not what entry"),
        ("UPDATE services SET actor = 'x'", "service of the directory is not what entry"),
        ("DELETE FROM services WHERE id = 'svc_b'", "service of the directory is not what entry"),
        ("INSERT INTO services VALUES ('svc_c', 'o', 'b', 'a', '2020')", "service of the directory is not what entry"),
        ("UPDATE case_events SET kind = 'support'", "entry on a case .* is not what entry"),
        ("DELETE FROM referral_events WHERE number = 2", "step of a referral .* was removed"),
        ("UPDATE referrals SET actor = 'x'", "referral .* is not what entry"),
    ],
)
def test_a_change_round_the_vault_is_found(
    backend: Backend, opened: tuple[Vault, str | Path], filled: Vault, statement: str, said: str
) -> None:
    log(filled)
    consent(filled, "refer")
    step(filled, refer(filled), "sent")
    filled.put_services(CASE_WORKER, SUPPORT, {"svc_a": ("A.example", "1"), "svc_b": ("B.example", "2")}, origin="csv")
    with backend.raw(opened[1]) as raw, raw.begin():
        for name in list(raw.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars()):
            raw.exec_driver_sql(f'DROP TRIGGER "{name}"')
        raw.exec_driver_sql(statement)
    findings = [finding.words for finding in filled.verify()]
    assert len(findings) == 1
    assert re.search(said, findings[0])


def test_no_value_rests_in_the_open_or_in_the_log(
    backend: Backend, opened: tuple[Vault, str | Path], filled: Vault
) -> None:
    (id,) = log(filled, contact(id="x", area=AREA_UNKNOWN, area_words="lane-canary"))
    filled.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, [contact(id="x", text="later-canary")])
    filled.record_on_case(CASE_WORKER, SUPPORT, CASE, "document", codes={}, texts={"title": "title-canary"})
    referral = refer(filled)
    step(filled, referral, "sent", best_interest="reason-canary", child=True, child_recorded=True)
    step(filled, referral, "declined", answer="answer-canary")
    filled.open_contact(CASE_WORKER, SUPPORT, id, number=True, why="call back")
    with backend.raw(opened[1]) as raw:
        rows = [
            str([bytes(v) if isinstance(v, memoryview) else v for v in row])
            for table in (
                "contacts",
                "contact_events",
                "contact_versions",
                "case_events",
                "referrals",
                "referral_events",
                "audit",
                "sealed_records",
            )
            for row in raw.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    everything = "\n".join(rows)
    assert "canary" not in everything
    assert NUMBER[3:] not in everything
    assert Action.LOG_CONTACT.value in everything


def test_a_withdrawal_that_was_corrected_does_not_bring_the_yes_back() -> None:
    def event(number: int, kind: str, about: str | None = None, **codes: str) -> CaseEvent:
        at = START + timedelta(days=number)
        return CaseEvent(id=f"e{number}", kind=kind, about=about, codes=codes, texts=None, actor="a", at=at)

    def stands(*events: CaseEvent) -> dict[str, list[str]]:
        return {layer: [one.answer for one in those] for layer, those in standing_consents(events).items()}

    said = [event(1, "consent", layer="keep", answer="yes"), event(2, "consent", layer="keep", answer="no")]
    assert stands(*said) == {"keep": ["no"]}
    corrected = [*said, event(3, "correction", about="e2")]
    assert stands(*corrected) == {"keep": ["unknown"]}
    assert stands(*corrected, event(4, "consent", layer="keep", answer="yes")) == {"keep": ["yes"]}
    assert stands(*said[:1], event(3, "correction", about="e1")) == {}


# From an older clew, and back.


def test_an_older_vault_is_brought_forward_and_back_on_its_data(
    backend: Backend, opened: tuple[Vault, str | Path], filled: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Contacts as an older clew kept them: first notes outside the digest, words of an area in the open, an erased
    contact that only lost its number, a directory without a digest."""
    from alembic import command

    from clew.store import helpline, helpline_corrections, helpline_services
    from clew.store.database import _config
    from clew.store.helpline_rows import older_digest
    from clew.store.models import ContactEventRow, ContactRow

    def plain(row: dict[str, object], blob: bytes, first: dict[str, object]) -> str:
        return older_digest(ContactRow(**row), ContactEventRow(**first))

    def back() -> None:
        with filled._write() as tx:
            command.downgrade(_config(tx.connection()), "0002")

    with monkeypatch.context() as older:
        older.setattr(helpline, "contact_digest", plain)
        older.setattr(helpline_services, "directory_digest", lambda tx: ("", 0))
        older.setattr(helpline_corrections.Corrections, "_forget", lambda *_: None)
        kept, gone, loose = log(
            filled, contact(area="Lyon, FR", country="FRA"), contact(area="Nice, FR", country="FRA", status="possible"),
            contact(area="canary lane 3"),
        )  # fmt: skip
        filled.put_services(CASE_WORKER, SUPPORT, {"svc_a": ("A.example", "1")}, origin="csv")
        filled.erase([gone], STEWARD, OVERSIGHT, why="asked")
        back()
    with backend.raw(opened[1]) as raw, raw.begin():
        raw.exec_driver_sql(f"UPDATE contacts SET caller = NULL WHERE id = '{gone}'")
        before = {
            table: list(raw.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id"))
            for table in ("contacts", "contact_events")
        }
    for _ in range(2):  # forward, back, and forward again
        with backend.open(opened[1]) as again:
            assert again.verify() == []
            line, *_ = again.contact(CASE_WORKER, SUPPORT, gone)
            assert (line.area, line.topic, line.status, line.erased) == ("", "", "", True)
            assert again.contact(CASE_WORKER, SUPPORT, loose)[0].area == AREA_UNKNOWN
            assert again.open_contact(CASE_WORKER, SUPPORT, loose, number=False, why="x")[0]["area"] == "canary lane 3"
            assert again.contact(CASE_WORKER, SUPPORT, kept)[0].area == "Lyon, FR"
        back()
    with backend.raw(opened[1]) as raw:
        assert "canary" not in str([list(raw.exec_driver_sql("SELECT area FROM contacts"))])
        after = {table: list(raw.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id")) for table in before}
    assert [len(rows) for rows in after.values()] == [len(rows) for rows in before.values()]
    assert next(row for row in after["contacts"] if row[0] == kept) == next(
        r for r in before["contacts"] if r[0] == kept
    )
    with backend.open(opened[1]) as again:
        again.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, [contact(id="x")])
        again.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, [contact(id="x", text="changed")])
    with pytest.raises(RuntimeError, match="would lose"):
        back()


@pytest.mark.parametrize("backend", ["sqlcipher"], indirect=True)
@pytest.mark.parametrize(
    "what", ["case_record = 'rec_other'", "actor = 'x'", "at = '2020-01-01T00:00:00.000000+00:00'"]
)
def test_a_first_note_of_an_older_clew_is_checked_too(
    backend: Backend, opened: tuple[Vault, str | Path], filled: Vault, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    from clew.store import helpline
    from clew.store.helpline_rows import older_digest
    from clew.store.models import ContactEventRow, ContactRow

    with monkeypatch.context() as older:
        older.setattr(
            helpline,
            "contact_digest",
            lambda row, blob, first: older_digest(ContactRow(**row), ContactEventRow(**first)),
        )
        log(filled)
    assert filled.verify() == []
    with backend.raw(opened[1]) as raw, raw.begin():
        raw.exec_driver_sql("DROP TRIGGER contact_events_no_update")
        raw.exec_driver_sql(f"UPDATE contact_events SET {what}")
    assert len(filled.verify()) == 1
