"""E-mail addresses as written and as spelled out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clew.signals.base import Signal
from clew.signals.detector import SPACE, TextDetector
from clew.signals.domains import DOT_WORDS, LABEL, MAILBOXES, SPELLED_DOT, WORDS, ends_well, host
from clew.signals.glyphs import bare, one_script, plain, span_in

_AT_WORDS = r"at|arroba|chiocciola|malpa|małpa|klammeraffe|apenstaartje|собака|ät"
_DOT = rf"(?:{SPELLED_DOT}|\.)"
_LOOSE_DOT = rf"(?:{SPELLED_DOT}|\s?\.\s?)"
_LOCAL = re.compile(rf"[\w+-](?:[\w.+'-]{{0,62}}[\w+-])?(?:(?:{SPELLED_DOT})[\w+-]{{1,32}}){{0,2}}\Z", re.IGNORECASE)
_PLAIN = re.compile(rf"@((?:{LABEL}\.){{1,5}}[^\W\d_]{{2,24}})(?![\w@])", re.IGNORECASE)
_AT_CODES = "&#0{0,5}64;|&#x0{0,4}40;|&commat;|%40"
_SPELLED = re.compile(
    rf"(?P<hard>\s?[\[({{<*]\s?(?:@|{_AT_WORDS})\s?[\])}}>*]\s?|\s?@\s?|{_AT_CODES})(?P<domain>(?:{LABEL}{_LOOSE_DOT}){{1,4}}[^\W\d_]{{2,24}})(?!\w)"
    rf"|\s(?:{_AT_WORDS})\s(?P<soft>(?:{LABEL}{_DOT}){{1,4}}[^\W\d_]{{2,24}})(?!\w)",
    re.IGNORECASE,
)
_AT_APART = tuple(f"{sign}at{sign}" for sign in "_*~|-")
_HOSTS = ("gmail", "hotmail", "yahoo", "outlook", "icloud", "protonmail", "yandex", "gmx")
_SEPARATED = re.compile(
    r"(?<![\w*~|-])(?P<local>[^\W_]{1,40})(?P<sign>[_*~|-])at(?P=sign)(?P<domain>[^\W_]{1,60})(?P=sign)dot(?P=sign)(?P<ending>[^\W\d_]{2,24})"
    r"(?![\w*~|-])",
    re.IGNORECASE,
)
_NO_DOT = re.compile(
    rf"(?<![\w@])(?P<local>[\w.+-]{{2,40}})\s(?:{_AT_WORDS})\s(?P<domain>{'|'.join(_HOSTS)})"
    r"\s(?P<ending>com|ru|de|fr|es|it|net|me)(?!\w)",
    re.IGNORECASE,
)
_LETTERS = re.compile(
    rf"(?<!\S)(?P<local>[^\W_](?:\s[\w.+-]){{2,30}})\s?@\s?"
    rf"(?P<domain>(?:{LABEL}\s?\.\s?){{1,4}}[^\W\d_]{{2,24}}|(?:[^\W_](?:\s[\w-]){{0,30}}\s\.\s){{1,4}}[^\W\d_](?:\s[^\W\d_]){{1,5}})(?![\w@])"
)
"""Letters set apart, before the @ and perhaps after it."""
_WORDS = frozenset(
    "me us mail email e-mail look looking is it write reach contact available find only call text or and we you".split()
)
_NO_HOSTS = frozenset("the a an this that least my our your any".split())
"""Words between "at" and "dot" in plain English."""
_LOCAL_REACH = 140


class EmailDetector(TextDetector):
    """Reads e-mail addresses. One that is spelled out ("name at mail dot com") counts only where its last word ends
    domain names and, without brackets, where the dot too is spelled or the domain is known for mailboxes.
    """

    screen = (
        rf"@|{_AT_CODES}|[\[({{<*]{SPACE}?(?:{_AT_WORDS}){SPACE}?[\])}}>*]|[_*~|-]at[_*~|-]"
        rf"|{SPACE}(?:{_AT_WORDS}){SPACE}[^\s]{{1,63}}(?:\.[^\s]|{SPACE}?[\[({{<]|{SPACE}(?:{DOT_WORDS}){SPACE})"
        rf"|{SPACE}(?:{_AT_WORDS}){SPACE}(?:{'|'.join(_HOSTS)}){SPACE}"
    )

    def read(self, text: str) -> list[Signal]:
        shown, places = bare(plain(text))
        found: list[Signal] = []
        taken = 0
        for start, end, value, confidence in sorted(self._candidates(shown), key=lambda c: (c[0], -c[3])):
            if start >= taken:
                found.append(self.signal("email", value, span_in(places, start, end), confidence))
                taken = end
        return found

    @staticmethod
    def _candidates(shown: str) -> Iterator[tuple[int, int, str, float]]:
        if "@" in shown:
            for match in _PLAIN.finditer(shown):
                local = _local_before(shown, match.start())
                if local and match[1].rpartition(".")[2].islower() | ends_well(host(match[1])):
                    known = ends_well(host(match[1]))
                    yield local.start(), match.end(), _address(local[0], host(match[1])), 0.99 if known else 0.7
            yield from _lettered(shown)
        for match in _SPELLED.finditer(shown):
            address = _spelled(shown, match)
            if address:
                yield address
        for pattern in _worth(shown):
            for match in pattern.finditer(shown):
                if (
                    ends_well(domain := host(f"{match['domain']}.{match['ending']}"))
                    and match["local"].lower() not in _WORDS
                ):
                    yield match.start(), match.end(), _address(match["local"], domain), 0.75


def _worth(shown: str) -> Iterator[re.Pattern[str]]:
    """The patterns without an @ or a dot that may match; letters beyond ASCII have more than one case, and are not judged."""
    if not shown.isascii():
        yield from (_SEPARATED, _NO_DOT)
        return
    lower = shown.lower()
    if any(said in lower for said in _AT_APART):
        yield _SEPARATED
    if any(host in lower for host in _HOSTS):
        yield _NO_DOT


def _address(local: str, domain: str) -> str:
    """In lower case; letters of another script put among Latin ones to hide the address are read as they look."""
    return f"{one_script(local.lower())}@{'.'.join(map(one_script, domain.split('.')))}"


def _lettered(shown: str) -> Iterator[tuple[int, int, str, float]]:
    """Addresses whose letters stand apart: a n n a @ example . com."""
    for match in _LETTERS.finditer(shown):
        local, domain = "".join(match["local"].split()), host("".join(match["domain"].split()))
        ending = match["domain"].rpartition(".")[2].strip()
        if (
            ending.islower()
            and ends_well(domain)
            and (domain.split(".")[0] in MAILBOXES or domain.rpartition(".")[2] not in WORDS)
        ):
            yield match.start(), match.end(), _address(local, domain), 0.85


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
    if group == "soft" and domain.split(".")[0] in _NO_HOSTS:
        return None
    if group == "soft" and (local[0].lower() in _WORDS or not (spelled_out or known)):
        return None
    if bare_at and group == "domain" and spelled_out and "." in match[group] and not known:  # "@ place . Next sentence"
        return None
    return local.start(), match.end(), _address(host(local[0]), domain), 0.9 if known or not bare_at else 0.75
