"""`clew publish release`, `waiting` and `budget`: what leaves the workspace by two signatures, and what it may spend."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import NotFound, UsageError

if TYPE_CHECKING:
    from clew.desk import ReleaseAsk
    from clew.workspace import Workspace

Waiting = Annotated[
    str, typer.Option("--waiting", metavar="ID", help="What waits for a second signature, by its number or its start.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands to the noun."""
    app.command()(release)
    app.command()(waiting)
    app.command()(budget)


def release(
    title: Annotated[str, typer.Option("--title", help="What this release is.")] = "",
    recipient: Annotated[str, typer.Option("--recipient", help="Who gets it.")] = "",
    columns: Annotated[str, typer.Option("--columns", metavar="A,B", help="Columns of the cases.")] = "",
    k: Annotated[int | None, typer.Option("--k", help="Anonymise with this k.")] = None,
    epsilon: Annotated[float | None, typer.Option("--epsilon", help="Synthesise with this epsilon.")] = None,
    hold_out: Annotated[
        float, typer.Option("--hold-out", help="Keep this share of persons out (0.05 to 0.2) and attack the release.")
    ] = 0.0,
    waits: Waiting = "",
    sign: Annotated[
        bool, typer.Option("--sign", help="Sign it. It leaves once another steward has signed the same.")
    ] = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Releases the workspace's cases: shows what it costs and who would disappear, and with --sign signs it.

    What is shown is kept as a draft and is what leaves. The first signature is kept for a week (exit 1: nothing has left); with
    that of another steward it leaves, once, into the ledger. --waiting shows or signs what somebody else signed.
    """
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.RELEASE)
        ask = (
            _waiting_ask(workspace, who, purpose, waits)
            if waits
            else _ask(title, recipient, columns, k, epsilon, hold_out)
        )
        if not sign:
            preview = workspace.preview_release(who, purpose, ask)
            typer.echo(json.dumps(preview.report, ensure_ascii=False, indent=1))
            signed = f"Signed by {', '.join(preview.signed_by)}." if preview.signed_by else "Nobody signed it yet."
            files.say(preview.blocked or f"{preview.rows} rows would leave. {signed} Sign it with --sign.")
            return
        made = workspace.release(who, purpose, ask)
    files.say(f"Release {made.id} signed by {who.name}: {made.rows} rows, {made.guarantee}, in {folder / 'releases'}.")


def waiting(folder: Folder = HERE, actor: As = None) -> None:
    """Lists releases that one person signed and that wait for another one, as JSON."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        found = workspace.waiting_releases(who, workspace.purpose_for(who, Action.READ_RELEASES))
    rows = [{"id": w.id, **asdict(w.ask), "signed_by": w.by, "until": w.until.isoformat()} for w in found]
    typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    files.say(f"{len(rows)} wait for another steward; look at one with 'clew publish release --waiting ID'")


def budget(
    total: Annotated[
        float | None, typer.Option("--set", metavar="EPSILON", help="Sets it, above 0 and at most 20.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; required to set it.")] = "",
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Shows what the cases may give away in all, in epsilon, and what is spent; with --set, a steward sets it."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        if total is not None:
            workspace.set_budget(who, workspace.purpose_for(who, Action.RELEASE), total, reason)
        view = workspace.release_budget(who, workspace.purpose_for(who, Action.READ_RELEASES))
    typer.echo(json.dumps({**asdict(view), "left": max(0.0, view.total - view.spent)}, indent=1))


def _ask(title: str, recipient: str, columns: str, k: int | None, epsilon: float | None, hold_out: float) -> ReleaseAsk:
    from clew.desk import ReleaseAsk

    if (k is None) == (epsilon is None):
        raise UsageError("release: give --k or --epsilon, one of the two")
    blank = [name for name, given in (("--title", title), ("--recipient", recipient)) if not given.strip()]
    if blank:
        raise UsageError(f"release: {' and '.join(blank)} must be given")
    return ReleaseAsk(
        title=title,
        recipient=recipient,
        method="anonymise" if k is not None else "synthesise",
        parameter=float(k if k is not None else epsilon or 0),
        columns=tuple(name.strip() for name in columns.split(",") if name.strip()),
        hold_out=hold_out,
    )


def _waiting_ask(workspace: Workspace, who: object, purpose: object, start: str) -> ReleaseAsk:
    found = [w for w in workspace.waiting_releases(who, purpose) if w.id.startswith(start)]  # type: ignore[arg-type]
    if len(found) != 1:
        raise NotFound("release: no one release of this number waits for a signature; see 'clew publish waiting'")
    return found[0].ask
