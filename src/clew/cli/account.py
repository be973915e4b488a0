"""`clew account`: opens accounts, and helps a person who lost what lets them in."""

from __future__ import annotations

from typing import Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, Folder, opened
from clew.safeguards.actors import Role
from clew.safeguards.errors import UsageError


def register(app: typer.Typer) -> None:
    app.command()(account)


def account(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    role: Annotated[
        list[str] | None,
        typer.Option(
            "--role",
            help="case_worker, analyst, reviewer, steward, auditor, partner or administrator; may be repeated. Opens the account.",
        ),
    ] = None,
    organisation: Annotated[
        str, typer.Option("--organisation", help="Whose person it is; a partner needs one. Empty: this house's own.")
    ] = "",
    change: Annotated[
        bool,
        typer.Option("--change-roles", help="Give the account that is there these roles instead; ends its sessions."),
    ] = False,
    reset: Annotated[
        bool,
        typer.Option(
            "--reset-factors",
            help="Take off every second factor and link to an account elsewhere: its person lost them. Ends its sessions.",
        ),
    ] = False,
    close: Annotated[bool, typer.Option("--close", help="Close the account for good.")] = False,
    link: Annotated[
        str,
        typer.Option("--link", metavar="SUBJECT", help="Let this account at the provider (oidc_issuer) sign it in."),
    ] = "",
    folder: Folder = HERE,
) -> None:
    """Opens an account with roles, changes one, or prints a new one-time login for one that is there."""
    if sum((bool(change), reset, close, bool(link))) > 1 or (role and (reset or close or link)):
        raise UsageError("account: one change at a time")
    roles = tuple(_role(each) for each in role or ())
    if change and not roles:
        raise UsageError("--change-roles: name the roles with --role")
    if Role.PARTNER in roles and not change and not organisation.strip():
        raise UsageError("--organisation: a partner is of another organisation; name it")
    with opened(folder) as workspace:
        if roles and not change:
            workspace.add_account(name, roles, organisation)
        who = workspace.account(name)
        if change:
            workspace.set_roles(who, roles)
            files.say(f"{who.name} has these roles now: {', '.join(sorted(roles))}. Their sessions ended.")
        elif reset:
            files.say(
                f"{workspace.reset_factors(who)} second factors and links taken off {who.name}. Their sessions ended."
            )
        elif close:
            workspace.close_account(who)
            files.say(f"{who.name} is closed. What they did stays on record.")
        elif link:
            workspace.link_elsewhere(who, link)
            files.say(f"{who.name} can sign in with that account at the provider.")
        else:
            token = workspace.one_time_login(who)
            files.say(f"{who.name} ({', '.join(sorted(who.roles))}) can sign in once, within an hour, with this token:")
            typer.echo(token)


def _role(given: str) -> Role:
    try:
        return Role(given)
    except ValueError:
        raise UsageError(f"role: choose one of {', '.join(Role)}") from None
