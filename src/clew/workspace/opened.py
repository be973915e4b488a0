"""A workspace directory: a vault, a lake, settings and the header of its keys."""

from __future__ import annotations

import getpass
import hashlib
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.elsewhere import provider_of
from clew.safeguards.errors import Conflict, NotAllowed, NotFound, UsageError
from clew.safeguards.keys import Cost, KeyRing, Unlock, make_key_file
from clew.safeguards.permissions import Action, decide
from clew.store.lake import Lake
from clew.store.vault import Vault
from clew.workspace.settings import FILE, Settings, put_settings, read_settings, write_settings

OWNER_ROLES = (Role.CASE_WORKER, Role.ANALYST, Role.REVIEWER, Role.STEWARD)
_OPERATOR = Actor(id="operator", name="operator", roles=frozenset({Role.ADMINISTRATOR}))
"""Whoever holds the key of a workspace can open accounts in it; their acts are recorded under this name."""


def default_key_file(folder: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Where the key of a workspace goes unless told otherwise: in the user's configuration, never beside the data."""
    home = Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    where = folder.resolve()
    return home / "clew" / f"{where.name}-{hashlib.sha256(str(where).encode()).hexdigest()[:8]}.key"


class Opened:
    """The parts of a workspace, opened; closes them at the end of a `with`."""

    def __init__(self, folder: Path, keys: KeyRing, vault: Vault, settings: Settings) -> None:
        self.folder = folder
        self.keys = keys
        self.vault = vault
        self.settings = settings
        vault.second_factor = settings.second_factor
        vault.provider = provider_of(settings.oidc_issuer, settings.oidc_client, settings.oidc_name, os.environ)

    @cached_property
    def lake(self) -> Lake:
        """Opened when first needed: the log can be verified while another process has the lake. NotFound when it is gone."""
        path = self.folder / "lake.duckdb"
        if not path.is_file():
            raise NotFound(f"{path.name}: is missing; restore it, or add the sources' files again and run the chain")
        return Lake(path)

    @classmethod
    def create(
        cls, folder: Path, unlock: Unlock, *, cost: Cost | None = None, owner: str | None = None, vault: str = ""
    ) -> Self:
        """Makes a workspace in a new or empty folder, with one account for its owner; `vault` is a postgresql:// URL.

        A key file that does not exist yet is made, readable by its owner alone. Raises Conflict when a workspace, or
        anything else, is there.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Conflict(f"{folder}: is not an empty folder")
        settings = Settings(vault=vault)
        if unlock.key_file is not None and not unlock.key_file.exists():
            unlock.key_file.parent.mkdir(parents=True, exist_ok=True)
            make_key_file(unlock.key_file)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        keys = KeyRing.create(folder / "keys.json", unlock, cost=cost)
        made = Vault.create(vault or folder / "vault.db", keys, cost=cost)
        made.add_account(owner or _login_name(), None, OWNER_ROLES, actor=_OPERATOR)
        Lake(folder / "lake.duckdb").close()
        write_settings(folder)
        if vault:
            put_settings(folder, {"vault": vault})
        return cls(folder, keys, made, settings)

    @classmethod
    def open(cls, folder: Path, unlock: Unlock, *, cost: Cost | None = None) -> Self:
        """Opens a workspace. Raises UsageError when there is none, WrongKey when the key is another's."""
        if not (folder / FILE).is_file():
            raise UsageError(f"{folder}: no workspace here; make one with 'clew init'")
        settings = read_settings(folder)
        keys = KeyRing.open(folder / "keys.json", unlock)
        embedded = folder / "vault.db"  # comes first: a restore makes one
        where = settings.vault if settings.vault and not embedded.exists() else embedded
        return cls(folder, keys, Vault.open(where, keys, cost=cost), settings)

    def close(self) -> None:
        if "lake" in self.__dict__:
            self.lake.close()
        self.vault.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Who acts on the command line.

    def account(self, name: str | None = None) -> Actor:
        """The account of that name, or the only one. Holding the workspace's key is what allows to choose."""
        accounts = self.vault.accounts(_OPERATOR)
        if name is not None:
            found = next((each for each in accounts if each.name.casefold() == name.casefold()), None)
            if found is None:
                raise NotFound(f"account: none of that name; there are {', '.join(each.name for each in accounts)}")
            return found
        if len(accounts) != 1:
            raise UsageError(f"account: name one with --as ({', '.join(each.name for each in accounts)})")
        return accounts[0]

    def names(self) -> Mapping[str, str]:
        """Account id -> name, of the accounts that are open."""
        return {each.id: each.name for each in self.vault.accounts(_OPERATOR)}

    def add_account(self, name: str, roles: tuple[Role, ...], organisation: str = "") -> Actor:
        return self.vault.add_account(name, None, roles, actor=_OPERATOR, organisation=organisation)

    def reset_factors(self, actor: Actor) -> int:
        """Takes every second factor and every link to an account elsewhere off an account; answers how many there were."""
        return self.vault.reset_factors(actor.id, actor=_OPERATOR)

    def link_elsewhere(self, actor: Actor, subject: str) -> None:
        """Lets the account that the provider of the settings knows by `subject` sign this one in."""
        if not self.settings.oidc_issuer:
            raise UsageError("settings: name oidc_issuer and oidc_client in clew.toml first")
        self.vault.link_elsewhere(actor.id, self.settings.oidc_issuer, subject, actor=_OPERATOR)

    def close_account(self, actor: Actor) -> None:
        self.vault.close_account(actor.id, actor=_OPERATOR)

    def set_roles(self, actor: Actor, roles: tuple[Role, ...]) -> None:
        self.vault.set_roles(actor.id, roles, actor=_OPERATOR)

    def one_time_login(self, actor: Actor, minutes: int = 60) -> str:
        """A token that signs this account in once."""
        return self.vault.issue_once(actor.id, minutes, actor=_OPERATOR)

    @staticmethod
    def purpose_for(actor: Actor, action: Action) -> Purpose:
        """The first purpose under which the actor may do this; the command line states it for them."""
        for purpose in Purpose:
            if decide(actor, action, purpose).allowed:
                return purpose
        raise NotAllowed(f"{action} is not allowed: no role of {actor.name} allows it for any purpose")


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "owner"
