"""Where texts may hold a number at all: stretches between spaces that could have digits enough, for a whole batch at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np

from clew.signals.phone import words
from clew.signals.phone.tokens import MOST_KINDS, ORDINARY, Kind, joined, kind_of, kinds_of, split
from clew.signals.phone.writing import FILL

Stretch = tuple[int, int]
_LONGEST_KNOWN = 64
_MOST_COUNTED = 255
_MARKS = ".,!?:;()\"'*-…"
"""What stands around a word of a sentence."""


class _Counts(dict[str, int]):
    """What stands between two spaces -> 0 without any piece of a number, else 1 more than the most digits it can stand for."""

    def __missing__(self, piece: str) -> int:
        count = _counted(piece)
        if len(piece) <= _LONGEST_KNOWN:
            self[piece] = count
        return count


@cache
def _digits_in() -> _Counts:
    return _Counts()


def _counted(piece: str) -> int:
    word = piece.strip(_MARKS)
    if len(word) == 1 and word.isalpha():
        return 2
    if word.isalpha():
        kinds: list[Kind | int] = [kind_of(word) or ORDINARY]
    else:
        written = split(piece)[1::2]
        kinds = [
            kind or (("l", "", 1) if len(word) == 1 else ORDINARY)
            for kind, word in zip(kinds_of(written), written, strict=True)
        ]
    some = [kind[2] for kind in kinds if not isinstance(kind, int)]
    return min(1 + sum(some), _MOST_COUNTED) if some or not kinds else 0  # signs alone stand between digits, too


def stretches(texts: Sequence[str], least: int) -> list[list[Stretch]]:
    """For each text, starts and ends of the stretches that may have that many digits with no ordinary word among them.

    A quick look that most of a text does not pass; what passes is looked at word by word.

    >>> stretches(["call 0770 090 0123 now", "call me"], 8)
    [[(5, 18)], []]
    """
    found: list[list[Stretch]] = [[] for _ in texts]
    pieces: list[str] = []
    firsts = [0]
    for text in texts:
        pieces += text.split(" ")
        firsts.append(len(pieces))
    seen = _digits_in()
    counts = np.fromiter(map(seen.__getitem__, pieces), np.int64, len(pieces))
    if len(seen) > MOST_KINDS:
        seen.clear()
    first, last = _rows(counts > 0, np.array(firsts[1:-1], np.int64))
    sums = np.concatenate(([0], np.cumsum(counts - 1)))
    enough = sums[last] - sums[first] >= least
    if not enough.any():
        return found
    first, last = first[enough], last[enough]
    ends = np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)) + 1)  # each with its space
    owners = np.searchsorted(firsts, first, side="right") - 1
    before = np.concatenate(([0], ends))
    offsets = before[np.array(firsts)[owners]]
    for owner, start, end in zip(
        owners.tolist(), (before[first] - offsets).tolist(), (ends[last - 1] - 1 - offsets).tolist(), strict=True
    ):
        found[owner].append((start, end))
    return found


def _rows(likely: np.ndarray, cuts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Start and end (excluded) of each run of what is likely; none goes on over a cut."""
    begins = likely.copy()
    begins[1:] &= ~likely[:-1]
    begins[cuts] = likely[cuts]
    ends = likely.copy()
    ends[:-1] &= ~likely[1:]
    ends[cuts - 1] = likely[cuts - 1]
    return np.flatnonzero(begins), np.flatnonzero(ends) + 1


_APART = re.compile(r"(?<![^\W_])[^\W\d_]([ .·•*~|/_-])[^\W\d_](?:\1[^\W\d_])+(?![^\W_])(?!\1[^\W\d_](?![^\W_]))")
"""Three letters or more, each set apart by the same sign."""


def put_together(shown: str, found: Sequence[Stretch]) -> str:
    """The text with number words that were spelled letter by letter in these stretches as digits, in the same places.

    >>> put_together("t.w.o 0 s-i-x", [(0, 13)]).replace("\u2063", "_")
    '2____ 0 6____'
    """
    for start, end in found:
        if _APART.search(shown, start, end):
            shown = shown[:start] + _APART.sub(_digits_of, shown[start:end]) + shown[end:]
    return shown


def _digits_of(spelled: re.Match[str]) -> str:
    digits = joined(words.key(spelled[0].replace(spelled[1], "")))
    return digits.ljust(len(spelled[0]), FILL) if digits else spelled[0]
