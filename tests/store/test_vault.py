"""One test body, each backend."""

from __future__ import annotations

import json
import stat
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect
from vault_backends import (
    ADMINISTRATOR,
    ANALYST,
    AUDITOR,
    CASE_WORKER,
    CHEAP,
    RING,
    SOURCE,
    START,
    STEWARD,
    Backend,
    Clock,
)

from clew.records.source import LegalBasis, Source, Tlp
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Release, Verdict
from clew.safeguards.errors import (
    Blocked,
    ClewError,
    Conflict,
    Erased,
    MissingColumn,
    NotAllowed,
    NotFound,
    TryLater,
    UsageError,
    WrongKey,
)
from clew.safeguards.keys import KeyRing, verify_judgement
from clew.safeguards.permissions import Action
from clew.store.database import _config
from clew.store.ledger import Proposed, overlapping
from clew.store.models import APPEND_ONLY, Base
from clew.store.vault import Vault

TIPS = pa.table(
    {
        "record_id": ["rec_1", "rec_2", "rec_3"],
        "contact": ["ring bell twice", None, "c@invented.example"],
        "text": ["Three people sleep in the shop.", "Les papiers sont gardés.", "他们不能离开"],
    }
)
PASSWORD = "a long enough password"


@pytest.fixture
def sealed(vault: Vault) -> Vault:
    vault.add_source(SOURCE, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    vault.seal_records("tips", SOURCE.id, TIPS, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    return vault


def actions(vault: Vault) -> list[str]:
    entries, total = vault.audit(AUDITOR, Purpose.OVERSIGHT, limit=1000)
    assert len(entries) == total
    return [entry.action for entry in reversed(entries)]


# Opening.


def test_create_refuses_a_vault_that_is_there(backend: Backend, opened: tuple[Vault, str | Path]) -> None:
    with pytest.raises(Conflict):
        Vault.create(opened[1], RING)


def test_open_refuses_a_place_without_a_vault(backend: Backend) -> None:
    with pytest.raises(NotFound):
        Vault.open(backend.empty(), RING)


def test_open_refuses_other_keys(backend: Backend, opened: tuple[Vault, str | Path]) -> None:
    with pytest.raises(WrongKey):
        Vault.open(opened[1], KeyRing.from_master(bytes(32)))


def test_open_refuses_a_newer_vault(backend: Backend, opened: tuple[Vault, str | Path]) -> None:
    with backend.raw(opened[1]) as raw, raw.begin():
        raw.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UsageError, match="newer"):
        backend.open(opened[1])


def test_what_was_written_is_there_after_reopening(backend: Backend, opened: tuple[Vault, str | Path]) -> None:
    vault, place = opened
    vault.add_source(SOURCE, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    vault.close()
    with backend.open(place) as again:
        assert list(again.sources()) == [SOURCE]
        assert again.verify() == []


def test_the_steps_make_the_tables_of_the_models(backend: Backend, opened: tuple[Vault, str | Path]) -> None:
    with backend.raw(opened[1]) as raw:
        assert compare_metadata(MigrationContext.configure(raw), Base.metadata) == []


def test_the_steps_lead_back_and_forth(backend: Backend) -> None:
    place = backend.empty()
    for _ in range(2):
        backend.create(place)
        with backend.raw(place) as raw, raw.begin():
            command.downgrade(_config(raw), "base")
            assert inspect(raw).get_table_names() == ["alembic_version"]
        if backend.name == "sqlcipher":
            Path(place).unlink()


def test_an_unreachable_server_is_named_without_its_address() -> None:
    for address in ("postgresql://u:secret-word@/v?host=/nowhere", "postgresql://u:secret-word@host:port/v"):
        with pytest.raises(ClewError) as refused:
            Vault.open(address, RING)
        assert "secret-word" not in "".join(traceback.format_exception(refused.value))


def test_a_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with Vault.create(tmp_path / "v.db", RING, cost=CHEAP) as vault:
        vault.record("a", "b", "c", "d")
        for file in tmp_path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_a_file_that_is_no_vault_is_named_as_such(tmp_path: Path) -> None:
    place = tmp_path / "v.db"
    place.write_bytes(b"not a database at all" * 400)
    with pytest.raises(WrongKey):
        Vault.open(place, RING)


def test_a_vault_that_could_not_be_made_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ClewError("the disk is full")

    monkeypatch.setattr(Vault, "_found", fail)
    with pytest.raises(ClewError, match="full"):
        Vault.create(tmp_path / "v.db", RING)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_and_another_database_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Vault.create(tmp_path / "nowhere" / "v.db", RING)
    with pytest.raises(UsageError, match="postgresql"):
        Vault.create("mysql://somewhere/db", RING)


# Sources.


def test_a_source_is_kept_once_and_on_its_terms(vault: Vault) -> None:
    vault.add_source(SOURCE, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    vault.add_source(SOURCE, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    assert actions(vault).count("add_source") == 1
    other = Source(name=SOURCE.name, basis=LegalBasis.CONSENT, tlp=Tlp.RED)
    with pytest.raises(Conflict):
        vault.add_source(other, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)


# Sealed records.


def test_unseal_gives_back_what_was_sealed(sealed: Vault) -> None:
    opened = sealed.unseal(["rec_3", "rec_2"], CASE_WORKER, Purpose.CASE_SUPPORT, why="calling back", case="K-1")
    assert opened == {
        "rec_2": {"text": "Les papiers sont gardés."},
        "rec_3": {"contact": "c@invented.example", "text": "他们不能离开"},
    }


def test_reading_words_does_not_show_who_said_them(sealed: Vault) -> None:
    read = sealed.unseal(["rec_1"], ANALYST, Purpose.LEAD_REVIEW, why="triage", action=Action.READ_SEALED_TEXT)
    assert read == {"rec_1": {"text": "Three people sleep in the shop."}}


def test_each_reading_leaves_one_entry_a_record(sealed: Vault) -> None:
    sealed.unseal(["rec_1", "rec_2", "rec_1"], CASE_WORKER, Purpose.CASE_SUPPORT, why="calling back", case="K-1")
    entries, _ = sealed.audit(AUDITOR, Purpose.OVERSIGHT)
    reads = [entry for entry in entries if entry.action == "read_identity"]
    assert sorted(entry.object for entry in reads) == ["rec_1", "rec_2"]
    assert {(entry.actor, entry.purpose, entry.detail) for entry in reads} == {
        (CASE_WORKER.id, "case-support", '{"why":"calling back; case K-1"}')
    }


def test_a_refused_reading_opens_nothing_and_is_recorded(sealed: Vault) -> None:
    with pytest.raises(NotAllowed, match="administrator"):
        sealed.unseal(["rec_1"], ADMINISTRATOR, Purpose.CASE_SUPPORT, why="curious")
    entry = sealed.audit(AUDITOR, Purpose.OVERSIGHT)[0][0]
    assert (entry.action, entry.actor, entry.object) == ("refused", ADMINISTRATOR.id, "rec_1")


def test_unseal_needs_a_reason_and_knows_what_it_opens(sealed: Vault) -> None:
    with pytest.raises(UsageError, match="why"):
        sealed.unseal(["rec_1"], CASE_WORKER, Purpose.CASE_SUPPORT, why=" ")
    with pytest.raises(UsageError, match="action"):
        sealed.unseal(["rec_1"], CASE_WORKER, Purpose.CASE_SUPPORT, why="x", action=Action.READ_CASE)
    with pytest.raises(NotFound, match="rec_9"):
        sealed.unseal(["rec_1", "rec_9"], CASE_WORKER, Purpose.CASE_SUPPORT, why="x")
    assert "read_identity" not in actions(sealed)


def test_sealing_again_changes_nothing(sealed: Vault) -> None:
    again = TIPS.set_column(2, "text", pa.array(["other", "other", "other"]))
    assert sealed.seal_records("tips", SOURCE.id, again, actor=ANALYST, purpose=Purpose.LEAD_REVIEW) == 0
    assert sealed.sealed_count("tips") == 3
    read = sealed.unseal(["rec_1"], CASE_WORKER, Purpose.CASE_SUPPORT, why="x")
    assert read["rec_1"]["text"].startswith("Three")


@pytest.mark.parametrize(
    ("kind", "table", "error"),
    [
        ("adverts", TIPS, UsageError),
        ("nonsense", TIPS, UsageError),
        ("tips", TIPS.drop_columns("record_id"), MissingColumn),
        ("tips", TIPS.append_column("area", TIPS["text"]), UsageError),
        ("tips", pa.table({"record_id": ["r"], "text": [7]}), UsageError),
        ("tips", pa.table({"record_id": pa.array([None], pa.string()), "text": ["x"]}), UsageError),
    ],
)
def test_what_cannot_be_sealed_is_named_and_nothing_is_kept(
    vault: Vault, kind: str, table: pa.Table, error: type
) -> None:
    vault.add_source(SOURCE, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    with pytest.raises(error):
        vault.seal_records(kind, SOURCE.id, table, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    assert vault.sealed_count() == 0


def test_records_need_a_source(vault: Vault) -> None:
    with pytest.raises(NotFound, match="src_x"):
        vault.seal_records("tips", "src_x", TIPS, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)


def test_the_chain_reads_words_in_batches_and_says_so_first(sealed: Vault) -> None:
    batches = sealed.sealed_batches("tips", ANALYST, Purpose.LEAD_REVIEW, size=2)
    assert actions(sealed)[-1] == "chain_read"
    tables = list(batches)
    assert [table.num_rows for table in tables] == [2, 1]
    assert pa.concat_tables(tables).to_pydict() == {
        "record_id": TIPS["record_id"].to_pylist(),
        "text": TIPS["text"].to_pylist(),
    }
    entry = sealed.audit(AUDITOR, Purpose.OVERSIGHT)[0][0]
    assert '"words":"chain read 3 sealed records"' in entry.detail


def test_the_chain_asks_for_more_by_name(sealed: Vault) -> None:
    (table,) = sealed.sealed_batches("tips", ANALYST, Purpose.LEAD_REVIEW, fields=["contact"])
    assert table["contact"].to_pylist() == TIPS["contact"].to_pylist()
    with pytest.raises(UsageError, match="area"):
        sealed.sealed_batches("tips", ANALYST, Purpose.LEAD_REVIEW, fields=["area"])
    with pytest.raises(NotAllowed):
        sealed.sealed_batches("tips", CASE_WORKER, Purpose.CASE_SUPPORT)


def test_erasing_makes_a_record_unreadable_for_good(
    backend: Backend, opened: tuple[Vault, str | Path], sealed: Vault
) -> None:
    assert sealed.erase(["rec_2"], STEWARD, Purpose.OVERSIGHT, why="asked for") == 1
    assert sealed.erase(["rec_2"], STEWARD, Purpose.OVERSIGHT, why="asked for") == 0
    with pytest.raises(Erased, match="rec_2"):
        sealed.unseal(["rec_1", "rec_2"], CASE_WORKER, Purpose.CASE_SUPPORT, why="x", case="K-1")
    (table,) = sealed.sealed_batches("tips", ANALYST, Purpose.LEAD_REVIEW)
    assert table["record_id"].to_pylist() == ["rec_1", "rec_3"]
    # Adding the same file again does not bring the record back.
    assert sealed.seal_records("tips", SOURCE.id, TIPS, actor=ANALYST, purpose=Purpose.LEAD_REVIEW) == 0
    with backend.raw(opened[1]) as raw:
        left = raw.exec_driver_sql("SELECT count(*) FROM person_keys WHERE wrapped IS NOT NULL").scalar()
        blob = raw.exec_driver_sql("SELECT blob FROM sealed_records WHERE record_id = 'rec_2'").scalar()
    assert (left, bytes(blob)) == (2, b"")
    assert sealed.verify() == []


def test_erasing_needs_a_steward_and_a_known_record(sealed: Vault) -> None:
    with pytest.raises(NotAllowed):
        sealed.erase(["rec_1"], CASE_WORKER, Purpose.CASE_SUPPORT, why="x")
    with pytest.raises(NotFound):
        sealed.erase(["rec_1", "rec_9"], STEWARD, Purpose.OVERSIGHT, why="x")
    assert sealed.sealed_count() == 3


# Judgements.


def judge(vault: Vault, reverses: str | None = None, reason: str = "one phone, two shops") -> object:
    return vault.append_judgement(ANALYST, Purpose.LEAD_REVIEW, "lead_1", Verdict.YES, reason, reverses)


def test_a_judgement_is_signed_and_kept(vault: Vault) -> None:
    made = vault.append_judgement(ANALYST, Purpose.LEAD_REVIEW, "lead_1", Verdict.NOT_SURE, " unclear ", None)
    assert (made.reason, made.reverses, made.actor) == ("unclear", None, ANALYST.id)
    assert verify_judgement(RING.public_key, made)
    assert list(vault.judgements("lead_1")) == list(vault.judgements()) == [made]
    assert list(vault.judgements("lead_2")) == []


def test_a_judgement_needs_a_reason_and_permission(vault: Vault) -> None:
    with pytest.raises(UsageError, match="reason"):
        judge(vault, reason="\n ")
    with pytest.raises(NotAllowed):
        vault.append_judgement(STEWARD, Purpose.OVERSIGHT, "lead_1", Verdict.YES, "because", None)
    assert list(vault.judgements()) == []


def test_a_judgement_is_reversed_once(vault: Vault) -> None:
    first = vault.append_judgement(ANALYST, Purpose.LEAD_REVIEW, "lead_1", Verdict.YES, "seen", None)
    judge(vault, first.id)
    with pytest.raises(Conflict, match=first.id):
        judge(vault, first.id)
    with pytest.raises(NotFound):
        judge(vault, "jdg_none")
    with pytest.raises(NotFound):
        vault.append_judgement(ANALYST, Purpose.LEAD_REVIEW, "lead_2", Verdict.NO, "other lead", first.id)
    assert len(vault.judgements()) == 2
    assert vault.verify() == []


# Releases.


def proposed(fingerprint: str = "f1", epsilon: float = 1.5) -> Proposed:
    return Proposed(
        title="Cases", dataset="cases", method="synthesise", guarantee=f"epsilon = {epsilon:g}", epsilon=epsilon,
        recipient="public", rows=10, sha256="0" * 64, fingerprint=fingerprint, report="{}",
    )  # fmt: skip


def test_a_release_is_made_once(vault: Vault) -> None:
    made = vault.append_release(STEWARD, Purpose.STATISTICS, proposed())
    with pytest.raises(Conflict):
        vault.append_release(STEWARD, Purpose.STATISTICS, proposed())
    assert list(vault.releases()) == [made]
    assert actions(vault).count("release") == 1
    with pytest.raises(NotAllowed):
        vault.append_release(ANALYST, Purpose.LEAD_REVIEW, proposed("f2"))


def test_what_is_spent_adds_up_and_the_budget_holds(vault: Vault) -> None:
    assert vault.spent("cases") == 0
    vault.append_release(STEWARD, Purpose.STATISTICS, proposed("f1"), budget=4)
    vault.append_release(STEWARD, Purpose.STATISTICS, proposed("f2", 2.5), budget=4)
    assert vault.spent("cases") == 4
    with pytest.raises(Blocked, match="spent"):
        vault.append_release(STEWARD, Purpose.STATISTICS, proposed("f3", 0.1), budget=4)
    assert vault.spent("cases") == 4
    assert vault.spent("tips") == 0
    assert vault.verify() == []


@pytest.mark.parametrize("change", [{"epsilon": float("nan")}, {"epsilon": -1}, {"recipient": " "}, {"rows": -1}])
def test_a_release_that_cannot_be_is_refused(change: dict[str, object]) -> None:
    fields = {name: getattr(proposed(), name) for name in Proposed.__slots__}
    with pytest.raises(UsageError):
        Proposed(**(fields | change))


def anonymised(fingerprint: str, report: str, dataset: str = "cases") -> Proposed:
    return replace(proposed(fingerprint, 0.0), method="anonymise", report=report, dataset=dataset)


def test_columns_of_the_same_content_are_released_k_anonymously_once(vault: Vault) -> None:
    def enter(fingerprint: str, report: str, dataset: str = "cases") -> Release:
        return vault.append_release(STEWARD, Purpose.STATISTICS, anonymised(fingerprint, report, dataset))

    first = enter("f1", '{"k": 11, "content": {"gender": "g1", "age": "a1"}}')
    for report in ('{"k": 12, "content": {"gender": "g1", "age": "a1"}}', '{"k": 11, "content": {"age": "a1"}}', "{}"):
        with pytest.raises(Conflict, match=first.id):
            enter("f2", report)
    assert list(vault.releases()) == [first]
    assert actions(vault).count("release") == 1
    enter("f3", '{"k": 12, "content": {"gender": "g2", "age": "a2"}}')  # the cases have changed
    enter("f4", '{"k": 12, "content": {"citizenship": "c1"}}')
    enter("f5", '{"k": 12, "content": {"gender": "g1"}}', "calls")
    vault.append_release(STEWARD, Purpose.STATISTICS, proposed("f6"))
    assert len(vault.releases()) == 5
    assert vault.verify() == []


@pytest.mark.parametrize("report", ["{}", "[]", "not json", '{"content": {}}', '{"content": {"a": []}}'])
def test_an_earlier_release_of_which_the_content_is_not_known_counts_as_the_same(report: str) -> None:
    fields = {name: getattr(anonymised("f1", report), name) for name in Proposed.__slots__}
    earlier = Release(id="rel_1", actor="acc_1", at=START, **fields)
    assert overlapping([earlier], "cases", "anonymise", '{"content": {"age": "a"}}') == [earlier]
    assert overlapping([earlier], "calls", "anonymise", '{"content": {"age": "a"}}') == []
    assert overlapping([earlier], "cases", "synthesise", "{}") == []


def test_content_that_fewer_persons_than_k_changed_is_the_same_still() -> None:
    def told(k: int, **columns: list[int]) -> str:
        content = {name: str(rows) for name, rows in columns.items()}
        return json.dumps({"k": k, "content": content, "tally": columns})

    fields = {n: getattr(anonymised("f1", told(11, age=[50, 50, 0])), n) for n in Proposed.__slots__}
    earlier = Release(id="rel_1", actor="acc_1", at=START, **fields)
    for rows, k, found in (
        ([51, 50, 0], 11, True),  # one came
        ([60, 40, 0], 11, True),  # ten are said to be otherwise
        ([61, 50, 0], 11, False),
        ([61, 50, 0], 20, True),  # by the larger k
        ([39, 61, 0], 11, False),
    ):
        assert bool(overlapping([earlier], "cases", "anonymise", told(k, age=rows))) is found, (rows, k)
    assert overlapping([earlier], "cases", "anonymise", told(11, gender=[51, 50, 0])) == []


def test_a_table_of_counts_does_not_pass_one_that_left_meanwhile(vault: Vault) -> None:
    def enter(fingerprint: str, beside: int) -> Release:
        table = replace(proposed(fingerprint, 0.0), method="table")
        return vault.append_release(STEWARD, Purpose.STATISTICS, table, beside=beside)

    enter("t1", 0)
    with pytest.raises(Conflict, match="meanwhile"):
        enter("t2", 0)
    enter("t2", 1)
    assert len(vault.releases()) == 2
    assert vault.verify() == []


# Accounts.


@pytest.fixture
def anna(vault: Vault) -> str:
    account = vault.add_account("Anna", PASSWORD, [Role.ANALYST], actor=ADMINISTRATOR, organisation="Invented")
    return account.id


def test_sign_in_gives_an_actor_and_a_purpose(vault: Vault, anna: str) -> None:
    token = vault.sign_in(" ANNA ", PASSWORD)
    assert token
    session = vault.session(token)
    assert session
    actor, purpose = session
    assert (actor.id, actor.name, actor.roles, actor.organisation) == (anna, "Anna", {Role.ANALYST}, "Invented")
    assert purpose is Purpose.LEAD_REVIEW
    vault.sign_out(token)
    assert vault.session(token) is None
    assert actions(vault)[-3:] == ["add_account", "sign_in", "sign_out"]


def test_wrong_passwords_wait_but_never_lock(vault: Vault, anna: str, clock: Clock) -> None:
    for _ in range(5):
        assert vault.sign_in("anna", "wrong wrong wrong") is None
    with pytest.raises(TryLater) as refused:
        vault.sign_in("anna", PASSWORD)
    clock.forward(seconds=refused.value.seconds)
    assert vault.sign_in("anna", PASSWORD)
    # A right password clears the count.
    assert vault.sign_in("anna", "wrong wrong wrong") is None
    assert vault.sign_in("anna", PASSWORD)


def test_unknown_names_are_slowed_down_like_known_ones(vault: Vault, clock: Clock) -> None:
    for _ in range(5):
        assert vault.sign_in("nobody", "wrong wrong wrong") is None
    with pytest.raises(TryLater):
        vault.sign_in("nobody", "wrong wrong wrong")
    clock.forward(minutes=16)
    assert vault.sign_in("nobody", "wrong wrong wrong") is None


def test_a_one_time_token_works_once_and_in_time(vault: Vault, anna: str, clock: Clock) -> None:
    token = vault.issue_once(anna, 10, actor=ADMINISTRATOR)
    assert vault.session(vault.sign_in_once(token) or "")
    assert vault.sign_in_once(token) is None
    late = vault.issue_once(anna, 10, actor=ADMINISTRATOR)
    clock.forward(minutes=10)
    assert vault.sign_in_once(late) is None
    assert vault.sign_in_once("made up") is None


def test_sessions_end(vault: Vault, anna: str, clock: Clock) -> None:
    token = vault.sign_in("anna", PASSWORD) or ""
    for _ in range(20):
        clock.forward(minutes=50)
        if vault.session(token) is None:
            break
    assert clock.now - START > timedelta(hours=12)  # kept alive by use until then, and no longer
    idle = vault.sign_in("anna", PASSWORD) or ""
    clock.forward(minutes=61)
    assert vault.session(idle) is None


def test_a_purpose_is_one_that_the_roles_know(vault: Vault, anna: str) -> None:
    token = vault.sign_in("anna", PASSWORD) or ""
    vault.set_purpose(token, Purpose.STATISTICS)
    session = vault.session(token)
    assert session
    assert session[1] is Purpose.STATISTICS
    with pytest.raises(NotAllowed):
        vault.set_purpose(token, Purpose.ADMINISTRATION)
    with pytest.raises(NotAllowed):
        vault.set_purpose("made up", Purpose.STATISTICS)


def test_accounts_are_changed_by_an_administrator_and_sessions_end(vault: Vault, anna: str) -> None:
    token = vault.sign_in("anna", PASSWORD) or ""
    vault.set_roles(anna, [Role.REVIEWER], actor=ADMINISTRATOR)
    assert vault.session(token) is None
    vault.set_password(anna, "another long password", actor=ADMINISTRATOR)
    assert vault.sign_in("anna", PASSWORD) is None
    token = vault.sign_in("anna", "another long password") or ""
    session = vault.session(token)
    assert session
    assert session[0].roles == {Role.REVIEWER}
    vault.close_account(anna, actor=ADMINISTRATOR)
    assert vault.session(token) is None
    assert vault.sign_in("anna", "another long password") is None
    assert list(vault.accounts(ADMINISTRATOR)) == []
    assert vault.verify() == []


def test_accounts_are_nobody_elses_business(vault: Vault, anna: str) -> None:
    with pytest.raises(NotAllowed):
        vault.add_account("Ben", None, [Role.STEWARD], actor=STEWARD)
    with pytest.raises(NotAllowed):
        vault.issue_once(anna, 10, actor=ANALYST)
    with pytest.raises(Conflict):
        vault.add_account("  anna", None, [Role.STEWARD], actor=ADMINISTRATOR)
    with pytest.raises(UsageError):
        vault.add_account("Ben", "short", [Role.STEWARD], actor=ADMINISTRATOR)
    with pytest.raises(UsageError):
        vault.add_account("Ben", None, [], actor=ADMINISTRATOR)
    with pytest.raises(NotFound):
        vault.issue_once("acc_none", 10, actor=ADMINISTRATOR)


# The audit log.


def test_the_audit_log_is_read_newest_first_and_by_object(sealed: Vault) -> None:
    for number in range(5):
        sealed.record(ANALYST, "search", f"query_{number}", Purpose.LEAD_REVIEW, {"found": number})
    entries, total = sealed.audit(AUDITOR, Purpose.OVERSIGHT, offset=1, limit=2)
    assert [entry.object for entry in entries] == ["query_3", "query_2"]
    assert total == entries[0].seq + 1
    about, count = sealed.audit(AUDITOR, Purpose.OVERSIGHT, about="query_4")
    assert ([entry.detail for entry in about], count) == (['{"found":4}'], 1)
    with pytest.raises(NotAllowed):
        sealed.audit(ANALYST, Purpose.LEAD_REVIEW)


def test_writers_at_the_same_time_do_not_fork_the_log(vault: Vault) -> None:
    before = vault.head().count
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda n: vault.record(ANALYST, "search", f"q{n}", Purpose.LEAD_REVIEW), range(24)))
    assert vault.head().count == before + 24
    assert vault.verify() == []


def test_one_reversal_of_two_at_the_same_time_holds(vault: Vault) -> None:
    first = vault.append_judgement(ANALYST, Purpose.LEAD_REVIEW, "lead_1", Verdict.YES, "seen", None)

    def reverse(_: int) -> bool:
        try:
            judge(vault, first.id)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(reverse, range(4))) == [False, False, False, True]
    assert vault.verify() == []


@pytest.mark.parametrize("table", [*APPEND_ONLY, "audit_head"])
def test_the_database_itself_refuses_to_forget(backend: Backend, opened: tuple[Vault, str | Path], table: str) -> None:
    vault, place = opened
    judge(vault)
    vault.append_release(STEWARD, Purpose.STATISTICS, proposed())
    statements = [f"DELETE FROM {table}"]
    if table in APPEND_ONLY:
        statements.append(f"UPDATE {table} SET {'object' if table == 'audit' else 'actor'} = 'x'")
    if backend.name == "postgresql":
        statements.append(f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with backend.raw(place) as raw, pytest.raises(Exception, match="only grows"):
            raw.exec_driver_sql(statement)
    assert vault.verify() == []
