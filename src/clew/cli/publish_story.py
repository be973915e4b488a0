"""`clew publish story`: a page for the public, fed by releases only, as files for any web server."""

from __future__ import annotations

from importlib.resources import files as packaged
from pathlib import Path
from typing import Annotated, Any

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UnreadableInput

_MOST = 1_000_000
"""Bytes of a story's text."""


def register(app: typer.Typer) -> None:
    """Adds the command to the noun."""
    app.command()(story)


def story(
    script: Annotated[Path, typer.Argument(metavar="STORY.yaml", help="Title and parts; see the documentation.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="A new folder, or that of an earlier story.")
    ],
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Writes a story: text, charts, tables and maps of releases, as a folder that any web server can host.

    Each figure names a release of this workspace that went to the public; its file must be what was signed, by hash. A story that
    cites anything else is refused, and nothing is written. The page runs no script and asks nothing of other servers.
    """
    from clew.publish.door import write_site
    from clew.publish.stories import read_script, tell
    from clew.safeguards.permissions import Action

    told = read_script(_read(script))
    with opened(folder) as workspace:
        who = workspace.account(actor)
        cited = workspace.cite_releases(who, workspace.purpose_for(who, Action.READ_RELEASES), told.releases)
    pages = tell(told, cited, _atlas())
    write_site(pages, out)
    files.say(f"{len(pages)} files in {out}, from {len(cited)} releases; open {out / 'index.html'}")


def _read(path: Path) -> str:
    if not path.is_file():
        raise UnreadableInput(f"{path}: no such file")
    content = path.read_bytes()
    if len(content) > _MOST:
        raise UnreadableInput(f"{path}: larger than {_MOST:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableInput(f"{path}: it is not UTF-8") from None


def _atlas() -> dict[str, Any] | None:
    """Outlines of countries, which the pages ship; without them a story has no map."""
    import json

    place = packaged("clew.web").joinpath("static/vendor/countries-50m.json")
    return dict(json.loads(place.read_text(encoding="utf-8"))) if place.is_file() else None
