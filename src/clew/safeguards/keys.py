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
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import NoReturn, Self

import pyarrow as pa
import pyarrow.compute as pc
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clew.safeguards.acts import Judgement
from clew.safeguards.errors import Conflict, Tampered, UsageError, WrongKey

MINIMUM_PASSPHRASE = 12
"""Characters; shorter ones are refused when a key ring is made."""

_NONCE = 12


class Use(StrEnum):
    """What a derived key is for. No key serves two uses."""

    DATABASE = "database"
    SEAL = "seal"
    AUDIT = "audit"
    PSEUDONYM = "pseudonym"
    SIGN = "sign"
    THROTTLE = "throttle"
    IDENTIFY = "identify"


@dataclass(frozen=True, slots=True)
class Cost:
    """What argon2id spends. The default is the second recommended option of RFC 9106, section 4."""

    passes: int = 3
    memory_kib: int = 65_536
    lanes: int = 4

    def __post_init__(self) -> None:
        if not (1 <= self.passes <= 100 and 1 <= self.lanes <= 64 and 8 * self.lanes <= self.memory_kib <= 4_194_304):
            raise UsageError("key header: argon2id parameters are out of range")


@dataclass(frozen=True, slots=True)
class Unlock:
    """What opens a key ring: a passphrase, or a key file that only its owner may read."""

    passphrase: str | None = field(default=None, repr=False)
    key_file: Path | None = None

    def __post_init__(self) -> None:
        if (self.passphrase is None) == (self.key_file is None):
            raise WrongKey("a passphrase or a key file is needed, one of the two (CLEW_PASSPHRASE or CLEW_KEY_FILE)")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Reads CLEW_PASSPHRASE or CLEW_KEY_FILE; raises WrongKey when none or both are set."""
        key_file = environment.get("CLEW_KEY_FILE") or None
        return cls(environment.get("CLEW_PASSPHRASE") or None, Path(key_file) if key_file else None)

    @property
    def way(self) -> str:
        return "key-file" if self.key_file else "argon2id"


def make_key_file(path: Path) -> None:
    """Writes a new random key, readable by its owner alone. Raises Conflict when the file exists."""
    _write_new(path, os.urandom(32).hex() + "\n")


class KeyRing:
    """The keys of one workspace.

    >>> ring = KeyRing.from_master(bytes(32))
    >>> ring
    KeyRing(id='a79259c4')
    >>> ring.pseudonym("phone", "+15550100") == ring.pseudonym("phone", "+15550100")
    True
    """

    __slots__ = ("_keys", "_master", "_sealer", "_signer", "id")

    def __init__(self, master: bytes) -> None:
        if len(master) != 32:
            raise UsageError("master key: 32 bytes are needed")
        self._master = master
        self._keys: dict[str, bytes] = {}
        self._sealer = AESGCM(self.key(Use.SEAL))
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
        _write_new(header, _wrap(master, unlock, cost or Cost()))
        return cls(master)

    @classmethod
    def open(cls, header: Path, unlock: Unlock) -> Self:
        """Opens a workspace's keys. Raises WrongKey when the passphrase or key file is not theirs."""
        return cls(_unwrap(_read_header(header), unlock))

    def rewrap(self, header: Path, unlock: Unlock, *, cost: Cost | None = None) -> None:
        """Changes the passphrase or key file. The master key, and so all that is sealed, stays as it is."""
        fresh = header.with_name(header.name + ".new")
        fresh.unlink(missing_ok=True)
        _write_new(fresh, _wrap(self._master, unlock, cost or Cost()))
        fresh.replace(header)

    def key(self, use: Use | str) -> bytes:
        """The 32-byte key for one use. Any name may be asked for; the same name gives the same key."""
        if use not in self._keys:
            self._keys[use] = HKDF(SHA256(), 32, None, b"clew/1/" + str(use).encode()).derive(self._master)
        return self._keys[use]

    # Sealing.

    def seal(self, plain: bytes, about: str) -> bytes:
        """Encrypts; `about` is not kept in the result but must be given again to open it."""
        return _encrypt(self._sealer, plain, about)

    def unseal(self, sealed: bytes, about: str) -> bytes:
        """Decrypts; raises Tampered when the bytes, what they are about or the key differ."""
        return _decrypt(self._sealer, sealed, about)

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
        return _encrypt(self._sealer, plain, about)

    def unseal(self, sealed: bytes, about: str) -> bytes:
        """Decrypts; raises Tampered when the bytes, what they are about or the key differ."""
        return _decrypt(self._sealer, sealed, about)

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


