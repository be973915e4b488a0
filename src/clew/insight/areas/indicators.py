"""Reads an area-by-indicator table: which columns are indicators, in which direction, and which rows can be ranked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from clew.records.raw import rejects_of
from clew.records.rejects import Rejects
from clew.safeguards.errors import UnreadableInput, UsageError

AREA_NAMES = ("area", "area_id", "id", "code", "name", "area_name", "region", "district", "village", "country", "iso3")
"""What the column that names the areas is called, in this order; without one, the first column is taken."""
POPULATION_NAMES = ("population", "pop", "inhabitants", "residents")
REPORT_NAMES = ("reports", "reported", "reported_cases", "cases", "detected")
BLOCK_NAMES = ("block", "state", "province", "region", "department", "county")
PLACE_NAMES = (("lat", "lon"), ("latitude", "longitude"), ("lat", "lng"), ("y", "x"))
MISSING = ("", "na", "n/a", "nan", "null", "none", "-", "..", "...", ".", "?", "unknown")
MOST_INDICATORS = 200

LESS_IS_RISK = (
    "literacy", "literate", "school", "enrolment", "enrollment", "education", "attendance", "income", "wage", "gdp",
    "wealth", "hdi", "consumption", "electricity", "sanitation", "toilet", "water", "bank", "savings", "assets", "awareness",
    "police", "services", "employment", "registration", "nightlight", "night_light", "road", "internet", "insurance",
)  # fmt: skip
"""Words in a column's name by which more of it is taken for less risk, where nobody states a direction."""
_STILL_MORE = (
    "without", "lack", "no_", "distance", "drop", "unemployment", "under", "illiteracy", "illiterate", "poverty",
    "below", "not_", "low_", "out_of", "deficit", "loss", "gap", "inequality",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas with their indicators as numbers (missing: NaN), each turned so that more means more risk.

    `sign` is 1 or -1 by indicator; `stated` says where a person gave the direction. `population`, `reports`, `block`
    and `place` (latitude, longitude) are None where the table has none.
    """

    names: pa.Array
    indicators: tuple[str, ...]
    values: NDArray[Any]
    sign: NDArray[Any]
    stated: NDArray[Any]
    population: NDArray[Any] | None
    reports: NDArray[Any] | None
    block: NDArray[Any] | None
    place: NDArray[Any] | None
    rejects: Rejects
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """What a person says of the columns; None is found by name. `directions` gives 'up' or 'down' by indicator."""

    area: str | None = None
    population: str | None = None
    reports: str | None = None
    block: str | None = None
    directions: Mapping[str, str] = field(default_factory=dict)
    leave_out: Collection[str] = ()


def areas_of(table: pa.Table, said: Columns = Columns()) -> Areas:
    """Reads the table. Rows that cannot be ranked are rejects, never lost: no name, a name given twice, a cell that is
    no number, a negative population or count of reports, no indicator recorded.

    Raises UnreadableInput where fewer than two areas or no usable indicator is left; UsageError for columns that are not there.
    """
    _check_said(table, said)
    if table.num_rows == 0 or table.num_columns < 2:
        raise UnreadableInput("an area-by-indicator table has a column of areas, at least one indicator, and rows")
    roles = _roles(table, said)
    notes: list[str] = []
    numbers, texts, wrong = _numeric(table, [c for c in table.column_names if c not in roles.values()], said)
    if texts:
        notes.append(f"not numbers, so no indicators: {', '.join(texts)}")
    extra = {role: roles[role] for role in ("population", "reports", "lat", "lon") if role in roles}
    for role, column in extra.items():
        parsed, bad = _parsed(table[column])
        if role in ("population", "reports"):
            bad |= np.nan_to_num(parsed) < 0
        wrong[column] = bad
        numbers[column] = parsed
    rejects, kept = _rejected(table, roles["area"], [c for c in numbers if c not in extra.values()], numbers, wrong)
    if kept.sum() < 2:
        raise UnreadableInput("fewer than two areas with an indicator: nothing to rank")
    usable = {name: column[kept] for name, column in numbers.items() if name not in extra.values()}
    for name, reason in _useless(usable):
        notes.append(f"{name}: {reason}; left out")
        del usable[name]
    if not usable:
        raise UnreadableInput("no indicator that varies is left: nothing to rank by")
    if len(usable) > MOST_INDICATORS:
        raise UnreadableInput(
            f"{len(usable)} indicators; {MOST_INDICATORS} at most: choose those that a reason speaks for"
        )
    sign, stated = _signs(tuple(usable), said.directions, notes)
    get = {role: numbers[column][kept] for role, column in extra.items()}
    return Areas(
        names=pc.cast(table[roles["area"]], pa.string()).combine_chunks().filter(pa.array(kept)),
        indicators=tuple(usable),
        values=np.column_stack(list(usable.values())),
        sign=sign,
        stated=stated,
        population=get.get("population"),
        reports=get.get("reports"),
        block=_codes(table[roles["block"]], kept) if "block" in roles else None,
        place=np.column_stack([get["lat"], get["lon"]]) if "lat" in get else None,
        rejects=rejects,
        notes=tuple(notes),
    )


def _check_said(table: pa.Table, said: Columns) -> None:
    named = [said.area, said.population, said.reports, said.block, *said.directions, *said.leave_out]
    gone = [name for name in named if name is not None and name not in table.column_names]
    if gone:
        raise UsageError(f"no such column: {', '.join(gone)}")
    wrong = [name for name, way in said.directions.items() if way not in ("up", "down")]
    if wrong:
        raise UsageError(f"{', '.join(wrong)}: a direction is up (more is more risk) or down (more is less risk)")


def _roles(table: pa.Table, said: Columns) -> dict[str, str]:
    """Which column plays which part, by what was said or else by name."""
    names: dict[str, str] = {name.strip().casefold(): name for name in reversed(table.column_names)}
    first: str = table.column_names[0]
    roles = {"area": said.area or next((names[n] for n in AREA_NAMES if n in names), first)}
    taken = {roles["area"], *said.directions, *said.leave_out}
    for role, given, usual in (
        ("population", said.population, POPULATION_NAMES),
        ("reports", said.reports, REPORT_NAMES),
        ("block", said.block, BLOCK_NAMES),
    ):
        found = given or next((names[n] for n in usual if n in names and names[n] not in taken), None)
        if found:
            roles[role] = found
            taken.add(found)
    for lat, lon in PLACE_NAMES:
        if lat in names and lon in names and not {names[lat], names[lon]} & taken:
            roles |= {"lat": names[lat], "lon": names[lon]}
            break
    return roles


def _numeric(
    table: pa.Table, columns: list[str], said: Columns
) -> tuple[dict[str, NDArray[Any]], list[str], dict[str, NDArray[Any]]]:
    """Numbers and wrong cells by column, and the columns that hold text. Mostly numbers is an indicator."""
    numbers, texts, wrong = {}, [], {}
    for column in columns:
        if column in said.leave_out:
            continue
        parsed, bad = _parsed(table[column])
        recorded = np.isfinite(parsed).sum()
        if bad.sum() > recorded and column not in said.directions:
            texts.append(column)
        else:
            numbers[column], wrong[column] = parsed, bad
    return numbers, texts, wrong


def _parsed(column: pa.ChunkedArray) -> tuple[NDArray[Any], NDArray[Any]]:
    """Numbers with NaN for missing, and which cells are neither. Per cent signs and thousands commas are read."""
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
        found = np.array(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
        return np.where(np.isfinite(found), found, np.nan), np.isinf(found)
    words = pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(column.cast(pa.string()), "")))
    missing = np.asarray(pc.is_in(words, pa.array(MISSING)))
    plain = pc.replace_substring_regex(pc.replace_substring(words, "%", ""), r"(\d),(\d{3})\b", r"\1\2")
    plain = pc.utf8_trim_whitespace(plain)
    number = np.asarray(pc.match_substring_regex(plain, r"^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$"))
    found = np.full(len(column), np.nan)
    if number.any():
        found[number] = np.asarray(plain.filter(pa.array(number)).cast(pa.float64()), dtype=float)
    return np.where(np.isfinite(found), found, np.nan), ~(missing | number)


def _rejected(
    table: pa.Table, area: str, indicators: list[str], numbers: dict[str, NDArray[Any]], wrong: dict[str, NDArray[Any]]
) -> tuple[Rejects, NDArray[Any]]:
    """Each row that cannot be ranked under the first rule it breaks, and which rows are left."""
    names = pc.utf8_trim_whitespace(pc.fill_null(table[area].cast(pa.string()), ""))
    codes = np.asarray(names.combine_chunks().dictionary_encode().indices)
    again = np.ones(len(codes), dtype=bool)
    again[np.unique(codes, return_index=True)[1]] = False
    rules = [(area, "an area without a name", np.asarray(pc.equal(names, ""))), (area, "area given before", again)]
    rules += [(column, "not a number that can be used", bad) for column, bad in wrong.items()]
    if indicators:
        none = np.all([np.isnan(numbers[column]) for column in indicators], axis=0)
        rules.append((indicators[0], "no indicator recorded", none))
    left, rejects = np.ones(table.num_rows, dtype=bool), Rejects.none()
    for column, rule, broken in rules:
        rows = np.flatnonzero(broken & left)
        if len(rows):
            rejects += rejects_of(table.take(pa.array(rows)), rows + 1, column, rule, area)
            left[rows] = False
    return rejects, left


def _useless(columns: dict[str, NDArray[Any]]) -> list[tuple[str, str]]:
    found = []
    for name, column in columns.items():
        recorded = column[np.isfinite(column)]
        if not len(recorded):
            found.append((name, "recorded nowhere"))
        elif recorded.min() == recorded.max():
            found.append((name, "the same everywhere"))
    return found


def _signs(
    indicators: tuple[str, ...], directions: Mapping[str, str], notes: list[str]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """+1 or -1 by indicator, and whether a person said so."""
    stated = np.array([name in directions for name in indicators])
    down = np.array([directions[n] == "down" if n in directions else _reads_as_down(n) for n in indicators])
    for way, which in (("up", ~down), ("down", down)):
        guessed = [name for name, hit, said in zip(indicators, which, stated, strict=True) if hit and not said]
        if guessed:
            notes.append(f"taken as {way} by name, since nobody stated a direction: {', '.join(guessed)}")
    return np.where(down, -1.0, 1.0), stated


def _reads_as_down(name: str) -> bool:
    low = name.casefold().replace(" ", "_").replace("-", "_")
    return any(word in low for word in LESS_IS_RISK) and not any(word in low for word in _STILL_MORE)


def _codes(column: pa.ChunkedArray, kept: NDArray[Any]) -> NDArray[Any]:
    words = pc.fill_null(column.cast(pa.string()), "").combine_chunks()
    codes = np.asarray(words.dictionary_encode().indices, dtype=np.int64)
    return np.asarray(codes[kept])
