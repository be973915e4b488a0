"""Passkeys of an account: set up by its person, asked for as a second factor or as a proof."""

from __future__ import annotations

from clew.safeguards import passkeys
from clew.safeguards.errors import NotAllowed, NotFound
from clew.safeguards.people import Site, Way
from clew.store.elsewhere import SigningInElsewhere


class Passkeys(SigningInElsewhere):
    def begin_passkey(self, session: str, site: Site) -> tuple[str, str]:
        """What the browser needs to make a key, as JSON, and the step. UsageError where pages are served at a number."""
        with self._write() as tx:
            _, account = self._require_proved(tx, session)
            rows = self._factors(tx, account.id, Way.PASSKEY)
            known = [passkeys.Passkey.of(self._secret_of(row), row.counter) for row in rows]
            options, challenge = passkeys.creation(site, account.id, account.name, known)
            said = {"host": site.host, "origin": site.origin, "challenge": challenge.hex()}
            return options, self._keep_step(tx, "passkey", account.id, said)

    def finish_passkey(self, session: str, step: str, answer: str, label: str) -> str:
        """Takes the key in. The session's new token; UsageError for an answer that does not fit."""
        with self._write() as tx:
            row, account = self._require_proved(tx, session)
            found = self._open_step(tx, step, "passkey")
            if found is None or found[0].account != account.id:
                raise NotFound("setting this up took too long: begin again")
            site = Site(host=found[1]["host"], origin=found[1]["origin"])
            made = passkeys.created(site, bytes.fromhex(found[1]["challenge"]), answer)
            tx.delete(found[0])
            self._add_factor(
                tx,
                account.id,
                Way.PASSKEY,
                made.id,
                label or "passkey",
                account.id,
                kept=made.kept(),
                counter=made.count,
            )
            self._end_others(tx, row, account)
            return self._renewed(tx, row, strong=True)

    def ask_passkey(self, site: Site, *, step: str = "", session: str = "") -> tuple[str, str]:
        """The question to a passkey, for a half-open sign-in or for a session that proves anew who it is."""
        with self._write() as tx:
            if session:
                account: str | None = self._require_live(tx, session)[1].id
            else:
                found = self._open_step(tx, step, "second") if step else None
                account = found[0].account if found else None
            if account is None:
                raise NotAllowed("there is no sign-in that waits: begin again")
            return self._ask_passkey(tx, account, site)
