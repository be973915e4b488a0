"""`clew backup` and `clew restore`: one encrypted file, verified by restoring it; who was erased since does not come back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened, unlock_for
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    from clew.workspace.backing import Restored

Book = Annotated[
    list[Path] | None,
    typer.Option(
        "--book",
        metavar="FILE",
        help="A place for the key book, apart from backups; may be repeated, and is remembered.",
    ),
]


def register(app: typer.Typer) -> None:
    app.command()(backup)
    app.command()(restore)


def backup(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="The backup to write; only the key books are when not given."),
    ] = None,
    book: Book = None,
    vault_only: Annotated[
        bool, typer.Option("--vault-only", help="Without the lake: works while 'clew serve' runs.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Restore it at once into a folder that is removed again.")
    ] = True,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Writes an encrypted backup and the key book that opens it. Keep the two apart: a backup alone gives nobody back.

    Keep any number of backups, and of the key book only the newest: each erasure writes it anew.
    """
    from clew.safeguards.permissions import Action
    from clew.workspace import backing
    from clew.workspace.settings import add_key_book

    unlock = unlock_for(folder)
    for each in book or []:
        add_key_book(folder, each)
    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.RUN_CHAIN)
        if out is None:
            reached, missed = workspace.write_books()
            _say_books(reached, missed)
            if not reached:
                raise UsageError("backup: no key book was written; name a place that can be reached with --book FILE")
            return
        with files.working("Backing up"):
            done = workspace.back_up(who, purpose, out, vault_only=vault_only)
    files.say(f"{out}: {done.rows} rows of the vault, {done.lake_rows} of the lake, {done.size:,} bytes.")
    _say_books(done.books, done.missed)
    if verify:
        with files.working("Restoring it to see whether it holds"):
            result = backing.drill(out, Path(done.books[0]), unlock)
        _say(result)


def restore(
    file: Annotated[Path, typer.Argument(metavar="BACKUP", help="A file that 'clew backup' wrote.")],
    book: Annotated[Path, typer.Option("--book", metavar="FILE", help="The newest key book.")],
    to: Annotated[Path | None, typer.Option("--to", metavar="DIR", help="A new or empty folder.")] = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="Restore into a folder that is removed again, and say what came of it.")
    ] = False,
    folder: Folder = HERE,
) -> None:
    """Makes a workspace from a backup and the newest key book. Whoever was erased since stays erased.

    It opens with the passphrase or key file of the workspace that was backed up (CLEW_PASSPHRASE, CLEW_KEY_FILE, or
    the one that belongs to --workspace). Run the chain afterwards: what it works out is not in the backup.
    """
    from clew.workspace import backing

    if drill == (to is not None):
        raise UsageError("restore: --to DIR or --drill is needed, one of the two")
    unlock = unlock_for(folder)
    with files.working("Restoring"):
        result = backing.drill(file, book, unlock) if to is None else backing.restore(file, book, to, unlock)
    _say(result)
    if to is not None:
        files.say(f"Workspace restored to {to}. Its key is the one it had; now run 'clew run'.")


def _say(result: Restored) -> None:
    files.say(
        f"Restored as of {result.made_at}: {result.rows} rows of the vault, {result.lake_rows} of the lake; {result.readable} sealed records open."
    )
    if result.erased_since or result.lake_rows_erased:
        files.say(
            f"{result.erased_since} sealed records and {result.lake_rows_erased} rows of the lake were erased since: nobody can read them."
        )
    for finding in result.findings:
        typer.echo(finding.words)
    if result.findings:
        files.say(f"The restored copy does not verify: {len(result.findings)} findings.")
        sys.exit(1)
    files.say("The restored copy verifies.")


def _say_books(reached: list[str], missed: list[str]) -> None:
    for place in reached:
        files.say(f"Key book written: {place}")
    for place in missed:
        files.say(f"Key book NOT written, its place is not reachable: {place}. Until it is, it opens whom you erase.")
