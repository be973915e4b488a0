"""`clew safeguards waiting`: what one person signed and that waits for another one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened


def register(app: typer.Typer) -> None:
    app.command()(waiting)


def waiting(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array instead of lines.")] = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Lists what waits for a second signature: releases, disclosures, decisions on a child, emergency accesses, the assessment."""
    with opened(folder) as workspace:
        found, now = workspace.waiting(workspace.account(actor)), datetime.now(UTC)
    if as_json:
        lines = [
            {
                "matter": each.matter, "about": each.about, "asked": each.asked, "signed_by": list(each.by),
                "since": each.since.isoformat() if each.since else None, "days": each.days(now),
                "until": each.until.isoformat() if each.until else None, "own": each.own, "page": each.at,
            } for each in found
        ]  # fmt: skip
        typer.echo(json.dumps(lines, ensure_ascii=False, indent=2))
    for each in () if as_json else found:
        age = "not signed yet" if each.since is None else f"{each.days(now)} days, signed by {', '.join(each.by)}"
        typer.echo(f"{each.matter}  {each.about}  ({age}{'; you signed' if each.own else ''})")
        typer.echo(f"      {each.asked}")
    files.say(f"{len(found)} {'matter waits' if len(found) == 1 else 'matters wait'} for a second signature.")
