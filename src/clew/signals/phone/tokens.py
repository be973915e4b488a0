"""What a word may be inside a number: digits, letters that look like them, number words, or nothing of the kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from clew.signals.glyphs import IGNORED, latin
from clew.signals.phone import words
from clew.signals.phone.writing import FILL

_TOKENS = re.compile(rf"([^\W_]+(?:[{IGNORED}{FILL}]+[^\W_]+)*)")
_SIMPLE_TOKENS = re.compile(r"(\w+)")
_HIDDEN = re.compile(f"[{IGNORED}{FILL}]+")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")
_WHOLE = re.compile("[0-9]{9,}(?![OoIlОоΟο])")
"""Digits enough for a number; letters that follow are then the next word, as in 08704439680Ts."""
_CODE = re.compile(r"[0-9]+[A-Z]{2,}[0-9]+")
_HEXADECIMAL = re.compile("0x[0-9a-fA-F]{6}")
_UNITS = frozenset("EUR GBP USD CHF PLN RON LEI AM PM CM KG HR HRS MIN YO YRS".split())
_MOST_REPEATED = 4
"""How often a digit in the plural may be said to stand: "four fives"."""
_SHORTEST_TILED = 4
_ONLY_LOOKS = frozenset("0123456789oilsz")
_LONGEST_JOINED = 160
"""Letters: seventeen of the longest number words."""

_LOOKS = {
    ord(letter): digit
    for digit, letters in zip(
        "0123456789", ("OoОоΟοØø", "IlіІ", "Zz", "EЗз", "AЧ", "SsЅѕ", "Gbб", "T", "BВ", "gq"), strict=True
    )
    for letter in letters
}
_ROUND = frozenset("OoОоΟοØø")
_STICKS = frozenset("IlіІ")
_COMMON_LOOKS = frozenset("0123456789OoIlSs")
_CAPITALS = frozenset("OISZ")
_LEET = str.maketrans("013457", "oieast")


@dataclass(slots=True)
class Atom:
    """One piece: where it is, its digits, how it was written.

    d digits, m letters for digits, t the same ending in tens, w words; while reading also h hundreds, j a word that may join (its text in `digits`),
    + a spoken plus, r double or triple, p a digit said in the plural, i a lone letter and s a group of letters that count only in company.
    """

    start: int
    end: int
    digits: str
    how: str
    glued: bool = False
    """A letter or capitals stand right before it, as in a code; a word that was run on does not count."""
    other: str = ""
    """What else its words can mean: 807 where "eighty seven" was read as 87."""
    shy: bool = False
    """It is a word that means something else more often than a digit, as "to" (Danish for two)."""


Kind = tuple[str, str, int]
"""How a word is written, its digits or key, and the most digits it can stand for."""


ORDINARY = 0
MOST_KINDS = 200_000


@cache
def _seen() -> dict[str, Kind | int]:
    """What words were found to be, so that each is worked out once; 0 for an ordinary word."""
    return {}


def split(shown: str) -> list[str]:
    """What stands between words, and words, by turns."""
    simple = "_" not in shown and IGNORED not in shown and FILL not in shown
    return (_SIMPLE_TOKENS if simple else _TOKENS).split(shown)


def kinds_of(written: list[str]) -> list[Kind | int]:
    """What each word may be inside a number; 0 for an ordinary word."""
    seen = _seen()
    kinds = list(map(seen.get, written))
    if None in kinds:
        for word, kind in zip(written, kinds, strict=True):
            if kind is None:
                seen[word] = kind_of(word) or ORDINARY
        kinds = list(map(seen.get, written))
        if len(seen) > MOST_KINDS:
            seen.clear()
    return kinds  # type: ignore[return-value]  # none is None any more


def kind_of(written: str) -> Kind | None:
    """What a word may be inside a number.

    >>> kind_of("07700"), kind_of("sеvеn"), kind_of("zer0"), kind_of("massage")
    (('d', '07700', 5), ('w', 'seven', 2), ('w', 'zero', 2), None)
    """
    word = _HIDDEN.sub("", written)
    if word.isascii() and word.isdigit():
        return "d", word, len(word)
    if any("0" <= c <= "9" for c in word):
        low = word.lower().translate(_LEET)
        if len(low) > 2 and not plainly(word) and (leet := _spelled(low)):
            return leet
        if len(word) == 2 and word[1] == "s":
            return "p", word[0], _MOST_REPEATED
        if len(word) > _SHORTEST_TILED and (digits := tiled(word)):
            return ("t" if digits[-1] == "0" and _TENS_LAST.search(words.key(word)) else "m"), digits, len(digits)
        return "mixed", "", min(len(word), _LONGEST_JOINED)
    return _lettered(word)


def _lettered(word: str) -> Kind | None:
    low = words.key(word)
    found = _spelled(low) or (None if low.isascii() else _spelled(words.key(latin(word))))
    if found or low in words.PLUS:
        return found or ("+", "", 0)
    if len(word) <= 4 and plainly(word):
        return ("i" if len(word) == 1 else "m"), word.translate(_LOOKS), len(word)
    if len(word) <= 5 and "S" in word and set(word) <= _COMMON_LOOKS and not word.istitle():
        return "s", word.translate(_LOOKS), len(word)
    if low in words.PLURALS:
        return "p", words.PLURALS[low], _MOST_REPEATED
    if low in words.SPOKEN_DOTS or low in words.SECOND_WORDS or low == "x":
        return "j", low, 0
    digits = joined(low) if len(low) > 4 else ""
    return ("m", digits, len(digits)) if digits else None


def _spelled(low: str) -> Kind | None:
    if low in words.REPEATS:
        return "r", str(words.REPEATS[low]), words.REPEATS[low]
    if low in words.HUNDREDS:
        return "h", low, 3
    if low in words.phrases()[1]:
        return "w", low, 2
    return None


def is_stick(shown: str, start: int, end: int) -> bool:
    """Whether a lone O or I may be a digit: right beside one, or between single signs. "I" after a comma is a word."""
    before, after = shown[max(0, start - 3) : start], shown[end : end + 3]
    if any(c.isdigit() for c in (before[-1:], after[:1])):
        return True
    single = len(before) > 1 and not before[-1].isalnum() and (before[-2].isdigit() or before[-2] in "OoIl")
    follows = len(after) > 1 and not after[0].isalnum() and (after[1].isdigit() or after[1] in "OoIl")
    if shown[start] in _ROUND:
        return single or follows
    return single and follows and "," not in before


def mixed(token: str, start: int) -> Iterator[Atom]:
    """A token of digits and letters: letters that look like digits, number words side by side, or neither."""
    bare = _HIDDEN.sub("", token)
    if len(bare) > _LONGEST_JOINED or _HEXADECIMAL.match(bare):
        return
    read = bare.translate(_LOOKS)
    whole = sum(map(str.isdigit, bare)) * 2 >= len(bare) or plainly(bare) or len(bare) <= 4 or _mostly(bare)
    if read.isdigit() and whole and not _WHOLE.match(bare):
        yield Atom(start, start + len(token), read, "m")
        return
    pieces = [(run.start(), run.end(), _HIDDEN.sub("", run[0])) for run in _RUNS.finditer(token)]
    if _CODE.search(bare) and any(_in_code(piece) for _, _, piece in pieces[1:-1]):
        return
    yield from _apart(pieces, start)


def _apart(pieces: list[tuple[int, int, str]], start: int) -> Iterator[Atom]:
    glued = False
    for first, last, piece in pieces:
        where = start + first, start + last
        low = words.key(piece)
        if piece.isdigit():
            yield Atom(*where, piece, "d", glued)
            glued = False
        elif low in words.HUNDREDS:
            yield Atom(*where, low, "h")
        elif piece and low != "x" and low not in words.SPOKEN_DOTS:
            digits = joined(low) or (piece.translate(_LOOKS) if plainly(piece) or set(piece) <= _CAPITALS else "")
            glued = not digits and (len(piece) == 1 or piece.isupper())
            if digits:
                yield Atom(*where, digits, "m")


def _in_code(piece: str) -> bool:
    """Whether capitals between digits are neither number words nor look-alikes nor a unit, as on a passport's last line."""
    return (
        len(piece) > 1
        and piece.isupper()
        and piece not in _UNITS
        and not joined(words.key(piece))
        and not plainly(piece)
    )


