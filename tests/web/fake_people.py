"""Accounts of the desk of invented data: one person, who may have a second factor. Nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from clew.safeguards.errors import NotAllowed, UsageError
from clew.safeguards.people import Admitted, Caller, Factor, OwnAccount, OwnSession, Site, Way

if TYPE_CHECKING:
    from fake_desk import FakeDesk

WHEN = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
SECRET = "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567"
CODE = "123456"


@dataclass
class FakePeople:
    """`second` asks for a code after the password; `proved` is whether the account may be changed."""

    desk: FakeDesk
    second: bool = False
    proved: bool = True
    factors: list[Factor] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)

    def enter(self, name: str, password: str, caller: Caller) -> Admitted | None:
        self.callers.append(caller)
        session = self.desk.sign_in(name, password)
        if session is None:
            return None
        if self.second:
            self.desk.sign_out(session)
            return Admitted(step="step-token", ways=(Way.TOTP, Way.RECOVERY))
        return Admitted(session=session, device=caller.device or "device-token")

    def enter_once(self, token: str, caller: Caller) -> Admitted | None:
        session = self.desk.sign_in_once(token)
        return Admitted(session=session, device="device-token") if session else None

    def waiting(self, step: str) -> tuple[Way, ...]:
        return (Way.TOTP, Way.RECOVERY) if self.second and step == "step-token" else ()

    def enter_second(self, step: str, way: Way, answer: str, caller: Caller) -> Admitted | None:
        if not self.waiting(step) or answer != CODE:
            return None
        return Admitted(session=self.desk.sign_in("mira", "correct horse") or "", device="device-token")

    def elsewhere(self) -> str:
        return "the invented ministry"

    def begin_elsewhere(self, back: str, session: str = "") -> tuple[str, str]:
        return "https://id.example/authorize", "elsewhere-step"

    def finish_elsewhere(self, step: str, code: str, state: str, caller: Caller) -> Admitted:
        if (step, code) != ("elsewhere-step", "right"):
            raise NotAllowed("this is not a sign-in that was begun here: begin again")
        return Admitted(session=self.desk.sign_in("mira", "correct horse") or "", device="device-token")

    def own_account(self, session: str) -> OwnAccount:
        other = OwnSession(id="ses_0123456789ab", way="password", client="Firefox on Linux", issued_at=WHEN, seen_at=WHEN, here=False)  # fmt: skip
        here = OwnSession(id="ses_ba9876543210", way="password, totp", client="Chromium on Android", issued_at=WHEN, seen_at=WHEN, here=True)  # fmt: skip
        return self.desk._said(
            OwnAccount(
                factors=list(self.factors), sessions=[here, other], recovery_left=7 if self.factors else 0,
                has_password=True, proved=self.proved, proofs=(Way.TOTP,) if self.factors else (Way.PASSWORD,),
                needs_second=False, failed_at=WHEN,
            )
        )  # fmt: skip

    def prove_self(self, session: str, way: Way, answer: str) -> str:
        if answer not in {CODE, "correct horse"}:
            raise NotAllowed("that is not right: nothing was changed")
        self.proved = True
        return self._renewed(session)

    def _renewed(self, session: str) -> str:
        fresh = self.desk.sign_in("mira", "correct horse") or ""
        self.desk.sign_out(session)
        return fresh

    def end_session(self, session: str, which: str) -> None:
        self.done.append(f"end {which}")

    def end_other_sessions(self, session: str) -> int:
        self.done.append("end others")
        return 1

    def change_password(self, session: str, password: str) -> str:
        if len(password) < 15:
            raise UsageError("password: between 15 and 128 characters are needed")
        self.done.append("password")
        return self._renewed(session)

    def begin_totp(self, session: str) -> tuple[str, str, str]:
        return "step-of-codes", *self.shown_totp(session, "step-of-codes")

    def shown_totp(self, session: str, step: str) -> tuple[str, str]:
        return SECRET, f"otpauth://totp/clew:mira?secret={SECRET.replace(' ', '')}&issuer=clew"

    def finish_totp(self, session: str, step: str, code: str, label: str) -> str:
        if code != CODE:
            raise UsageError("code: not the one that the app shows now; check the clock of your telephone")
        self.factors.append(
            Factor(id="fac_0123456789abcdef", way=Way.TOTP, label=label or "app", made_at=WHEN, used_at=None)
        )
        return self._renewed(session)

    def begin_passkey(self, session: str, site: Site) -> tuple[str, str]:
        return '{"challenge": "AAAA"}', "step-of-passkey"

    def finish_passkey(self, session: str, step: str, answer: str, label: str) -> str:
        raise UsageError("passkey: what the browser sent does not fit what was asked; begin again")

    def ask_passkey(self, site: Site, *, step: str = "", session: str = "") -> tuple[str, str]:
        return '{"challenge": "AAAA"}', "question"

    def new_recovery_codes(self, session: str) -> Sequence[str]:
        self.done.append("recovery")
        return [f"abcd-efgh-ijkl-mnop-qrst-uv{n:02d}" for n in range(10)]

    def remove_factor(self, session: str, factor: str) -> None:
        self.factors = [each for each in self.factors if each.id != factor]
