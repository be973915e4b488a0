"""Words planted in every sealed field of every kind never reach the file, a log, an error or a repr."""

from __future__ import annotations

import gc
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError
from vault_backends import ADMINISTRATOR, ANALYST, AUDITOR, CASE_WORKER, RING, SOURCE, STEWARD, Backend

from clew.records.kinds import KINDS
from clew.records.source import LegalBasis, Source
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import ClewError
from clew.safeguards.permissions import Action
from clew.store.vault import Vault

SEALED = {kind.plural: kind.sealed for kind in KINDS.values() if kind.sealed}
CANARY = "canary-{}-{}-ångström"
EVERY_CANARY = [CANARY.format(kind, field) for kind, fields in SEALED.items() for field in fields]
PASSWORD = "canary-password-of-anna"


def table_of(kind: str) -> pa.Table:
    columns = {field: [CANARY.format(kind, field)] for field in SEALED[kind]}
    return pa.table({"record_id": [f"rec_{kind}"], **columns})


def secrets_of_the_keys() -> list[str]:
    return [RING.key(use).hex() for use in ("database", "seal", "audit", "pseudonym", "sign", "throttle")]


@pytest.fixture
def planted(vault: Vault) -> Vault:
    vault.add_source(SOURCE, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    for kind in SEALED:
        vault.seal_records(kind, SOURCE.id, table_of(kind), actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    return vault


def use_everything(vault: Vault) -> list[str]:
    """Walks through what a day does, right and wrong, and gives back what was said in errors."""
    anna = vault.add_account("Anna", PASSWORD, [Role.ANALYST], actor=ADMINISTRATOR)
    token = vault.sign_in("Anna", PASSWORD) or ""
    vault.session(token)
    ids = [f"rec_{kind}" for kind in SEALED]
    opened = vault.unseal(ids, CASE_WORKER, Purpose.CASE_SUPPORT, why="support", case="K-1")
    assert {word for fields in opened.values() for word in fields.values()} == set(EVERY_CANARY)
    for kind, fields in SEALED.items():
        list(vault.sealed_batches(kind, ANALYST, Purpose.LEAD_REVIEW, fields=fields))
    words = []
    for act in (
        lambda: vault.unseal(ids, ADMINISTRATOR, Purpose.CASE_SUPPORT, why="x", case="K-1"),
        lambda: vault.unseal(["rec_none"], CASE_WORKER, Purpose.CASE_SUPPORT, why="x"),
        lambda: vault.unseal(ids, CASE_WORKER, Purpose.CASE_SUPPORT, why="x", case="K-1", action=Action.JUDGE),
        lambda: vault.seal_records("tips", SOURCE.id, table_of("cases"), actor=ANALYST, purpose=Purpose.LEAD_REVIEW),
        lambda: vault.seal_records("tips", "src_none", table_of("tips"), actor=ANALYST, purpose=Purpose.LEAD_REVIEW),
        lambda: vault.append_judgement(STEWARD, Purpose.OVERSIGHT, "lead", Verdict.YES, EVERY_CANARY[0], None),
        lambda: vault.add_account("Anna", PASSWORD, [Role.ANALYST], actor=ADMINISTRATOR),
        lambda: vault.set_password(anna.id, PASSWORD * 9, actor=ADMINISTRATOR),
    ):
        with pytest.raises(ClewError) as refused:
            act()
        words += traceback.format_exception(refused.value)
    return words


def assert_clean(shown: str) -> None:
    for secret in [*EVERY_CANARY, PASSWORD, *secrets_of_the_keys(), RING._master.hex()]:
        assert secret not in shown


def test_errors_logs_and_reprs_name_fields_and_ids_never_values(
    planted: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("sqlalchemy.engine", "sqlalchemy.pool", "sqlalchemy.orm", "alembic", "clew", "psycopg"):
        caplog.set_level(logging.DEBUG, logger=name)
    words = use_everything(planted)
    assert caplog.records, "the log was listened to"
    assert_clean("".join(words))
    assert_clean(caplog.text)
    assert_clean(f"{planted!r} {planted} {RING!r} {planted._engine!r} {planted._engine.url!r}")


def test_an_error_of_the_database_itself_shows_no_value(sqlcipher: Backend) -> None:
    """As when the disk is full in the middle of an insertion. A trigger that refuses stands for it."""
    vault, place = sqlcipher.vault()
    with vault:
        with sqlcipher.raw(place) as raw, raw.begin():
            raw.exec_driver_sql(
                "CREATE TRIGGER f BEFORE INSERT ON sources BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
            )
        source = Source(name=EVERY_CANARY[0], basis=LegalBasis.SYNTHETIC)
        with pytest.raises(DatabaseError, match="disk is full") as refused:
            vault.add_source(source, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    assert_clean("".join(traceback.format_exception(refused.value)))


def columns_of(backend: Backend, place: str | Path) -> Iterator[tuple[str, object]]:
    with backend.raw(place) as raw:
        for table in inspect(raw).get_table_names():
            for row in raw.execute(text(f'SELECT * FROM "{table}"')).mappings():
                yield from ((f"{table}.{name}", value) for name, value in row.items())


def test_whoever_opens_the_database_without_the_seal_key_reads_no_identity(
    backend: Backend, opened: tuple[Vault, str | Path], planted: Vault
) -> None:
    use_everything(planted)
    seen = 0
    for where, value in columns_of(backend, opened[1]):
        seen += 1
        shown = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for secret in [*EVERY_CANARY, PASSWORD]:
            assert secret.encode() not in shown, where
    assert seen > 100


def test_the_audit_log_says_what_was_read_and_not_what_it_said(planted: Vault) -> None:
    use_everything(planted)
    entries, _ = planted.audit(AUDITOR, Purpose.OVERSIGHT, limit=1000)
    assert {entry.object for entry in entries if entry.action == "read_identity"} == {f"rec_{kind}" for kind in SEALED}
    assert_clean(repr(entries))


def test_the_file_holds_no_readable_word(sqlcipher: Backend) -> None:
    vault, place = sqlcipher.vault()
    vault.add_source(SOURCE, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    for kind in SEALED:
        vault.seal_records(kind, SOURCE.id, table_of(kind), actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    vault.append_judgement(ANALYST, Purpose.LEAD_REVIEW, "lead_1", Verdict.YES, EVERY_CANARY[0], None)
    gc.collect()
    files = {path.name: path.read_bytes() for path in Path(place).parent.glob(Path(place).name + "*")}
    assert len(files) > 1, "the write-ahead log was looked at too"
    vault.close()
    files["closed"] = Path(place).read_bytes()
    for name, content in files.items():
        readable = [*EVERY_CANARY, SOURCE.name, SOURCE.id, "lead_1", "CREATE TABLE", "judgements"]
        assert not any(word.encode() in content for word in readable), name
        assert not content.startswith(b"SQLite format 3")
