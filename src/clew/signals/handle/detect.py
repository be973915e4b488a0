"""Account names: linked, announced by the platform's name, or bare after an @."""

from __future__ import annotations

import re
from collections.abc import Iterator

from clew.signals.base import Signal
from clew.signals.detector import TextDetector
from clew.signals.glyphs import plain

_SITES = {
    "t.me": "telegram",
    "telegram.me": "telegram",
    "wa.me": "whatsapp",
    "instagram.com": "instagram",
    "instagr.am": "instagram",
    "snapchat.com/add": "snapchat",
    "twitter.com": "x",
    "x.com": "x",
    "facebook.com": "facebook",
    "fb.com": "facebook",
    "m.me": "facebook",
    "tiktok.com": "tiktok",
    "vk.com": "vk",
    "line.me/ti/p": "line",
    "kik.me": "kik",
    "signal.me/#p": "signal",
}
_NAMES = {
    "telegram": "telegram",
    "telegrama": "telegram",
    "телеграм": "telegram",
    "tg": "telegram",
    "instagram": "instagram",
    "insta": "instagram",
    "ig": "instagram",
    "snapchat": "snapchat",
    "snap": "snapchat",
    "sc": "snapchat",
    "kik": "kik",
    "wechat": "wechat",
    "weixin": "wechat",
    "skype": "skype",
    "discord": "discord",
    "tiktok": "tiktok",
    "twitter": "x",
    "facebook": "facebook",
    "fb": "facebook",
    "line id": "line",
    "line": "line",
    "viber": "viber",
    "signal": "signal",
    "vk": "vk",
    "threema": "threema",
    "wickr": "wickr",
}
_CLEAR = frozenset(
    (
        "telegram",
        "telegrama",
        "телеграм",
        "instagram",
        "insta",
        "snapchat",
        "kik",
        "wechat",
        "skype",
        "discord",
        "tiktok",
    )
)
"""Names that announce an account even without a colon."""
_STEMS = (
    "t.me",
    "wa.me",
    ".com/",
    ".me/",
    "instagr",
    "telegr",
    "insta",
    "snap",
    "kik",
    "wechat",
    "weixin",
    "skype",
    "discord",
    "tiktok",
)
_NOT_NAMES = frozenset(
    "me only or and for us on at in the my is id user username name handle video call chat here if to you us no yes app".split()
)
_TAIL = r"(?P<name>[^\W_](?:[\w.-]{1,30}\w)|\w{2,32})"

_LINK = re.compile(
    rf"(?<![\w.-])(?:https?://)?(?:www\.)?(?P<site>{'|'.join(re.escape(s) for s in sorted(_SITES, key=len, reverse=True))})/"
    r"(?:joinchat/|\+|@|~)?(?P<name>[\w.-]{2,40})",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"(?<![\w@.])(?P<platform>{'|'.join(sorted(_NAMES, key=len, reverse=True))})(?:\s?(?:id|user(?:name)?|name|handle|nick))?"
    rf"(?P<join>\s?[:=>-]{{1,2}}\s?@?|\s?\(\s?@?|\s@|@|\sis\s@?|\s){_TAIL}(?![\w@])",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w@.+/-])@(?P<name>[^\W\d][\w.]{1,30}\w)(?![\w@-])")


class HandleDetector(TextDetector):
    """Reads account names. A platform's name alone is not enough where it is a common word ("line", "signal", "snap"): it
    must be followed by a colon or an @; else the name must hold a digit, a dot or an underscore.
    """

    def read(self, text: str) -> list[Signal]:
        shown = plain(text)
        if "@" not in shown and ":" not in shown and not _may_hold(shown):
            return []
        found: list[Signal] = []
        for start, end, value, confidence in sorted(_candidates(shown), key=lambda c: (c[0], -c[3])):
            if not found or start >= found[-1].end:
                found.append(self.signal("handle", value, (start, end), confidence))
        return found


def _may_hold(shown: str) -> bool:
    low = shown.lower()
    return any(stem in low for stem in _STEMS)


def _candidates(shown: str) -> Iterator[tuple[int, int, str, float]]:
    if "/" in shown:
        for match in _LINK.finditer(shown):
            name = match["name"].rstrip(".-")
            platform = _SITES[match["site"].lower()]
            if len(name) > 1:
                yield match.start(), match.start("name") + len(name), f"{platform}:{_named(platform, name)}", 0.97
    for match in _SAID.finditer(shown):
        said = match["platform"].lower()
        if _announces(said, match["join"], match["name"]):
            yield (
                match.start(),
                match.end(),
                f"{_NAMES[said]}:{match['name'].lower()}",
                0.9 if "@" in match["join"] else 0.8,
            )
    if "@" in shown:
        for match in _BARE.finditer(shown):
            if not _is_address(shown, match):
                yield match.start(), match.end(), f"unknown:{match['name'].lower()}", 0.7


def _named(platform: str, name: str) -> str:
    return f"+{name}" if platform == "whatsapp" and name.isdigit() else name.lower()


def _announces(said: str, join: str, name: str) -> bool:
    if name.lower() in _NOT_NAMES or (name.isdigit() and said not in ("wechat", "weixin", "line id")):
        return False
    if "@" in join:
        return True
    telling = any(c in "._0123456789" for c in name)
    if any(c in ":=" for c in join):
        return telling or len(name) > 3
    return said in _CLEAR and telling


def _is_address(shown: str, match: re.Match[str]) -> bool:
    """Whether the @ belongs to an e-mail address written with a space before it."""
    return (
        match.start() > 1
        and shown[match.start() - 1] == " "
        and "." in match["name"]
        and shown[match.start() - 2].isalnum()
    )
