"""`clew flows expected` and `clew flows hotspots`: what stands out beyond size, distance and chance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clew.cli import files
from clew.safeguards.errors import MissingColumn, UnreadableInput

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.insight.hotspots import Counted
    from clew.records import Format

Rate = Annotated[float, typer.Option("--rate", help="The share of those named that may be chance.")]

_COUNT = ("count", "counts", "cases", "persons", "reports", "value", "text")
_AREA = ("area", "country", "iso3", "code", "id", "name")
_PEOPLE = ("population", "pop", "inhabitants")


def register(app: typer.Typer) -> None:
    """Adds the commands to the noun."""
    app.command()(expected)
    app.command()(hotspots)


def expected(
    file: files.Input,
    out: files.Out,
    population: Annotated[
        Path | None,
        typer.Option(
            "--population",
            metavar="FILE",
            help="Country codes and inhabitants: compares by size instead of by effects.",
        ),
    ] = None,
    leave_out: Annotated[
        bool,
        typer.Option("--leave-out-unmatched", help="Leaves out areas that are not on the map or have no population."),
    ] = False,
    rate: Rate = 0.05,
    level: Annotated[float, typer.Option("--level", help="Of the intervals.")] = 0.95,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """What each flow would be from distance and how much its ends send and receive, and which are not so.

    FILE has origin, destination and a count (or count_low and count_high, as `clew flows count` writes them). Columns out: origin, destination,
    count_low, count_high, expected, low, high, ratio, p, q, verdict. All pairs are there, those with nobody too.
    """
    from clew.insight.expected_flows import expected_flows
    from clew.records import write_table
    from clew.records.raw import read_raw
    from clew.standards.places import countries

    files.check_output(out, rejects, inputs=[file, *([population] if population else [])])
    form = files.layout(encoding, sheet=sheet)
    raw = read_raw(file, form)
    low, high = _ends(raw.table)
    flows = raw.table.select([_named(raw.table, ("origin",)), _named(raw.table, ("destination",))])
    flows = (
        flows.rename_columns(["origin", "destination"])
        .append_column("count_low", low)
        .append_column("count_high", high)
    )
    where = {
        c.alpha3: (c.latitude, c.longitude) for c in countries() if c.latitude is not None and c.longitude is not None
    }
    people = _inhabitants(population, form) if population else None
    if leave_out:
        flows = _matched(
            flows, set(where) if people is None else set(where) & {place for place in people if people[place] > 0}
        )
    found = expected_flows(flows, where, population=people, rate=rate, level=level)
    files.keep_rejects(out, raw.rejects, rejects)
    write_table(found.table, out)
    odd = found.table.num_rows - found.table["verdict"].to_pylist().count("as expected")
    files.say(f"{odd} of {found.table.num_rows} flows are not as expected at a false-discovery rate of {rate:.0%}")
    files.say(found.how)


def hotspots(
    file: files.Input,
    out: files.Out,
    neighbours: Annotated[int, typer.Option("--neighbours", help="How many nearest areas count as around.")] = 6,
    permutations: Annotated[int, typer.Option("--permutations", help="How often the others change places.")] = 9_999,
    rate: Rate = 0.05,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same p-values.")] = 1,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Where more (or fewer) are counted than around, by inhabitant, tested and held to a false-discovery rate.

    FILE has area and count, and where known population, latitude and longitude (countries by ISO code need none). Columns out: area, count_low,
    count_high, rate (per 100,000), around, z, p, q, verdict. Counts show who looks and who tells as much as what happens.
    """
    from clew.insight.hotspots import hotspots as tested
    from clew.records import write_table
    from clew.records.raw import read_raw

    files.check_output(out, rejects, inputs=[file])
    raw = read_raw(file, files.layout(encoding, sheet=sheet))
    counted = _counted(raw.table)
    with files.working("Changing places"):
        table = tested(counted, neighbours=neighbours, permutations=permutations, rate=rate, seed=seed)
    files.keep_rejects(out, raw.rejects, rejects)
    write_table(table, out)
    more, fewer = (table["verdict"].to_pylist().count(word) for word in ("more than around", "fewer than around"))
    files.say(
        f"{table.num_rows} areas: {more} more than around, {fewer} fewer, at a false-discovery rate of {rate:.0%}"
    )
    if counted.population is None:
        files.say("no population in the file: counts are compared as they are, and follow where people live")


