"""What several detectors need of a batch, worked out for all of its texts at once: plain signs, folded views, phrases.

The signs of a batch are one array of numbers, mapped through a table; all dictionaries of phrases are one automaton that
passes once over all views. `plain`, `view` and `Phrases.find` then answer from memory, and work as ever on other texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, TypeAlias

import ahocorasick_rs
import numpy as np
import numpy.typing as npt

from clew.signals import glyphs, phrases
from clew.signals.phrases import Phrases, View

_Codes: TypeAlias = npt.NDArray[np.uint32]
_Flags: TypeAlias = npt.NDArray[np.uint8]
_LONGEST = 10_000
"""Signs: a longer text is left to each detector, so that long ones do not fill the memory."""
_POINTS = 0x110000
_UNMET = 0xFFFFFFFF
_APART = "\0"
"""Stands between the views of a batch; none holds it."""
_SPACE, _LINE = 0x20, 0x0A


@contextmanager
def looked_ahead(texts: Sequence[str], dictionaries: Sequence[Phrases[Any]]) -> Iterator[None]:
    """While it lasts, `plain`, `view` and `find` know these texts. What they answer is the same as without."""
    short = list(dict.fromkeys(text for text in texts if 0 < len(text) <= _LONGEST))
    try:
        if short:
            _read(short, dictionaries)
        yield
    finally:
        glyphs.AHEAD.clear()
        phrases.AHEAD.clear()
        for dictionary in dictionaries:
            dictionary.ahead = {}


def _read(texts: list[str], dictionaries: Sequence[Phrases[Any]]) -> None:
    signs = _codes("".join(texts))
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)))
    cuts = [0, *ends.tolist()]
    shown = _plain_table()[signs]
    if others := _owners(shown != signs, ends):
        whole = _text(shown)
        glyphs.AHEAD.update({texts[at]: whole[cuts[at] : cuts[at + 1]] for at in others})
    glyphs.AHEAD.update({text: text for at, text in enumerate(texts) if at not in others})
    views = _views(signs, ends, cuts)
    phrases.AHEAD.update(zip(texts, views, strict=True))
    if dictionaries:
        _find(list(dict.fromkeys(seen.text for seen in views)), tuple(dictionaries))


def _views(signs: _Codes, ends: npt.NDArray[np.int64], cuts: list[int]) -> list[View]:
    folded = _met(_folds(), signs, lambda point: ord(phrases.folds()[point]))
    is_cyrillic = (folded >= 0x430) & (folded <= 0x44F)
    is_space = folded == _SPACE
    is_gap = is_space | (folded == _LINE)
    is_dropped = folded == ord(glyphs.IGNORED)
    is_dropped[:-1] |= is_gap[:-1] & is_gap[1:]
    cyrillic, dropped = _owners(is_cyrillic, ends), _owners(is_dropped, ends)
    whole = _text(folded)
    return [
        phrases.seen(whole[start:end], may_mix=at in cyrillic, may_drop=at in dropped)
        for at, (start, end) in enumerate(pairwise(cuts))
    ]


def _find(texts: list[str], dictionaries: tuple[Phrases[Any], ...]) -> None:
    """The phrases of all dictionaries in all texts by one pass; whole words are told by a table of their edges."""
    automaton, known, stuck_left, stuck_right = _joint(dictionaries)
    whole = _APART + _APART.join(texts).replace("\n", " ") + _APART
    edge = (_met(_joins(), _codes(whole), _kind) == _PARTS).tobytes()
    found: list[dict[str, list[tuple[int, int, Any]]]] = [{} for _ in dictionaries]
    starts = iter(np.cumsum(np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))).tolist())
    ends = iter(texts)
    text, base, last = "", 1, 0
    for index, start, end in automaton.find_matches_as_indexes(whole, overlapping=True):
        if (edge[start - 1] or index in stuck_left) and (edge[end] or index in stuck_right):
            while end > last:
                base, last, text = last + 1, next(starts), next(ends)
            owner, meaning = known[index]
            found[owner].setdefault(text, []).append((start - base, end - base, meaning))
    nothing: list[tuple[int, int, Any]] = []
    for dictionary, hits in zip(dictionaries, found, strict=True):
        dictionary.ahead = dict.fromkeys(texts, nothing) | {
            text: phrases.first_and_longest(some) if len(some) > 1 else some for text, some in hits.items()
        }


@lru_cache(maxsize=8)
def _joint(
    dictionaries: tuple[Phrases[Any], ...],
) -> tuple[ahocorasick_rs.AhoCorasick, list[tuple[int, Any]], frozenset[int], frozenset[int]]:
    """One automaton of all; for each phrase whose it is and what it means; those that need no edge on a side."""
    every = [
        (phrase, owner, means)
        for owner, dictionary in enumerate(dictionaries)
        for phrase, means in zip(dictionary.phrases, dictionary.means, strict=True)
    ]
    return (
        ahocorasick_rs.AhoCorasick([phrase for phrase, _, _ in every]),
        [(owner, meaning) for _, owner, (meaning, _, _) in every],
        frozenset(at for at, (_, _, (_, left, _)) in enumerate(every) if not left),
        frozenset(at for at, (_, _, (_, _, right)) in enumerate(every) if not right),
    )


def _codes(text: str) -> _Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def _text(codes: _Codes) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")


def _owners(flags: npt.NDArray[np.bool_], ends: npt.NDArray[np.int64]) -> set[int]:
    """Which texts hold a sign that is flagged."""
    at = np.flatnonzero(flags)
    return set(np.searchsorted(ends, at, side="right").tolist()) if len(at) else set()


def _met(table: npt.NDArray[Any], codes: _Codes, work: Any) -> Any:
    """What the table says of each sign, worked out when one is first met."""
    said = table[codes]
    unmet = said == table[-1]
    if unmet.any():
        for point in np.unique(codes[unmet]).tolist():
            table[point] = work(point)
        said = table[codes]
    return said


_JOINS, _PARTS, _UNSEEN = 0, 1, 2


def _kind(point: int) -> int:
    return _JOINS if phrases.joins(chr(point)) else _PARTS


@cache
def _plain_table() -> _Codes:
    table = np.arange(_POINTS, dtype=np.uint32)
    for point, sign in glyphs.rewritten().items():
        table[point] = ord(sign)
    return table


@cache
def _folds() -> _Codes:
    return np.full(_POINTS + 1, _UNMET, np.uint32)


@cache
def _joins() -> _Flags:
    return np.full(_POINTS + 1, _UNSEEN, np.uint8)
