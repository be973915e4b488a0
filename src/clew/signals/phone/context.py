"""What stands around a number: words before it that ask for a call or name another number, units after it that make it a price."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from clew.signals.phone.atoms import LEAST_DIGITS, Chain
from clew.signals.phone.labels import ASKED, OTHER, ROOM, label
from clew.signals.phone.standing import is_round
from clew.signals.phone.tokens import Atom

UNIT = re.compile(
    r"[\s/-]{0,2}(?:[€£$₹₺₽฿₫円元]|원(?!룸)|/\s?h|(?:hh|qv|h|hrs?|(?:an|per|the|half)\s(?:an\s)?(?:hour|night|h)|hours?|nights?|mins?|minut\w*|lbs?|kg|cm|roses|rosas|kisses|y/?os?|yrs?|years?"
    r"|eur|euros?|usd|gbp|chf|pln|zł|zl|ron|lei|kč|kc|kr|ft|tl|php|rb|ribu|jt|inr|rs|aed|dollars?|pounds?|bucks|años|ans|jahre?|anni|anos|lat|ani|jaar"
    r"|lire|yen|yuan|won|baht|dong|đồng|rupiah|rupees?|pesos?|soles|reais|rand|naira|kron\w*|forint\w*|korun\w*|złotych|dinars?|riyals?|dirhams?|dhs|bath"
    r"|views|visits|visitors|people|inhabitants|followers|subscribers|downloads|users|likes|copies|miles|visitas|seguidores|habitantes|vues|visites|abonnés"
    r"|habitants|aufrufe|einwohner|besucher|abonnenten|visualizzazioni|abitanti|iscritti|wyświetleń|mieszkańców|просмотр\w*|жител\w*|подписчик\w*|человек"
    r"|бат|тенге|сум|крон\w*|บาท|रुपये|টাকা|лет|года?|років|роки|рік|руб\w*|грн|гривень|час|лв|дин|دراهم|درهم|سنة|سنه|ש[״\"']?ח)(?![^\W_]))",
    re.IGNORECASE,
)
"""What says that the figures before it are a price, a time or an age."""
_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|heic|mp4|mov|pdf|html?|php|aspx?)(?![^\W_])|@[A-Za-z]", re.IGNORECASE)
"""What follows the digits in the name of a file or an address."""
_HANDLE = re.compile(r"@[\w.]*[^\W\d][_.]?$")
_MOST_IN_PRICE = 5
_LEAST_IN_SERIES, _LARGEST_STEP = 4, 10


@dataclass(slots=True)
class Context:
    """The surroundings of the numbers of one text, as it is read."""

    shown: str
    labels: dict[int, int] = field(default_factory=dict)

    def cued(self, start: int) -> bool:
        return self._label(start) == ASKED

    def is_other(self, atoms: Sequence[Atom]) -> bool:
        """Whether the words before say that this is another number; no room has one of nine figures from 0, or of seven in a piece."""
        if _FILE.match(self.shown, atoms[-1].end) or _HANDLE.search(
            self.shown, max(0, atoms[0].start - 40), atoms[0].start
        ):
            return True
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

    def price_follows(self, chain: Chain, first: int, last: int) -> bool:
        """Whether the next piece is a price, an hour or an age that ends the number, as in 202-555-0123 150hr.

        It has a unit; or it is of figures after words, or after a space where the number has signs. A row of prices is no number.
        """
        atoms, following = chain.atoms[first : last + 1], chain.atoms[last + 1]
        if following.how != "d" or len(following.digits) > _MOST_IN_PRICE or all(map(is_round, atoms)):
            return False
        if self.measured(following) or _is_price_row(chain.atoms[last + 1 :]):
            return True
        if len(following.digits) < 2 or len(atoms) < 2:
            return False
        gaps = [self.shown[one.end : other.start] for one, other in pairwise([*atoms, following])]
        spoken = all(atom.how == "w" for atom in atoms)
        return not gaps[-1].strip(" \n,") and (spoken or not any(map(str.isspace, "".join(gaps[:-1]) or " ")))

    def measured(self, atom: Atom) -> bool:
        """Whether a unit of money, time or age is written right after this piece."""
        return atom.how == "d" and UNIT.match(self.shown, atom.end) is not None

    def is_series(self, atoms: Sequence[Atom]) -> bool:
        """Whether the pieces are a list that goes up by the same small step, as sizes do: 36 38 40 42 44."""
        if len(atoms) < _LEAST_IN_SERIES or any(atom.how != "d" or len(atom.digits) > 3 for atom in atoms):
            return False
        steps = {int(after.digits) - int(before.digits) for before, after in pairwise(atoms)}
        return len(steps) == 1 and 0 < steps.pop() <= _LARGEST_STEP and not self.cued(atoms[0].start)

    def is_sum(self, atoms: Sequence[Atom]) -> bool:
        """Whether the groups are those of a large number and money or a measure follows, as in 612 345 678 euros."""
        if (
            len(atoms) < 2
            or any(len(atom.digits) != 3 or atom.how != "d" for atom in atoms[1:])
            or len(atoms[0].digits) > 3
        ):
            return False
        unit = UNIT.match(self.shown, atoms[-1].end)
        return unit is not None and not self.shown[unit.end() : unit.end() + 2].strip()[:1].isdigit()


def _is_price_row(atoms: Sequence[Atom]) -> bool:
    """Whether nothing but two prices or more follows, each higher than the one before."""
    sums = [int(atom.digits) for atom in atoms if is_round(atom)]
    return len(sums) == len(atoms) > 1 and all(low < high for low, high in pairwise(sums))
