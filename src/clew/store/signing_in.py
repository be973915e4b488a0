"""Signing in, and sessions. Tokens are kept as hashes; what strangers try never holds up a browser that is known."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from clew.safeguards.accounts import FREE_ATTEMPTS, FREE_OF_A_SOURCE, new_token, source_of, token_hash
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotAllowed
from clew.safeguards.people import Admitted, Caller, Way, client_words
from clew.safeguards.permissions import purposes
from clew.store.account_models import DeviceRow, StepRow
from clew.store.accounts import actor_of, name_key
from clew.store.factors import STEP_TRIES, Factors
from clew.store.models import AccountRow, AttemptRow, OnceRow, SessionRow

SESSION_H: Final = 12
"""A session ends this long after sign-in, whatever happens."""
IDLE_MIN: Final = 60
"""A session ends after this long without a page (NIST SP 800-63B-4, 2.2.3: at most an hour)."""
DEVICE_DAYS: Final = 180
"""How long a browser stays known without a sign-in."""

_TOUCH_S = 60
_FIRST = (Purpose.LEAD_REVIEW, *(each for each in Purpose if each is not Purpose.LEAD_REVIEW))
"""The purpose of a new session is the first of these that the roles serve: no identity opens under lead review."""
_NOBODY = Caller()


class SigningIn(Factors):
    second_factor: str = "optional"
    """required: without one a session may do nothing but set one up."""

    # In.

    def enter(self, name: str, password: str, caller: Caller) -> Admitted | None:
        """A session, or the step that waits for a second factor; None where name and password do not belong together.

        Raises TryLater after repeated failures, for known and unknown names alike. Failures from browsers that are not
        known count by name and by source; those from a browser that is known to the account count by themselves.
        """
        with self._read() as tx:
            row = tx.scalar(select(AccountRow).where(AccountRow.key == name_key(name)))
            known = self._known_device(tx, row, caller)
        counts = self._counts(name, known, caller)
        self._count_attempt(*counts.items())
        is_right = self._passwords.check(row.password if row else None, password)
        with self._write() as tx:
            row = tx.get(AccountRow, row.id) if row else None
            if row is None or not is_right or row.closed_at is not None:
                if row is not None:
                    self._log(tx, row.id, "sign_in_failed", row.id, "", {"known_browser": bool(known)})
                return None
            self._clear_counts(tx, counts)
            return self._admit(tx, row, Way.PASSWORD, caller)

    def sign_in(self, name: str, password: str) -> str | None:
        """As `enter` from nowhere in particular: the session's token, or None where a second factor is asked for too."""
        admitted = self.enter(name, password, _NOBODY)
        return (admitted.session or None) if admitted else None

    def _counts(self, name: str, known: str, caller: Caller) -> dict[str, int]:
        if known:
            return {self._throttle_name(name_key(name), "from", known): FREE_ATTEMPTS}
        counts = {self._throttle_name(name_key(name)): FREE_ATTEMPTS}
        if source := source_of(caller.source):
            counts[self._throttle_name("source", source)] = FREE_OF_A_SOURCE
        return counts

    def _clear_counts(self, tx: Session, counts: dict[str, int]) -> None:
        """A right password clears the count of its name; of a source it takes back its own attempt and no other."""
        own = [key for key, free in counts.items() if free == FREE_ATTEMPTS]
        self._forget_attempts(tx, *own)
        rest = [key for key in counts if key not in own]
        tx.execute(update(AttemptRow).where(AttemptRow.name.in_(rest)).values(failures=AttemptRow.failures - 1))

    def enter_once(self, token: str, caller: Caller) -> Admitted | None:
        """As `enter`, for a one-time token; None when it is unknown, used or out of date."""
        now, kept = self._clock(), token_hash(token)
        with self._write() as tx:
            unused = (OnceRow.token == kept, OnceRow.used_at.is_(None), OnceRow.expires_at > now)
            account = tx.scalar(update(OnceRow).where(*unused).values(used_at=now).returning(OnceRow.account))
            row = tx.get(AccountRow, account) if account else None
            return None if row is None or row.closed_at is not None else self._admit(tx, row, Way.ONCE, caller)

    def sign_in_once(self, token: str) -> str | None:
        admitted = self.enter_once(token, _NOBODY)
        return (admitted.session or None) if admitted else None

    def _admit(self, tx: Session, row: AccountRow, way: Way, caller: Caller, *, strong: bool = False) -> Admitted:
        ways = self._second_ways(tx, row.id)
        if ways:
            return Admitted(step=self._keep_step(tx, "second", row.id, {"way": way.value}), ways=ways)
        return self._new_session(tx, row, way.value, caller, strong=strong)

    def waiting(self, step: str) -> tuple[Way, ...]:
        """The ways that a half-open sign-in takes; none when it is over."""
        with self._read() as tx:
            found = self._open_step(tx, step, "second") if step else None
            return self._second_ways(tx, found[0].account or "") if found else ()

    def enter_second(self, step: str, way: Way, answer: str, caller: Caller) -> Admitted | None:
        """The session that a right second factor opens; None for a wrong one, or when the step is over.

        Five wrong answers end the step. Raises TryLater when they go on over several steps.
        """
        if not self.waiting(step):
            return None
        with self._read() as tx:
            found = self._open_step(tx, step, "second")
            account = found[0].account if found else None
        count = self._throttle_name("second", account or "")
        self._count_attempt((count, FREE_ATTEMPTS))
        with self._write() as tx:
            found = self._open_step(tx, step, "second")
            row = tx.get(AccountRow, account) if account else None
            if found is None or row is None or row.closed_at is not None:
                return None
            if not self._is_right(tx, row.id, way, answer):
                self._fail_step(tx, found[0], row)
                return None
            tx.delete(found[0])
            self._forget_attempts(tx, count)
            return self._new_session(tx, row, f"{found[1]['way']}, {way.value}", caller, strong=True)

    def _fail_step(self, tx: Session, step: StepRow, row: AccountRow) -> None:
        step.failures += 1
        if step.failures >= STEP_TRIES:
            tx.delete(step)
        self._log(tx, row.id, "second_factor_failed", row.id, "")

    # Browsers that are known.

    def _known_device(self, tx: Session, row: AccountRow | None, caller: Caller) -> str:
        """The hash of the browser's token where this account has signed in with it; empty otherwise."""
        if row is None or not caller.device:
            return ""
        found = tx.get(DeviceRow, (token_hash(caller.device), row.id))
        old = self._clock() - timedelta(days=DEVICE_DAYS)
        return found.token if found is not None and found.seen_at > old else ""

    def _remember_device(self, tx: Session, row: AccountRow, caller: Caller) -> tuple[str, str]:
        """The browser's token and its hash. One that is not of ours is replaced, so that nobody brings their own."""
        now = self._clock()
        tx.execute(delete(DeviceRow).where(DeviceRow.seen_at < now - timedelta(days=DEVICE_DAYS)))
        token, kept = caller.device, token_hash(caller.device)
        if not token or tx.scalar(select(DeviceRow.token).where(DeviceRow.token == kept).limit(1)) is None:
            token, kept = new_token()
        tx.merge(DeviceRow(token=kept, account=row.id, seen_at=now))
        return token, kept

    # Sessions.

    def _new_session(
        self, tx: Session, row: AccountRow, way: str, caller: Caller, *, strong: bool, purpose: str = ""
    ) -> Admitted:
        token, kept = new_token()
        actor, now = actor_of(row), self._clock()
        device, device_hash = self._remember_device(tx, row, caller)
        tx.execute(delete(SessionRow).where(SessionRow.issued_at < now - timedelta(hours=SESSION_H)))
        stated = purposes(actor)
        purpose = purpose or next((each for each in _FIRST if each in stated), Purpose.STATISTICS)
        tx.add(
            SessionRow(
                token=kept, account=row.id, purpose=purpose, issued_at=now, seen_at=now,
                number="ses_" + secrets.token_hex(6), way=way, strong=int(strong), client=client_words(caller.client),
                bound=self._bound(caller.client), device=device_hash, proved_at=now,
            )
        )  # fmt: skip
        self._log(tx, actor, "sign_in", row.id, purpose, {"way": way})
        return Admitted(session=token, device=device)

    def _bound(self, client: str) -> str:
        return hmac.digest(self._keys.key("session binding"), client.encode(), "sha256").hex() if client else ""

    def session(self, token: str, client: str | None = None) -> tuple[Actor, Purpose] | None:
        """Who this is and the purpose they stated; None when signed out, idle for too long or closed.

        A session that comes from another browser than it was opened in is over, also from one that says nothing of itself;
        `client` is None where nobody asks from which it comes. Where a second factor is required and
        was not given, the actor has no role.
        """
        now = self._clock()
        with self._read() as tx:
            pair = self._live(tx, token, now)
        if pair is None:
            return None
        row, account = pair
        if client is not None and row.bound and not hmac.compare_digest(self._bound(client), row.bound):
            with self._write() as tx:
                tx.execute(delete(SessionRow).where(SessionRow.token == row.token))
                self._log(tx, account.id, "end_session", account.id, row.purpose, {"because": "another browser"})
            return None
        if (now - row.seen_at).total_seconds() > _TOUCH_S:
            with self._write() as tx:
                tx.execute(update(SessionRow).where(SessionRow.token == row.token).values(seen_at=now))
        return self._as_let_in(row, account), Purpose(row.purpose)

    def _as_let_in(self, row: SessionRow, account: AccountRow) -> Actor:
        actor = actor_of(account)
        if self.second_factor == "required" and not row.strong:
            return Actor(id=actor.id, name=actor.name, roles=frozenset(), organisation=actor.organisation)
        return actor

    def set_purpose(self, token: str, purpose: Purpose) -> None:
        """States another purpose from here on. Raises NotAllowed when the roles of the account do nothing under it."""
        with self._write() as tx:
            row, account = self._require_live(tx, token)
            actor = self._as_let_in(row, account)
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

    def _require_live(self, tx: Session, token: str) -> tuple[SessionRow, AccountRow]:
        pair = self._live(tx, token, self._clock())
        if pair is None:
            raise NotAllowed("there is no such session: sign in again")
        return pair
