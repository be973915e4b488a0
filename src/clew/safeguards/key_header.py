"""What opens a workspace's keys: a passphrase, a key file, a key or a key service, and the header file that they open.

The header holds the wrapped master key and the wrapped keys that seal, with the parameters that open them, and nothing
secret: argon2id (RFC 9106), HKDF-SHA256 (RFC 5869), AES-256-GCM (NIST SP 800-38D).
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, cast

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from clew.safeguards.errors import Conflict, Tampered, UsageError, WrongKey
from clew.safeguards.key_services import CommandService, KeyService

_NONCE = 12


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
    """What opens a key ring: a passphrase, a key file that only its owner may read, a key, or a key service; one of them."""

    passphrase: str | None = field(default=None, repr=False)
    key_file: Path | None = None
    secret: bytes | None = field(default=None, repr=False)
    """32 bytes that the caller keeps, as from an environment variable that an orchestrator sets."""
    service: KeyService | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.passphrase, self.key_file, self.secret, self.service)) != 1:
            raise WrongKey(
                "a passphrase, a key file, a key or a key command is needed, one of them "
                "(CLEW_PASSPHRASE, CLEW_KEY_FILE, CLEW_KEY or CLEW_KEY_COMMAND)"
            )
        if self.secret is not None and len(self.secret) != 32:
            raise WrongKey("key: 64 hexadecimal digits are needed")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], prefix: str = "CLEW_") -> Self:
        """Reads CLEW_PASSPHRASE, CLEW_KEY_FILE, CLEW_KEY or CLEW_KEY_COMMAND; WrongKey when none or several are set."""
        said = {name: environment.get(prefix + name) for name in ("PASSPHRASE", "KEY_FILE", "KEY", "KEY_COMMAND")}
        try:
            secret = bytes.fromhex(said["KEY"]) if said["KEY"] else None
        except ValueError:
            raise WrongKey("key: 64 hexadecimal digits are needed") from None
        return cls(
            said["PASSPHRASE"] or None,
            Path(said["KEY_FILE"]) if said["KEY_FILE"] else None,
            secret,
            CommandService.from_line(said["KEY_COMMAND"]) if said["KEY_COMMAND"] else None,
        )

    @property
    def way(self) -> str:
        if self.service is not None:
            return "service"
        if self.secret is not None:
            return "key"
        return "key-file" if self.key_file else "argon2id"


def make_key_file(path: Path) -> None:
    """Writes a new random key, readable by its owner alone. Raises Conflict when the file exists."""
    write_new(path, os.urandom(32).hex() + "\n")


def encrypt(sealer: AESGCM, plain: bytes, about: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + sealer.encrypt(nonce, plain, about.encode())


def decrypt(sealer: AESGCM, sealed: bytes, about: str) -> bytes:
    try:
        return sealer.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
    except (InvalidTag, ValueError):
        raise Tampered(CHANGED) from None


CHANGED = "sealed data do not open: they, or what they are filed under, were changed"


def wrap_keys(
    master: bytes, generations: Mapping[int, bytes], unlock: Unlock, cost: Cost, *, oldest: object = None
) -> str:
    header: dict[str, object] = {"clew": "keys/1", "way": unlock.way, "salt": os.urandom(16).hex()}
    if unlock.passphrase is not None:
        header |= {"passes": cost.passes, "memory_kib": cost.memory_kib, "lanes": cost.lanes}
    if unlock.service is not None:
        header["service_key"] = unlock.service.wrap(
            os.urandom(32), {"clew": "keys/1", "salt": str(header["salt"])}
        ).hex()
    wrapper = wrapper_for(header, unlock)
    header["wrapped"] = encrypt(wrapper, master, _bound(header)).hex()
    if oldest:
        header["oldest"] = oldest
    if generations:
        header["generations"] = wrapped_generations(generations, wrapper)
    return json.dumps(header, indent=2) + "\n"


def unwrap_master(header: Mapping[str, object], wrapper: AESGCM, unlock: Unlock) -> bytes:
    try:
        return decrypt(wrapper, bytes.fromhex(str(header["wrapped"])), _bound(header))
    except Tampered:
        given = {"argon2id": "passphrase", "key-file": "key file", "key": "key", "service": "key service"}[unlock.way]
        raise WrongKey(f"this {given} does not open the workspace") from None


def _bound(header: Mapping[str, object]) -> str:
    return json.dumps(
        {n: value for n, value in header.items() if n not in ("wrapped", "generations", "oldest")}, sort_keys=True
    )


def read_generations(header: Mapping[str, object], wrapper: AESGCM | None) -> dict[int, bytes]:
    wrapped = header.get("generations") or {}
    if not isinstance(wrapped, dict) or wrapper is None:
        return {}
    try:
        return {
            int(number): decrypt(wrapper, bytes.fromhex(key), f"generation/{number}") for number, key in wrapped.items()
        }
    except (Tampered, ValueError, TypeError):
        raise WrongKey("the key header of this workspace cannot be read") from None


def wrapped_generations(raw: Mapping[int, bytes], wrapper: AESGCM) -> dict[str, str]:
    return {str(number): encrypt(wrapper, key, f"generation/{number}").hex() for number, key in sorted(raw.items())}


def wrapper_for(header: Mapping[str, object], unlock: Unlock) -> AESGCM:
    """The key that opens the header, as the way that it names makes it. WrongKey where another way was given."""
    if header["way"] != unlock.way:
        ways = {"argon2id": "a passphrase", "key-file": "a key file", "key": "a key", "service": "a key service"}
        raise WrongKey(f"this workspace opens with {ways.get(str(header['way']), 'something else')}")
    salt = bytes.fromhex(str(header["salt"]))
    if unlock.service is not None:
        raw = unlock.service.unwrap(
            bytes.fromhex(str(header["service_key"])), {"clew": "keys/1", "salt": str(header["salt"])}
        )
        if len(raw) != 32:
            raise WrongKey("key service: its answer is not a key")
        return AESGCM(raw)
    if unlock.passphrase is None:
        secret = unlock.secret if unlock.secret is not None else _read_key_file(cast(Path, unlock.key_file))
        return AESGCM(HKDF(SHA256(), 32, salt, b"clew/1/wrap").derive(secret))
    cost = Cost(*(int(str(header[name])) for name in ("passes", "memory_kib", "lanes")))
    return AESGCM(
        hash_secret_raw(unlock.passphrase.encode(), salt, cost.passes, cost.memory_kib, cost.lanes, 32, Type.ID)
    )


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


def read_key_header(path: Path) -> dict[str, object]:
    needed = {"way", "salt", "wrapped"}
    try:
        header = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(header, dict) and header.get("clew") == "keys/1":
            needed |= {"passes", "memory_kib", "lanes"} if header.get("way") == "argon2id" else set()
            needed |= {"service_key"} if header.get("way") == "service" else set()
            if needed <= header.keys():
                bytes.fromhex(header["salt"] + header["wrapped"])
                return header
    except FileNotFoundError:
        raise WrongKey("the key header of this workspace is missing: without it nothing can be opened") from None
    except (ValueError, TypeError):
        pass  # said below: to the reader, all ways of not being a header are one
    raise WrongKey("the key header of this workspace cannot be read")


def replace_file(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    write_new(fresh, text)
    fresh.replace(path)


def write_new(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Conflict("a key file exists there already and is not overwritten") from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
