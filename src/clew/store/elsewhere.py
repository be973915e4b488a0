"""Accounts elsewhere that sign accounts here in. None is made by it: a person, or an administrator, links them first."""

from __future__ import annotations

from clew.safeguards.elsewhere import Provider
from clew.safeguards.errors import NotAllowed, NotFound
from clew.safeguards.people import Admitted, Caller, Way
from clew.store.accounts import open_account
from clew.store.factors import subject_bytes
from clew.store.own_account import OwnAccounts


class SigningInElsewhere(OwnAccounts):
    provider: Provider | None = None

    def elsewhere(self) -> str:
        """What people call the provider; empty where there is none."""
        return self.provider.name if self.provider else ""

    def begin_elsewhere(self, back: str, session: str = "") -> tuple[str, str]:
        """The provider's address, and the step. With a session, its person links the account that they come back with."""
        if self.provider is None:
            raise NotFound("nobody signs in elsewhere here")
        address, kept = self.provider.begin(back)
        with self._write() as tx:
            account = self._require_proved(tx, session)[1].id if session else None
            return address, self._keep_step(tx, "elsewhere", account, kept)

    def finish_elsewhere(self, step: str, code: str, state: str, caller: Caller) -> Admitted:
        """A session, the step to a second factor, or, where linking was begun, neither: then the account is linked.

        Raises NotAllowed for whom the provider does not confirm, and for an account that is linked to none here.
        """
        with self._write() as tx:
            found = self._open_step(tx, step, "elsewhere") if step else None
            if found is None or self.provider is None:
                raise NotAllowed("this is not a sign-in that was begun here: begin again")
            kept, account = found[1], found[0].account
            tx.delete(found[0])  # whatever comes of it, it is tried once
        subject = self.provider.finish(kept, code=code, state=state)
        with self._write() as tx:
            if account is not None:
                open_account(tx, account)
                secret = subject_bytes(subject.issuer, subject.subject)
                self._add_factor(tx, account, Way.ELSEWHERE, secret, self.provider.name, account)
                return Admitted()
            linked = self._of_subject(tx, subject.issuer, subject.subject)
            if linked is None:
                raise NotAllowed(
                    "that account is linked to none here: sign in as usual, and link it on the page of your account"
                )
            factor, row = linked
            factor.used_at = self._clock()
            return self._admit(tx, row, Way.ELSEWHERE, caller, strong=subject.strong)
