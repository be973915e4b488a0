"""`clew areas`: which areas to look at first, for prevention."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.insight.areas import Areas, Ranking

app = typer.Typer(help="Areas: which to look at first, for prevention.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Option(metavar="COLUMN")]


@app.callback()
def _areas() -> None:
    """Areas: which to look at first, for prevention."""


@app.command()
def rank(
    file: files.Input,
    out: files.Out,
    area: Annotated[
        str | None, typer.Option("--area", "--id", metavar="COLUMN", help="The column that names the areas.")
    ] = None,
    up: Annotated[
        list[str] | None, typer.Option("--up", metavar="COLUMN", help="More of this is more risk; may be repeated.")
    ] = None,
    down: Annotated[
        list[str] | None, typer.Option("--down", metavar="COLUMN", help="More of this is less risk; may be repeated.")
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option("--weight", metavar="COLUMN=NUMBER", help="Weights you give; columns without one count nothing."),
    ] = None,
    weights: Annotated[
        str | None, typer.Option("--weights", help="equal (default), component (principal), or learnt (from reports).")
    ] = None,
    normalise: Annotated[str, typer.Option("--normalise", help="range, z or rank.")] = "range",
    aggregate: Annotated[str, typer.Option("--aggregate", help="sum or product.")] = "sum",
    population: Annotated[
        str | None, typer.Option("--population", metavar="COLUMN", help="Inhabitants; never an indicator.")
    ] = None,
    reports: Annotated[
        str | None,
        typer.Option(
            "--reports", metavar="COLUMN", help="What was reported there; to test the index, never an indicator."
        ),
    ] = None,
    block: Annotated[
        str | None,
        typer.Option("--block", metavar="COLUMN", help="Larger areas that are held out together in the test."),
    ] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", metavar="COLUMN", help="Not an indicator; may be repeated.")
    ] = None,
    draws: Annotated[int, typer.Option("--draws", help="Other ways to build the index, for the intervals.")] = 500,
    level: Annotated[float, typer.Option("--level", help="How much of the draws the intervals hold.")] = 0.9,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same intervals.")] = 1,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Ranks areas by a composite index of indicators. For prevention, not for policing.

    Columns out: area, risk (0 to 1, points), low, high, rank, rank_low, rank_high, indicators. Beside the output, OUT with the ending
    .report.json says which directions and weights were used, how much each choice moves ranks, and, where
    reports are known, whether the index finds more of them than population alone.
    """
    from clew.insight.areas import NOTICE, Columns, Method, areas_of
    from clew.insight.areas import rank as ranked
    from clew.records import write_table
    from clew.records.raw import read_raw

    report = out.with_suffix(".report.json")
    files.check_output(out, rejects, inputs=[file])
    if report.resolve() == file.resolve():
        raise UsageError(f"{report}: the report would replace the input; choose another --out")
    given = _given(weight)
    method = Method(
        weighting=_weighting(weights, given), normalisation=normalise, aggregation=aggregate, weights=given or None,
        draws=draws, level=level, seed=seed,
    )  # fmt: skip
    said = Columns(
        area=area, population=population, reports=reports, block=block, leave_out=leave_out or (),
        directions=_directions(up, down),
    )  # fmt: skip
    raw = read_raw(file, files.layout(encoding, sheet=sheet))
    areas = areas_of(raw.table, said)
    with files.working("Building the index many ways"):
        found = ranked(areas, method)
    files.keep_rejects(out, raw.rejects + areas.rejects, rejects)
    files.write_json(found.as_json(), report)
    write_table(_at_places(found.table, areas), out)
    _say(found, report)
    files.say(NOTICE)


@app.command()
def keep(
    file: Annotated[
        Path, typer.Argument(metavar="RANKED", help="What 'clew areas rank' wrote; its report is beside it.")
    ],
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Keeps a ranking in the workspace, in the place of the one before, so that the page Areas shows it.

    Where the file has no latitude and longitude, areas of the workspace are known by id or name, and countries by code or name.
    """
    import json

    from clew.records import read_table
    from clew.safeguards.errors import UnreadableInput
    from clew.safeguards.permissions import Action

    report = file.with_suffix(".report.json")
    try:
        told = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UnreadableInput(
            f"{report}: no report that can be read; the page would not know how the ranks were made"
        ) from None
    if not isinstance(told, dict):
        raise UnreadableInput(f"{report}: not a report of 'clew areas rank'")
    table = read_table(file).table
    with opened(folder) as workspace:
        who = workspace.account(actor)
        placed = workspace.keep_areas(who, workspace.purpose_for(who, Action.ADD_RECORDS), table, told)
    files.say(f"{table.num_rows} areas kept, {placed} of them with a place on the map")


def _at_places(table: pa.Table, areas: Areas) -> pa.Table:
    """The ranks with latitude and longitude behind them, where the table of areas had them."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if areas.place is None:
        return table
    at = pc.index_in(table["area"], areas.names.cast(pa.string()))
    for place, name in enumerate(("latitude", "longitude")):
        table = table.append_column(name, pa.array(areas.place[:, place], from_pandas=True).take(at.combine_chunks()))
    return table


def _given(pairs: list[str] | None) -> dict[str, float]:
    found = {}
    for pair in pairs or ():
        name, equals, number = pair.rpartition("=")
        try:
            found[name] = float(number)
        except ValueError:
            equals = ""
        if not (name and equals):
            raise UsageError("--weight: write it as COLUMN=NUMBER")
    return found


def _weighting(weights: str | None, given: dict[str, float]) -> str:
    if given and weights not in (None, "given"):
        raise UsageError("--weight: not together with --weights; give the one or the other")
    return "given" if given else weights or "equal"


def _directions(up: list[str] | None, down: list[str] | None) -> dict[str, str]:
    both = set(up or ()) & set(down or ())
    if both:
        raise UsageError(f"--up and --down: both name {', '.join(sorted(both))}")
    return dict.fromkeys(up or (), "up") | dict.fromkeys(down or (), "down")


def _say(found: Ranking, report: Path) -> None:
    files.say(f"{found.table.num_rows} areas ranked by {len(found.weights)} indicators; how is in {report}")
    for note in found.notes:
        files.say(f"  {note}")
    if found.validation:
        told = found.validation.as_json()
        share = f"{told['index']['share']:.0%} of held-out reports are in the tenth ranked highest"
        beside = f", {told['population_alone']['share']:.0%} by population alone" if told["population_alone"] else ""
        files.say(f"  {share}{beside}: {told['verdict']}")
