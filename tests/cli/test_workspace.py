"""A workspace from the command line: made, filled, walked, judged, released, verified, and tampered with."""

from __future__ import annotations

import json
from shutil import copytree

import pytest

from clew.cli.unlocking import opened
from clew.records import read_table


@pytest.fixture
def room(tmp_path, monkeypatch, empty_workspace):
    """A workspace with a few adverts that share a number, and a tip about it."""
    monkeypatch.setenv("CLEW_KEY_FILE", str(tmp_path / "k" / "room.key"))
    monkeypatch.setenv("CLEW_WORKSPACE", str(tmp_path / "room"))
    monkeypatch.delenv("CLEW_PASSPHRASE", raising=False)
    copytree(empty_workspace, tmp_path, dirs_exist_ok=True)
    lines = ["id,text,posted,place"]
    for number in range(12):
        words = " ".join(f"w{number}x{each}" for each in range(20))
        lines.append(
            f'{number},"She is new in town, only this week, no limits. {words} call +44 20 7946 0{100 + number % 3}, or +44 20 7946 0100",2026-01-{number + 1:02d},City{number % 4}'
        )
    (tmp_path / "ads.csv").write_text("\n".join(lines) + "\n13,no date,someday,\n")
    (tmp_path / "tips.csv").write_text(
        "id,text,area,contact\nt1,Two people fear the man with +44 20 7946 0100,North,secret@reporter.example\n"
    )
    return tmp_path


SOURCE = ("--source", "Invented", "--basis", "synthetic")


def add_all(clew, room):
    assert clew("add", "adverts", room / "ads.csv", *SOURCE, "--yes").code == 0
    assert clew("add", "tips", room / "tips.csv", *SOURCE, "--yes").code == 0
    assert clew("run").code == 0


def test_from_files_to_a_judged_lead_and_a_verified_log(clew, room, monkeypatch):
    monkeypatch.setenv("CLEW_WORKSPACE", str(room / "own"))
    monkeypatch.setenv("CLEW_KEY_FILE", str(room / "k" / "own.key"))
    assert clew("init", room / "own").code == 0
    added = clew("add", "adverts", room / "ads.csv", *SOURCE, "--yes")
    assert "12 adverts added, 0 were here already, 1 rejected." in added.err
    assert "not a time of ISO 8601" in added.err
    assert "text                         <- text" in added.err
    assert clew("add", "tips", room / "tips.csv", *SOURCE, "--yes").code == 0
    assert "1 leads" in clew("run").err
    shown = clew("leads")
    assert "one organiser?" in shown.out
    assert "Points, not a probability" in shown.err
    lead = shown.out.split()[0]
    assert clew("judge", lead, "--verdict", "no", "--reason", " ").code == 2
    assert clew("judge", lead, "--verdict", "maybe", "--reason", "x").code == 2
    assert clew("judge", "lead_none", "--verdict", "no", "--reason", "x").code == 1
    assert clew("judge", lead, "--verdict", "no", "--reason", "A troupe on tour.").code == 0
    assert clew("leads", "--open").out == ""
    assert lead in clew("leads", "--judged").out
    verified = clew("audit", "verify")
    assert verified.code == 0
    assert "The log verifies" in verified.err


def test_a_guessed_mapping_must_be_confirmed_by_somebody(clew, room, monkeypatch):
    ended = clew("add", "adverts", room / "ads.csv", *SOURCE)
    assert ended.code == 2
    assert "--yes" in ended.err
    (room / "m.yaml").write_text("columns: {id: id, text: text}\n")
    assert clew("add", "adverts", room / "ads.csv", *SOURCE, "--mapping", room / "m.yaml").code == 0


def test_nothing_enters_without_a_known_ground(clew, room):
    assert clew("add", "adverts", room / "ads.csv", "--source", "x", "--yes").code == 2
    ended = clew("add", "adverts", room / "ads.csv", "--source", "x", "--basis", "because", "--yes")
    assert ended.code == 2
    assert "basis: choose one of consent" in ended.err
    assert clew("add", "dreams", room / "ads.csv", *SOURCE, "--yes").code == 2


def test_another_key_or_none_opens_nothing(clew, room, monkeypatch):
    (room / "k" / "other.key").write_text("00" * 32)
    (room / "k" / "other.key").chmod(0o600)
    monkeypatch.setenv("CLEW_KEY_FILE", str(room / "k" / "other.key"))
    ended = clew("leads")
    assert ended.code != 0
    assert "Reference" not in ended.err
    monkeypatch.setenv("CLEW_KEY_FILE", str(room / "k" / "absent.key"))
    assert clew("leads").code != 0


def test_a_changed_log_is_found(clew, room):
    from sqlalchemy import text

    from clew.safeguards.keys import KeyRing, Unlock
    from clew.store.vault import Vault

    add_all(clew, room)
    keys = KeyRing.open(room / "room" / "keys.json", Unlock(key_file=room / "k" / "room.key"))
    with Vault.open(room / "room" / "vault.db", keys) as vault, vault._engine.begin() as raw:
        triggers = raw.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'")
        ).scalars()
        for trigger in list(triggers):
            raw.execute(text(f'DROP TRIGGER "{trigger}"'))
        raw.execute(text("UPDATE audit SET actor = 'nobody' WHERE seq = 3"))
    ended = clew("audit", "verify")
    assert ended.code == 1
    assert "3" in ended.out


