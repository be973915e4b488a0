"""`clew audit`: whether the log is as it was written, who did what, and proofs of both for others."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import ClewError, UnreadableInput, UsageError

if TYPE_CHECKING:
    from clew.safeguards.chain import Finding
    from clew.workspace import Workspace

app = typer.Typer(help="The log of who saw and did what.", no_args_is_help=True)
Key = Annotated[
    str, typer.Option("--key", metavar="HEX", help="The workspace's public key, from elsewhere than the file checked.")
]


@app.callback()
def _audit() -> None:
    """The log of who saw and did what."""


@app.command()
def verify(
    checkpoint: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", metavar="FILE", help="A checkpoint kept elsewhere; may be repeated."),
    ] = None,
    copy: Annotated[Path | None, typer.Option("--copy", metavar="DIR", help="A shipped copy to compare with.")] = None,
    folder: Folder = HERE,
) -> None:
    """Checks the whole chain: exit 0 when nothing was changed, removed or inserted, 1 with what was found."""
    with opened(folder) as workspace:
        findings = workspace.vault.verify()
        for each in checkpoint or []:
            findings += workspace.vault.against(_text_of(each))
        if copy is not None:
            findings += _against_copy(workspace, copy)
        head = workspace.vault.head()
    for finding in findings:
        typer.echo(finding.words)
    if findings:
        files.say(f"The log does not verify: {len(findings)} findings.")
        sys.exit(1)
    files.say(
        f"The log verifies: {head.count} entries, head {head.hash[:16]}. Keep this line elsewhere, or better a checkpoint: it shows later whether all was put back."
    )


def _against_copy(workspace: Workspace, copy: Path) -> list[Finding]:
    from clew.safeguards.audit_proof import CHECKPOINT, check_copy

    check_copy(copy, workspace.keys.public_key)
    return workspace.vault.against(_text_of(copy / CHECKPOINT))


@app.command("list")
def entries(
    about: Annotated[str | None, typer.Option("--object", help="Only entries on this record, lead, account …")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Only acts of this account.")] = None,
    action: Annotated[
        str | None, typer.Option("--action", help="Only this act, such as read_identity or release.")
    ] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="Only acts under this purpose.")] = None,
    since: Annotated[datetime | None, typer.Option("--since", help="From this day or time on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="Before this day or time (UTC).")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many to show, the newest first.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Shows who did what, when and for which purpose. That the log was searched is recorded too."""
    from clew.safeguards.checkpoint import entry_fields
    from clew.safeguards.permissions import Action
    from clew.store.checkpoints import Asked

    with opened(folder) as workspace:
        who = workspace.account(actor)
        names = workspace.names()
        asked = Asked(
            actor=None if by is None else workspace.account(by).id, action=action, object=about, purpose=purpose,
            since=_utc(since), until=_utc(until),
        )  # fmt: skip
        found, total = workspace.vault.find_entries(
            who, workspace.purpose_for(who, Action.READ_AUDIT), asked, limit=limit
        )
    for entry in found:
        if as_json:
            typer.echo(json.dumps(dict(entry_fields(entry)[1:]), ensure_ascii=False))
        else:
            name = names.get(entry.actor, entry.actor) or "-"
            typer.echo(
                f"{entry.seq:>7}  {entry.at:%Y-%m-%d %H:%M:%S}  {name}  {entry.action}  {entry.object}  {entry.purpose or '-'}"
            )
    files.say(f"{len(found)} of {total} entries.")


@app.command()
def checkpoint(
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write it; shown when not given.")
    ] = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Signs how long the log is and its Merkle root. Give it to somebody else: it shows later what was changed since."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        note = workspace.vault.checkpoint(who, workspace.purpose_for(who, Action.VERIFY_AUDIT))
        key = workspace.keys.public_key
    _put(note, out)
    files.say(f"Whoever checks it needs the public key: {key}")


@app.command()
def prove(
    entry: Annotated[int, typer.Argument(metavar="[ENTRY]", help="Proves that this entry is in the log.")] = 0,
    since: Annotated[
        Path | None,
        typer.Option("--since", metavar="FILE", help="Proves that the log only grew since this checkpoint."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to write it; shown when not given.")
    ] = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Writes a proof that needs neither the log nor its key: `clew audit check` reads it."""
    from clew.safeguards.permissions import Action

    if (since is None) == (entry == 0):
        raise UsageError("prove: an entry's number or --since FILE is needed, one of the two")
    with opened(folder) as workspace:
        who = workspace.account(actor)
        if since is None:
            proof = workspace.vault.prove(who, workspace.purpose_for(who, Action.READ_AUDIT), entry)
        else:
            under = workspace.purpose_for(who, Action.VERIFY_AUDIT)
            proof = workspace.vault.prove_growth(who, under, _text_of(since))
    _put(json.dumps(proof, ensure_ascii=False, indent=2) + "\n", out)


@app.command()
def check(
    file: Annotated[
        Path, typer.Argument(metavar="PATH", help="A proof, a checkpoint, or the folder of a shipped copy.")
    ],
    key: Key,
) -> None:
    """Checks what another party was given, without the workspace: exit 0 when it holds, 1 when not."""
    from clew.safeguards.audit_proof import check_copy, check_proof, read_proof
    from clew.safeguards.checkpoint import checked

    if file.is_dir():
        said = check_copy(file, key)
        files.say(f"The copy holds: {said.size} entries of {said.origin}.")
        return
    text = _text_of(file)
    if text.lstrip().startswith("{"):
        files.say(f"The proof holds: {check_proof(read_proof(file), key)}.")
    else:
        note = checked(text, key)
        files.say(f"The checkpoint holds: {note.size} entries of {note.origin}.")


@app.command()
def ship(
    to: Annotated[Path, typer.Argument(metavar="DIR", help="Where the other party's copy is, or is to be.")],
    with_entries: Annotated[
        bool, typer.Option("--with-entries", help="The entries too, with account ids, record ids and reasons.")
    ] = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Brings another party's copy of the log up to date: a hash an entry, under a signed checkpoint."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        under = workspace.purpose_for(who, Action.VERIFY_AUDIT)
        size, new = workspace.ship_log(who, under, to, with_entries=with_entries)
    files.say(f"The copy has {size} entries, {new} of them new.")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise UnreadableInput(f"{path.name}: cannot be read") from None


def _put(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError:
        raise ClewError(f"{out}: cannot be written") from None


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
