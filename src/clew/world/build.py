"""The whole world from one seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clew.records.kinds import KINDS
from clew.safeguards.errors import UsageError
from clew.world import adverts as traces
from clew.world import cases, money, pictures, reports, talk
from clew.world.adverts import Progress, silent
from clew.world.cast import Cast, gather
from clew.world.phones import e164
from clew.world.places import cities

LEAST, MOST = 100, 1_200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Records as they would arrive, and what is true of them. `truth` is only for comparing: no room reads it."""

    seed: int
    adverts: pa.Table
    postings: pa.Table
    pages: pa.Table
    images: pa.Table
    tips: pa.Table
    calls: pa.Table
    cases_ctdc: pa.Table
    cases_htcds: pa.Table
    conversations: pa.Table
    payments: pa.Table
    areas: pa.Table
    pictures: tuple[pictures.Picture, ...]
    """Drawn only when asked: `picture.png()`."""
    truth: Mapping[str, pa.Table]
    """By name: adverts, posters, networks, cases_ctdc, cases_htcds, tips, calls, conversations, flows, accounts,
    pictures."""


def build(seed: int, adverts: int, *, with_pictures: bool = True, progress: Progress = silent) -> World:
    """A world of that many adverts; everything else grows with them. The same seed gives the same world.

    Pictures need the `media` extra; without it, or for very large worlds, ask for none.
    """
    if not LEAST <= adverts <= MOST:
        raise UsageError(f"adverts: must be between {LEAST} and {MOST}")
    if seed < 0:
        raise UsageError("seed: must not be negative")
    progress("posters", 0, 1)
    cast = gather(seed, adverts)
    progress("posters", 1, 1)
    drawn, picture_truth = pictures.hang(cast, min(400, adverts // 25) if with_pictures else 0, seed)
    rows = traces.plan(cast, seed)
    table = traces.print_adverts(cast, rows, seed, progress)
    truth: dict[str, pa.Table] = {"adverts": traces.truth_of(cast, rows), "posters": _posters(cast)}
    progress("reports", 0, 1)
    tips, truth["tips"] = reports.tips(cast, adverts * 75 // 1000, seed)
    calls, truth["calls"] = reports.calls(cast, adverts * 75 // 1000, seed)
    ctdc, truth["cases_ctdc"] = cases.ctdc(adverts // 8, seed)
    htcds, truth["cases_htcds"] = cases.htcds(cast, max(10, adverts // 40), seed)
    said, truth["conversations"] = talk.conversations(cast, adverts * 3 // 10, seed)
    paid, truth["flows"], truth["accounts"] = money.payments(cast, adverts // 2, seed)
    truth["pictures"] = picture_truth
    truth["networks"] = _networks(cast, truth)
    progress("reports", 1, 1)
    return World(
        seed=seed,
        adverts=table,
        postings=traces.repost(table, cast, rows, adverts * 15 // 100, seed),
        pages=traces.capture(table, rows, adverts * 3 // 100, seed),
        images=pictures.images(drawn),
        tips=tips,
        calls=calls,
        cases_ctdc=ctdc,
        cases_htcds=htcds,
        conversations=said,
        payments=paid,
        areas=_areas(),
        pictures=tuple(drawn),
        truth=truth,
    )


def _areas() -> pa.Table:
    rows = [(c.id, c.name, c.country, c.population, c.latitude, c.longitude) for c in cities()]
    schema = KINDS["areas"].schema
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), schema, strict=True)],
        schema=schema,
    )


def _posters(cast: Cast) -> pa.Table:
    """poster, class, persons and cities (how many), network, link (a recruiter's tie), adverts, phones, handle."""
    posters = cast.posters
    persons = [len({cast.voices[v].person for v in p.voices} - {""}) for p in posters]
    return pa.table(
        {
            "poster": [p.id for p in posters],
            "class": [p.kind for p in posters],
            "persons": pa.array(persons, pa.int64()),
            "cities": pa.array([len(p.cities) for p in posters], pa.int64()),
            "network": pa.array([p.network or None for p in posters], pa.string()),
            "link": pa.array([p.link or None for p in posters], pa.string()),
            "adverts": pa.array([p.adverts for p in posters], pa.int64()),
            "phones": [";".join(map(e164, p.phones)) for p in posters],
            "handle": pa.array([p.handle or None for p in posters], pa.string()),
        }
    )


def _networks(cast: Cast, truth: Mapping[str, pa.Table]) -> pa.Table:
    """What belongs to a network: network, kind, id.

    Kinds: poster, phone, handle, account, tip, call, conversation, picture, case.
    """
    members: dict[tuple[str, str, str], None] = {}
    for poster in cast.posters:
        if poster.network:
            own = [("poster", poster.id), *(("phone", e164(n)) for n in poster.phones), ("handle", poster.handle)]
            members.update(dict.fromkeys((poster.network, kind, name) for kind, name in own if name))
    sources = (
        ("account", "accounts", "account"),
        ("tip", "tips", "id"),
        ("call", "calls", "id"),
        ("conversation", "conversations", "conversation"),
        ("picture", "pictures", "id"),
        ("case", "cases_htcds", "id"),
    )
    for kind, name, column in sources:
        pairs = zip(truth[name]["network"].to_pylist(), truth[name][column].to_pylist(), strict=True)
        members.update(dict.fromkeys((network, kind, one) for network, one in pairs if network))
    rows = sorted(members)
    columns = np.array(rows, dtype=object).reshape(-1, 3).T
    return pa.table([pa.array(list(column), pa.string()) for column in columns], names=["network", "kind", "id"])
