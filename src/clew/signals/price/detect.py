"""Amounts of money and what they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import plain
from clew.signals.price import money

_DIGIT = re.compile(r"\d")
_MONEY = re.compile(
    "[€£$¥₹₺₽₴₦₱฿₫₩₪🌹]|" + rf"(?:\d|k)[\s,-]{{0,3}}(?:{'|'.join(re.escape(w) for w in sorted((*money.CODES, *money.UPPER_CODES, *money.WORDS)))})"
    rf"|\b(?:{'|'.join(sorted(money.CODES))})\s?\d|\dp(?![^\W_])|\dp(?:pm|/)",
    re.IGNORECASE,
)


class PriceDetector(TextDetector):
    """Reads amounts with their currency and, where it stands beside them, the time they buy. What a sign shared by
    several currencies means is a guess and scores lower; words such as "roses" are kept as written, not made money."""

    def read(self, text: str) -> list[Signal]:
        shown = plain(text)
        if not _DIGIT.search(shown) or not _MONEY.search(shown):
            return []
        found: list[Signal] = []
        for start, end, value, confidence in sorted(_candidates(shown), key=lambda c: (c[0], -c[1])):
            if not found or start >= found[-1].end:
                found.append(self.signal("price", value, (start, end), confidence))
        return found


def _candidates(shown: str) -> Iterator[tuple[int, int, str, float]]:
    for pattern in (money.BEFORE, money.AFTER):
        for match in pattern.finditer(shown):
            yield from _price(shown, match)
    for match in money.PENCE.finditer(shown):
        yield from _pence(match)


def _price(shown: str, match: re.Match[str]) -> Iterator[tuple[int, int, str, float]]:
    named = match.groupdict()
    currency = _currency(named.get("symbol"), named.get("code") or named.get("word"))
    amount = money.number(match["amount"])
    if not currency or not amount:
        return
    if match["k"]:
        amount = f"{float(amount) * 1000:.0f}"
    confidence = money.UNSURE.get((match["symbol"] or "").lower(), 0.75 if currency.islower() else 0.95)
    start, end, unit = _what_for(shown, *match.span())
    yield start, end, f"{amount} {currency}{unit}", confidence
    before = money.LISTED.search(shown, max(0, match.start() - 12), match.start())
    while before:  # 80/120/150 EUR
        listed = money.number(before["amount"])
        if listed:
            yield before.start("amount"), before.end("amount"), f"{listed} {currency}", confidence * 0.8
        before = money.LISTED.search(shown, max(0, before.start() - 12), before.start())


def _currency(symbol: str | None, word: str | None) -> str | None:
    if symbol:
        return money.SYMBOLS[symbol.lower()]
    if not word:
        return None
    if word.lower() in money.WORDS:
        return money.WORDS[word.lower()]
    if word.lower() in money.CODES:
        return "CNY" if word.lower() == "rmb" else word.upper()
    return word if word in money.UPPER_CODES else None


def _what_for(shown: str, start: int, end: int) -> tuple[int, int, str]:
    """The span widened by the time the amount buys, and that time as `/h`; nothing when none stands beside it."""
    after = money.FOLLOWED.match(shown, end)
    if after:
        return start, after.end(), f"/{money.length(after['after_n'], after['after_unit'])}"
    before = money.PRECEDED.search(shown, max(0, start - money.PRECEDED_REACH), start)
    if before and (before["before_n"] or before["before_unit"].lower() not in ("h", "min", "an", "ch")):
        return before.start(), end, f"/{money.length(before['before_n'], before['before_unit'])}"
    return start, end, ""


def _pence(match: re.Match[str]) -> Iterator[tuple[int, int, str, float]]:
    pence = int(match["amount"])
    if not pence or (not match["per"] and pence in money.RESOLUTIONS):
        return
    per = (match["per"] or "").lower().strip("/ ").removeprefix("per").strip()
    unit = "/min" if per in ("pm", "min", "minute") else f"/{money.UNIT_OF[per]}" if per in money.UNIT_OF else ""
    yield match.start(), match.end(), f"{pence / 100:.2f} GBP{unit}".replace(".00", ""), 0.85 if per else 0.65
