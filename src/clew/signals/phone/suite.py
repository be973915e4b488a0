"""A public suite of hidden telephone numbers: 25 ways of hiding, with the truth, and texts that hold none.

Every number lies in a range set aside for drama (Ofcom, NANPA, Arcep, Bundesnetzagentur) or is the example number of
its country in phonenumbers, so it is nobody's. The texts are invented and stand among prices, hours, ages and dates. The
same seed gives the same suite. What it measures is its own classes, not what people do in the world.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import phonenumbers

from clew.signals.phone import words

_TEXTS = {
    "en": (
        "Massage and wellness, 18 to 22h, 80 an hour. Call {} before noon",
        "I am back in town until 12/09. Text {} please, 24/7, from £70",
        "Room for dinner guests, 30 min $60, 1h $100. {} is my number",
    ),
    "es": (
        "Masajes relajantes, 1h 100€, 30 min 60€. Llámame al {} hoy",
        "Nueva en la zona hasta el 12.09. Escribe al {} por favor",
    ),
    "fr": (
        "Massage détente, 1h 120€, de 9h à 22h. Appelez le {} svp",
        "De passage du 3 au 12/09, écrivez au {} avant de venir",
    ),
    "de": (
        "Entspannende Massage, 1 Std 120€, ab 10 Uhr. Ruf an: {} bitte",
        "Neu hier bis 12.09. Schreib an {} oder komm vorbei",
    ),
    "it": ("Massaggi rilassanti, 1h 100€, dalle 10 alle 22. Chiama {} oggi",),
    "pt": ("Massagem relaxante, 1h 80€, das 10 às 22. Liga para {} hoje",),
    "nl": ("Ontspannende massage, 1 uur 100€, van 10 tot 22 uur. Bel {} nu",),
    "pl": ("Masaż relaksacyjny, 1 godz 200 zł, od 10 do 22. Dzwoń {} dziś",),
    "ro": ("Masaj de relaxare, 1 ora 200 lei, de la 10 la 22. Sună la {} azi",),
    "ru": ("Массаж и отдых, 1 час 3000 руб, с 10 до 22. Звони {} сегодня",),
    "tr": ("Rahatlatıcı masaj, 1 saat 500 TL, 10 ile 22 arası. Ara {} bugün",),
    "id": ("Pijat santai, 1 jam 200, dari 10 sampai 22. Hubungi {} hari ini",),
}
_NONE = (
    "Open 10:00-22:00, 7 days. 30 min 60€, 60 min 100€, 90 min 140€",
    "Age 25, 172 cm, 58 kg, shoe 38. New until 12/09/2024, then away 13/09-20/09",
    "Order 2125550199 was sent, invoice 4930231250, ref 02079460123",
    "Card 4111 1111 1111 1111 is accepted, IBAN DE89 3704 0044 0532 0130 00 too",
    "Rates 80/120/150/200/300, 1h/2h/3h, weekends +20",
    "Room 204, floor 2, code 4711, bus 17 or 23, 10 min to 5th Avenue",
    "Postcodes SW1A 1AA, EC1V 9HQ and M1 1AE, also 10115, 75001 and 90210",
    "One two three, here we go: four friends, five rooms, six cats",
    "Years 2019 2020 2021 2022, 52.5200, 13.4050, 192.168.1.100",
    "Version 10.15.7.1234, build 20240912, ticket id 0612345678",
    "Un, dos, tres, cuatro pasos y una casa con dos camas y cinco plantas",
    "Lot size 10 x 20 x 30, price 1,250,000 or 1.300.000 EUR",
)
_EXAMPLES = ("ES", "NL", "IT", "PT", "PL", "RO", "RU", "TR", "ID")
_LANGUAGE_OF = {"US": "en", "GB": "en", **{region: region.lower() for region in ("FR", "DE", *_EXAMPLES)}}
_ONLY = {
    "double and triple": ("US", "GB"),
    "joined words": ("US", "GB"),
    "look-alike words": ("US", "GB"),
    "letters apart": ("US", "GB"),
    "run together": ("US", "GB"),
    "counted": ("US", "GB"),
    "pairs": ("FR",),
}
"""Where a way of hiding belongs to a language."""
_EMOJI = ("🌸", "✨", "💆", "🍀", "☀️")
_SCRIPTS = ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "๐๑๒๓๔๕๖๗๘๙", "০১২৩৪৫৬৭৮৯")
_CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨"


@dataclass(frozen=True, slots=True)
class Case:
    """A text, how its number is hidden, where it is from, and the truth: E.164 (None for a text without), start and end."""

    text: str
    hiding: str
    region: str
    e164: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Number:
    region: str
    e164: str
    groups: tuple[str, ...]
    """As it is written in its country."""

    @property
    def digits(self) -> str:
        return "".join(self.groups)


Hide = Callable[[_Number, str, random.Random], str]


def cases(seed: int = 7, each: int = 100) -> Iterator[Case]:
    """`each` texts for every way of hiding, then as many without a number as there are ways, in a fixed order."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable draw, not a secret
    for hiding, hide in HIDINGS.items():
        for _ in range(each):
            yield _case(hiding, hide, dice)
    for text in _NONE * max(1, each // 4):
        yield Case(text, "none", dice.choice(("US", "GB", "FR", "DE")), None, 0, 0)


def _case(hiding: str, hide: Hide, dice: random.Random) -> Case:
    number = _number(dice, _ONLY.get(hiding, ("US", "GB", "FR", "DE", "US", "GB", "FR", "DE", *_EXAMPLES)))
    language = _LANGUAGE_OF[number.region]
    before, after = dice.choice(_TEXTS[language]).split("{}")
    if hiding == "run-on" and before.rstrip()[-1:].isalpha():
        before = before.rstrip()
    written = hide(number, language, dice)
    return Case(before + written + after, hiding, number.region, number.e164, len(before), len(before) + len(written))


def _number(dice: random.Random, regions: tuple[str, ...]) -> _Number:
    region = dice.choice(regions)
    made = {"US": _us, "GB": _gb, "FR": _fr, "DE": _de}
    return made[region](dice) if region in made else _example(region)


def _us(dice: random.Random) -> _Number:
    area = dice.choice(("212", "305", "312", "415", "617", "702", "713", "206"))
    last = f"01{dice.randrange(100):02d}"
    return _Number("US", f"+1{area}555{last}", (area, "555", last))


def _gb(dice: random.Random) -> _Number:
    last = f"{dice.randrange(1000):03d}"
    head, second = dice.choice((("07700", "900"), ("020", "7946 0"), ("0161", "496 0"), ("0113", "496 0")))
    groups = (head, second + last) if head == "07700" else (head, second[:-2], f"0{last}")
    return _Number("GB", "+44" + "".join(groups)[1:], groups)


def _fr(dice: random.Random) -> _Number:
    digits = dice.choice(("019900", "026191", "035301", "046571", "053649", "063998")) + f"{dice.randrange(10_000):04d}"
    return _Number("FR", f"+33{digits[1:]}", tuple(re.findall("..", digits)))


def _de(dice: random.Random) -> _Number:
    last = f"{dice.randrange(100):02d}"
    groups = dice.choice((("0171", f"39200{last}"), ("0176", f"040690{last}"), ("030", f"231250{last}")))
    return _Number("DE", "+49" + "".join(groups)[1:], groups)


def _example(region: str) -> _Number:
    example: Any = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    written = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.NATIONAL)
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    return _Number(region, e164, tuple(re.findall(r"\d+", written)))


