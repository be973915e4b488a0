"""What several detectors need of a batch, worked out for all of its texts at once: plain signs, folded views, phrases.

The signs of a batch are one array of numbers, mapped through tables; all dictionaries of phrases are one automaton that
passes once over all views. `plain`, `view` and `Phrases.find` then answer from memory, and work as ever on other texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from typing import Any, TypeAlias

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

from clew.signals import figures, glyphs, phrases
from clew.signals.phrases import Phrases, View
from clew.signals.signs import POINTS, Codes, Flags, Places, codes, met, owners, table, written

_Hits: TypeAlias = list[tuple[int, int, Any]]
_LONGEST = 10_000
"""Signs: a longer text is left to each detector, so that long ones do not fill the memory."""
_UNMET = 0xFFFFFFFF
_APART = "\0\0\0"
"""Stands between the texts of a batch. Where phrases are looked for it is a space, a sign that no view holds, a space."""
_SPACE, _LINE = 0x20, 0x0A


@contextmanager
def looked_ahead(texts: Sequence[str], dictionaries: Sequence[Phrases[Any]]) -> Iterator[None]:
    """While it lasts, `plain`, `view` and `find` know these texts. What they answer is the same as without."""
    short = list(dict.fromkeys(text for text in texts if 0 < len(text) <= _LONGEST))
    try:
        if short:
            _read(short, tuple(dictionaries))
        yield
    finally:
        glyphs.AHEAD.clear()
        phrases.AHEAD.clear()
        figures.forget()
        for dictionary in dictionaries:
            dictionary.ahead = {}


def _read(texts: list[str], dictionaries: tuple[Phrases[Any], ...]) -> None:
    signs = codes(_APART.join(texts) + _APART)
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + len(_APART)) - len(_APART)
    starts = np.concatenate(([0], ends[:-1] + len(_APART)))
    shown = _plain_table()[signs]
    glyphs.AHEAD.update(zip(texts, texts, strict=True))
    if others := owners(shown != signs, ends):
        whole, first, last = written(shown), starts.tolist(), ends.tolist()
        glyphs.AHEAD.update({texts[at]: whole[first[at] : last[at]] for at in others})
    joined = _Joined.of(_folded(signs, starts, ends), starts, ends)
    phrases.AHEAD.update(zip(texts, joined.views, strict=True))
    figures.look_ahead([seen.text for seen in joined.views], joined.signs, joined.starts, joined.ends)
    if dictionaries:
        joined.find(dictionaries)


def _folded(signs: Codes, starts: Places, ends: Places) -> Codes:
    """The signs as they stand in views, one for one; what stands between texts is 0."""
    folded: Codes = met(_folds(), signs, lambda point: ord(phrases.folds()[point]))
    for step in range(len(_APART)):
        folded[ends + step] = 0
    for at in owners((folded >= 0x430) & (folded <= 0x44F), ends):
        start, end = int(starts[at]), int(ends[at])
        mixed = written(folded[start:end])
        if (made := phrases.unmixed(mixed)) is not mixed:
            folded[start:end] = codes(made)
    return folded


class _Joined:
    """The views of a batch as one text, and where each of them starts and ends in it."""

    def __init__(self, signs: Codes, starts: Places, ends: Places, views: list[View]) -> None:
        self.signs, self.starts, self.ends, self.views = signs, starts, ends, views

    @classmethod
    def of(cls, folded: Codes, starts: Places, ends: Places) -> _Joined:
        is_dropped = _dropped(folded)
        dropped = np.flatnonzero(is_dropped)
        before_start, before_end = np.searchsorted(dropped, starts), np.searchsorted(dropped, ends)
        signs = folded[~is_dropped] if len(dropped) else folded
        first, last = starts - before_start, ends - before_end
        opens = np.flatnonzero(np.diff(dropped, prepend=-2) != 1)  # the first of each run of dropped signs
        closes = np.append(opens[1:], len(dropped))
        runs = np.searchsorted(dropped[opens], starts), np.searchsorted(dropped[opens], ends)
        owner = np.searchsorted(ends, dropped[opens])
        cuts = (dropped[opens] - starts[owner] - (opens - before_start[owner])).tolist()
        shifts = (closes - before_start[owner]).tolist()
        whole = written(signs)
        views = [
            View(whole[start:end], tuple(cuts[low:high]), (0, *shifts[low:high]))
            if low < high
            else View(whole[start:end], (), ())
            for start, end, low, high in zip(*(each.tolist() for each in (first, last, *runs)), strict=True)
        ]
        return cls(signs, first, last, views)

    def find(self, dictionaries: tuple[Phrases[Any], ...]) -> None:
        """What stands in the views of each dictionary's phrases, by one pass."""
        kinds = met(_kinds(), self.signs, _kind)
        found: list[dict[int, _Hits]] = [{} for _ in dictionaries]
        unspaced = owners(kinds == _UNSPACED, self.ends)
        self._search(dictionaries, np.where(kinds == _JOINS, self.signs, _SPACE), found, unspaced)
        texts = [seen.text for seen in self.views]
        nothing: _Hits = []
        for dictionary, hits in zip(dictionaries, found, strict=True):
            dictionary.ahead = dict.fromkeys(texts, nothing)
            for at in unspaced:
                dictionary.ahead[texts[at]] = dictionary.sought(texts[at])
            for at, some in hits.items():
                dictionary.ahead[texts[at]] = phrases.first_and_longest(some) if len(some) > 1 else some

    def _search(
        self, dictionaries: tuple[Phrases[Any], ...], parted: Codes, found: list[dict[int, _Hits]], besides: set[int]
    ) -> None:
        """Every sign at which no word goes on is a space there, and every phrase has one on each side: short phrases are
        then not met within words. What is met is compared with what is written.
        """
        parted[self.ends + 1] = 0
        shown = " " + written(np.where(self.signs == _LINE, _SPACE, self.signs))
        automaton, known = _joint(dictionaries)
        firsts, lasts = iter(self.starts.tolist()), iter(self.ends.tolist())
        owner, base, last = -1, 0, -1
        for index, start, end in automaton.find_matches_as_indexes(" " + written(parted), overlapping=True):
            phrase, dictionary, meaning = known[index]
            if shown[start + 1 : end - 1] != phrase:
                continue
            while end - 2 > last:
                owner, base, last = owner + 1, next(firsts), next(lasts)
            if owner not in besides:
                found[dictionary].setdefault(owner, []).append((start - base, end - 2 - base, meaning))


