"""Where a text's numbers may be from, when nobody says: the countries of its cities, then those of its language."""

from __future__ import annotations

from collections import Counter
from functools import cache

from clew.safeguards.errors import Blocked
from clew.signals.base import Detector, Found
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
}


def regions_of(text: str) -> tuple[str, ...]:
    """Regions to try first, likeliest first; empty when the text says nothing of where it is."""
    cities = Counter(signal_value[-2:] for signal_value in _values("place", text))
    spoken = [region for language in _values("language", text) for region in _SPOKEN_IN.get(language, ())]
    return tuple(dict.fromkeys([*(country for country, _ in cities.most_common(2)), *spoken]))


def _values(name: str, text: str) -> list[str]:
    """A hint that cannot be read is no hint: the number is then read by the list of countries, less sure."""
    try:
        outcome = _detector(name).detect([text])[0]
    except (ImportError, Blocked):
        return []
    return [signal.value for signal in outcome.signals] if isinstance(outcome, Found) else []


@cache
def _detector(name: str) -> Detector:
    return load(name)
