"""Someone with the database's key goes round clew by raw SQL, triggers dropped: `verify` names what they did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import Connection
from vault_backends import ADMINISTRATOR, ANALYST, CASE_WORKER, SOURCE, STEWARD, Backend

from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Tampered
from clew.store.ledger import Proposed
from clew.store.vault import Vault

Sql = Callable[[str], object]


@pytest.fixture
def used(vault: Vault) -> Vault:
    """Entries 1 to 9: made, seven searches, then a judgement (9), a release (10), an account (11)."""
    for number in range(2, 9):
        vault.record(ANALYST, "search", f"query_{number}", Purpose.LEAD_REVIEW)
    vault.append_judgement(ANALYST, Purpose.LEAD_REVIEW, "lead_1", Verdict.NO, "an independent worker", None)
    proposed = Proposed(
        title="Cases", dataset="cases", method="anonymise", guarantee="k = 11", epsilon=0.0,
        recipient="public", rows=10, sha256="0" * 64, fingerprint="f1", report="{}",
    )  # fmt: skip
    vault.append_release(STEWARD, Purpose.STATISTICS, proposed)
    vault.add_account("Anna", None, [Role.ANALYST], actor=ADMINISTRATOR)
    assert vault.head().count == 11
    assert vault.verify() == []
    return vault


def without_triggers(backend: Backend, raw: Connection) -> None:
    for table in ("audit", "judgements", "releases", "audit_head"):
        if backend.name == "postgresql":
            raw.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            continue
        for verb in ("update", "delete"):
            raw.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")


COPY_OF_3 = (
    "INSERT INTO audit (seq, at, actor, action, object, purpose, detail, previous, hash) "
    "SELECT {}, at, 'acc_other', action, object, purpose, detail, previous, hash FROM audit WHERE seq = 3"
)
JUDGEMENT_2 = (
    "INSERT INTO judgements (id, lead, verdict, reason, actor, at, reverses, signature) "
    "SELECT 'jdg_2', lead, 'yes', reason, actor, at, NULL, signature FROM judgements"
)
RELEASE_2 = (
    "INSERT INTO releases "
    "(id, title, dataset, method, guarantee, epsilon, recipient, rows, sha256, fingerprint, actor, at, report) "
    "SELECT 'rel_2', title, dataset, method, guarantee, epsilon, recipient, rows, sha256, 'f2', actor, at, report "
    "FROM releases"
)
ACCOUNT_2 = (
    "INSERT INTO accounts (id, name, key, password, roles, organisation, created_at, closed_at) "
    "SELECT 'acc_2', 'Eve', 'eve', NULL, 'case_worker', '', created_at, NULL FROM accounts"
)

TAMPERING = {
    "an entry changed": (["UPDATE audit SET object = 'query_x' WHERE seq = 4"], {("changed", 4, 4)}),
    "an entry's time changed": (
        ["UPDATE audit SET at = '2026-01-05T08:00:00.000000+00:00' WHERE seq = 4"],
        {("changed", 4, 4)},
    ),
    "an entry removed": (["DELETE FROM audit WHERE seq = 4"], {("removed", 4, 4)}),
    "several removed": (["DELETE FROM audit WHERE seq BETWEEN 3 AND 5"], {("removed", 3, 5)}),
    "the tail cut": (
        ["DELETE FROM audit WHERE seq > 9"],
        {("removed", 10, 11), ("release-inserted", 0, 0), ("account-inserted", 0, 0)},
    ),
    "the tail cut and the head set back": (
        [
            "DELETE FROM audit WHERE seq > 9",
            "UPDATE audit_head SET count = 9, hash = (SELECT hash FROM audit WHERE seq = 9)",
        ],
        {("head-forged", 0, 0), ("release-inserted", 0, 0), ("account-inserted", 0, 0)},
    ),
    "an entry put in at the end": ([COPY_OF_3.format(12)], {("inserted", 12, 12)}),
    "an entry put in between": (
        [
            "UPDATE audit SET seq = seq + 1000 WHERE seq > 5",
            COPY_OF_3.format(6),
            "UPDATE audit SET seq = seq - 999 WHERE seq > 1000",
        ],
        {("inserted", 6, 6), ("renumbered", 6, 11)},
    ),
    "two entries in each other's place": (
        [
            "UPDATE audit SET seq = 1000 WHERE seq = 4",
            "UPDATE audit SET seq = 4 WHERE seq = 5",
            "UPDATE audit SET seq = 5 WHERE seq = 1000",
        ],
        {("renumbered", 4, 5), ("reordered", 4, 4)},
    ),
    "an entry removed and the gap closed": (
        [
            "DELETE FROM audit WHERE seq = 4",
            "UPDATE audit SET seq = seq + 1000 WHERE seq > 4",
            "UPDATE audit SET seq = seq - 1001 WHERE seq > 1000",
        ],
        {("removed", 4, 4), ("renumbered", 5, 11)},
    ),
    "all entries and the head removed": (
        ["DELETE FROM audit", "DELETE FROM audit_head"],
        {("judgement-inserted", 0, 0), ("release-inserted", 0, 0), ("account-inserted", 0, 0), ("emptied", 0, 0)},
    ),
    "the head removed": (["DELETE FROM audit_head"], {("head-missing", 0, 0)}),
    "a verdict turned": (
        ["UPDATE judgements SET verdict = 'yes'"],
        {("judgement-changed", 9, 9), ("signature", 9, 9)},
    ),
    "a judgement removed": (["DELETE FROM judgements"], {("judgement-removed", 9, 9)}),
    "a judgement put in": ([JUDGEMENT_2], {("judgement-inserted", 0, 0), ("signature", 0, 0)}),
    "a release changed": (["UPDATE releases SET epsilon = 0.5"], {("release-changed", 10, 10)}),
    "a release removed": (["DELETE FROM releases"], {("release-removed", 10, 10)}),
    "a release put in": ([RELEASE_2], {("release-inserted", 0, 0)}),
    "a role given": (["UPDATE accounts SET roles = 'analyst steward'"], {("account-changed", 11, 11)}),
    "an account given to another house": (
        ["UPDATE accounts SET organisation = 'North'"],
        {("account-changed", 11, 11)},
    ),
    "a password set": (["UPDATE accounts SET password = '$argon2id$'"], {("account-changed", 11, 11)}),
    "an account put in": ([ACCOUNT_2], {("account-inserted", 0, 0)}),
}


@pytest.mark.parametrize(("statements", "expected"), list(TAMPERING.values()), ids=list(TAMPERING))
def test_verify_names_it(
    backend: Backend,
    opened: tuple[Vault, str | Path],
    used: Vault,
    statements: list[str],
    expected: set[tuple[str, int, int]],
) -> None:
    vault, place = opened
    with backend.raw(place) as raw, raw.begin():
        without_triggers(backend, raw)
        for statement in statements:
            raw.exec_driver_sql(statement)
    findings = vault.verify()
    assert {(f.rule, f.first, f.last) for f in findings} == expected
    assert all(len(f.words) > 10 for f in findings)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_head SET count = 5",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET count = {count}, hash = '{hash}', mac = '{mac}'",
    ],
    ids=["forged", "missing", "an older one put back"],
)
def test_nothing_is_written_behind_a_head_that_is_not_the_logs(
    backend: Backend, opened: tuple[Vault, str | Path], used: Vault, statement: str
) -> None:
    vault, place = opened
    older = vault.head()
    vault.record(ANALYST, "search", "query_9", Purpose.LEAD_REVIEW)
    with backend.raw(place) as raw, raw.begin():
        without_triggers(backend, raw)
        raw.exec_driver_sql(statement.format(count=older.count, hash=older.hash, mac=older.mac))
    with pytest.raises(Tampered):
        vault.append_judgement(ANALYST, Purpose.LEAD_REVIEW, "lead_2", Verdict.YES, "seen", None)
    assert len(vault.judgements()) == 1
    assert vault.verify()


def test_a_sealed_record_filed_under_another_does_not_open(backend: Backend, opened: tuple[Vault, str | Path]) -> None:
    vault, place = opened
    vault.add_source(SOURCE, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    tips = pa.table({"record_id": ["rec_1", "rec_2"], "text": ["one", "two"]})
    vault.seal_records("tips", SOURCE.id, tips, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    with backend.raw(place) as raw, raw.begin():
        for column in ("blob", "person_key"):
            other = f"(SELECT {column} FROM sealed_records WHERE record_id = 'rec_2')"
            raw.exec_driver_sql(f"UPDATE sealed_records SET {column} = {other} WHERE record_id = 'rec_1'")
    with pytest.raises(Tampered) as refused:
        vault.unseal(["rec_1"], CASE_WORKER, Purpose.CASE_SUPPORT, why="x")
    assert "two" not in str(refused.value)


def test_a_vault_put_back_to_an_earlier_day_is_found_by_a_head_kept_elsewhere(
    sqlcipher: Backend, tmp_path: Path
) -> None:
    vault, place = sqlcipher.vault()
    vault.record(ANALYST, "search", "q1", Purpose.LEAD_REVIEW)
    vault.close()
    earlier = Path(place).read_bytes()
    with sqlcipher.open(place) as again:
        again.record(ANALYST, "search", "q2", Purpose.LEAD_REVIEW)
        kept = again.head()
    Path(place).write_bytes(earlier)
    with sqlcipher.open(place) as restored:
        assert restored.verify() == []
        assert [f.rule for f in restored.verify(anchors=[kept])] == ["anchor"]
