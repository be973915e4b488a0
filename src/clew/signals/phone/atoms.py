"""From a text to pieces of numbers: runs of digits, digits hidden among letters, and number words.

An atom keeps its place in the text. Between two atoms of one chain there are only separators, signs without meaning or a
word such as "dash"; a word, a sum of money, a date or a time ends the chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from clew.signals.glyphs import IGNORED, latin
from clew.signals.phone import words

_TOKEN = re.compile(rf"[^\W_]+(?:{IGNORED}+[^\W_]+)*")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")
_DIGITS = re.compile("[0-9]+")
_HIDDEN = re.compile("[0-9][OoIlSsZzBОоΟο]|[OoIlОоΟο][0-9]")
_LETTERS = re.compile(r"[^\W\d_]+")

_LOOKS = {
    ord(letter): digit
    for digit, letters in zip("0123456789", ("OoОоΟο", "IlіІ", "Zz", "E", "A", "SsЅѕ", "Gb", "T", "BВ", "gq"), strict=True)
    for letter in letters
}
_ROUND = frozenset("OoОоΟο")
_STICKS = frozenset("IlіІ")

NONE, TIGHT, NOISE, FAR, BROKEN = range(5)
"""How far two atoms are: side by side, one usual separator, other signs, another line, not one number."""

_USUAL = re.compile(r" {0,2}[-./()·•*_~\\,|:']{0,2} {0,2}")
_ENDS = re.compile(r"[€£$¥₹₺₽%@#=&<>^+?]")
_LONGEST_GAP = 24

_MASK = re.compile(
    r"""
    (?<![0-9+])(?<![0-9][./-])(?:[0-3]?[0-9]([./-])[01]?[0-9]\1(?:(?:19|20)[0-9]{2}|[0-9]{2})|(?:19|20)[0-9]{2}([./-])[01][0-9]\2[0-3][0-9])
        (?![./-]?[0-9])                                                         # dates
    | (?<![0-9:])(?:[01]?[0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?(?![0-9:])     # times
    | (?<![0-9])24\s?/\s?7(?![0-9])
    | \b[A-Z]{2}[0-9]{2}(?:\ ?[A-Z0-9]{4}){3,8}(?:\ ?[A-Z0-9]{1,4})?\b          # bank accounts
    | (?<![0-9+])(?<!\+[0-9])(?<!\+[0-9]{2})(?:[0-9]{4}[ -]?){3}[0-9]{4}(?![0-9]) # payment cards
    | (?<![0-9+])3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}(?![0-9])
    | [€£$₹₺₽]\s?[0-9][0-9.,]{0,11}
    | (?<![0-9.,])(?<![0-9][ ./-])[0-9]{1,5}(?:[.,][0-9]{1,3})?\s?
        (?:[€£$₹₺₽%]|(?:eur|euros?|usd|gbp|chf|pln|ron|lei|zł|zl|kč|kr|dollars?|pounds?|bucks|roses|rosas|kg|cm|mm|km|lbs?|ft
           |years?|yrs?|yo|años|ans|jahre|anni|anos|lat|ani|jaar|h|hrs?|hours?|mins?|minut\w*|stunden?|am|pm|k|gb|mb|p|ppm)(?![^\W_]))
    | (?:https?://|www\.)(?!(?:api\.)?wa\.me|(?:api\.)?whatsapp|t\.me/\+)[^\s<>"']+
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(slots=True)
class Atom:
    """One piece: where it is, its digits, how it was written (d digits, m letters for digits, w words)."""

    start: int
    end: int
    digits: str
    how: str
    glued: bool = False
    """Letters that belong to no number stand right before it."""


@dataclass(slots=True)
class Chain:
    """Atoms that may be one number or several, with the distance between neighbours; `plus` is where a + stands."""

    atoms: list[Atom] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    plus: int | None = None


def may_hold(shown: str) -> bool:
    """Whether there are digits and number words enough for a number: cheap, and true for every text that holds one."""
    count = sum(map(len, _DIGITS.findall(shown)))
    if count >= 7 or (count >= 3 and _HIDDEN.search(shown)):
        return True
    singles, parts = _single_words()
    spoken = 0
    for word in _LETTERS.findall(shown):
        if len(word) > 8 or words.key(word) in singles or not word.isascii():
            spoken += 2 if len(word) <= 8 else len(parts.findall(word.lower())) + 1
    return count + 2 * spoken >= 7


def chains(shown: str) -> Iterator[Chain]:
    """The chains of a text in order. Linear in its length."""
    masked = [match.span() for match in _MASK.finditer(shown)]
    chain = Chain()
    repeat, repeat_start, plus = 1, 0, None
    for atom in _atoms(shown, masked):
        if atom.how in "+r":
            plus = atom.start if atom.how == "+" else plus
            if atom.how == "r":
                repeat, repeat_start = int(atom.digits), atom.start
            if atom.how == "+" and chain.atoms:
                yield chain
                chain = Chain()
            continue
        if repeat > 1 and atom.digits:
            atom.start, atom.digits = repeat_start, atom.digits[0] * repeat + atom.digits[1:]
        repeat = 1
        gap = _distance(shown[chain.atoms[-1].end : atom.start]) if chain.atoms else BROKEN
        if atom.how == "b" or gap == BROKEN:
            if chain.atoms:
                yield chain
            chain = Chain(plus=plus if plus is not None else _plus_before(shown, atom.start))
            plus = None
            if atom.how == "b":
                chain.plus = None
                continue
        else:
            chain.gaps.append(gap)
        chain.atoms.append(atom)
    if chain.atoms:
        yield chain


def _atoms(shown: str, masked: list[tuple[int, int]]) -> Iterator[Atom]:
    """Atoms in order, among them breaks (b), a spoken plus (+) and double or triple (r)."""
    known, reach = words.phrases()
    tokens = list(_TOKEN.finditer(shown))
    mask = iter([*masked, (len(shown) + 1, len(shown) + 2)])
    mask_start, mask_end = next(mask)
    position = 0
    while position < len(tokens):
        token = tokens[position]
        start, end = token.span()
        while mask_end <= start:
            mask_start, mask_end = next(mask)
        position += 1
        if end > mask_start:
            yield Atom(start, end, "", "b")
            continue
        word = token[0]
        if word.isascii() and word.isdigit():
            yield Atom(start, end, word, "d")
            continue
        if IGNORED in word:
            word = word.replace(IGNORED, "")
        if any("0" <= c <= "9" for c in word):
            yield from _mixed(token[0], start, shown)
            continue
        low = words.key(word)
        if low not in reach and not low.isascii():
            low = words.key(latin(word))
        if low in reach:
            run, digits = _longest(shown, tokens, position - 1, known, reach[low], low)
            if digits:
                yield Atom(start, tokens[position - 2 + run].end(), digits, "w")
                position += run - 1
                continue
        yield from _letters(word, low, start, end)


def _letters(word: str, low: str, start: int, end: int) -> Iterator[Atom]:
    if low in words.REPEATS:
        yield Atom(start, end, str(words.REPEATS[low]), "r")
    elif low in words.PLUS:
        yield Atom(start, end, "", "+")
    elif low in words.HUNDREDS:
        yield Atom(start, end, "00", "w")
    elif (len(word) <= 4 and _ROUND.issuperset(word)) or (len(word) == 1 and word in _STICKS):
        yield Atom(start, end, word.translate(_LOOKS), "m")
    elif low not in words.SPOKEN_DOTS:
        digits = _joined(low) if len(low) > 8 else ""
        yield Atom(start, end, digits, "w" if digits else "b")


def _longest(
    shown: str, tokens: list[re.Match[str]], first: int, known: object, most: int, low: str
) -> tuple[int, str]:
    """How many tokens from `first` make the longest known number phrase, and its digits."""
    assert isinstance(known, dict)
    run = [low]
    for token, before in zip(tokens[first + 1 : first + most], tokens[first:], strict=False):
        if shown[before.end() : token.start()] not in (" ", "-"):
            break
        run.append(words.key(token[0]))
    for count in range(len(run), 0, -1):
        digits = known.get(tuple(run[:count]))
        if digits is not None:
            return count, digits
    return 1, ""


def _mixed(token: str, start: int, shown: str) -> Iterator[Atom]:
    """A token of digits and letters: letters that look like digits, number words side by side, or neither."""
    bare = token.replace(IGNORED, "")
    if bare.isdigit():
        yield Atom(start, start + len(token), bare, "d")
        return
    read = bare.translate(_LOOKS)
    real = sum(c.isdigit() for c in bare)
    if read.isdigit() and (real * 2 >= len(bare) or _plainly(bare)):
        yield Atom(start, start + len(token), read, "m")
        return
    glued = False
    for run in _RUNS.finditer(token):
        piece = run[0].replace(IGNORED, "")
        where = start + run.start(), start + run.end()
        if piece.isdigit():
            yield Atom(*where, piece, "d", glued)
            glued = False
        elif piece and piece.lower() != "x" and words.key(piece) not in words.SPOKEN_DOTS:
            digits = _joined(words.key(piece)) or (piece.translate(_LOOKS) if _plainly(piece) else "")
            glued = not digits
            yield Atom(*where, digits, "w" if digits else "b")


def _plainly(letters: str) -> bool:
    """Whether its letters are only those that everybody reads as 0 and 1."""
    return all(c.isdigit() or c in _ROUND or c in _STICKS for c in letters)


@lru_cache(maxsize=4096)
def _joined(low: str) -> str:
    """The digits of number words written without spaces, empty when there is anything else.

    >>> _joined("sevensevenzero")
    '770'
    """
    known, _ = words.phrases()
    _, pattern = _single_words()
    parts = pattern.findall(low)
    return "".join(known[(part,)] for part in parts) if "".join(parts) == low else ""


@cache
def _single_words() -> tuple[frozenset[str], re.Pattern[str]]:
    """The words that are or start a number, and a pattern of those that may be written without spaces."""
    known, reach = words.phrases()
    singles = frozenset(reach) | words.HUNDREDS | frozenset(words.REPEATS)
    longest_first = sorted((w[0] for w in known if len(w) == 1 and len(w[0]) > 2), key=len, reverse=True)
    return singles, re.compile("|".join(longest_first))


@lru_cache(maxsize=8192)
def _distance(gap: str) -> int:
    """How far two atoms are apart that have this between them."""
    shown = gap.replace(IGNORED, "")
    if not shown or shown == "x":
        return NONE if not shown else NOISE
    if len(shown) > _LONGEST_GAP or _ENDS.search(shown):
        return BROKEN
    if _USUAL.fullmatch(shown):
        return TIGHT
    if any(token[0].lower() not in words.SPOKEN_DOTS for token in _TOKEN.finditer(shown) if token[0] != "x"):
        return BROKEN
    lines = shown.count("\n")
    return BROKEN if lines > 2 else FAR if lines else NOISE


def _plus_before(shown: str, start: int) -> int | None:
    """Where a + stands before the first digit, with at most a space, a bracket or a sign that shows nothing between."""
    for position in range(start - 1, max(-1, start - 5), -1):
        if shown[position] == "+":
            return position
        if shown[position] not in f" ({IGNORED}-":
            return None
    return None
