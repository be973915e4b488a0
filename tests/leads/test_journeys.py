"""Stays, tours and contradictions, on rows by hand and on what the world planted."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from clew.leads.coordinates import calling, cities_of, likeliest, points_of
from clew.leads.journeys import INSTANT, circuits, contradictions, legs, stays, travel_hours
from clew.safeguards.errors import MissingColumn, UsageError
from clew.world.adverts import instants, plan
from clew.world.cast import DAYS, gather
from clew.world.places import cities

DAY = datetime(2024, 5, 1, tzinfo=UTC)


def postings(*rows):
    """(mover, place, hours after the first day)"""
    mover, place, hours = zip(*rows, strict=True) if rows else ((), (), ())
    at = [None if h is None else DAY + timedelta(hours=h) for h in hours]
    return pa.table(
        {"mover": pa.array(mover, pa.string()), "place": pa.array(place, pa.string()), "posted": pa.array(at, INSTANT)}
    )


def tour(places, times, *, mover="m", days=7):
    return [(mover, place, 24 * days * n) for n, place in enumerate(places * times)]


def test_stays_are_runs_in_one_place():
    found = stays(postings(("m", "Lyon", 30), ("m", "Lyon", 0), ("m", "Nice", 60), ("m", "Lyon", 90), ("n", "Lyon", 91),
                           ("m", None, 40), (None, "Lyon", 1), ("m", "Nice", None)))  # fmt: skip
    assert [(r["mover"], r["place"], r["adverts"]) for r in found.to_pylist()] == [
        ("m", "Lyon", 2), ("m", "Nice", 1), ("m", "Lyon", 1), ("n", "Lyon", 1)
    ]  # fmt: skip
    assert stays(postings()).num_rows == 0


def test_a_tour_is_found_again_whole_and_dated():
    found = circuits(stays(postings(*tour(["Lyon", "Nice", "Turin"], 3)))).to_pylist()
    assert [(r["tour"], r["tours"], r["days_each"]) for r in found] == [(["Lyon", "Nice", "Turin"], 3, 21.0)]
    assert found[0]["first"] == DAY
    assert found[0]["last"] == DAY + timedelta(days=56)


def test_wandering_and_one_round_are_no_tour():
    assert (
        circuits(stays(postings(*tour(["Lyon", "Nice", "Turin", "Lyon", "Basel", "Turin", "Nice"], 1)))).num_rows == 0
    )
    assert circuits(stays(postings(*tour(["Lyon", "Nice", "Turin"], 1)))).num_rows == 0
    assert circuits(stays(postings(*tour(["Lyon"], 9)))).num_rows == 0
    assert circuits(stays(postings(*tour(["Lyon", "Nice"], 2)))).num_rows == 0
    assert circuits(stays(postings(*tour(["Lyon", "Nice"], 3))))["tours"].to_pylist() == [3]
    with pytest.raises(UsageError, match="twice"):
        circuits(stays(postings()), least=1)


def test_legs_are_counted_within_a_mover_only():
    found = legs(stays(postings(*tour(["Lyon", "Nice"], 2), ("z", "Basel", 0)))).to_pylist()
    assert [(r["place"], r["to"], r["journeys"]) for r in found] == [("Lyon", "Nice", 2), ("Nice", "Lyon", 1)]


def test_nobody_is_in_two_places_sooner_than_the_way_takes():
    points = points_of(["Lyon, FR", "Nice, FR", "Sydney, AU", "Villeurbanne, FR", "Nowhere at all"])
    rows = (("m", "Lyon, FR", 0), ("m", "Nice, FR", 2), ("m", "Lyon, FR", 30), ("m", "Sydney, AU", 40),
            ("n", "Lyon, FR", 0), ("n", "Villeurbanne, FR", 0), ("n", "Nowhere at all", 1))  # fmt: skip
    found = contradictions(postings(*rows), points).to_pylist()
    assert [(r["mover"], r["place"], r["other_place"]) for r in found] == [
        ("m", "Lyon, FR", "Sydney, AU"), ("m", "Lyon, FR", "Nice, FR")
    ]  # fmt: skip
    assert found[0]["needed_hours"] > found[0]["hours"] == 10.0
    assert 250 < found[1]["km"] < 350


def test_a_name_of_several_cities_makes_no_contradiction_where_one_of_them_is_near():
    assert len(cities_of("Birmingham")) > 1
    rows = postings(("m", "London, GB", 0), ("m", "Birmingham", 3))
    assert contradictions(rows, points_of(["London, GB", "Birmingham"])).num_rows == 0


def test_travel_grows_with_the_way_and_flies_where_that_is_quicker():
    km = np.linspace(0, 15_000, 200)
    assert (np.diff(travel_hours(km)) > 0).all()
    assert travel_hours(np.array([900.0]))[0] < 900 * 1.25 / 90


def test_a_name_on_a_map_is_taken_in_the_country_of_its_company():
    assert likeliest(["Newcastle", "Leeds", "Liverpool"])["Newcastle"].country == "GB"
    assert likeliest(["Newcastle"], ["+441134960762"])["Newcastle"].country == "GB"
    assert likeliest(["no such town"]) == {}
    assert calling("+999999") == ()


def test_missing_columns_are_named():
    with pytest.raises(MissingColumn, match="posted"):
        stays(pa.table({"mover": ["m"], "place": ["p"]}))


@pytest.fixture(scope="module")
def planted():
    cast = gather(5, 6_000)
    return cast, plan(cast, 5)


def test_planted_tours_are_found_whole_where_every_stop_is_advertised(planted):
    cast, _ = planted
    voices = [
        n for n, v in enumerate(cast.voices) if 1 < len(v.cities) <= 8 and 3 * v.period * (len(v.cities) + 1) < DAYS
    ]
    rows = [(str(n), day, v) for n in voices for v in [cast.voices[n]] for day in range(DAYS)]
    table = pa.table(
        {
            "mover": [name for name, _, _ in rows],
            "place": [str(v.cities[(day + v.phase) // v.period % len(v.cities)]) for _, day, v in rows],
            "posted": instants(np.array([day * 1440 for _, day, _ in rows], np.int64)),
        }
    )
    found = {row["mover"]: row for row in circuits(stays(table)).to_pylist()}
    assert len(voices) > 30
    for voice in voices:
        route = [str(city) for city in cast.voices[voice].cities]
        row = found[str(voice)]
        assert row["tour"] in [route[n:] + route[:n] for n in range(len(route))]
        assert row["tours"] >= 2
        assert row["days_each"] == len(route) * cast.voices[voice].period


def test_tours_of_the_adverts_themselves_never_leave_the_planted_ways(planted):
    cast, rows = planted
    voice = pa.array(rows.voice).cast(pa.string())
    table = pa.table({"mover": voice, "place": pa.array(rows.city).cast(pa.string()), "posted": instants(rows.minute)})
    found = [row for row in circuits(stays(table)).to_pylist() if cast.voices[int(row["mover"])].person]
    assert len(found) > 10
    right = 0
    for row in found:
        route = [str(city) for city in cast.voices[int(row["mover"])].cities]
        assert set(row["tour"]) <= set(route)
        right += row["tour"] in [route[n:] + route[:n] for n in range(len(route))]
    assert 2 * right > len(found)  # a stop without an advert leaves a gap, and a shorter tour may then explain more


def test_contradictions_are_of_contacts_that_several_persons_share(planted):
    cast, rows = planted
    place = pa.array([cities()[city].id for city in rows.city.tolist()])
    points = {city.id: ((city.latitude, city.longitude),) for city in cities()}
    number = np.array([contact.number for contact in cast.contacts])[rows.contact]
    contact = pa.array(number, mask=number == 0).cast(pa.string())
    table = pa.table({"mover": contact, "place": place, "posted": instants(rows.minute)})
    contradicting = {row["mover"] for row in contradictions(table, points).to_pylist()}
    persons: dict[str, set[str]] = {}
    for name, voice in zip(contact.to_pylist(), rows.voice.tolist(), strict=True):
        if name and cast.voices[voice].person:  # spam has no persons
            persons.setdefault(name, set()).add(cast.voices[voice].person)
    several = {name for name, who in persons.items() if len(who) > 1}
    alone = set(persons) - several
    assert len(several & contradicting) >= 8
    assert len(alone & contradicting) / len(alone) < 0.1 * len(several & contradicting) / len(several)
