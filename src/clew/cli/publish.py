"""`clew publish`: tables about persons into tables that identify no one, with the price shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files, publish_table
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.publish.disclosure import Report
    from clew.records import Format

app = typer.Typer(help="Publish: what may leave, and who would disappear in it.", no_args_is_help=True)

Drop = Annotated[
    list[str] | None,
    typer.Option("--drop", metavar="COLUMN", help="A column to leave out, as an identifier; may be repeated."),
]


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

    table = _read(file, out, rejects, files.layout(encoding, no_header, sheet))
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
    _say_who_disappeared(made.report, out)


@app.command()
def synthesise(
    file: files.Input,
    out: files.Out,
    epsilon: Annotated[
        float, typer.Option("--epsilon", help="The privacy loss of this release; smaller is safer.")
    ] = 4.0,
    delta: Annotated[
        float | None, typer.Option("--delta", help="Default: the next power of ten below 1 / n^1.5 for n rows.")
    ] = None,
    length: Annotated[int, typer.Option("--length", help="The longest combinations that are counted and kept.")] = 2,
    drop: Drop = None,
    aggregates: Annotated[
        Path | None,
        typer.Option(
            "--aggregates", metavar="FILE", help="Also writes the noisy counts; they are part of the same release."
        ),
    ] = None,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Invents rows whose counts are near the true ones, under differential privacy. The same columns out.

    A report of what was lost and invented goes beside the output (OUT with the ending .report.json): it is for the
    steward, not for release. One row must be one person. The noise cannot be repeated.
    """
    from clew.publish import synthesise as private
    from clew.publish import write_release

    table = _read(file, out, rejects, files.layout(encoding, no_header, sheet), aggregates)
    with files.working("Counting with noise, inventing rows"):
        made = private(table, epsilon=epsilon, delta=delta, drop=drop or (), length=length)
    write_release(made.release, out, report=made.report, also={aggregates: made.aggregates} if aggregates else None)
    rows = made.report["rows"]
    files.say(f"{rows['out']} rows invented from {rows['in']}; spent {made.report['guarantee']}")
    _say_who_disappeared(made.report, out)


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


def _read(file: Path, out: Path, rejects: Path | None, form: Format, *also: Path | None) -> pa.Table:
    from clew.publish import report_path
    from clew.records.read import read_table

    files.check_output(out, rejects, *also, inputs=[file])
    if report_path(out).resolve() in {file.resolve(), out.resolve()}:
        raise UsageError(f"{report_path(out)}: the report would replace an input or the output")
    read = read_table(file, form)
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows or not len(read.rejects))
    return read.table


def _say_who_disappeared(report: Report, out: Path) -> None:
    from clew.publish import report_path

    one, two = report["1-way"]["suppressed"], report["2-way"]["suppressed"]
    files.say(
        f"gone: {one} values and {two} pairs of values; see {report_path(out)} before anybody signs (not for release)"
    )


publish_table.register(app)
