"""`clew publish synthesise`: a table about persons into invented rows under differential privacy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.publishing import Drop, read_for_release, say_who_disappeared
from clew.safeguards.errors import UnreadableInput

if TYPE_CHECKING:
    import pyarrow as pa


def synthesise(
    file: files.Input,
    out: files.Out,
    epsilon: Annotated[
        float, typer.Option("--epsilon", help="The privacy loss of this release; smaller is safer.")
    ] = 4.0,
    delta: Annotated[
        float | None, typer.Option("--delta", help="Default: the next power of ten below 1 / n^1.5 for n rows.")
    ] = None,
    method: Annotated[
        str, typer.Option("--method", help="fitted: counts with noise, and rows fitted to them; or pac-synth.")
    ] = "fitted",
    length: Annotated[
        int | None,
        typer.Option(
            "--length", help="The longest combinations that are counted and kept (default: 3, 2 for pac-synth)."
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="COLUMN", help="Names the person of a row: several rows count as one."),
    ] = None,
    drop: Drop = None,
    domain: Annotated[
        Path | None,
        typer.Option(
            "--domain",
            metavar="FILE",
            help="Public values of columns, as a table of column and value; others are found privately.",
        ),
    ] = None,
    impossible: Annotated[
        Path | None,
        typer.Option(
            "--impossible", metavar="FILE", help="A table whose lines are combinations of values that cannot be."
        ),
    ] = None,
    aggregates: Annotated[
        Path | None,
        typer.Option(
            "--aggregates",
            metavar="FILE",
            help="Also writes the noisy counts with intervals; they are part of the same release.",
        ),
    ] = None,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Invents rows whose counts are near the true ones, under differential privacy. The same columns out.

    A report of what was lost and invented goes beside the output (OUT with the ending .report.json): it is for the
    steward, not for release. One row must be one person, or --person tells them apart. The noise cannot be repeated.
    """
    from clew.publish import synthesise as private
    from clew.publish import write_release
    from clew.publish.synthesis.domain import read_domain
    from clew.publish.synthesis.zeros import read_impossible

    declared = read_domain(_whole(domain)) if domain else None
    never = read_impossible(_whole(impossible)) if impossible else ()
    files.check_output(out, aggregates, inputs=[place for place in (domain, impossible) if place])
    table = read_for_release(file, out, rejects, files.layout(encoding, no_header, sheet), aggregates)
    with files.working("Counting with noise, inventing rows"):
        made = private(
            table,
            epsilon=epsilon,
            delta=delta,
            engine=method,
            length=length,
            person=person,
            drop=drop or (),
            domain=declared,
            impossible=never,
        )
    write_release(made.release, out, report=made.report, also={aggregates: made.aggregates} if aggregates else None)
    rows = made.report["rows"]
    files.say(f"{rows['out']} rows invented from {rows['in']}; spent {made.report['guarantee']}")
    say_who_disappeared(made.report, out)


def _whole(path: Path) -> pa.Table:
    """A file of settings, of which every row must be readable."""
    from clew.records.read import read_table

    read = read_table(path)
    if len(read.rejects):
        raise UnreadableInput(f"{path}: {len(read.rejects)} lines cannot be read")
    return read.table
