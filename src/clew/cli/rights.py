"""`clew safeguards export`, `retention`, `hold` and `certificate`: what persons may ask for, and what may not stay."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UsageError

PERSON = "A case's number, a record's or contact's id, a phone number with + or an e-mail address."


def register(app: typer.Typer) -> None:
    app.command()(export)
    app.command()(rectify)
    app.command()(retention)
    app.command()(hold)
    app.command()(certificate)


def export(
    person: Annotated[str, typer.Argument(metavar="PERSON", help=PERSON)],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="A new folder for data.json and read-me.html.")],
    why: Annotated[str, typer.Option("--why", help="Who asked, by which request; required. Write no names.")],
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Writes what is held of a person: as data and as a page to read (GDPR arts. 15 and 20). Each record read is recorded."""
    from clew.records.write import whole_file
    from clew.safeguards.permissions import Action
    from clew.workspace.person_copy import readable

    if out.exists():
        raise UsageError(f"{out}: is there already; name a new folder")
    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.ERASE)
        found = workspace.person_records(who, purpose, person)
        copy = workspace.person_copy(who, purpose, found, why)
    out.mkdir(mode=0o700, parents=True)
    data = json.dumps(copy, ensure_ascii=False, indent=2, default=str) + "\n"
    for name, text in (("data.json", data), ("read-me.html", readable(copy))):
        with whole_file(out / name) as part:
            part.write_text(text, encoding="utf-8")
        (out / name).chmod(0o600)
    files.say(
        f"{len(found.records)} records written to {out}: {_counts(found.kinds())}. Give it to the person alone, then delete it."
    )
    _say_possible(found.possible)


