"""Keys are rotated while others use them, and opened by whatever a deployment trusts with them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clew.safeguards.errors import Tampered, UsageError, WrongKey
from clew.safeguards.key_services import CommandService
from clew.safeguards.keys import Cost, KeyRing, Unlock

CHEAP = Cost(passes=1, memory_kib=64, lanes=1)
PASSPHRASE = Unlock("a passphrase of one's own")
SECRET = bytes(range(32))


class LocalService:
    """A double of a key service: one key that never leaves it, and a count of what it was asked."""

    def __init__(self) -> None:
        self.sealer, self.asked, self.refuses = AESGCM(bytes(32)), 0, False

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        nonce = os.urandom(12)
        return nonce + self.sealer.encrypt(nonce, plain, repr(sorted(context.items())).encode())

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        self.asked += 1
        if self.refuses:
            raise WrongKey("key service: refused")
        try:
            return self.sealer.decrypt(wrapped[:12], wrapped[12:], repr(sorted(context.items())).encode())
        except InvalidTag:
            raise WrongKey("key service: does not open") from None


@pytest.fixture
def header(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_ring_opened_before_reads_and_writes_under_a_newer_key(header: Path) -> None:
    ring = KeyRing.create(header, PASSPHRASE, cost=CHEAP)
    other = KeyRing.open(header, PASSPHRASE)
    old = other.seal(b"old", "x")
    assert ring.add_generation() == ring.generation == 1
    new = ring.seal(b"new", "x")
    assert [other.unseal(each, "x") for each in (old, new)] == [b"old", b"new"]
    assert ring.is_sealed_now(other.seal(b"by the other", "x"), "x")
    assert not ring.is_sealed_now(old, "x")
    assert ring.pseudonym("phone", "1") == other.pseudonym("phone", "1")  # what the lake was joined by stays
    assert ring.public_key == KeyRing.open(header, PASSPHRASE).public_key


def test_a_dropped_key_opens_nothing_any_more(header: Path) -> None:
    ring = KeyRing.create(header, PASSPHRASE, cost=CHEAP)
    zero = ring.seal(b"0", "x")
    ring.add_generation()
    one = ring.seal(b"1", "x")
    ring.add_generation()
    ring.drop_generations(2)
    two = ring.seal(b"2", "x")
    for opened in (ring, KeyRing.open(header, PASSPHRASE)):
        assert opened.unseal(two, "x") == b"2"
        for gone in (zero, one):
            with pytest.raises(Tampered):
                opened.unseal(gone, "x")
    with pytest.raises(UsageError):
        ring.drop_generations(3)
    with pytest.raises(UsageError):
        KeyRing.from_master(SECRET).add_generation()


def test_changing_what_opens_the_ring_keeps_its_keys(header: Path) -> None:
    ring = KeyRing.create(header, PASSPHRASE, cost=CHEAP)
    ring.add_generation()
    sealed = ring.seal(b"1", "x")
    ring.drop_generations(1)
    service = LocalService()
    ring.rewrap(header, Unlock(service=service), cost=CHEAP)
    again = KeyRing.open(header, Unlock(service=service))
    assert (again.unseal(sealed, "x"), again.generation, again.id) == (b"1", 1, ring.id)
    ring.rewrap(header, Unlock(secret=SECRET))  # the ring knows by itself what opens the header now
    assert KeyRing.open(header, Unlock(secret=SECRET)).unseal(sealed, "x") == b"1"
    for old in (PASSPHRASE, Unlock(service=service), Unlock(secret=bytes(32))):
        with pytest.raises(WrongKey):
            KeyRing.open(header, old)


def test_a_service_is_asked_once_an_opening_and_its_refusal_opens_nothing(header: Path) -> None:
    service = LocalService()
    KeyRing.create(header, Unlock(service=service))
    service.asked = 0
    ring = KeyRing.open(header, Unlock(service=service))
    for _ in range(3):
        ring.unseal(ring.seal(b"x", "x"), "x")
    assert service.asked == 1
    header.write_text(header.read_text().replace('"salt": "', '"salt": "00', 1))
    with pytest.raises(WrongKey):
        KeyRing.open(header, Unlock(service=service))  # the context is bound
    service.refuses = True
    with pytest.raises(WrongKey, match="refused"):
        KeyRing.open(header, Unlock(service=service))


def test_a_command_is_a_service(header: Path, tmp_path: Path) -> None:
    script = tmp_path / "service.py"
    script.write_text(
        "import base64, json, sys\n"
        "said = json.load(sys.stdin)\n"
        "assert said['context']['clew'] == 'keys/1' and sys.argv[1] in ('wrap', 'unwrap')\n"
        "print(base64.b64encode(bytes(b ^ 7 for b in base64.b64decode(said['data']))).decode())\n"
    )
    line = f"'{sys.executable}' -S -E '{script}'"
    unlock = Unlock.from_environment({"CLEW_KEY_COMMAND": line})
    assert KeyRing.create(header, unlock).id == KeyRing.open(header, unlock).id
    for broken in ("false", "/nowhere/at/all", "true", "echo ???"):
        with pytest.raises(WrongKey):
            KeyRing.open(header, Unlock(service=CommandService.from_line(broken)))
    for none in ("", "'"):
        with pytest.raises(WrongKey):
            CommandService.from_line(none)


def test_a_key_comes_from_the_environment_and_nothing_shows_it() -> None:
    unlock = Unlock.from_environment({"CLEW_KEY": SECRET.hex()})
    assert unlock.secret == SECRET
    assert SECRET.hex() not in repr(unlock)
    assert repr(SECRET) not in repr(unlock)
    for wrong in ({"CLEW_KEY": "00"}, {"CLEW_KEY": "xy"}, {"CLEW_KEY": SECRET.hex(), "CLEW_PASSPHRASE": "p"}, {}):
        with pytest.raises(WrongKey) as refused:
            Unlock.from_environment(wrong)
        assert SECRET.hex() not in str(refused.value)


def test_a_process_with_keys_leaves_no_memory_dump() -> None:
    code = (
        "from clew.safeguards.key_memory import keep_memory_private as k; k()\n"
        "import ctypes, resource; print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "0"]
