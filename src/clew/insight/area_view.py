"""What a page shows of ranked areas: ranks with their intervals, how sure a place in the list is, and what the index is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pyarrow as pa

from clew.safeguards.errors import MissingColumn, UnreadableInput

KEPT = pa.schema(
    [
        ("area", pa.string()),
        ("risk", pa.float64()),
        ("rank", pa.int64()),
        ("rank_low", pa.int64()),
        ("rank_high", pa.int64()),
        ("indicators", pa.int64()),
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
    ]
)
"""How a ranking is kept for the page; degrees are null where the area's place is not known."""


class Standing(StrEnum):
    """Where an area stands whichever way the index is built."""

    FIRST = "in the first third, however it is counted"
    OPEN = "depends on how it is counted"
    LAST = "in the last third, however it is counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRow:
    area: str
    risk: float
    rank: int
    rank_low: int
    rank_high: int
    indicators: int
    place: tuple[float, float] | None
    """Latitude and longitude in degrees."""
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class AreasView:
    """All areas, the first rank first; `report` is what `Ranking.as_json` said of them. Empty where nothing is kept."""

    areas: Sequence[AreaRow]
    report: Mapping[str, Any]

    def standing(self, standing: Standing) -> int:
        return sum(area.standing is standing for area in self.areas)


def areas_view(kept: pa.Table, report: Mapping[str, Any]) -> AreasView:
    """The view of a ranking as KEPT."""
    third = kept.num_rows / 3
    rows = [
        AreaRow(
            area=row["area"], risk=row["risk"], rank=row["rank"], rank_low=row["rank_low"], rank_high=row["rank_high"],
            indicators=row["indicators"], standing=_standing(row["rank_low"], row["rank_high"], third),
            place=None if row["latitude"] is None or row["longitude"] is None else (row["latitude"], row["longitude"]),
        )
        for row in kept.sort_by([("rank", "ascending"), ("area", "ascending")]).to_pylist()
    ]  # fmt: skip
    return AreasView(areas=rows, report=report)


def _standing(first: int, last: int, third: float) -> Standing:
    if last <= third:
        return Standing.FIRST
    return Standing.LAST if first > 2 * third else Standing.OPEN


def kept_from(table: pa.Table, places: Mapping[str, tuple[float, float]]) -> pa.Table:
    """A written ranking (`clew areas rank --out`) as KEPT. `places`: latitude and longitude by area, where the file has none.

    Raises MissingColumn, or UnreadableInput where a cell is no number or a rank lies outside its own interval.
    """
    needed = [name for name in KEPT.names if name not in ("latitude", "longitude")]
    for name in needed:
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names), hint="Give what 'clew areas rank' wrote.")
    columns = {name: _cast(table, name) for name in needed}
    for place, name in enumerate(("latitude", "longitude")):
        known = [places[area][place] if area in places else None for area in columns["area"].to_pylist()]
        columns[name] = _cast(table, name) if name in table.column_names else pa.array(known, pa.float64())
    made = pa.table(columns, schema=KEPT)
    for number, row in enumerate(made.to_pylist(), start=1):
        if not row["area"] or not row["rank_low"] <= row["rank"] <= row["rank_high"]:
            raise UnreadableInput(f"row {number}: an area without a name, or a rank outside its own interval")
    return made


def _cast(table: pa.Table, name: str) -> pa.Array:
    column = table[name].combine_chunks()
    if pa.types.is_string(column.type):
        column = pa.array([cell if cell not in (None, "") else None for cell in column.to_pylist()], pa.string())
    try:
        made = column.cast(KEPT.field(name).type)
    except pa.ArrowInvalid:
        raise UnreadableInput(f"{name}: a cell that is no number") from None
    if made.null_count and name not in ("latitude", "longitude"):
        raise UnreadableInput(f"{name}: a cell is empty")
    return made
