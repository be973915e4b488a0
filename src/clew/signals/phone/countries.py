"""Which country's number a run of digits is: by its own prefix, the region set, else by the places and the language of the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clew.signals.base import Detector
from clew.signals.phone import plans
from clew.signals.phone.context import Context
from clew.signals.phone.hints import by_language, by_number_words, by_place, by_script
from clew.signals.phone.tokens import Atom

_COUNTING = "0123456789101112131415 10987654321 1234567890"
_SHAPES = frozenset(("3,3,4", "3,4", "3,3,3", "3,2,2,2", "1,3,3,4", "3,4,4", "4,3,3", "2,4,4", "2,5,4", "4,4"))
"""How groups of digits are written in numbers without a prefix."""


@dataclass(slots=True)
class Countries:
    """The countries that the numbers of one text may be from, looked for once."""

    text: str
    region: str | None
    colleagues: Mapping[str, Detector]
    context: Context
    places: tuple[str, ...] | None = None
    languages: tuple[str, ...] | None = None

    def reading(self, digits: str, atoms: Sequence[Atom], *, plus: bool, disguised: bool) -> plans.Reading | None:
        if plus and digits[0] != "0":
            found = plans.international(digits)
            return plans.Reading(found, 0.98, bare=False) if found else None
        if digits in _COUNTING and (len(atoms) > 1 or not self.context.cued(atoms[0].start)):
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
        if placed := next(plans.readings(digits, self._by_place(), 0.85), None):
            return placed
        for hint in (self._by_language, lambda: by_number_words(self.context.shown, atoms), self._by_script):
            if ways := list(plans.readings(digits, hint(), 0.85)):
                return _likeliest(ways, atoms, mobile=True)
        found = list(plans.readings(digits, plans.DEFAULT_REGIONS, 0.8))
        if not found:
            return None
        if found[0].bare and not (disguised or self._looks_dialled(digits, atoms)):
            return None
        if len({reading.e164 for reading in found}) == 1:
            return found[0]
        likeliest = _likeliest(found, atoms, mobile=False)
        return plans.Reading(likeliest.e164, 0.6, likeliest.bare)

    def _bare_abroad(self, digits: str, atoms: Sequence[Atom], regions: Sequence[str]) -> plans.Reading | None:
        """A number with its calling code but no plus: only of the regions in question, and only if it is one run or asked for."""
        if len(digits) < 10 or digits[0] == "0":
            return None
        codes = plans.calling_codes(tuple(dict.fromkeys([*self.known_regions(), *regions])))
        if not digits.startswith(codes):
            return None
        known = atoms[0].digits in plans.calling_codes(self.known_regions())
        if len(atoms) > 1 and all(a.how == "d" for a in atoms) and not known and not self.context.cued(atoms[0].start):
            return None
        found = plans.international(digits)
        return plans.Reading(found, 0.7, bare=True) if found else None

    def _staged(self, digits: str) -> plans.Reading | None:
        found = plans.staged(digits)
        return plans.Reading(found, 0.6, bare=digits[0] != "0") if found else None

    def _without_trunk(self, digits: str, atoms: Sequence[Atom]) -> plans.Reading | None:
        """A number of the region set that lacks the 0 it is dialled with there: only where a word such as "call" asks for one."""
        if (
            len(digits) < 9
            or digits[0] == "0"
            or self.region not in plans.ONE_WAY
            or not self.context.cued(atoms[0].start)
        ):
            return None
        found = plans.national(f"0{digits}", self.region)
        return plans.Reading(found, 0.6, bare=True) if found else None

    def _looks_dialled(self, digits: str, atoms: Sequence[Atom]) -> bool:
        shape = ",".join(str(len(atom.digits)) for atom in atoms)
        return shape in _SHAPES or len(digits) >= 10 or self.context.cued(atoms[0].start)

    def known_regions(self) -> tuple[str, ...]:
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


def _likeliest(ways: Sequence[plans.Reading], atoms: Sequence[Atom], *, mobile: bool) -> plans.Reading:
    """Of the countries that have a number, the one that writes it in these groups; then one where it is a mobile number; then the first."""
    if len(ways) == 1:
        return ways[0]
    groups = tuple(len(atom.digits) for atom in atoms)
    kept = [plans.kept_by(way.e164) for way in ways]
    ranks = [(len(groups) > 1 and own == groups, mobile and is_mobile) for is_mobile, own in kept]
    return ways[max(range(len(ways)), key=ranks.__getitem__)]
