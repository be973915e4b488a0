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
from clew.store.helpline import NewContact
from clew.store.helpline_cases import standing_consents
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
    return list(vault.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, new or [contact()]))


def consent(vault: Vault, layer: str, answer: str = "yes", case: str = CASE) -> str:
    codes = {"layer": layer, "answer": answer, "way": "spoken"}
    return vault.record_on_case(CASE_WORKER, SUPPORT, case, "consent", codes=codes, texts={})


def refer(vault: Vault, shares: str = "") -> str:
    codes = {"service": "svc_1", "organisation": "Harbour.example", "need": "shelter", "shares": shares}
    return vault.draft_referral(CASE_WORKER, SUPPORT, CASE, codes=codes, texts={"note": "words-canary"})


def step(vault: Vault, referral: str, status: str, **more: object) -> None:
    vault.step_referral(CASE_WORKER, SUPPORT, referral, status, **more)  # type: ignore[arg-type]


# Contacts.


def test_a_number_that_called_before_is_known_and_not_shown(filled: Vault) -> None:
    first, second, third, _ = log(filled, contact(), contact(), contact(number=None), contact(number=None))
    line, others, _ = filled.contact(CASE_WORKER, SUPPORT, second)
    assert (line.others, line.numbered, [each.id for each in others]) == (1, True, [first])
    silent, nobody, _ = filled.contact(CASE_WORKER, SUPPORT, third)
    assert (silent.others, silent.numbered, list(nobody)) == (0, False, [])
    assert [each.id for each in filled.number_rang(CASE_WORKER, SUPPORT, NUMBER)] == sorted([first, second])
    assert filled.number_rang(CASE_WORKER, SUPPORT, "+33199000000") == []
    assert filled.verify() == []


def test_number_and_words_are_opened_by_acts_of_their_own(filled: Vault) -> None:
    (id,) = log(filled)
    assert filled.open_contact(CASE_WORKER, SUPPORT, id, number=False, why="read") == {"text": "words-canary"}
    assert filled.open_contact(CASE_WORKER, SUPPORT, id, number=True, why="call back")["caller"] == NUMBER
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
    assert log(filled, *given, contact(id="src/9"), contact(id="src/9")) == list(log_ids(filled, "src/9"))
    assert filled.contacts(CASE_WORKER, SUPPORT)[1] == 6


def log_ids(vault: Vault, given: str) -> list[str]:
    return ["ctc_" + vault._keys.pseudonym("contact", given)[:20]]


def test_an_erased_contact_matches_no_number_and_is_in_no_count(filled: Vault, clock: Clock) -> None:
    first, second = log(filled, contact(), contact())
    filled.erase([first], STEWARD, OVERSIGHT, why="asked")
    line, others, _ = filled.contact(CASE_WORKER, SUPPORT, second)
    assert (line.others, list(others)) == (0, [])
    gone = filled.contact(CASE_WORKER, SUPPORT, first)[0]
    assert (gone.erased, gone.numbered) == (True, False)
    with pytest.raises(Erased):
        filled.open_contact(CASE_WORKER, SUPPORT, first, number=True, why="x")
    times = filled.watch_contacts(CASE_WORKER, COUNT, "test")
    assert len(list(times(START - timedelta(days=1)))) == 1
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
        assert filled.is_signed_in(token)
    clock.forward(minutes=11)
    assert not filled.is_signed_in(token)
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


def test_the_latest_answer_of_each_layer_stands(filled: Vault) -> None:
    for layer, answer in (("refer", "yes"), ("keep", "yes"), ("refer", "withdrawn")):
        consent(filled, layer, answer)
    assert standing_consents(filled.case_events(CASE_WORKER, SUPPORT, CASE, with_texts=False)) == {
        "refer": "withdrawn",
        "keep": "yes",
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
        with pytest.raises(Blocked, match=f"consent is not recorded: {missing}$"):
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


def test_a_withdrawn_consent_stops_a_referral(filled: Vault) -> None:
    referral = refer(filled)
    consent(filled, "refer")
    consent(filled, "refer", "withdrawn")
    with pytest.raises(Blocked):
        step(filled, referral, "sent")


def test_best_interest_is_for_a_child_with_a_reason_and_is_marked(filled: Vault) -> None:
    referral = refer(filled)
    for more in ({"best_interest": " ", "child": True}, {"child": True}):
        with pytest.raises(Blocked):
            step(filled, referral, "sent", **more)
    with pytest.raises(UsageError, match="for a child alone"):
        step(filled, referral, "sent", best_interest="in danger tonight")
    step(filled, referral, "sent", best_interest="in danger tonight", child=True)
    (made,) = filled.referrals(CASE_WORKER, SUPPORT, CASE, with_texts=True)
    assert made.steps[1].exception
    assert (made.steps[1].texts or {})["best_interest"] == "in danger tonight"
    details = [entry.detail for entry in filled.audit(STEWARD, OVERSIGHT, limit=50)[0] if entry.action == "refer"]
    assert sum("best-interest" in detail for detail in details) == 1
    assert "danger" not in "".join(details)


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
    (id,) = log(filled)
    filled.record_on_case(CASE_WORKER, SUPPORT, CASE, "document", codes={}, texts={"title": "title-canary"})
    referral = refer(filled)
    step(filled, referral, "sent", best_interest="reason-canary", child=True)
    step(filled, referral, "declined", answer="answer-canary")
    filled.open_contact(CASE_WORKER, SUPPORT, id, number=True, why="call back")
    with backend.raw(opened[1]) as raw:
        rows = [
            str([bytes(v) if isinstance(v, memoryview) else v for v in row])
            for table in (
                "contacts",
                "contact_events",
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


def test_a_withdrawal_that_was_corrected_does_not_bring_the_yes_back():
    from datetime import UTC, datetime

    from clew.store.helpline_cases import CaseEvent, standing_consents

    def event(number, kind, about=None, **codes):
        at = datetime(2026, 1, number, tzinfo=UTC)
        return CaseEvent(id=f"e{number}", kind=kind, about=about, codes=codes, texts=None, actor="a", at=at)

    said = [event(1, "consent", layer="refer", answer="yes"), event(2, "consent", layer="refer", answer="no")]
    assert standing_consents(said) == {"refer": "no"}
    corrected = [*said, event(3, "correction", about="e2")]
    assert standing_consents(corrected) == {"refer": "unknown"}
    assert standing_consents([*corrected, event(4, "consent", layer="refer", answer="yes")]) == {"refer": "yes"}
    assert standing_consents([*said[:1], event(3, "correction", about="e1")]) == {}
