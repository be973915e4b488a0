"""What people report: tips from the public and calls to a hotline, some about a network, most about something else."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from clew.records.kinds import KINDS
from clew.world.adverts import ids, instants
from clew.world.cast import DAYS, Cast, Poster
from clew.world.dice import Dice, stream
from clew.world.language import book, write
from clew.world.phones import e164, render
from clew.world.places import cities, sign

_TOPICS = {
    "call.network": ("labour exploitation", "documents withheld", "debt", "worry about a person"),
    "call.noise": ("information", "unpaid wage", "legal advice", "wrong number"),
}


def _values(poster: Poster, number: int, dice: Dice) -> dict[str, str]:
    lines = book(poster.language)
    place = cities()[dice.pick(poster.cities)]
    return {
        "city": place.name,
        "quarter": dice.pick(lines["quarters"]),
        "job": dice.pick(lines["jobs"]),
        "hobby": dice.pick(lines["hobbies"]),
        "price": f"{dice.between(5, 40) * 10}{sign(poster.country)}",
        "contact": render(number, "plain", poster.language, international=poster.international),
    }


def _moments(count: int, dice: Dice) -> list[int]:
    return sorted(dice.below(DAYS * 1440) for _ in range(count))


def _about(cast: Cast, dice: Dice, share: float) -> tuple[Poster, bool]:
    """Whom a report is about: a network in `share` of them, else anybody."""
    if dice.chance(share):
        return dice.pick(cast.tied), True
    return dice.pick(cast.posters), False


def tips(cast: Cast, count: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """The tips (records.kinds.Tip), and what is true of each: id, network, poster."""
    dice = Dice(stream(seed, "tips"))
    areas, contacts, texts, networks, posters = [], [], [], [], []
    moments = _moments(count, dice)
    for _ in range(count):
        poster, real = _about(cast, dice, 0.3)
        values = _values(poster, dice.pick(poster.phones), dice)
        texts.append(write("tip.network" if real else "tip.noise", poster.language, dice, values))
        areas.append(values["city"])
        contacts.append(e164(dice.pick(cast.callers)) if dice.chance(0.3) else None)
        networks.append(poster.network if real else None)
        posters.append(poster.id)
    numbers = ids("tip", count, 6)
    table = pa.table(
        [numbers, _times(moments), areas, pa.array(contacts, pa.string()), texts], schema=KINDS["tips"].schema
    )
    return table, _truth(numbers, networks, posters)


def calls(cast: Cast, count: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """The calls (records.kinds.Call), and what is true of each: id, network, poster."""
    dice = Dice(stream(seed, "calls"))
    rows, networks, posters = [], [], []
    moments = _moments(count, dice)
    for _ in range(count):
        poster, real = _about(cast, dice, 0.25)
        values = _values(poster, dice.pick(poster.phones), dice)
        section = "call.network" if real else "call.noise"
        rows.append(
            (
                values["city"],
                dice.pick(_TOPICS[section]),
                poster.language,
                e164(dice.pick(cast.callers)) if dice.chance(0.7) else None,
                write(section, poster.language, dice, values),
            )
        )
        networks.append(poster.network if real else None)
        posters.append(poster.id)
    numbers = ids("cal", count, 6)
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    table = pa.table([numbers, _times(moments), *columns], schema=KINDS["calls"].schema)
    return table, _truth(numbers, networks, posters)


def _times(moments: Sequence[int]) -> pa.Array:
    import numpy as np

    return instants(np.array(moments, dtype=np.int64))


def _truth(numbers: pa.Array, networks: list[str | None], posters: list[str]) -> pa.Table:
    return pa.table({"id": numbers, "network": pa.array(networks, pa.string()), "poster": posters})
