"""What looks like part of a telephone number and is not: dates, times, sums, measures, accounts, cards, links."""

from __future__ import annotations

import re

_MASK = re.compile(
    r"""
    (?-i:(?=[0-9A-Z€£$₹₺₽]))(?:
    (?<![0-9A-Za-z+])(?<![0-9][./-])(?:(?:0?[1-9]|[12][0-9]|3[01])([./-])(?:0?[1-9]|[12][0-9]|3[01])\1(?:(?:19|20)[0-9]{2}|[0-9]{2})|(?:19|20)[0-9]{2}([./-])[01][0-9]\2[0-3][0-9])
        (?![./-]?[0-9OolI])                                                     # dates
    | (?<![0-9:])(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?(?![0-9:])     # times
    | (?<![0-9])24\s?/\s?7(?![0-9])
    | (?-i:\b[A-Z]{2}[0-9]{2}(?:\ ?[A-Z0-9]{4}){3,8}(?:\ ?[A-Z0-9]{1,4})?\b)     # bank accounts
    | (?<![0-9+])(?<!\+[0-9])(?<!\+[0-9]{2})(?:[0-9]{4}[ -]?){3}[0-9]{4}(?![0-9]) # payment cards
    | (?<![0-9+])3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}(?![0-9])
    | [€£$₹₺₽]\s?[0-9][0-9.,]{0,11}
    | (?<![0-9.,])(?<![0-9][ ./-])[0-9]{1,5}(?:[.,][0-9]{1,3})?\s?
        (?:[€£$₹₺₽%]|(?:eur|euros?|usd|gbp|chf|pln|ron|lei|zł|zl|kč|kr|dollars?|pounds?|bucks|roses|rosas|kg|cm|mm|km|lbs?|ft
           |years?|yrs?|yo|años|ans|jahre|anni|anos|lat|ani|jaar|h|hrs?|hours?|mins?|minut\w*|stunden?|am|pm|k|gb|mb|p|ppm)(?![^\W_]))
    | (?<![0-9])(?<=[0-9]\s)[1-9][0-9]{0,2}[05]\s?(?:roses|rosas|euros?|eur|usd|gbp|dollars?|pounds?|bucks|€|£)(?![^\W_]) # a price after a number
    )""",
    re.VERBOSE | re.IGNORECASE,
)
"""Bank accounts: ISO 13616; cards: ISO/IEC 7812. A measure counts only where no group of digits stands right before it."""

_LISTS = re.compile(
    r"""
    (?<![0-9+])(?<![0-9+][ ,.'])(?:
    [1-9][0-9]{0,2}(?:,[0-9]{3}){2,}(?![,.]?[0-9])                                              # 2,025,550,123
    | [1-9][0-9]{0,2}(?:\.[0-9]{3}){2,},[0-9]{1,2}(?![0-9])                                     # 20.255.501,23
    | [1-9]([ .])[0-9]{3}\1[0-9]{3}\1[0-9]{3}(?![ .,-]?[0-9])                                   # 1 417 173 173
    | [4-6]'\s?(?:1[01]|[0-9])(?![0-9])(?:["”]|'')?(?:[\s,/-]{1,3}[0-9]{2,3}\s?(?:lbs?|kg)\b)?           # 5'6 130lbs
    | (?:0[.,][0-9]{5,}|[0-9]\.[0-9]{6,})(?![0-9.,-])                                                                # 0.0770090012
    | [0-9]{1,3}\.[0-9]{3,8},?\s(?:(?:and|y|et|und|e|и)\s)?-?[0-9]{1,3}\.[0-9]{3,8}(?![.-]?[0-9]) # coordinates
    )
    | (?<![0-9+./:-])(?:
    [0-9]{1,2}/[0-9]{1,2}(?:,?\s(?:(?:and|y|et|und|e|и|au|al|bis|to|-)\s)?[0-9]{1,2}/[0-9]{1,2})+(?![/.:-]?[0-9])       # 12/01 12/08
    | [0-9]{1,2}([-:])[0-9]{1,2}(?:[,;]?\s[0-9]{1,2}\2[0-9]{1,2}){3,}(?![/.:-]?[0-9])            # 6-4 3-6 7-5 2-1
    | (?:[01]?[0-9]|2[0-4])([.:h])[0-5][05](?:(?:,?\s|\s?-\s?)(?:[01]?[0-9]|2[0-4])\3[0-5][05]){2,}(?![/.:-]?[0-9])  # 08.00 09.30 11.00
    | (?=[0-9.]{0,12}[0-9]{3})(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?![.-]?[0-9]) # 192.168.0.1
    | [0-3]?[0-9]\.[01]?[0-9]\.(?:(?:,?\s|\s?-\s?)[0-3]?[0-9]\.[01]?[0-9]\.?)+(?:[0-9]{4})?(?![0-9])         # 01.02. 08.02.
    )""",
    re.VERBOSE,
)
"""Large and decimal numbers, pairs of coordinates, and lists of dates and of scores."""

