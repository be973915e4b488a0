"""`clew keys`: rotate the keys of a workspace while it is in use, or change what opens them."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened

app = typer.Typer(help="The keys of a workspace: rotate them, change what opens them.", no_args_is_help=True)
Drop = Annotated[bool, typer.Option("--drop", help="The key before goes at once too; let nobody write meanwhile.")]


@app.command()
def show(folder: Folder = HERE) -> None:
    """Says which keys the workspace has, and nothing of them."""
    with opened(folder) as workspace:
        typer.echo(
            f"ring {workspace.keys.id}, generation {workspace.keys.generation}, public key {workspace.keys.public_key}"
        )


@app.command()
def rotate(drop: Drop = False, folder: Folder = HERE, actor: As = None) -> None:
    """Makes a new key and seals every person's key anew under it. Others go on reading and writing meanwhile.

    Key books are written anew. What opens the workspace stays the same: 'clew keys change'.
    """
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace, files.working("Sealing keys anew"):
        who = workspace.account(actor)
        done = workspace.rotate_keys(who, workspace.purpose_for(who, Action.ERASE), drop=drop)
    files.say(
        f"Generation {done.generation}: {done.keys} keys and {done.files} files sealed anew; generations before {done.oldest} are gone."
    )
    for place in done.missed:
        files.say(f"Key book NOT written, its place is not reachable: {place}.")


@app.command()
def change(folder: Folder = HERE, actor: As = None) -> None:
    """Changes what opens the workspace to CLEW_NEW_PASSPHRASE, CLEW_NEW_KEY_FILE, CLEW_NEW_KEY or CLEW_NEW_KEY_COMMAND.

    A copy of keys.json or of a key book made before still opens with what opened it: remove such copies.
    """
    from clew.safeguards.keys import Unlock
    from clew.safeguards.permissions import Action

    unlock = Unlock.from_environment(os.environ, "CLEW_NEW_")
    with opened(folder) as workspace:
        who = workspace.account(actor)
        missed = workspace.change_unlock(who, workspace.purpose_for(who, Action.ERASE), unlock)
    files.say("Changed: from now on the workspace opens with the new one alone.")
    for place in missed:
        files.say(f"Key book NOT written, its place is not reachable: {place}. It opens with the old one.")
