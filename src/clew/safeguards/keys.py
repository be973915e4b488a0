"""One master key, wrapped; everything else is derived from it by name, or wrapped by what is derived.

    passphrase --argon2id--> (or key file) wrapping key --AES-256-GCM--> master key --HKDF--> one key a use

The header file holds the wrapped master key with the parameters that open it, and nothing secret: argon2id (RFC 9106),
AES-256-GCM (NIST SP 800-38D), HKDF-SHA256 (RFC 5869), HMAC-SHA256 (RFC 2104), Ed25519 (RFC 8032). No `repr`, no error
and no pickle of these objects holds key material.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, Self

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clew.safeguards.acts import Judgement
from clew.safeguards.errors import Tampered, UsageError, WrongKey
from clew.safeguards.key_header import (
    CHANGED,
    decrypt,
    encrypt,
    read_generations,
    read_key_header,
    replace_file,
    unwrap_master,
    wrap_keys,
    wrapped_generations,
    wrapper_for,
    write_new,
)
from clew.safeguards.key_header import Cost as Cost
from clew.safeguards.key_header import Unlock as Unlock
from clew.safeguards.key_header import make_key_file as make_key_file

MINIMUM_PASSPHRASE = 12
"""Characters; shorter ones are refused when a key ring is made."""


class Use(StrEnum):
    """What a derived key is for. No key serves two uses."""

    DATABASE = "database"
    SEAL = "seal"
    AUDIT = "audit"
    PSEUDONYM = "pseudonym"
    SIGN = "sign"
    THROTTLE = "throttle"
    IDENTIFY = "identify"


class KeyRing:
    """The keys of one workspace.

    >>> ring = KeyRing.from_master(bytes(32))
    >>> ring
    KeyRing(id='a79259c4')
    >>> ring.pseudonym("phone", "+15550100") == ring.pseudonym("phone", "+15550100")
    True
    """

    __slots__ = ("_header", "_keys", "_master", "_sealers", "_seen", "_signer", "_wrapper", "id")

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise UsageError("master key: 32 bytes are needed")
        self._master = master
        self._keys: dict[str, bytes] = {}
        self._sealers: dict[int, AESGCM] = {0: AESGCM(self.key(Use.SEAL))}
        self._header: Path | None = None
        self._wrapper: AESGCM | None = None
        self._seen = 0
        self._signer = Ed25519PrivateKey.from_private_bytes(self.key(Use.SIGN))
        self.id = self.key(Use.IDENTIFY).hex()[:8]

    @classmethod
    def from_master(cls, master: bytes) -> Self:
        """A ring on a key that the caller keeps: for notebooks and key-management services."""
        return cls(master)

    @classmethod
    def create(cls, header: Path, unlock: Unlock, *, cost: Cost | None = None) -> Self:
        """Makes a new master key and the header file that holds it wrapped. Raises Conflict when the file exists."""
        if unlock.passphrase is not None and len(unlock.passphrase) < MINIMUM_PASSPHRASE:
            raise UsageError(f"passphrase: at least {MINIMUM_PASSPHRASE} characters are needed")
        master = os.urandom(32)
        write_new(header, wrap_keys(master, {}, unlock, cost or Cost()))
        return cls.open(header, unlock)

    @classmethod
    def open(cls, header: Path, unlock: Unlock) -> Self:
        """Opens a workspace's keys. Raises WrongKey when the passphrase, key or service is not theirs."""
        said = read_key_header(header)
        wrapper = wrapper_for(said, unlock)
        ring = cls(unwrap_master(said, wrapper, unlock))
        ring._header, ring._wrapper = header, wrapper
        ring._take_generations(said)
        return ring

    def rewrap(self, header: Path, unlock: Unlock, *, cost: Cost | None = None) -> None:
        """Changes the passphrase, key file, key or service. The keys, and so all that is sealed, stay as they are."""
        said = {} if self._header is None else read_key_header(self._header)
        raw = read_generations(said, self._wrapper)
        replace_file(header, wrap_keys(self._master, raw, unlock, cost or Cost(), oldest=said.get("oldest")))
        if self._header is not None:
            self._wrapper = wrapper_for(read_key_header(header), unlock)

    # Generations of the key that seals: a new one is added, all wrapped keys are sealed anew, old ones are dropped.

    @property
    def generation(self) -> int:
        """Which key seals now; 0 is the one derived from the master key."""
        self._reload()
        return max(self._sealers)

    def add_generation(self) -> int:
        """Adds a new random key, under which everything is sealed from now on; the ones before still open."""
        said, raw = self._of_header()
        number = max([0, *raw]) + 1
        raw[number] = os.urandom(32)
        self._put_generations(said, raw)
        return number

    def drop_generations(self, before: int) -> None:
        """Drops keys older than this one. What is still sealed under them is lost: seal it anew first."""
        said, raw = self._of_header()
        if before > max([0, *raw]):
            raise UsageError("keys: the newest key is never dropped")
        self._put_generations(
            said | {"oldest": before}, {number: key for number, key in raw.items() if number >= before}
        )

    def _of_header(self) -> tuple[dict[str, object], dict[int, bytes]]:
        if self._header is None or self._wrapper is None:
            raise UsageError("keys: only those of a workspace can be rotated")
        said = read_key_header(self._header)
        return said, read_generations(said, self._wrapper)

    def _put_generations(self, said: dict[str, object], raw: Mapping[int, bytes]) -> None:
        assert self._header is not None
        assert self._wrapper is not None
        replace_file(
            self._header, json.dumps(said | {"generations": wrapped_generations(raw, self._wrapper)}, indent=2) + "\n"
        )
        self._reload()

    def _take_generations(self, said: Mapping[str, object]) -> None:
        sealers = {number: AESGCM(key) for number, key in read_generations(said, self._wrapper).items()}
        derived = {} if said.get("oldest") else {0: AESGCM(self.key(Use.SEAL))}
        self._sealers = derived | sealers

    def _reload(self) -> bool:
        """Takes in what another process did to the header since; says whether it did anything."""
        if self._header is None:
            return False
        try:
            state = self._header.stat()
            now = hash((state.st_mtime_ns, state.st_ino, state.st_size))
            if now == self._seen:
                return False
            self._take_generations(read_key_header(self._header))
        except (OSError, WrongKey):
            return False  # replaced or rewrapped at this moment: what was known goes on
        self._seen = now
        return True

    def key(self, use: Use | str) -> bytes:
        """The 32-byte key for one use. Any name may be asked for; the same name gives the same key."""
        if use not in self._keys:
            self._keys[use] = HKDF(SHA256(), 32, None, b"clew/1/" + str(use).encode()).derive(self._master)
        return self._keys[use]

    # Sealing.

    def seal(self, plain: bytes, about: str) -> bytes:
        """Encrypts; `about` is not kept in the result but must be given again to open it."""
        self._reload()
        return encrypt(self._sealers[max(self._sealers)], plain, about)

    def unseal(self, sealed: bytes, about: str) -> bytes:
        """Decrypts; raises Tampered when the bytes, what they are about or the key differ."""
        for number in sorted(self._sealers, reverse=True):
            with suppress(Tampered):
                return decrypt(self._sealers[number], sealed, about)
        if self._reload():
            return self.unseal(sealed, about)
        raise Tampered(CHANGED)

    def is_sealed_now(self, sealed: bytes, about: str) -> bool:
        """Whether it is sealed under the newest key."""
        try:
            decrypt(self._sealers[self.generation], sealed, about)
        except Tampered:
            return False
        return True

    def new_person_key(self, key_id: str) -> tuple[PersonKey, bytes]:
        """A random key for one person, and the same wrapped. Without the wrapped one all under it is unreadable."""
        raw = os.urandom(32)
        return PersonKey(raw), self.seal(raw, f"person/{key_id}")

    def person_key(self, key_id: str, wrapped: bytes) -> PersonKey:
        return PersonKey(self.unseal(wrapped, f"person/{key_id}"))

    # Pseudonyms.

    def pseudonym(self, kind: str, value: str) -> str:
        """A stable name for a value that only the holder of the key can make: 128 bits in hex, apart by kind."""
        return hmac.digest(self.key(Use.PSEUDONYM), _joined(kind, value), "sha256")[:16].hex()

    def pseudonyms(self, kinds: pa.Array | pa.ChunkedArray, values: pa.Array | pa.ChunkedArray) -> pa.Array:
        """Pseudonyms of a column, null where the kind or the value is null; each distinct pair is computed once."""
        joined = pc.binary_join_element_wise(pc.cast(kinds, pa.string()), pc.cast(values, pa.string()), "\0")
        joined = joined.combine_chunks() if isinstance(joined, pa.ChunkedArray) else joined
        pairs = pc.dictionary_encode(joined)
        key, digest = self.key(Use.PSEUDONYM), hmac.digest
        names = [digest(key, pair.encode(), "sha256")[:16].hex() for pair in pairs.dictionary.to_pylist()]
        return pa.array(names, pa.string()).take(pairs.indices)

    # Signatures.

    @property
    def public_key(self) -> str:
        """The Ed25519 key, in hex, with which anyone can check a judgement's signature."""
        raw = self._signer.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return raw.hex()

    def sign(self, message: bytes) -> str:
        return self._signer.sign(message).hex()

    def __repr__(self) -> str:
        return f"KeyRing(id={self.id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a key ring is not pickled")


