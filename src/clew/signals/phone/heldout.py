"""A second, harder suite: several ways of hiding at once, from parts that share nothing with the detector or the first suite.

Number words, templates and distractors are written out here on their own, and a number is cut and dressed piece by piece. The
seed 1 was looked at while the detector was written; figures are given for other seeds. Truth is exact: E.164 and the span.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence

import phonenumbers

from clew.signals.phone.suite import Case

_SAID: Mapping[str, str] = {
    "en": "zero one two three four five six seven eight nine",
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun",
    "it": "zero uno due tre quattro cinque sei sette otto nove",
    "pt": "zero um dois três quatro cinco seis sete oito nove",
    "nl": "nul een twee drie vier vijf zes zeven acht negen",
    "pl": "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć",
    "ro": "zero unu doi trei patru cinci șase șapte opt nouă",
    "ru": "ноль один два три четыре пять шесть семь восемь девять",
    "tr": "sıfır bir iki üç dört beş altı yedi sekiz dokuz",
    "hu": "nulla egy kettő három négy öt hat hét nyolc kilenc",
    "cs": "nula jedna dva tři čtyři pět šest sedm osm devět",
    "sv": "noll ett två tre fyra fem sex sju åtta nio",
    "el": "μηδέν ένα δύο τρία τέσσερα πέντε έξι επτά οκτώ εννέα",
    "ar": "صفر واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة",
    "hi": "शून्य एक दो तीन चार पांच छह सात आठ नौ",
    "vi": "không một hai ba bốn năm sáu bảy tám chín",
    "tl": "sero isa dalawa tatlo apat lima anim pito walo siyam",
    "th": "ศูนย์ หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า",
    "zh": "零 一 二 三 四 五 六 七 八 九",
}
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ROWS = (
    "０１２３４５６７８９",
    "𝟬𝟭𝟮𝟯𝟰𝟱𝟲𝟳𝟴𝟵",
    "⓪①②③④⑤⑥⑦⑧⑨",
    "٠١٢٣٤٥٦٧٨٩",
    "०१२३४५६७८९",
    "๐๑๒๓๔๕๖๗๘๙",
    "⓿❶❷❸❹❺❻❼❽❾",
    "⁰¹²³⁴⁵⁶⁷⁸⁹",
)
_JUNK = (
    "🌹",
    "💋 ",
    " ✨ ",
    "**",
    " * ",
    "~~",
    "__",
    " | ",
    " - ",
    ".",
    "..",
    " / ",
    "—",
    " • ",
    ")(",
    " # ",
    "=",
    " ➡️ ",
    ">>",
    "\u200b",
    "\u2009",
)
_FRAMES = (
    "New here, 25 y.o., 168cm. 60 min 80€, 90 min 120€ {} open 10-22h",
    "{} ring me!! 30min £60 1hr £100",
    "Massage by appointment only (Mon-Sat 9am-8pm)\n{}\nNo calls after 22:00, please",
    "100 roses/hr {} 200 roses/2h",
    "Posted 2024-11-03 14:22. Reply to: {}. Ref: AB-2231",
    "Sauna & spa ♨️ 5* – dial {}, second floor, no. 12",
    "24/7 🏠 20 minutes from the station ✅ {} ✅",
)
_CLEAN = (
    "Passport 533380006 must be shown, expires 2031-05-12",
    "Visa 4929 1234 5678 9012 or Amex 3714 496353 98431 accepted",
    "30 min 60 / 60 min 100 / 90 min 140 / 2h 180 / night 800",
    "34-24-36, 5ft 7in, 125 lbs, 26 yo, size 38, 172cm 58kg",
    "IBAN FR76 3000 6000 0112 3456 7890 189, BIC AGRIFRPP",
    "Invoice no 2024-000123, order #9876543210, case id 0044123",
    "Mon 10-20 Tue 10-20 Wed 12-22 Thu 10-20 Fri 10-23 Sat 10-23",
    "From 12.11.2024 to 18.11.2024, then 20/11/2024-25/11/2024",
    "Prices 100 150 200 250 300 350 and 20 20 for the taxi",
    "Room 101, 102, 103 or 104; floor 3; lift 2; PIN 4821",
    "One two three four five, once I caught a fish alive, six seven eight",
    "Parcel 1Z999AA10123456784, ISBN 978-3-16-148410-0",
    "GPS 52.520008, 13.404954, zoom 17, altitude 34 m",
    "Postcodes 75001 75002 75003 and 10115, 10117, 10119",
    "Sort code 12-34-56, account 12345678, total 1,250.00",
    "P<GBRSMITH<<ANNA<<<<<<<<<<<<<<<< 5333800068GBR8812049F2509286",
)

Dress = Callable[[str, random.Random], str]


def _words(language: str, between: Sequence[str] = (" ",)) -> Dress:
    said = _SAID[language].split()
    return lambda digits, dice: dice.choice(between).join(said[int(d)] for d in digits)


def _row(digits: str, dice: random.Random) -> str:
    row = dice.choice(_ROWS)
    return "".join(row[int(d)] for d in digits)


def _keycaps(digits: str, _: random.Random) -> str:
    return "".join(f"{d}\ufe0f\u20e3" for d in digits)


def _letters(digits: str, dice: random.Random) -> str:
    swapped = "".join(dice.choice({"0": "Oo", "1": "lI"}.get(d, d)) for d in digits)
    return swapped if any(c.isdigit() for c in swapped) else digits


def _leet(digits: str, _: random.Random) -> str:
    return " ".join("zer0 0ne tw0 thr33 f0ur f1ve s1x s3v3n e1ght n1ne".split()[int(d)] for d in digits)


def _grown(digits: str, dice: random.Random) -> str:
    """As people say it: hundreds, tens and doubles where the digits allow."""
    said = _SAID["en"].split()
    if len(digits) == 3 and digits[1:] == "00" and digits[0] != "0":
        return f"{said[int(digits[0])]} hundred"
    if len(digits) == 2 and digits[0] > "1":
        return _TENS.split()[int(digits[0]) - 2] + (
            f"{dice.choice(' -')}{said[int(digits[1])]}" if digits[1] != "0" else ""
        )
    if len(digits) == 2 and digits[0] == digits[1]:
        return f"double {dice.choice(('oh', 'zero')) if digits[0] == '0' else said[int(digits[0])]}"
    return " ".join(said[int(d)] for d in digits)


def _plain(digits: str, _: random.Random) -> str:
    return digits


def _cut(digits: str, dice: random.Random, most: int) -> list[str]:
    parts, at = [], 0
    while at < len(digits):
        size = dice.randint(1, most)
        parts.append(digits[at : at + size])
        at += size
    return parts


def _patchwork(dresses: Sequence[Dress], joints: Sequence[str], most: int = 4) -> Dress:
    """Pieces of random size, each dressed another way, with another joint between every two."""

    def dress(digits: str, dice: random.Random) -> str:
        pieces = [dice.choice(dresses)(piece, dice) for piece in _cut(digits, dice, most)]
        return "".join(piece + (dice.choice(joints) if at < len(pieces) - 1 else "") for at, piece in enumerate(pieces))

    return dress


def _everything(digits: str, dice: random.Random) -> str:
    language = dice.choice(("en", "es", "fr", "de", "it"))
    return _patchwork((_plain, _row, _keycaps, _words(language)), (" ", "-", " • ", " ✨ ", " . "))(digits, dice)


WAYS: Mapping[str, Dress] = {
    "patchwork of scripts": _patchwork((_plain, _row, _keycaps), (" ", "-", ".", "")),
    "words and digits": _patchwork((_plain, _words("en")), (" ", "-", ", ")),
    "words as spoken": _patchwork((_grown,), (" ", ", "), 3),
    "leet words": _leet,
    "letters and noise": _patchwork((_plain, _letters), (" ", "-", ".", "/")),
    "noise of all kinds": lambda digits, dice: dice.choice(_JUNK).join(digits),
    "noise in groups": lambda digits, dice: _patchwork((_plain,), (dice.choice(_JUNK),))(digits, dice),
    "over lines": _patchwork((_plain, _keycaps), ("\n", " \n", "\r\n")),
    "struck through": lambda digits, _: "".join(f"{d}\u0336" for d in digits[:-1]) + digits[-1],
    "html between": _patchwork((_plain,), ("<br>", "&nbsp;", "<b> </b>", " <br/> ")),
    "everything at once": _everything,
    **{f"words, {language}": _words(language, (" ", "-", ", ")) for language in _SAID},
}


def cases(seed: int, each: int = 100) -> Iterator[Case]:
    """`each` texts for every way, with numbers set aside for drama in three countries, then texts that hold none."""
    dice = random.Random(seed)  # noqa: S311 - a repeatable draw, not a secret
    for way, dress in WAYS.items():
        for _ in range(each):
            region, digits = _number(dice)
            before, after = dice.choice(_FRAMES).split("{}")
            written = dress(digits, dice)
            code = str(phonenumbers.country_code_for_region(region))
            e164 = f"+{code}{digits.removeprefix('0')}"
            yield Case(before + written + after, way, region, e164, len(before), len(before) + len(written))
    for text in _CLEAN * max(1, each // 4):
        yield Case(text, "none", dice.choice(("US", "GB", "FR", "DE")), None, 0, 0)


def _number(dice: random.Random) -> tuple[str, str]:
    return dice.choice(
        (
            ("GB", f"07700900{dice.randrange(1000):03d}"),
            ("GB", f"0{dice.choice(('113', '114', '151', '161'))}4960{dice.randrange(1000):03d}"),
            ("US", f"{dice.choice(('212', '305', '415', '702'))}55501{dice.randrange(100):02d}"),
            ("FR", f"0639980{dice.randrange(1000):03d}"),
        )
    )
