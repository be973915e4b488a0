from __future__ import annotations

import copy
import dataclasses
import hashlib
import hmac
import json
import pickle
import stat
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import Conflict, Tampered, UsageError, WrongKey
from clew.safeguards.keys import Cost, KeyRing, Unlock, Use, make_key_file, sign_judgement, verify_judgement

CHEAP = Cost(passes=1, memory_kib=8, lanes=1)
PHRASE = "correct horse battery"
RING = KeyRing.from_master(bytes(range(32)))
JUDGEMENT = Judgement(
    id="jdg_1", lead="lead_1", verdict=Verdict.YES, reason="one phone, two shops", actor="acc_1",
    at=datetime(2026, 1, 5, 9, 30, tzinfo=UTC), reverses=None, signature="",
)  # fmt: skip


@pytest.fixture
def header(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_passphrase_opens_what_it_closed(header: Path) -> None:
    ring = KeyRing.create(header, Unlock(PHRASE), cost=CHEAP)
    again = KeyRing.open(header, Unlock(PHRASE))
    assert again.key(Use.SEAL) == ring.key(Use.SEAL)
    assert again.id == ring.id
    assert stat.S_IMODE(header.stat().st_mode) == 0o600


def test_the_default_cost_is_the_one_the_standard_recommends(header: Path) -> None:
    KeyRing.create(header, Unlock(PHRASE))
    kept = json.loads(header.read_text())
    assert (kept["passes"], kept["memory_kib"], kept["lanes"]) == (3, 65_536, 4)
    assert KeyRing.open(header, Unlock(PHRASE)).id


def test_a_wrong_passphrase_says_so(header: Path) -> None:
    KeyRing.create(header, Unlock(PHRASE), cost=CHEAP)
    with pytest.raises(WrongKey, match="this passphrase does not open") as refused:
        KeyRing.open(header, Unlock(PHRASE + "!"))
    assert PHRASE not in str(refused.value)
    assert refused.value.exit_code == 2


def test_a_key_file_opens_what_it_closed_and_only_that(header: Path, tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.key", tmp_path / "other.key"
    make_key_file(mine)
    make_key_file(other)
    ring = KeyRing.create(header, Unlock(key_file=mine))
    assert KeyRing.open(header, Unlock(key_file=mine)).id == ring.id
    with pytest.raises(WrongKey, match="this key file does not open"):
        KeyRing.open(header, Unlock(key_file=other))
    with pytest.raises(WrongKey, match="opens with a key file"):
        KeyRing.open(header, Unlock(PHRASE))
    with pytest.raises(Conflict):
        make_key_file(mine)


@pytest.mark.parametrize(
    ("content", "mode", "words"),
    [
        ("ab" * 32, 0o644, "0600"),
        ("ab" * 31, 0o600, "64"),
        ("not hex", 0o600, "64"),
        ("é" * 64, 0o600, "64"),
        (None, 0, "not there"),
    ],
)
def test_a_key_file_that_is_none_is_refused(
    header: Path, tmp_path: Path, content: str | None, mode: int, words: str
) -> None:
    path = tmp_path / "bad.key"
    if content is not None:
        path.write_text(content, encoding="utf-8")
        path.chmod(mode)
    with pytest.raises(WrongKey, match=words):
        KeyRing.create(header, Unlock(key_file=path))
    assert not header.exists()


@pytest.mark.parametrize("field", ["way", "salt", "wrapped", "passes", "memory_kib", "lanes"])
def test_a_changed_header_opens_nothing(header: Path, field: str) -> None:
    KeyRing.create(header, Unlock(PHRASE), cost=CHEAP)
    kept = json.loads(header.read_text())
    kept[field] = {"way": "key-file", "memory_kib": 16, "passes": 2, "lanes": 2}.get(field, "ab" * 60)
    if field == "lanes":
        kept["memory_kib"] = 16
    header.write_text(json.dumps(kept))
    with pytest.raises(WrongKey):
        KeyRing.open(header, Unlock(PHRASE))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "\0", '{"clew":"keys/1","way":"argon2id","salt":"zz","wrapped":"zz"}']
)
def test_a_header_that_is_none_is_refused(header: Path, text: str) -> None:
    header.write_text(text)
    with pytest.raises(WrongKey, match="cannot be read"):
        KeyRing.open(header, Unlock(PHRASE))


def test_a_header_may_not_ask_for_all_memory(header: Path) -> None:
    KeyRing.create(header, Unlock(PHRASE), cost=CHEAP)
    header.write_text(header.read_text().replace('"memory_kib": 8', '"memory_kib": 99999999'))
    with pytest.raises(UsageError, match="range"):
        KeyRing.open(header, Unlock(PHRASE))


def test_a_missing_header_and_a_second_one_are_named(header: Path) -> None:
    with pytest.raises(WrongKey, match="missing"):
        KeyRing.open(header, Unlock(PHRASE))
    KeyRing.create(header, Unlock(PHRASE), cost=CHEAP)
    with pytest.raises(Conflict):
        KeyRing.create(header, Unlock(PHRASE), cost=CHEAP)
    with pytest.raises(UsageError, match="12"):
        KeyRing.create(header.with_name("other.json"), Unlock("short"), cost=CHEAP)


