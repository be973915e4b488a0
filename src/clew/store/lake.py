"""The lake: columns of records, signals, links and leads, under pseudonyms. DuckDB through Ibis.

Nothing that identifies a person rests here; sealed fields are in the vault. Tables are replaced or appended to whole.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import duckdb
import pyarrow as pa

from clew.records.kinds import KINDS, Kind


def record_columns(kind: Kind) -> pa.Schema:
    """How records of a kind rest in the lake: the open fields, behind the record's own id and its source."""
    first = [("record_id", pa.string()), ("source_id", pa.string()), ("external_id", pa.string())]
    rest = [(f.name, f.type) for f in kind.fields if f.name != "id" and f.name not in kind.sealed]
    return pa.schema(first + rest)


class Lake:
    """One DuckDB file. Expressions over it are written in Ibis, so that they also run on Spark."""

    def __init__(self, path: Path) -> None:
        import ibis

        self._ibis = ibis.duckdb.connect(str(path))
        self._sql: duckdb.DuckDBPyConnection = self._ibis.con
        self._sql.execute("SET TimeZone = 'UTC'")
        self._one_at_a_time = threading.RLock()
        for kind in KINDS.values():
            if kind.plural not in self.names():
                self.replace(kind.plural, record_columns(kind).empty_table())

    def names(self) -> list[str]:
        return list(self._ibis.list_tables())

    def table(self, name: str) -> Any:
        """The table as an Ibis expression."""
        return self._ibis.table(name)

    def read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The whole table, or these columns of it, in Arrow."""
        with self._one_at_a_time:
            expression = self.table(name)
            return cast(pa.Table, (expression.select(*columns) if columns else expression).to_pyarrow())

    def replace(self, name: str, table: pa.Table) -> None:
        """Puts a table in the place of the one of that name, in one step."""
        self._sql.register("incoming", table)
        self._sql.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM incoming')  # noqa: S608 (names are ours)
        self._sql.unregister("incoming")

    def append_records(self, kind: Kind, table: pa.Table) -> int:
        """Adds records that are not there yet, by record id; answers how many were new."""
        before = self.count(kind.plural)
        self._sql.register("incoming", table.select(record_columns(kind).names))
        self._sql.execute(
            f'INSERT INTO "{kind.plural}" SELECT * FROM incoming '  # noqa: S608 (names are ours)
            f'WHERE record_id NOT IN (SELECT record_id FROM "{kind.plural}")'
        )
        self._sql.unregister("incoming")
        return self.count(kind.plural) - before

    def count(self, name: str) -> int:
        row = self._sql.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608 (names are ours)
        return int(row[0]) if row else 0

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """For look-ups by id on pages; analysis is written in Ibis."""
        with self._one_at_a_time:
            return cast(pa.Table, self._sql.execute(sql, list(parameters)).to_arrow_table())

    def close(self) -> None:
        self._ibis.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
