"""Web addresses, with a scheme or bare, also when the dots were made harmless."""

from __future__ import annotations

import re

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.domains import BRACKETED_DOT, LABEL, WORDS, ends_well, host
from clew.signals.glyphs import plain

_DOT = rf"(?:\.|{BRACKETED_DOT})"
_HOST = rf"(?:{LABEL}{_DOT}){{1,6}}[^\W\d_]{{2,24}}"
_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}"
_REST = r"(?::\d{2,5})?(?:[/?#][^\s<>\"']{0,2048})?"
_FULL = re.compile(
    rf"(?P<scheme>(?:https?|hxxps?|ftp)://)(?:[^\s/@]{{1,64}}@)?(?P<host>{_HOST}|{_ADDRESS})(?P<rest>{_REST})",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![\w@.+-])(?P<host>{_HOST})(?![\w@-])(?P<rest>{_REST})", re.IGNORECASE)
_DOTTED = re.compile(r"\.\w|[\[({]\s?(?:\.|dot)", re.IGNORECASE)
_TRAIL = ".,;:!?'\"»”*…"


class UrlDetector(TextDetector):
    """Reads web addresses. Without scheme or www, a domain counts only under a known ending, and under one that is also a
    word ("it", "me") only with a path, a hyphen, a digit or a third label: else a missing space would make a domain.
    """

    def read(self, text: str) -> list[Signal]:
        shown = plain(text)
        if not _DOTTED.search(shown):
            return []
        found = [self._claim(match, shown, full=True) for match in _FULL.finditer(shown)]
        taken = [(s.start, s.end) for s in found if s]
        bare = (match for match in _BARE.finditer(shown) if not _inside(match.start("host"), taken))
        found += [self._claim(match, shown, full=False) for match in bare]
        return sorted((s for s in found if s), key=lambda s: s.start)

    def _claim(self, match: re.Match[str], shown: str, *, full: bool) -> Signal | None:
        name = host(match["host"])
        www = name.startswith("www.")
        rest = _trimmed(match["rest"])
        end = match.start("rest") + len(rest)
        if not full and not (ends_well(name) and (www or _is_domain(match["host"], name, rest, shown[end : end + 1]))):
            return None
        value = (name[4:] if www else name) + rest.partition("#")[0].rstrip("/")
        return self.signal("url", value, (match.start(), end), 0.99 if full else 0.95 if www else 0.85)


def _is_domain(written: str, name: str, rest: str, after: str) -> bool:
    first, _, ending = name.rpartition(".")
    if (len(first) < 2 and len(rest) < 3) or first.replace(".", "").isdigit() or after == "'":
        return False
    if ending in WORDS:
        return len(rest) > 1 or "." in first or any(c in "-_0123456789" for c in first)
    return not (written[: len(first)].islower() and written[-len(ending) :].istitle())  # "done.Info follows"


def _trimmed(rest: str) -> str:
    kept = rest.rstrip(_TRAIL)
    while kept and kept[-1] in ")]}" and kept.count(kept[-1]) > kept.count({")": "(", "]": "[", "}": "{"}[kept[-1]]):
        kept = kept[:-1].rstrip(_TRAIL)
    return kept


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)
