"""`clew publish table`: counts for the public, from which no small one can be worked out."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli import files


def register(app: typer.Typer) -> None:
    """Adds the command to the noun."""
    app.command()(table)


def table(
    file: files.Input,
    out: files.Out,
    by: Annotated[str, typer.Option("--by", metavar="A,B", help="One to three columns.")],
    below: Annotated[int, typer.Option("--below", help="Counts from 1 to one less than this are hidden.")] = 5,
    marked: Annotated[
        bool,
        typer.Option("--marked/--unmarked", help="Whether small cells are shown as small, or all hidden ones alike."),
    ] = True,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Counts rows by one to three columns, with totals; hides small cells and those that would give them away.

    Columns out: those of --by, and count: a number, `<5`, or `hidden`. One row must be one person. A report of what was hidden goes beside the
    output (OUT with the ending .report.json): it is for the steward, not for release. Two tables of the same persons can be
    subtracted from each other: publish one that holds both.
    """
    from clew.publish import count_table, write_release
    from clew.records.raw import read_raw

    files.check_output(out, rejects, inputs=[file])
    raw = read_raw(file, files.layout(encoding, no_header, sheet))
    files.keep_rejects(out, raw.rejects, rejects, readable=raw.table.num_rows)
    with files.working("Working out what sums would tell"):
        made = count_table(
            raw.table, [name.strip() for name in by.split(",") if name.strip()], below=below, marked=marked
        )
    write_release(made.release, out, report=made.report)
    report = made.report
    files.say(
        f"{report['cells']} cells with totals: {report['small']} under {below} hidden, and {report['hidden_with_them']} others with them"
    )
