"""What a report or news item claims of a case: origin, transit, destination, sector, form and recruitment, each with its span.

Rules over the gazetteer and short lists in five languages; nothing is counted, since a report tells of a case and ten reports may tell
of the same one. A claim that the sentence denies is kept and marked, so that a reader sees why it does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from clew.insight.reports.cues import Cues, cues
from clew.signals import Signal, scan
from clew.standards.places import country

CLAIMS = pa.schema(
    [
        ("id", pa.string()),
        ("claim", pa.string()),  # origin, transit, destination, sector, form or recruitment
        ("value", pa.string()),  # ISO 3166-1 alpha-3 for places, HTCDS codes for the others
        ("place", pa.string()),  # the place as the gazetteer names it
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("status", pa.string()),  # said, doubted (alleged, might) or denied
        ("confidence", pa.float64()),
        ("sentence_start", pa.int64()),
        ("sentence_end", pa.int64()),
    ]
)
_SENTENCE = re.compile(r"[^.!?;\n。！？]*(?:\.(?=\w)[^.!?;\n。！？]*)*[.!?;\n。！？]?")
_REACH = 40
"""Characters before a claim in which its sentence may deny or doubt it; some words reach further (`clause`)."""
_SMALLER = re.compile(r"(?:[^\W\d_a-z][\w'’-]+\s){0,2}[^\W\d_a-z][\w'’-]+,\s?$")
_LONGEST_SENTENCE = 4_000
_STRONG, _WEAK, _OTHER = 0.8, 0.55, 0.75


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of one text. Offsets count characters of the text as received."""

    claim: str
    value: str
    place: str | None
    start: int
    end: int
    status: str
    confidence: float
    sentence: tuple[int, int]


def read_reports(ids: Sequence[str], texts: Sequence[str]) -> pa.Table:
    """The claims of every text, as CLAIMS, in the order of the texts and of their places in them.

    A text whose places could not be read raises the failure's reason with its id in the row `failed`: it is never silently without places.
    """
    found = scan(list(texts), detectors=["place"])
    places: dict[int, list[Signal]] = {}
    for row in found.signals.to_pylist():
        at = int(row.pop("row"))
        places.setdefault(at, []).append(Signal(**row))
    failed = {int(row["row"]): str(row["reason"]) for row in found.failures.to_pylist()}
    rows = [
        (name, c.claim, c.value, c.place, c.start, c.end, c.status, round(c.confidence, 3), *c.sentence)
        for at, (name, text) in enumerate(zip(ids, texts, strict=True))
        for c in claims(text, places.get(at, ()), failed.get(at))
    ]
    columns: list[Any] = list(zip(*rows, strict=True)) if rows else [() for _ in CLAIMS]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, CLAIMS, strict=True)], schema=CLAIMS)


def claims(text: str, places: Iterable[Signal], failed: str | None = None) -> list[Claim]:
    """The claims of one text whose places are known."""
    words, found = cues(), []
    if failed:
        found.append(Claim("failed", failed, None, 0, 0, "failed", 0.0, (0, len(text))))
    at = sorted(places, key=lambda signal: signal.start)
    for first, last in _sentences(text):
        low = text[first:last].lower()
        if len(low) != last - first:  # a letter whose small form is longer: offsets would slip
            low = "".join(c.lower() if len(c.lower()) == 1 else c for c in text[first:last])
        inside = [signal for signal in at if first <= signal.start < last]
        found += _of_places(text, low, first, last, inside, words)
        if words.strong.search(low):
            found += _of_words(low, first, last, words)
    return sorted(found, key=lambda c: (c.start, c.end, c.claim))


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for match in _SENTENCE.finditer(text):
        for first in range(match.start(), match.end(), _LONGEST_SENTENCE):
            yield first, min(first + _LONGEST_SENTENCE, match.end())


def _of_places(text: str, low: str, first: int, last: int, inside: list[Signal], words: Cues) -> Iterator[Claim]:
    strong, before = words.strong.search(low) is not None, None
    for signal in inside:
        start, end = signal.start - first, signal.end - first
        role, confidence = _role(low, _larger(text, signal.start) - first, end, words)
        if (
            role is None
            and before is not None
            and re.fullmatch(r"\W{1,3}(?:(?:and|y|et|und|e|or)\s)?", low[before[0] : start])
        ):
            role, confidence = before[1], before[2]  # a list of places: from Togo, Benin and Ghana
        if role is not None:
            before = (end, role, confidence)
        if role is None or (confidence == _WEAK and not strong):
            continue
        code = country(signal.value.rpartition(", ")[2])
        if code is not None:
            yield Claim(
                role, code.alpha3, signal.value, signal.start, signal.end, _status(low, start, words),
                min(confidence, confidence * signal.confidence / 0.8), (first, last),
            )  # fmt: skip


def _larger(text: str, start: int) -> int:
    """Where the name begins that a larger place stands behind, as in *Edo State, Nigeria*: up to three capitalised words."""
    found = _SMALLER.search(text[max(0, start - _REACH) : start])
    return start - len(found.group()) if found else start


def _role(low: str, start: int, end: int, words: Cues) -> tuple[str | None, float]:
    """What the place is by the words right before or after it, and how telling they are."""
    if words.recruited.search(low[end : end + 20]):
        return "origin", _STRONG
    ahead = low[max(0, start - _REACH) : start]
    cue = words.before.search(ahead)
    if cue is not None:
        phrase = cue.group(1)
        if phrase in words.weak and words.aside.search(ahead[: cue.start()]):
            return None, 0.0
        return words.roles[phrase], _WEAK if phrase in words.weak else _STRONG
    if words.after.search(low[end : end + 20]):
        return "origin", _WEAK
    return None, 0.0


def _of_words(low: str, first: int, last: int, words: Cues) -> Iterator[Claim]:
    for match in words.claims.finditer(low):
        for claim, code in words.codes[match.group(1)]:
            span = (first + match.start(), first + match.end())
            yield Claim(claim, code, None, *span, _status(low, match.start(), words), _OTHER, (first, last))


def _status(low: str, start: int, words: Cues) -> str:
    """Whether the words before the claim deny it or doubt it; a comma or a *but* ends their reach."""
    part = re.split(r"[,:]|\bbut\b|\bpero\b|\bmais\b|\baber\b|\bmas\b", low[:start])[-1]
    near = part[-_REACH:]
    if words.denied.search(near) or words.clause_denied.search(part):
        return "denied"
    return "doubted" if words.doubted.search(near) or words.clause_doubted.search(part) else "said"
