"""Telephone numbers, plain and obfuscated: atoms, chains, then the numbering plans decide."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from clew.signals.base import Detector, Manifest, Settings, Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import IGNORED, plain
from clew.signals.phone import plans
from clew.signals.phone.atoms import BROKEN, FAR, LEAST_DIGITS, NOISE, Chain, chains
from clew.signals.phone.hints import by_language, by_place, by_script
from clew.signals.phone.labels import ASKED, OTHER, ROOM, label
from clew.signals.phone.masks import MILLIONS, has_links
from clew.signals.phone.stretches import Stretch, put_together, stretches
from clew.signals.phone.tokens import Atom
from clew.signals.phone.writing import FILL, readable

_UNIT = re.compile(
    r"[\s/-]{0,2}(?:[€£$₹₺₽฿₫]|/\s?h|(?:hh|qv|h|hrs?|(?:an|per|the|half)\s(?:an\s)?(?:hour|night|h)|hours?|nights?|mins?|minut\w*|lbs?|kg|cm|roses|rosas|kisses|y/?os?|yrs?|years?"
    r"|eur|euros?|usd|gbp|chf|pln|zł|zl|ron|lei|kč|kc|kr|ft|tl|php|rb|ribu|jt|inr|rs|aed|dollars?|pounds?|bucks|años|ans|jahre?|anni|anos|lat|ani|jaar"
    r"|лет|года?|років|роки|рік|руб\w*|грн|гривень|час|лв|дин|دراهم|درهم|سنة|سنه|ש[״\"']?ח)(?![^\W_]))",
    re.IGNORECASE,
)
"""What says that the figures before it are a price, a time or an age."""
_MOST_IN_PRICE = 5
_KEYCAPS = "\ufe0f\u20e3" + FILL
_GROUP = f"[0-9OoIl](?:{IGNORED}*[0-9OoIl])*"
_ALONE = re.compile(
    rf"(?:on |en )?[^\w+€£$¥₹₺₽%#/=(\[{{]*(\+?)({_GROUP}(?:([ .-]){_GROUP}(?:\3{_GROUP})*)?)[^\w+€£$¥₹₺₽%/=)\]}}]*(?:(?<= )(?:to|for|a)|(?<=, )I)?"
)
_TIMES = re.compile(r"\W*[0-9]{1,2}:[0-9]{2} ?- ?[0-9]{1,2}:[0-9]{2}[^0-9]{0,12}")
_LETTERS = str.maketrans("OoIl", "0011")
_FIGURES = re.compile("[0-9]")
_MASK_REACH = 12
_LEAST_AT_ONCE, _MOST_AT_ONCE = 9, 13
_COUNTING = "0123456789101112131415 10987654321 1234567890"
_MOST_DIGITS = 17
_MOST_UNSURE = 4
_SHAPES = frozenset(("3,3,4", "3,4", "3,3,3", "3,2,2,2", "1,3,3,4", "3,4,4", "4,3,3", "2,4,4", "2,5,4", "4,4"))
"""How groups of digits are written in numbers without a prefix."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A run of atoms read as one number."""

    first: int
    last: int
    e164: str
    confidence: float
    rank: tuple[bool, bool, bool, float, int]


class PhoneDetector(TextDetector):
    """Reads telephone numbers through other scripts' digits, letters for digits, number words, emoji and line breaks between
    them. A number counts only where a numbering plan has it; without a country it is read by the region set, else by
    the places and the language of the text, else by a list of countries with lower confidence.
    """

    def __init__(self, manifest: Manifest, settings: Settings) -> None:
        super().__init__(manifest, settings)
        self._ready: dict[str, tuple[str, list[Stretch]]] = {}

    def prepare(self, texts: Sequence[str]) -> None:
        shown = [readable(plain(text)) for text in texts]
        self._ready = dict(zip(texts, zip(shown, stretches(shown, LEAST_DIGITS), strict=True), strict=True))

    def read(self, text: str) -> list[Signal]:
        shown, found = self._ready.get(text) or _looked_over(text)
        if not found:
            return []
        shown = put_together(shown, found)
        reader = _Reader(text, shown, found, self.settings.region, self.colleagues)
        return [self.signal("phone", e164, span, confidence) for span, e164, confidence in reader.numbers()]