def _matched(flows: pa.Table, known: set[str]) -> pa.Table:
    """The flows between places that are known; says how many are not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    both = [pc.is_in(flows[end], pa.array(sorted(known))) for end in ("origin", "destination")]
    kept = flows.filter(pc.and_(*both))
    if kept.num_rows < flows.num_rows:
        files.say(f"{flows.num_rows - kept.num_rows} flows left out: an end is not on the map or has no population")
    return kept


def _named(table: pa.Table, usual: tuple[str, ...]) -> str:
    names: dict[str, str] = {name.strip().casefold(): name for name in table.column_names}
    found = next((names[name] for name in usual if name in names), None)
    if found is None:
        raise MissingColumn(usual[0], present=tuple(table.column_names))
    return found


def _ends(table: pa.Table) -> tuple[pa.Array, pa.Array]:
    """Low and high ends of the counts. Suppressed cells stay intervals."""
    from clew.insight.intervals import parse

    if {"count_low", "count_high"} <= set(table.column_names):
        ends = [parse(table[name]) for name in ("count_low", "count_high")]
        low, high = ends[0][0], ends[1][1]
        name = "count_low"
    else:
        name = _named(table, _COUNT)
        low, high = parse(table[name])
    if low.null_count or high.null_count:
        row = next(i for i, cell in enumerate(low.to_pylist()) if cell is None) + 1 if low.null_count else 1
        raise UnreadableInput(f"{name}: row {row} is no count; write whole numbers from zero up, or <5")
    return low, high


def _counted(table: pa.Table) -> Counted:
    import numpy as np

    from clew.insight.hotspots import Counted

    area = _named(table, _AREA)
    low, high = _ends(table)
    names = table[area].combine_chunks()
    if names.null_count or len(names.unique()) < len(names):
        raise UnreadableInput(f"{area}: an area without a name, or given twice; add the counts of an area first")
    present = {name.strip().casefold(): name for name in table.column_names}
    people = next((present[name] for name in _PEOPLE if name in present), None)
    return Counted(
        areas=names,
        low=np.asarray(low),
        high=np.asarray(high),
        place=_places(table, present, names.to_pylist()),
        population=None if people is None else _numbers(table, people),
    )


def _places(table: pa.Table, present: dict[str, str], names: list[str]) -> Any:
    import numpy as np

    from clew.standards.places import country

    for lat, lon in (("latitude", "longitude"), ("lat", "lon"), ("lat", "lng")):
        if lat in present and lon in present:
            return np.column_stack([_numbers(table, present[lat]), _numbers(table, present[lon])])
    found = [country(name.strip().upper()) for name in names]
    unknown = [name for name, at in zip(names, found, strict=True) if at is None or at.latitude is None]
    if unknown:
        raise UnreadableInput(
            f"{len(unknown)} areas do not match the map, such as {', '.join(unknown[:3])}; give latitude and longitude"
        )
    return np.array([(at.latitude, at.longitude) for at in found if at is not None], dtype=float)


def _numbers(table: pa.Table, column: str) -> Any:
    import numpy as np
    import pyarrow as pa

    try:
        return np.asarray(table[column].cast(pa.string()).cast(pa.float64()), dtype=float)
    except pa.ArrowInvalid:
        raise UnreadableInput(f"{column}: a cell that is no number") from None


def _inhabitants(path: Path, form: Format) -> dict[str, float]:
    """Inhabitants by country code; of several years the latest."""
    from clew.records.raw import read_raw

    table = read_raw(path, form).table
    code = _named(table, ("country code", "country", "iso3", "code", "area"))
    size = _named(table, ("population", "value", "pop", "inhabitants"))
    years = {name.casefold(): name for name in table.column_names}.get("year")
    rows = zip(
        table[code].to_pylist(),
        _numbers(table, size),
        _numbers(table, years) if years else [0] * table.num_rows,
        strict=True,
    )
    latest = sorted(rows, key=lambda row: (str(row[0]), float(row[2])))
    return {str(place): float(number) for place, number, _ in latest if number == number}
