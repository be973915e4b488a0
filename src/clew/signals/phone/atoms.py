"""From a text to pieces of numbers: runs of digits, digits hidden among letters, and number words.

An atom keeps its place in the text. Between two atoms of one chain there are only separators, signs without meaning or a
word such as "dash"; any other word, a sum of money, a date or a time ends the chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from clew.signals.glyphs import IGNORED, latin
from clew.signals.phone import words
from clew.signals.phone.masks import MASK

NONE, TIGHT, NOISE, FAR, BROKEN = range(5)
"""How far two atoms are: side by side, one usual separator, other signs, another line, not one number."""

LEAST_DIGITS = 8
"""Fewer digits are no number that counts."""

_TOKEN = re.compile(rf"[^\W_]+(?:{IGNORED}+[^\W_]+)*")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")
_WHOLE = re.compile("[0-9]{9,}(?![OoIlОоΟο])")
"""Digits enough for a number; letters that follow are then the next word, as in 08704439680Ts."""
_USUAL = re.compile(r" {0,2}[-./()·•*_~\\,|:']{0,2} {0,2}")
_ENDS = re.compile(r"[€£$¥₹₺₽%@#=&<>^+?]")
_LONGEST_GAP, _LONGEST_RAW_GAP = 24, 48
"""Signs between two atoms of one number: those that show, and all."""
_MASK_REACH = 24
_LINK_REACH = 256
"""Signs to look back for the start of a link."""
_LONGEST_JOINED = 160
"""Letters: seventeen of the longest number words."""

_LOOKS = {
    ord(letter): digit
    for digit, letters in zip(
        "0123456789", ("OoОоΟο", "IlіІ", "Zz", "E", "A", "SsЅѕ", "Gb", "T", "BВ", "gq"), strict=True
    )
    for letter in letters
}
_ROUND = frozenset("OoОоΟο")
_STICKS = frozenset("IlіІ")


@dataclass(slots=True)
class Atom:
    """One piece: where it is, its digits, how it was written.

    d digits, m letters for digits, w words; while reading also j a word that may join (its text in `digits`), + a spoken
    plus, r double or triple.
    """

    start: int
    end: int
    digits: str
    how: str
    glued: bool = False
    """A letter or capitals stand right before it, as in a code; a word that was run on does not count."""


@dataclass(slots=True)
class Chain:
    """Atoms that may be one number or several, with the distance between neighbours; `plus` is where a + stands."""

    atoms: list[Atom] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    plus: int | None = None

    def long_enough(self) -> bool:
        return sum(len(atom.digits) for atom in self.atoms) >= LEAST_DIGITS


def chains(shown: str) -> Iterator[Chain]:
    """The chains of a text that have digits enough, in order. Linear in its length."""
    atoms = list(_atoms(shown))
    if sum(len(atom.digits) for atom in atoms) < LEAST_DIGITS - 4:
        return
    for chain in _chained(shown, _spoken(shown, atoms)):
        if chain.long_enough():
            yield from _unmasked(shown, chain)


def _unmasked(shown: str, chain: Chain) -> Iterator[Chain]:
    """The chain cut where a date, a time, a sum or an account stands in it."""
    start, end = chain.atoms[0].start, chain.atoms[-1].end
    before = max(shown.rfind(" ", max(0, start - _LINK_REACH), start), start - _LINK_REACH)
    masked = [m.span() for m in MASK.finditer(shown, max(0, min(start - _MASK_REACH, before)), end + _MASK_REACH)]
    if masked:
        kept = [atom for atom in chain.atoms if not any(atom.start < e and s < atom.end for s, e in masked)]
        cut = [atom.start for atom, before in zip(chain.atoms[1:], chain.atoms, strict=False) if before not in kept]
        for part in _chained(shown, kept, cut=frozenset(cut)):
            part.plus = chain.plus if part.atoms[0] is chain.atoms[0] else part.plus
            if part.long_enough():
                yield part
    else:
        yield chain


def _chained(shown: str, atoms: list[Atom], cut: frozenset[int] = frozenset()) -> Iterator[Chain]:
    chain = Chain()
    plus: int | None = None
    for atom in atoms:
        if atom.how == "+":
            plus = atom.start
            if chain.atoms:
                yield chain
                chain = Chain()
            continue
        gap = BROKEN
        if chain.atoms and atom.start - chain.atoms[-1].end <= _LONGEST_RAW_GAP:
            gap = _distance(shown[chain.atoms[-1].end : atom.start])
        if gap == BROKEN or atom.start in cut:
            if chain.atoms:
                yield chain
            spoken = plus is not None and atom.start - plus < _MASK_REACH // 2
            chain = Chain(plus=plus if spoken else _plus_before(shown, atom.start))
            plus = None
        else:
            chain.gaps.append(gap)
        chain.atoms.append(atom)
    if chain.atoms:
        yield chain


def _spoken(shown: str, atoms: list[Atom]) -> list[Atom]:
    """Joins number words that make one number ("seventy seven"), doubles what is said double, drops words that only join."""
    known, reach, _ = words.phrases()
    joined: list[Atom] = []
    position, repeat = 0, None
    while position < len(atoms):
        atom = atoms[position]
        position += 1
        if atom.how == "r":
            repeat = atom
            continue
        if atom.digits in words.SHY and atom.how == "w" and not _in_company(shown, atoms, position - 1):
            continue
        if atom.how == "w" and atom.digits in reach:
            run = _run(shown, atoms, position - 1, reach[atom.digits])
            count = next((c for c in range(len(run), 0, -1) if tuple(run[:c]) in known), 0)
            if not count:
                continue
            last = atoms[position - 2 + count]
            atom = Atom(atom.start, last.end, known[tuple(run[:count])], "w", atom.glued)
            position += count - 1
        elif atom.how == "w":
            atom.digits = words.digits_of(atom.digits)
        if atom.how == "j":
            continue
        if repeat is not None and atom.digits:
            atom.start, atom.digits = repeat.start, atom.digits[0] * int(repeat.digits) + atom.digits[1:]
        repeat = None
        joined.append(atom)
    return joined


def _in_company(shown: str, atoms: list[Atom], at: int) -> bool:
    """Whether a number word of the same language stands right beside this one, or it stands between single digits."""
    _, _, languages = words.phrases()
    own = languages[atoms[at].digits]
    last = at == len(atoms) - 1 or not _near(shown, atoms, at)
    if at and _near(shown, atoms, at - 1) and _single(atoms[at - 1]) and (last or _single(atoms[at + 1])):
        return True
    for before, after, other in ((at - 1, at, at - 1), (at, at + 1, at + 1)):
        beside = before >= 0 and after < len(atoms) and _near(shown, atoms, before)
        if beside and atoms[other].how in "wr" and own & languages.get(atoms[other].digits, own):
            return True
    return False


def _single(atom: Atom) -> bool:
    return atom.how == "w" or len(atom.digits) == 1


def _near(shown: str, atoms: list[Atom], at: int) -> bool:
    """Whether at most three signs without letters stand between this atom and the next."""
    gap = shown[atoms[at].end : atoms[at + 1].start]
    return len(gap) < 4 and not any(c.isalnum() for c in gap)


def _run(shown: str, atoms: list[Atom], first: int, most: int) -> list[str]:
    """The words from `first` on, as far as only a space or a hyphen stands between them."""
    run = [atoms[first].digits]
    for position in range(first + 1, min(first + most, len(atoms))):
        atom = atoms[position]
        if atom.how not in "wj" or shown[atoms[position - 1].end : atom.start] not in (" ", "-"):
            break
        run.append(atom.digits)
    return run


def _atoms(shown: str) -> Iterator[Atom]:
    """Atoms in order; number words still as their keys in `digits`. Ordinary words give none: they show as a gap."""
    kinds = _kinds()
    for token in _TOKEN.finditer(shown):
        word = token[0]
        kind = kinds.get(word, _UNSEEN)
        if kind is _UNSEEN:
            kind = _kind(word)
            if len(kinds) < _MOST_KINDS:
                kinds[word] = kind
        if kind is None:
            continue
        how, digits = kind
        start, end = token.span()
        if how == "mixed":
            yield from _mixed(word, start)
        elif how != "stick" or _stands(shown, start, end):
            yield Atom(start, end, digits, "m" if how == "stick" else how)


_MOST_KINDS = 200_000
_UNSEEN = ("?", "")


@cache
def _kinds() -> dict[str, tuple[str, str] | None]:
    """What words were found to be, so that each is worked out once: (how, digits), None for an ordinary word."""
    return {}


def _kind(written: str) -> tuple[str, str] | None:
    word = written.replace(IGNORED, "")
    if word.isascii() and word.isdigit():
        return "d", word
    if any("0" <= c <= "9" for c in word):
        return "mixed", ""
    _, reach, _ = words.phrases()
    low = words.key(word)
    if low not in reach and not low.isascii():
        low = words.key(latin(word))
    if low in words.REPEATS:
        return "r", str(words.REPEATS[low])
    if low in words.PLUS:
        return "+", ""
    if low in reach or low in words.HUNDREDS:
        return "w", low
    if len(word) <= 4 and _plainly(word):
        return "stick" if len(word) == 1 else "m", word.translate(_LOOKS)
    if low in words.SPOKEN_DOTS or low in words.SECOND_WORDS:
        return "j", low
    digits = _joined(low) if len(low) > 8 else ""
    return ("m", digits) if digits else None


def _stands(shown: str, start: int, end: int) -> bool:
    """Whether a lone O or I may be a digit: right beside one, or between single signs. "I" after a comma is a word."""
    before, after = shown[max(0, start - 3) : start], shown[end : end + 3]
    near = before[-1:], after[:1]
    if any(c.isdigit() for c in near):
        return True
    single = len(before) > 1 and not before[-1].isalnum() and (before[-2].isdigit() or before[-2] in "OoIl")
    follows = len(after) > 1 and not after[0].isalnum() and (after[1].isdigit() or after[1] in "OoIl")
    if shown[start] in _ROUND:
        return single or follows
    return single and follows and "," not in before


def _mixed(token: str, start: int) -> Iterator[Atom]:
    """A token of digits and letters: letters that look like digits, number words side by side, or neither."""
    bare = token.replace(IGNORED, "")
    if len(bare) > _LONGEST_JOINED:
        return
    read = bare.translate(_LOOKS)
    whole = sum(c.isdigit() for c in bare) * 2 >= len(bare) or _plainly(bare) or len(bare) <= 4 or _mostly(bare)
    if read.isdigit() and whole and not _WHOLE.match(bare):
        yield Atom(start, start + len(token), read, "m")
        return
    glued = False
    for run in _RUNS.finditer(token):
        piece = run[0].replace(IGNORED, "")
        where = start + run.start(), start + run.end()
        low = words.key(piece)
        if piece.isdigit():
            yield Atom(*where, piece, "d", glued)
            glued = False
        elif piece and low != "x" and low not in words.SPOKEN_DOTS:
            digits = _joined(low) or (piece.translate(_LOOKS) if _plainly(piece) else "")
            glued = not digits and (len(piece) == 1 or piece.isupper())
            if digits:
                yield Atom(*where, digits, "m")


def _plainly(letters: str) -> bool:
    """Whether its letters are only those that everybody reads as 0 and 1."""
    return all(c.isdigit() or c in _ROUND or c in _STICKS for c in letters)


def _mostly(letters: str) -> bool:
    """Whether a short group has two digits and, besides them, only letters that many read as 0, 1 and 5."""
    return len(letters) <= 8 and len(_RUNS.findall(letters)) > 2 and set(letters) <= _COMMON_LOOKS


_COMMON_LOOKS = frozenset("0123456789OoIlSs")


@lru_cache(maxsize=4096)
def _joined(low: str) -> str:
    """The digits of number words written without spaces, empty when there is anything else.

    >>> _joined("sevensevenzero")
    '770'
    """
    if len(low) > _LONGEST_JOINED:
        return ""
    known, _, _ = words.phrases()
    parts = _word_pattern().findall(low)
    return "".join(known[(part,)] for part in parts) if "".join(parts) == low else ""


@cache
def _word_pattern() -> re.Pattern[str]:
    known, _, _ = words.phrases()
    return re.compile("|".join(sorted((w[0] for w in known if len(w) == 1 and len(w[0]) > 2), key=len, reverse=True)))


@lru_cache(maxsize=8192)
def _distance(gap: str) -> int:
    """How far two atoms are apart that have this between them."""
    shown = gap.replace(IGNORED, "")
    if not shown:
        return NONE
    if len(shown) > _LONGEST_GAP or _ENDS.search(shown):
        return BROKEN
    if _USUAL.fullmatch(shown):
        return TIGHT
    said = [words.key(token[0]) for token in _TOKEN.finditer(shown)]
    if len(said) > 1 or any(word != "x" and word not in words.SPOKEN_DOTS for word in said):
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
