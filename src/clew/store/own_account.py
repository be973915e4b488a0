"""What a person does with their own account: second factors, recovery codes, the password, and where they are signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from clew.safeguards import totp
from clew.safeguards.accounts import FREE_ATTEMPTS, new_recovery_codes, new_token, plain_code, require_unguessable
from clew.safeguards.actors import Purpose
from clew.safeguards.errors import NotAllowed, NotFound, UsageError
from clew.safeguards.people import Factor, OwnAccount, OwnSession, Way
from clew.store.accounts import account_digest
from clew.store.models import AccountRow, AuditRow, SessionRow
from clew.store.signing_in import SESSION_H, SigningIn

PROOF_MIN: Final = 10
"""How long a proof of who it is lets the account be changed (OWASP ASVS 5.0, 7.5.1)."""


class OwnAccounts(SigningIn):
    def own_account(self, session: str) -> OwnAccount:
        now = self._clock()
        with self._read() as tx:
            row, account = self._require_live(tx, session)
            rows = self._factors(tx, account.id)
            opened = tx.scalars(
                select(SessionRow)
                .where(SessionRow.account == account.id, SessionRow.issued_at > now - timedelta(hours=SESSION_H))
                .order_by(SessionRow.issued_at.desc())
            ).all()
            failed = tx.scalar(
                select(func.max(AuditRow.at)).where(AuditRow.object == account.id, AuditRow.action == "sign_in_failed")
            )
            ways = self._second_ways(tx, account.id)
        shown = [each for each in rows if each.kind != Way.RECOVERY]
        return OwnAccount(
            factors=[Factor(id=f.id, way=Way(f.kind), label=f.label, made_at=f.made_at, used_at=f.used_at) for f in shown],
            sessions=[
                OwnSession(
                    id=s.number, way=s.way, client=s.client, issued_at=s.issued_at, seen_at=s.seen_at, here=s.token == row.token
                )
                for s in opened
            ],
            recovery_left=len(rows) - len(shown),
            has_password=account.password is not None,
            proved=self._is_proved(row),
            proofs=_proofs(ways, account),
            needs_second=self.second_factor == "required" and not row.strong,
            failed_at=failed,
        )  # fmt: skip

    # Proof.

    def _is_proved(self, row: SessionRow) -> bool:
        return self._clock() - row.proved_at <= timedelta(minutes=PROOF_MIN)

    def _require_proved(self, tx: Session, token: str) -> tuple[SessionRow, AccountRow]:
        row, account = self._require_live(tx, token)
        if not self._is_proved(row):
            raise NotAllowed("prove first that it is you, on the page of your account; then do this again")
        return row, account

    def prove_self(self, session: str, way: Way, answer: str) -> str:
        """Proves anew who it is: by the second factor where there is one, else by the password.

        The session goes on under a new token, which is answered; the old one is over. Raises NotAllowed, TryLater.
        """
        with self._read() as tx:
            _, account = self._require_live(tx, session)
            ways = _proofs(self._second_ways(tx, account.id), account)
        if way not in ways:
            raise NotAllowed("this does not prove who you are here")
        count = self._throttle_name("prove", account.id)
        self._count_attempt((count, FREE_ATTEMPTS))
        right = way is Way.PASSWORD and self._passwords.check(account.password, answer)
        with self._write() as tx:
            row, account = self._require_live(tx, session)
            if not right and not (way is not Way.PASSWORD and self._is_right(tx, account.id, way, answer)):
                self._log(tx, account.id, "proof_failed", account.id, row.purpose)
            else:
                self._forget_attempts(tx, count)
                self._log(tx, account.id, "prove", account.id, row.purpose, {"way": way.value})
                return self._renewed(tx, row)
        raise NotAllowed("that is not right: nothing was changed")

    def _renewed(self, tx: Session, row: SessionRow, *, strong: bool = False) -> str:
        """The same session under a new token: who has the old one has nothing. Its limits stay where they were."""
        token, kept = new_token()
        row.token, row.proved_at = kept, self._clock()
        row.strong = int(row.strong or strong)
        tx.flush()
        return token

    # Sessions.

    def end_session(self, session: str, which: str) -> None:
        with self._write() as tx:
            row, account = self._require_proved(tx, session)
            found = tx.scalar(select(SessionRow).where(SessionRow.account == account.id, SessionRow.number == which))
            if found is None:
                raise NotFound("there is no such session of yours")
            tx.delete(found)
            self._log(tx, account.id, "end_session", account.id, row.purpose, {"because": "its person said so"})

    def end_other_sessions(self, session: str) -> int:
        """Signs the person out everywhere else; answers how many sessions that ended."""
        with self._write() as tx:
            row, account = self._require_proved(tx, session)
            return self._end_others(tx, row, account)

    def _end_others(self, tx: Session, row: SessionRow, account: AccountRow) -> int:
        others = tx.scalars(
            delete(SessionRow)
            .where(SessionRow.account == account.id, SessionRow.token != row.token)
            .returning(SessionRow.number)
        ).all()
        self._end_begun(tx, account.id)
        self._log(tx, account.id, "end_other_sessions", account.id, row.purpose, {"ended": len(others)})
        return len(others)

    # Password and factors.

    def change_password(self, session: str, password: str) -> str:
        """Sets the person's password and ends their other sessions. The session's new token."""
        with self._read() as tx:
            _, account = self._require_proved(tx, session)
        require_unguessable(password, (account.name, account.organisation))
        kept = self._passwords.hash(password)
        with self._write() as tx:
            row, account = self._require_proved(tx, session)
            account.password = kept
            detail = {"roles": account.roles, "digest": account_digest(account)}
            self._log(tx, account.id, "set_password", account.id, Purpose.ADMINISTRATION, detail)
            self._end_others(tx, row, account)
            return self._renewed(tx, row)

    def begin_totp(self, session: str) -> tuple[str, str, str]:
        """The step, the secret as it is typed, and the address for an app. Nothing counts before a code came back."""
        secret = totp.new_secret()
        with self._write() as tx:
            _, account = self._require_proved(tx, session)
            step = self._keep_step(tx, "totp", account.id, {"secret": secret.hex()})
        return step, totp.written(secret), totp.address(secret, account.name)

    def shown_totp(self, session: str, step: str) -> tuple[str, str]:
        """The secret and the address once more, after a code that was not right."""
        with self._read() as tx:
            _, account = self._require_proved(tx, session)
            found = self._open_step(tx, step, "totp")
            if found is None or found[0].account != account.id:
                raise NotFound("setting this up took too long: begin again")
        secret = bytes.fromhex(found[1]["secret"])
        return totp.written(secret), totp.address(secret, account.name)

    def finish_totp(self, session: str, step: str, code: str, label: str) -> str:
        """Takes the generator in once it gave a right code. The session's new token; UsageError for a wrong code."""
        with self._write() as tx:
            row, account = self._require_proved(tx, session)
            found = self._open_step(tx, step, "totp")
            if found is None or found[0].account != account.id:
                raise NotFound("setting this up took too long: begin again")
            secret = bytes.fromhex(found[1]["secret"])
            used = totp.accepted_step(secret, code, self._clock().timestamp())
            if used is None:
                raise UsageError("code: not the one that the app shows now; check the clock of your telephone")
            tx.delete(found[0])
            self._add_factor(
                tx, account.id, Way.TOTP, secret, label or "app with codes", account.id, kept=secret, counter=used
            )
            self._end_others(tx, row, account)
            return self._renewed(tx, row, strong=True)

    def new_recovery_codes(self, session: str) -> Sequence[str]:
        """New codes, shown once; the old ones are worth nothing from here on."""
        with self._write() as tx:
            _, account = self._require_proved(tx, session)
            if not self._second_ways(tx, account.id):
                raise UsageError("recovery codes stand in for a second factor: set one up first")
            for old in self._factors(tx, account.id, Way.RECOVERY):
                self._end_factor(tx, old, account.id)
            codes = new_recovery_codes()
            for code in codes:
                self._add_factor(
                    tx, account.id, Way.RECOVERY, f"{account.id}/{plain_code(code)}".encode(), "", account.id
                )
            return codes

    def remove_factor(self, session: str, factor: str) -> None:
        """Ends a factor of the person's own; with the last one go the recovery codes."""
        with self._write() as tx:
            _, account = self._require_proved(tx, session)
            self._end_factor(tx, self._own_factor(tx, account.id, factor), account.id)
            if not self._second_ways(tx, account.id):
                for left in self._factors(tx, account.id, Way.RECOVERY):
                    self._end_factor(tx, left, account.id)


def _proofs(ways: tuple[Way, ...], account: AccountRow) -> tuple[Way, ...]:
    """With what a person proves anew who they are. A recovery code is for signing in, not for this."""
    second = tuple(way for way in ways if way is not Way.RECOVERY)
    return second or ((Way.PASSWORD,) if account.password is not None else ())
