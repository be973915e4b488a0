"""Where the rows of delimited text begin and end, and which of them cannot be read. Positions are bytes; all in columns.

A quote opens a cell only at the cell's start and closes it only before a separator or a line's end (RFC 4180). Text
in which that does not hold is read row by row again from the line after the open quote, so that one lost quote
costs one row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NOT_CLOSED = "quote not closed"
NUL = "NUL byte"

_QUOTE, _NEWLINE, _RETURN = 34, 10, 13
_STEP = 1 << 24


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of the text, blank ones too: `starts` and `ends` (line end included), and the rule broken or ''."""

    starts: np.ndarray
    ends: np.ndarray
    blank: np.ndarray
    rules: np.ndarray


def orderly(data: bytes, separator: bytes, *, quoted: bool) -> bool:
    """True where no NUL byte and no quote in a wrong place is found: then any reader agrees on the rows."""
    if b"\0" in data:
        return False
    if not quoted or b'"' not in data:
        return True
    before = np.isin(np.arange(256), [separator[0], _NEWLINE, _RETURN, _QUOTE])
    seen = 0
    for first in range(0, len(data), _STEP):
        quotes = _found(data, _QUOTE, first)
        if not _toggle(data, quotes, seen % 2, before):
            return False
        seen += len(quotes)
    return seen % 2 == 0


def _found(data: bytes, value: int, first: int = 0, size: int = _STEP) -> np.ndarray:
    part = np.frombuffer(data, np.uint8, min(size, len(data) - first), first)
    return np.flatnonzero(part == value) + first


def _toggle(data: bytes, quotes: np.ndarray, opened: int, neighbours: np.ndarray) -> bool:
    """Whether quotes taken in turn as opening and closing stand beside separators, line ends or one another."""
    whole = np.frombuffer(data, np.uint8)
    opening, closing = quotes[opened::2], quotes[1 - opened :: 2]
    left, right = whole[np.maximum(opening - 1, 0)], whole[np.minimum(closing + 1, len(data) - 1)]
    return bool((neighbours[left] | (opening == 0)).all() and (neighbours[right] | (closing == len(data) - 1)).all())


def numbers(data: bytes, count: int, *, quoted: bool) -> np.ndarray:
    """The numbers of the `count` rows of orderly text, from 1; blank lines are counted and have no row."""
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    if lines != count and _blank_line(data, quoted=quoted):
        ends = _ends(data, _found(data, _QUOTE, size=len(data)) if quoted else np.array([], np.int64))
        filled = np.flatnonzero(~_blank(data, np.concatenate([[0], ends[:-1]]), ends))
        if len(filled) == count:
            return filled + 1
    return np.arange(1, count + 1)


def _blank_line(data: bytes, *, quoted: bool) -> bool:
    """Whether there may be a blank line outside quoted cells."""
    if b"\r" in data or data.startswith(b"\n"):
        return True
    newlines = _found(data, _NEWLINE, size=len(data))
    doubled = newlines[1:][np.diff(newlines) == 1]
    if not quoted or not len(doubled):
        return bool(len(doubled))
    return bool(len(_outside(doubled, _found(data, _QUOTE, size=len(data)))))


def rows_of(data: bytes, separator: bytes, columns: int, *, quoted: bool) -> Rows:
    """Every row with the rule it breaks: a quote not closed, a NUL byte, or another number of cells than `columns`."""
    everything = len(data)
    quotes, broken = _quotes(data, separator[0]) if quoted else (np.array([], np.int64), np.array([], np.int64))
    ends = _ends(data, quotes)
    starts = np.concatenate([[0], ends[:-1]])
    cells = np.bincount(
        np.searchsorted(ends, _outside(_found(data, separator[0], size=everything), quotes), "right"),
        minlength=len(ends),
    )
    rules = np.full(len(ends), "", dtype=object)
    rules[cells != columns - 1] = f"row has more or fewer cells than the {columns} of the header"
    rules[np.searchsorted(ends, _found(data, 0, size=everything), "right")] = NUL
    rules[np.searchsorted(ends, broken, "right")] = NOT_CLOSED
    blank = _blank(data, starts, ends)
    rules[blank] = ""
    return Rows(starts, ends, blank, rules)


def _ends(data: bytes, quotes: np.ndarray) -> np.ndarray:
    """Where every row ends, its line end included."""
    ends = _outside(_line_ends(data), quotes) + 1
    return np.append(ends, len(data)) if not len(ends) or ends[-1] < len(data) else ends


def _blank(data: bytes, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    whole = np.frombuffer(data, np.uint8)
    bare = np.isin(whole[starts], [_NEWLINE, _RETURN])
    lone = (ends - starts == 1) & bare
    pair = (ends - starts == 2) & bare & (whole[ends - 1] == _NEWLINE)
    return np.asarray(lone | pair)


def _line_ends(data: bytes) -> np.ndarray:
    """Positions of the last byte of every line end, which may be a newline, a return or both."""
    newlines = _found(data, _NEWLINE, size=len(data))
    if b"\r" not in data:
        return newlines
    returns = _found(data, _RETURN, size=len(data))
    following = np.frombuffer(data + b" ", np.uint8)[returns + 1]
    return np.asarray(np.union1d(newlines, returns[following != _NEWLINE]))


def _outside(positions: np.ndarray, quotes: np.ndarray) -> np.ndarray:
    """The positions that lie in no quoted cell."""
    return np.asarray(positions[np.searchsorted(quotes, positions) % 2 == 0])


def _quotes(data: bytes, separator: int) -> tuple[np.ndarray, np.ndarray]:
    """Opening and closing quotes in turn, and apart from them those that open and do not close."""
    found = _found(data, _QUOTE, size=len(data)).tolist()
    ends = {separator, _NEWLINE, _RETURN}
    kept: list[int] = []
    broken: list[int] = []
    at, resume = 0, 0
    while at < len(found):
        opening = found[at]
        if opening < resume or (opening and data[opening - 1] not in ends):
            at += 1  # in a row given up already, or in the middle of a cell, where it is a character
            continue
        close = _closing(found, at + 1)
        if close < len(found) and (found[close] + 1 == len(data) or data[found[close] + 1] in ends):
            kept += (opening, found[close])
            at = close + 1
        else:
            broken.append(opening)
            resume = _next_line(data, opening)
            at += 1
    return np.array(kept, np.int64), np.array(broken, np.int64)


def _closing(found: list[int], at: int) -> int:
    """Index of the first quote from `at` on that is not one of a doubled pair."""
    while at + 1 < len(found) and found[at + 1] == found[at] + 1:
        at += 2
    return at


def _next_line(data: bytes, position: int) -> int:
    ends = [end for end in (data.find(b"\n", position), data.find(b"\r", position)) if end >= 0]
    return min(ends, default=len(data))