def rectify(
    record: Annotated[
        str,
        typer.Argument(
            metavar="PERSON|RECORD", help="A case's number, here or in its own file, a contact's id, or a record's id."
        ),
    ],
    field: Annotated[str, typer.Option("--field", metavar="FIELD", help="Which field is wrong.")],
    why: Annotated[str, typer.Option("--why", help="Who said so, and how it was checked; required. Write no names.")],
    value: Annotated[
        Path | None,
        typer.Option(
            "--value-file",
            metavar="FILE",
            help="What is right, in UTF-8; - reads standard input. Never on the command line.",
        ),
    ] = None,
    unknown: Annotated[bool, typer.Option("--not-known", help="Empty the field instead.")] = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Puts one field of a case, a contact or an advert right (GDPR art. 16). What it said before is kept; what was made of it goes."""
    from clew.safeguards.permissions import Action

    if (value is None) is not unknown:
        raise UsageError("--value-file: give what is right, or --not-known; one of the two")
    right = "" if value is None else _read_value(value)
    with opened(folder) as workspace:
        who = workspace.account(actor)
        done = workspace.rectify(who, workspace.purpose_for(who, Action.RECTIFY), record, field, right, why)
    files.say(f"{done.field} of {done.number} is put right; what it said before is kept (record {done.replaces}).")
    if done.derived:
        gone = _counts(dict(done.derived))
        files.say(
            f"Made of it before and gone: rows of {gone}. They come back, right, at the next 'clew run' or 'clew persons link'."
        )
    if done.judge_again:
        files.say(f"{len(done.judge_again)} judgements name the record before; judge again: 'clew persons review'.")


def _read_value(path: Path) -> str:
    """One value; a line's end after it is no part of it."""
    from clew.safeguards.errors import UnreadableInput

    try:
        content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = content.decode("utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise UnreadableInput("--value-file: cannot be read as UTF-8") from None
    if not text or len(text) > 10_000:
        raise UsageError("--value-file: is empty or longer than 10000 characters; --not-known empties a field")
    return text


def retention(
    run: Annotated[bool, typer.Option("--run", help="Take away what is due. For a nightly job.")] = False,
    days: Annotated[int | None, typer.Option("--set", metavar="DAYS", help="Set a rule; rules only shorten.")] = None,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="Withdraw the rule of this source, kind and purpose.")
    ] = False,
    source: Annotated[str, typer.Option("--source", help="Of which source (name or id); any if not given.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Of which kind; any if not given.")] = "",
    purpose: Annotated[str, typer.Option("--purpose", help="Of sources with which purpose; any if not given.")] = "",
    why: Annotated[str, typer.Option("--why", help="The reason; required with --set and --withdraw.")] = "",
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Shows how long what stays and why; with --run takes away what is due, except what is held, and signs for it."""
    from clew.records.mapping import kind_named
    from clew.safeguards.permissions import Action
    from clew.safeguards.retention import RetentionRule

    if sum((run, days is not None, withdraw)) > 1:
        raise UsageError("retention: one of --run, --set and --withdraw at a time")
    plural = kind_named(kind).plural if kind else ""
    with opened(folder) as workspace:
        who = workspace.account(actor)
        under = workspace.purpose_for(who, Action.ERASE)
        if days is not None or withdraw:
            rule = RetentionRule(
                source=_source(workspace, source), kind=plural, purpose=purpose, days=days or 1, reason=why
            )
            workspace.vault.set_retention(who, under, rule, withdraw=withdraw)
            files.say("Rule withdrawn." if withdraw else f"Rule set: {days} days.")
        if run:
            done = workspace.expire(who, under)
            files.say(
                f"{done.records} records taken away, {done.held} due but held, {done.rejects} files of rejected rows removed."
            )
            if done.certificate is not None:
                files.say(f"Certificate {done.certificate.facts['id']}: 'clew safeguards certificate'.")
            return
        for kept in workspace.retention(who, under):
            first = kept.next_due.date().isoformat() if kept.next_due else "-"
            typer.echo(
                f"{kept.source_name or kept.source}  {kept.kind}  {kept.records} records  {kept.days} days ({kept.reason})  "
                f"first due {first}  {kept.due} due  {kept.held} held"
            )
        for rule in workspace.vault.retention_rules():
            files.say(
                f"Rule: {rule.source or 'any source'}, {rule.kind or 'any kind'}, {rule.purpose or 'any purpose'}: {rule.days} days. {rule.reason}"
            )


def hold(
    scope: Annotated[str, typer.Argument(metavar="[SCOPE]", help="record, source or kind.")] = "",
    value: Annotated[str, typer.Argument(metavar="[ID]", help="Which record, source (name or id) or kind.")] = "",
    lift: Annotated[str, typer.Option("--lift", metavar="HOLD", help="End this hold.")] = "",
    why: Annotated[str, typer.Option("--why", help="The reason, such as a court's order; required.")] = "",
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Keeps something from expiring and from being erased, or ends that. Without arguments: lists what is held."""
    from clew.records.mapping import kind_named
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        under = workspace.purpose_for(who, Action.ERASE)
        if lift:
            workspace.vault.lift_hold(who, under, lift, reason=why)
            files.say(f"Hold {lift} lifted.")
        elif scope:
            named = {"source": lambda: _source(workspace, value), "kind": lambda: kind_named(value).plural}
            placed = workspace.vault.place_hold(who, under, scope, named.get(scope, lambda: value)(), reason=why)
            files.say(f"Hold {placed} placed.")
        for each in workspace.vault.holds():
            typer.echo(f"{each.id}  {each.scope} {each.value}  since {each.at.date()}  {each.reason}")


def certificate(
    erasure: Annotated[str, typer.Argument(metavar="[ERASURE]", help="Which one; all are listed when not given.")] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to write it.")] = None,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FILE", help="Check a certificate against this workspace.")
    ] = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Lists, writes or checks the signed certificates of erasures."""
    from clew.safeguards.erasure import is_true, read_certificate
    from clew.safeguards.errors import UnreadableInput
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        under = workspace.purpose_for(who, Action.READ_AUDIT)
        if check is not None:
            try:
                given = read_certificate(check.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError):
                raise UnreadableInput(f"{check.name}: cannot be read") from None
            if not is_true(given, workspace.keys.public_key):
                files.say("This certificate was not signed by this workspace, or was changed.")
                sys.exit(1)
            files.say(f"The certificate of erasure {given.facts['id']} is true.")
        elif erasure:
            text = workspace.certificate_of(who, under, erasure).text()
            typer.echo(text, nl=False) if out is None else out.write_text(text, encoding="utf-8")
        else:
            for each in workspace.vault.certificates(who, under):
                facts = each.facts
                typer.echo(f"{facts['id']}  {facts['at'][:19]}  {facts['ground']}  {_counts(facts['records'])}")


def _source(workspace: object, name: str) -> str:
    """The id of a source that is here, by its name or id."""
    from clew.workspace import Workspace

    assert isinstance(workspace, Workspace)
    if not name:
        return ""
    found = [each.id for each in workspace.vault.sources() if name in (each.id, each.name)]
    if not found:
        raise UsageError("source: none of that name or id")
    return found[0]


def _counts(kinds: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items())


def _say_possible(possible: tuple[str, ...]) -> None:
    if possible:
        files.say(
            f"{len(possible)} more records may be the same person's, but nobody has judged it; see 'clew persons review': "
            + ", ".join(possible[:5])
        )
