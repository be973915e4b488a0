"""Web addresses, with a scheme or bare, also when the dots were made harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clew.signals.base import Signal
from clew.signals.detector import SPACE, TextDetector
from clew.signals.domains import BRACKETED_DOT, DOT_WORDS, LABEL, WORDS, ends_well, host, registrable
from clew.signals.glyphs import bare, plain, span_in

_DOT = rf"(?:[.。｡]|{BRACKETED_DOT})"
_HOST = rf"(?:{LABEL}{_DOT}){{1,6}}[^\W\d_]{{2,24}}"
_ADDRESS = r"\d{1,3}(?:\.\d{1,3}){3}"
_REST = r"(?::\d{2,5})?(?:[/?#][^\s<>\"']{0,2048})?"
_FULL = re.compile(
    rf"(?P<scheme>(?:https?|hxxps?|ftp)://)(?:[^\s/@]{{1,64}}@)?(?P<host>{_HOST}|{_ADDRESS})(?P<rest>{_REST})",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![\w@.+-])(?P<host>{_HOST})(?![\w@-])(?P<rest>{_REST})", re.IGNORECASE)
_SPELLED = re.compile(
    rf"(?<![\w@.+-])(?P<host>(?:{LABEL}\s(?:{DOT_WORDS})\s){{1,4}}[^\W\d_]{{2,24}}|www\s?\.\s?{LABEL}\s?\.\s?[^\W\d_]{{2,24}}"
    rf"|[^\W_][\w-]{{2,62}}\s\.(?:com|net|org|co\.uk))(?![\w@-])(?P<rest>(?:/[^\s<>\"']{{0,2048}})?)",
    re.IGNORECASE,
)
"""Dots in words or with spaces around them: only before endings that are no words, and never after an address's at."""
_LEAST_SPELLED = 4
_HOST_END = re.compile("[:/?]")
_ORDINARY = frozenset("the a an this that one polka connect on at my our your no".split())
_BEFORE_MAILBOX = re.compile(r"(?:@|\b(?:at|arroba|chiocciola|malpa|małpa|собака)|[\])}>])\s?$", re.IGNORECASE)
_TRAIL = ".,;:!?'\"»”*…"


class UrlDetector(TextDetector):
    """Reads web addresses. Without scheme or www, a domain counts only under a known ending, and under one that is also a
    word ("it", "me") only with a path, a hyphen, a digit or a third label: else a missing space would make a domain.
    """

    screen = rf"://|[.。｡][^\s\d_.]{{2}}|www|{SPACE}(?:{DOT_WORDS}){SPACE}|[\[({{<]{SPACE}?(?:\.|{DOT_WORDS})"

    def read(self, text: str) -> list[Signal]:
        shown, places = bare(plain(text))
        found = [self._claim(match, shown, full=True) for match in _FULL.finditer(shown)]
        taken = [(s.start, s.end) for s in found if s]
        loose = (match for match in _BARE.finditer(shown) if not _inside(match.start("host"), taken))
        found += [self._claim(match, shown, full=False) for match in loose]
        taken += [(s.start, s.end) for s in found if s]
        spelled = (match for match in _SPELLED.finditer(shown) if not _inside(match.start("host"), taken))
        found += [self._said(match, shown) for match in spelled]
        claims = sorted((s for s in found if s), key=lambda s: s.start)
        return [each for s in claims for each in self._with_domain(s, span_in(places, s.start, s.end))]

    def _with_domain(self, claim: Signal, span: tuple[int, int]) -> Iterator[Signal]:
        yield self.signal(claim.kind, claim.value, span, claim.confidence)
        if domain := registrable(_HOST_END.split(claim.value, maxsplit=1)[0]):
            yield self.signal("domain", domain, span, claim.confidence)

    def _said(self, match: re.Match[str], shown: str) -> Signal | None:
        name = host(match["host"]).removeprefix("www.")
        first, _, ending = name.rpartition(".")
        if not ends_well(name) or ending in WORDS or first in _ORDINARY or len(first) < _LEAST_SPELLED:
            return None
        if _BEFORE_MAILBOX.search(shown, max(0, match.start() - 24), match.start()):
            return None
        rest = _trimmed(match["rest"])
        value = name + rest.partition("#")[0].rstrip("/")
        return self.signal("url", value, (match.start(), match.start("rest") + len(rest)), 0.7)

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
