"""Account names: linked, announced by the platform's name, or bare after an @."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from clew.signals.base import Signal
from clew.signals.detector import SPACE, TextDetector
from clew.signals.domains import BRACKETED_DOT
from clew.signals.glyphs import bare, plain, span_in
from clew.signals.handle.names import BY_NUMBER, CLEAR, NAMES, NOT_NAMES, QUERIES, SITES


def _any(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_DOT = rf"(?:\.|{BRACKETED_DOT})"
_SITE = _any(SITES).replace(r"\.", _DOT).replace("/", r"\s?/\s?")
_TAIL = r"(?P<name>(?:live:)?[^\W_](?:[\w.-]{1,30}\w)(?:#\d{4}(?!\d))?|\w{2,32})"

_LINK = re.compile(
    rf"(?<![\w.-])(?:https?://)?(?:www\.|m\.|mobile\.)?(?P<site>{_SITE})(?:\s?/\s?|(?<=@))"
    r"(?P<invited>joinchat/|\+)?[@~$]?(?P<name>[\w.%-]{2,60})",
    re.IGNORECASE,
)
_QUERY = re.compile(
    rf"(?<![\w.-])(?:https?://)?(?P<site>{_any(QUERIES)})/?\?(?:[\w-]{{1,20}}=[^\s&]{{0,200}}&){{0,4}}?"
    r"(?:phone|number|domain|contact)=(?P<name>(?:%2b|\+)?[\w.-]{2,40})",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"(?<![\w@.])(?P<platform>{_any(NAMES)})(?:\s?(?:id|user(?:name)?|name|handle|nick|acc(?:ount)?))?"
    rf"(?P<join>\s{{0,3}}[^\w\s@(/,.;!?]{{1,3}}\s{{0,3}}@?|\s?\(\s?@?|\s@|@|\s(?:is|as)\s@?|\s|(?<=[\u3040-\uffee])){_TAIL}(?![\w@])",
    re.IGNORECASE,
)
_ON = re.compile(
    rf"(?<![\w@.+/-])@(?P<name>[^\W\d][\w.]{{1,30}}\w)\s(?:on|via|in|auf|en|sur|su|na|op|на|no)\s(?P<platform>{_any(NAMES)})(?!\w)",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w@.+/-])@(?P<name>[^\W\d][\w.]{1,30}\w)(?![\w@-])")


_LEAST_PHONE = 8
_PAGES = frozenset(
    "p reel reels explore stories tv share sharer sharer.php pages groups events watch hashtag home login intent search status add user u "
    "invite profile.php marketplace channel playlist results shorts company feed embed about help privacy terms download send s c".split()
)
"""Pages of the platforms themselves."""


class HandleDetector(TextDetector):
    """Reads account names. A platform's name alone is not enough where it is a common word ("line", "signal", "snap"): it
    must be followed by a colon or an @; else the name must hold a digit, a dot or an underscore.
    """

    screen = (
        rf"@|(?:{_SITE.replace(chr(92) + 's', SPACE)}){SPACE}?[/@]|[\x{{3040}}-\x{{ffee}}][0-9A-Za-z_]"
        r"|[?&](?:phone|number|domain|contact)="
        rf"|(?:^|[^0-9A-Za-z_@.])(?:{_any(NAMES)})(?:{SPACE}?(?:id|user|name|handle|nick|acc))?"
        rf"{SPACE}{{0,3}}(?:[^\w\s@/,.;!?]|{SPACE}(?:is|as){SPACE}|{SPACE}[^\s]*[0-9._])"
    )

    def read(self, text: str) -> list[Signal]:
        shown, places = bare(plain(text))
        found: list[Signal] = []
        taken = 0
        for start, end, value, confidence in sorted(_candidates(shown), key=lambda c: (c[0], -c[3])):
            if start >= taken:
                found.append(self.signal("handle", value, span_in(places, start, end), confidence))
                taken = end
        return found


def _candidates(shown: str) -> Iterator[tuple[int, int, str, float]]:
    if "/" in shown:
        for match in _LINK.finditer(shown):
            name = match["name"].rstrip(".-")
            platform = SITES[_site(match["site"])]
            if len(name) > 1 and name.lower() not in _PAGES:
                invited = platform == "telegram" and match["invited"] and not name.isdigit()
                said = f"telegram:+{name}" if invited else f"{platform}:{_named(platform, name)}"
                yield match.start(), match.start("name") + len(name), said, 0.97
        for match in _QUERY.finditer(shown):
            platform, name = QUERIES[match["site"].lower()], match["name"].lower().removeprefix("%2b").removeprefix("+")
            yield match.start(), match.end(), f"{platform}:{_named(platform, name)}", 0.97
    for match in _SAID.finditer(shown) if _names_any(shown) else ():
        said = match["platform"].lower()
        if _announces(said, match["join"], match["name"]):
            yield (
                match.start(),
                match.end(),
                f"{NAMES[said]}:{_named(NAMES[said], match['name'])}",
                0.9 if "@" in match["join"] else 0.8,
            )
    if "@" in shown:
        for match in _ON.finditer(shown):
            yield match.start(), match.end(), f"{NAMES[match['platform'].lower()]}:{match['name'].lower()}", 0.9
        for match in _BARE.finditer(shown):
            if not _is_address(shown, match):
                yield match.start(), match.end(), f"unknown:{match['name'].lower()}", 0.7


def _names_any(shown: str) -> bool:
    """Whether a platform's name may be there; letters beyond ASCII have more than one case, and are not judged."""
    if not shown.isascii():
        return True
    lower = shown.lower()
    return any(name in lower for name in NAMES)


def _site(written: str) -> str:
    return re.sub(r"\s", "", re.sub(_DOT, ".", written, flags=re.IGNORECASE)).lower()


def _named(platform: str, name: str) -> str:
    """The name as it is compared: in lower case, and a number with its plus."""
    digits = name.removeprefix("+")
    by_phone = platform in ("whatsapp", "signal", "viber") or (platform == "telegram" and len(digits) >= _LEAST_PHONE)
    return f"+{digits}" if by_phone and digits.isdigit() else name.lower()


def _announces(said: str, join: str, name: str) -> bool:
    platform = NAMES[said]
    if name.lower() in NOT_NAMES or (name.replace("-", "").replace(".", "").isdigit() and platform not in BY_NUMBER):
        return False
    if platform == "line" and "id" not in said and name.isdigit():
        return False
    if "@" in join:
        return True
    telling = any(c in "._0123456789" for c in name)
    if any(c in ":=：" for c in join):
        return telling or len(name) > 3
    if join.strip() in ("is", "as") or not join.strip():
        return telling and (
            said in CLEAR or (said in ("ig", "tg") and "_" in name) or (join.strip() != "" and "_" in name)
        )
    return telling and (said in CLEAR or "_" in name)


def _is_address(shown: str, match: re.Match[str]) -> bool:
    """Whether the @ belongs to an e-mail address written with a space before it."""
    return (
        match.start() > 1
        and shown[match.start() - 1] == " "
        and "." in match["name"]
        and shown[match.start() - 2].isalnum()
    )
