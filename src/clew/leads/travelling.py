"""What movement gives a lead to think about: contacts in two places at once, and tours that several contacts share.

Counted from postings by `leads.journeys`, as a network's page shows them; a posting's place is not a person's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.journeys import SHORTEST_TOUR, circuits, contradictions, stays

PLACES_OF_A_TOUR = 3
"""Fewer are going there and back, which everybody does."""
TRAVELS = pa.schema([("network", pa.int64()), ("two_places", pa.int64()), ("touring_contacts", pa.int64())])


def travels(postings: pa.Table, points: Mapping[str, Sequence[tuple[float, float]]]) -> pa.Table:
    """network, two_places, touring_contacts: a row for each network that shows either.

    `postings` has network, contact, place, posted; a contact is followed within its network. `two_places` counts postings in a
    row that no journey explains; `touring_contacts` the contacts that repeat the same tour, of the tour that most repeat.
    """
    contacts = postings["contact"].combine_chunks().dictionary_encode()
    movers = pc.binary_join_element_wise(
        postings["network"].cast(pa.string()), contacts.indices.cast(pa.string()), " ", null_handling="skip"
    )
    known = pc.and_(postings["contact"].is_valid(), postings["network"].is_valid())
    table = pa.table({"mover": movers, "place": postings["place"], "posted": postings["posted"]}).filter(known)
    apart = Counter(_network(mover) for mover in contradictions(table, points)["mover"].to_pylist())
    shared = _shared(table)
    networks = sorted({*apart, *shared})
    columns = (networks, [apart[n] for n in networks], [shared.get(n, 0) for n in networks])
    return pa.table([pa.array(column, pa.int64()) for column in columns], schema=TRAVELS)


def _network(mover: str) -> int:
    return int(mover.split(" ")[0])


def _shared(table: pa.Table) -> dict[int, int]:
    """Network -> how many contacts repeat one tour, wherever in it they began."""
    found = stays(table)
    movers = found["mover"].combine_chunks().dictionary_encode()
    codes = np.asarray(movers.indices, np.int64)
    often = np.bincount(codes)[codes] >= SHORTEST_TOUR if len(codes) else np.zeros(0, np.bool_)
    tours: Counter[tuple[int, tuple[str, ...]]] = Counter(
        (_network(row["mover"]), _turned(row["tour"]))
        for row in circuits(found.filter(pa.array(often))).to_pylist()
        if len(row["tour"]) >= PLACES_OF_A_TOUR
    )
    most: dict[int, int] = {}
    for (network, _), contacts in tours.items():
        most[network] = max(most.get(network, 0), contacts)
    return most


def _turned(tour: Sequence[str]) -> tuple[str, ...]:
    """The same tour from the place that comes first by name."""
    first = min(range(len(tour)), key=lambda at: tour[at])
    return (*tour[first:], *tour[:first])
