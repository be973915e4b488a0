"""`clew safeguards who-can`, `why-not`, `narrow`, `share`, `own`, `end`, `purposes`, `break-glass` and `accesses`."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.access import LEVELS, By, Scope
from clew.safeguards.actors import Purpose
from clew.safeguards.errors import UsageError
from clew.safeguards.permissions import Action
from clew.safeguards.purposes import COMPATIBLE

Name = Annotated[str, typer.Argument(metavar="ID", help="A case's number, a lead, a contact or a record's id.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words; required. Write no names.")]
T = TypeVar("T", bound=StrEnum)


def register(app: typer.Typer) -> None:
    app.command("who-can")(who_can)
    app.command("why-not")(why_not)
    app.command()(narrow)
    app.command()(share)
    app.command()(own)
    app.command("end")(end_row)
    app.command()(rows)
    app.command()(purposes)
    app.command("break-glass")(break_glass)
    app.command()(accesses)
    app.command("review-access")(review_access)
    app.command("allow-emergency")(allow_emergency)
    app.command()(reviews)
    app.command("answer-review")(answer_review)
    app.command()(agreement)


def who_can(name: Name, folder: Folder = HERE, actor: As = None) -> None:
    """Says what each account may do with a record, under which purposes, and by which rule. One JSON object a line."""
    with opened(folder) as workspace:
        found = workspace.who_can(workspace.account(actor), name)
    for each in found:
        line = {"account": each.name, "action": each.action, "purposes": each.purposes, "because": each.reason}
        typer.echo(json.dumps(line, ensure_ascii=False))
    files.say(f"{len({each.account for each in found})} accounts may do something with it.")


def why_not(
    user: Annotated[str, typer.Argument(metavar="USER", help="The account's name.")],
    name: Name,
    action: Annotated[str | None, typer.Option("--action", help="Only this act, as read_case.")] = None,
    purpose: Annotated[str | None, typer.Option("--purpose", help="Only under this purpose.")] = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Says for each act and purpose which rule refuses it to an account, or that none does. One JSON object a line."""
    act = None if action is None else _one_of(Action, action, "--action")
    stated = None if purpose is None else _one_of(Purpose, purpose, "--purpose")
    with opened(folder) as workspace:
        found = workspace.why_not(workspace.account(actor), user, name)
    for (asked, under), told in found.items():
        if act in (None, asked) and stated in (None, under):
            refused = next((check for check in told.checks if not check.passes), None)
            line = {
                "action": asked, "purpose": under, "allowed": told.decision.allowed, "rule": refused.rule if refused else "",
                "because": told.decision.reason,
            }  # fmt: skip
            typer.echo(json.dumps(line, ensure_ascii=False))