def _looked_over(text: str) -> tuple[str, list[Stretch]]:
    """The text as it is read, and its stretches that may hold a number."""
    shown = readable(plain(text))
    return shown, stretches([shown], LEAST_DIGITS)[0]


@dataclass(slots=True)
class _Reader:
    """Reads the numbers of one text."""

    text: str
    shown: str
    found: Sequence[tuple[int, int]]
    region: str | None
    colleagues: Mapping[str, Detector]
    places: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None
    labels: dict[int, int] = field(default_factory=dict)

    def numbers(self) -> Iterator[tuple[tuple[int, int], str, float]]:
        links = has_links(self.shown)
        for stretch in self.found:
            at_once = None if links else self._at_once(*stretch)
            if at_once:
                yield at_once
            elif not _TIMES.fullmatch(self.shown, *stretch):
                yield from self._of_chains(chains(self.shown, (stretch,), links=links))

    def _at_once(self, start: int, end: int) -> tuple[tuple[int, int], str, float] | None:
        """The number of a stretch that holds nothing but one, in figures with one kind of separator: what most are.

        None where anything may be said against it or another reading is possible: then its chains are read.
        """
        alone = _ALONE.fullmatch(self.shown, start, end)
        if alone is None:
            return None
        plus, written, sign = alone[1] != "", alone[2], alone[3]
        as_read = written.replace(IGNORED, "")
        groups = as_read.split(sign) if sign else [as_read]
        digits = "".join(groups).translate(_LETTERS)
        first, last = alone.span(2)
        if (
            not _LEAST_AT_ONCE <= len(digits) <= _MOST_AT_ONCE
            or (sign and not plus and max(map(len, groups)) >= LEAST_DIGITS)
            or (sign == "." and len(groups) == 2)
            or MILLIONS.match(as_read)
            or _FIGURES.search(self.shown, max(0, start - _MASK_REACH), first)
            or _UNIT.match(self.shown, last)
        ):
            return None
        bare = as_read.isascii() and not any(letter in as_read for letter in "OoIl")
        if not bare and any(not _is_group(group) for group in groups):
            return None
        atoms = [Atom(first, last, group.translate(_LETTERS), "d" if group.isdigit() else "m") for group in groups]
        reading = self._reading(digits, atoms, plus=plus, disguised=not bare)
        if reading is None or (not plus and self._is_other(atoms)):
            return None
        if (plus or digits[0] == "0") and not plans.is_staged(reading.e164):
            code = "+" if plus else ""
            if any(
                plans.is_staged(code + digits[:size]) or plans.staged(digits[:size])
                for size in range(LEAST_DIGITS, len(digits))
            ):
                return None
        where = alone.start(1) if plus else first
        return (where, self._whole(last)), reading.e164, round(reading.sure * _plainness(atoms, 0), 2)

    def _of_chains(self, found: Iterator[Chain]) -> Iterator[tuple[tuple[int, int], str, float]]:
        for chain in found:
            position = 0
            while position < len(chain.atoms):
                best = self._best(chain, position)
                if position == 0 and chain.shy_before() and (past := self._best(chain, 1)):
                    best = past if best is None or past.rank >= best.rank else best
                if best is None:
                    position += 1
                    continue
                start = chain.atoms[best.first].start
                if best.first == 0 and chain.plus is not None:
                    start = chain.plus
                yield self._bracketed(start, self._whole(chain.atoms[best.last].end)), best.e164, best.confidence
                position = best.last + 1

    def _whole(self, end: int) -> int:
        """The end moved past what belongs to the last digit and shows nothing by itself: its keycap, the rest of its word."""
        while end < len(self.text) and (self.text[end] in _KEYCAPS or self.shown[end] == FILL):
            end += 1
        return end

    def _bracketed(self, start: int, end: int) -> tuple[int, int]:
        """The span with the bracket that stands before or after it, where its other half is inside, as in (212) 555-0199."""
        inside = self.shown[start:end]
        for opening, closing in ("()", "[]", "{}"):
            if opening in inside or closing in inside:
                more = inside.count(opening) - inside.count(closing)
                if more < 0 and self.shown[start - 1 : start] == opening:
                    start -= 1
                elif more > 0 and self.shown[end : end + 1] == closing:
                    end += 1
                elif more == 0 and self.shown[start - 1 : start] == opening and self.shown[end : end + 1] == closing:
                    start, end = (start - 1, end + 1) if inside.index(closing) < inside.index(opening) else (start, end)
        return start, end

    def _best(self, chain: Chain, first: int) -> _Window | None:
        """The most likely number that starts with this atom."""
        left = BROKEN if first in (0, chain.shy_before()) else chain.gaps[first - 1]
        plus = first == 0 and chain.plus is not None
        start = chain.atoms[first].digits[:1]
        strong, alone = plus or start == "0", _ones(chain, first)
        if _never_stands(chain, first, left, strong=strong and not alone):
            return None
        best: _Window | None = None
        shy_end = len(chain.gaps) if chain.atoms[-1].shy else -1
        digits, inner = "", 0
        for last in range(first, len(chain.atoms)):
            digits += chain.atoms[last].digits
            if len(digits) > _MOST_DIGITS:
                break
            if last > first:
                inner = max(inner, chain.gaps[last - 1])
            if len(digits) < LEAST_DIGITS:
                continue
            apart = _next_starts(chain, first, last) or last + 1 == shy_end or self._price_follows(chain, first, last)
            right = BROKEN if apart else chain.gaps[last]
            if not _may_stand(left, inner, right, strong=strong, alone=alone):
                continue
            cut = right <= inner or left <= inner
            window = self._window(chain, first, last, digits, plus=plus, inner=inner, cut=cut)
            if window is None and first == last:
                window = self._run_on(chain, first, digits)
            if window and (best is None or window.rank > best.rank):
                best = window
        return best

    def _window(
        self, chain: Chain, first: int, last: int, digits: str, *, plus: bool, inner: int, cut: bool
    ) -> _Window | None:
        atoms = chain.atoms[first : last + 1]
        if (
            atoms[0].glued
            and (len(atoms[0].digits) < 9 or not digits.startswith("0"))
            and not self._cued(atoms[0].start)
        ):
            return None
        disguised = any(atom.how != "d" for atom in atoms) or inner >= NOISE
        reading = self._reading(digits, atoms, plus=plus, disguised=disguised)
        first_way = reading
        if (reading is None or not plans.is_staged(reading.e164)) and any(atom.other for atom in atoms):
            ways = [reading, *(self._reading(other, atoms, plus=plus, disguised=True) for other in _otherwise(atoms))]
            reading = max(filter(None, ways), key=lambda way: plans.is_staged(way.e164), default=None)
        if reading is None or (not plus and (self._is_other(atoms) or self._is_sum(atoms))):
            return None
        confidence = reading.sure * _plainness(atoms, inner) * (0.85 if cut else 1)
        staged = plans.is_staged(reading.e164)
        measure = len(atoms) > 1 and self._measured(atoms[-1])
        edged = not (atoms[0].shy or atoms[-1].shy or measure) and reading is first_way
        return _Window(
            first, last, reading.e164, round(confidence, 2), (staged, not cut, edged, -float(inner), len(digits))
        )

    def _price_follows(self, chain: Chain, first: int, last: int) -> bool:
        """Whether the next piece is a price, an hour or an age that ends the number, as in 202-555-0123 150hr.

        It has a unit; or it is of figures after words, or after a space where the number has signs. A row of prices is no number.
        """
        atoms, following = chain.atoms[first : last + 1], chain.atoms[last + 1]
        if following.how != "d" or len(following.digits) > _MOST_IN_PRICE or all(map(_round, atoms)):
            return False
        if self._measured(following):
            return True
        if len(following.digits) < 2 or len(atoms) < 2:
            return False
        gaps = [self.shown[one.end : other.start] for one, other in pairwise([*atoms, following])]
        spoken = all(atom.how == "w" for atom in atoms)
        return not gaps[-1].strip(" \n,") and (spoken or not any(map(str.isspace, "".join(gaps[:-1]) or " ")))

    def _measured(self, atom: Atom) -> bool:
        """Whether a unit of money, time or age is written right after this piece."""
        return atom.how == "d" and _UNIT.match(self.shown, atom.end) is not None

    def _is_sum(self, atoms: Sequence[Atom]) -> bool:
        """Whether the groups are those of a large number and money or a measure follows, as in 612 345 678 euros."""
        if (
            len(atoms) < 2
            or any(len(atom.digits) != 3 or atom.how != "d" for atom in atoms[1:])
            or len(atoms[0].digits) > 3
        ):
            return False
        unit = _UNIT.match(self.shown, atoms[-1].end)
        return unit is not None and not self.shown[unit.end() : unit.end() + 2].strip()[:1].isdigit()

    def _run_on(self, chain: Chain, at: int, digits: str) -> _Window | None:
        """A number with a price or an hour written against its end, as in 0871277810810p: only for a known region."""
        atom = chain.atoms[at]
        after = self.shown[atom.end : atom.end + 1]
        if atom.how != "d" or digits[0] != "0" or not 11 <= len(digits) <= 15 or not (after.isalpha() or after == "+"):
            return None
        for tail in (3, 2, 1, 4):
            found = next(plans.readings(digits[:-tail], self._known_regions(), 0.6), None)
            if found:
                atom.end -= tail
                return _Window(at, at, found.e164, found.sure, (False, True, True, 0.0, len(digits) - tail))
        return None

    def _reading(self, digits: str, atoms: Sequence[Atom], *, plus: bool, disguised: bool) -> plans.Reading | None:
        if plus and digits[0] != "0":
            found = plans.international(digits)
            return plans.Reading(found, 0.98, bare=False) if found else None
        if digits in _COUNTING and (len(atoms) > 1 or not self._cued(atoms[0].start)):
            return None
        if found := plans.with_prefix(digits):
            return plans.Reading(found, 0.95, bare=False)
        if self.region:
            return (
                next(plans.readings(digits, [self.region], 0.95), None)
                or self._bare_abroad(digits, atoms, [self.region])
                or self._without_trunk(digits, atoms)
                or self._staged(digits)
            )
        return self._somewhere(digits, atoms, disguised=disguised) or self._bare_abroad(
            digits, atoms, plans.DEFAULT_REGIONS
        )

    def _somewhere(self, digits: str, atoms: Sequence[Atom], *, disguised: bool) -> plans.Reading | None:
        if staged := plans.staged(digits):
            return plans.Reading(staged, 0.8, digits[0] != "0")
        for hint in (self._by_place, self._by_language, self._by_script):
            if hinted := next(plans.readings(digits, hint(), 0.85), None):
                return hinted
        found = list(plans.readings(digits, plans.DEFAULT_REGIONS, 0.8))
        if not found:
            return None
        if found[0].bare and not (disguised or self._looks_dialled(digits, atoms)):
            return None
        return (
            found[0]
            if len({reading.e164 for reading in found}) == 1
            else plans.Reading(found[0].e164, 0.6, found[0].bare)
        )

    def _bare_abroad(self, digits: str, atoms: Sequence[Atom], regions: Sequence[str]) -> plans.Reading | None:
        """A number with its calling code but no plus: only of the regions in question, and only if it is one run or asked for."""
        if len(digits) < 10 or digits[0] == "0":
            return None
        codes = plans.calling_codes(tuple(dict.fromkeys([*self._known_regions(), *regions])))
        if not digits.startswith(codes):
            return None
        known = atoms[0].digits in plans.calling_codes(self._known_regions())
        if len(atoms) > 1 and all(a.how == "d" for a in atoms) and not known and not self._cued(atoms[0].start):
            return None
        found = plans.international(digits)
        return plans.Reading(found, 0.7, bare=True) if found else None

    def _staged(self, digits: str) -> plans.Reading | None:
        found = plans.staged(digits)
        return plans.Reading(found, 0.6, bare=digits[0] != "0") if found else None

    def _without_trunk(self, digits: str, atoms: Sequence[Atom]) -> plans.Reading | None:
        """A number of the region set that lacks the 0 it is dialled with there: only where a word such as "call" asks for one."""
        if len(digits) < 9 or digits[0] == "0" or self.region not in plans.ONE_WAY or not self._cued(atoms[0].start):
            return None
        found = plans.national(f"0{digits}", self.region)
        return plans.Reading(found, 0.6, bare=True) if found else None

    def _looks_dialled(self, digits: str, atoms: Sequence[Atom]) -> bool:
        shape = ",".join(str(len(atom.digits)) for atom in atoms)
        return shape in _SHAPES or len(digits) >= 10 or self._cued(atoms[0].start)

    def _known_regions(self) -> tuple[str, ...]:
        return (self.region,) if self.region else (*self._by_place(), *self._by_language())

    def _by_place(self) -> tuple[str, ...]:
        if self.places is None:
            self.places = by_place(self.text, self.colleagues)
        return self.places

    def _by_script(self) -> tuple[str, ...]:
        return by_script(self.text)

    def _by_language(self) -> tuple[str, ...]:
        if self.languages is None:
            self.languages = by_language(self.text, self.colleagues)
        return self.languages

    def _cued(self, start: int) -> bool:
        return self._label(start) == ASKED

    def _is_other(self, atoms: Sequence[Atom]) -> bool:
        """Whether the words before say that this is another number; no room has one of nine figures from 0, or of seven in a piece."""
        said = self._label(atoms[0].start)
        if said == ROOM:
            dialled = atoms[0].digits[0] == "0" and sum(len(atom.digits) for atom in atoms) >= 9
            return not dialled and len(atoms[0].digits) < LEAST_DIGITS
        return said == OTHER

    def _label(self, start: int) -> int:
        """What the words before this place say, looked up once."""
        if start not in self.labels:
            self.labels[start] = label(self.shown, start)
        return self.labels[start]


