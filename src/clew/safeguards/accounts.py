"""Passwords, tokens and how long a failed attempt must wait. Pure: what is kept is the store's matter.

Passwords are kept as argon2id (RFC 9106), tokens as SHA-256: a token is 256 random bits, so a fast hash is enough.
"""

from __future__ import annotations

import ipaddress
import secrets
import unicodedata
from base64 import b32encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from clew.safeguards.errors import UsageError
from clew.safeguards.keys import Cost

MINIMUM_PASSWORD: Final = 15
"""Characters (NIST SP 800-63B-4, 3.1.1.2). No rule on which: length is what counts."""
MAXIMUM_PASSWORD: Final = 128
FEWEST_GUESSES: Final = 10
"""Powers of ten of guesses that a password must take of someone who knows lists, patterns and the account's name."""
FREE_ATTEMPTS: Final = 5
FREE_OF_A_SOURCE: Final = 20
"""Several persons share an address."""
LONGEST_WAIT_S: Final = 60
MANY_FAILURES: Final = 100
"""After so many in a row (NIST SP 800-63B-4, 3.2.2) an unknown browser waits longer."""
LONG_WAIT_S: Final = 900
FORGET_AFTER_S: Final = 86_400
"""Failures older than this no longer count."""
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES = 15
"""120 bits: a fast hash keeps them (OWASP ASVS 5.0, 6.5.2)."""


class Passwords:
    """Hashes and checks passwords at one cost."""

    __slots__ = ("_hasher", "_nobody")

    def __init__(self, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The password as it may be kept. Raises UsageError when it is too short or too long."""
        return self._hasher.hash(_of_length(password))

    def check(self, kept: str | None, password: str) -> bool:
        """Whether it is the password. Takes the same time for an account that does not exist or has none."""
        try:
            right = self._hasher.verify(kept or self._nobody, normal(password)[: MAXIMUM_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return False
        return right and kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed at another cost than today's and should be hashed anew at the next sign-in."""
        return self._hasher.check_needs_rehash(kept)


def new_token() -> tuple[str, str]:
    """An opaque token for the person, and its hash for the store."""
    token = secrets.token_urlsafe(32)
    return token, token_hash(token)


def token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def normal(password: str) -> str:
    """One spelling for what looks the same, however a keyboard sends it (NIST SP 800-63B-4: NFC)."""
    return unicodedata.normalize("NFC", password)


def require_unguessable(password: str, own: Sequence[str] = ()) -> None:
    """Raises UsageError for a password that lists, patterns or the words in `own` give away. Asks for no kind of sign.

    >>> require_unguessable("tired lamp under eleven rivers")
    """
    words = [part for text in own for part in (text, *text.split()) if part]
    found: dict[str, Any] = _estimator()(_of_length(password)[:72], user_inputs=["clew", *words])
    if found["guesses_log10"] < FEWEST_GUESSES:
        raise UsageError(
            "password: too easily guessed: a common one, a repetition, a row of keys or the account's own name. "
            "Four or five words that have nothing to do with each other are good"
        )


def _of_length(password: str) -> str:
    password = normal(password)
    if not MINIMUM_PASSWORD <= len(password) <= MAXIMUM_PASSWORD:
        raise UsageError(f"password: between {MINIMUM_PASSWORD} and {MAXIMUM_PASSWORD} characters are needed")
    return password


@cache
def _estimator() -> Any:
    from zxcvbn import zxcvbn  # its lists are read when a password is chosen, not at every start

    return zxcvbn


def new_recovery_codes() -> list[str]:
    """Codes that each sign in once beside the password, for a lost telephone. They are shown once."""
    return [_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def _grouped(raw: bytes) -> str:
    text = b32encode(raw).decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def plain_code(code: str) -> str:
    """A recovery code without the signs that part it.

    >>> plain_code(" ABCD-efgh ")
    'abcdefgh'
    """
    return "".join(sign for sign in code.casefold() if sign.isalnum())


def source_of(address: str) -> str:
    """What counts as one source of attempts: an IPv4 address, or the network of an IPv6 one.

    >>> source_of("2001:db8::17"), source_of("192.0.2.7"), source_of("")
    ('2001:db8::/64', '192.0.2.7', '')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def wait_s(failures: int, free: int = FREE_ATTEMPTS) -> int:
    """How long the next attempt must wait, in seconds: nothing at first, then doubling to a minute, never for ever.

    >>> [wait_s(n) for n in (0, 4, 5, 6, 7, 30, 100)]
    [0, 0, 1, 2, 4, 60, 900]
    """
    if failures < free:
        return 0
    if failures >= MANY_FAILURES:
        return LONG_WAIT_S
    return min(LONGEST_WAIT_S, 1 << min(failures - free, 10))
