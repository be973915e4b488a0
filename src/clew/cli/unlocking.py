"""How commands find a workspace and its key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from clew.safeguards.keys import Unlock
    from clew.workspace import Workspace

Folder = Annotated[
    Path, typer.Option("--workspace", "-w", envvar="CLEW_WORKSPACE", metavar="DIR", help="The workspace directory.")
]
As = Annotated[
    str | None,
    typer.Option("--as", envvar="CLEW_ACCOUNT", metavar="NAME", help="The account that acts, where there are several."),
]
HERE = Path("clew-workspace")


def unlock_for(folder: Path) -> Unlock:
    """CLEW_PASSPHRASE, CLEW_KEY_FILE, CLEW_KEY or CLEW_KEY_COMMAND where set, else the key file in the user's configuration.

    The process leaves no memory dump from here on, and no other process of the user may read its memory.
    """
    from clew.safeguards.key_memory import keep_memory_private
    from clew.safeguards.keys import Unlock
    from clew.workspace.opened import default_key_file

    keep_memory_private()
    if any(os.environ.get(f"CLEW_{name}") for name in ("PASSPHRASE", "KEY_FILE", "KEY", "KEY_COMMAND")):
        return Unlock.from_environment(os.environ)
    return Unlock(key_file=default_key_file(folder))


def opened(folder: Path) -> Workspace:
    from clew.workspace import Workspace

    return Workspace.open(folder, unlock_for(folder))
