"""Texts written as strangers write them, with the phones that stand in them: read from the files beside this one.

A line of `phones_*.txt` is a class, a region (- for none), the E.164 and the text with the number in ⟦⟧; of `phones_not_*.txt` a class, a region and a text
that holds no phone. \\n, \\r and \\uXXXX stand for those signs. Numbers are set aside for drama or example numbers of their country.
"""

from __future__ import annotations

import re
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
