"""Signing in, as pages see it: from where someone comes, what they are let in with, and what their account shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Way(StrEnum):
    """What proves who somebody is."""

    PASSWORD = "password"  # noqa: S105  the word, not one
    ONCE = "once"
    TOTP = "totp"
    PASSKEY = "passkey"
    RECOVERY = "recovery"
    ELSEWHERE = "elsewhere"


SECOND = (Way.PASSKEY, Way.TOTP, Way.RECOVERY)
"""What can be asked for beside a password, the strongest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """From where a request comes, as far as it tells."""

    device: str = ""
    """The token that a browser keeps once someone has signed in with it."""
    source: str = ""
    """The network address."""
    client: str = ""
    """What the browser says it is (User-Agent)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A session, or a step that waits for a second factor."""

    session: str = ""
    step: str = ""
    ways: tuple[Way, ...] = ()
    device: str = ""
    """For the browser to keep: who comes with it is not held up by what strangers try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Something that signs its account in, without its secret."""

    id: str
    way: Way
    label: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSession:
    id: str
    way: str
    client: str
    issued_at: datetime
    seen_at: datetime
    here: bool
    """The one that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAccount:
    """What a person sees of their own account."""

    factors: Sequence[Factor]
    sessions: Sequence[OwnSession]
    recovery_left: int
    has_password: bool
    proved: bool
    """They proved lately who they are, so the account may be changed."""
    proofs: tuple[Way, ...]
    """With what they can prove it again."""
    needs_second: bool
    """The workspace asks for a second factor and the account has none."""
    failed_at: datetime | None
    """When an attempt to sign in failed last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the pages are served, as WebAuthn compares it."""

    host: str
    origin: str


class People(Protocol):
    """Each method that takes a session acts for its person alone; a change needs a proof not older than ten minutes."""

    def enter(self, name: str, password: str, caller: Caller) -> Admitted | None: ...
    def enter_once(self, token: str, caller: Caller) -> Admitted | None: ...
    def enter_second(self, step: str, way: Way, answer: str, caller: Caller) -> Admitted | None: ...
    def waiting(self, step: str) -> tuple[Way, ...]:
        """The ways that a half-open sign-in takes; none when it is over."""
        ...

    def elsewhere(self) -> str:
        """What people call the provider whose accounts can sign in here; empty where there is none."""
        ...

    def begin_elsewhere(self, back: str, session: str = "") -> tuple[str, str]: ...
    def finish_elsewhere(self, step: str, code: str, state: str, caller: Caller) -> Admitted: ...
    def own_account(self, session: str) -> OwnAccount: ...
    def prove_self(self, session: str, way: Way, answer: str) -> str:
        """Proves anew who it is. A session under a new token; the old one is over. Raises NotAllowed."""
        ...

    def end_session(self, session: str, which: str) -> None: ...
    def end_other_sessions(self, session: str) -> int: ...
    def change_password(self, session: str, password: str) -> str: ...
    def begin_totp(self, session: str) -> tuple[str, str, str]:
        """The step, the secret as it is typed, and the address for an app."""
        ...

    def shown_totp(self, session: str, step: str) -> tuple[str, str]: ...
    def finish_totp(self, session: str, step: str, code: str, label: str) -> str: ...
    def begin_passkey(self, session: str, site: Site) -> tuple[str, str]: ...
    def finish_passkey(self, session: str, step: str, answer: str, label: str) -> str: ...
    def ask_passkey(self, site: Site, *, step: str = "", session: str = "") -> tuple[str, str]: ...
    def new_recovery_codes(self, session: str) -> Sequence[str]: ...
    def remove_factor(self, session: str, factor: str) -> None: ...


_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chromium"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def client_words(client: str) -> str:
    """A browser as its person knows it; never more of what it said than that.

    >>> client_words("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
    'Firefox on Linux'
    >>> client_words("<script>")
    'unknown browser'
    """
    browser = next((words for sign, words in _BROWSERS if sign in client), "")
    system = next((words for sign, words in _SYSTEMS if sign in client), "")
    return " on ".join(part for part in (browser, system) if part) or "unknown browser"
