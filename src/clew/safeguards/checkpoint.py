"""Signed checkpoints of the audit log, in the format that transparency logs share (C2SP tlog-checkpoint, signed note).

Three lines say whose log it is, how long it is and its Merkle root; a fourth, after an empty one, is the Ed25519
signature. Kept by another party, a checkpoint shows later whether the log was cut, changed or forked since.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clew.safeguards.chain import Entry
from clew.safeguards.errors import Tampered, UnreadableInput
from clew.safeguards.keys import KeyRing, canonical
from clew.safeguards.merkle import leaf_hash

_ED25519 = b"\x01"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long a log is, and the Merkle root over all its entries."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def origin_of(keys: KeyRing) -> str:
    return f"clew/{keys.id}"


def leaf_of(entry: Entry) -> bytes:
    """The leaf of an entry: all its fields, the keyed hash among them, so that the leaf's hash tells nothing of them."""
    return leaf_hash(canonical(entry_fields(entry)))


def entry_fields(entry: Entry) -> tuple[tuple[str, str], ...]:
    """Every field as text, in the order that is hashed."""
    return (
        ("clew", "entry/1"), ("seq", str(entry.seq)), ("at", entry.at.isoformat(timespec="microseconds")),
        ("actor", entry.actor), ("action", entry.action), ("object", entry.object), ("purpose", entry.purpose),
        ("detail", entry.detail), ("previous", entry.previous), ("hash", entry.hash),
    )  # fmt: skip


def sign(keys: KeyRing, size: int, root: bytes) -> str:
    """The checkpoint as a signed note."""
    text = Checkpoint(origin_of(keys), size, root).text()
    raw = bytes.fromhex(keys.public_key)
    signature = _key_id(origin_of(keys), raw) + bytes.fromhex(keys.sign(text.encode()))
    return f"{text}\n\u2014 {origin_of(keys)} {base64.b64encode(signature).decode()}\n"


def read(note: str) -> Checkpoint:
    """What a note says, signed or not. Raises UnreadableInput when it is no checkpoint."""
    try:
        origin, size, root, *_ = note.split("\n")
        read = Checkpoint(origin, int(size), base64.b64decode(root, validate=True))
        if not origin or read.size < 0 or len(read.root) != 32 or str(read.size) != size:
            raise ValueError
    except ValueError:
        raise UnreadableInput("checkpoint: cannot be read") from None
    return read


def checked(note: str, public_key: str) -> Checkpoint:
    """What a note says, if this Ed25519 key (hex) signed it. Raises Tampered otherwise, UnreadableInput when it is none."""
    said = read(note)
    text, _, lines = note.partition("\n\n")
    try:
        raw = bytes.fromhex(public_key)
        key = Ed25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise UnreadableInput("public key: 64 hexadecimal digits are needed") from None
    for line in lines.splitlines():
        parts = line.split(" ")
        if (
            len(parts) == 3
            and parts[0] == "\u2014"
            and parts[1] == said.origin
            and _signed(key, raw, said.origin, text, parts[2])
        ):
            return said
    raise Tampered("the checkpoint was not signed with this key, or was changed")


def _signed(key: Ed25519PublicKey, raw: bytes, origin: str, text: str, encoded: str) -> bool:
    try:
        signature = base64.b64decode(encoded, validate=True)
        if signature[:4] != _key_id(origin, raw):
            return False
        key.verify(signature[4:], f"{text}\n".encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _key_id(name: str, raw: bytes) -> bytes:
    return sha256(name.encode() + b"\n" + _ED25519 + raw).digest()[:4]
