"""Cases by their number. A row that comes in again with other content is a correction: the one that came last stands.

The lake's `cases` has the records that stand, so that every list and count has a case once; those before them rest in
`cases_superseded`. When each came in is known to the vault, so a file of old rows that is added again takes nothing back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import NotFound
from clew.workspace.access import SUPERSEDED as SUPERSEDED
from clew.workspace.access import SUPERSEDED_ADVERTS, Access


class CaseNumbers(Access):
    def settle_cases(self) -> int:
        """Puts all records but the newest of each number aside, and says how many."""
        sql = "SELECT external_id, record_id FROM cases WHERE external_id IN (SELECT external_id FROM cases GROUP BY ALL HAVING count(*) > 1)"
        twice = self.lake.query(sql).to_pylist()
        if not twice:
            return 0
        newest = self.vault.case_versions([row["record_id"] for row in twice])
        place = {record: number for number, (record, _) in enumerate(newest)}
        records: dict[str, list[str]] = defaultdict(list)
        for row in twice:
            records[row["external_id"]].append(row["record_id"])
        gone = [r for those in records.values() for r in sorted(those, key=lambda r: place.get(r, len(place)))[1:]]
        cases = self.lake.read("cases")
        aside = pc.is_in(cases["record_id"], pa.array(gone, pa.string()))
        before = self._superseded(cases.schema)
        before = before.filter(pc.invert(pc.is_in(before["record_id"], pa.array(gone, pa.string()))))
        kept = pa.concat_tables([before, cases.filter(aside)])
        self.lake.replace({"cases": cases.filter(pc.invert(aside)), SUPERSEDED: kept})
        return len(gone)

    def without_superseded(self, rows: pa.Table, plural: str = "cases") -> pa.Table:
        """Rows of cases or adverts that no correction has replaced."""
        table = SUPERSEDED_ADVERTS if plural == "adverts" else SUPERSEDED
        if table not in self.lake.names():
            return rows
        return rows.filter(pc.invert(pc.is_in(rows["record_id"], self.lake.read(table, ["record_id"])["record_id"])))

    def _superseded(self, schema: pa.Schema) -> pa.Table:
        return self.lake.read(SUPERSEDED) if SUPERSEDED in self.lake.names() else schema.empty_table()

    def _records_of(self, number: str) -> Sequence[str]:
        """The records of a case by its number, the one that stands first. NotFound when there is none."""
        tables = ["cases", *([SUPERSEDED] if SUPERSEDED in self.lake.names() else [])]
        sql = " UNION ".join(f"SELECT record_id FROM {table} WHERE external_id = $1" for table in tables)  # noqa: S608 (ours)
        found = self.lake.query(sql, [number])["record_id"].to_pylist()
        if not found:
            raise NotFound("there is no such case")
        return [record for record, _ in self.vault.case_versions(found)]

    def _case_of(self, number: str) -> str:
        """The record that stands."""
        return self._records_of(number)[0]

    def _case_row(self, number: str) -> Mapping[str, Any]:
        return self._row_of(self._case_of(number))

    def _row_of(self, record: str) -> Mapping[str, Any]:
        for table in ("cases", SUPERSEDED):
            rows = self.lake.query(f"SELECT * FROM {table} WHERE record_id = $1", [record]).to_pylist()  # noqa: S608 (ours)
            if rows:
                return dict(rows[0])
        raise NotFound("there is no such case")

    def _case_numbers(self, records: Sequence[str]) -> Mapping[str, str]:
        """Record -> its number, also of records that were corrected since."""
        wanted = [record for record in dict.fromkeys(records) if record]
        if not wanted:
            return {}
        tables = ["cases", *([SUPERSEDED] if SUPERSEDED in self.lake.names() else [])]
        sql = " UNION ".join(
            f"SELECT record_id, external_id FROM {table} WHERE record_id IN (SELECT unnest($1))"  # noqa: S608 (ours)
            for table in tables
        )
        return {row["record_id"]: row["external_id"] for row in self.lake.query(sql, [wanted]).to_pylist()}
