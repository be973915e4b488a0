"""Row-level security on PostgreSQL: a second line that holds when a rule was forgotten, or somebody has the login alone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from alembic import command
from sqlalchemy import func, inspect, select
from vault_backends import ADMINISTRATOR, ANALYST, AUDITOR, CASE_WORKER, RING, START, STEWARD, Backend

from clew.records.source import LegalBasis, Source
from clew.safeguards.access import By, Scope
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotFound
from clew.safeguards.keys import KeyRing
from clew.store import row_security
from clew.store.database import _config
from clew.store.models import AuditRow, Base, PersonKeyRow, SealedRow
from clew.store.vault import Vault

pytestmark = pytest.mark.postgres
SUPPORT, OVERSIGHT = Purpose.CASE_SUPPORT, Purpose.OVERSIGHT
NORTH = Source(name="North", basis=LegalBasis.SYNTHETIC)
HOUSE = Source(name="House", basis=LegalBasis.SYNTHETIC)


@pytest.fixture
def place(postgresql: Backend) -> Iterator[tuple[Vault, str]]:
    """One record of the house, one of another organisation."""
    postgresql.clock.now = START
    vault, where = postgresql.vault()
    with vault:
        for source in (NORTH, HOUSE):
            vault.add_source(source, actor=STEWARD, purpose=OVERSIGHT)
            table = pa.table({"record_id": [f"rec_{source.name}"], "first_name": [f"Canary {source.name}"]})
            vault.seal_records("cases", source.id, table, actor=STEWARD, purpose=OVERSIGHT)
        vault.own_source(STEWARD, OVERSIGHT, NORTH.id, "North", reason="their data")
        yield vault, str(where)


def seen(vault: Vault, actor: Actor | None, row: type[Base] = SealedRow) -> int:
    """Rows that a statement with no condition of its own finds in a transaction of this actor."""
    with vault._read(actor) as tx:
        return tx.scalar(select(func.count()).select_from(row)) or 0


def test_a_login_without_the_word_of_the_keys_sees_and_adds_nothing(
    postgresql: Backend, place: tuple[Vault, str]
) -> None:
    with postgresql.raw(place[1]) as raw:
        tables = set(inspect(raw).get_table_names()) - {"alembic_version"}
        filled = {table for table in tables if raw.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()}
    assert {"sealed_records", "person_keys", "audit", "audit_head", "meta", "safeguard_acts", "sources"} <= filled
    words = (None, "", row_security.door(KeyRing.from_master(bytes(32))))
    for word in words:
        with psycopg.connect(place[1]) as plain:
            if word is not None:
                plain.execute(
                    "SELECT set_config('clew.door', %s, false), set_config('clew.roles', 'house', false)", [word]
                )
            for table in sorted(tables):
                assert plain.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
            assert plain.execute("UPDATE sources SET tlp = 'clear'").rowcount == 0
            assert plain.execute("DELETE FROM sessions").rowcount == 0
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                plain.execute("INSERT INTO meta VALUES ('keys', 'other')")


def test_the_word_holds_for_one_transaction_and_is_not_in_the_database(
    postgresql: Backend, place: tuple[Vault, str]
) -> None:
    vault, where = place
    with vault._engine.connect() as connection:
        with connection.begin():
            assert connection.exec_driver_sql("SELECT count(*) FROM sources").scalar() == 2
        raw = connection.connection.driver_connection
        assert raw is not None
        assert raw.execute("SELECT count(*) FROM sources").fetchone() == (0,)
        connection.rollback()
    with postgresql.raw(where) as superuser:
        bodies = superuser.exec_driver_sql(
            "SELECT string_agg(prosrc, '') FROM pg_proc WHERE proname LIKE 'clew%%'"
        ).scalar()
        assert "sha256" in bodies
        assert row_security.door(RING) not in bodies


def test_every_table_is_guarded_also_those_of_later_steps(postgresql: Backend, place: tuple[Vault, str]) -> None:
    with postgresql.raw(place[1]) as raw:
        open_ones = raw.exec_driver_sql(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
        ).scalars()
        assert list(open_ones) == ["alembic_version"]
    assert set(row_security._OPEN) <= set(Base.metadata.tables)


def test_roles_without_content_find_no_record_where_no_rule_asks(place: tuple[Vault, str]) -> None:
    vault = place[0]
    administrators = replace(ADMINISTRATOR, roles=ADMINISTRATOR.roles | CASE_WORKER.roles)
    assert [seen(vault, who) for who in (None, CASE_WORKER, ANALYST)] == [2, 1, 1]
    for who in (ADMINISTRATOR, administrators, AUDITOR, replace(ANALYST, roles=frozenset())):
        assert (seen(vault, who), seen(vault, who, PersonKeyRow)) == (0, 0), who
    assert seen(vault, ANALYST, AuditRow) == seen(vault, CASE_WORKER, AuditRow) == 0
    assert seen(vault, AUDITOR, AuditRow) == seen(vault, None, AuditRow) > 3


def test_another_organisation_s_records_are_not_there_until_shared(place: tuple[Vault, str]) -> None:
    vault = place[0]
    north = replace(CASE_WORKER, id="acc_north", organisation="North")
    with pytest.raises(NotFound):  # past the rows of the record, as if they had been forgotten
        super(type(vault).__mro__[1], vault).unseal(["rec_North"], CASE_WORKER, SUPPORT, why="x")
    assert vault.unseal(["rec_North"], north, SUPPORT, why="support", case="c")["rec_North"]
    assert seen(vault, north) == 1
    vault.share(STEWARD, OVERSIGHT, Scope.RECORD, ["rec_North"], By.ACCOUNT, CASE_WORKER.id, reason="works with them")
    assert seen(vault, CASE_WORKER) == 2
    assert vault.unseal(["rec_North"], CASE_WORKER, SUPPORT, why="support", case="c")["rec_North"]
    assert vault.verify() == []


def test_going_back_takes_the_guards_away_and_no_row(postgresql: Backend, place: tuple[Vault, str]) -> None:
    vault, where = place
    with vault._write() as tx:
        command.downgrade(_config(tx.connection()), "0005")
    with psycopg.connect(where) as plain:
        assert plain.execute("SELECT count(*) FROM sealed_records").fetchone() == (2,)
    with postgresql.open(where) as again:
        assert again.verify() == []
        assert again.unseal(["rec_House"], CASE_WORKER, SUPPORT, why="support", case="c")["rec_House"]
    with psycopg.connect(where) as plain:
        assert plain.execute("SELECT count(*) FROM sealed_records").fetchone() == (0,)


def test_a_login_that_owns_nothing_works_and_cannot_take_the_guards_away(
    postgresql: Backend, place: tuple[Vault, str]
) -> None:
    with postgresql.raw(place[1]) as raw, raw.begin():
        raw.exec_driver_sql("CREATE ROLE clew_app LOGIN")
        raw.exec_driver_sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clew_app")
    address = place[1].replace("clew@", "clew_app@")
    with postgresql.open(address) as vault:
        assert vault.unseal(["rec_House"], CASE_WORKER, SUPPORT, why="support", case="c")["rec_House"]
        assert vault.verify() == []
    with psycopg.connect(address) as plain, pytest.raises(psycopg.errors.InsufficientPrivilege):
        plain.execute("ALTER TABLE sealed_records DISABLE ROW LEVEL SECURITY")


def test_a_superuser_login_is_warned_of(
    postgresql: Backend, place: tuple[Vault, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "clew.store"):
        postgresql.open(place[1]).close()
        assert not caplog.records
        postgresql.open(place[1].replace("clew@", "postgres@")).close()
    assert "row-level security does not hold" in caplog.text
    assert Path(place[1]).name not in caplog.text
