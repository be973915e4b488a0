"""Cuts a text into pieces so that the words that count can be underlined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

EXCERPT = 420
"""Characters shown of a long text before it is folded."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    kind: str | None
    """The kind of sign these words are, or None for the words around them."""


def pieces(text: str, spans: Sequence[tuple[int, int, str]]) -> tuple[Piece, ...]:
    """The whole text in order. Spans that overlap an earlier one, or lie outside the text, are shortened or left out.

    >>> [(p.text, p.kind) for p in pieces("call 555 now", [(5, 8, "phone"), (6, 99, "price")])]
    [('call ', None), ('555', 'phone'), (' now', 'price')]
    """
    out: list[Piece] = []
    at = 0
    for start, end, kind in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start >= end:
            continue
        if start > at:
            out.append(Piece(text[at:start], None))
        out.append(Piece(text[start:end], kind))
        at = end
    if at < len(text):
        out.append(Piece(text[at:], None))
    return tuple(out)


def excerpt(text: str, spans: Sequence[tuple[int, int, str]]) -> tuple[Piece, ...]:
    """The part of a long text around its first span, with marks where something was left out."""
    first = min((start for start, end, _ in spans if end > start), default=0)
    begin = 0 if first < EXCERPT - 60 else max(0, min(first, len(text)) - EXCERPT // 2)
    end = min(len(text), begin + EXCERPT)
    inside = [(start - begin, stop - begin, kind) for start, stop, kind in spans if stop > begin and start < end]
    cut = pieces(text[begin:end], inside)
    before = (Piece("… ", None),) if begin else ()
    after = (Piece(" …", None),) if end < len(text) else ()
    return before + cut + after