def plainly(letters: str) -> bool:
    """Whether its letters are only those that everybody reads as 0 and 1."""
    return all(c.isdigit() or c in _ROUND or c in _STICKS for c in letters)


def _mostly(letters: str) -> bool:
    """Whether a short group has two digits and, besides them, only letters that many read as 0, 1 and 5."""
    return len(letters) <= 8 and len(_RUNS.findall(letters)) > 2 and set(letters) <= _COMMON_LOOKS


def joined(low: str) -> str:
    """The digits of number words written without spaces, empty when there is anything else.

    >>> joined("sevensevenzero"), joined("hunderteinundsiebzig"), joined("ninehundred"), joined("sevenoo")
    ('770', '171', '900', '700')
    """
    if low[:3] not in _starts() or len(low) > _LONGEST_JOINED:
        return ""
    parts = _parts(low)
    return _said(parts) if any(len(part) > 2 for part in parts) else ""


_TENS_LAST = re.compile(r"[^\W\d_]{3,}$")


def tiled(word: str) -> str:
    """The digits of number words and figures run together, leet letters among them; empty when any letter is left over.

    >>> tiled("two0two"), tiled("f0ur0nefive55501n1neeight"), tiled("zero77doublezero9"), tiled("area51")
    ('202', '4155550198', '077009', '')
    """
    low = words.key(word)
    if len(low) != len(word) or len(low) > _LONGEST_JOINED or low.isdigit():
        return ""
    read = low.translate(_LEET)
    known = _run_on()
    ways: list[list[str] | None] = [None] * len(low) + [[]]
    for at in range(len(low) - 1, -1, -1):
        for size in range(min(_longest(), len(low) - at), 2, -1):
            rest = ways[at + size]
            if rest is not None and read[at : at + size] in known and not _ONLY_LOOKS.issuperset(low[at : at + size]):
                ways[at] = [read[at : at + size], *rest]
                break
        else:
            rest = ways[at + 1]
            if rest is not None and (low[at].isdigit() or low[at] == "o"):
                ways[at] = [low[at], *rest]
    parts = ways[0] or []
    return _said(parts) if any(len(part) > 2 for part in parts) else ""


