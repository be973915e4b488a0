"""Accounts in the vault, and how failed attempts to sign in are counted: they slow down and never lock."""

from __future__ import annotations

import hmac
import math
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from clew.safeguards.accounts import FORGET_AFTER_S, Passwords, new_token, require_unguessable, wait_s
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import Conflict, NotFound, TryLater, UsageError
from clew.safeguards.keys import Cost, KeyRing, Use, canonical
from clew.safeguards.permissions import Action
from clew.store.account_models import StepRow
from clew.store.models import AccountRow, AttemptRow, OnceRow, SessionRow
from clew.store.trail import Trail

ACCOUNT_ACTS: Final = ("add_account", "set_roles", "set_password", "close_account")
"""Each leaves the account's digest in the audit log; `verify` compares the last one with the account as it stands."""


class Accounts(Trail):
    def __init__(
        self, engine: Engine, keys: KeyRing, clock: Callable[[], datetime] | None = None, cost: Cost | None = None
    ) -> None:
        super().__init__(engine, keys, clock)
        self._cost = cost
        self._hasher: Passwords | None = None

    @property
    def _passwords(self) -> Passwords:
        self._hasher = self._hasher or Passwords(self._cost)  # costs a hash: made when first needed
        return self._hasher

    def add_account(
        self, name: str, password: str | None, roles: Sequence[Role], *, actor: Actor, organisation: str = ""
    ) -> Actor:
        """Opens an account; without a password only a one-time token signs it in. Conflict when the name is taken."""
        self.require(actor, Action.MANAGE_ACCOUNTS, Purpose.ADMINISTRATION)
        if not name.strip() or not roles:
            raise UsageError("account: a name and at least one role are required")
        kept = None
        if password is not None:
            require_unguessable(password, (name, organisation))
            kept = self._passwords.hash(password)
        row = AccountRow(
            id="acc_" + secrets.token_hex(8), name=name.strip(), key=name_key(name), password=kept, roles=_written(roles),
            organisation=organisation.strip(), created_at=self._clock(), closed_at=None,
        )  # fmt: skip
        try:
            with self._write() as tx:
                tx.add(row)
                tx.flush()
                self._log_account(tx, actor, "add_account", row)
        except IntegrityError:
            raise Conflict("account: the name is taken") from None
        return actor_of(row)

    def accounts(self, actor: Actor) -> Sequence[Actor]:
        """Accounts that are open, by name."""
        self.require(actor, Action.MANAGE_ACCOUNTS, Purpose.ADMINISTRATION)
        with self._read() as tx:
            rows = tx.scalars(select(AccountRow).where(AccountRow.closed_at.is_(None)).order_by(AccountRow.key))
            return [actor_of(row) for row in rows]

    def closed_accounts(self) -> dict[str, datetime]:
        """Account -> when it was closed."""
        with self._read() as tx:
            return closed_accounts(tx)

    def set_roles(self, account: str, roles: Sequence[Role], *, actor: Actor) -> None:
        """Changes what an account may do, from its next request on."""
        if not roles:
            raise UsageError("account: at least one role is required")
        self._change(account, actor, "set_roles", roles=_written(roles))

    def set_password(self, account: str, password: str, *, actor: Actor) -> None:
        """Changes a password and ends the account's sessions."""
        require_unguessable(password)
        self._change(account, actor, "set_password", password=self._passwords.hash(password))

    def close_account(self, account: str, *, actor: Actor) -> None:
        """Closes an account for good and ends its sessions. Its acts stay on record."""
        self._change(account, actor, "close_account", closed_at=self._clock())

    def _change(self, account: str, actor: Actor, act: str, **values: object) -> None:
        self.require(actor, Action.MANAGE_ACCOUNTS, Purpose.ADMINISTRATION, account)
        with self._write() as tx:
            row = open_account(tx, account)
            for name, value in values.items():
                setattr(row, name, value)
            tx.execute(delete(SessionRow).where(SessionRow.account == account))
            self._end_begun(tx, account)
            self._log_account(tx, actor, act, row)

    def _end_begun(self, tx: Session, account: str) -> None:
        """Ends what somebody began with the account and did not finish: half-open sign-ins, linking, one-time links."""
        tx.execute(delete(StepRow).where(StepRow.account == account))
        unused = (OnceRow.account == account, OnceRow.used_at.is_(None))
        tx.execute(update(OnceRow).where(*unused).values(used_at=self._clock()))

    def _log_account(self, tx: Session, actor: Actor, act: str, row: AccountRow) -> None:
        detail = {"roles": row.roles, "digest": account_digest(row)}
        self._log(tx, actor, act, row.id, Purpose.ADMINISTRATION, detail)

    # Failed attempts.

    def _throttle_name(self, *about: str) -> str:
        return hmac.digest(self._keys.key(Use.THROTTLE), "\0".join(about).encode(), "sha256").hex()

    def _count_attempt(self, *counts: tuple[str, int]) -> None:
        """Counts the attempt before it is looked at, so that attempts at the same time all count.

        `counts` are keys with how many attempts of each are free. Raises TryLater where one of them must wait.
        """
        now = self._clock()
        with self._write() as tx:
            tx.execute(delete(AttemptRow).where(AttemptRow.last_at < now - timedelta(seconds=FORGET_AFTER_S)))
            for key, free in sorted(counts):
                row = tx.get(AttemptRow, key, with_for_update=True)
                if row is None:
                    tx.add(AttemptRow(name=key, failures=1, last_at=now))
                    continue
                left = wait_s(row.failures, free) - (now - row.last_at).total_seconds()
                if left > 0:
                    raise TryLater(math.ceil(left))
                row.failures, row.last_at = row.failures + 1, now

    def _forget_attempts(self, tx: Session, *keys: str) -> None:
        tx.execute(delete(AttemptRow).where(AttemptRow.name.in_(keys)))

    def issue_once(self, account: str, minutes: int, *, actor: Actor) -> str:
        """A token that signs an account in one time within so many minutes, for a first sign-in or a lost password."""
        self.require(actor, Action.MANAGE_ACCOUNTS, Purpose.ADMINISTRATION, account)
        if not 1 <= minutes <= 1440:
            raise UsageError("minutes: between 1 and 1440")
        token, kept = new_token()
        with self._write() as tx:
            open_account(tx, account)
            until = self._clock() + timedelta(minutes=minutes)
            tx.add(OnceRow(token=kept, account=account, expires_at=until, used_at=None))
            self._log(tx, actor, "issue_once", account, Purpose.ADMINISTRATION, {"minutes": minutes})
        return token


