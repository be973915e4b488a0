"""E-mail addresses as written and as spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.domains import LABEL, MAILBOXES, SPELLED_DOT, ends_well, host
from clew.signals.glyphs import plain

_AT_WORDS = r"at|arroba|chiocciola|malpa|małpa|klammeraffe|apenstaartje|собака|ät"
_DOT = rf"(?:{SPELLED_DOT}|\.)"
_LOOSE_DOT = rf"(?:{SPELLED_DOT}|\s?\.\s?)"
_LOCAL = re.compile(rf"[\w+-](?:[\w.+'-]{{0,62}}[\w+-])?(?:(?:{SPELLED_DOT})[\w+-]{{1,32}}){{0,2}}\Z", re.IGNORECASE)
_PLAIN = re.compile(rf"@((?:{LABEL}\.){{1,5}}[^\W\d_]{{2,24}})(?![\w@])", re.IGNORECASE)
_SPELLED = re.compile(
    rf"(?P<hard>\s?[\[({{<]\s?(?:@|{_AT_WORDS})\s?[\])}}>]\s?|\s?@\s?)(?P<domain>(?:{LABEL}{_LOOSE_DOT}){{1,4}}[^\W\d_]{{2,24}})(?!\w)"
    rf"|\s(?:{_AT_WORDS})\s(?P<soft>(?:{LABEL}{_DOT}){{1,4}}[^\W\d_]{{2,24}})(?!\w)",
    re.IGNORECASE,
)
_HINTS = ("@", "(at", "[at", "{at", "<at", "( at", "[ at", "gmail", "hotmail", "yahoo", "outlook", "proton", "arroba")
_DOTTED = re.compile(r"\sat\s[\w-]{1,63}(?:\s|\s?[\[({<])(?:dot|punto|point|punkt|ponto|punct|kropka)", re.IGNORECASE)
_WORDS = frozenset(
    "me us mail email e-mail look looking is it write reach contact available find only call text or and".split()
)
_LOCAL_REACH = 140


class EmailDetector(TextDetector):
    """Reads e-mail addresses. One that is spelled out ("name at mail dot com") counts only where its last word ends
    domain names and, without brackets, where the dot too is spelled or the domain is known for mailboxes.
    """

    def read(self, text: str) -> list[Signal]:
        shown = plain(text)
        if "@" not in shown and not self._hinted(shown):
            return []
        found: list[Signal] = []
        taken = 0
        for start, end, value, confidence in sorted(self._candidates(shown), key=lambda c: (c[0], -c[3])):
            if start >= taken:
                found.append(self.signal("email", value, (start, end), confidence))
                taken = end
        return found

    @staticmethod
    def _hinted(shown: str) -> bool:
        low = shown.lower()
        return any(hint in low for hint in _HINTS) or _DOTTED.search(shown) is not None

    @staticmethod
    def _candidates(shown: str) -> Iterator[tuple[int, int, str, float]]:
        if "@" in shown:
            for match in _PLAIN.finditer(shown):
                local = _local_before(shown, match.start())
                if local and ends_well(host(match[1])):
                    yield local.start(), match.end(), f"{local[0]}@{match[1]}".lower(), 0.99
        for match in _SPELLED.finditer(shown):
            address = _spelled(shown, match)
            if address:
                yield address


def _local_before(shown: str, end: int) -> re.Match[str] | None:
    match = _LOCAL.search(shown, max(0, end - _LOCAL_REACH), end)
    return match if match and (match.start() == 0 or shown[match.start() - 1] != "@") else None


def _spelled(shown: str, match: re.Match[str]) -> tuple[int, int, str, float] | None:
    local = _local_before(shown, match.start())
    group = "domain" if match["domain"] else "soft"
    domain = host(match[group])
    if not local or not ends_well(domain):
        return None
    known = domain.split(".")[0] in MAILBOXES
    spelled_out = domain != match[group].lower()
    bare_at = group == "soft" or match["hard"].strip() == "@"
    if group == "soft" and (local[0].lower() in _WORDS or not (spelled_out or known)):
        return None
    if bare_at and group == "domain" and spelled_out and "." in match[group] and not known:  # "@ place . Next sentence"
        return None
    return local.start(), match.end(), f"{host(local[0])}@{domain}", 0.9 if known or not bare_at else 0.75
