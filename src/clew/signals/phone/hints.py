"""Where a text's numbers may be from, when nobody says: the countries of its cities, then those of its language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from clew.safeguards.errors import Blocked
from clew.signals.base import Detector, Found, Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import latin
from clew.signals.phone import words
from clew.signals.phone.tokens import Atom
from clew.signals.registry import load

_SPOKEN_IN = {
    "es": ("ES", "MX", "CO"),
    "fr": ("FR", "BE", "CH"),
    "de": ("DE", "AT", "CH"),
    "nl": ("NL", "BE"),
    "it": ("IT", "CH"),
    "pt": ("PT", "BR"),
    "pl": ("PL",),
    "ro": ("RO",),
    "hu": ("HU",),
    "cs": ("CZ",),
    "sk": ("SK",),
    "bg": ("BG",),
    "el": ("GR",),
    "tr": ("TR",),
    "ru": ("RU", "UA"),
    "uk": ("UA",),
    "sv": ("SE",),
    "da": ("DK",),
    "nb": ("NO",),
    "fi": ("FI",),
    "id": ("ID",),
    "th": ("TH",),
    "vi": ("VN",),
    "zh-Hans": ("CN",),
    "zh-Hant": ("TW", "HK"),
    "ja": ("JP",),
    "ko": ("KR",),
    "fil": ("PH",),
    "hi": ("IN",),
    "sr": ("RS",),
    "hr": ("HR",),
    "bs": ("BA",),
    "sl": ("SI",),
    "mk": ("MK",),
    "sq": ("AL",),
    "lt": ("LT",),
    "lv": ("LV",),
    "et": ("EE",),
    "he": ("IL",),
    "iw": ("IL",),
    "fa": ("IR",),
    "ur": ("PK",),
    "bn": ("BD",),
    "ms": ("MY",),
    "tl": ("PH",),
    "sw": ("KE", "TZ"),
    "ka": ("GE",),
    "hy": ("AM",),
    "az": ("AZ",),
    "kk": ("KZ",),
    "mn": ("MN",),
    "is": ("IS",),
}
_SAID = 0.8
"""Places surer than this stand after a word such as "in"; where there are any, a lone name may be a person's."""


def by_place(text: str, colleagues: Mapping[str, Detector]) -> tuple[str, ...]:
    """The countries of the cities that the text names, likeliest first; empty when it names none."""
    cities = _read("place", text, colleagues)
    if len(cities) < 2:
        return tuple(map(_country, cities))
    said = [city for city in cities if city.confidence > _SAID] or cities
    weights: Counter[str] = Counter()
    for city in said:
        weights[_country(city)] += round(100 * city.confidence)
    return tuple(country for country, _ in weights.most_common(2))


def _country(place: Signal) -> str:
    """The country of a city (Lyon, FR), of a region of one (US-TX), or the one that is named (FR)."""
    return place.value[:2] if place.kind == "area" else place.value[-2:]


def by_language(text: str, colleagues: Mapping[str, Detector]) -> tuple[str, ...]:
    """Where the text's language is spoken most; empty for one spoken everywhere or not recognised."""
    languages = _read("language", text, colleagues)
    return tuple(region for language in languages for region in _SPOKEN_IN.get(language.value, ()))


def by_number_words(shown: str, atoms: Sequence[Atom]) -> tuple[str, ...]:
    """Where the language is spoken that has all these number words; empty where they are of none or of several languages."""
    spoken: frozenset[str] | None = None
    languages = words.phrases()[2]
    for atom in atoms:
        if atom.how == "w":
            word = shown[atom.start : atom.end]
            own = languages.get(words.key(word)) or languages.get(words.key(latin(word)), frozenset())
            spoken = own if spoken is None else spoken & own
    return _SPOKEN_IN.get(next(iter(spoken)), ()) if spoken and len(spoken) == 1 else ()


_WRITTEN_IN = (
    (re.compile("[ぁ-ヿ]"), ("JP",)),
    (re.compile("[가-힣]"), ("KR",)),
    (re.compile("[一-鿿]"), ("CN", "TW")),
    (re.compile("[іїєґ]"), ("UA",)),
    (re.compile("[ђјљњћџ]"), ("RS", "MK")),
    (re.compile("[әғқңұһ]"), ("KZ",)),
    (re.compile("[а-я]"), ("RU", "UA", "BG")),
    (re.compile("[α-ω]"), ("GR",)),
    (re.compile("[א-ת]"), ("IL",)),
    (re.compile("[ก-๎]"), ("TH",)),
    (re.compile("[\u0904-\u0963]"), ("IN",)),
    (re.compile("[ٹڈڑںےہ]"), ("PK",)),
    (re.compile("[پچژگکی]"), ("IR",)),
    (re.compile("[ء-ي]"), ("AE", "SA", "EG")),
    (re.compile("[\u0985-\u09b9]"), ("BD", "IN")),
    (re.compile("[\u10d0-\u10ff]"), ("GE",)),
    (re.compile("[\u0561-\u0587]"), ("AM",)),
    (re.compile("[\u1780-\u17a2]"), ("KH",)),
)


def by_script(text: str) -> tuple[str, ...]:
    """Where the script of the text is written most, for a text too short for its language to be told.

    >>> by_script("звони"), by_script("微信"), by_script("call")
    (('RU', 'UA', 'BG'), ('CN', 'TW'), ())
    """
    if text.isascii():
        return ()
    return next((regions for letters, regions in _WRITTEN_IN if letters.search(text)), ())


def _read(name: str, text: str, colleagues: Mapping[str, Detector]) -> list[Signal]:
    """A hint that cannot be read is no hint: the number is then read by the list of countries, less sure."""
    try:
        detector = colleagues.get(name) or _detector(name)
    except (ImportError, Blocked):
        return []
    outcome = detector.answered(text) if isinstance(detector, TextDetector) else detector.detect([text])[0]
    return list(outcome.signals) if isinstance(outcome, Found) else []


@cache
def _detector(name: str) -> Detector:
    return load(name)
