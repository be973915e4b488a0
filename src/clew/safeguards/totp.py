"""Codes of six digits that change every half minute (TOTP, RFC 6238, over HOTP, RFC 4226). Pure: who keeps what is the store's."""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Final
from urllib.parse import quote, urlencode

STEP_S: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20
"""160 bits, as RFC 4226 recommends (section 4, R6); SHA-1 is what authenticator apps agree on."""
WINDOW: Final = 1
"""Steps before and after the present one whose code is still taken: clocks differ (RFC 6238, 5.2)."""


def new_secret() -> bytes:
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of one step (RFC 4226, 5.3).

    >>> code_at(b"12345678901234567890", 59 // STEP_S, digits=8)  # RFC 6238, appendix B
    '94287082'
    """
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def accepted_step(secret: bytes, code: str, now_s: float, *, after: int = -1) -> int | None:
    """The step whose code this is, or None. A code of step `after` or before was used already and is refused."""
    given = "".join(code.split())
    present = int(now_s) // STEP_S
    found = None
    for step in range(present - WINDOW, present + WINDOW + 1):
        # each is compared, so that the time taken does not tell which
        if hmac.compare_digest(code_at(secret, step).encode(), given.encode()) and step > after:
            found = step
    return found


def written(secret: bytes) -> str:
    """The secret as a person types it into an app: base32 in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def b32(text: str) -> bytes:
    """The secret of what `written` wrote."""
    plain = "".join(text.split()).upper()
    return base64.b32decode(plain + "=" * (-len(plain) % 8))


def address(secret: bytes, account: str, issuer: str = "clew") -> str:
    """The address that an app reads from the picture.

    >>> address(bytes(20), "Anna Berg")
    'otpauth://totp/clew:Anna%20Berg?secret=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&issuer=clew'
    """
    query = urlencode({"secret": written(secret).replace(" ", ""), "issuer": issuer})
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{query}"
