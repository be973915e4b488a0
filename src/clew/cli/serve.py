"""`clew serve`: the workbench on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened

if TYPE_CHECKING:
    from clew.safeguards.actors import Actor
    from clew.workspace import Workspace


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on.")] = 8000,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Serves the workbench and prints a login that works once."""
    with opened(folder) as workspace:
        run_server(workspace, workspace.account(actor), host, port)


def run_server(workspace: Workspace, actor: Actor, host: str, port: int) -> None:
    """Serves until stopped; a one-time login for the actor is printed first."""
    import uvicorn

    from clew.web.app import create_app

    token = workspace.one_time_login(actor)
    files.say(f"The workbench is at http://{host}:{port}")
    files.say(f"Sign in once, within an hour: http://{host}:{port}/sign-in/once?token={token}")
    files.say("Stop it with Ctrl-C.")
    hosts = tuple(dict.fromkeys((host, "127.0.0.1", "localhost", "[::1]")))
    uvicorn.run(
        create_app(workspace, hosts=hosts),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,  # a page that follows the counts holds its connection open
    )
