"""What is written before a number: words that ask for a call, and words that say it is an order, a tax or a customer number.

The words that ask for a call, and those that stand for "number", are few and listed; what else has numbers is without end. So a noun that nobody
knows beside a word for number ("lidnummer", "numéro d'adhérent", "Dosar nr") makes it the number of that; the word for number alone, or with a
word such as "my", "new" or "at" before it, makes it a telephone number. A label holds up to the end of its sentence or line; a word that asks
for a call holds for four more words, and the nearer of the two decides.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from clew.signals.glyphs import IGNORED
from clew.signals.name.words import FIRST
from clew.signals.phone import label_words
from clew.signals.phone.words import key

NOTHING, ASKED, OTHER, ROOM = range(4)
"""What a place in a text is: neither, where a telephone number is asked for, where another number stands, where a room's number would."""

_REACH = 64
"""Signs to look back."""
_MOST_WORDS = 6
_MOST_UNKNOWN = 3
"""Words of a noun between a word for number and the number, as in "numéro de sécurité sociale"."""
_MARKS = f"{IGNORED}\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0981-\u0983\u09bc-\u09cd\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u17b4-\u17d3\u0eb1-\u0ebc\u0ec8-\u0ecd"
_PIECES = re.compile(rf"n°|(?:[^\W_](?:[{_MARKS}]+)?|(?<=[\u30a0-\u30ff])-)+|[№#☎📞📱✆💬📲]")
_INITIALS = re.compile(r"(?<![^\W_])((?:[^\W\d_]\.){1,3}[^\W\d_])\.?:?\s?(?:[A-Z]{2}\s)?$")
_KEY_OF_LINK = re.compile(r"(?<![^\W_])([A-Za-z_-]{1,24})=[+]?$")
_CLOSED = re.compile(r"[,;!?|\n•।。、！？،؛★]")
_APART = re.compile(r"[:(]|\s[-–/]\s")
_SHORT = 4
"""Letters of a word that may be an abbreviation before a full stop."""
_PLAIN_PIECES = re.compile(r"[A-Za-z0-9]+|#")
_RUN = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_ANOTHER = 6
"""Digits of another number that stands between: a label is that one's."""


class _Said:
    """What a word or a sign may be before a number, as a sum: plain numbers, since enum flags are slow to combine."""

    UNKNOWN = 0
    ASK, THING, NUMBER, CODE, OWN, MINE, FILL, LETTERS, ROOM, DIGITS, NO, HEADING = (1 << at for at in range(12))


def label(shown: str, start: int) -> int:
    """What the words before this place say of a number that starts here.

    >>> [label(text, len(text)) for text in ("call me on ", "Kundennummer: ", "numéro client ", "my new ", "order now, call ", "my number ", "lidnr. ")]
    [1, 2, 2, 0, 1, 1, 2]
    """
    before = shown[max(0, start - _REACH) : start]
    if named := _KEY_OF_LINK.search(before):
        return ASKED if _said(named[1]) & _Said.ASK or "phone" in named[1].lower() else OTHER
    if (short := _INITIALS.search(before)) and not short[1].islower() and short[1] not in _NO_INITIALS:
        return ASKED if _said(short[1].replace(".", "")) & _Said.ASK else OTHER
    walk = _Walk()
    end = len(before)
    pieces = list((_PLAIN_PIECES if before.isascii() else _PIECES).finditer(before))
    for at in range(len(pieces) - 1, max(-1, len(pieces) - 1 - _MOST_WORDS), -1):
        piece = pieces[at]
        ahead = pieces[at - 1][0] if at else ""
        found = walk.on(piece[0], before[piece.end() : end], ahead)
        if found is not None:
            return found
        end = piece.start()
    return walk.end(hash_before=before.endswith("#"))


class _Walk:
    """A walk from a number back over the words before it."""

    def __init__(self) -> None:
        self.closed = False  # what stands before is of another sentence, or of another number
        self.number = False  # a word for number was passed
        self.code = False
        self.unknown = 0
        self.first = True
        self.genitive = False
        self.named = False  # some noun was passed

    def on(self, piece: str, gap: str, ahead: str) -> int | None:
        said = _said(piece)
        first, self.first = self.first, False
        if said & _Said.ASK:
            return ASKED
        self.closed = self.closed or self._is_end(piece, gap, said)
        if self.closed:
            return None
        counted = self.number or self.code
        if said & _Said.THING and (counted or not self.unknown or (self.genitive and self.unknown == 1)):
            return ROOM if said & _Said.ROOM else OTHER
        if said & _Said.HEADING and not self.unknown and not ahead:
            return OTHER
        if piece == "#" and gap.strip(" :."):
            return None
        if said & (_Said.NUMBER | _Said.CODE):
            return self._on_number(said, gap, ahead, first=first)
        if said & _Said.OWN and counted:
            return ASKED if self.number else OTHER
        if said & _Said.LETTERS and counted and not self.named and not said & _Said.OWN:
            return OTHER
        if said & (_Said.FILL | _Said.LETTERS) or (not counted and len(piece) < _SHORT and gap.startswith(".")):
            self.genitive = self.genitive or piece.lower() in _GENITIVES
            return None
        if said & _Said.DIGITS:
            self.closed = first and len(piece) >= _ANOTHER and gap.isspace()
            return None
        if said & _Said.OWN:
            self.closed = True
            return None
        if counted and not self.named:
            return OTHER
        self.named = True
        self.unknown += not _is_adjective(piece)
        self.closed = self.unknown > _MOST_UNKNOWN
        return None

    def _on_number(self, said: int, gap: str, ahead: str, *, first: bool) -> int | None:
        """On a word for number: with a noun after it, it is the number of that; else what stands before it decides."""
        bare = said & _Said.NO and not gap.strip().startswith((".", ":"))
        if self.named and not (self.number or self.code):
            if bare:
                self.closed = True
                return None
            return ASKED if _said(ahead) & _Said.MINE else OTHER
        if bare and not first and not self.code:
            self.closed = True
            return None
        self.code = self.code or bool(said & _Said.CODE)
        self.number = self.number or not self.code
        return None

    def _is_end(self, piece: str, gap: str, said: int) -> bool:
        """Whether a sentence, a line or a thought ends between this word and what was read before it."""
        if "#" in gap:
            return False
        if "\n" in gap and ":" in gap:
            return False
        if _CLOSED.search(gap) or ((self.number or self.code or self.unknown) and _APART.search(gap)):
            return True
        stop = gap.lstrip(")\"' ").startswith(".") and any(map(str.isspace, gap))
        return stop and not said & (_Said.NUMBER | _Said.CODE) and len(piece) > _SHORT and not said & _Said.THING

    def end(self, *, hash_before: bool) -> int:
        if hash_before or self.code:
            return OTHER
        return ASKED if self.number else NOTHING


