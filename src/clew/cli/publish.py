"""`clew publish`: tables about persons into tables that identify no one, with the price shown."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from clew.cli import files, publish_attack, publish_dossier, publish_export, publish_table
from clew.cli.publish_synthesise import synthesise
from clew.cli.publishing import Drop, read_for_release, say_who_disappeared
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UsageError

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


@app.command()
def release(
    title: Annotated[str, typer.Option("--title", help="What this release is.")],
    recipient: Annotated[str, typer.Option("--recipient", help="Who gets it.")],
    columns: Annotated[str, typer.Option("--columns", metavar="A,B", help="Columns of the cases.")],
    k: Annotated[int | None, typer.Option("--k", help="Anonymise with this k.")] = None,
    epsilon: Annotated[float | None, typer.Option("--epsilon", help="Synthesise with this epsilon.")] = None,
    sign: Annotated[bool, typer.Option("--sign", help="Make the release. Without it only the price is shown.")] = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Releases the workspace's cases: shows what it costs, and with --sign makes it, once, into the ledger."""
    from clew.desk import ReleaseAsk
    from clew.safeguards.permissions import Action

    if (k is None) == (epsilon is None):
        raise UsageError("release: give --k or --epsilon, one of the two")
    ask = ReleaseAsk(
        title=title,
        recipient=recipient,
        method="anonymise" if k is not None else "synthesise",
        parameter=float(k if k is not None else epsilon or 0),
        columns=tuple(name.strip() for name in columns.split(",") if name.strip()),
    )
    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.RELEASE)
        if not sign:
            preview = workspace.preview_release(who, purpose, ask)
            typer.echo(json.dumps(preview.report, ensure_ascii=False, indent=1))
            files.say(preview.blocked or f"{preview.rows} rows would leave. Make the release with --sign.")
            return
        made = workspace.release(who, purpose, ask)
    files.say(f"Release {made.id} signed by {who.name}: {made.rows} rows, {made.guarantee}, in {folder / 'releases'}.")


publish_table.register(app)
publish_export.register(app)
publish_dossier.register(app)
publish_attack.register(app)