def _abroad(number: _Number, dice: random.Random) -> str:
    code = str(phonenumbers.country_code_for_region(number.region))
    national = number.e164[1 + len(code) :]
    trunk = "(0)" if number.digits[0] == "0" and dice.random() < 0.4 else ""
    rest = f"{national[:3]} {national[3:6]} {national[6:]}"
    return f"{dice.choice(('+', '00', '+ ')) if not trunk else '+'}{code} {trunk}{rest}"


def _letters(number: _Number, _: str, dice: random.Random) -> str:
    written = []
    for group in number.groups:
        swapped = "".join(dice.choice({"0": "Oo0", "1": "lI1"}.get(d, d)) for d in group)
        written.append(swapped.replace("5", "S", 1) if dice.random() < 0.3 else swapped)
    return " ".join(written)


def _spoken(digits: str, language: str, dice: random.Random) -> list[str]:
    return [dice.choice(words.UNITS[language][int(d)].split()[:1]) for d in digits]


def _double(number: _Number, _: str, dice: random.Random) -> str:
    said = []
    for run in re.finditer(r"(.)\1{0,2}", number.digits):
        name = words.UNITS["en"][int(run[1])].split()[0]
        said.append({1: "", 2: "double ", 3: "triple "}[len(run[0])] + name)
    return dice.choice((" ", ", ", "-")).join(said)


def _pairs(number: _Number, _: str, dice: random.Random) -> str:
    by_number = {digits: " ".join(run) for run, digits in _french().items()}
    said = [by_number.get(pair) or f"zéro {by_number[pair[1]]}" for pair in re.findall("..?", number.digits)]
    return dice.choice((", ", " - ", " . ")).join(said)


def _french() -> dict[tuple[str, ...], str]:
    known, _, languages = words.phrases()
    return {
        run: digits
        for run, digits in known.items()
        if all("fr" in languages[word] or word == "et" for word in run)
        and run != ("et",)
        and "septante" not in run
        and run[0] not in ("une", "huitante", "octante", "nonante")
    }


def _look_alike(number: _Number, _: str, dice: random.Random) -> str:
    swapped = str.maketrans("eo", "ео")
    return " ".join(w.translate(swapped) if dice.random() < 0.7 else w for w in _spoken(number.digits, "en", dice))


