"""The lake: columns of records, signals, links and leads, under pseudonyms. DuckDB through Ibis.

Nothing that identifies a person rests here; sealed fields are in the vault. Tables are replaced or appended to whole.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

import duckdb
import pyarrow as pa

from clew.records.kinds import KINDS, Kind
from clew.safeguards.errors import Conflict, UnreadableInput
from clew.store.lake_forgetting import forget, written_anew
from clew.store.resting import is_known

ARRIVALS = "arrivals"
ARRIVED = pa.schema([("record_id", pa.string()), ("kind", pa.string()), ("arrived", pa.timestamp("us", tz="UTC"))])
"""When each record came in: retention counts from there."""


def record_columns(kind: Kind) -> pa.Schema:
    """How records of a kind rest in the lake: the open fields, behind the record's own id and its source."""
    first = [("record_id", pa.string()), ("source_id", pa.string()), ("external_id", pa.string())]
    rest = [(f.name, f.type) for f in kind.fields if f.name != "id" and f.name not in kind.sealed]
    return pa.schema(first + rest)


_WORD = re.compile(r"[a-z_][a-z_0-9]*")


class Lake:
    """One DuckDB file. Expressions over it are written in Ibis, so that they also run on Spark.

    One connection, one caller at a time: every method takes the lock, so threads of the pages never share a result.
    """

    def __init__(self, path: Path) -> None:
        """Opens the lake, or makes a new one. Conflict while another process has it open for writing."""
        self._path = path
        self._one_at_a_time = threading.RLock()
        self.on_use: Callable[[str, Iterable[str]], None] = lambda table, columns: None  # noqa: ARG005
        """Told which columns of which table a reading names; of a reading of whole rows it is told nothing."""
        self._connect()
        present = self.names()
        tables = {k.plural: record_columns(k).empty_table() for k in KINDS.values() if k.plural not in present}
        self.replace(tables if ARRIVALS in present else tables | {ARRIVALS: ARRIVED.empty_table()})
        self._with_later_fields(present)

    def _with_later_fields(self, present: Collection[str]) -> None:
        """Gives tables of an older lake the fields that their kinds have got since; empty for every record there."""
        for kind in KINDS.values():
            if kind.plural in present:
                have = self._ibis.table(kind.plural).columns
                wanted = record_columns(kind)
                late = [field for field in wanted if field.name not in have]
                if late:
                    old = self._ibis.table(kind.plural).to_pyarrow()
                    for field in late:
                        old = old.append_column(field, pa.nulls(old.num_rows, field.type))
                    self.replace({kind.plural: old.select(wanted.names)})

    def _connect(self) -> None:
        import ibis

        path = self._path
        new = not path.exists()
        try:
            self._ibis = ibis.duckdb.connect(str(path))
            if new:
                path.chmod(0o600)
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise Conflict(f"{path.name}: in use by another command or by 'clew serve'; stop that first") from None
            raise UnreadableInput(
                f"{path.name}: cannot be opened as a lake; restore it or run the chain anew"
            ) from None
        self._sql: duckdb.DuckDBPyConnection = self._ibis.con
        self._sql.execute("SET TimeZone = 'UTC'")

    def names(self) -> list[str]:
        """Tables that are there, by name. Asked many times a page, so in plain SQL."""
        with self._one_at_a_time:
            rows = self._sql.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1").fetchall()
            return [name for (name,) in rows]

    def columns(self) -> dict[str, list[str]]:
        """Table -> its columns, of all tables that are there; in plain SQL."""
        sql = (
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal ORDER BY table_name, column_index"
        )
        with self._one_at_a_time:
            found: dict[str, list[str]] = {name: [] for name in self.names()}
            for table, column in self._sql.execute(sql).fetchall():
                if table in found:
                    found[table].append(column)
            return found

    def table(self, name: str) -> Any:
        """The table as an Ibis expression, to be evaluated by `evaluate`."""
        with self._one_at_a_time:
            return self._ibis.table(name)

    def evaluate(self, expression: Any) -> pa.Table:
        """What an Ibis expression over this lake's tables gives, in Arrow."""
        with self._one_at_a_time:
            for table, columns in named_columns(expression).items():
                self.on_use(table, columns)
            return cast(pa.Table, expression.to_pyarrow())

    def read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """The whole table, or these columns of it, in Arrow."""
        with self._one_at_a_time:
            self.on_use(name, columns or ())
            expression = self._ibis.table(name)
            return cast(pa.Table, (expression.select(*columns) if columns else expression).to_pyarrow())

    def replace(self, tables: Mapping[str, pa.Table]) -> None:
        """Puts tables in the place of those of the same names: all of them, or none. Raises ValueError for one that has no row
        in `resting`: nobody has said how a person's data leave it.
        """
        unknown = sorted(name for name in tables if not is_known(name))
        if unknown:
            raise ValueError(f"lake: {', '.join(unknown)}: say in store/resting.py what it holds of persons")
        with self._one_at_a_time:
            self._sql.execute("BEGIN")
            try:
                for name, table in tables.items():
                    self._sql.register("incoming", table)
                    self._sql.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM incoming')  # noqa: S608 (names are ours)
                    self._sql.unregister("incoming")
            except BaseException:
                self._sql.execute("ROLLBACK")
                raise
            self._sql.execute("COMMIT")

    def append_records(self, kind: Kind, table: pa.Table) -> int:
        """Adds records that are not there yet, by record id; answers how many were new."""
        with self._one_at_a_time:
            before = self.count(kind.plural)
            self._sql.register("incoming", table.select(record_columns(kind).names))
            self._sql.execute(
                f'INSERT INTO "{kind.plural}" SELECT * FROM incoming '  # noqa: S608 (names are ours)
                f'WHERE record_id NOT IN (SELECT record_id FROM "{kind.plural}")'
            )
            self._sql.unregister("incoming")
            self._arrive(kind)
            return self.count(kind.plural) - before

    def put_records(self, kind: Kind, table: pa.Table, *, gone: Sequence[str] = ()) -> None:
        """Puts records in the place of those of the same ids, and removes those in `gone` from every table: all or none."""
        with self._one_at_a_time:
            self._sql.execute("BEGIN")
            try:
                self._sql.register("incoming", table.select(record_columns(kind).names))
                name = kind.plural
                self._sql.execute(f'DELETE FROM "{name}" WHERE record_id IN (SELECT record_id FROM incoming)')  # noqa: S608 (ours)
                self._sql.execute(f'INSERT INTO "{name}" SELECT * FROM incoming')  # noqa: S608 (ours)
                self._sql.unregister("incoming")
                self._arrive(kind)
                if gone:
                    forget(self._sql, list(gone))
            except BaseException:
                self._sql.execute("ROLLBACK")
                raise
            self._sql.execute("COMMIT")
            if gone:
                self.rewrite()

    def _arrive(self, kind: Kind) -> None:
        """Notes when records that are new here came in."""
        self._sql.execute(
            f'INSERT INTO {ARRIVALS} SELECT record_id, $1, now() FROM "{kind.plural}" '  # noqa: S608 (names are ours)
            f"WHERE record_id NOT IN (SELECT record_id FROM {ARRIVALS})",
            [kind.plural],
        )

    def forget(self, ids: Sequence[str], *, keep: Collection[str] = ()) -> dict[str, int]:
        """Removes records and all that was derived from them, to the last byte of the file; says rows gone, by table.

        Tables in `keep` stay as they are: with those of the records, only what was derived goes.

        Of networks that any of them was in, every lead, count and class goes too: they come back, without the records,
        when the chain is run again.
        """
        with self._one_at_a_time:
            self._sql.execute("BEGIN")
            try:
                gone = forget(self._sql, list(ids), keep)
            except BaseException:
                self._sql.execute("ROLLBACK")
                raise
            self._sql.execute("COMMIT")
            self.rewrite()
            return gone

    def rewrite(self) -> None:
        """Writes the file anew from what is in it: what was deleted or replaced before is in no byte of it after."""
        with self._one_at_a_time:
            self._ibis.disconnect()
            try:
                written_anew(self._path)
            finally:
                self._connect()

    def count(self, name: str) -> int:
        with self._one_at_a_time:
            row = self._sql.execute(f'SELECT count(*) FROM "{name}"').fetchone()  # noqa: S608 (names are ours)
            return int(row[0]) if row else 0

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pa.Table:
        """For look-ups by id on pages; analysis is written in Ibis."""
        with self._one_at_a_time:
            words = frozenset(_WORD.findall(sql))
            for kind in KINDS.values():
                if kind.plural in words:
                    self.on_use(kind.plural, words)
            return cast(pa.Table, self._sql.execute(sql, list(parameters)).to_arrow_table())

    def count_filled(self, name: str, columns: Sequence[str]) -> dict[str, int]:
        """How many rows say something in each of these columns."""
        asked = ", ".join(f'count("{column}")' for column in columns)
        with self._one_at_a_time:
            row = self._sql.execute(f'SELECT {asked} FROM "{name}"').fetchone()  # noqa: S608 (names are ours)
            return dict(zip(columns, row or (), strict=True))

    def close(self) -> None:
        with self._one_at_a_time:
            self._ibis.disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def named_columns(expression: Any) -> dict[str, set[str]]:
    """Table -> columns of it that an Ibis expression names one by one."""
    from ibis.expr import operations as ops

    found: dict[str, set[str]] = {}
    for each in expression.op().find(ops.Field):
        source = each.rel.parent if isinstance(each.rel, ops.JoinReference) else each.rel
        if isinstance(source, ops.DatabaseTable):
            found.setdefault(source.name, set()).add(each.name)
    return found
