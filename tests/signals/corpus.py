"""Invented adverts and offers with what they say marked in them, and how much of it the detectors read.

A line is language, tab, text; ⟦kind=value;kind=value|words⟧ marks what stands there. `corpus_tuned.txt` was looked at while
the detectors were made, `corpus_heldout.txt` was written before its first run and no detector was changed for it; after that
run thirteen marks that had been forgotten were added (such as a second word of hiring), and nothing was taken away but a spelling.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from clew.signals import scan

KINDS = ("age", "area", "availability", "date", "language", "offer", "place", "price", "wording")
_MARK = re.compile("⟦([^|⟧]*)\\|([^⟧]*)⟧")


@dataclass(frozen=True, slots=True)
class Marked:
    text: str
    said: frozenset[tuple[str, str, int, int]]
    """Kind, value, start and end."""


@dataclass(slots=True)
class Score:
    right: int = 0
    missed: int = 0
    wrong: int = 0
    exact: int = 0
    """Of the right ones, those whose span is the marked one."""

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def read(name: str) -> list[Marked]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [_marked(*line.split("\t", 1)) for line in lines if line]


def _marked(language: str, line: str) -> Marked:
    text, said, at = "", set(), 0
    for match in _MARK.finditer(line):
        text += line[at : match.start()]
        start = len(text)
        text += match[2]
        said |= {(*label.split("=", 1), start, len(text)) for label in match[1].split(";")}
        at = match.end()
    text += line[at:]
    return Marked(text, frozenset({*said, ("language", language, 0, len(text))}))


def score(marked: list[Marked]) -> dict[str, Score]:
    """By kind, of values that are said and found; one value counts once a text, as it is found more than once or not."""
    found = defaultdict(set)
    detection = scan([one.text for one in marked], workers=1)
    assert detection.failures.num_rows == 0
    for row in detection.signals.to_pylist():
        found[row["row"]].add((row["kind"], row["value"], row["start"], row["end"]))
    scores = {kind: Score() for kind in KINDS}
    for number, one in enumerate(marked):
        for kind in KINDS:
            said, read_ = ({s for s in signals if s[0] == kind} for signals in (one.said, found[number]))
            values, got = {s[1] for s in said}, {s[1] for s in read_}
            scores[kind].right += len(values & got)
            scores[kind].missed += len(values - got)
            scores[kind].wrong += len(got - values)
            scores[kind].exact += sum(any(s in said for s in read_ if s[1] == value) for value in values & got)
    return scores


def differences(marked: list[Marked]) -> list[str]:
    """What was missed and what was wrong, for a person who looks why."""
    detection = scan([one.text for one in marked], workers=1).signals.to_pylist()
    lines = []
    for number, one in enumerate(marked):
        got = {(r["kind"], r["value"]) for r in detection if r["row"] == number and r["kind"] in KINDS}
        said = {(s[0], s[1]) for s in one.said}
        lines += [f"{number} missed {s}" for s in sorted(said - got)] + [
            f"{number} wrong {s}" for s in sorted(got - said)
        ]
    return lines