def narrow(
    values: Annotated[list[str], typer.Argument(metavar="WHAT...", help="Records, sources, kinds or sensitivities.")],
    only: Annotated[list[str], typer.Option("--only", help="Whom alone it lets pass; repeat it for several.")],
    reason: Reason,
    scope: Annotated[str, typer.Option("--scope", help="record, source, kind or sensitivity.")] = "record",
    by: Annotated[str, typer.Option("--by", help="account, organisation, role, purpose or action.")] = "account",
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Lets only those named pass to what is covered: a case's team, an organisation, a role. It never opens anything."""
    covered, compared = _one_of(Scope, scope, "--scope"), _one_of(By, by, "--by")
    with opened(folder) as workspace:
        who = workspace.account(actor)
        row = workspace.narrow(who, covered, values, compared, only, reason)
    files.say(f"Row {row}: of {len(values)} {covered}s only {len(only)} by {compared} pass.")


def share(
    values: Annotated[list[str], typer.Argument(metavar="WHAT...", help="Records, or sources with --scope source.")],
    who: Annotated[str, typer.Option("--with", help="An account's name, or an organisation with --by organisation.")],
    reason: Reason,
    scope: Annotated[str, typer.Option("--scope", help="record or source.")] = "record",
    by: Annotated[str, typer.Option("--by", help="account or organisation.")] = "organisation",
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Lets an account or an organisation in, as far as the source's sharing level allows."""
    covered, compared = _one_of(Scope, scope, "--scope"), _one_of(By, by, "--by")
    with opened(folder) as workspace:
        made = workspace.share(workspace.account(actor), covered, values, compared, who, reason)
    files.say(f"Share {made} made. Levels: {'; '.join(LEVELS.values())}.")


def own(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The source's name or id.")],
    organisation: Annotated[str, typer.Option("--organisation", help="Whose data they are; empty: this house's own.")],
    reason: Reason,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Says whose data a source's records are."""
    with opened(folder) as workspace:
        workspace.own_source(workspace.account(actor), source, organisation, reason)
    files.say("Recorded.")


def end_row(
    row: Annotated[str, typer.Argument(metavar="ROW", help="The id of a row, a share or a compatible purpose.")],
    reason: Reason,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Ends a row or a share; that it stood stays on record."""
    with opened(folder) as workspace:
        who = workspace.account(actor)
        workspace.vault.end_row(who, workspace.purpose_for(who, Action.MANAGE_ACCESS), row, reason=reason)
    files.say("Ended.")


def rows(folder: Folder = HERE, actor: As = None) -> None:
    """Lists the rows, shares and compatible purposes in force. One JSON object a line."""
    with opened(folder) as workspace:
        standing = workspace.access_rows(workspace.account(actor))
    for row in standing.rows:
        _line(id=row.id, narrows=row.scope, covers=row.values, by=row.by, only=row.only, because=row.reason)
    for share in standing.shares:
        _line(id=share.id, shares=share.scope, covers=share.values, by=share.by, who=share.who, because=share.reason)
    for fit in standing.compatible:
        _line(collected=fit.collected, used=fit.used, because=fit.reason)


def purposes(
    collected: Annotated[str, typer.Option("--collected", help="Add: data collected for this,")] = "",
    used: Annotated[str, typer.Option("--used", help="may be used for this purpose.")] = "",
    reason: Reason = "",
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Shows which use fits what data were collected for, or adds a row for this workspace. One JSON object a line."""
    if bool(collected) != bool(used):
        raise UsageError("purposes: give both --collected and --used, or neither")
    if not collected:
        for row in COMPATIBLE:
            _line(collected=row.collected, used=row.used, because=row.reason)
        return
    with opened(folder) as workspace:
        who = workspace.account(actor)
        stated = workspace.purpose_for(who, Action.MANAGE_ACCESS)
        made = workspace.vault.allow_purpose(who, stated, collected, _one_of(Purpose, used, "--used"), reason=reason)
    files.say(f"Row {made} added.")


def break_glass(
    name: Name,
    reason: Reason,
    purpose: Annotated[str, typer.Option("--purpose", help="Under which purpose.")] = "case-support",
    hours: Annotated[float, typer.Option("--hours", help="How long it holds; at most 8.")] = 1.0,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Opens one record to you in an emergency, past rows and sharing level, for some hours. Another person reviews it."""
    stated = _one_of(Purpose, purpose, "--purpose")
    with opened(folder) as workspace:
        grant = workspace.break_glass(workspace.account(actor), stated, name, reason, hours)
    files.say(
        f"Emergency access {grant.id} holds until {grant.until:%Y-%m-%d %H:%M} UTC. It waits for another's review."
    )


def accesses(folder: Folder = HERE, actor: As = None) -> None:
    """Lists emergency accesses, the newest first. One JSON object a line."""
    with opened(folder) as workspace:
        found, names = workspace.emergency_accesses(workspace.account(actor)), workspace.names()
    for each in found:
        _line(id=each.id, record=each.record, by=names.get(each.actor, each.actor), purpose=each.purpose,
              at=each.at.isoformat(), until=each.until.isoformat(), reason=each.reason, review=each.reviewed or "waits")  # fmt: skip


def review_access(
    access: Annotated[str, typer.Argument(metavar="ACCESS", help="The id of an emergency access.")],
    reason: Reason,
    justified: Annotated[bool, typer.Option("--justified/--not-justified", help="Your word on it.")],
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Says whether an emergency access of somebody else was justified. One that was not ends at once."""
    with opened(folder) as workspace:
        workspace.review_access(workspace.account(actor), access, justified, reason)
    files.say("Reviewed.")


def allow_emergency(
    user: Annotated[str, typer.Argument(metavar="USER", help="The account's name.")],
    reason: Reason,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Lets an account take emergency access again after one that was found not justified; a steward's word."""
    with opened(folder) as workspace:
        workspace.allow_emergency(workspace.account(actor), user, reason)
    files.say("From now on emergency access is open to that account again.")


def reviews(
    ask: Annotated[
        str, typer.Option("--ask", metavar="ID", help="Take in that a person asks for a review of this.")
    ] = "",
    matter: Annotated[str, typer.Option("--matter", help="lead, case, persons, release or other.")] = "case",
    came: Annotated[str, typer.Option("--came", help="in person, by telephone, in writing, …")] = "in person",
    told_in: Annotated[str, typer.Option("--told-in", help="The contact or entry where their words rest.")] = "",
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Lists reviews that persons ask for, the nearest limit first; or takes one in. One JSON object a line."""
    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.TAKE_REVIEW)
        if ask:
            made = workspace.ask_review(who, purpose, ask, matter=matter, came=came, told_in=told_in)
            files.say(f"Review {made} taken in; its answer is due within a month.")
            return
        for each in workspace.reviews(who, purpose):
            _line(id=each.id, about=each.subject, matter=each.matter, received=each.received.isoformat(),
                  due=each.due.isoformat(), outcome=each.outcome or "open", reason=each.reason)  # fmt: skip


def answer_review(
    review: Annotated[str, typer.Argument(metavar="REVIEW")],
    outcome: Annotated[str, typer.Option("--outcome", help="upheld, changed, nothing_here or more_time.")],
    reason: Reason,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Signs the answer to a review. Whoever judged the matter before does not answer; a change needs a new judgement."""
    with opened(folder) as workspace:
        who = workspace.account(actor)
        workspace.answer_review(who, workspace.purpose_for(who, Action.ANSWER_REVIEW), review, outcome, reason)
    files.say("Answered.")


def agreement(folder: Folder = HERE, actor: As = None) -> None:
    """How answers given before the score compare with those given after, as JSON."""
    with opened(folder) as workspace:
        found = workspace.answer_agreement(workspace.account(actor))
    shares = {"changed": found.changed, "same": found.same, "yes_blind": found.yes_blind, "yes_seen": found.yes_seen}
    said = {
        n: {"part": s.part, "whole": s.whole, "interval": s.interval, "enough": s.enough} for n, s in shares.items()
    }
    _line(blind=found.blind, seen=found.seen, kappa=found.kappa, **said)


def _line(**said: object) -> None:
    typer.echo(json.dumps(said, ensure_ascii=False))


def _one_of(words: type[T], given: str, name: str) -> T:
    try:
        return words(given)
    except ValueError:
        raise UsageError(f"{name}: one of {', '.join(words)}") from None
