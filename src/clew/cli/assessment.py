"""`clew safeguards dpia` and `clew safeguards register`: the impact assessment that writes itself, and what law asks."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    from clew.desk import AssessmentView
    from clew.safeguards.document import Document

dpia = typer.Typer(
    help="The impact assessment (GDPR art. 35), made from the configuration as it is.", invoke_without_command=True
)
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Where it goes: .md or .pdf (PDF/UA). Default: the terminal."),
]
Why = Annotated[str, typer.Option("--reason", help="Why, in words; required.")]


def register(app: typer.Typer) -> None:
    app.add_typer(dpia, name="dpia")
    app.command(name="register")(legal)
    app.command()(minimise)
    app.command()(datasheet)


@dpia.callback()
def show(context: typer.Context, out: Out = None, folder: Folder = HERE, actor: As = None) -> None:
    """Shows the assessment as it would be now, how it stands, and what is open.

    Questions that only people can answer are in DIR/dpia/answers.toml.
    """
    if context.invoked_subcommand is not None:
        return
    with opened(folder) as workspace:
        questions = workspace.draft_assessment()
        view = workspace.assessment(workspace.account(actor))
    write(view.document, out)
    files.say(f"Assessment {view.name}: {view.standing}{_since(view)}.")
    if view.changes:
        files.say(f"{len(view.changes)} changes since {view.before} was approved: 'clew safeguards dpia diff'.")
    if view.open_points:
        files.say(f"{len(view.open_points)} open points; answers go to {questions}.")


@dpia.command()
def diff(folder: Folder = HERE, actor: As = None) -> None:
    """Shows what changed since the last approved assessment. Exit 1 when something did."""
    with opened(folder) as workspace:
        view = workspace.assessment(workspace.account(actor))
    if not view.before:
        files.say("Nothing was approved yet: all of it is new.")
        sys.exit(1)
    if not view.before_is_here:
        files.say(f"The file of {view.before} is gone or was changed: nothing can be compared.")
        sys.exit(1)
    for how, what in view.changes:
        typer.echo(f"{how:<8} {what}")
    files.say(
        f"{len(view.changes)} changes since {view.before}." if view.changes else f"Nothing changed since {view.before}."
    )
    if view.changes:
        sys.exit(1)


@dpia.command()
def approve(
    reason: Why,
    accept_open: Annotated[
        bool, typer.Option("--accept-open", help="Approve although points are open; your reason says why.")
    ] = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Signs that the assessment holds, as a steward. Processing of real data may go on, for as long as nothing changes."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        view = workspace.assessment(who)
        if view.open_points and not accept_open:
            for point in view.open_points:
                typer.echo(f"open: {point}", err=True)
        purpose = workspace.purpose_for(who, Action.APPROVE_DPIA)
        made = workspace.approve_assessment(who, purpose, view.name, reason, accept_open=accept_open)
    files.say(f"Assessment {view.name} approved by {who.name}, judgement {made.id}.")


@dpia.command()
def withdraw(reason: Why, folder: Folder = HERE, actor: As = None) -> None:
    """Takes the approval back. Nothing of real persons is processed from then on."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        workspace.withdraw_assessment(who, workspace.purpose_for(who, Action.APPROVE_DPIA), reason)
    files.say(f"The approval was withdrawn by {who.name}.")


@dpia.command()
def unplan(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="Name or id of a source that was put down as planned.")
    ],
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Takes a planned source out of the assessment."""
    with opened(folder) as workspace:
        workspace.drop_planned(workspace.account(actor), source)


def legal(out: Out = None) -> None:
    """Shows what law and ethics ask, where clew answers by a test, and its gaps."""
    from clew.safeguards.legal_writing import register_document

    write(register_document(), out)


def minimise(
    days: Annotated[int, typer.Option("--days", help="How long a field may be unused.")] = 90,
    out: Out = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Lists fields that are collected and that nobody used. Exit 1 where there are any: decide whether to ask for them still."""
    from clew.safeguards.minimisation import minimisation_document

    with opened(folder) as workspace:
        found = workspace.minimisation(workspace.account(actor), days=days)
    write(minimisation_document(found), out)
    if found.early:
        files.say(f"Uses are counted since {found.since}: too early to say what was unused for {days} days.")
    files.say(f"{len(found.unused)} of {len(found.lines)} fields unused in {days} days.")
    if found.unused:
        sys.exit(1)


def datasheet(out: Out = None, folder: Folder = HERE, actor: As = None) -> None:
    """Writes a data sheet for each source: why, what, how long, how far, and what is not known of it."""
    with opened(folder) as workspace:
        document = workspace.datasheets(workspace.account(actor))
    write(document, out)


def write(document: Document, out: Path | None) -> None:
    """A document as Markdown or PDF, by the ending of the file; Markdown to the terminal without one."""
    from clew.records.write import whole_file
    from clew.safeguards.document import markdown, pdf

    if out is None:
        typer.echo(markdown(document), nl=False)
        return
    if out.suffix.lower() not in (".md", ".pdf"):
        raise UsageError("--out: .md or .pdf is written")
    made = (
        pdf(document, day=datetime.now(UTC).date().isoformat())
        if out.suffix.lower() == ".pdf"
        else markdown(document).encode()
    )
    with whole_file(out) as part:
        part.write_bytes(made)
    files.say(f"Written to {out}.")


def _since(view: AssessmentView) -> str:
    if view.at is None:
        return ""
    until = f", until {view.until:%Y-%m-%d}" if view.until else ""
    return f" ({view.by}, {view.at:%Y-%m-%d}{until})"
