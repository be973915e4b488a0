"""`clew models`: models of what networks of adverts look like: learnt from judgements, measured, and let in by a signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened

if TYPE_CHECKING:
    from clew.desk import ModelRow

app = typer.Typer(help="Models of classes: learn, look at, let in or shut out.", no_args_is_help=True)

Digest = Annotated[str, typer.Argument(metavar="DIGEST", help="As 'clew models list' shows it.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words; required.")]


@app.command("list")
def list_(folder: Folder = HERE, actor: As = None) -> None:
    """Shows the models that are here, whether one is enabled, and what keeps the others out."""
    with opened(folder) as workspace:
        view = workspace.models(workspace.account(actor))
    for row in view.models:
        _show(row)
    for trouble in view.trouble:
        files.say(f"Trouble: {trouble}")
    state = f"none can be learnt yet: {view.too_few}" if view.too_few else "one can be learnt: 'clew models train'"
    files.say(f"{len(view.models)} models; {view.judged} judged leads to learn from, {state}.")
    if not any(row.enabled for row in view.models):
        files.say("No model is enabled: leads show what signs alone lean to, in points.")


def _show(row: ModelRow) -> None:
    world = ", trained on the invented world" if row.model.invented else ""
    flags = row.model.measured.wrong_flags if row.model.measured else "not measured"
    state = "enabled" if row.enabled else "can be enabled" if not row.reasons else "cannot be enabled"
    typer.echo(f"{row.digest}  {row.model.name}{world}  {state}")
    typer.echo(f"      wrong flags on independent workers: {flags}")
    for reason in row.reasons:
        typer.echo(f"      against: {reason}")


@app.command()
def train(folder: Folder = HERE, actor: As = None) -> None:
    """Learns a model from the judgements of this workspace and measures it. It counts for nothing until enabled."""
    with opened(folder) as workspace, files.working("Learning"):
        row = workspace.train_model(workspace.account(actor))
    _show(row)


@app.command()
def add(file: files.Input, folder: Folder = HERE, actor: As = None) -> None:
    """Takes in a model that was made elsewhere, such as by 'clew adverts evaluate --model'. Enabled it is not."""
    with opened(folder) as workspace:
        row = workspace.add_model(workspace.account(actor), file)
    _show(row)


@app.command()
def card(digest: Digest, folder: Folder = HERE, actor: As = None) -> None:
    """Prints a model's card, made from the model's own data: what it learnt from, figures by group, what it cannot say."""
    from clew.safeguards.errors import NotFound

    with opened(folder) as workspace:
        view = workspace.models(workspace.account(actor))
    found = next((row.card for row in view.models if row.digest == digest), None)
    if found is None:
        raise NotFound("model: none of that digest is here")
    typer.echo(found, nl=False)


@app.command()
def enable(digest: Digest, reason: Reason, folder: Folder = HERE, actor: As = None) -> None:
    """Signs, as a reviewer or a steward, that a model's classes are shown. Refused while the fairness gate is closed."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        made = workspace.enable_model(who, workspace.purpose_for(who, Action.ENABLE_MODEL), digest, reason)
    files.say(f"Judgement {made.id} signed by {who.name}: the model is enabled.")


@app.command()
def disable(digest: Digest, reason: Reason, folder: Folder = HERE, actor: As = None) -> None:
    """Signs that a model's classes are no longer shown."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        made = workspace.disable_model(who, workspace.purpose_for(who, Action.ENABLE_MODEL), digest, reason)
    files.say(f"Judgement {made.id} signed by {who.name}: the model is shut out.")