def _encrypt(sealer: AESGCM, plain: bytes, about: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + sealer.encrypt(nonce, plain, about.encode())


def _decrypt(sealer: AESGCM, sealed: bytes, about: str) -> bytes:
    try:
        return sealer.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
    except (InvalidTag, ValueError):
        raise Tampered("sealed data do not open: they, or what they are filed under, were changed") from None


def _wrap(master: bytes, unlock: Unlock, cost: Cost) -> str:
    header: dict[str, object] = {"clew": "keys/1", "way": unlock.way, "salt": os.urandom(16).hex()}
    if unlock.passphrase is not None:
        header |= {"passes": cost.passes, "memory_kib": cost.memory_kib, "lanes": cost.lanes}
    header["wrapped"] = _encrypt(_wrapping_key(header, unlock), master, _bound(header)).hex()
    return json.dumps(header, indent=2) + "\n"


def _unwrap(header: dict[str, object], unlock: Unlock) -> bytes:
    if header["way"] != unlock.way:
        asked = "a key file" if header["way"] == "key-file" else "a passphrase"
        raise WrongKey(f"this workspace opens with {asked}")
    try:
        return _decrypt(_wrapping_key(header, unlock), bytes.fromhex(str(header["wrapped"])), _bound(header))
    except Tampered:
        given = "key file" if unlock.key_file else "passphrase"
        raise WrongKey(f"this {given} does not open the workspace") from None


def _bound(header: Mapping[str, object]) -> str:
    return json.dumps({name: value for name, value in header.items() if name != "wrapped"}, sort_keys=True)


def _wrapping_key(header: Mapping[str, object], unlock: Unlock) -> AESGCM:
    salt = bytes.fromhex(str(header["salt"]))
    if unlock.key_file is not None:
        return AESGCM(HKDF(SHA256(), 32, salt, b"clew/1/wrap").derive(_read_key_file(unlock.key_file)))
    cost = Cost(*(int(str(header[name])) for name in ("passes", "memory_kib", "lanes")))
    secret = (unlock.passphrase or "").encode()
    return AESGCM(hash_secret_raw(secret, salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID))


def _read_key_file(path: Path) -> bytes:
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
        raw = bytes.fromhex(text.strip())
    except FileNotFoundError:
        raise WrongKey("the key file is not there") from None
    except ValueError:
        raise WrongKey("the key file does not hold 64 hexadecimal digits") from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise WrongKey("the key file can be read by others: its mode must be 0600")
    if len(raw) != 32:
        raise WrongKey("the key file does not hold 64 hexadecimal digits")
    return raw


def _read_header(path: Path) -> dict[str, object]:
    needed = {"way", "salt", "wrapped"}
    try:
        header = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(header, dict) and header.get("clew") == "keys/1":
            needed |= {"passes", "memory_kib", "lanes"} if header.get("way") == "argon2id" else set()
            if needed <= header.keys():
                bytes.fromhex(header["salt"] + header["wrapped"])
                return header
    except FileNotFoundError:
        raise WrongKey("the key header of this workspace is missing: without it nothing can be opened") from None
    except (ValueError, TypeError):
        pass  # said below: to the reader, all ways of not being a header are one
    raise WrongKey("the key header of this workspace cannot be read")


def _write_new(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict("a key file exists there already and is not overwritten") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
