"""`clew world`: an invented world with known truth, for trying things out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clew.cli import files
from clew.cli.bars import bars


def world(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="A folder; it is made when missing.")],
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same world.")] = 7,
    adverts: Annotated[int, typer.Option("--adverts", help="How many adverts.")] = 10_000,
    pictures: Annotated[bool, typer.Option(help="Draw pictures; needs the extra 'media'.")] = True,
) -> None:
    """Builds an invented world: adverts, pages, pictures, tips, calls, cases, chats, payments, and the truth beside them.

    Nobody in it is real and every telephone number rings nowhere. Figures measured on it say nothing of the real world.
    """
    from clew.safeguards.errors import UsageError
    from clew.world import build, write

    if out.exists() and not out.is_dir():
        raise UsageError("--out: is a file, not a folder")
    with bars() as progress:
        paths = write(build(seed, adverts, with_pictures=pictures, progress=progress), out, progress=progress)
    files.say(f"{len(paths)} files of an invented world in {out}; what is true of it is in {out / 'truth'}")


def register(app: typer.Typer) -> None:
    app.command()(world)
