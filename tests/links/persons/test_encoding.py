"""Encodings: alike where persons are, refused where secrets differ, silent about the secret and the persons."""

from __future__ import annotations

import pickle

import numpy as np
import pyarrow as pa
import pytest

from clew.links.persons import encoding
from clew.links.persons.encoding import encode, fingerprint, pseudonyms
from clew.links.persons.fields import persons
from clew.links.persons.matching import match, one_fingerprint, unfit
from clew.links.persons.secret import Secret, make_secret
from clew.links.persons.strings import BITS, slices
from clew.safeguards.errors import Conflict, MissingColumn, UsageError, WrongKey

SECRET = Secret(bytes(range(32)))
OTHER = Secret(bytes(range(100, 132)))
FIELDS = ("given_name", "family_name", "birth_date", "place")


def one(given, family, born, place="Lipa"):
    return {"id": given, "given_name": given, "surname": family, "dob": born, "city": place}


def bits_of(table, row):
    return np.unpackbits(np.frombuffer(bytes.fromhex(table["encoding"][row].as_py()), dtype=np.uint8)).astype(bool)


def overlap(table, a, b):
    one_, other = bits_of(table, a), bits_of(table, b)
    return (one_ & other).sum() / min(one_.sum(), other.sum())


@pytest.fixture(scope="module")
def few():
    rows = [
        one("Katarina", "Orlova", "1990-02-03"),
        one("Katya", "Orlowa", "1990-02-03"),
        one("Boris", "Novak", "1971-11-21", "Tarn"),
    ]
    return persons(pa.Table.from_pylist(rows))


def encoded(table, secret=SECRET, **options):
    made = encode(table, secret, contributor="a", **options)
    names = pseudonyms(table["id"].to_pylist(), secret, "a")
    order = [made["id"].to_pylist().index(name) for name in names]
    return made.take(order)


