"""Files that went to a named partner, as they left: kept sealed, with the records they are about, and gone when one is erased.

They may say who a person is. They rest in a folder of their own under a key of their own, in no backup.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clew.records.write import whole_file
from clew.safeguards.errors import NotFound, Tampered
from clew.safeguards.key_header import decrypt, encrypt
from clew.safeguards.keys import KeyRing

FOLDER, SEALED, LEAVING = "disclosed", ".sealed", ".leaving-"
_ABOUT = "disclosed"


@dataclass(frozen=True, slots=True)
class Disclosed:
    """What left, its ending, and the ids of the records that it is about."""

    content: bytes
    suffix: str
    records: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


def place(folder: Path) -> Path:
    """The folder of these files, made where there is none."""
    made = folder / FOLDER
    made.mkdir(mode=0o700, exist_ok=True)
    return made


def keep(folder: Path, keys: KeyRing, name: str, made: Disclosed) -> Path:
    """Seals it under this name; whole or not at all, for its owner alone."""
    path = place(folder) / f"{name}{made.suffix}{SEALED}"
    head = json.dumps({"suffix": made.suffix, "records": made.records}).encode()
    with whole_file(path) as part:
        part.write_bytes(encrypt(_sealer(keys), head + b"\n" + made.content, _ABOUT))
    path.chmod(0o600)
    return path


def opened(path: Path, keys: KeyRing) -> Disclosed:
    """Raises Tampered where it is not what was sealed."""
    head, _, content = decrypt(_sealer(keys), path.read_bytes(), _ABOUT).partition(b"\n")
    said = json.loads(head)
    return Disclosed(content, said["suffix"], tuple(said["records"]))


def path_of(folder: Path, name: str) -> Path:
    """Raises NotFound where none of this name is kept."""
    found = next((folder / FOLDER).glob(f"{name}.*{SEALED}"), None)
    if found is None:
        raise NotFound("there is no disclosure of this id here")
    return found


def leaving(folder: Path) -> Sequence[Path]:
    """Those that were sealed and did not take their place."""
    return sorted((folder / FOLDER).glob(f"{LEAVING}*"))


def is_whole(pending: Path) -> bool:
    """Whether it was sealed to its end; what a write left behind half done was not."""
    return pending.name.endswith(SEALED)


def settle(pending: Path, name: str) -> None:
    suffixes = "".join(pending.suffixes[-2:])
    pending.replace(pending.with_name(f"{name}{suffixes}"))


def about(folder: Path, keys: KeyRing, records: Collection[str]) -> list[str]:
    """Names of the files that are about any of these records."""
    return [path.name.partition(".")[0] for path in _about(folder, keys, records)]


def drop(folder: Path, keys: KeyRing, records: Collection[str]) -> list[str]:
    """Removes every file that is about any of these records; answers their names."""
    found = _about(folder, keys, records)
    for path in found:
        path.unlink()
    return [path.name.partition(".")[0] for path in found]


def _about(folder: Path, keys: KeyRing, records: Collection[str]) -> list[Path]:
    """A file that does not open any more may be about anybody: it counts as one of them."""
    gone = set(records)

    def is_theirs(path: Path) -> bool:
        try:
            return not gone.isdisjoint(opened(path, keys).records)
        except Tampered:
            return True

    return [path for path in sorted((folder / FOLDER).glob(f"[!.]*{SEALED}")) if is_theirs(path)]


def _sealer(keys: KeyRing) -> AESGCM:
    """A key of its own: rotating the keys that seal records leaves these files as they are."""
    return AESGCM(keys.key("disclosed"))
