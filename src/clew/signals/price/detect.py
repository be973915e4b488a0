"""Amounts of money and what they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import plain
from clew.signals.price import money


class PriceDetector(TextDetector):
    """Reads amounts with their currency and, where it stands beside them, the time they buy. What a sign shared by
    several currencies means is a guess and scores lower; words such as "roses" are kept as written, not made money.
    """

    def read(self, text: str) -> list[Signal]:
        shown = plain(text)
        found: list[Signal] = []
        for start, end, value, confidence in sorted(_candidates(shown), key=lambda c: (c[0], -c[1])):
            if not found or start >= found[-1].end:
                found.append(self.signal("price", value, (start, end), confidence))
        return found


def _candidates(shown: str) -> Iterator[tuple[int, int, str, float]]:
    eastern = list(_eastern(shown)) if not shown.isascii() and money.MYRIAD.search(shown) else []
    yield from eastern
    taken = 0  # a time that one price has is not the next one's
    priced = None
    for amount in money.AMOUNT.finditer(shown):
        start, end = amount.span()
        if start < taken or (eastern and any(first <= start < last for first, last, _, _ in eastern[:_ENOUGH])):
            continue
        before = _before(shown, start)
        if before and _currency(before["symbol"], before["word"], leading=True):
            prices = list(_price(shown, amount, before, (before.start(), end), taken))
        elif _is_dull(shown, end) or not (following := shown[end : end + _GAP + 1].lstrip(_GAPS_AFTER)[:1]):
            continue
        elif (
            (following in money.SIGNS or following.isalpha() or following in money.WORDS)
            and (after := money.AFTER.match(shown, end))
            and _currency(after["symbol"], after["word"])
        ):
            prices = list(_price(shown, amount, after, (start, after.end()), taken))
        elif (
            shown[end : end + 1] in ("p", "P")
            and amount["amount"].isdigit()
            and (pence := money.PENCE.match(shown, end))
        ):
            prices = list(_pence(amount, pence))
        elif priced is False or following not in _BEGIN_BARE:
            continue
        else:
            prices = list(_bare(shown, amount))
            if prices and priced is None:
                priced = bool(money.RATE_CUE.search(shown))
            prices = prices if priced else []
        if prices:
            taken = prices[0][1]
            yield from prices


def _eastern(shown: str) -> Iterator[tuple[int, int, str, float]]:
    """Amounts counted in thousands and ten thousands: 10万円, 1万5千円, 30만원. Without a sign for money only behind a word for wages."""
    for match in islice(money.EASTERN.finditer(shown), _ENOUGH):
        cue = money.WAGES.search(shown, max(0, match.start() - 4), match.start())
        currency = money.EASTERN_MONEY.get(match["sign"] or "")
        if not currency and not cue:
            continue
        start = cue.start() if cue else match.start()
        unit = f"/{money.WAGE_TIMES[cue['time']]}" if cue else ""
        value = sum(
            float(match[digits]) * money.EASTERN_POWERS[match[power]]
            for digits, power in (("n", "power"), ("rest", "small"))
            if match[digits]
        )
        if value > 0:
            sure = 0.85 if currency else 0.5
            yield start, match.end(), f"{value:.0f} {currency or money.paid_in(cue)}{unit}", sure


_ENOUGH = 200
"""Such amounts after which the rest of a text is not read for them."""


def _is_dull(shown: str, end: int) -> bool:
    """Whether no currency and no time can follow an amount: most are of telephone numbers."""
    following = shown[end : end + 4]
    gap = following[:1]
    sign = following[1:2] if gap in _GAPS else gap
    if sign.isdigit():
        return gap != " " or following[2:].isdigit()
    return sign in money.DULL


_GAPS = (" ", "-", ",")
_GAP = 4
"""The most signs that may stand between an amount and what it is of."""
_GAPS_AFTER = "".join(chr(point) for point in range(0x3001) if chr(point).isspace()) + "-,"
_BEGIN_BARE = frozenset("/0123456789pPaAhHoOnN")
"""What the time of an amount without a currency, or the word before it, starts with."""


def _bare(shown: str, amount: re.Match[str]) -> Iterator[tuple[int, int, str, float]]:
    """An amount for an hour or a night in a list of rates that names no currency."""
    written = amount["amount"]
    unit = money.BARE.match(shown, amount.end()) if written.isdigit() and 30 <= int(written) <= 3000 else None
    if unit:
        yield amount.start(), unit.end(), f"{written} {money.NO_CURRENCY}/{_bare_length(unit)}", 0.5


def _bare_length(unit: re.Match[str]) -> str:
    word = unit["unit"].lower()
    return "30min" if word in ("hh", "half") else money.length(unit["n"], word)


def _before(shown: str, start: int) -> re.Match[str] | None:
    """The currency right before an amount; looked for only behind a sign or the end of a word for money, which is quick to see."""
    sign = shown[max(0, start - 2) : start].rstrip()[-1:]
    if not sign or sign in _NEVER_BEFORE:
        return None
    if sign in ".:=":
        return money.BEFORE_WORD.search(shown, max(0, start - money.BEFORE_WORD_REACH), start)
    if sign not in money.SIGNS:
        last = shown[max(0, start - 4) : start].rstrip()[-3:].lower()
        if last not in _ENDS and last[-2:] not in _ENDS:
            return None
    near = money.BEFORE.search(shown, max(0, start - money.BEFORE_REACH), start)
    if near and _currency(near["symbol"], near["word"], leading=True):
        return near
    return money.BEFORE_WORD.search(shown, max(0, start - money.BEFORE_WORD_REACH), start)


_NEVER_BEFORE = frozenset("0123456789,;-/+()")
_ENDS = money.CODES | {word[-3:] for word in money.LEADING_WORDS}
"""The last letters, at most three, of what stands before an amount and is money."""


def _price(
    shown: str, amount: re.Match[str], sign: re.Match[str], span: tuple[int, int], taken: int
) -> Iterator[tuple[int, int, str, float]]:
    currency = _currency(sign["symbol"], sign["word"])
    value = money.number(amount["amount"])
    if not currency or not value:
        return
    if amount["k"]:
        value = f"{float(value) * 1000:.0f}"
    confidence = money.UNSURE.get((sign["symbol"] or "").lower(), 0.75 if currency.islower() else 0.95)
    if (sign["word"] or "").lower() in money.NEED_MONEY_TALK:
        confidence = 0.5
    upper = money.UPPER.match(shown, span[1]) if sign.end() <= amount.start() else None
    most = money.number(upper["amount"]) if upper else None
    if upper and most and float(most) > float(value):
        value, span = f"{value}-{most}", (span[0], upper.end())
    start, end, unit = _what_for(shown, *span, taken)
    lower = money.RANGE.search(shown, max(taken, span[0] - money.RANGE_REACH), span[0])
    least = money.number(lower["amount"]) if lower else None
    if lower and least and "-" not in value and float(least) < float(value):
        start = lower.start()
        before = _before(shown, start)
        if before and _currency(before["symbol"], before["word"], leading=True) == currency:
            start = before.start()
        value = f"{least}-{value}"
    yield start, end, f"{value} {currency}{unit}", confidence
    at = span[0]
    while before := money.LISTED.search(shown, max(0, at - 12), at):  # 80/120/150 EUR
        listed = money.number(before["amount"])
        if listed:
            yield *before.span("amount"), f"{listed} {currency}", confidence * 0.8
        at = before.start()


def _currency(symbol: str | None, word: str | None, *, leading: bool = False) -> str | None:
    """What a sign or a word means; before an amount only codes are taken for money."""
    if symbol:
        return money.SYMBOLS.get(symbol.lower(), money.SYMBOLS[symbol[-1]])
    if not word:
        return None
    if word.lower() in money.WORDS and not leading:
        return money.WORDS[word.lower()]
    if leading and word.lower() in money.LEADING_WORDS:
        return money.WORDS[word.lower()]
    if word.lower() in money.CODES:
        return "CNY" if word.lower() == "rmb" else word.upper()
    return word if word in money.UPPER_CODES and not leading else None


def _what_for(shown: str, start: int, end: int, taken: int) -> tuple[int, int, str]:
    """The span widened by the time the amount buys, and that time as `/h`; nothing when none stands beside it."""
    after = money.FOLLOWED.match(shown, end)
    if not after:
        explicit = money.EXPLICIT.match(shown, end) if shown.find("/", end) >= 0 else None
        after = explicit if explicit and "/" in explicit[0] else None
    if after:
        return start, after.end(), f"/{money.length(after['after_n'], after['after_unit'])}"
    before = _time_before(shown, max(taken, start - money.PRECEDED_REACH), start)
    if before and (before["before_n"] or before["before_unit"].lower() not in ("h", "min", "an", "ch")):
        return before.start(), end, f"/{money.length(before['before_n'], before['before_unit'])}"
    return start, end, ""


def _time_before(shown: str, first: int, last: int) -> re.Match[str] | None:
    """The time right before an amount. Most words there are none, which is quick to see where they are of ASCII letters."""
    backwards = _WORD_BACKWARDS.match(shown[first:last][::-1])
    if backwards is None:
        return None
    word = backwards[1][::-1].lower()
    if word.isascii() and word not in money.UNIT_OF and not word.startswith(money.HALVES):
        return None
    return money.PRECEDED.search(shown, first, last)


_WORD_BACKWARDS = re.compile(r"[\s:=\-–,]*'?((?:[^\W\d_]|[^\x00-\x7f])+)")


def _pence(amount: re.Match[str], sign: re.Match[str]) -> Iterator[tuple[int, int, str, float]]:
    pence = int(amount["amount"])
    if not 0 < pence < 1000 or (not sign["per"] and pence in money.RESOLUTIONS):
        return
    per = (sign["per"] or "").lower().strip("/ ").removeprefix("per").strip()
    unit = "/min" if per in ("pm", "min", "minute") else f"/{money.UNIT_OF[per]}" if per in money.UNIT_OF else ""
    yield amount.start(), sign.end(), f"{pence / 100:.2f} GBP{unit}".replace(".00", ""), 0.85 if per else 0.65