def test_a_new_passphrase_keeps_the_keys(header: Path, tmp_path: Path) -> None:
    ring = KeyRing.create(header, Unlock(PHRASE), cost=CHEAP)
    make_key_file(tmp_path / "k")
    ring.rewrap(header, Unlock(key_file=tmp_path / "k"))
    assert KeyRing.open(header, Unlock(key_file=tmp_path / "k")).key(Use.SEAL) == ring.key(Use.SEAL)
    with pytest.raises(WrongKey):
        KeyRing.open(header, Unlock(PHRASE))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["k", "keys.json"]


def test_the_environment_names_one_way_to_unlock() -> None:
    assert Unlock.from_environment({"CLEW_PASSPHRASE": PHRASE}) == Unlock(PHRASE)
    assert Unlock.from_environment({"CLEW_KEY_FILE": "k", "CLEW_PASSPHRASE": ""}) == Unlock(key_file=Path("k"))
    for environment in ({}, {"CLEW_PASSPHRASE": PHRASE, "CLEW_KEY_FILE": "k"}):
        with pytest.raises(WrongKey, match="CLEW_PASSPHRASE"):
            Unlock.from_environment(environment)


def test_no_two_uses_share_a_key() -> None:
    assert len({RING.key(use) for use in Use}) == len(Use)
    assert RING.key("evidence") != KeyRing.from_master(bytes(32)).key("evidence")


# Sealing.


def test_what_is_sealed_opens_only_under_its_name() -> None:
    sealed = RING.seal(b"plain", "record/1")
    assert RING.unseal(sealed, "record/1") == b"plain"
    assert sealed != RING.seal(b"plain", "record/1")
    for wrong, about in (
        (sealed, "record/2"),
        (sealed[:-1] + b"\0", "record/1"),
        (b"", "record/1"),
        (sealed[:8], "record/1"),
    ):
        with pytest.raises(Tampered):
            RING.unseal(wrong, about)
    # The form is nonce and AES-256-GCM, so another library opens it too.
    assert AESGCM(RING.key(Use.SEAL)).decrypt(sealed[:12], sealed[12:], b"record/1") == b"plain"


def test_a_person_is_readable_through_the_wrapped_key_alone() -> None:
    key, wrapped = RING.new_person_key("key_1")
    blob = key.seal(b"name", "record/tips/rec_1")
    assert RING.person_key("key_1", wrapped).unseal(blob, "record/tips/rec_1") == b"name"
    with pytest.raises(Tampered):
        RING.person_key("key_2", wrapped)
    with pytest.raises(Tampered):
        RING.new_person_key("key_1")[0].unseal(blob, "record/tips/rec_1")


# Pseudonyms.


def test_a_pseudonym_is_a_keyed_hash_apart_by_kind() -> None:
    name = RING.pseudonym("phone", "+15550100")
    expected = hmac.new(RING.key(Use.PSEUDONYM), b"phone\0+15550100", hashlib.sha256).digest()[:16].hex()
    assert name == expected
    assert len(name) == 32
    others = {
        RING.pseudonym("email", "+15550100"),
        RING.pseudonym("phone", "+15550101"),
        KeyRing.from_master(bytes(32)).pseudonym("phone", "+15550100"),
    }
    assert name not in others
    with pytest.raises(ValueError, match="NUL"):
        RING.pseudonym("a\0b", "c")


@given(
    st.lists(
        st.tuples(
            st.none() | st.sampled_from(["phone", "email"]),
            st.none() | st.text(st.characters(codec="utf-8"), max_size=4),
        )
    )
)
def test_a_column_of_pseudonyms_equals_one_at_a_time(pairs: list[tuple[str | None, str | None]]) -> None:
    kinds = pa.array([kind for kind, _ in pairs], pa.string())
    values = pa.array([value for _, value in pairs], pa.large_string())
    expected = [None if kind is None or value is None else RING.pseudonym(kind, value) for kind, value in pairs]
    assert RING.pseudonyms(kinds, values).to_pylist() == expected
    assert RING.pseudonyms(pa.chunked_array([kinds]), values).to_pylist() == expected


# Signatures.


def test_a_signature_covers_every_field() -> None:
    signed = dataclasses.replace(JUDGEMENT, signature=sign_judgement(RING, JUDGEMENT))
    assert verify_judgement(RING.public_key, signed)
    changes: dict[str, object] = {
        "id": "jdg_2", "lead": "lead_2", "verdict": Verdict.NO, "reason": "other", "actor": "acc_2",
        "at": datetime(2026, 1, 6, tzinfo=UTC), "reverses": "jdg_0", "signature": "00" * 64,
    }  # fmt: skip
    assert changes.keys() == {field.name for field in dataclasses.fields(Judgement)}
    for name, value in changes.items():
        assert not verify_judgement(RING.public_key, dataclasses.replace(signed, **{name: value})), name
    for key in (KeyRing.from_master(bytes(32)).public_key, "", "zz"):
        assert not verify_judgement(key, signed)
    assert not verify_judgement(RING.public_key, JUDGEMENT)


# Nothing shows.


def test_no_key_material_in_repr_copies_or_pickles() -> None:
    person, _ = RING.new_person_key("key_1")
    shown = f"{RING!r} {RING} {person!r} {Unlock(PHRASE)!r}"
    for secret in (
        PHRASE,
        bytes(range(32)).hex(),
        str(bytes(range(32))),
        *(RING.key(use).hex() for use in Use if use is not Use.IDENTIFY),
    ):
        assert secret not in shown
    for thing in (RING, person):
        with pytest.raises(TypeError):
            pickle.dumps(thing)
        with pytest.raises(TypeError):
            copy.copy(thing)
