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
    """CLEW_PASSPHRASE or CLEW_KEY_FILE where one is set, else the key file in the user's configuration."""
    from clew.safeguards.keys import Unlock
    from clew.workspace.opened import default_key_file

    if os.environ.get("CLEW_PASSPHRASE") or os.environ.get("CLEW_KEY_FILE"):
        return Unlock.from_environment(os.environ)
    return Unlock(key_file=default_key_file(folder))


def opened(folder: Path) -> Workspace:
    from clew.workspace import Workspace

    return Workspace.open(folder, unlock_for(folder))
