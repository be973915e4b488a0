"""Passwords, tokens and how long a failed attempt must wait. Pure: what is kept is the store's matter.

Passwords are kept as argon2id (RFC 9106), tokens as SHA-256: a token is 256 random bits, so a fast hash is enough.
"""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from clew.safeguards.errors import UsageError
from clew.safeguards.keys import Cost

MINIMUM_PASSWORD: Final = 12
"""Characters (OWASP ASVS 4.0, 2.1.1)."""
MAXIMUM_PASSWORD: Final = 128
FREE_ATTEMPTS: Final = 5
LONGEST_WAIT_S: Final = 60
FORGET_AFTER_S: Final = 900
"""Failures older than this no longer count."""


class Passwords:
    """Hashes and checks passwords at one cost."""

    __slots__ = ("_hasher", "_nobody")

    def __init__(self, cost: Cost | None = None) -> None:
        cost = cost or Cost()
        self._hasher = PasswordHasher(cost.passes, cost.memory_kib, cost.lanes)
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """The password as it may be kept. Raises UsageError when it is too short or too long."""
        if not MINIMUM_PASSWORD <= len(password) <= MAXIMUM_PASSWORD:
            raise UsageError(f"password: between {MINIMUM_PASSWORD} and {MAXIMUM_PASSWORD} characters are needed")
        return self._hasher.hash(password)

    def check(self, kept: str | None, password: str) -> bool:
        """Whether it is the password. Takes the same time for an account that does not exist or has none."""
        try:
            right = self._hasher.verify(kept or self._nobody, password)
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


def wait_s(failures: int) -> int:
    """How long the next attempt must wait, in seconds: nothing at first, then doubling to a minute, never for ever.

    >>> [wait_s(n) for n in (0, 4, 5, 6, 7, 30)]
    [0, 0, 1, 2, 4, 60]
    """
    if failures < FREE_ATTEMPTS:
        return 0
    return min(LONGEST_WAIT_S, 1 << min(failures - FREE_ATTEMPTS, 10))
