"""Contradictions and shared tours become reasons of a network, and of no other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from clew.leads.rules import rules
from clew.leads.travelling import travels

START = datetime(2026, 3, 1, tzinfo=UTC)
POINTS = {"Lyon": [(45.76, 4.84)], "Porto": [(41.15, -8.61)], "Turin": [(45.07, 7.69)], "Nowhere": []}


def postings(*rows):
    """network, contact, place, hours after the start."""
    network, contact, place, hours = zip(*rows, strict=True)
    return pa.table({
        "network": pa.array(network, pa.int64()), "contact": contact, "place": place,
        "posted": pa.array([START + timedelta(hours=h) for h in hours], pa.timestamp("us", "UTC")),
    })  # fmt: skip


def tour(network, contact, places, rounds=2):
    return [(network, contact, place, 72 * at) for at, place in enumerate(places * rounds)]


def test_two_places_at_once_are_counted_for_the_contact_of_one_network():
    found = travels(
        postings((1, "a", "Lyon", 0), (1, "a", "Porto", 1), (2, "a", "Lyon", 0), (2, "b", "Porto", 1),
                 (3, "c", "Lyon", 0), (3, "c", "Nowhere", 1), (4, None, "Lyon", 0), (4, None, "Porto", 0)),
        POINTS,
    )  # fmt: skip
    assert found.to_pylist() == [{"network": 1, "two_places": 1, "touring_contacts": 0}]


def test_contacts_share_a_tour_wherever_they_begin_and_going_back_and_forth_is_none():
    rows = [*tour(1, "a", ["Lyon", "Turin", "Porto"]), *tour(1, "b", ["Porto", "Lyon", "Turin"])]
    rows += [*tour(1, "c", ["Porto", "Turin", "Lyon"]), *tour(2, "d", ["Lyon", "Turin"], rounds=6)]
    assert travels(postings(*rows), POINTS).to_pylist() == [{"network": 1, "two_places": 0, "touring_contacts": 2}]


def test_they_are_reasons_but_not_against_one_person_alone_nor_for_bulk():
    columns = {name: np.array([4.0, 1.0, 90.0, 4.0]) for name in ("contacts", "texts")}
    columns["texts"][2] = 1
    columns |= {"adverts": np.full(4, 9.0), "places": np.full(4, 4.0), "days": np.full(4, 30.0)}
    columns |= {"two_places": np.array([3.0, 3, 3, 0]), "touring_contacts": np.array([3.0, 1, 3, 0])}
    by_name = {rule.name: rule for rule in rules()}
    for name in ("two_places_at_once", "circuit"):
        assert by_name[name].points(columns).tolist() == [1, 0, 0, 0]
        assert by_name[name].innocent
    missing = {name: column for name, column in columns.items() if name not in ("two_places", "touring_contacts")}
    assert not by_name["circuit"].points(missing).any()  # features of an older run