def _otherwise(atoms: Sequence[Atom]) -> Iterator[str]:
    """The digits with one of the pieces, then all of them, read the other way that their words allow."""
    unsure = [at for at, atom in enumerate(atoms) if atom.other]
    if 0 < len(unsure) <= _MOST_UNSURE:
        for changed in [[at] for at in unsure] + [unsure]:
            yield "".join(atom.other if at in changed else atom.digits for at, atom in enumerate(atoms))


def _is_group(group: str) -> bool:
    """Whether letters in a group of figures are digits without asking what stands beside them."""
    figures = sum(map(str.isdigit, group))
    return figures == len(group) or (
        len(group) > 1 and ((figures > 0 and len(group) <= 4) or figures * 2 >= len(group))
    )


def _round(atom: Atom) -> bool:
    """Whether a piece may well be a price: two to four figures, the last of them 0 or 5."""
    return atom.how == "d" and 2 <= len(atom.digits) <= 4 and atom.digits[0] != "0" and atom.digits[-1] in "05"


def _never_stands(chain: Chain, first: int, left: int, *, strong: bool) -> bool:
    """Whether no run from here can be set off from what stands before it: quick, so that long chains stay cheap."""
    if strong or first == len(chain.gaps) or len(chain.atoms[first].digits) >= LEAST_DIGITS:
        return False
    return left <= chain.gaps[first]


