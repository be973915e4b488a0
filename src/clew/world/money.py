"""Payments: controllers who collect small sums and pass them on, fees from recruits, hotels; and ordinary life.

Innocent look-alikes are planned for: a shop collects many small sums, flat-mates pool the rent and pass it on, a worker
on tour pays hotels and tickets, families send money home.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from clew.records.kinds import KINDS
from clew.world.adverts import ids, instants
from clew.world.cast import DAYS, Cast, Poster
from clew.world.dice import Dice, stream
from clew.world.language import book
from clew.world.places import currency


@dataclass(slots=True)
class _Ledger:
    dice: Dice
    rows: list[tuple[int, str, str, float, str, str, str, str]] = field(default_factory=list)
    accounts: dict[str, tuple[str, str]] = field(default_factory=dict)

    def account(self, prefix: str, number: int, role: str, network: str = "") -> str:
        name = f"{prefix}{number:06d}"
        self.accounts.setdefault(name, (role, network))
        return name

    def pay(
        self,
        minute: int,
        sender: str,
        receiver: str,
        cents: int,
        about: Poster,
        memo: str,
        flow: str,
        network: str = "",
    ) -> None:
        money = currency(about.country)
        self.rows.append((min(minute, DAYS * 1440 - 1), sender, receiver, cents / 100, money, memo, flow, network))


def payments(cast: Cast, count: int, seed: int) -> tuple[pa.Table, pa.Table, pa.Table]:
    """The payments, the truth of each (id, flow, network), and the accounts (account, role, network)."""
    ledger = _Ledger(Dice(stream(seed, "money")))
    controllers = cast.of("controller")
    through_account = {p.network for p in cast.of("fake-job") if p.link == "account"}
    each = max(6, count * 3 // 10 // max(1, len(controllers)))
    for number, poster in enumerate(controllers):
        if len(ledger.rows) < count * 3 // 10:
            _collect(ledger, number, poster, each, fees_to_boss=poster.network in through_account)
    number = 0
    while len(ledger.rows) < count:
        number += 1
        ledger.dice.pick((_shop, _flat, _life, _life, _tour))(ledger, number, ledger.dice.pick(cast.posters))
    return _tables(ledger, count)


def _word(ledger: _Ledger, poster: Poster, section: str) -> str:
    return ledger.dice.pick(book(poster.language)[section])


def _collect(ledger: _Ledger, number: int, poster: Poster, count: int, *, fees_to_boss: bool) -> None:
    """Many small sums in, at odd hours; passed on within a day; hotel, ticket and fee payments beside them."""
    dice, network = ledger.dice, poster.network
    collector = ledger.account("acc_c", number, "collector", network)
    boss = ledger.account("acc_b", number, "controller", network)
    minute = poster.start * 1440
    held = 0
    for _ in range(count * 2 // 3):
        minute += dice.between(60, max(120, 2 * poster.days * 1440 // count))
        cents = dice.between(4, 25) * 1000
        payer = ledger.account("acc_p", dice.below(90_000), "customer")
        ledger.pay(minute, payer, collector, cents, poster, _word(ledger, poster, "memo.customer"), "collect", network)
        held += cents
        if held > 60_000 or dice.chance(0.1):
            ledger.pay(minute + dice.between(30, 1300), collector, boss, held * 9 // 10, poster, "", "pass-on", network)
            held = 0
    for _ in range(max(1, count // 12)):
        when = poster.start * 1440 + dice.below(poster.days * 1440)
        hotel = ledger.account("acc_h", dice.below(60), "hotel")
        carrier = ledger.account("acc_t", dice.below(20), "carrier")
        ledger.pay(when, boss, hotel, dice.between(50, 220) * 100, poster, "hotel", "hotel", network)
        ledger.pay(
            when - when % 1440 + 60, boss, carrier, dice.between(15, 180) * 100, poster, "ticket", "transport", network
        )
    for recruit in range(dice.between(1, 4)):
        person = ledger.account("acc_r", number * 10 + recruit, "recruit", network)
        via = boss if fees_to_boss or dice.chance(0.5) else collector
        for week in range(dice.between(2, 6)):
            when = (poster.start + 7 * week) * 1440 + dice.between(480, 1200)
            ledger.pay(
                when,
                person,
                via,
                dice.between(8, 30) * 1000,
                poster,
                _word(ledger, poster, "memo.fee"),
                "debt",
                network,
            )


def _shop(ledger: _Ledger, number: int, poster: Poster) -> None:
    """A shop or a self-employed masseuse: many small sums in, rent and stock out, nothing passed on at once."""
    dice, shop = ledger.dice, ledger.account("acc_s", number, "business")
    start = dice.below((DAYS - 30) * 1440)
    for _ in range(dice.between(8, 20)):
        payer = ledger.account("acc_p", dice.below(90_000), "customer")
        memo = _word(ledger, poster, "memo.customer")
        ledger.pay(start + dice.below(30 * 1440), payer, shop, dice.between(300, 15_000), poster, memo, "trade")
    landlord = ledger.account("acc_l", dice.below(400), "landlord")
    ledger.pay(start + 30 * 1440, shop, landlord, dice.between(400, 1500) * 100, poster, "rent", "rent")


def _flat(ledger: _Ledger, number: int, poster: Poster) -> None:
    """Flat-mates send their share to one of them, who passes the whole on to the landlord."""
    dice, head = ledger.dice, ledger.account("acc_f", number, "flat-mate")
    share, mates, start = dice.between(200, 600) * 100, dice.between(2, 4), dice.below((DAYS - 5) * 1440)
    for mate in range(mates):
        sender = ledger.account("acc_f", number * 10 + 500_000 + mate, "flat-mate")
        ledger.pay(
            start + dice.below(2880), sender, head, share, poster, _word(ledger, poster, "memo.ordinary"), "rent-share"
        )
    landlord = ledger.account("acc_l", dice.below(400), "landlord")
    ledger.pay(start + 3000, head, landlord, share * (mates + 1), poster, "rent", "rent")


def _life(ledger: _Ledger, number: int, poster: Poster) -> None:
    """Salary, groceries, money for the family."""
    dice, person = ledger.dice, ledger.account("acc_o", number, "person")
    employer = ledger.account("acc_e", dice.below(300), "employer")
    month = dice.below(DAYS // 30) * 30 * 1440
    ledger.pay(
        month + 600,
        employer,
        person,
        dice.between(900, 3200) * 100,
        poster,
        _word(ledger, poster, "memo.ordinary"),
        "salary",
    )
    for _ in range(dice.between(2, 8)):
        shop = ledger.account("acc_g", dice.below(500), "shop")
        ledger.pay(month + dice.below(30 * 1440), person, shop, dice.between(300, 9000), poster, "", "groceries")
    if dice.chance(0.3):
        family = ledger.account("acc_o", 500_000 + number, "family")
        memo = _word(ledger, poster, "memo.ordinary")
        ledger.pay(
            month + dice.below(30 * 1440), person, family, dice.between(5, 40) * 1000, poster, memo, "remittance"
        )


def _tour(ledger: _Ledger, number: int, poster: Poster) -> None:
    """Somebody who travels for their own work: hotels and tickets, paid from what customers paid to them."""
    dice, person = ledger.dice, ledger.account("acc_i", number, "self-employed")
    start = dice.below((DAYS - 30) * 1440)
    for stop in range(dice.between(2, 4)):
        when = start + stop * 7 * 1440
        hotel = ledger.account("acc_h", dice.below(60), "hotel")
        carrier = ledger.account("acc_t", dice.below(20), "carrier")
        ledger.pay(when, person, carrier, dice.between(15, 120) * 100, poster, "ticket", "transport")
        ledger.pay(when + 300, person, hotel, dice.between(50, 180) * 100, poster, "hotel", "hotel")
        for _ in range(dice.between(1, 4)):
            payer = ledger.account("acc_p", dice.below(90_000), "customer")
            memo = _word(ledger, poster, "memo.customer")
            ledger.pay(when + dice.below(6 * 1440), payer, person, dice.between(6, 25) * 1000, poster, memo, "trade")


def _tables(ledger: _Ledger, count: int) -> tuple[pa.Table, pa.Table, pa.Table]:
    rows = sorted(ledger.rows[:count], key=lambda row: row[0])
    minute, sender, receiver, amount, money, memo, flow, network = (list(column) for column in zip(*rows, strict=True))
    numbers = ids("pay", len(rows), 7)
    table = pa.table(
        [
            numbers,
            pa.array(sender),
            pa.array(receiver),
            pa.array(amount, pa.float64()),
            pa.array(money),
            instants(np.array(minute, dtype=np.int64)),
            pa.array([text or None for text in memo], pa.string()),
        ],
        schema=KINDS["payments"].schema,
    )
    truth = pa.table(
        {"id": numbers, "flow": pa.array(flow), "network": pa.array([n or None for n in network], pa.string())}
    )
    seen = {*sender, *receiver}
    known = sorted((name, *facts) for name, facts in ledger.accounts.items() if name in seen)
    accounts = pa.table(
        {
            "account": pa.array([name for name, _, _ in known], pa.string()),
            "role": pa.array([role for _, role, _ in known], pa.string()),
            "network": pa.array([network or None for _, _, network in known], pa.string()),
        }
    )
    return table, truth, accounts
