"""The secret that contributors share and the hub never has. It is read, never shown, and every use has a key of its own.

A secret file holds at least 32 random bytes, raw or as hexadecimal digits, and only its owner may read it.
"""

from __future__ import annotations

import hmac
import os
import stat
from pathlib import Path
from typing import NoReturn

from clew.safeguards.errors import Conflict, WrongKey

SHORTEST = 32
_FEWEST_BYTES = 16
"""Different bytes that a random secret of 32 has, short of one time in 10^30. Text and padding have fewer."""


class Secret:
    """Keys by name, derived with HMAC-SHA256 (RFC 2104; the expansion of RFC 5869). No `repr` or pickle shows the secret.

    >>> Secret(bytes(range(32)))
    Secret()
    """

    __slots__ = ("_raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) < SHORTEST:
            raise WrongKey(f"secret: at least {SHORTEST} random bytes are needed")
        if len(set(raw)) < _FEWEST_BYTES:
            raise WrongKey("secret: this is not random; make one with `--new-secret`")
        self._raw = raw

    @classmethod
    def read(cls, path: Path) -> Secret:
        """From a file; raises WrongKey when it is missing, short, not random, or others may read it."""
        try:
            mode, content = path.stat().st_mode, path.read_bytes()
        except OSError:
            raise WrongKey(f"{path}: the secret file is not there or cannot be read") from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise WrongKey(f"{path}: the secret file can be read by others; its mode must be 0600")
        return cls(_from_hex(content))

    def key(self, use: str) -> bytes:
        """32 bytes for one use; no two uses share a key."""
        return hmac.digest(self._raw, b"clew/linkage/1/" + use.encode(), "sha256")

    def __repr__(self) -> str:
        return "Secret()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")


def make_secret(path: Path) -> None:
    """Writes 32 new random bytes as hexadecimal digits, for its owner alone. Raises Conflict when the file exists."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict(f"{path}: a secret is there already and is not overwritten") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(os.urandom(SHORTEST).hex() + "\n")


def _from_hex(content: bytes) -> bytes:
    try:
        return bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        return content
