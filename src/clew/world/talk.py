"""Conversations: recruiters who pass through offer, trust, isolation, debt, secrecy, another platform; ordinary talk.

Ordinary talk borrows single sentences of every stage (a loan, a surprise party, another app), so that
no one word tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from clew.records.kinds import KINDS
from clew.world.adverts import ids, instants
from clew.world.cast import DAYS, Cast, Poster
from clew.world.dice import Dice, stream
from clew.world.language import book, write
from clew.world.phones import render
from clew.world.places import cities, sign

STAGES = ("hello", "offer", "trust", "isolation", "debt", "secrecy", "moving")


@dataclass(frozen=True, slots=True)
class _Message:
    conversation: str
    sender: str
    minute: int
    text: str
    stage: str
    recruiting: bool
    network: str


def conversations(cast: Cast, messages: int, seed: int) -> tuple[pa.Table, pa.Table]:
    """The messages (records.kinds.Conversation); of each, the truth: id, conversation, stage, recruiting, network."""
    dice = Dice(stream(seed, "talk"))
    said: list[_Message] = []
    number = 0
    while len(said) < messages:
        number += 1
        name = f"cnv_{number:06d}"
        if number % 5 == 0:
            said += _recruiting(name, dice.pick(cast.tied), dice)
        else:
            said += _ordinary(name, dice.pick(cast.posters), dice)
    said = said[:messages]
    return _tables(said)


def _slots(poster: Poster, dice: Dice) -> dict[str, str]:
    lines = book(poster.language)
    contact = poster.handle or render(poster.phones[0], "plain", poster.language, international=True)
    return {
        "city": cities()[dice.pick(poster.cities)].name,
        "quarter": dice.pick(lines["quarters"]),
        "job": dice.pick(lines["jobs"]),
        "hobby": dice.pick(lines["hobbies"]),
        "price": f"{dice.between(5, 40) * 10}{sign(poster.country)}",
        "contact": contact,
    }


def _recruiting(name: str, poster: Poster, dice: Dice) -> list[_Message]:
    """Stages in order, some skipped, each of one to three messages, with answers between them."""
    minute, said, slots = dice.below((DAYS - 20) * 1440), [], _slots(poster, dice)
    for stage in STAGES:
        if stage not in ("hello", "offer") and dice.chance(0.25):
            continue
        for _ in range(dice.between(1, 2)):
            minute += dice.between(1, 900)
            text = write(f"chat.{stage}", poster.language, dice, slots)
            said.append(_Message(name, f"{name}-a", minute, text, stage, True, poster.network))
            if dice.chance(0.6):
                minute += dice.between(1, 60)
                answer = write("chat.reply", poster.language, dice, slots)
                said.append(_Message(name, f"{name}-b", minute, answer, "reply", True, poster.network))
    return said


def _ordinary(name: str, poster: Poster, dice: Dice) -> list[_Message]:
    minute, said, slots = dice.below((DAYS - 20) * 1440), [], _slots(poster, dice)
    stray = dice.pick(("offer", "trust", "moving", "debt")) if dice.chance(0.15) else ""
    for turn in range(dice.between(4, 16)):
        minute += dice.between(1, 600)
        section = dice.weighted(("chat.benign", "chat.reply", "chat.hello"), (6, 3, 1))
        if stray and turn == 3:
            section = f"chat.{stray}"
        text = write(section, poster.language, dice, slots)
        said.append(_Message(name, f"{name}-{'ab'[turn % 2]}", minute, text, "ordinary", False, ""))
    return said


def _tables(said: list[_Message]) -> tuple[pa.Table, pa.Table]:
    numbers = ids("msg", len(said), 7)
    names = pa.array([m.conversation for m in said])
    table = pa.table(
        [
            numbers,
            names,
            pa.array([m.sender for m in said]),
            instants(np.array([m.minute for m in said], dtype=np.int64)),
            pa.array([m.text for m in said]),
        ],
        schema=KINDS["conversations"].schema,
    )
    truth = pa.table(
        {
            "id": numbers,
            "conversation": names,
            "stage": pa.array([m.stage for m in said]),
            "recruiting": pa.array([m.recruiting for m in said]),
            "network": pa.array([m.network or None for m in said], pa.string()),
        }
    )
    return table, truth
