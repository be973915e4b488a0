"""What proves a person beside a password, in the vault: kept sealed, changed only with an entry in the log, ended and never erased."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from clew.safeguards import passkeys, totp
from clew.safeguards.accounts import new_token, plain_code, token_hash
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotFound, UsageError
from clew.safeguards.key_header import decrypt, encrypt
from clew.safeguards.keys import canonical
from clew.safeguards.people import SECOND, Site, Way
from clew.safeguards.permissions import Action
from clew.store.account_models import FactorRow, StepRow
from clew.store.accounts import Accounts, open_account
from clew.store.models import AccountRow, SessionRow

FACTOR_ACTS: Final = ("add_factor", "end_factor")
"""Each leaves the factor's digest in the log; `verify` compares the last one with the factor as it stands."""
STEP_MIN: Final = 10
STEP_TRIES: Final = 5
"""Wrong answers after which a half-open sign-in is over."""


class Factors(Accounts):
    """Second factors, and the steps that wait for one."""

    # What is kept.

    def _add_factor(
        self, tx: Session, account: str, way: Way, secret: bytes, label: str, by: Actor | str,
        *, kept: bytes | None = None, counter: int = -1,
    ) -> FactorRow:  # fmt: skip
        """`secret` tells it from all others; `kept` is what checks it, sealed. Raises UsageError where it is here already."""
        id = "fac_" + secrets.token_hex(8)
        mark = self._mark(way, secret)
        if tx.scalar(select(FactorRow.id).where(FactorRow.mark == mark)):
            raise UsageError("this was set up before; remove it first")
        row = FactorRow(
            id=id, account=account, kind=way.value, label=label.strip()[:60] or way.value, mark=mark, counter=counter,
            wrapped=None if kept is None else encrypt(self._factor_sealer, kept, f"factor/{id}"),
            made_at=self._clock(), used_at=None, ended_at=None,
        )  # fmt: skip
        tx.add(row)
        tx.flush()
        self._log_factor(tx, by, "add_factor", row)
        return row

    def _end_factor(self, tx: Session, row: FactorRow, by: Actor | str) -> None:
        row.ended_at, row.wrapped, row.mark = self._clock(), None, f"ended:{row.id}"
        self._log_factor(tx, by, "end_factor", row)

    def _log_factor(self, tx: Session, by: Actor | str, act: str, row: FactorRow) -> None:
        detail = {"account": row.account, "way": row.kind, "digest": factor_digest(row)}
        self._log(tx, by, act, row.id, Purpose.ADMINISTRATION, detail)

    def _mark(self, way: Way, secret: bytes) -> str:
        return hmac.digest(self._keys.key("factor marks"), way.encode() + b"\0" + secret, "sha256").hex()

    @property
    def _factor_sealer(self) -> AESGCM:
        """Not under the keys that are rotated so that erased persons stay unreadable: a restored copy still signs in."""
        return AESGCM(self._keys.key("factors"))

    def _secret_of(self, row: FactorRow) -> bytes:
        return decrypt(self._factor_sealer, row.wrapped or b"", f"factor/{row.id}")

    def _factors(self, tx: Session, account: str, *ways: Way) -> Sequence[FactorRow]:
        kinds = [way.value for way in ways or tuple(Way)]
        standing = (FactorRow.account == account, FactorRow.ended_at.is_(None), FactorRow.kind.in_(kinds))
        return tx.scalars(select(FactorRow).where(*standing).order_by(FactorRow.made_at).with_for_update()).all()

    def _second_ways(self, tx: Session, account: str) -> tuple[Way, ...]:
        """What can be asked for beside the password; recovery codes alone are no second factor."""
        here = {row.kind for row in self._factors(tx, account, *SECOND)}
        return tuple(way for way in SECOND if way in here) if here - {Way.RECOVERY} else ()

    def _is_right(self, tx: Session, account: str, way: Way, answer: str) -> bool:
        """Whether it is a code of this account, which is thereby used."""
        rows = self._factors(tx, account, way)
        if way is Way.RECOVERY:
            mark = self._mark(way, f"{account}/{plain_code(answer)}".encode())
            found = next((row for row in rows if hmac.compare_digest(row.mark, mark)), None)
            if found is not None:
                found.used_at = self._clock()
                self._end_factor(tx, found, account)
            return found is not None
        if way is Way.PASSKEY:
            return self._passkey_answers(tx, rows, answer)
        if way is not Way.TOTP:
            return False
        now = self._clock()
        for row in rows:
            step = totp.accepted_step(self._secret_of(row), answer, now.timestamp(), after=row.counter)
            if step is not None:
                row.counter, row.used_at = step, now
                return True
        return False

    def _passkey_answers(self, tx: Session, rows: Sequence[FactorRow], answer: str) -> bool:
        """`answer` is the token of the question and what the browser sent, parted by a space. A question is asked once."""
        token, _, sent = answer.partition(" ")
        found = self._open_step(tx, token, "question")
        if found is None:
            return False
        tx.delete(found[0])
        site, challenge = Site(host=found[1]["host"], origin=found[1]["origin"]), bytes.fromhex(found[1]["challenge"])
        for row in rows:
            if row.account != found[0].account:
                continue
            count = passkeys.answered(site, challenge, sent, passkeys.Passkey.of(self._secret_of(row), row.counter))
            if count is not None:
                row.counter, row.used_at = count, self._clock()
                return True
        return False

    def _ask_passkey(self, tx: Session, account: str, site: Site) -> tuple[str, str]:
        """What the browser needs, and the token of the question."""
        known = [passkeys.Passkey.of(self._secret_of(r), r.counter) for r in self._factors(tx, account, Way.PASSKEY)]
        options, challenge = passkeys.question(site, known)
        said = {"host": site.host, "origin": site.origin, "challenge": challenge.hex()}
        return options, self._keep_step(tx, "question", account, said)

    # Steps that wait.

    def _keep_step(self, tx: Session, kind: str, account: str | None, said: Mapping[str, Any]) -> str:
        token, kept = new_token()
        now = self._clock()
        tx.execute(delete(StepRow).where(StepRow.expires_at <= now))
        sealed = encrypt(self._factor_sealer, json.dumps(dict(said)).encode(), f"step/{kept}")
        until = now + timedelta(minutes=STEP_MIN)
        tx.add(StepRow(token=kept, kind=kind, account=account, sealed=sealed, failures=0, expires_at=until))
        return token

    def _open_step(self, tx: Session, token: str, kind: str) -> tuple[StepRow, dict[str, Any]] | None:
        row = tx.get(StepRow, token_hash(token), with_for_update=True)
        if row is None or row.kind != kind or row.expires_at <= self._clock():
            return None
        return row, json.loads(decrypt(self._factor_sealer, row.sealed, f"step/{row.token}"))

    # By an administrator.

    def reset_factors(self, account: str, *, actor: Actor) -> int:
        """Ends every second factor of an account and its links to accounts elsewhere, and its sessions; answers how many.

        A link goes too: whoever has the account elsewhere would else come in at once and set up factors of their own.
        """
        self.require(actor, Action.MANAGE_ACCOUNTS, Purpose.ADMINISTRATION, account)
        with self._write() as tx:
            open_account(tx, account)
            rows = self._factors(tx, account, *SECOND, Way.ELSEWHERE)
            for row in rows:
                self._end_factor(tx, row, actor)
            tx.execute(delete(SessionRow).where(SessionRow.account == account))
            self._end_begun(tx, account)
        return len(rows)

    def link_elsewhere(self, account: str, issuer: str, subject: str, *, actor: Actor) -> None:
        """Lets an account elsewhere sign this one in. Conflict-free only where nobody else has it: UsageError otherwise."""
        self.require(actor, Action.MANAGE_ACCOUNTS, Purpose.ADMINISTRATION, account)
        if not issuer or not subject:
            raise UsageError("issuer and subject are required")
        with self._write() as tx:
            open_account(tx, account)
            self._add_factor(tx, account, Way.ELSEWHERE, subject_bytes(issuer, subject), issuer, actor)

    def _of_subject(self, tx: Session, issuer: str, subject: str) -> tuple[FactorRow, AccountRow] | None:
        mark = self._mark(Way.ELSEWHERE, subject_bytes(issuer, subject))
        row = tx.scalar(select(FactorRow).where(FactorRow.mark == mark))
        account = tx.get(AccountRow, row.account) if row else None
        return None if row is None or account is None or account.closed_at is not None else (row, account)

    def _own_factor(self, tx: Session, account: str, factor: str) -> FactorRow:
        row = tx.get(FactorRow, factor)
        if row is None or row.account != account or row.ended_at is not None:
            raise NotFound("there is nothing by that id in your account")
        return row


def subject_bytes(issuer: str, subject: str) -> bytes:
    return canonical((("issuer", issuer), ("subject", subject)))


def factor_digest(row: FactorRow) -> str:
    """What the log keeps of a factor: one that was put in, or given to another account, shows."""
    ended = None if row.ended_at is None else row.ended_at.isoformat()
    fields = (("id", row.id), ("account", row.account), ("kind", row.kind), ("mark", row.mark), ("ended", ended))
    return sha256(canonical(fields)).hexdigest()


def factor_digests(tx: Session) -> dict[str, str]:
    return {row.id: factor_digest(row) for row in tx.scalars(select(FactorRow))}
