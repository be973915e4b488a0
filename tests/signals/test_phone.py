from __future__ import annotations

import pytest

from clew.signals import phones
from clew.signals.phone import suite, words

from .contract import DetectorContract


class TestPhone(DetectorContract):
    name = "phone"
    finds = (
        "call 07700 900123",
        "(212) 555-0199",
        "+33 1 99 00 12 34",
        "zero seven seven zero zero nine zero zero one two three",
    )


def read(text: str, region: str | None = None) -> list[str]:
    return [signal.value for signal in phones(text, region=region)]


@pytest.mark.parametrize(
    ("text", "region", "numbers"),
    [
        ("Call O77OO 9OO123", "GB", ["+447700900123"]),
        ("0️⃣7️⃣7️⃣0️⃣0️⃣9️⃣0️⃣0️⃣1️⃣2️⃣3️⃣", "GB", ["+447700900123"]),
        ("0 double seven double 0 9 double 0 1 2 3", "GB", ["+447700900123"]),
        ("zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit", "FR", ["+33612345678"]),
        ("null eins sieben eins drei neun zwei null null eins zwei", "DE", ["+491713920012"]),
        ("plus four four seven seven zero zero nine double zero one two three", None, ["+447700900123"]),
        ("+44 (0)7700 900123", None, ["+447700900123"]),
        ("0044 7700 900123", None, ["+447700900123"]),
        ("07700 then 900 then 123", "GB", ["+447700900123"]),
        ("07700\n900\n123", "GB", ["+447700900123"]),
        ("٠٧٧٠٠ ٩٠٠ ١٢٣", "GB", ["+447700900123"]),
        ("07seven00nine00one2three", "GB", ["+447700900123"]),
        ("0*7*7*0*0*9*0*0*1*2*3", "GB", ["+447700900123"]),
        ("wa.me/447700900123", None, ["+447700900123"]),
        ("07700 900123 07700 900124", "GB", ["+447700900123", "+447700900124"]),
        ("+447700900123 / +447700900124", None, ["+447700900123", "+447700900124"]),
        ("25 years, 80 roses 07700 900123 24/7", "GB", ["+447700900123"]),
        ("Find me at 915.555.0138 , I reply", "US", ["+19155550138"]),
        ("Text me on 2 0 1 5 5 5 0 1 2 4 first", "US", ["+12015550124"]),
        ("call09050000327", "GB", ["+449050000327"]),
        ("08452810075over18's", "GB", ["+448452810075"]),
        ("claim 0871277810810p/min", "GB", ["+448712778108"]),
    ],
)
def test_reads_numbers_however_they_are_written(text, region, numbers):
    assert read(text, region) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "12/05/2021 14:30 - 18:00",
        "order 2125550199",
        "175 cm 60 kg 90 60 90",
        "2020 2021 2022",
        "SW1A 2AA 1234 5678",
        "https://example.com/item/12125550199",
        "one two three four",
        "120/150/200/250 EUR",
    ],
)
def test_leaves_other_numbers_alone(text):
    assert read(text) == []


def test_span_is_the_number_as_written():
    text = "☀️ Ana, call +44 7700 900123!"
    (signal,) = phones(text)
    assert text[signal.start : signal.end] == "+44 7700 900123"


def test_the_place_named_says_where_a_number_is_from():
    # 06 and eight digits is a mobile number in the Netherlands and in France
    assert read("Nieuw in Amsterdam 0612345678") == ["+31612345678"]
    assert read("Nouvelle à Lyon 0612345678") == ["+33612345678"]


def test_is_less_sure_without_a_country():
    known, guessed, hidden = (
        phones("07700 900123", region="GB")[0],
        phones("07700 900123")[0],
        phones("O77OO 9OO123", region="GB")[0],
    )
    assert guessed.confidence < hidden.confidence < known.confidence


def test_no_form_of_a_number_word_has_two_meanings():
    meanings: dict[str, set[str]] = {}
    for _, written, digits in words._forms():
        meanings.setdefault(written, set()).add(digits)
    assert {written: digits for written, digits in meanings.items() if len(digits) > 1} == {}


def test_suite_is_the_same_for_the_same_seed():
    assert list(suite.cases(3, 2)) == list(suite.cases(3, 2))
    assert list(suite.cases(3, 2)) != list(suite.cases(4, 2))
    assert len(suite.HIDINGS) >= 10


@pytest.mark.parametrize("known", [True, False])
def test_suite_recall_and_precision(known):
    cases = list(suite.cases(11, 12))
    scores = suite.score(
        cases,
        lambda case: [(s.value, s.start, s.end) for s in phones(case.text, region=case.region if known else None)],
    ).values()
    planted, found, false = (sum(getattr(s, part) for s in scores) for part in ("planted", "found", "false"))
    assert planted == 12 * len(suite.HIDINGS)
    assert found / planted >= 0.98
    assert found / (found + false) >= 0.99
