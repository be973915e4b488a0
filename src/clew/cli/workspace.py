"""`clew init`, `add`, `run`, `leads`, `judge`: a workspace from the command line."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened, unlock_for
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    from clew.records import Kind, Mapping


T = TypeVar("T", bound=StrEnum)


def register(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(add)
    app.command()(run)
    app.command()(leads)
    app.command()(judge)
    app.command()(aside)
    app.command()(rejects)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")] = HERE,
    vault: Annotated[
        str, typer.Option("--vault", metavar="URL", help="postgresql:// URL of an empty database for the vault.")
    ] = "",
) -> None:
    """Makes a workspace: an encrypted vault, a lake and one account for you.

    Its key comes from CLEW_PASSPHRASE or CLEW_KEY_FILE; without either a key file is made in your configuration
    folder. Without the key nobody can open the vault: keep a copy of it apart from the data.
    """
    from clew.workspace import Workspace
    from clew.workspace.settings import put_settings

    unlock = unlock_for(folder)
    with Workspace.create(folder, unlock, vault=vault) as made:
        put_settings(folder, {"blind_share": 0.1})
        who = made.account()
        files.say(f"Workspace made in {folder}; its account is {who.name} ({', '.join(sorted(who.roles))}).")
        if unlock.key_file is not None:
            files.say(
                f"Its key is {unlock.key_file}. Keep a copy apart from the data: without it the vault stays closed for ever."
            )
        files.say(
            f"Data of real persons need an approved impact assessment: its questions are in {made.draft_assessment()}, and 'clew safeguards dpia' shows it. Invented data (--basis synthetic) need none."
        )


def add(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="cases, calls, tips, adverts, postings, pages, images, conversations, payments or areas.",
        ),
    ],
    file: files.Input,
    source: Annotated[str, typer.Option("--source", help="Who gave the data, under which agreement.")],
    basis: Annotated[
        str,
        typer.Option(
            "--basis",
            help="Legal ground: consent, contract, legal-obligation, vital-interests, public-interest, legitimate-interests, law-enforcement or synthetic.",
        ),
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping", metavar="YAML", help="Which column is which field; guessed and shown when not given."
        ),
    ] = None,
    purpose: Annotated[str, typer.Option("--purpose", help="What the data may be used for.")] = "anti-trafficking",
    retention: Annotated[int, typer.Option("--retention", help="Days until the data must go.")] = 365,
    tlp: Annotated[
        str, typer.Option("--tlp", help="Sharing level: red, amber+strict, amber, green or clear.")
    ] = "amber",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Accept the guessed mapping without asking.")] = False,
    rejects: files.RejectsFile = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Takes a file's rows in as records, under a source with a legal ground."""
    from clew.records import LegalBasis, Source, Tlp
    from clew.records.mapping import kind_named, load_mapping

    known = kind_named(kind)
    files.check_rejects(rejects, [file])
    terms = Source(
        name=source,
        basis=_one_of(LegalBasis, basis, "basis"),
        purpose=purpose,
        retention_days=retention,
        tlp=_one_of(Tlp, tlp, "tlp"),
    )
    chosen = load_mapping(mapping, known) if mapping else _confirmed_guess(file, known, yes=yes)
    with opened(folder) as workspace:
        added = workspace.add(known, file, terms, chosen, workspace.account(actor), rejects=rejects)
    files.say(f"{added.new} {known.plural} added, {added.known} were here already, {len(added.rejects)} rejected.")
    if added.corrected:
        files.say(f"{added.corrected} of those that were here came with other content: they were corrected.")
    for (field, rule), count in added.rejects.by_rule().items():
        files.say(f"  {count} x {field}: {rule}")


def _one_of(choices: type[T], given: str, name: str) -> T:
    try:
        return choices(given)
    except ValueError as error:
        raise UsageError(f"{name}: choose one of {', '.join(choices)}") from error


