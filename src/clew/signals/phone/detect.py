"""Telephone numbers, plain and obfuscated: atoms, chains, then the numbering plans decide."""

from __future__ import annotations

from collections.abc import Sequence

from clew.signals.base import Manifest, Settings, Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import plain
from clew.signals.phone.atoms import LEAST_DIGITS
from clew.signals.phone.reader import read
from clew.signals.phone.stretches import Stretch, put_together, stretches
from clew.signals.phone.writing import readable


class PhoneDetector(TextDetector):
    """Reads telephone numbers through other scripts' digits, letters for digits, number words, emoji and line breaks between
    them. A number counts only where a numbering plan has it; without a country it is read by the region set, else by
    the places and the language of the text, else by a list of countries with lower confidence.
    """

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        super().__init__(manifest, settings)
        self._ready: dict[str, tuple[str, list[Stretch]]] = {}

    def prepare(self, texts: Sequence[str]) -> None:
        shown = [readable(plain(text)) for text in texts]
        self._ready = dict(zip(texts, zip(shown, stretches(shown, LEAST_DIGITS), strict=True), strict=True))

    def read(self, text: str) -> list[Signal]:
        shown, found = self._ready.get(text) or _looked_over(text)
        if not found:
            return []
        shown = put_together(shown, found)
        numbers = read(text, shown, found, self.settings.region, self.colleagues)
        return [self.signal("phone", e164, span, confidence) for span, e164, confidence in numbers]


def _looked_over(text: str) -> tuple[str, list[Stretch]]:
    """The text as it is read, and its stretches that may hold a number."""
    shown = readable(plain(text))
    return shown, stretches([shown], LEAST_DIGITS)[0]
