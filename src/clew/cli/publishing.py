"""What the commands that release a file share: which columns stay out, reading the table, and saying who disappeared."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.publish.disclosure import Report
    from clew.records import Format

Drop = Annotated[
    list[str] | None,
    typer.Option("--drop", metavar="COLUMN", help="A column to leave out, as an identifier; may be repeated."),
]


def read_for_release(file: Path, out: Path, rejects: Path | None, form: Format, *also: Path | None) -> pa.Table:
    """The table, after every place that would be written to has been looked at; rows that cannot be read are kept."""
    from clew.publish import report_path
    from clew.records.read import read_table

    files.check_output(out, rejects, *also, inputs=[file])
    if report_path(out).resolve() in {file.resolve(), out.resolve()}:
        raise UsageError(f"{report_path(out)}: the report would replace an input or the output")
    read = read_table(file, form)
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows or not len(read.rejects))
    return read.table


def say_what_is_empty(report: Report) -> None:
    """Columns that no row has a value in."""
    if empty := report["empty_columns"]:
        files.say(f"no row has a value in {', '.join(empty[:10])}{' and others' if len(empty) > 10 else ''}")


def say_who_disappeared(report: Report, out: Path) -> None:
    from clew.publish import report_path

    say_what_is_empty(report)
    one, two = report["1-way"]["suppressed"], report["2-way"]["suppressed"]
    files.say(
        f"gone: {one} values and {two} pairs of values; see {report_path(out)} before anybody signs (not for release)"
    )
