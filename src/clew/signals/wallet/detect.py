"""Addresses of crypto currencies, by their checksums."""

from __future__ import annotations

import re

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import bare, plain, span_in
from clew.signals.wallet import checks

_ADDRESS = re.compile(
    r"(?<![0-9A-Za-z])(?:(?P<eth>0[xX][0-9a-fA-F]{40})|(?P<segwit>(?:bc1|ltc1|BC1|LTC1)[0-9a-zA-Z]{8,87})"
    r"|(?P<monero>[48][1-9A-HJ-NP-Za-km-z]{94}(?:[1-9A-HJ-NP-Za-km-z]{11})?)|(?P<base58>[139ADLMTXrt][1-9A-HJ-NP-Za-km-z]{24,34}))"
    r"(?![0-9A-Za-z])"
)
_VERSIONS = {
    b"\x00": "btc",
    b"\x05": "btc",
    b"\x30": "ltc",
    b"\x32": "ltc",
    b"\x1e": "doge",
    b"\x16": "doge",
    b"\x41": "tron",
    b"\x4c": "dash",
    b"\x10": "dash",
    b"\x1c\xb8": "zec",
    b"\x1c\xbd": "zec",
}
"""What stands before the twenty bytes of a key's or a script's hash. Old Litecoin scripts look like Bitcoin's: they are btc."""
_MONERO_NETS = {18: 69, 19: 77, 42: 69}
"""Main network's bytes: standard, integrated, subaddress, with the length of each."""
_HASH = 20
_SURE, _UNCHECKED = 0.99, 0.6


class WalletDetector(TextDetector):
    """Reads addresses whose checksum holds. Ethereum's in one case carry no checksum: they count with confidence 0.6.
    Solana's have none at all and are not read.
    """

    screen = "[0-9a-z]{25}"

    def read(self, text: str) -> list[Signal]:
        found = []
        shown, places = bare(plain(text))
        for match in _ADDRESS.finditer(shown):
            if match.lastgroup and (said := _READERS[match.lastgroup](match[0])):
                value, confidence = said
                found.append(self.signal("wallet", value, span_in(places, *match.span()), confidence))
        return found


def _ethereum(address: str) -> tuple[str, float] | None:
    digits = address[2:]
    if digits in (digits.lower(), digits.upper()):
        return (f"eth:0x{digits.lower()}", _UNCHECKED) if len(set(digits)) > 1 else None
    return (f"eth:0x{digits}", _SURE) if checks.mixed_case(digits) == digits else None


def _segwit(address: str) -> tuple[str, float] | None:
    read = checks.segwit(address)
    chain = {"bc": "btc", "ltc": "ltc"}.get(read[0]) if read else None
    return (f"{chain}:{address.lower()}", _SURE) if chain else None


def _monero(address: str) -> tuple[str, float] | None:
    payload = checks.monero(address)
    good = payload is not None and _MONERO_NETS.get(payload[0]) == len(payload) + 4
    return (f"xmr:{address}", _SURE) if good else None


def _base58(address: str) -> tuple[str, float] | None:
    if address[0] == "r":
        payload = checks.base58check(address, checks.RIPPLE)
        return (f"xrp:{address}", _SURE) if payload and len(payload) == _HASH + 1 and payload[0] == 0 else None
    payload = checks.base58check(address)
    chain = _VERSIONS.get(payload[:-_HASH]) if payload else None
    return (f"{chain}:{address}", _SURE) if chain else None


_READERS = {"eth": _ethereum, "segwit": _segwit, "monero": _monero, "base58": _base58}