class PersonKey:
    """The key of one person. Its holder opens what is sealed under it, one record at a time."""

    __slots__ = ("_sealer",)

    def __init__(self, raw: bytes) -> None:
        self._sealer = AESGCM(raw)

    def seal(self, plain: bytes, about: str) -> bytes:
        return encrypt(self._sealer, plain, about)

    def unseal(self, sealed: bytes, about: str) -> bytes:
        """Decrypts; raises Tampered when the bytes, what they are about or the key differ."""
        return decrypt(self._sealer, sealed, about)

    def __repr__(self) -> str:
        return "PersonKey()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a person's key is not pickled")


def canonical(fields: Iterable[tuple[str, str | None]]) -> bytes:
    """Name and value of each field, in order, as JSON without spaces: the form that is signed and hashed."""
    return json.dumps(list(fields), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def judgement_form(judgement: Judgement) -> bytes:
    """What the signature of a judgement covers: every field but the signature."""
    return canonical(
        (
            ("clew", "judgement/1"), ("id", judgement.id), ("lead", judgement.lead),
            ("verdict", judgement.verdict.value), ("reason", judgement.reason), ("actor", judgement.actor),
            ("at", judgement.at.isoformat(timespec="microseconds")), ("reverses", judgement.reverses),
        )
    )  # fmt: skip


def sign_judgement(ring: KeyRing, judgement: Judgement) -> str:
    """The Ed25519 signature in hex, whatever the judgement carries as its signature now."""
    return ring.sign(judgement_form(judgement))


def verify_judgement(public_key: str, judgement: Judgement) -> bool:
    """Whether the signature covers the judgement exactly as it stands. Needs no secret."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(judgement.signature), judgement_form(judgement))
    except (InvalidSignature, ValueError):
        return False
    return True


def _joined(kind: str, value: str) -> bytes:
    # A kind is one of clew's own names and holds no NUL; without this, two pairs could share a form.
    if "\0" in kind:
        raise ValueError("kind: holds a NUL")
    return f"{kind}\0{value}".encode()
