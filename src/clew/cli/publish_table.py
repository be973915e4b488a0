"""`clew publish table`: counts for the public, from which no small one can be worked out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.publishing import say_what_is_empty
from clew.cli.unlocking import HERE, As, Folder, opened

if TYPE_CHECKING:
    import pyarrow as pa


def register(app: typer.Typer) -> None:
    """Adds the command to the noun."""
    app.command()(table)
    app.command("release-table")(release_table)


def table(
    file: files.Input,
    out: files.Out,
    by: Annotated[
        list[str],
        typer.Option("--by", metavar="A,B", help="One to three columns; repeated, several tables in one file."),
    ],
    earlier: Annotated[
        list[Path] | None,
        typer.Option(
            "--earlier",
            metavar="FILE",
            help="What this command wrote of these persons before, as it was published; may be repeated.",
        ),
    ] = None,
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

    Columns out: those of --by (`total` where a count does not ask for the column), and count: a number, `<5`, or `hidden`. One row must be
    one person. Tables of the same persons can be subtracted from each other: give all of them in one command (--by A,B --by A,C), and
    name with --earlier what left before. A report of what was hidden goes beside the output (OUT with the ending
    .report.json): it is for the steward, not for release.
    """
    from clew.publish import count_tables, write_release
    from clew.records.raw import read_raw

    files.check_output(out, rejects, inputs=[file, *(earlier or [])])
    before = [_published(path) for path in earlier or ()]
    raw = read_raw(file, files.layout(encoding, no_header, sheet))
    files.keep_rejects(out, raw.rejects, rejects, readable=raw.table.num_rows)
    with files.working("Working out what sums would tell"):
        asked = [[name.strip() for name in each.split(",") if name.strip()] for each in by]
        made = count_tables(raw.table, asked, below=below, marked=marked, earlier=before)
    write_release(made.release, out, report=made.report)
    report = made.report
    say_what_is_empty(report)
    files.say(
        f"{report['cells']} cells with totals: {report['small']} under {below} hidden, and {report['hidden_with_them']} others with them"
    )
    if report["changed_since"]:
        files.say(
            "the data are not those of the earlier tables: what a few persons have moved is hidden too, and nothing is marked as small"
        )


def release_table(
    title: Annotated[str, typer.Option("--title", help="What this release is.")],
    recipient: Annotated[str, typer.Option("--recipient", help="Who gets it.")],
    by: Annotated[
        list[str], typer.Option("--by", metavar="A,B", help="Columns of the cases; repeated, several tables.")
    ],
    below: Annotated[int, typer.Option("--below", help="Counts from 1 to one less than this are hidden.")] = 5,
    sign: Annotated[bool, typer.Option("--sign", help="Make the release. Without it only the price is shown.")] = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Releases counts of the workspace's cases, looked at beside every table that the ledger says left before."""
    from clew.desk import ReleaseAsk
    from clew.safeguards.permissions import Action

    ask = ReleaseAsk(title=title, recipient=recipient, method="table", parameter=float(below), columns=tuple(by))
    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.RELEASE)
        if not sign:
            preview = workspace.preview_release(who, purpose, ask)
            typer.echo(json.dumps(preview.report, ensure_ascii=False, indent=1))
            files.say(preview.blocked or f"{preview.rows} cells would leave. Make the release with --sign.")
            return
        made = workspace.release(who, purpose, ask)
    files.say(f"Release {made.id} signed by {who.name}: {made.rows} cells, {made.guarantee}, in {folder / 'releases'}.")


def _published(path: Path) -> pa.Table:
    """A table that left, as every reader has it."""
    from clew.records.raw import read_raw
    from clew.safeguards.errors import UnreadableInput

    raw = read_raw(path, files.layout(None))
    if len(raw.rejects):
        raise UnreadableInput(f"{path}: {len(raw.rejects)} rows cannot be read; give the file as it was published")
    return raw.table
