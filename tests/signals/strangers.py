"""Texts written as strangers write them, with the phones that stand in them: read from the files beside this one.

A line of `phones_*.txt` is a class, a region (- for none), the E.164 and the text with the number in ⟦⟧; of `phones_not_*.txt` a class, a region and a text
that holds no phone. \\n, \\r and \\u0000 stand for those signs. Numbers are set aside for drama or example numbers of their country.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from clew.signals.phone.suite import Case

_ESCAPE = re.compile(r"\\(?:n|r|u([0-9a-fA-F]{4}))")
_SIGNS = {"\\n": "\n", "\\r": "\r"}


def phones(name: str) -> list[Case]:
    cases = []
    for line in _lines(name):
        hiding, region, e164, marked = line.split("\t")
        text = _typed(marked)
        start = text.index("⟦")
        end = text.index("⟧") - 1
        cases.append(Case(text.replace("⟦", "").replace("⟧", ""), hiding, region, e164, start, end))
    return cases


def none(name: str) -> list[Case]:
    rows = [line.split("\t") for line in _lines(name)]
    return [Case(_typed(text), kind, region, None, 0, 0) for kind, region, text in rows]


def region(case: Case) -> str | None:
    return None if case.region == "-" else case.region


def _lines(name: str) -> list[str]:
    lines = (Path(__file__).parent / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _typed(text: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _SIGNS[m[0]], text)


@dataclass(frozen=True, slots=True)
class Advert:
    """A text of the later sets: any number of phones, each with its place."""

    text: str
    way: str
    region: str | None
    phones: tuple[tuple[str, int, int], ...]


def adverts(name: str) -> list[Advert]:
    """`phones_NAME.txt`: a class, a region (- for none), E.164s (- for none), and a text with each of them in ⟦⟧."""
    found = []
    for line in _lines(f"phones_{name}.txt"):
        way, region, numbers, marked = line.split("\t")
        spans, text = [], ""
        for part in re.split("([⟦⟧])", _typed(marked)):
            if part == "⟦":
                spans.append([len(text)])
            elif part == "⟧":
                spans[-1].append(len(text))
            else:
                text += part
        phones = [] if numbers == "-" else numbers.split(",")
        planted = tuple((e164, start, end) for e164, (start, end) in zip(phones, spans, strict=True))
        found.append(Advert(text, way, None if region == "-" else region, planted))
    return found


def counted(
    texts: Iterable[Advert], read: Callable[[Advert], list[tuple[str, int, int]]]
) -> dict[str, tuple[int, int, int, int]]:
    """By way: how many are planted, found, found with their exact span, and false."""
    counts: dict[str, tuple[int, int, int, int]] = {}
    for advert in texts:
        answers = read(advert)
        values = Counter(e164 for e164, _, _ in answers)
        found = (values & Counter(e164 for e164, _, _ in advert.phones)).total()
        exact = len(set(answers) & set(advert.phones))
        more = len(advert.phones), found, exact, len(answers) - found
        counts[advert.way] = tuple(map(sum, zip(counts.get(advert.way, (0, 0, 0, 0)), more, strict=True)))
    return counts
