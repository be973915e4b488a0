from __future__ import annotations

import pytest

from clew.safeguards.errors import Blocked
from clew.signals import Failed, load, places
from clew.standards import places as gazetteer

from .contract import DetectorContract


class TestPlace(DetectorContract):
    name = "place"
    finds = ("I am in London now", "São Paulo", "Москва")


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("I am in London now", ["London, GB"]),
        ("Visiting Den Haag and Rotterdam", ["The Hague, NL", "Rotterdam, NL"]),
        ("New in Bath!", ["Bath, GB"]),
        ("im in leeds now", ["Leeds, GB"]),
        ("Londres y Mailand", ["London, GB", "Milan, IT"]),
        ("Aix-en-Provence", ["Aix-en-Provence, FR"]),
    ],
)
def test_reads_cities(text, labels):
    assert [signal.value for signal in places(text)] == labels


@pytest.mark.parametrize(
    "text", ["nice reading", "Nice to meet you. Reading books", "Call Me Now. Anna", "in order", "leeds"]
)
def test_common_words_are_no_cities(text):
    assert places(text) == []


def test_of_two_cities_of_one_name_the_text_decides_or_the_larger_is_less_sure():
    assert [s.value for s in places("Cambridge and Boston")] == ["Cambridge, US", "Boston, US"]
    assert places("in London")[0].confidence < places("in Rotterdam")[0].confidence


def test_fails_when_the_gazetteer_was_not_built(tmp_path, monkeypatch):
    monkeypatch.setattr(gazetteer, "FETCHED", tmp_path)
    for cached in (gazetteer.cities, gazetteer.index):
        cached.cache_clear()
    from clew.signals.place import names

    for cached in (names.names, names.own_names, names.pairs, names.seconds, names.met):
        cached.cache_clear()
    (outcome,) = load("place").detect(["Now in London, new"])
    assert outcome == Failed("places.tsv.gz is missing: the build makes it with scripts/gazetteer.py")
    with pytest.raises(Blocked, match="gazetteer"):
        places("Only in London, new")
    names.met.cache_clear()


def test_names_of_peoples_are_no_places():
    for people in ("Roma", "Latina"):
        assert places(f"I am a {people} woman, call 0412 345 678") == []
        assert places(f"{people} lady, young and friendly") == []
        assert places(f"I am a Romanian woman, {people}.") == []
    assert [one.value for one in places("Appartamento a Roma, zona Termini")] == ["Rome, IT"]
    assert len(places("Massages in Latina")) == 1
