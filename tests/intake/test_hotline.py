"""Contacts as they come: numbers in every spelling, words that no list has, times that cannot be; and counts that hide."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.intake.hotline import AREA_UNKNOWN, Contact, check, normal_number
from clew.intake.hotline_casework import check_entry
from clew.intake.hotline_counts import count_contacts, step
from clew.intake.hotline_file import read_contacts
from clew.records.write import write_table
from clew.safeguards.errors import MissingColumn, UsageError

NOW = datetime(2026, 1, 5, 10, 3, tzinfo=UTC)
SPELLINGS = (
    "020 7946 0100", "(020) 7946-0100", "+44 20 7946 0100", "+44 (0)20 7946 0100", "0044 20 7946 0100", "tel:+442079460100",
    "＋44 20 7946 0100", "٠٢٠ ٧٩٤٦ ٠١٠٠", " +44.20.7946.0100 ",
)  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_number_has_one_spelling(spelling: str) -> None:
    assert normal_number(spelling, "GB") == "+442079460100"


def test_a_number_without_country_needs_a_region_or_says_so() -> None:
    assert normal_number("0044 20 7946 0100") == "+442079460100"
    with pytest.raises(UsageError, match="country code, or set the workspace's region"):
        normal_number("020 7946 0100")


@pytest.mark.parametrize("given", ["", "withheld", "Anonymous", "UNKNOWN", "no number"])
def test_a_withheld_number_is_none(given: str) -> None:
    assert normal_number(given, "GB") is None


@pytest.mark.parametrize("given", ["12", "call me", "+44 20 7946 0100 7946 0100 7946", "+999 123456"])
def test_what_is_no_number_is_refused_and_not_repeated(given: str) -> None:
    with pytest.raises(UsageError) as refused:
        normal_number(given, "GB")
    assert given not in str(refused.value)


def test_a_contact_needs_only_its_way() -> None:
    made = check({"channel": "Web form", "area": "Londres", "language": "fr"}, now=NOW)
    assert (made.channel, made.area, made.country, made.language) == ("form", "London, GB", "GBR", "fre")
    assert (made.topic, made.status, made.number, made.received) == ("other", "not_known", None, NOW)


def test_everything_wrong_with_a_contact_is_said_at_once_and_no_value_with_it() -> None:
    typed = {
        "channel": "pigeon", "topic": "situaton", "status": "victim", "language": "Klingonese", "caller": "0000-canary",
        "received": "2026-01-06T00:00", "text": "canary",
    }  # fmt: skip
    with pytest.raises(UsageError) as refused:
        check(typed, now=NOW)
    said = str(refused.value)
    assert [part.split(":")[0] for part in said.split("; ") if ":" in part] == [
        "channel", "topic", "status", "language", "received", "caller",
    ]  # fmt: skip
    assert "did you mean situation" in said
    assert not [value for value in typed.values() if value in said.replace("did you mean situation", "")]


def test_a_contacts_words_do_not_show_in_its_repr() -> None:
    shown = repr(Contact(channel="call", received=NOW, number="+442079460100", text="canary"))
    assert "7946" not in shown
    assert "canary" not in shown


def test_a_helplines_file_is_read_and_what_cannot_be_is_kept_whole(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text(
        "call_id,date,caller_number,area,notes,channel,status\n"
        "1,2026-01-02T10:00:00Z,020 7946 0100,Lyon,first,call,possible\n"
        "2,2026-01-03T10:00:00Z,12,Lyon,second,,\n"
        "3,2026-02-03T10:00:00Z,,Lyon,third,,\n"
        "4,2026-01-03T10:00:00Z,withheld,,fourth,message,nonsense\n"
        "5,,,,,,\n",
        encoding="utf-8",
    )
    read = read_contacts(tmp_path / "calls.csv", now=NOW, region="GB")
    assert [(id, c.channel, c.status, c.number) for id, c in read.contacts] == [
        ("1", "call", "possible", "+442079460100"),
        ("5", "call", "not_known", None),
    ]
    rejects = read.rejects.table.to_pylist()
    assert [(r["row"], r["id"], r["field"]) for r in rejects] == [
        (2, "2", "caller"),
        (3, "3", "received"),
        (4, "4", "status"),
    ]
    assert "second" in rejects[0]["raw"]


MESSY = (
    "call_id;Date;Caller Number;Region;Category;Notes;Contact_Type;STATUS;desk\r\n"
    "1;2026-01-02T10:00:00Z;+442079460100;Lyon;situaton;first;SMS;possible;blue\r\n"
    ";2026-01-02T10:00:00Z;;;;no id;;;green\r\n"
    "3;2026-01-03T10:00:00Z;withheld;12 Mill Lane, flat 3;Referral;third;Phone;;red\r\n"
    "4;2026-01-03T10:00:00Z;0000;;;fourth;pigeon;posible;grey\r\n"
)


def test_a_reject_is_the_source_row_with_its_number_and_a_suggestion(tmp_path: Path) -> None:
    """Headers of channel and status in any case and under other names; a misspelt topic is never made `other`."""
    (tmp_path / "calls.csv").write_text(MESSY, encoding="utf-8")
    read = read_contacts(tmp_path / "calls.csv", now=NOW)
    assert [(id, c.channel, c.topic) for id, c in read.contacts] == [("3", "call", "help")]
    rejects = read.rejects.table.to_pylist()
    assert [(r["row"], r["id"], r["field"], r["rule"]) for r in rejects] == [
        (1, "1", "topic", "not a known word; did you mean situation?"),
        (2, None, "id", "required and empty"),
        (4, "4", "channel", "not a known word"),
    ]
    assert json.loads(rejects[0]["raw"]) == dict(
        zip(*(line.split(";") for line in MESSY.split("\r\n")[:2]), strict=True)
    )


def test_rejects_are_given_in_again_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("id,caller,Contact Type,desk\n1,+442079460100,call,a\n2,020 7946 0101,sms,b\n")
    first = read_contacts(tmp_path / "calls.csv", now=NOW)
    assert [r["row"] for r in first.rejects.table.to_pylist()] == [2]
    write_table(first.rejects.table, tmp_path / "rejects.csv")
    again = read_contacts(tmp_path / "rejects.csv", now=NOW)
    assert again.rejects.table == first.rejects.table  # the same row, number and rule
    with_region = read_contacts(tmp_path / "rejects.csv", now=NOW, region="GB")
    assert [(id, c.channel, c.number) for id, c in with_region.contacts] == [("2", "message", "+442079460101")]
    assert len(with_region.rejects) == 0


def test_a_column_named_for_channel_is_read_and_one_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "calls.csv").write_text("id,how\n1,sms\n")
    read = read_contacts(tmp_path / "calls.csv", now=NOW, columns={"channel": "how"})
    assert read.contacts[0][1].channel == "message"
    with pytest.raises(MissingColumn):
        read_contacts(tmp_path / "calls.csv", now=NOW, columns={"status": "nowhere"})
    with pytest.raises(UsageError, match="no field chanel"):
        read_contacts(tmp_path / "calls.csv", now=NOW, columns={"chanel": "how"})


def test_words_of_an_area_that_no_gazetteer_knows_do_not_stay_open() -> None:
    made = check({"channel": "call", "area": "12 Mill Lane, flat 3"}, now=NOW)
    assert (made.area, made.country, made.area_words) == (AREA_UNKNOWN, "", "12 Mill Lane, flat 3")
    assert "Mill" not in repr(made)
    assert check({"channel": "call", "area": "lyon"}, now=NOW).area_words == ""


def test_the_fields_own_words_for_a_status_are_known() -> None:
    assert check({"channel": "call", "status": "Potential Victim"}, now=NOW).status == "possible"


# Counts.


def contacts(**areas: int) -> list[tuple[datetime, str, str, str | None]]:
    """Each from a number of its own."""
    return [
        (NOW - timedelta(days=n % 3, hours=1), area, "FRA", f"{area}{n}")
        for area, count in areas.items()
        for n in range(count)
    ]


def test_who_calls_often_is_one_caller_and_lifts_nothing_over_the_threshold() -> None:
    often = [(NOW - timedelta(hours=n + 1), "Nice", "FRA", "one") for n in range(6)]
    counted = count_contacts(often, now=NOW, days=7, below=5)
    assert (counted.areas, str(counted.total), str(counted.elsewhere)) == ((), "<5", "<5")
    four_more = [(NOW - timedelta(hours=1), "Nice", "FRA", f"n{n}") for n in range(4)]
    assert [str(s) for _, _, s in count_contacts(often + four_more, now=NOW, days=7, below=5).areas] == ["5 to 9"]


def test_contacts_without_a_number_count_for_nothing() -> None:
    """One of them may be a caller who is counted already."""
    without = [(NOW - timedelta(hours=1), "Nice", "FRA", None)] * 40
    counted = count_contacts([*without, *contacts(Nice=4)], now=NOW, days=7, below=5)
    assert (counted.areas, str(counted.total)) == ((), "<5")


def test_areas_that_are_not_recognised_are_never_named() -> None:
    loose = [(NOW - timedelta(hours=1), AREA_UNKNOWN, "", f"n{n}") for n in range(9)]
    counted = count_contacts(loose, now=NOW, days=7, below=5)
    assert (counted.areas, str(counted.elsewhere)) == ((), "5 to 9")


def test_nothing_under_the_threshold_shows() -> None:
    counted = count_contacts(contacts(Lyon=13, Nice=4, Metz=2), now=NOW, days=7, below=5)
    assert [(area, str(s)) for area, _, s in counted.areas] == [("Lyon", "10 to 14")]
    assert (str(counted.total), str(counted.elsewhere)) == ("15 to 19", "5 to 9")
    assert "Nice" not in str(counted)
    assert str(count_contacts(contacts(Nice=4), now=NOW, days=7, below=5).total) == "<5"


@given(st.integers(0, 60), st.integers(2, 12))
def test_a_count_never_moves_by_one(count: int, below: int) -> None:
    before, after = step(count, below), step(count + 1, below)
    assert before.low <= count <= before.high
    assert before == after or after.low - before.low == below
    assert before.hidden is (count < below)


@given(st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), st.integers(0, 12)), st.integers(2, 7))
def test_no_small_area_can_be_worked_out_from_the_others(areas: dict[str, int], below: int) -> None:
    """Total minus what is shown leaves every number of contacts open that a hidden area may have."""
    counted = count_contacts(contacts(**areas), now=NOW, days=7, below=below)
    assert all(s.low >= below for _, _, s in counted.areas)
    small = sum(n for n in areas.values() if n < below)
    assert counted.elsewhere.low <= small <= counted.elsewhere.high
    assert counted.elsewhere.high - counted.elsewhere.low == below - 1


def test_contacts_count_from_the_next_five_minutes_and_in_their_window() -> None:
    fresh = [(NOW - timedelta(minutes=1), "Lyon", "FRA", f"f{n}") for n in range(9)]
    old = [(NOW - timedelta(days=8), "Lyon", "FRA", f"o{n}") for n in range(9)]
    assert str(count_contacts(fresh + old, now=NOW, days=7, below=5).total) == "<5"
    later = count_contacts(fresh + old, now=NOW + timedelta(minutes=5), days=7, below=5)
    assert str(later.total) == "5 to 9"
    assert [day for day, _ in later.days] == [date(2025, 12, 30) + timedelta(days=n) for n in range(7)]


# What can be recorded on a case.


@pytest.mark.parametrize(
    ("kind", "form", "said"),
    [
        (
            "journey",
            {"stage": "exploitation", "place": "Doha", "first": "2021", "last": "2020"},
            "last: lies before first",
        ),
        ("journey", {"stage": "exploitation", "place": "Doha", "first": "2027"}, "first: lies in the future"),
        ("journey", {"stage": "explotation", "place": ""}, "did you mean exploitation"),
        ("journey", {"stage": "transit", "place": "Doha", "first": "03/04/2021"}, "first: not a date"),
        ("consent", {"layer": "refer", "answer": "maybe", "way": "spoken"}, "answer: not a known word"),
        ("consent", {"layer": "refer", "answer": "yes", "way": "spoken", "until": "2026-02-01"}, "to: required"),
        ("consent", {"layer": "refer", "answer": "yes", "way": "spoken", "to": "any:shelter"}, "until: required"),
        (
            "consent",
            {"layer": "refer", "answer": "yes", "way": "spoken", "to": "any:sheltr", "until": "2026-02-01"},
            "nor any service of a known kind",
        ),
        (
            "consent",
            {"layer": "refer", "answer": "yes", "way": "spoken", "to": "any:shelter", "until": "2026-01-01"},
            "until: lies in the past",
        ),
        ("signature", {"reason": "x"}, "referral: required"),
        ("document", {"title": " "}, "title: required"),
        ("document", {"title": "x", "sha256": "beef"}, "sha256: not 64"),
        ("support", {"need": "shelter", "state": "planned", "due": "soon"}, "due: not a date"),
        ("correction", {}, "reason: required"),
        ("rumour", {}, "kind: choose one of"),
    ],
)
def test_an_entry_that_cannot_be_is_refused(kind: str, form: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        check_entry(kind, form, today=NOW.date())


def test_an_entry_is_parted_into_codes_and_words() -> None:
    form = {"stage": "Recruitment", "place": "katmandu", "first": "2021-02", "note": " told on the phone "}
    codes, texts = check_entry("journey", form, today=NOW.date())
    assert codes == {"stage": "recruitment", "place": "Kathmandu, NP", "country": "NPL", "first": "2021-02"}
    assert texts == {"note": "told on the phone"}
