"""From a text to pieces of numbers: runs of digits, digits hidden among letters, and number words.

An atom keeps its place in the text. Between two atoms of one chain there are only separators, signs without meaning or a
word such as "dash"; any other word, a sum of money, a date or a time ends the chain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate

from clew.signals.glyphs import IGNORED
from clew.signals.phone import words
from clew.signals.phone.masks import masked
from clew.signals.phone.tokens import Atom, Kind, is_stick, kinds_of, mixed, split
from clew.signals.phone.writing import FILL

NONE, TIGHT, LOOSE, NOISE, FAR, BROKEN = range(6)
"""How far two atoms are: side by side, one usual separator, one that parts phrases too, other signs, another line, not one number."""

LEAST_DIGITS = 8
"""Fewer digits are no number that counts."""

_USUAL = re.compile(r" {0,2}[-./()·•*_~\\,|:']{0,2} {0,2}")
_PHRASES = re.compile(r"[^\s()]\s")
"""A sign and a space, as in a list of prices: what follows may be a number of its own."""
_ENDS = re.compile(r"[€£$¥₹₺₽%@?]")
_UNSEEN = re.compile(f"[{IGNORED}{FILL}]+")
_LONGEST_GAP, _LONGEST_RAW_GAP = 24, 160
"""Signs between two atoms of one number: those that show, and all."""
_SPOKEN_PLUS = 12
"""Signs between the word plus and the number after it."""
_NEAR = 3
_CALLED = frozenset(("IS", "SO", "SIS", "SOS", "OS"))
"""Words in capitals: digits only between digits."""
_MOST_STICKS = 4
"""Lone letters in a row that may be digits when a number word stands beside them."""


@dataclass(slots=True)
class Chain:
    """Atoms that may be one number or several, with the distance between neighbours; `plus` is where a + stands."""

    atoms: list[Atom] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    plus: int | None = None

    def shy_before(self) -> int:
        """Where the chain starts if its first piece is a word that often means something else."""
        return 1 if self.atoms[0].shy else 0

    def count(self) -> int:
        return sum([len(atom.digits) for atom in self.atoms])

    def long_enough(self) -> bool:
        return self.count() >= LEAST_DIGITS


def chains(shown: str, found: Iterable[tuple[int, int]], *, links: bool) -> Iterator[Chain]:
    """The chains of these stretches of a text that have digits enough, in order. Linear in its length.

    Most words are no part of a number, and most numbers are prices: only runs of pieces with digits enough are built. `links`: it has some.
    """
    for start, end in found:
        parts = split(shown[start:end])
        kinds = kinds_of(parts[1::2])
        ends: list[int] = []
        for first, last in _runs(kinds):
            ends = ends or list(accumulate(map(len, parts), initial=start))[1:]
            atoms = _spoken(shown, _atoms(shown, parts, kinds, ends, first, last))
            for chain in _chained(shown, atoms):
                if chain.long_enough():
                    yield from _unmasked(shown, chain, links=links)


def _runs(kinds: Sequence[Kind | int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of pieces of numbers that may have digits enough between them."""
    first, most, previous = 0, 0, -2
    for at in [at for at, kind in enumerate(kinds) if kind]:
        if at != previous + 1:
            if most >= LEAST_DIGITS:
                yield first, previous
            first, most = at, 0
        most += kinds[at][2]  # type: ignore[index]  # what is no piece is 0
        previous = at
    if most >= LEAST_DIGITS:
        yield first, previous


def _atoms(
    shown: str, parts: list[str], kinds: Sequence[Kind | int], ends: list[int], first: int, last: int
) -> list[Atom]:
    """Atoms in order; number words still as their keys in `digits`."""
    atoms: list[Atom] = []
    tens = False
    for at in range(first, last + 1):
        kind = kinds[at]
        assert not isinstance(kind, int)
        how, digits, _ = kind
        start, end = ends[2 * at], ends[2 * at + 1]
        if how == "mixed":
            atoms.extend(mixed(parts[2 * at + 1], start))
        elif how == "w" and tens and parts[2 * at] == "-" and (unit := words.unit(digits)):
            atoms[-1].end, atoms[-1].digits = end, atoms[-1].digits[:-1] + unit
        else:
            atoms.append(Atom(start, end, digits, "m" if how == "t" else how))
        tens = how == "t"
    return [atom for at, atom in enumerate(atoms) if atom.how not in "is" or _is_digit(shown, atoms, at)]


def _is_digit(shown: str, atoms: list[Atom], at: int) -> bool:
    """Whether a lone O or I, or a group such as SS, may be digits where it stands."""
    atom = atoms[at]
    if atom.how == "i" and is_stick(shown, atom.start, atom.end):
        atom.how = "m"
        return True
    before, after = _neighbour(shown, atoms, at, -1), _neighbour(shown, atoms, at, 1)
    beside = [other for other in (before, after) if other is not None]
    if atom.how == "s":
        least = 2 if shown[atom.start : atom.end] in _CALLED else 1
        good = len(beside) >= least and all(other.how in "dm" for other in beside)
    else:
        languages = words.phrases()[2]
        good = atom.digits == "0" and any(
            other.how == "r" or (other.how == "w" and "en" in languages.get(other.digits, ())) for other in beside
        )
    if good:
        atom.how = "m"
    return good


