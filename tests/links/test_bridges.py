"""A desk phone joins people who are reachable on their own; an organiser's phone is often all there is."""

from __future__ import annotations

import pyarrow as pa

from clew.links.bridges import bridges


def table(rows):
    """(record, cluster, [identifiers]) -> edges and texts."""
    edges = [(record, *name.split(":")) for record, _, names in rows for name in names]
    columns = list(zip(*edges, strict=True)) if edges else [[], [], []]
    named = zip(("record", "kind", "key"), columns, strict=True)
    members = pa.array([r for r, _, _ in rows], pa.string())
    texts = pa.table({"record": members, "cluster": pa.array([c for _, c, _ in rows], pa.int64())})
    return pa.table({name: pa.array(column, pa.string()) for name, column in named}), texts


def posters(number, *, own, shared="phone:desk", name=""):
    """Each writes one text twice: once with the shared number, once with their own, if they have one."""
    rows = []
    for each in range(number):
        rows.append((f"a{name}{each}", each, [shared]))
        rows.append((f"b{name}{each}", each, [f"phone:own{each}"] if own else [shared]))
    return rows


def test_a_desk_phone_of_people_with_numbers_of_their_own_is_a_bridge():
    found = bridges(*table(posters(8, own=True)))
    assert found.to_pylist() == [{"kind": "phone", "key": "desk", "parts": 8}]


def test_one_number_that_is_all_there_is_joins():
    assert bridges(*table(posters(8, own=False))).num_rows == 0


def test_persons_whose_numbers_overlap_are_one_organisers():
    rows = posters(8, own=True) + [(f"c{each}", each, [f"phone:own{(each + 1) % 8}"]) for each in range(8)]
    assert bridges(*table(rows)).num_rows == 0


def test_two_bridges_do_not_hide_each_other():
    first = posters(6, own=True, shared="phone:desk")
    second = [(f"d{each}", each, ["picture:stock"]) for each in range(6)]
    assert {row["key"] for row in bridges(*table(first + second)).to_pylist()} == {"desk", "stock"}


def test_few_sharers_are_colleagues_not_a_bridge():
    assert bridges(*table(posters(3, own=True))).num_rows == 0


def test_nothing_in_nothing_out():
    assert bridges(*table([])).num_rows == 0
