"""Accounts and sessions in the vault. Tokens are kept as hashes; failed sign-ins slow down, never lock."""

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

from clew.safeguards.accounts import FORGET_AFTER_S, Passwords, new_token, token_hash, wait_s
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import Conflict, NotAllowed, NotFound, TryLater, UsageError
from clew.safeguards.keys import Cost, KeyRing, Use, canonical
from clew.safeguards.permissions import Action, purposes
from clew.store.models import AccountRow, AttemptRow, OnceRow, SessionRow
from clew.store.trail import Trail

SESSION_H: Final = 12
"""A session ends this long after sign-in, whatever happens."""
IDLE_MIN: Final = 60
"""A session ends after this long without a page."""
ACCOUNT_ACTS: Final = ("add_account", "set_roles", "set_password", "close_account")
"""Each leaves the account's digest in the audit log; `verify` compares the last one with the account as it stands."""

_TOUCH_S = 60
_FIRST = (Purpose.LEAD_REVIEW, *(each for each in Purpose if each is not Purpose.LEAD_REVIEW))
"""The purpose of a new session is the first of these that the roles serve: no identity opens under lead review."""


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
        kept = None if password is None else self._passwords.hash(password)
        row = AccountRow(
            id="acc_" + secrets.token_hex(8), name=name.strip(), key=_key(name), password=kept, roles=_written(roles),
            organisation=organisation.strip(), created_at=self._clock(), closed_at=None,
        )  # fmt: skip
        try:
            with self._write() as tx:
                tx.add(row)
                tx.flush()
                self._log_account(tx, actor, "add_account", row)
        except IntegrityError:
            raise Conflict("account: the name is taken") from None
        return _actor(row)

    def accounts(self, actor: Actor) -> Sequence[Actor]:
        """Accounts that are open, by name."""
        self.require(actor, Action.MANAGE_ACCOUNTS, Purpose.ADMINISTRATION)
        with self._read() as tx:
            rows = tx.scalars(select(AccountRow).where(AccountRow.closed_at.is_(None)).order_by(AccountRow.key))
            return [_actor(row) for row in rows]

    def set_roles(self, account: str, roles: Sequence[Role], *, actor: Actor) -> None:
        """Changes what an account may do, from its next request on."""
        if not roles:
            raise UsageError("account: at least one role is required")
        self._change(account, actor, "set_roles", roles=_written(roles))

    def set_password(self, account: str, password: str, *, actor: Actor) -> None:
        """Changes a password and ends the account's sessions."""
        self._change(account, actor, "set_password", password=self._passwords.hash(password))

    def close_account(self, account: str, *, actor: Actor) -> None:
        """Closes an account for good and ends its sessions. Its acts stay on record."""
        self._change(account, actor, "close_account", closed_at=self._clock())

    def _change(self, account: str, actor: Actor, act: str, **values: object) -> None:
        self.require(actor, Action.MANAGE_ACCOUNTS, Purpose.ADMINISTRATION, account)
        with self._write() as tx:
            row = _open_account(tx, account)
            for name, value in values.items():
                setattr(row, name, value)
            tx.execute(delete(SessionRow).where(SessionRow.account == account))
            self._log_account(tx, actor, act, row)

    def _log_account(self, tx: Session, actor: Actor, act: str, row: AccountRow) -> None:
        detail = {"roles": row.roles, "digest": account_digest(row)}
        self._log(tx, actor, act, row.id, Purpose.ADMINISTRATION, detail)

    # Signing in.

    def sign_in(self, name: str, password: str) -> str | None:
        """A session token, or None. Raises TryLater after repeated failures, for known and unknown names alike."""
        self._count_attempt(name)
        with self._read() as tx:
            row = tx.scalar(select(AccountRow).where(AccountRow.key == _key(name)))
        is_right = self._passwords.check(row.password if row else None, password)
        with self._write() as tx:
            if row is None or not is_right or row.closed_at is not None:
                if row is not None:
                    self._log(tx, row.id, "sign_in_failed", row.id, "")
                return None
            tx.execute(delete(AttemptRow).where(AttemptRow.name == self._throttle_name(name)))
            return self._new_session(tx, row, "password")

    def _throttle_name(self, name: str) -> str:
        return hmac.digest(self._keys.key(Use.THROTTLE), _key(name).encode(), "sha256").hex()

    def _count_attempt(self, name: str) -> None:
        """Counts the attempt before the password is looked at, so that attempts at the same time all count."""
        now, key = self._clock(), self._throttle_name(name)
        with self._write() as tx:
            tx.execute(delete(AttemptRow).where(AttemptRow.last_at < now - timedelta(seconds=FORGET_AFTER_S)))
            row = tx.get(AttemptRow, key, with_for_update=True)
            if row is None:
                tx.add(AttemptRow(name=key, failures=1, last_at=now))
                return
            left = wait_s(row.failures) - (now - row.last_at).total_seconds()
            if left > 0:
                raise TryLater(math.ceil(left))
            row.failures, row.last_at = row.failures + 1, now

    def issue_once(self, account: str, minutes: int, *, actor: Actor) -> str:
        """A token that signs an account in one time within so many minutes, for a first sign-in or a lost password."""
        self.require(actor, Action.MANAGE_ACCOUNTS, Purpose.ADMINISTRATION, account)
        if not 1 <= minutes <= 1440:
            raise UsageError("minutes: between 1 and 1440")
        token, kept = new_token()
        with self._write() as tx:
            _open_account(tx, account)
            until = self._clock() + timedelta(minutes=minutes)
            tx.add(OnceRow(token=kept, account=account, expires_at=until, used_at=None))
            self._log(tx, actor, "issue_once", account, Purpose.ADMINISTRATION, {"minutes": minutes})
        return token

    def sign_in_once(self, token: str) -> str | None:
        """A session token for a one-time token, or None when it is unknown, used or out of date."""
        now, kept = self._clock(), token_hash(token)
        with self._write() as tx:
            unused = (OnceRow.token == kept, OnceRow.used_at.is_(None), OnceRow.expires_at > now)
            account = tx.scalar(update(OnceRow).where(*unused).values(used_at=now).returning(OnceRow.account))
            row = tx.get(AccountRow, account) if account else None
            if row is None or row.closed_at is not None:
                return None
            return self._new_session(tx, row, "one-time token")

    def _new_session(self, tx: Session, row: AccountRow, way: str) -> str:
        token, kept = new_token()
        actor, now = _actor(row), self._clock()
        tx.execute(delete(SessionRow).where(SessionRow.issued_at < now - timedelta(hours=SESSION_H)))
        stated = purposes(actor)
        purpose = next((each for each in _FIRST if each in stated), Purpose.STATISTICS)
        tx.add(SessionRow(token=kept, account=row.id, purpose=purpose, issued_at=now, seen_at=now))
        self._log(tx, actor, "sign_in", row.id, purpose, {"way": way})
        return token

    # Sessions.

    def session(self, token: str) -> tuple[Actor, Purpose] | None:
        """Who this is and the purpose they stated; None when signed out, idle for too long or closed."""
        now = self._clock()
        with self._read() as tx:
            pair = self._live(tx, token, now)
        if pair is None:
            return None
        row, account = pair
        if (now - row.seen_at).total_seconds() > _TOUCH_S:
            with self._write() as tx:
                tx.execute(update(SessionRow).where(SessionRow.token == row.token).values(seen_at=now))
        return _actor(account), Purpose(row.purpose)

    def set_purpose(self, token: str, purpose: Purpose) -> None:
        """States another purpose from here on. Raises NotAllowed when the roles of the account do nothing under it."""
        with self._write() as tx:
            pair = self._live(tx, token, self._clock())
            if pair is None:
                raise NotAllowed("there is no such session: sign in again")
            row, account = pair
            actor = _actor(account)
            if purpose not in purposes(actor):
                raise NotAllowed(f"none of your roles allows anything under the purpose {purpose}")
            row.purpose = purpose.value
            self._log(tx, actor, "set_purpose", account.id, purpose)

    def sign_out(self, token: str) -> None:
        with self._write() as tx:
            row = tx.get(SessionRow, token_hash(token))
            if row is not None:
                tx.delete(row)
                self._log(tx, row.account, "sign_out", row.account, row.purpose)

    def _live(self, tx: Session, token: str, now: datetime) -> tuple[SessionRow, AccountRow] | None:
        row = tx.get(SessionRow, token_hash(token))
        if row is None or now - row.issued_at > timedelta(hours=SESSION_H):
            return None
        if now - row.seen_at > timedelta(minutes=IDLE_MIN):
            return None
        account = tx.get_one(AccountRow, row.account)
        return None if account.closed_at is not None else (row, account)


def account_digest(row: AccountRow) -> str:
    """What the audit log keeps of an account: a change that went round this module shows."""
    closed = None if row.closed_at is None else row.closed_at.isoformat()
    fields = (("id", row.id), ("key", row.key), ("password", row.password), ("roles", row.roles), ("closed", closed))
    return sha256(canonical(fields)).hexdigest()


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _written(roles: Sequence[Role]) -> str:
    return " ".join(sorted({Role(role).value for role in roles}))


def _actor(row: AccountRow) -> Actor:
    roles = frozenset(Role(role) for role in row.roles.split())
    return Actor(id=row.id, name=row.name, roles=roles, organisation=row.organisation)


def _open_account(tx: Session, account: str) -> AccountRow:
    row = tx.get(AccountRow, account)
    if row is None or row.closed_at is not None:
        raise NotFound("there is no such account")
    return row
