"""An organiser's numbers and texts cross; colleagues who share a telephone hang together at single points."""

from __future__ import annotations

import pyarrow as pa

from clew.leads.crossing import CROSSINGS, crossings


def found(*rows):
    columns = zip(("network", "text", "contact"), zip(*rows, strict=True), strict=True)
    return crossings(pa.table({name: pa.array(column) for name, column in columns})).to_pylist()


def test_numbers_under_several_texts_and_texts_under_several_numbers_cross():
    rows = [(3, text, contact) for text in "abc" for contact in ("1", "2", "3")]
    assert found(*rows, *rows) == [{"network": 3, "crossed": 4, "single_links": 0}]


def test_colleagues_with_numbers_of_their_own_and_one_in_common_do_not():
    rows = [(1, text, contact) for text in "abcd" for contact in ("desk", f"own {text}")]
    assert found(*rows) == [{"network": 1, "crossed": 0, "single_links": 4}]
    assert found(*rows, (1, "a", "own b"))[0]["single_links"] == 0


def test_few_texts_and_what_contacts_do_not_hold_together_say_nothing():
    assert found((1, "a", "x"), (1, "a", "y"), (1, "b", "y"), (1, "b", "z"))[0]["single_links"] == 0
    assert found((1, "a", "x"), (1, "b", "y"), (1, "c", "z"))[0]["single_links"] == 0


def test_the_same_name_in_two_networks_is_two_and_nothing_in_nothing_out():
    assert [row["crossed"] for row in found((1, "a", "x"), (2, "a", "x"), (2, "a", "y"))] == [0, 0]
    assert crossings(pa.table({"network": [], "text": [], "contact": []})).schema == CROSSINGS
