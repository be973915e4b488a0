"""One text, one kind of claim: detectors as plain functions."""

from __future__ import annotations

from functools import cache

from clew.safeguards.errors import Blocked
from clew.signals.base import Detector, Failed, Found, Settings, Signal
from clew.signals.registry import load


def phones(text: str, *, region: str | None = None) -> list[Signal]:
    """Phone numbers, as E.164, plain or obfuscated; `region` is where numbers without a country code are from."""
    return _read("phone", text, region)


def emails(text: str) -> list[Signal]:
    """E-mail addresses, in lower case, plain or spelled out."""
    return _read("email", text)


def urls(text: str) -> list[Signal]:
    """Web addresses, as host and path."""
    return [signal for signal in _read("url", text) if signal.kind == "url"]


def handles(text: str) -> list[Signal]:
    """Account names, as platform:name."""
    return _read("handle", text)


def prices(text: str) -> list[Signal]:
    """Amounts of money, as amount, currency and what for: 120 EUR/h."""
    return _read("price", text)


def places(text: str) -> list[Signal]:
    """Cities, as Name, CC."""
    return _read("place", text)


def ages(text: str) -> list[Signal]:
    """Ages that the text states of somebody, in whole years."""
    return _read("age", text)


def dates(text: str) -> list[Signal]:
    """Dates, ranges and relative days; `clew.signals.date.anchor.anchored` turns them into dates by the day of posting."""
    return _read("date", text)


def available(text: str) -> list[Signal]:
    """When and where somebody is there: hours, days, own place, travels to you."""
    return _read("availability", text)


def offers(text: str) -> list[Signal]:
    """What an offer of work says; nothing of a text that is none."""
    return _read("offer", text)


def signs_in(text: str) -> list[Signal]:
    """Published signs, for control and against it, by their names in the register."""
    return _read("wording", text)


def languages(text: str) -> list[Signal]:
    """The language of most of the text, as a BCP 47 tag, then passages in a second one; nothing when it is too short to tell."""
    return _read("language", text)


def wallets(text: str) -> list[Signal]:
    """Addresses of crypto currencies whose checksum holds, as chain:address."""
    return _read("wallet", text)


def _read(name: str, text: str, region: str | None = None) -> list[Signal]:
    """Odd text raises nothing; a detector that could not run raises Blocked, since an empty list would say "none"."""
    outcome = _detector(name, region).detect([text])[0]
    if isinstance(outcome, Failed):
        raise Blocked(f"{name}: {outcome.reason}")
    return list(outcome.signals) if isinstance(outcome, Found) else []


@cache
def _detector(name: str, region: str | None) -> Detector:
    return load(name, Settings(region=region))