def _dropped(folded: Codes) -> Flags:
    """Which signs of the views `phrases.seen` drops: what shows nothing, spaces before spaces and line breaks, blank lines."""
    is_line, is_space = folded == _LINE, folded == _SPACE
    is_gap = is_line | is_space
    dropped: Flags = folded == ord(glyphs.IGNORED)
    dropped[:-1] |= is_space[:-1] & is_gap[1:]
    dropped[1:-1] |= is_space[1:-1] & is_line[:-2] & ~is_gap[2:]
    is_blank = is_line[1:] & is_line[:-1]
    if is_blank.any():  # from a second line break to the end of the gap
        blanks = np.cumsum(np.concatenate(([False], is_blank)), dtype=np.int32)
        starts = np.flatnonzero(np.diff(is_gap.view(np.int8), prepend=np.int8(0)) == 1)
        places = np.flatnonzero(is_gap)
        before = blanks[starts][np.searchsorted(starts, places, side="right") - 1]
        dropped[places[blanks[places] > before]] = True
    return dropped


@lru_cache(maxsize=8)
def _joint(dictionaries: tuple[Phrases[Any], ...]) -> tuple[ahocorasick_rs.AhoCorasick, list[tuple[str, int, Any]]]:
    """One automaton of all phrases in scripts with spaces; for each the phrase, whose it is and what it means."""
    every = [
        (phrase, owner, meaning)
        for owner, dictionary in enumerate(dictionaries)
        for phrase, (meaning, _, _) in zip(dictionary.phrases, dictionary.means, strict=True)
        if not any(_kind(ord(sign)) == _UNSPACED for sign in phrase)
    ]
    spaced = ["".join(sign if phrases.joins(sign) else " " for sign in phrase) for phrase, _, _ in every]
    return ahocorasick_rs.AhoCorasick([f" {phrase} " for phrase in spaced]), every


_JOINS, _PARTS, _UNSPACED, _UNSEEN = 0, 1, 2, 3


def _kind(point: int) -> int:
    sign = chr(point)
    return _JOINS if phrases.joins(sign) else _UNSPACED if phrases.is_unspaced(sign) else _PARTS


@cache
def _plain_table() -> Codes:
    known = np.arange(POINTS, dtype=np.uint32)
    for point, sign in glyphs.rewritten().items():
        known[point] = ord(sign)
    return known


@cache
def _folds() -> Codes:
    return table(np.uint32, _UNMET)


@cache
def _kinds() -> npt.NDArray[np.uint8]:
    return table(np.uint8, _UNSEEN)