def _mixed_words(number: _Number, language: str, dice: random.Random) -> str:
    said = _spoken(number.digits, language, dice)
    return " ".join(d if dice.random() < 0.5 else w for d, w in zip(number.digits, said, strict=True))


def _letters_apart(number: _Number, _: str, dice: random.Random) -> str:
    sign = dice.choice((".", "-", "*"))
    said = _spoken(number.digits, "en", dice)
    return " ".join(sign.join(w) if dice.random() < 0.5 else d for d, w in zip(number.digits, said, strict=True))


def _run_together(number: _Number, _: str, dice: random.Random) -> str:
    said = _spoken(number.digits, "en", dice)
    return "".join(w if dice.random() < 0.6 else d for d, w in zip(number.digits, said, strict=True))


def _counted(number: _Number, _: str, __: random.Random) -> str:
    said = []
    for run in re.finditer(r"(.)\1{0,2}", number.digits):
        times = {1: "", 2: "two ", 3: "three "}[len(run[0])]
        said.append(f"{times}{run[1]}s" if times else run[1])
    return " ".join(said)


def _lines(number: _Number, _: str, dice: random.Random) -> str:
    return dice.choice(("\n", " \n ", "\n\n")).join(number.groups)


def _spaced(number: _Number, sign: str) -> str:
    return sign.join(number.digits)


HIDINGS: dict[str, Hide] = {
    "plain": lambda n, _, dice: dice.choice(("", " ")).join(n.groups),
    "separators": lambda n, _, dice: dice.choice((".", "-", "/", " - ", " . ")).join(n.groups),
    "abroad": lambda n, _, dice: _abroad(n, dice),
    "spaced digits": lambda n, _, dice: _spaced(n, dice.choice((" ", "  ", "-"))),
    "signs between": lambda n, _, dice: _spaced(n, dice.choice(("*", "~", "_", " | ", "••", "...", "*_*"))),
    "emoji between": lambda n, _, dice: dice.choice(_EMOJI).join(n.digits if dice.random() < 0.5 else n.groups),
    "keycaps": lambda n, _, __: _spaced(n, "\ufe0f\u20e3") + "\ufe0f\u20e3",
    "full width": lambda n, _, __: " ".join(n.groups).translate({48 + i: 0xFF10 + i for i in range(10)}),
    "styled": lambda n, _, dice: " ".join(n.groups).translate(
        {48 + i: dice.choice((0x1D7CE, 0x1D7D8, 0x1D7E2)) + i for i in range(10)}
    ),
    "circled": lambda n, _, __: "".join(_CIRCLED[int(d)] for d in n.digits),
    "other scripts": lambda n, _, dice: _translated(n, dice.choice(_SCRIPTS)),
    "letters": _letters,
    "words": lambda n, language, dice: dice.choice((" ", ", ", "-")).join(_spoken(n.digits, language, dice)),
    "mixed words": _mixed_words,
    "double and triple": _double,
    "pairs": _pairs,
    "joined words": lambda n, _, dice: "".join(_spoken(n.digits, "en", dice)),
    "look-alike words": _look_alike,
    "lines": _lines,
    "joiners inside": lambda n, _, dice: dice.choice(("\u200b", "\u200d", "\u2060")).join(n.digits),
    "brackets": lambda n, _, __: "".join(f"({d})" for d in n.digits),
    "run-on": lambda n, _, __: n.digits,
    "letters apart": _letters_apart,
    "run together": _run_together,
    "counted": _counted,
}
"""Every way of hiding, by its name."""


def _translated(number: _Number, script: str) -> str:
    return " ".join(number.groups).translate({48 + i: digit for i, digit in enumerate(script)})


@dataclass(frozen=True, slots=True)
class Score:
    """How one way of hiding fares: numbers planted, found with the right E.164, found that are not there, and found with
    exactly the planted span.
    """

    planted: int
    found: int
    false: int
    exact: int

    @property
    def recall(self) -> float:
        return self.found / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        return self.found / (self.found + self.false) if self.found + self.false else 1.0


def score(suite: Iterable[Case], read: Callable[[Case], list[tuple[str, int, int]]]) -> dict[str, Score]:
    """Scores a reader that answers (E.164, start, end) for a case; a span must overlap the planted one to count."""
    counts: dict[str, list[int]] = {}
    for case in suite:
        planted, found, false, exact = counts.setdefault(case.hiding, [0, 0, 0, 0])
        answers = read(case)
        right = [a for a in answers if a[0] == case.e164 and a[1] < case.end and case.start < a[2]]
        counts[case.hiding] = [
            planted + (case.e164 is not None),
            found + bool(right),
            false + len(answers) - bool(right),
            exact + any(a[1:] == (case.start, case.end) for a in right),
        ]
    return {hiding: Score(*numbers) for hiding, numbers in counts.items()}
