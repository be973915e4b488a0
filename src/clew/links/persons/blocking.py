"""Which persons are compared at all: those who share a key, such as a date of birth and the start of a name.

Each profile has a list of keys from several rules, so that an error in one field leaves the others. A key that too many
share (`largest_block`) is dropped: it would cost a quadratic number of comparisons and tells least. What was dropped is
counted, it is the price in pairs nobody looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.links.persons.names import rough

Numbers = npt.NDArray[np.int64]

_RULES: tuple[tuple[str, ...], ...] = (
    ("birth_date",),
    ("birth_date", "given2"),
    ("birth_date", "family"),
    ("birth_date", "birth_place"),
    ("birth_date", "place"),
    ("postcode",),
    ("given", "family"),
    ("given1", "family"),
    ("family", "birth_place"),
    ("given", "birth_place"),
    ("family", "place"),
    ("given", "place"),
    ("root", "postcode"),
    ("root", "year", "family2"),
    ("rough", "year"),
    ("rough", "root"),
    ("address",),
    ("phone",),
    ("email",),
    ("document",),
)
"""Columns of a profile, or what `_derived` makes of them; a rule needs all of its own."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """`keys` is a column of lists, one list a profile; `lost_keys` and `lost_pairs` count what was too common."""

    keys: pa.Array
    lost_keys: int
    lost_pairs: int


def blocks(profiles: pa.Table, *, largest_block: int) -> Blocks:
    """The keys of each profile that at most `largest_block` profiles share, and that at least two do."""
    columns = {**{name: profiles[name].combine_chunks() for name in profiles.column_names}, **_derived(profiles)}
    rows, hashes = [], []
    for number, rule in enumerate(_RULES):
        if all(name in columns for name in rule):
            joined = pc.binary_join_element_wise(*[columns[name] for name in rule], "\x1f")
            row, code = _coded(joined)
            rows.append(row)
            hashes.append(code * np.int64(len(_RULES) + 1) + np.int64(number))
    if "tokens" in columns:
        row, code = _tokens(columns["tokens"])
        rows.append(row)
        hashes.append(code * np.int64(len(_RULES) + 1) + np.int64(len(_RULES)))
    if not rows:
        return Blocks(pa.array([[]] * profiles.num_rows, pa.list_(pa.int64())), 0, 0)
    return _limited(np.concatenate(rows), np.concatenate(hashes), profiles.num_rows, largest_block)


def _limited(rows: Numbers, keys: Numbers, count: int, largest: int) -> Blocks:
    _, which, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    which = which.ravel()
    large = sizes > largest
    lost_pairs = int((sizes[large] * (sizes[large] - 1) // 2).sum())
    kept = (sizes[which] > 1) & ~large[which]
    order = np.argsort(rows[kept], kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=count))])
    values = pa.array(which[kept][order])
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)
    return Blocks(lists, int(large.sum()), lost_pairs)


def _derived(profiles: pa.Table) -> dict[str, pa.Array]:
    found = {}
    names = profiles.column_names
    if "given" in names:
        given, family = profiles["given"].combine_chunks(), profiles["family"].combine_chunks()
        found["given1"] = pc.utf8_slice_codeunits(given, 0, 1)
        found["given2"] = pc.utf8_slice_codeunits(given, 0, 2)
        found["family2"] = pc.utf8_slice_codeunits(family, 0, 2)
        coded = family.dictionary_encode()
        found["rough"] = pa.array([rough(word) for word in coded.dictionary.to_pylist()], pa.string()).take(
            coded.indices
        )
    if "birth_date" in names:
        found["year"] = pc.utf8_slice_codeunits(profiles["birth_date"].combine_chunks(), 0, 4)
    return found


def _coded(values: pa.Array) -> tuple[Numbers, Numbers]:
    """Rows that have a value, and a number that equal values share."""
    indices = values.dictionary_encode().indices
    rows = np.flatnonzero(np.asarray(pc.is_valid(indices)))
    return rows, indices.drop_null().to_numpy(zero_copy_only=False).astype(np.int64)


def _tokens(lists: pa.Array) -> tuple[Numbers, Numbers]:
    parents = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    words = pc.list_flatten(lists)
    long_enough = np.asarray(pc.greater(pc.utf8_length(words), 1))
    coded = words.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    pairs = np.unique(np.stack([parents[long_enough], coded[long_enough]], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]