_LINK = re.compile(
    r"(?:https?://|www\.)(?!0[0-9]{9}|(?:api\.)?wa\.me|(?:api\.)?whatsapp|t\.me/\+)[^\s<>\"']{1,2048}", re.IGNORECASE
)
_SYMBOLS = frozenset("€£$₹₺₽%")
_ACCOUNT = re.compile("[A-Z]{2}[0-9]{2}")
_MEASURED = re.compile(
    r"[0-9]\s?(?:eur|usd|gbp|chf|pln|ron|lei|z[łl]|k|dollar|pound|bucks|ros[ea]|cm|mm|lb|ft|y[eo]|yr|años|ans|jahre|ann?[io]|lat|jaar|h|min|stunde|am|pm|gb|mb|p)",
    re.IGNORECASE,
)
MILLIONS = re.compile("[1-9] [0-9]{3} [0-9]{3} [0-9]{3}(?! ?[0-9])")
_CARD_DIGITS = 15
_BEFORE, _AFTER = 12, 16
"""Signs before a number in which a mask over its first digits may start, and after it in which one may end."""
_LINK_REACH = 256
"""Signs to look back for the start of a link."""


def has_links(shown: str) -> bool:
    return "://" in shown or (("w." in shown or "W." in shown) and "www." in shown.lower())


def masked(shown: str, start: int, end: int, digits: int, *, links: bool) -> list[tuple[int, int]]:
    """Spans in this part of the text whose digits belong to something else, in order; `links` says that the text has some.

    `digits` is how many there are between `start` and `end`.
    """
    first, last = max(0, start - _BEFORE), end + _AFTER
    some = digits >= _CARD_DIGITS or _may_be_masked(shown[first:last])
    spans = [m.span() for m in _MASK.finditer(shown, first, last)] if some else []
    if some and (lists := [m.span() for m in _LISTS.finditer(shown, first, last)]):
        spans = sorted([*spans, *lists])
    if links:
        before = max(shown.rfind(" ", max(0, start - _LINK_REACH), start), start - _LINK_REACH, 0)
        spans = sorted([*spans, *(m.span() for m in _LINK.finditer(shown, before, end + _AFTER))])
    return [(s, e) for s, e in spans if s < end and start < e]


def _may_be_masked(part: str) -> bool:
    """Whether the mask, which is slow, can match here at all but for a payment card."""
    return (
        ":" in part
        or "/" in part
        or part.count(".") > 1
        or part.count(",") > 1
        or "0." in part
        or "0," in part
        or "'" in part
        or part.count("-") > 1
        or not _SYMBOLS.isdisjoint(part)
        or _MEASURED.search(part) is not None
        or _ACCOUNT.search(part) is not None
        or MILLIONS.search(part) is not None
    )
