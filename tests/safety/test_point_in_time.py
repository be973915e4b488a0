"""PostgreSQL goes back to a moment between two backups, from its archive of the write-ahead log; a checkpoint shows it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from vault_backends import ANALYST, AUDITOR, CHEAP, RING, _programs, _run, _unprivileged

from clew.safeguards.actors import Purpose
from clew.safeguards.acts import Verdict
from clew.store.vault import Vault

REVIEW = Purpose.LEAD_REVIEW


@pytest.fixture
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="clew-pitr-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.postgres
def test_the_vault_goes_back_to_a_moment_and_a_checkpoint_shows_that_it_did(place: Path) -> None:
    run_as, programs = _unprivileged(place, _programs())
    data, base, archive = place / "data", place / "base", place / "archive"
    archive.mkdir()
    if run_as:
        shutil.chown(archive, "nobody", "nogroup")
    _run(run_as, programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N", "--no-locale")
    quiet = f'-h "" -k {place} -c shared_buffers=16MB'
    keep = f"-c archive_mode=on -c archive_command='cp %p {archive}/%f'"
    address = f"postgresql://postgres@/{{}}?host={place}"
    _run(run_as, programs / "pg_ctl", "-D", data, "-l", place / "log", "-w", "-o", f"{quiet} {keep}", "start")
    try:
        with psycopg.connect(address.format("postgres"), autocommit=True) as sql:
            sql.execute("CREATE DATABASE vault")
        with Vault.create(address.format("vault"), RING, cost=CHEAP) as vault:
            vault.append_judgement(ANALYST, REVIEW, "before", Verdict.YES, "before the base backup")
            _run(
                run_as,
                programs / "pg_basebackup",
                "-h",
                place,
                "-U",
                "postgres",
                "-D",
                base,
                "-c",
                "fast",
                "-X",
                "none",
            )
            vault.append_judgement(ANALYST, REVIEW, "between", Verdict.YES, "after it, before the moment")
            early = vault.checkpoint(AUDITOR, Purpose.OVERSIGHT)
            with psycopg.connect(address.format("postgres"), autocommit=True) as sql:
                moment = sql.execute("SELECT now()::text").fetchone()
                assert moment is not None
            vault.append_judgement(ANALYST, REVIEW, "after", Verdict.NO, "after the moment")
            late = vault.checkpoint(AUDITOR, Purpose.OVERSIGHT)
            with psycopg.connect(address.format("postgres"), autocommit=True) as sql:
                sql.execute("SELECT pg_switch_wal()")
    finally:
        _run(run_as, programs / "pg_ctl", "-D", data, "-w", "-m", "fast", "stop")  # archives what is left
    back = base / "postgresql.auto.conf"
    back.write_text(
        f"restore_command = 'cp {archive}/%f %p'\nrecovery_target_time = '{moment[0]}'\nrecovery_target_action = 'promote'\n"
    )
    (base / "recovery.signal").touch()
    for path in (back, base / "recovery.signal"):
        if run_as:
            shutil.chown(path, "nobody", "nogroup")
    _run(run_as, programs / "pg_ctl", "-D", base, "-l", place / "log2", "-w", "-o", quiet, "start")
    try:
        with Vault.open(address.format("vault"), RING, cost=CHEAP) as vault:
            assert [each.lead for each in vault.judgements()] == ["before", "between"]
            assert vault.verify() == []
            assert vault.against(early) == []
            assert [f.rule for f in vault.against(late)] == ["cut"]
    finally:
        _run(run_as, programs / "pg_ctl", "-D", base, "-w", "-m", "immediate", "stop")