@lru_cache(maxsize=65_536)
def _said(piece: str) -> int:
    """What a word or a sign may be before a number."""
    if piece in label_words.ASK_SIGNS:
        return _Said.ASK
    if not piece:
        return _Said.UNKNOWN
    if _RUN.match(piece):
        return _in_run(piece)
    bare = piece.replace(IGNORED, "")
    word = bare.lower() if bare.isascii() else key(bare)
    if word[:1].isdigit():
        return _Said.DIGITS
    if (with_accents := _WITH_ACCENTS.get(bare.lower())) is not None:
        return with_accents
    if _listed("ASKS").has(word):
        return _Said.ASK
    said = _Said.UNKNOWN
    if _listed("NUMBERS").has(word) or bare == "#":
        said |= _Said.NUMBER | (_Said.NO if word == "no" else _Said.UNKNOWN)
    if _listed("CODES").has(word):
        said |= _Said.CODE
    if _listed("THINGS").has(word) and not said:
        said |= _Said.THING | (_Said.ROOM if _listed("ROOMS").has(word) else _Said.UNKNOWN)
    if _listed("HEADINGS").has(word):
        said |= _Said.HEADING
    if not said and (ending := next((e for e in _ENDINGS if word.endswith(e) and len(word) > len(e) + 1), "")):
        return _Said.ASK if _listed("ASKS").has(word[: -len(ending)]) else _Said.THING
    if _listed("OWN").has(word) or _listed("UNWANTED").has(word) or word in _names():
        said |= _Said.OWN
    if word in _MINE:
        said |= _Said.MINE
    if _listed("FILLERS").has(word):
        said |= _Said.FILL
    if _is_code(bare):
        said |= _Said.LETTERS
    return said


def _in_run(piece: str) -> int:
    """The same of a piece in a script that parts no words: the last of what it holds decides, a phone's word for number is its own."""
    asks, things, numbers = (
        max((piece.rfind(stem) + len(stem) for stem in stems if stem in piece), default=0)
        for stems in (label_words.RUN_ASKS, label_words.RUN_THINGS, label_words.RUN_NUMBERS)
    )
    if things and things >= asks:
        return _Said.THING
    if asks:
        return _Said.ASK
    if not numbers:
        return _Said.UNKNOWN
    alone = len(piece) <= max(len(stem) for stem in label_words.RUN_NUMBERS if stem in piece)
    return _Said.NUMBER if alone else _Said.THING


class _List:
    """Words, and how words may start."""

    def __init__(self, written: str) -> None:
        each = written.split()
        keys = {key(word.rstrip("*")) for word in each if not word.endswith("*")}
        self.whole = frozenset(keys)
        self.starts = tuple({key(word.rstrip("*")) for word in each if word.endswith("*")})

    def has(self, word: str) -> bool:
        return word in self.whole or word.startswith(self.starts)


@cache
def _listed(name: str) -> _List:
    return _List(getattr(label_words, name))


@cache
def _names() -> frozenset[str]:
    return frozenset(map(key, FIRST))


_WITH_ACCENTS = {"số": _Said.NUMBER, "mã": _Said.CODE, "poliçe": _Said.THING}
"""Words that are others without their accents."""
_NO_INITIALS = frozenset(("U.S", "U.K", "U.S.A", "S.V.P", "P.M", "A.M", "P.S", "N.B", "V.I.P", "E.U", "U.A.E"))
_GENITIVES = frozenset("de of di do da del du des d von van za od der".split())
_ENDINGS = tuple(sorted(map(key, label_words.NUMBER_ENDS), key=len, reverse=True))
_MINE = frozenset(
    map(
        key,
        "my mine our mi mis nuestro mon notre mein meine meiner unsere mio nostro meu nosso mijn onze moj moja мой наш мій benim bizim min mitt minun".split(),
    )
)
_SMALL = frozenset("ON AT BY TO IN ME US MY OR WE UP GO AB AM OK HI TO DO SO".split())
_ADJECTIVE = re.compile(
    r"(?:ari[ao]|antil|aire|[ií]stica|[ií]stico|ique|onal|onale|iscale?|ente|ante|til|an[ao]|sk[yaáé]|ный|ная|ное|ний|cki|cka)$"
)


def _is_adjective(piece: str) -> bool:
    """Whether a word may stand between a label and its number as an adjective of the label, as in "registro sanitario"."""
    return piece.startswith("ال") or (len(piece) > 5 and _ADJECTIVE.search(key(piece)) is not None)


def _is_code(piece: str) -> bool:
    """Whether it may be the letters that stand before the figures of a code, as in IB 6123."""
    return len(piece) <= 3 and piece.isupper() and piece.isascii() and piece not in _SMALL
