"""Where adverts move: stays in one place after another, tours that repeat, and one contact in two places at once.

Pure functions on Arrow tables of postings (mover, place, posted). A mover is whatever is followed: a contact, a text, a network.
A place and a time are those of a posting, not of a person: adverts are placed ahead, from elsewhere, and by colleagues.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.coordinates import distances_km
from clew.safeguards.errors import MissingColumn, UsageError

INSTANT = pa.timestamp("us", tz="UTC")
STAYS = pa.schema(
    [("mover", pa.string()), ("place", pa.string()), ("first", INSTANT), ("last", INSTANT), ("adverts", pa.int64())]
)
CIRCUITS = pa.schema(
    [
        ("mover", pa.string()),
        ("tour", pa.list_(pa.string())),
        ("tours", pa.int64()),
        ("first", INSTANT),
        ("last", INSTANT),
        ("days_each", pa.float64()),
    ]
)
CONTRADICTIONS = pa.schema(
    [
        ("mover", pa.string()),
        ("place", pa.string()),
        ("at", INSTANT),
        ("record", pa.string()),
        ("other_place", pa.string()),
        ("other_at", INSTANT),
        ("other_record", pa.string()),
        ("km", pa.float64()),
        ("hours", pa.float64()),
        ("needed_hours", pa.float64()),
    ]
)
LONGEST_TOUR = 8
"""Places in a tour, at most."""
SHORTEST_TOUR = 6
"""Stays that a tour must explain: A, B, A, B happens by chance where an advert was not posted at every stop."""
ROAD_KMH, DETOUR = 90.0, 1.25
"""Door to door by road or rail: the way is a quarter longer than the straight line."""
AIR_KMH, AIR_HOURS = 750.0, 3.0
"""By air, with three hours to and from airports."""
NEAR_KM = 60.0
"""Nearer places are one area: towns of one agglomeration, or an advert that names the next town."""


def stays(postings: pa.Table) -> pa.Table:
    """mover, place, first, last, adverts: runs of postings that follow one another in one place, in order of time.

    Rows without a mover, a place or a time are passed over.
    """
    table = _ordered(postings)
    mover, place = _codes(table["mover"]), _codes(table["place"])
    new = np.ones(len(mover), np.bool_)
    new[1:] = (np.diff(mover) != 0) | (np.diff(place) != 0)
    first = np.flatnonzero(new)
    ends = np.append(first[1:], len(mover)) - 1 if len(first) else first
    at = pa.array(first)
    columns = [
        table["mover"].take(at),
        table["place"].take(at),
        table["posted"].take(at),
        table["posted"].take(pa.array(ends)),
    ]
    return pa.table([*columns, pa.array(ends - first + 1)], schema=STAYS)


def circuits(found: pa.Table, *, least: int = 2) -> pa.Table:
    """Tours that a mover makes `least` times or more: the same places in the same order, without a pause in between.

    `found` as `stays` gives it. A tour has 2 to 8 places, each once; of all lengths the one that explains most stays is told,
    and its first place is the one with which it began. Two places back and forth are a tour from the third time on.

    >>> from datetime import UTC, datetime, timedelta
    >>> days = [datetime(2024, 5, 1, tzinfo=UTC) + timedelta(days=7 * n) for n in range(6)]
    >>> rows = pa.table({"mover": ["m"] * 6, "place": ["Lyon", "Nice", "Turin"] * 2, "posted": pa.array(days, INSTANT)})
    >>> circuits(stays(rows)).select(["tour", "tours"]).to_pylist()
    [{'tour': ['Lyon', 'Nice', 'Turin'], 'tours': 2}]
    """
    if least < 2:
        raise UsageError("circuits: a tour repeats at least twice")
    rows = []
    for mover, low, high in _groups(found["mover"]):
        part = found.slice(low, high - low)
        places = part["place"].to_pylist()
        best = _longest_tour(places, least)
        if best is None:
            continue
        start, length, stops = best
        first, last = part["first"][start].as_py(), part["last"][start + stops - 1].as_py()
        begun = part["first"].slice(start, stops).to_pylist()
        each = [
            (later - earlier).total_seconds() / 86_400 for earlier, later in zip(begun, begun[length:], strict=False)
        ]
        rows.append(
            (mover, places[start : start + length], stops // length, first, last, round(float(np.median(each)), 1))
        )
    return pa.Table.from_pylist([dict(zip(CIRCUITS.names, row, strict=True)) for row in rows], schema=CIRCUITS)


def _longest_tour(places: Sequence[str], least: int) -> tuple[int, int, int] | None:
    """Begin, places of the tour, and stays that it explains; the most stays, then the shortest tour, then the earliest."""
    best: tuple[int, int, int] | None = None
    for length in range(2, min(LONGEST_TOUR, len(places) // least) + 1):
        for start, stops in _runs(places, length):
            different = len(set(places[start : start + length])) == length
            if different and stops >= max(least * length, SHORTEST_TOUR) and (best is None or stops > best[2]):
                best = (start, length, stops)
    return best


def _runs(places: Sequence[str], length: int) -> list[tuple[int, int]]:
    """Begin and number of stays of every longest stretch in which each stay repeats the one `length` before."""
    same = np.array([here == before for before, here in zip(places, places[length:], strict=False)], np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    return [(int(low), int(high - low) + length) for low, high in zip(edges[::2], edges[1::2], strict=True)]


def travel_hours(km: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The least hours from door to door: by road or rail, or by air where that is quicker.

    >>> travel_hours(np.array([0.0, 90.0, 3000.0])).tolist()
    [0.0, 1.25, 7.0]
    """
    road = km * DETOUR / ROAD_KMH
    return np.asarray(np.minimum(road, AIR_HOURS + km / AIR_KMH), np.float64)


