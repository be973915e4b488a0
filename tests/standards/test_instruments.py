"""The register of instruments: dates as the depositaries give them, and what bears on a case."""

from __future__ import annotations

from datetime import date

import pytest

from clew.standards.instruments import Instrument, Jurisdiction, instruments, instruments_for
from clew.standards.palermo import elements


def one(id: str) -> Instrument:
    return next(i for i in instruments() if i.id == id)


@pytest.mark.parametrize(
    ("id", "adopted", "in_force"),
    [
        ("palermo", date(2000, 11, 15), date(2003, 12, 25)),
        ("cets197", date(2005, 5, 16), date(2008, 2, 1)),
        ("eu-2011-36", date(2011, 4, 5), date(2011, 4, 15)),
        ("eu-2024-1712", date(2024, 6, 13), date(2024, 7, 14)),
        ("lanzarote", date(2007, 10, 25), date(2010, 7, 1)),
        ("istanbul", date(2011, 5, 11), date(2014, 8, 1)),
        ("budapest", date(2001, 11, 23), date(2004, 7, 1)),
        ("opcrcsc", date(2000, 5, 25), date(2002, 1, 18)),
        ("cedaw", date(1979, 12, 18), date(1981, 9, 3)),
        ("ilo-c029", date(1930, 6, 28), date(1932, 5, 1)),
        ("ilo-p029", date(2014, 6, 11), date(2016, 11, 9)),
        ("ilo-c182", date(1999, 6, 17), date(2000, 11, 19)),
    ],
)
def test_instruments_dates(id: str, adopted: date, in_force: date) -> None:
    assert (one(id).adopted, one(id).in_force) == (adopted, in_force)


def test_instruments_each_has_article_source_and_a_sentence() -> None:
    assert [i.id for i in instruments() if not (i.articles and i.source and i.asks.endswith("."))] == []
    assert len({i.id for i in instruments()}) == len(instruments()) == 12


def test_instruments_name_purposes_that_exist() -> None:
    assert [i.id for i in instruments() if not i.purposes <= set(elements()["purpose"].parts)] == []


def test_instruments_amendment_of_2024_adds_three_purposes() -> None:
    assert one("eu-2024-1712").purposes == {"surrogacy", "forced_marriage", "illegal_adoption"}
    assert not one("eu-2024-1712").purposes & one("eu-2011-36").purposes
    assert one("eu-2024-1712").transposed_by == date(2026, 7, 15)


def test_instruments_levels_include_those_before() -> None:
    sizes = [len(instruments_for(level)) for level in Jurisdiction]
    assert sizes == [6, 10, 12]


def test_instruments_for_children_bear_only_where_the_person_may_be_a_child() -> None:
    sexual = frozenset({"sexual_exploitation"})
    assert one("lanzarote").bears_on(sexual, may_be_child=True)
    assert not one("lanzarote").bears_on(sexual, may_be_child=False)
    assert one("palermo").bears_on(frozenset(), may_be_child=False)
    assert one("budapest").bears_on(frozenset(), may_be_child=False, online=True)


def test_instruments_say_what_was_not_compared_with_the_text() -> None:
    known = {"articles", "adopted", "in_force", "transposed_by"}
    assert [i.id for i in instruments() if not set(i.unchecked) <= known] == []
    assert one("cedaw").marks == ""
    assert one("eu-2011-36").marks == "not checked against the text: articles, entry into force, date of transposition"
