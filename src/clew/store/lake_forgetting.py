"""Takes records out of the lake, with whatever was derived from them, so that no byte of the file holds them."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import duckdb

NAMES = ("record_id", "record", "left", "right", "a", "b")
"""Columns that hold a record's id, whatever table they are in."""


def forget(sql: duckdb.DuckDBPyConnection, ids: list[str], keep: Collection[str] = ()) -> dict[str, int]:
    """Rows removed, by table, within the caller's transaction; none of the tables in `keep`."""
    columns: dict[str, list[str]] = {}
    found = sql.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND table_name IN "
        "(SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary)"
    )
    for table, column in found.fetchall():
        if table not in keep:
            columns.setdefault(table, []).append(column)
    gone: dict[str, int] = {}

    def drop(table: str, where: str, given: list[str]) -> None:
        row = sql.execute(f'DELETE FROM "{table}" WHERE {where}', [given]).fetchone()  # noqa: S608 (names are ours)
        if row and row[0]:
            gone[table] = gone.get(table, 0) + int(row[0])

    networks = _values(sql, "members", "network", "record_id", ids) if "members" in columns else []
    leads = _values(sql, "leads", "lead", "network", networks) if "leads" in columns else []
    for table, names in columns.items():
        for column in ("lead", "old"):
            if column in names:
                drop(table, f'"{column}" IN (SELECT unnest($1))', leads)
        if "network" in names and table != "members":
            drop(table, "network IN (SELECT unnest($1))", networks)
    subjects = _values(sql, "person_sets", "subject", "record_id", ids) if "person_sets" in columns else []
    subjects += _values(sql, "person_clusters", "subject", "record_id", ids) if "person_clusters" in columns else []
    for table, names in columns.items():
        if "subject" in names and subjects:
            drop(table, "subject IN (SELECT unnest($1))", subjects)  # a set without one of its members is another set
        for column in NAMES:
            if column in names:
                drop(table, f'"{column}" IN (SELECT unnest($1))', ids)
    if "hubs" in columns and "claims" in columns:
        sql.execute("DELETE FROM hubs WHERE (kind, key) NOT IN (SELECT (kind, key) FROM claims)")
    return gone


def _values(sql: duckdb.DuckDBPyConnection, table: str, wanted: str, column: str, given: list[str]) -> list[str]:
    query = (
        f'SELECT DISTINCT "{wanted}" FROM "{table}" WHERE "{column}" IN (SELECT unnest($1)) AND "{wanted}" IS NOT NULL'  # noqa: S608 (ours)
    )
    return [row[0] for row in sql.execute(query, [given]).fetchall()]


def written_anew(path: Path) -> None:
    """Copies every table into a new file and puts that in the place of the old one; the old bytes are unlinked.

    On a disk that keeps earlier blocks (snapshots, wear levelling) they may still be there: encrypt the disk.
    """
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with duckdb.connect() as sql:
        sql.execute(f"ATTACH '{_quoted(path)}' AS old (READ_ONLY)")
        sql.execute(f"ATTACH '{_quoted(fresh)}' AS fresh")
        sql.execute("COPY FROM DATABASE old TO fresh")
        sql.execute("DETACH old")
        sql.execute("DETACH fresh")
    fresh.chmod(path.stat().st_mode & 0o777)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    fresh.replace(path)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
