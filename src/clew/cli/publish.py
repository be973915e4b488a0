"""`clew publish`: tables about persons into tables that identify no one, with the price shown."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli import (
    files,
    publish_attack,
    publish_dossier,
    publish_export,
    publish_release,
    publish_story,
    publish_table,
)
from clew.cli.publish_synthesise import synthesise
from clew.cli.publishing import Drop, read_for_release, say_who_disappeared

app = typer.Typer(help="Publish: what may leave, and who would disappear in it.", no_args_is_help=True)

app.command()(synthesise)


@app.command()
def anonymise(
    file: files.Input,
    out: files.Out,
    k: Annotated[int, typer.Option("--k", help="How many rows at least share every combination of values.")] = 11,
    columns: Annotated[
        str | None,
        typer.Option(
            "--columns",
            metavar="A,B",
            help="The quasi-identifiers (default: all columns); the others stay as they are.",
        ),
    ] = None,
    drop: Drop = None,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Makes a table k-anonymous: rare values become coarser or empty. The same columns out.

    A report of what was taken goes beside the output (OUT with the ending .report.json): it is for the steward,
    not for release. Columns that identify a person are refused by name; leave them out with --drop.
    """
    from clew.publish import anonymise as k_anonymous
    from clew.publish import write_release

    table = read_for_release(file, out, rejects, files.layout(encoding, no_header, sheet))
    chosen = None if columns is None else [name.strip() for name in columns.split(",") if name.strip()]
    with files.working("Taking out what is rare"):
        made = k_anonymous(table, k=k, quasi_identifiers=chosen, drop=drop or ())
    write_release(made.release, out, report=made.report)
    rows, cells = made.report["rows"], made.report["cells"].values()
    emptied, coarser = sum(c["suppressed"] for c in cells), sum(c["generalised"] for c in cells)
    reached = made.report["k_reached"]
    files.say(
        f"{rows['kept']} of {rows['in']} rows kept, {emptied} cells emptied, {coarser} made coarser; k = {reached}"
    )
    say_who_disappeared(made.report, out)


publish_release.register(app)
publish_story.register(app)
publish_table.register(app)
publish_export.register(app)
publish_dossier.register(app)
publish_attack.register(app)
