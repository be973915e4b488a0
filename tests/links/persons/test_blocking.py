from __future__ import annotations

import pyarrow as pa

from clew.links.persons.blocking import blocks
from clew.links.persons.fields import persons
from clew.links.persons.prepare import profiles


def keys_of(table, **options):
    made = profiles(persons(pa.table(table)))
    found = blocks(made.table, **options)
    lists = found.keys.to_pylist()
    return [set(lists[profile]) for profile in made.of_row], found


def test_exchanged_names_share_a_key():
    keys, _ = keys_of(
        {"id": ["1", "2"], "given_name": ["Elena", "Orlova"], "surname": ["Orlova", "Elena"]}, largest_block=10
    )
    assert keys[0] & keys[1]


def test_a_key_alone_is_no_key():
    keys, _ = keys_of(
        {"id": ["1", "2"], "given_name": ["Elena", "Boris"], "surname": ["Orlova", "Novak"]}, largest_block=10
    )
    assert keys == [set(), set()]


def test_a_block_too_large_is_dropped_and_counted():
    count = 300
    table = {
        "id": [str(n) for n in range(count)],
        "surname": ["novak"] * count,
        "phone": [f"{n:07}" for n in range(count)],
    }
    keys, found = keys_of(table, largest_block=50)
    assert not any(keys)
    assert found.lost_keys == 1  # the word itself; phones are all different
    assert found.lost_pairs == count * (count - 1) // 2