def contradictions(postings: pa.Table, points: Mapping[str, Sequence[tuple[float, float]]]) -> pa.Table:
    """Two postings of one mover in a row whose places are further apart than the time between them allows.

    `points` are the places' possible points (latitude, longitude): of a name that several places have, the nearest pair
    counts, so that a doubtful name never makes a contradiction. Places nearer than 60 km are one. `postings` may name a
    `record`. Strongest first: the most hours that are missing.
    """
    table = _ordered(postings)
    names = table["place"].combine_chunks().dictionary_encode()
    mover, place = _codes(table["mover"]), np.asarray(names.indices, np.int64)
    at = np.asarray(pc.cast(table["posted"], pa.int64()), np.float64) / 3_600e6
    follows = (np.diff(mover) == 0) & (np.diff(place) != 0) if len(mover) else np.zeros(0, np.bool_)
    left = np.flatnonzero(follows)
    km = distances_km(names.dictionary.to_pylist(), place[left], place[left + 1], points)
    hours, needed = at[left + 1] - at[left], travel_hours(km)
    kept = np.isfinite(km) & (km >= NEAR_KM) & (hours < needed)
    left, km, hours, needed = left[kept], km[kept], hours[kept], needed[kept]
    order = np.lexsort((left, hours - needed))
    one, other = pa.array(left[order]), pa.array(left[order] + 1)
    record = (
        table["record"] if "record" in table.column_names else pa.chunked_array([pa.nulls(len(table), pa.string())])
    )
    columns = [table["mover"].take(one), table["place"].take(one), table["posted"].take(one), record.take(one)]
    columns += [table["place"].take(other), table["posted"].take(other), record.take(other)]
    numbers = [pa.array(np.round(each[order], 2)) for each in (km, hours, needed)]
    return pa.table([*columns, *numbers], schema=CONTRADICTIONS)


def legs(found: pa.Table) -> pa.Table:
    """place, to, journeys, first, last: how often a mover went from one place straight to another. `found` as from `stays`."""
    rows = [(row["mover"], row["place"], row["first"]) for row in found.to_pylist()]
    gone = [{"place": a, "to": b, "at": at} for (m, a, _), (n, b, at) in pairwise(rows) if m == n]
    table = pa.Table.from_pylist(gone, schema=pa.schema([("place", pa.string()), ("to", pa.string()), ("at", INSTANT)]))
    counted = table.group_by(["place", "to"]).aggregate([("at", "count"), ("at", "min"), ("at", "max")])
    counted = counted.rename_columns(["place", "to", "journeys", "first", "last"])
    return counted.sort_by([("journeys", "descending"), ("place", "ascending"), ("to", "ascending")])


def _ordered(postings: pa.Table) -> pa.Table:
    """The rows that say who, where and when, by mover and time; ties by place (and record), so that no order of rows matters."""
    for name in ("mover", "place", "posted"):
        if name not in postings.column_names:
            raise MissingColumn(name, present=tuple(postings.column_names))
    kept = [name for name in ("mover", "place", "posted", "record") if name in postings.column_names]
    table = postings.select(kept)
    types = {"posted": INSTANT}
    table = pa.table({name: pc.cast(table[name], types.get(name, pa.string())) for name in kept})
    whole = pc.and_(pc.and_(table["mover"].is_valid(), table["place"].is_valid()), table["posted"].is_valid())
    order = [name for name in ("mover", "posted", "place", "record") if name in kept]
    return table.filter(whole).sort_by([(name, "ascending") for name in order]).combine_chunks()


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    return np.asarray(column.combine_chunks().dictionary_encode().indices, np.int64)


def _groups(column: pa.ChunkedArray) -> list[tuple[str, int, int]]:
    """Value, begin and end of every run of equal values."""
    codes = _codes(column)
    edges = np.flatnonzero(np.diff(codes, prepend=-1, append=-1) != 0) if len(codes) else np.zeros(0, np.int64)
    return [(column[int(low)].as_py(), int(low), int(high)) for low, high in pairwise(edges)]
