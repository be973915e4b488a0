"""`clew cases encode`, `match` and `intersect` as contributors and a hub run them."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

from clew.links.persons import ledger
from clew.records import read_table, write_table


@pytest.fixture
def two(tmp_path):
    """Files of two contributors who know 30 persons in common, and a secret."""
    paths = []
    for name, first in (("north", 0), ("south", 30)):
        numbers = range(first, first + 60)
        table = {
            "id": [f"{name}-{n}" for n in numbers],
            "given_name": [["Anna", "Boris", "Carla", "Farid", "Greta"][n % 5] for n in numbers],
            "surname": [
                ["Abramov", "Brandt", "Costa", "Dubois", "Egger", "Ferrari", "Horvat"][n % 7] + "aeiou"[n % 3]
                for n in numbers
            ],
            "dob": [f"{1950 + n % 50}-{n % 12 + 1:02}-{(n * 7) % 28 + 1:02}" for n in numbers],
            "phone": [f"07{n * 7919 % 10**8:08}" for n in numbers],
        }
        path = tmp_path / f"{name}.csv"
        write_table(pa.table(table), path)
        paths.append(path)
    return *paths, tmp_path / "secret"


def test_encode_and_match_count_persons_once(clew, two, tmp_path):
    north, south, secret = two
    a, b, ids, out = (tmp_path / name for name in ("a.csv", "b.csv", "ids.csv", "persons.csv"))
    ended = clew("cases", "encode", north, "--secret-file", secret, "--new-secret", "--out", a, "--ids", ids)
    assert ended.code == 0, ended.err
    assert secret.read_text().strip() not in ended.err + ended.out
    assert clew("cases", "encode", south, "--secret-file", secret, "--out", b).code == 0
    assert read_table(a).table.column_names == ["id", "encoding", "check", "fingerprint"]
    ended = clew("cases", "match", a, b, "--out", out, "--report", tmp_path / "r.json")
    assert ended.code == 0, ended.err
    table = read_table(out).table
    assert table.column_names == ["id", "cluster", "probability", "review"]
    assert len(set(table["cluster"].to_pylist())) == 90
    assert set(read_table(ids).table["pseudonym"].to_pylist()) == set(read_table(a).table["id"].to_pylist())


def test_match_refuses_different_secrets_and_fields(clew, two, tmp_path):
    north, south, secret = two
    a, b, c = (tmp_path / name for name in ("a.csv", "b.csv", "c.csv"))
    clew("cases", "encode", north, "--secret-file", secret, "--new-secret", "--out", a)
    clew("cases", "encode", south, "--secret-file", tmp_path / "other", "--new-secret", "--out", b)
    clew("cases", "encode", south, "--secret-file", secret, "--fields", "given_name,family_name,birth_date", "--out", c)
    for other in (b, c):
        ended = clew("cases", "match", a, other, "--out", tmp_path / "o.csv")
        assert ended.code == 1
        assert "different secrets" in ended.err
        assert not (tmp_path / "o.csv").exists()


def test_match_rejects_rows_changed_on_their_way(clew, two, tmp_path):
    north, _, secret = two
    a = tmp_path / "a.csv"
    clew("cases", "encode", north, "--secret-file", secret, "--new-secret", "--out", a)
    rows = read_table(a).table.to_pylist()
    rows[0]["encoding"] = rows[1]["encoding"]
    rows[2]["encoding"] = "no hex"
    write_table(pa.Table.from_pylist(rows), a)
    ended = clew("cases", "match", a, "--out", tmp_path / "o.csv")
    assert ended.code == 0
    assert "2 rows could not be read" in ended.err
    assert read_table(tmp_path / "o.csv").table.num_rows == 58


def test_encode_refuses_a_missing_secret(clew, two, tmp_path):
    assert clew("cases", "encode", two[0], "--secret-file", tmp_path / "none", "--out", tmp_path / "a.csv").code == 2


def test_intersect_counts_in_three_files(clew, two, tmp_path, monkeypatch):
    pytest.importorskip("private_set_intersection.python")
    north, south, _ = two
    monkeypatch.setattr(ledger, "place", lambda: tmp_path / "ledger")
    request, private, answer, out = (tmp_path / n for n in ("request", "private", "answer", "o.json"))
    terms = ("--field", "phone", "--agreement", "north and south")
    assert clew("cases", "intersect", "request", north, *terms, "--out", request, "--private", private).code == 0
    assert private.stat().st_mode & 0o777 == 0o600
    line = ("cases", "intersect", "answer", request, south, *terms, "--out", answer, "--a-day", "1")
    assert clew(*line).code == 0
    assert clew("cases", "intersect", "count", answer, "--private", private, "--out", out).code == 0
    assert json.loads(out.read_text()) == {"shared": 30, "asked": 60}
    ended = clew(*line)
    assert ended.code == 1
    assert "try again" in ended.err
    refused = clew("cases", "intersect", "answer", request, south, *terms, "--exact", "--out", answer)
    assert refused.code == 1
    assert "--exact" in refused.err
    written = [json.loads(row) for row in (tmp_path / "ledger").read_text().splitlines()]
    assert [row["action"] for row in written] == ["answered", "refused", "refused"]
    assert "--exact" in written[-1]["detail"]


def test_intersect_replaces_no_file_of_yours_and_keeps_what_it_cannot_read(clew, tmp_path, monkeypatch):
    pytest.importorskip("private_set_intersection.python")
    monkeypatch.setattr(ledger, "place", lambda: tmp_path / "ledger")
    phones = tmp_path / "phones.csv"  # an id and a number are enough: no name is asked for
    phones.write_text("id,phone\n" + "".join(f"p{n},+3361234{n:04}\n" for n in range(25)) + "p0,+33612349999\n")
    terms = ("--field", "phone", "--agreement", "north and south")
    request, private = tmp_path / "r.psi", tmp_path / "p.private"
    ended = clew("cases", "intersect", "request", phones, *terms, "--out", request, "--private", private)
    assert ended.code == 0
    assert "id given before" in ended.err
    assert read_table(tmp_path / "r.rejects.csv").table["id"].to_pylist() == ["p0"]
    before = {path: path.read_bytes() for path in (phones, request, private)}
    for line in (
        ("request", phones, "--out", phones, "--private", tmp_path / "other"),
        ("request", phones, "--out", private, "--private", private),
        ("answer", request, phones, "--out", phones),
        ("answer", request, phones, "--out", request),
    ):
        assert clew("cases", "intersect", *line, *terms).code == 2
    assert {path: path.read_bytes() for path in before} == before
    assert not (tmp_path / "ledger").exists()
