"""An encrypted stream of unknown length: chunks of 1 MiB under AES-256-GCM, none of which can be cut off, moved or repeated.

Each chunk's nonce says its number and whether it is the last (the STREAM construction, Hoang et al. 2015); the header is
bound to all of them. It is clear text and holds nothing secret: when the archive was made, and its key, wrapped.
"""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Mapping
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clew.safeguards.errors import Tampered, UnreadableInput
from clew.safeguards.keys import KeyRing

MAGIC = b"clew-backup/1\n"
CHUNK = 1 << 20
_TAG = 16
_KEY = "backup"
_LONGEST_HEADER = 1 << 20


def new_header(keys: KeyRing, facts: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The header of a new archive, as a line of JSON, and the archive's key."""
    key, nonce = os.urandom(32), os.urandom(12)
    wrapped = nonce + AESGCM(keys.key(_KEY)).encrypt(nonce, key, MAGIC)
    said = {**facts, "ring": keys.id, "wrapped": base64.b64encode(wrapped).decode()}
    return json.dumps(said, sort_keys=True).encode() + b"\n", key


def read_header(file: BinaryIO) -> tuple[bytes, dict[str, Any]]:
    """The header as it was written, and what it says. Raises UnreadableInput when this is no backup."""
    if file.read(len(MAGIC)) != MAGIC:
        raise UnreadableInput("backup: not a file that 'clew backup' wrote")
    line = file.readline(_LONGEST_HEADER)
    try:
        said = json.loads(line)
        base64.b64decode(said["wrapped"], validate=True)
    except (ValueError, KeyError, TypeError):
        raise UnreadableInput("backup: its header cannot be read") from None
    return line, said


def archive_key(keys: KeyRing, said: Mapping[str, Any]) -> bytes:
    """Raises Tampered when the archive belongs to other keys."""
    wrapped = base64.b64decode(said["wrapped"])
    try:
        return AESGCM(keys.key(_KEY)).decrypt(wrapped[:12], wrapped[12:], MAGIC)
    except InvalidTag:
        raise Tampered("backup: it was made with other keys, or its header was changed") from None


class SealingWriter(io.RawIOBase):
    """Writes an archive's body. What is not closed has no end and cannot be read as whole."""

    def __init__(self, file: BinaryIO, key: bytes, header: bytes) -> None:
        self._file, self._sealer, self._header = file, AESGCM(key), header
        self._held = bytearray()
        self._number = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        while len(self._held) > CHUNK:
            self._put(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(data)

    def finish(self) -> None:
        """Marks the end."""
        self._put(bytes(self._held), last=True)
        self._held.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        self._file.write(self._sealer.encrypt(_nonce(self._number, last), plain, self._header))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Reads an archive's body. Raises Tampered at the first chunk that is not as it was written, or is missing."""

    def __init__(self, file: BinaryIO, key: bytes, header: bytes) -> None:
        self._file, self._sealer, self._header = file, AESGCM(key), header
        self._number, self._plain, self._ended = 0, b"", False
        self._next = file.read(CHUNK + _TAG)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._plain and not self._ended:
            self._open_next()
        taken = min(len(buffer), len(self._plain))
        buffer[:taken] = self._plain[:taken]
        self._plain = self._plain[taken:]
        return taken

    def _open_next(self) -> None:
        here, self._next = self._next, self._file.read(CHUNK + _TAG)
        self._ended = not self._next
        try:
            self._plain = self._sealer.decrypt(_nonce(self._number, self._ended), here, self._header)
        except (InvalidTag, ValueError):
            raise Tampered("backup: it was cut or changed after it was written") from None
        self._number += 1


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
