"""How a run of pieces stands in its chain, and how its pieces may be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from clew.signals.phone.atoms import FAR, LEAST_DIGITS, NOISE, Chain
from clew.signals.phone.tokens import Atom

_MOST_UNSURE = 4


def otherwise(atoms: Sequence[Atom]) -> Iterator[str]:
    """The digits with one of the pieces, then all of them, read the other way that their words allow."""
    unsure = [at for at, atom in enumerate(atoms) if atom.other]
    if 0 < len(unsure) <= _MOST_UNSURE:
        for changed in [[at] for at in unsure] + [unsure]:
            yield "".join(atom.other if at in changed else atom.digits for at, atom in enumerate(atoms))


def is_group(group: str) -> bool:
    """Whether letters in a group of figures are digits without asking what stands beside them."""
    figures = sum(map(str.isdigit, group))
    return figures == len(group) or (
        len(group) > 1 and ((figures > 0 and len(group) <= 4) or figures * 2 >= len(group))
    )


def is_round(atom: Atom) -> bool:
    """Whether a piece may well be a price: two to four figures, the last of them 0 or 5."""
    return atom.how == "d" and 2 <= len(atom.digits) <= 4 and atom.digits[0] != "0" and atom.digits[-1] in "05"


def never_stands(chain: Chain, first: int, left: int, *, strong: bool) -> bool:
    """Whether no run from here can be set off from what stands before it: quick, so that long chains stay cheap."""
    if strong or first == len(chain.gaps) or len(chain.atoms[first].digits) >= LEAST_DIGITS:
        return False
    return left <= chain.gaps[first]


def may_stand(left: int, inner: int, right: int, *, strong: bool, alone: bool) -> bool:
    """Whether a run may be cut out of its chain here: it is set off from its neighbours, or it starts like a number."""
    if strong:
        return left > inner or not alone
    return left > inner and right > inner


def next_starts(chain: Chain, first: int, last: int) -> bool:
    """Whether nothing follows, or what follows starts like a number of its own or is grouped like this one."""
    if last == len(chain.gaps):
        return True
    following = chain.atoms[last + 1].digits
    if following[0] == "0" and len(following) > 2:
        return True
    size = last - first + 1
    lengths = [len(atom.digits) for atom in chain.atoms[first : last + 1 + size]]
    return 1 < size <= 5 and len(lengths) == 2 * size and lengths[:size] == lengths[size:] and max(lengths) > 1


def is_one_of_ones(chain: Chain, first: int) -> bool:
    """Whether this atom is one digit among others of one digit: then nothing but a gap can start a number here."""
    return len(chain.atoms[first].digits) == 1 and (first == 0 or len(chain.atoms[first - 1].digits) == 1)


def plainness(atoms: Sequence[Atom], inner: int) -> float:
    share = 1.0
    if any(atom.how == "m" for atom in atoms):
        share *= 0.93
    if any(atom.how == "w" for atom in atoms):
        share *= 0.95
    return share * (0.9 if inner >= FAR else 0.94 if inner >= NOISE else 1)
