"""`clew directory` and `clew hotline` from the command line."""

from __future__ import annotations

from shutil import copytree

import pytest

from clew.records import read_table

ROWS = (
    "org,city,country,services,languages,hours,timezone,min_age,gender,verified\n"
    "Harbour.example,Lyon,FR,shelter;legal,fr,24/7,Europe/Paris,18,women,2020-01-01\n"
    "Harbour.example,lyon,France,legal aid; shelter,en,,,,,\n"
    "Bad.example,,,shelter,fr,,,,,\n"
    "Odd.example,Nice,FR,sheltr,fr,,,,,\n"
)


@pytest.fixture
def room(tmp_path, monkeypatch, empty_workspace):
    monkeypatch.setenv("CLEW_KEY_FILE", str(tmp_path / "k" / "room.key"))
    monkeypatch.setenv("CLEW_WORKSPACE", str(tmp_path / "room"))
    monkeypatch.delenv("CLEW_PASSPHRASE", raising=False)
    copytree(empty_workspace, tmp_path, dirs_exist_ok=True)
    (tmp_path / "d.csv").write_text(ROWS)
    return tmp_path


def test_a_directory_is_imported_once_and_searched(clew, room):
    ended = clew("directory", "import", room / "d.csv")
    assert ended.code == 0, ended.err
    assert "2 new entries, 0 changed, 0 as they were, 2 rejected." in ended.err
    assert "did you mean shelter?" in ended.err
    assert "same organisation and place" in ended.err
    assert [r["field"] for r in read_table(room / "d.rejects.csv").table.to_pylist()] == ["place", "services"]
    assert "0 new entries, 0 changed, 2 as they were" in clew("directory", "import", room / "d.csv").err
    asked = (
        "directory",
        "search",
        "--place",
        "Lyon",
        "--language",
        "French",
        "--service",
        "shelter",
        "--age",
        "17",
        "--out",
        room / "o.csv",
    )
    assert "0 services found; 1 left out" in clew(*asked).err
    assert clew(*asked, "--unfit").code == 0
    (found,) = read_table(room / "o.csv").table.to_pylist()
    assert (found["fits"], found["open_now"], found["stale"]) == ("no", "yes", "yes")
    assert "age: takes 18 or older; of the person: 17 (no)" in found["why"]


def test_a_file_is_searched_without_a_workspace(clew, tmp_path):
    (tmp_path / "d.csv").write_text(ROWS)
    ended = clew("directory", "search", "--from", tmp_path / "d.csv", "--place", "France", "--out", tmp_path / "o.csv")
    assert ended.code == 0, ended.err
    assert len(read_table(tmp_path / "o.csv").table) == 2
    assert len(read_table(tmp_path / "o.rejects.csv").table) == 2
    for wrong in (("--language", "Klingonese"), ("--service", "qq"), ("--age", "old")):
        assert clew("directory", "search", "--from", tmp_path / "d.csv", *wrong, "--out", tmp_path / "o.csv").code == 2


def test_contacts_come_in_once_and_are_counted_in_steps(clew, room):
    rows = (
        "".join(f"{n},+44 20 7946 01{n:02d},Lyon,hello,call\n" for n in range(12))
        + "x,12,Lyon,canary,call\ny,,Nice,,message\n"
    )
    (room / "calls.csv").write_text("call_id,phone,region,notes,channel\n" + rows)
    source = ("--source", "Invented line", "--basis", "synthetic")
    ended = clew("hotline", "import", room / "calls.csv", *source)
    assert ended.code == 0, ended.err
    assert "13 contacts added, 0 corrected, 0 were here already, 1 rejected." in ended.err
    assert "canary" not in ended.err + ended.out
    assert (
        "0 contacts added, 0 corrected, 13 were here already" in clew("hotline", "add", room / "calls.csv", *source).err
    )
    changed = rows.replace("0,+44 20 7946 0100,Lyon,hello", "0,+44 20 7946 0100,Lyon,more")
    (room / "calls.csv").write_text("call_id,phone,region,notes,channel\n" + changed)
    ended = clew("add", "calls", room / "calls.csv", *source, "--yes")  # the same log by the other way
    assert "0 calls added, 13 were here already, 1 rejected." in ended.err
    assert "1 of those that were here came with other content" in ended.err
    again = clew("hotline", "import", room / "calls.rejects.csv", *source, "--rejects", room / "again.csv")
    assert "0 contacts added, 0 corrected, 0 were here already, 1 rejected." in again.err
    (first,), (second,) = (read_table(room / name).table.to_pylist() for name in ("calls.rejects.csv", "again.csv"))
    assert first == second
    assert (first["row"], first["field"]) == ("13", "caller")
    assert clew("hotline", "import", room / "calls.csv", "--source", "x", "--basis", "because").code == 2
    assert clew("hotline", "counts", "--days", "7", "--out", room / "c.csv").code == 0
    counted = read_table(room / "c.csv").table.to_pylist()
    assert {row["dimension"] for row in counted} == {"total", "area", "day"}
    assert "Nice" not in str(counted)
    assert clew("hotline", "erase", "ctc_none", "--why", "asked").code != 0
    assert clew("hotline", "counts", "--days", "700", "--out", room / "c.csv").code == 2
    assert clew("audit", "verify").code == 0