def closed_accounts(tx: Session) -> dict[str, datetime]:
    """Account -> when it was closed: what somebody began to decide does not outlive their leaving."""
    rows = tx.execute(select(AccountRow.id, AccountRow.closed_at).where(AccountRow.closed_at.is_not(None)))
    return {id: at for id, at in rows if at is not None}


def account_digest(row: AccountRow) -> str:
    """What the audit log keeps of an account: a change that went round this module shows."""
    return sha256(
        canonical((*_account_fields(row), ("name", row.name), ("organisation", row.organisation)))
    ).hexdigest()


def older_account_digest(row: AccountRow) -> str:
    """What an older clew kept: it did not say whose person an account is."""
    return sha256(canonical(_account_fields(row))).hexdigest()


def _account_fields(row: AccountRow) -> tuple[tuple[str, str | None], ...]:
    closed = None if row.closed_at is None else row.closed_at.isoformat()
    return ("id", row.id), ("key", row.key), ("password", row.password), ("roles", row.roles), ("closed", closed)


def name_key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _written(roles: Sequence[Role]) -> str:
    return " ".join(sorted({Role(role).value for role in roles}))


def actor_of(row: AccountRow) -> Actor:
    roles = frozenset(Role(role) for role in row.roles.split())
    return Actor(id=row.id, name=row.name, roles=roles, organisation=row.organisation)


def open_account(tx: Session, account: str) -> AccountRow:
    row = tx.get(AccountRow, account)
    if row is None or row.closed_at is not None:
        raise NotFound("there is no such account")
    return row