def _neighbour(shown: str, atoms: list[Atom], at: int, step: int) -> Atom | None:
    """The next piece that way that is not itself a lone letter, if all between stand close."""
    for _ in range(_MOST_STICKS):
        following = at + step
        if not 0 <= following < len(atoms) or not _near(shown, atoms, min(at, following)):
            return None
        at = following
        if atoms[at].how not in "is":
            return atoms[at]
    return None


def _unmasked(shown: str, chain: Chain, *, links: bool) -> Iterator[Chain]:
    """The chain cut where a date, a time, a sum or an account stands in it."""
    spans = masked(shown, chain.atoms[0].start, chain.atoms[-1].end, chain.count(), links=links)
    if not spans:
        yield chain
        return
    kept, cut, at, past = [], set(), 0, False
    for atom in chain.atoms:
        while at < len(spans) and spans[at][1] <= atom.start:
            at += 1
        if at < len(spans) and spans[at][0] < atom.end:
            past = True
        else:
            kept.append(atom)
            if past:
                cut.add(atom.start)
            past = False
    for part in _chained(shown, kept, cut=frozenset(cut)):
        part.plus = chain.plus if part.atoms[0] is chain.atoms[0] else part.plus
        if part.long_enough():
            yield part


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
            between = shown[chain.atoms[-1].end : atom.start]
            gap = _distance(between)
            if (
                gap in (NOISE, FAR)
                and "+" in between
                and (len(atom.digits) > _MOST_AFTER_PLUS or _UNSEEN.sub("", between) != "+")
            ):
                gap = BROKEN
        if gap == BROKEN or atom.start in cut:
            if chain.atoms:
                yield chain
            spoken = plus is not None and atom.start - plus < _SPOKEN_PLUS
            chain = Chain(plus=plus if spoken else _plus_before(shown, atom.start))
            plus = None
        else:
            chain.gaps.append(gap)
        chain.atoms.append(atom)
    if chain.atoms:
        yield chain


_MOST_SAID = 2
"""Words such as "and then" between two groups of one number."""
_MOST_AFTER_PLUS = 4
"""Digits after a + that only separates groups; more are another number."""


def _spoken(shown: str, atoms: list[Atom]) -> list[Atom]:
    """Joins number words that make one number ("seventy seven"), doubles what is said double, drops words that only join."""
    if not any(atom.how in "whrjp" for atom in atoms):
        return atoms
    known, reach, _ = words.phrases()
    joined: list[Atom] = []
    position, repeat = 0, None
    while position < len(atoms):
        atom = atoms[position]
        position += 1
        if atom.how == "r":
            repeat = atom
            continue
        shy = atom.digits in words.SHY and atom.how in "wh"
        unsure = shy and not _in_company(shown, atoms, position - 1)
        if unsure and not _beside_digits(shown, atoms, position - 1):
            continue
        if atom.how == "w":
            run = _run(shown, atoms, position - 1, reach[atom.digits])
            count = next((c for c in range(len(run), 0, -1) if tuple(run[:c]) in known), 0)
            if not count:
                continue
            last = atoms[position - 2 + count]
            digits = known[tuple(run[:count])]
            other = _apart(digits) if count > 1 and "-" not in shown[atom.start : last.end] else ""
            atom = Atom(atom.start, last.end, digits, "w", atom.glued, other, unsure or atom.digits in words.EDGES)
            position += count - 1
            if joined and joined[-1].how == "h":
                alone = position >= len(atoms) or atoms[position].how not in "wrh"
                atom = _in_hundreds(shown, joined, atom, alone=alone)
        elif atom.how == "h":
            atom = _hundreds(shown, joined, atom)
        elif atom.how == "p":
            atom = _times(shown, joined, atom)
        if atom.how == "j":
            continue
        if repeat is not None and atom.digits:
            atom.start, atom.digits = repeat.start, atom.digits[0] * int(repeat.digits) + atom.digits[1:]
        repeat = None
        joined.append(atom)
    return joined


_COUNTS = frozenset("234")


def _times(shown: str, joined: list[Atom], atom: Atom) -> Atom:
    """A digit in the plural with how often it is said, as in "three fives"; without, it is the digit and an S that looks like 5."""
    before = joined[-1] if joined else None
    if before is not None and before.digits in _COUNTS and shown[before.end : atom.start] in (" ", "-", " x "):
        joined.pop()
        return Atom(before.start, atom.end, atom.digits * int(before.digits), "m")
    looks = f"{atom.digits}5" if shown[atom.start].isdigit() else atom.digits
    return Atom(atom.start, atom.end, looks, "m")


def _apart(digits: str) -> str:
    """What "eighty seven" is when it is said as 80 and 7."""
    return f"{digits[0]}0{digits[1]}" if len(digits) == 2 and digits > "20" and digits[1] != "0" else ""


