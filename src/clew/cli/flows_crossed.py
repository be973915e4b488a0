"""`clew flows cross`: counts by two or three things at once."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import UnreadableInput


def register(app: typer.Typer) -> None:
    """Adds the command to the noun."""
    app.command()(cross)


def cross(
    file: files.Input,
    out: files.Out,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="A,B[,C]",
            help="Two or three of origin, transit, destination, year, form, sex, age, age_when_trafficked, sector; may be repeated.",
        ),
    ] = None,
    below: Annotated[int, typer.Option("--below", help="Counts from 1 to one less than this are hidden.")] = 5,
    map: files.Maps = None,  # noqa: A002 (the contract's name)
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Counts cases by two or three things at once: form by sex, sector by age, origin by transit by destination.

    Without --by, those of form,sex; sector,age; form,year; origin,transit,destination that the file records. Columns out: the dimensions
    (`total` where a count does not ask for one), count_low, count_high, suppressed, text. Small cells are `<5`, those that would
    tell them `hidden`. Give out this or what `clew flows count` writes, not both: one can be set against the other.
    """
    from clew.insight.flow_crossings import crossings
    from clew.records import KINDS, write_table
    from clew.records.mapping import guess
    from clew.records.raw import read_raw
    from clew.records.read import mapped

    files.check_output(out, rejects, inputs=[file])
    raw = read_raw(file, files.layout(encoding, sheet=sheet))
    kind = KINDS["cases"]
    read = mapped(raw, kind, guess(kind, raw.table.column_names, given=files.given_columns(map)))
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows or not len(read.rejects))
    if not read.table.num_rows:
        raise UnreadableInput(f"{file}: no case that can be read")
    asked = [[name.strip() for name in each.split(",") if name.strip()] for each in by or ()]
    with files.working("Working out what sums would tell"):
        table = crossings(read.table, asked, below=below)
    write_table(table, out)
    small = sum(text.startswith("<") for text in table["text"].to_pylist())
    hidden = table["text"].to_pylist().count("hidden")
    files.say(
        f"{table.num_rows} cells of {', '.join(table.column_names[:-4])}: {small} below {below}, {hidden} hidden with them"
    )
