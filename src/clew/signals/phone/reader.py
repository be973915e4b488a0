"""The numbers of one text: its chains of pieces, and of every chain the runs that a numbering plan has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import category

from clew.signals.base import Detector
from clew.signals.glyphs import IGNORED
from clew.signals.phone import plans
from clew.signals.phone.atoms import BROKEN, LEAST_DIGITS, LOOSE, NOISE, Chain, chains
from clew.signals.phone.context import UNIT, Context
from clew.signals.phone.countries import Countries
from clew.signals.phone.masks import MILLIONS, has_links
from clew.signals.phone.standing import (
    is_group,
    is_one_of_ones,
    may_stand,
    never_stands,
    next_starts,
    otherwise,
    plainness,
)
from clew.signals.phone.tokens import Atom
from clew.signals.phone.writing import FILL

Found = tuple[tuple[int, int], str, float]
"""The span of a number in the text, its E.164 and how sure it is."""

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
_MOST_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Window:
    """A run of atoms read as one number."""

    first: int
    last: int
    e164: str
    confidence: float
    rank: tuple[bool, bool, bool, float, int]


def read(
    text: str, shown: str, found: Sequence[tuple[int, int]], region: str | None, colleagues: Mapping[str, Detector]
) -> Iterator[Found]:
    """The numbers in these stretches of a text, which is shown in plain signs of the same places."""
    context = Context(shown)
    yield from _Reader(text, shown, found, context, Countries(text, region, colleagues, context)).numbers()


@dataclass(slots=True)
class _Reader:
    """Reads the numbers of one text."""

    text: str
    shown: str
    found: Sequence[tuple[int, int]]
    context: Context
    countries: Countries

    def numbers(self) -> Iterator[Found]:
        links = has_links(self.shown)
        for stretch in self.found:
            at_once = None if links else self._at_once(*stretch)
            if at_once:
                yield at_once
            elif not _TIMES.fullmatch(self.shown, *stretch):
                yield from self._of_chains(chains(self.shown, (stretch,), links=links))

    def _at_once(self, start: int, end: int) -> Found | None:
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
            or UNIT.match(self.shown, last)
        ):
            return None
        bare = as_read.isascii() and not any(letter in as_read for letter in "OoIl")
        if not bare and any(not is_group(group) for group in groups):
            return None
        atoms = [Atom(first, last, group.translate(_LETTERS), "d" if group.isdigit() else "m") for group in groups]
        reading = self.countries.reading(digits, atoms, plus=plus, disguised=not bare)
        if reading is None or (not plus and self.context.is_other(atoms)):
            return None
        if (plus or digits[0] == "0") and not plans.is_staged(reading.e164):
            code = "+" if plus else ""
            if any(
                plans.is_staged(code + digits[:size]) or plans.staged(digits[:size])
                for size in range(LEAST_DIGITS, len(digits))
            ):
                return None
        where = alone.start(1) if plus else first
        return (where, self._whole(last)), reading.e164, round(reading.sure * plainness(atoms, 0), 2)

    def _of_chains(self, found: Iterator[Chain]) -> Iterator[Found]:
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
        """The end moved past what belongs to the last digit and shows nothing by itself: its keycap, a mark that lies on it, the rest of its word."""
        while end < len(self.text) and (
            self.text[end] in _KEYCAPS or self.shown[end] == FILL or category(self.text[end])[0] == "M"
        ):
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

    def _best(self, chain: Chain, first: int) -> Window | None:
        """The most likely number that starts with this atom."""
        left = BROKEN if first in (0, chain.shy_before()) else chain.gaps[first - 1]
        if left < LOOSE and self._opens(chain.atoms[first].start):
            left = LOOSE
        plus = first == 0 and chain.plus is not None
        start = chain.atoms[first].digits[:1]
        strong, alone = plus or start == "0", is_one_of_ones(chain, first)
        if never_stands(chain, first, left, strong=strong and not alone):
            return None
        best: Window | None = None
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
            apart = (
                next_starts(chain, first, last) or last + 1 == shy_end or self.context.price_follows(chain, first, last)
            )
            right = BROKEN if apart else chain.gaps[last]
            if not may_stand(left, inner, right, strong=strong, alone=alone):
                continue
            cut = right <= inner or left <= inner
            window = self._window(chain, first, last, digits, plus=plus, inner=inner, cut=cut)
            if window is None and first == last:
                window = self._run_on(chain, first, digits)
            if window and (best is None or window.rank > best.rank):
                best = window
        return best

    def _opens(self, start: int) -> bool:
        """Whether a bracket is opened here after a space, as before the (206) of 250 (206) 555-0182."""
        return start > 1 and self.shown[start - 1] == "(" and self.shown[start - 2].isspace()

    def _window(
        self, chain: Chain, first: int, last: int, digits: str, *, plus: bool, inner: int, cut: bool
    ) -> Window | None:
        atoms = chain.atoms[first : last + 1]
        if (
            atoms[0].glued
            and (len(atoms[0].digits) < 9 or not digits.startswith("0"))
            and not self.context.cued(atoms[0].start)
        ):
            return None
        disguised = any(atom.how != "d" for atom in atoms) or inner >= NOISE
        reading = self.countries.reading(digits, atoms, plus=plus, disguised=disguised)
        first_way = reading
        if (reading is None or not plans.is_staged(reading.e164)) and any(atom.other for atom in atoms):
            ways = [
                reading,
                *(self.countries.reading(other, atoms, plus=plus, disguised=True) for other in otherwise(atoms)),
            ]
            reading = max(filter(None, ways), key=lambda way: plans.is_staged(way.e164), default=None)
        if reading is None or (
            not plus and (self.context.is_other(atoms) or self.context.is_sum(atoms) or self.context.is_series(atoms))
        ):
            return None
        confidence = reading.sure * plainness(atoms, inner) * (0.85 if cut else 1)
        staged = plans.is_staged(reading.e164)
        measure = len(atoms) > 1 and self.context.measured(atoms[-1])
        edged = not (atoms[0].shy or atoms[-1].shy or measure) and reading is first_way
        return Window(
            first, last, reading.e164, round(confidence, 2), (staged, not cut, edged, -float(inner), len(digits))
        )

    def _run_on(self, chain: Chain, at: int, digits: str) -> Window | None:
        """A number with a price or an hour written against its end, as in 0871277810810p: only for a known region."""
        atom = chain.atoms[at]
        after = self.shown[atom.end : atom.end + 1]
        if atom.how != "d" or digits[0] != "0" or not 11 <= len(digits) <= 15 or not (after.isalpha() or after == "+"):
            return None
        for tail in (3, 2, 1, 4):
            found = next(plans.readings(digits[:-tail], self.countries.known_regions(), 0.6), None)
            if found:
                atom.end -= tail
                return Window(at, at, found.e164, found.sure, (False, True, True, 0.0, len(digits) - tail))
        return None