def _hundreds(shown: str, joined: list[Atom], atom: Atom) -> Atom:
    """The word for hundred after what it counts ("nine hundred") as one piece; alone it is one hundred."""
    digits = words.HUNDREDS[atom.digits]
    if digits != "00":
        return Atom(atom.start, atom.end, digits, "h", atom.glued)
    before = joined[-1] if joined else None
    counted = before is not None and len(before.digits) <= 2 and before.digits not in ("0", "00")
    if before is not None and counted and shown[before.end : atom.start] in ("", " ", "-"):
        joined.pop()
        return Atom(before.start, atom.end, before.digits + "00", "h", before.glued)
    return Atom(atom.start, atom.end, "100", "h", atom.glued)


def _in_hundreds(shown: str, joined: list[Atom], atom: Atom, *, alone: bool) -> Atom:
    """The number with the hundreds before it: "one hundred and twenty three", "триста сорок пять"; "nine hundred one two" is not."""
    before = joined[-1]
    between = shown[before.end : atom.start].lower()
    if between not in words.AND or not atom.digits.strip("0"):
        return atom
    said = between.strip(" -") != ""
    if len(atom.digits) == 2 or said or (alone and len(before.digits) == 3 and before.digits[0] != "0"):
        joined.pop()
        digits = before.digits[: -len(atom.digits)] + atom.digits
        return Atom(before.start, atom.end, digits, "w", before.glued, "" if said else before.digits + atom.digits)
    return atom


def _in_company(shown: str, atoms: list[Atom], at: int) -> bool:
    """Whether a number word of the same language stands right beside this one, or it stands between single digits."""
    _, _, languages = words.phrases()
    own = languages.get(atoms[at].digits, frozenset())
    last = at == len(atoms) - 1 or not _near(shown, atoms, at)
    if at and _near(shown, atoms, at - 1):
        before, after = _single(atoms[at - 1]), last or _single(atoms[at + 1])
        if (before and after) or (not last and (before or after)):
            return True
    for first, second, other in ((at - 1, at, at - 1), (at, at + 1, at + 1)):
        beside = first >= 0 and second < len(atoms) and _near(shown, atoms, first)
        if beside and atoms[other].how in "wrh" and own & languages.get(atoms[other].digits, own):
            return True
    return False


def _beside_digits(shown: str, atoms: list[Atom], at: int) -> bool:
    """Whether digits stand close by: the word may then be the first or the last of the number, if none does without it."""
    before = at > 0 and atoms[at - 1].how in "dm" and _near(shown, atoms, at - 1)
    return before or (at + 1 < len(atoms) and atoms[at + 1].how in "dm" and _near(shown, atoms, at))


def _single(atom: Atom) -> bool:
    return atom.how in "wh" or len(atom.digits) == 1


def _near(shown: str, atoms: list[Atom], at: int) -> bool:
    """Whether at most three signs without letters stand between this atom and the next."""
    between = shown[atoms[at].end : min(atoms[at + 1].start, atoms[at].end + _LONGEST_GAP)]
    if len(between) > _NEAR:
        between = _UNSEEN.sub("", between)
    return len(between) <= _NEAR and not any(map(str.isalnum, between))


def _run(shown: str, atoms: list[Atom], first: int, most: int) -> list[str]:
    """The words from `first` on, as far as only a space, a hyphen or an apostrophe stands between them."""
    run = [atoms[first].digits]
    for position in range(first + 1, min(first + most, len(atoms))):
        atom = atoms[position]
        if atom.how not in "wjh" or shown[atoms[position - 1].end : atom.start] not in (" ", "-", *words.APOSTROPHES):
            break
        run.append(atom.digits)
    return run


@lru_cache(maxsize=8192)
def _distance(gap: str) -> int:
    """How far two atoms are apart that have this between them."""
    shown = _UNSEEN.sub("", gap)
    if not shown:
        return NONE
    if len(shown) > _LONGEST_GAP or _ENDS.search(shown):
        return BROKEN
    if _USUAL.fullmatch(shown):
        return LOOSE if _PHRASES.search(shown) else TIGHT
    said = [words.key(word) for word in split(shown)[1::2]]
    if len(said) > _MOST_SAID or any(word != "x" and word not in words.SPOKEN_DOTS for word in said):
        return BROKEN
    lines = shown.count("\n")
    return BROKEN if lines > 2 else FAR if lines else NOISE


_LINKED = ("wa.me/", "phone=", "number=")


def _plus_before(shown: str, start: int) -> int | None:
    """Where a + stands before the first digit, with at most a space, a bracket or a sign that shows nothing between.

    A + that stands right after a digit and before a space belongs to what is before it, as in 18+.
    """
    if shown[start - 1 : start] in ("/", "=") and shown.endswith(_LINKED, 0, start):
        return start  # such links take numbers with their country only
    shown_between = 0
    for position in range(start - 1, max(-1, start - _LONGEST_RAW_GAP), -1):
        sign = shown[position]
        if sign == "+":
            after_digit = position > 0 and shown[position - 1].isdigit() and position < start - 1
            return None if after_digit else position
        shown_between += sign != IGNORED
        if sign not in f" ({IGNORED}-" or shown_between > _MOST_AFTER_PLUS:
            return None
    return None
