from __future__ import annotations

import pytest

from clew.signals import languages

from .contract import DetectorContract


class TestLanguage(DetectorContract):
    name = "language"
    finds = ("Hello dear, I give massage in the city", "Hola, soy nueva en la ciudad, masajes y cenas")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("Hola soy nueva en la ciudad, masajes relajantes y cenas", "es"),
        ("Привет, я новенькая в городе, массаж и отдых", "ru"),
        ("bună, sunt nouă în oraș, masaj și cină", "ro"),
        ("\ud800 \x00\x85 hello my friend, how are you today \ufffe", "en"),
        ("שלום לכולם, מה שלומכם היום חברים יקרים", "he"),
    ],
)
def test_names_the_language(text, tag):
    (signal,) = languages(text)
    assert (signal.value, signal.start, signal.end) == (tag, 0, len(text))


@pytest.mark.parametrize("text", ["hi", "07700 900123", "", "https://example.com/some/long/path/of/words"])
def test_says_nothing_of_too_short_a_text(text):
    assert languages(text) == []