def test_alike_persons_have_alike_encodings(few):
    made = encoded(few)
    assert overlap(made, 0, 1) > 0.6 > 0.45 > overlap(made, 0, 2)
    assert all(len(text) == BITS // 4 for text in made["encoding"].to_pylist())


def test_another_secret_gives_unlike_encodings(few):
    a, b = encoded(few), encoded(few, OTHER)
    mixed = pa.concat_tables([a.slice(0, 1), b.slice(0, 1)])
    assert overlap(mixed, 0, 1) < 0.45
    assert not set(a["id"].to_pylist()) & set(b["id"].to_pylist())


def test_strings_are_neither_sparse_nor_full(people):
    made = encode(persons(people[0]), SECRET, contributor="a")
    bits = np.array([bits_of(made, row) for row in range(made.num_rows)])
    for part in slices().values():
        filled = bits[:, part.start * 8 : part.stop * 8].mean(axis=1)
        assert not filled.any() or 0.07 < filled[filled > 0].mean() < 0.4


def test_encodings_hold_no_value_and_no_id(few):
    made = encoded(few)
    text = str(made.to_pydict()).casefold()
    assert not any(word in text for word in ("katarina", "orlova", "1990"))


def test_the_same_twice_and_in_order_of_pseudonyms(people):
    table = persons(people[0])
    made = encode(table, SECRET, contributor="a")
    again = encode(table.take(np.random.default_rng(1).permutation(table.num_rows)), SECRET, contributor="a")
    assert made.equals(again)
    assert made["id"].to_pylist() == sorted(made["id"].to_pylist())


def test_persons_of_whom_too_little_is_known_are_left_out():
    table = persons(pa.table({"id": ["1", "2"], "surname": ["x", "orlova"], "dob": [None, "1990-01-02"]}))
    assert encode(table, SECRET, contributor="a").num_rows == 1


def test_fingerprints_tell_secrets_and_fields_apart():
    mark = fingerprint(SECRET, FIELDS)
    assert mark == fingerprint(SECRET, FIELDS[::-1])
    assert len({mark, fingerprint(OTHER, FIELDS), fingerprint(SECRET, FIELDS[:2])}) == 3
    one_fingerprint([("a", [mark]), ("b", [mark, mark])])
    with pytest.raises(Conflict, match="different secrets") as refused:
        one_fingerprint([("a.csv", [mark]), ("b.csv", [fingerprint(OTHER, FIELDS)])])
    assert "a.csv" in str(refused.value)


def test_fingerprints_tell_how_input_was_read(monkeypatch):
    before = fingerprint(SECRET, FIELDS)
    monkeypatch.setattr(encoding, "reading", lambda: "names folded another way")
    assert fingerprint(SECRET, FIELDS) != before


def test_fields_the_file_lacks_are_refused(few):
    with pytest.raises(UsageError, match="phone"):
        encode(few, SECRET, contributor="a", fields=["given_name", "phone"])


def test_tampered_rows_are_found(few):
    made = encoded(few)
    rows = made.to_pylist()
    flipped = ("0" if rows[0]["encoding"][0] != "0" else "1") + rows[0]["encoding"][1:]
    rows[0]["encoding"] = flipped
    rows[1]["encoding"] = rows[1]["encoding"][:-2]
    rows[2]["encoding"] = "f" * (BITS // 4)
    shape, changed, again = (mask.tolist() for _, mask in unfit(pa.Table.from_pylist(rows)))
    assert shape == [False, True, True]
    assert changed == [True, False, False]
    assert again == [False] * 3
    swapped = made.set_column(0, "id", made["id"].take([1, 0, 2]))
    assert unfit(swapped)[1][1].tolist() == [True, True, False]
    assert unfit(made.take([0, 0]))[2][1].tolist() == [False, True]
    with pytest.raises(MissingColumn):
        unfit(made.drop_columns(["check"]))


def test_secrets_are_read_and_never_shown(tmp_path):
    path = tmp_path / "secret"
    make_secret(path)
    assert path.stat().st_mode & 0o777 == 0o600
    secret = Secret.read(path)
    assert secret.key("a") != secret.key("b")
    assert path.read_text().strip() not in repr(secret)
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(Conflict):
        make_secret(path)


@pytest.mark.parametrize("content", [b"", b"short", bytes(64), b"password" * 8, b"ab" * 40])
def test_weak_secrets_are_refused(tmp_path, content):
    path = tmp_path / "secret"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(WrongKey, match="secret"):
        Secret.read(path)


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "secret"
    make_secret(path)
    path.chmod(0o644)
    with pytest.raises(WrongKey, match="0600"):
        Secret.read(path)
    with pytest.raises(WrongKey):
        Secret.read(tmp_path / "nowhere")


def matched(table, truth, **options):
    made = encode(table, SECRET, contributor="a")
    persons_of = dict(zip(pseudonyms(table["id"].to_pylist(), SECRET, "a"), truth, strict=True))
    result = match(made["id"].to_pylist(), made["encoding"].to_pylist(), **options)
    return result, [persons_of[name] for name in result.table["id"].to_pylist()]


def test_the_hub_finds_planted_persons(people, f1):
    result, truth = matched(persons(people[0]), people[1])
    assert f1(result.table["cluster"].to_pylist(), truth) > 0.9
    assert result.table.column_names == ["id", "cluster", "probability", "review"]
    assert result.report["cut_chosen_by"] == "highest expected F1"


def test_the_hub_invents_no_persons(invent):
    table, truth = invent(300, copies=1, seed=11)
    result, _ = matched(persons(table), truth)
    assert result.report["persons"] >= 0.98 * len(truth)


def test_the_hub_gives_the_same_on_another_order(people):
    made = encode(persons(people[0]), SECRET, contributor="a")
    order = np.random.default_rng(2).permutation(made.num_rows)
    ids, texts = made["id"].to_pylist(), made["encoding"].to_pylist()
    straight = match(ids, texts).table.sort_by("id")
    mixed = match([ids[n] for n in order], [texts[n] for n in order]).table.sort_by("id")
    assert straight.equals(mixed)


def test_each_row_is_joined_with_one_of_the_other_file_at_most(people):
    made = encode(persons(people[0]), SECRET, contributor="a")
    ids, texts = made["id"].to_pylist(), made["encoding"].to_pylist()
    source = [n % 2 for n in range(len(ids))]
    result = match(ids, texts, source=source).table
    members = {}
    for row, cluster in enumerate(result["cluster"].to_pylist()):
        members.setdefault(cluster, []).append(source[row])
    assert {tuple(sorted(each)) for each in members.values()} == {(0,), (1,), (0, 1)}
    with pytest.raises(UsageError, match="two files"):
        match(ids[:3], texts[:3], source=[0, 1, 2])


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_the_hub_takes_tiny_files(people, rows):
    made = encode(persons(people[0]), SECRET, contributor="a").slice(0, rows)
    assert match(made["id"].to_pylist(), made["encoding"].to_pylist()).table.num_rows == rows
