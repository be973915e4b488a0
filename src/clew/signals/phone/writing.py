"""Scripts that write number words without spaces, and marks of a page between digits, as signs that the rest can read.

`readable` answers a text of the same length, so a span found in it is a span of the text as received.
"""

from __future__ import annotations

import re
from html import unescape

from clew.signals.glyphs import IGNORED, plain

FILL = "\u2063"
"""Stands for the rest of a word whose digit was put in its first place."""

_NUMERALS = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖壱弐参"
_SYLLABLES = "공영일이삼사오육륙칠팔구"
_SIGNS = str.maketrans(_NUMERALS + _SYLLABLES, "001234567891123456789123" + "001234566789")
_IN_ROWS = re.compile(
    rf"[{_NUMERALS}](?:[\s,.、，·-]{{0,3}}[{_NUMERALS}])+|(?<=[0-9])[{_NUMERALS}]|[{_NUMERALS}](?=[0-9])"
    rf"|(?:[{_NUMERALS}0-9][\s,.、，·{FILL}-]{{0,4}}){{4,}}|(?:[{_SYLLABLES}0-9][\s,.、，·-]{{0,3}}){{7,}}"
    rf"|[{_SYLLABLES}](?:[\s,.、，·-]{{0,3}}[{_SYLLABLES}]){{2,}}|(?<=[0-9])[{_SYLLABLES}](?=[0-9])"
)
_THAI = dict(zip("ศูนย์ หนึ่ง สอง สาม สี่ ห้า หก เจ็ด แปด เก้า".split(), "0123456789", strict=True))
_HINDI = {
    "शून्य": "0", "एक": "1", "दो": "2", "तीन": "3", "चार": "4", "पांच": "5", "पाँच": "5", "पाच": "5", "छह": "6", "छः": "6", "छे": "6",
    "सात": "7", "आठ": "8", "नौ": "9", "जीरो": "0", "ज़ीरो": "0",
}  # fmt: skip
_BENGALI = {
    "শূন্য": "0", "এক": "1", "দুই": "2", "তিন": "3", "চার": "4", "পাঁচ": "5", "ছয়": "6", "সাত": "7", "আট": "8", "নয়": "9",
}  # fmt: skip
_ABUGIDA = _THAI | _HINDI | _BENGALI | {"ゼロ": "0", "ぜろ": "0"}
_WORDS = re.compile("|".join(sorted(_ABUGIDA, key=len, reverse=True)))
_OTHER = re.compile("[\u0900-\u09ff\u0e00-\u0e7f\u3007ゼぜ\u4e00-\u9fff\uac00-\ud7a3]")
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,300}>|&(?:#[0-9]{1,6}|#x[0-9a-f]{1,5}|[a-z]{2,8});", re.IGNORECASE)


def readable(shown: str) -> str:
    """The text with number words of such scripts as digits, and HTML marks between words as spaces.

    >>> readable("〇七七〇"), readable("07700<br>900").replace(" ", "_")
    ('0770', '07700____900')
    """
    if "<" in shown or "&" in shown:
        shown = _MARKUP.sub(_blank, shown)
    if shown.isascii() or not _OTHER.search(shown):
        return shown
    shown = _WORDS.sub(lambda word: _ABUGIDA[word[0]].ljust(len(word[0]), FILL), shown)
    return _IN_ROWS.sub(lambda row: row[0].translate(_SIGNS), shown)


def _blank(mark: re.Match[str]) -> str:
    """Spaces for a tag, the sign for the name or the number of one; a link's address is left."""
    if mark[0][0] == "<":
        return mark[0] if "tel:" in mark[0] or "href" in mark[0] else " " * len(mark[0])
    sign = plain(unescape(mark[0]))
    if len(sign) > 1 or sign == "&":
        return mark[0]
    return " " * len(mark[0]) if sign.isspace() or sign == IGNORED else sign.ljust(len(mark[0]), FILL)