def _parts(low: str) -> list[str]:
    """Number words that make up all of this, longest first; empty when they do not. Linear: every end is tried once."""
    known, longest = _run_on(), _longest()
    ways: list[list[str] | None] = [None] * len(low) + [[]]
    for at in range(len(low) - 1, -1, -1):
        for size in range(min(longest, len(low) - at), 0, -1):
            rest = ways[at + size]
            if rest is not None and low[at : at + size] in known:
                ways[at] = [low[at : at + size], *rest]
                break
    return ways[0] or []


def _said(parts: list[str]) -> str:
    """The digits of words one after the other: tens take their unit, hundreds what counts them, double the next digit."""
    known = _run_on()
    digits, before, repeat = "", "", 1
    for part in parts:
        if part in words.REPEATS:
            repeat = words.REPEATS[part]
            continue
        said = part if part.isdigit() else known[part]
        if part in words.HUNDREDS:
            counted = bool(digits) and digits[-1] != "0"
            digits += said if said != "00" or counted else "100"
        elif before in words.HUNDREDS and len(said) == 2 and not part.isdigit():
            digits = digits[:-2] + said
        elif _is_tens(known.get(before, "")) and len(said) == 1 and said != "0" and not part.isdigit():
            digits = digits[:-1] + said
        else:
            digits += said[0] * (repeat - 1) + said
        before, repeat = part, 1
    return digits


def _is_tens(digits: str) -> bool:
    return len(digits) == 2 and digits[1] == "0" and digits > "10"


@cache
def _joinable() -> list[str]:
    known, _, _ = words.phrases()
    single = {w[0] for w in known if len(w) == 1 and len(w[0]) > 2} - words.SHY | set(words.HUNDREDS) - words.SHY
    return sorted(
        single | {"due", "once", "una", "uma", "ein", "een", "sei", "opt", "sept", "dos", "un", "um"},
        key=len,
        reverse=True,
    )


@cache
def _run_on() -> Mapping[str, str]:
    """Number words as they may stand without spaces, and their digits; those of several words among them (quatrevingtdix)."""
    known, _, _ = words.phrases()
    several = {
        "".join(run): digits for run, digits in known.items() if len(run) > 1 and len("".join(run)) > _SHORTEST_TILED
    }
    single = {word: words.HUNDREDS[word] if word in words.HUNDREDS else known[(word,)] for word in _joinable()}
    return several | single | dict.fromkeys(words.REPEATS, "") | {"oh": "0", "o": "0"}


@cache
def _longest() -> int:
    return max(map(len, _run_on()))


@cache
def _starts() -> frozenset[str]:
    """The first three letters of all that words written together may start with: most words have none of these."""
    firsts = {word[:3] for word in _run_on() if len(word) > 2}
    after_o = [f"o{first[:2]}" for first in (*firsts, "o", "oh")] + [f"oh{first[0]}" for first in (*firsts, "o")]
    return frozenset((*firsts, *after_o, "oho", "ohh", "ooh", "ooo"))
