"""`clew erase PERSON`: the person's keys, all that was derived from their records, and what files hold of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from clew.cli import files
from clew.cli.rights import PERSON, _counts, _say_possible
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UsageError


def register(app: typer.Typer) -> None:
    app.command()(erase)


def erase(
    person: Annotated[str, typer.Argument(metavar="PERSON", help=PERSON)],
    why: Annotated[str, typer.Option("--why", help="By which request; required. Write no names.")] = "",
    plan: Annotated[bool, typer.Option("--plan", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask again.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write the certificate.")] = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Erases a person for good, here and in backups made before; writes a signed certificate. Cannot be undone."""
    from clew.safeguards.permissions import Action

    if not plan and not why.strip():
        raise UsageError("--why: required: by which request the person is erased")
    if out is not None and (out.exists() or not out.parent.is_dir()):
        raise UsageError(f"{out}: is there already, or its folder is not")
    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.ERASE)
        found = workspace.person_records(who, purpose, person)
        files.say(f"{len(found.records)} records of this person: {_counts(found.kinds())}.")
        _say_possible(found.possible)
        if plan:
            return
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError("erasing cannot be undone and nobody can confirm it here: give --yes")
            typer.confirm("Erase them for good?", abort=True, err=True)
        done = workspace.erase_person(who, purpose, found, why)
    text = done.certificate.text()
    if out is None:
        typer.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
    facts = done.certificate.facts
    files.say(f"Erased; {facts['keys_destroyed']} keys destroyed. Certificate {facts['id']}.")
    if facts["key_books_not_reached"]:
        files.say(
            f"Key books that could not be reached still open backups: {', '.join(facts['key_books_not_reached'])}. Run 'clew backup --books' when they can be."
        )
    if done.tell:
        files.say(f"Tell these, who were sent a referral (GDPR art. 19): {', '.join(done.tell)}.")
    files.say("Leads of the networks concerned come back without the person at the next 'clew run'.")
