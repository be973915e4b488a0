"""`clew cases complete`: shares of a table with missing values, with intervals. Nothing is written into a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError


def register(app: typer.Typer) -> None:
    """Adds the command to the noun."""
    app.command()(complete)


def complete(
    file: files.Input,
    out: files.Out,
    doubts: Annotated[
        Path | None,
        typer.Option(
            "--doubts", metavar="FILE", help="Also writes recorded cells that do not fit their row. Not for release."
        ),
    ] = None,
    method: Annotated[str, typer.Option("--method", help="low-rank or chained (equations).")] = "low-rank",
    draws: Annotated[int, typer.Option("--draws", help="How often the table is completed.")] = 20,
    level: Annotated[float, typer.Option("--level", help="Of the intervals.")] = 0.95,
    odds: Annotated[
        float, typer.Option("--odds", help="How far the odds of a value may differ where it is not recorded.")
    ] = 2.0,
    doubt: Annotated[float, typer.Option("--doubt", help="The chance below which a recorded cell is named.")] = 0.005,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", metavar="COLUMN", help="Not a category; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same draws.")] = 1,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Shares of every value in every column of categories, as if nothing were missing, with intervals that say how unsure that is.

    Columns out: column, value, share, low, high, recorded_share, not_recorded, if_less_often, if_more_often. For aggregates only: no
    completed case is written. Beside the output, OUT with the ending .report.json says how, and how well hidden cells were told.
    """
    from clew.insight.completion import complete as completed
    from clew.records import write_table
    from clew.records.raw import read_raw

    report = out.with_suffix(".report.json")
    files.check_output(out, rejects, doubts, inputs=[file])
    if report.resolve() == file.resolve():
        raise UsageError(f"{report}: the report would replace the input; choose another --out")
    raw = read_raw(file, files.layout(encoding, no_header, sheet))
    with files.working("Completing the table many times"):
        found = completed(
            raw.table,
            method=method,
            draws=draws,
            level=level,
            odds=odds,
            doubt=doubt,
            leave_out=leave_out or (),
            seed=seed,
        )
    files.keep_rejects(out, raw.rejects, rejects)
    files.write_json(found.report, report)
    if doubts is not None:
        write_table(found.doubts, doubts)
    write_table(found.shares, out)
    told = found.report["recorded_cells_hidden_and_told_again"]
    files.say(
        f"{found.report['cells_not_recorded']} cells of {found.report['rows']} rows are not recorded; of {told['cells']} hidden to see, "
        f"{told['right']:.0%} were told rightly, {told['right_by_commonest_value']:.0%} by the commonest value"
    )
    files.say(
        f"{found.doubts.num_rows} recorded cells or rows do not fit the rest; ask the contributor, correct nothing by it"
    )
    for note in found.report["notes"]:
        files.say(f"  {note}")