def _may_stand(left: int, inner: int, right: int, *, strong: bool, alone: bool) -> bool:
    """Whether a run may be cut out of its chain here: it is set off from its neighbours, or it starts like a number."""
    if strong:
        return left > inner or not alone
    return left > inner and right > inner


def _next_starts(chain: Chain, first: int, last: int) -> bool:
    """Whether nothing follows, or what follows starts like a number of its own or is grouped like this one."""
    if last == len(chain.gaps):
        return True
    following = chain.atoms[last + 1].digits
    if following[0] == "0" and len(following) > 2:
        return True
    size = last - first + 1
    lengths = [len(atom.digits) for atom in chain.atoms[first : last + 1 + size]]
    return 1 < size <= 5 and len(lengths) == 2 * size and lengths[:size] == lengths[size:] and max(lengths) > 1


def _ones(chain: Chain, first: int) -> bool:
    """Whether this atom is one digit among others of one digit: then nothing but a gap can start a number here."""
    return len(chain.atoms[first].digits) == 1 and (first == 0 or len(chain.atoms[first - 1].digits) == 1)


def _plainness(atoms: Sequence[Atom], inner: int) -> float:
    share = 1.0
    if any(atom.how == "m" for atom in atoms):
        share *= 0.93
    if any(atom.how == "w" for atom in atoms):
        share *= 0.95
    return share * (0.9 if inner >= FAR else 0.94 if inner >= NOISE else 1)