def _confirmed_guess(file: Path, kind: Kind, *, yes: bool) -> Mapping | None:
    """The guessed mapping, shown, and accepted by a person or by --yes. None where the file needs no mapping."""
    from clew.records.mapping import guess
    from clew.records.raw import read_raw

    if file.name.endswith((".warc", ".warc.gz")):
        return None
    present = read_raw(file).table.column_names
    guessed = guess(kind, present)
    files.say(f"Columns of {file.name} read as {kind.plural}:")
    for field, column in guessed.columns.items():
        files.say(f"  {field:<28} <- {column}")
    left = [name for name in present if name not in guessed.columns.values()]
    if left:
        files.say(f"  not used: {', '.join(left)}")
    if yes:
        return guessed
    if not sys.stdin.isatty():
        raise UsageError(
            "the mapping was guessed and nobody can confirm it here: give --mapping FILE, or --yes to accept the guess"
        )
    typer.confirm("Is this right?", abort=True, err=True)
    return guessed


def run(folder: Folder = HERE, actor: As = None) -> None:
    """Walks all records through signals, links, networks and leads."""
    from clew.cli.bars import bars

    with opened(folder) as workspace, bars() as progress:
        ran = workspace.run(workspace.account(actor), progress)
    files.say(
        f"{ran.texts} texts read, {ran.claims} signals, {ran.failures} failed; {ran.clusters} texts apart, {ran.networks} networks, {ran.hubs} hubs, {ran.leads} leads."
    )
    if ran.failures:
        files.say("Texts that a detector could not read block every release; see the home page of 'clew serve'.")


def leads(
    limit: Annotated[int, typer.Option("--limit", help="How many to show.")] = 20,
    judged: Annotated[bool | None, typer.Option("--judged/--open", help="Only judged or only open leads.")] = None,
    asked: Annotated[bool, typer.Option("--asked", help="Only leads where an answer would teach most.")] = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Shows the queue: most points first, with the class of each lead. Points are no probability."""
    from clew.leads.classing.classes import name_of
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.READ_LEAD)
        rows, total = workspace.leads(who, purpose, judged=judged, limit=limit, asked=asked)
        for row in rows:
            if row.blind:
                typer.echo(f"{row.id}  you answer this one before its score is shown  {row.question}")
                continue
            typer.echo(f"{row.id}  {row.points:5.1f} points  {row.verdict or 'open':<8}  {row.question}")
            typer.echo(f"      for: {row.strongest_for or '-'}")
            typer.echo(f"      against: {row.strongest_against or '-'}")
            if row.looks:
                typer.echo(f"      looks like: {name_of(row.looks)} ({row.sure})")
            if row.possible:
                typer.echo(f"      possible: {', '.join(row.possible)}")
            if row.asked:
                typer.echo(f"      asked because {row.asked}")
    files.say(f"{len(rows)} of {total} leads. Points, not a probability.")


def judge(
    lead: Annotated[str, typer.Argument(metavar="LEAD")],
    verdict: Annotated[str, typer.Option("--verdict", help="yes, no or not_sure.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in words; required.")],
    looks: Annotated[
        str | None,
        typer.Option("--looks", metavar="CLASS", help="What the lead looks like to you, such as independent_work."),
    ] = None,
    reverses: Annotated[
        str | None, typer.Option("--reverses", metavar="JUDGEMENT", help="The judgement that this one takes back.")
    ] = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Signs your answer to a lead, and what it looks like if you say so. Taken back by another judgement, never overwritten."""
    from clew.leads.classing import LeadClass
    from clew.safeguards.acts import Verdict
    from clew.safeguards.permissions import Action

    answer = _one_of(Verdict, verdict, "verdict")
    named = _one_of(LeadClass, looks, "looks") if looks else None
    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.JUDGE)
        made = workspace.judge(who, purpose, lead, answer, reason, reverses)
        if named is not None:
            workspace.say_class(who, purpose, lead, named, reason)
    files.say(f"Judgement {made.id} signed by {who.name}: {made.verdict} on {made.lead}.")


def aside(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="A record that a detector could not read.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it need not hold releases up; required.")],
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Signs that a record which cannot be read need not block releases. Without it every such record does."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        made = workspace.set_aside(who, workspace.purpose_for(who, Action.JUDGE), record, reason)
    files.say(f"Judgement {made.id} signed by {who.name}: the record is set aside.")


def rejects(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A sealed file in the workspace's rejects folder.")],
    out: files.Out,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Opens rejected rows that were sealed because they may say who a person is. That they were opened is recorded."""
    from clew.records.write import whole_file

    if out.suffix.lower() != ".csv":
        raise UsageError("--out: rejects are written as .csv")
    with opened(folder) as workspace, whole_file(out) as part:
        part.write_bytes(workspace.open_rejects(name, workspace.account(actor)))
    out.chmod(0o600)
