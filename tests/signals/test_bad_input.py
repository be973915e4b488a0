"""Adverts as nobody should write them: floods, floods of the same, and texts that are none."""

from __future__ import annotations

import sys

import pyarrow as pa
import pytest

from clew import world
from clew.signals import Settings, load, scan
from clew.signals.frame import scan_table
from clew.signals.phone.detect import PhoneDetector

CONTACTS = ("phone", "email", "url", "handle", "wallet")
ODD = {
    "right to left": "\u202e" * 100 + "+44 7700 900123",
    "combining marks": "".join(c + "\u0301\u0336\u20e3" * 15 for c in "+44 7700 900123"),
    "zero width": "\u200b\u200d\ufeff".join("+44 7700 900123"),
    "emoji only": "🌹💋" * 2000,
    "digits only": "1234567890" * 500,
    "html": "<div class='x'><p>" * 300 + "<a href='tel:+447700900123'>call</a>" + "</p></div>" * 300,
    "binary": "".join(map(chr, range(256))) * 5,
    "surrogates": "\ud800\udc00 +44 7700 900123",
}
HAS_PHONE = {"right to left", "combining marks", "zero width", "html", "surrogates"}


@pytest.mark.parametrize("kind", ODD)
def test_odd_adverts_are_read_and_fail_nowhere(kind):
    text = ODD[kind]
    detection = scan([text], detectors=CONTACTS)
    assert detection.failures.num_rows == 0
    phones = [s for s in detection.signals.to_pylist() if s["kind"] == "phone"]
    assert [s["value"] for s in phones] == (["+447700900123"] if kind in HAS_PHONE else [])
    assert all(0 <= s["start"] < s["end"] <= len(text) for s in phones)


def test_half_a_megabyte_of_advert_is_read_to_its_end():
    text = "quiet room near the park, 80 an hour. " * 14_000 + "call +44 7700 900123"
    found = scan([text], detectors=CONTACTS).signals.to_pylist()
    assert [(s["value"], text[s["start"] : s["end"]]) for s in found] == [("+447700900123", "+44 7700 900123")]


def test_the_same_advert_ten_thousand_times_is_read_once(monkeypatch):
    seen = []
    real = PhoneDetector.read
    monkeypatch.setattr(PhoneDetector, "read", lambda self, text: seen.append(text) or real(self, text))
    texts = ["call +44 7700 900123", None, "call +44 7700 900124 or +44 7700 900125"] * 10_000
    found = scan(texts, detectors=["phone"]).signals
    assert len(seen) == 2
    assert found.num_rows == 30_000
    assert found["row"].to_pylist()[-3:] == [29_997, 29_999, 29_999]
    assert found["value"].to_pylist()[-3:] == ["+447700900123", "+447700900124", "+447700900125"]


def test_one_phone_in_half_of_all_adverts_is_found_in_each_of_them_and_nowhere_else():
    others = world.build(3, 200).adverts["text"].to_pylist()
    texts = [f"{text} call +44 7700 900123" if row % 2 else text for row, text in enumerate(others)]
    plain, mixed = (scan(each, detectors=["phone"]) for each in (others, texts))
    assert mixed.failures.num_rows == 0
    rows = [s["row"] for s in mixed.signals.to_pylist() if s["value"] == "+447700900123"]
    assert rows == list(range(1, len(others), 2))
    found = [(s["row"], s["value"]) for s in mixed.signals.to_pylist() if s["value"] != "+447700900123"]
    assert found == [(s["row"], s["value"]) for s in plain.signals.to_pylist()]


def test_a_failure_is_told_for_every_row_that_has_the_text(monkeypatch):
    monkeypatch.setattr(PhoneDetector, "read", lambda self, text: [][0])
    table = scan_table(pa.table({"id": ["a", "b", "c"], "text": ["once", "again", "once"]}))
    failed = [row for row in table.to_pylist() if row["kind"] == "failed"]
    assert [(row["id"], row["value"], row["detector"]) for row in failed] == [
        (each, "IndexError", "phone/1") for each in "abc"
    ]


@pytest.mark.parametrize("name", CONTACTS)
def test_a_screened_batch_says_what_its_texts_say_alone(name):
    detector = load(name)
    texts = [
        *world.build(3, 100).adverts["text"].to_pylist(),
        *(
            "anna at mail dot com",
            "anna_at_mail_dot_com",
            "anna at gmail com",
            "an\u200bna\u200b@mail.com",
            "anna%40mail.com",
        ),
        *("example dot com", "www . example . com", "example。com", "see example.org/x", "Ｅxample．com"),
        *(
            "t\u200b.me/anna_b",
            "my insta bella_99",
            "微信anna2024",
            "tele: anna_b",
            "line id anna",
            "t (dot) me / anna_b",
        ),
        *("pay 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "0x52908400098527886E0F7030069857D2E4169EE7"),
        *("call 07700 900123", "nothing at all", ""),
    ]
    assert detector.detect(texts) == [detector.detect([text])[0] for text in texts]


UNITS = (
    *(
        "one two three ",
        "12:30 ",
        "100€ ",
        "07700 900123 call ",
        "1 2 3 4 5 6 7 8 9 ",
        "www. 07700 900123 ",
        "nine hundred ",
    ),
    *(
        "a@",
        "a at b dot ",
        "a_at_b_dot_",
        "t.me/",
        "telegram: ",
        "5\ufe0f\u20e3",
        "0\u0336",
        "<a ",
        "7#",
        "o ",
        "double ",
    ),
)


@pytest.mark.parametrize("name", CONTACTS)
def test_work_grows_as_the_text_does(name):
    # calls are counted, not seconds; what happens inside one call of a regular expression is held by the contract's limit
    detector = load(name, Settings(limit_s=60))
    detector.read("call 07700 900123")
    for unit in UNITS:
        short = _calls(detector, unit * (1_000 // len(unit)))
        long = _calls(detector, unit * (4_000 // len(unit)))
        assert long < 6 * short + 2_000, unit


def _calls(detector, text: str) -> int:
    count = 0

    def counted(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        detector.read(text)
    finally:
        sys.setprofile(before)
    return count