def test_a_release_shows_its_price_and_is_made_once(clew, room):
    rows = "".join(f"2020,{'Woman' if n % 3 else 'Man'},9--17,PHL,USA,1,0\n" for n in range(60))
    (room / "cases.csv").write_text(
        "yearOfRegistration,gender,ageBroad,citizenship,CountryOfExploitation,isForcedLabour,isSexualExploit\n" + rows
    )
    assert clew("add", "cases", room / "cases.csv", *SOURCE, "--yes").code == 0
    asked = (
        "publish",
        "release",
        "--title",
        "Year",
        "--recipient",
        "the public",
        "--columns",
        "gender,exploited_in",
        "--k",
        "11",
    )
    assert '"k": 11' in clew(*asked).out
    assert not (room / "room" / "releases").exists()
    alone = clew(*asked, "--sign", "--as", "anna")
    assert (alone.code, "another person" in alone.err) == (1, True)
    assert not (room / "room" / "releases").exists()
    assert clew("account", "second", "--role", "steward").code == 0
    assert clew(*asked, "--sign", "--as", "second").code == 0
    (released,) = (room / "room" / "releases").glob("*.csv")
    assert read_table(released).table.num_rows == 60
    again = clew(*asked, "--sign", "--as", "second")
    assert again.code == 1
    assert "before" in again.err
    assert clew(*asked[:-2], "--sign").code == 2


def test_flows_from_cases_and_from_the_published_table(clew, room, shared_data):
    (room / "cases.csv").write_text(
        "case_id,citizenship,exploited_in\n" + "".join(f"{n},ROU,ITA\n" for n in range(7)) + "8,NGA,ITA\n9,,ITA\n"
    )
    assert clew("flows", "count", room / "cases.csv", "--out", room / "f.csv").code == 0
    rows = [(r["origin"], r["destination"], r["text"]) for r in read_table(room / "f.csv").table.to_pylist()]
    assert rows == [("ROU", "ITA", "7"), ("NGA", "ITA", "<5")]
    glotip = shared_data / "glotip" / "glotip_2025-10-28.csv.gz"
    assert clew("flows", "count", glotip, "--out", room / "g.csv", "--counts", room / "c.csv").code == 0
    flows, counts = read_table(room / "g.csv").table, read_table(room / "c.csv").table
    assert flows.num_rows > 2000
    assert set(counts["dimension"].to_pylist()) == {"year", "form", "sex", "age"}
    suppressed = [r for r in flows.to_pylist() if r["text"].startswith("<")]
    assert suppressed
    assert all((r["count_low"], r["count_high"], r["suppressed"]) == ("1", "4", "true") for r in suppressed)


def test_who_can_why_not_and_rows_speak_of_one_record(clew, room):
    (room / "cases.csv").write_text("case_id,gender,age\n1,Woman,30\n")
    assert clew("add", "cases", room / "cases.csv", *SOURCE, "--yes").code == 0
    assert clew("account", "mira", "--role", "case_worker").code == 0
    anna = ("--as", "anna")
    with opened(room / "room") as workspace:
        number = workspace.lake.read("cases")["external_id"][0].as_py()
    narrowed = clew("safeguards", "narrow", number, "--only", "anna", "--reason", "her case", *anna)
    assert (narrowed.code, "sfg_" in narrowed.err) == (0, True)
    who = [json.loads(line) for line in clew("safeguards", "who-can", number, *anna).out.splitlines()]
    assert {each["account"] for each in who} == {"anna"}
    why = clew("safeguards", "why-not", "mira", number, "--action", "read_case", "--purpose", "case-support", *anna)
    (told,) = (json.loads(line) for line in why.out.splitlines())
    assert (told["allowed"], told["because"], told["rule"].startswith("row sfg_")) == (False, "her case", True)
    assert clew("safeguards", "why-not", "mira", "K-none", *anna).code == 1
    assert clew("safeguards", "narrow", number, "--only", "nobody", "--reason", "x", *anna).code == 1
    assert clew("safeguards", "narrow", number, "--only", "king", "--by", "role", "--reason", "x", *anna).code == 2
    opened_now = clew("safeguards", "break-glass", number, "--reason", "danger", "--as", "mira")
    assert "holds until" in opened_now.err
    grant = json.loads(clew("safeguards", "accesses", *anna).out)["id"]
    assert clew("safeguards", "review-access", grant, "--justified", "--reason", "yes", *anna).code == 0
    assert clew("safeguards", "reviews", "--ask", number, "--as", "mira").code == 0
    (asked,) = (json.loads(line) for line in clew("safeguards", "reviews", *anna).out.splitlines())
    assert clew("safeguards", "answer-review", asked["id"], "--outcome", "upheld", "--reason", "seen", *anna).code == 0
    assert json.loads(clew("safeguards", "agreement", *anna).out)["blind"] == 0
    assert len(clew("safeguards", "rows", *anna).out.splitlines()) == 1
