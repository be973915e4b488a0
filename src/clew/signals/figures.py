"""Where figures of a view stand that may begin a date or hours: found for a whole batch at once, or in one text when asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from clew.signals.signs import Codes, Flags, Places

_DATES = re.compile(r"[0-9](?<![0-9][0-9])[0-9]{0,3}+(?=[./年月월-]\s?[0-9])")
_HOURS = re.compile(r"[0-9](?<![0-9][0-9])[0-9]?+(?=\s{0,2}[^\s0-9,;!?()+/€$£%*#])")
_IN_DATES = np.array(sorted(map(ord, "./年月월-")), np.uint32)
_NEVER_HOURS = np.array(sorted(map(ord, "\0 \n0123456789,;!?()+/€$£%*#")), np.uint32)
_SPACE, _LINE, _ZERO = 0x20, 0x0A, 0x30

DATES_AHEAD: dict[str, Sequence[int]] = {}
HOURS_AHEAD: dict[str, Sequence[int]] = {}
"""Where they start in the views of the texts that are being read."""


def of_dates(text: str) -> Sequence[int]:
    """Where up to four figures start that a separator of dates and another figure follow.

    >>> of_dates("3.5. or 12-2024, not 12345.6")
    [0, 8]
    """
    known = DATES_AHEAD.get(text)
    return [match.start() for match in _DATES.finditer(text)] if known is None else known


def of_hours(text: str) -> Sequence[int]:
    """Where one or two figures start that neither another figure nor the end of a clause or of an amount follows.

    >>> of_hours("9-17, 10 am, 24, 070 22")
    [0, 6]
    """
    known = HOURS_AHEAD.get(text)
    return [match.start() for match in _HOURS.finditer(text)] if known is None else known


def look_ahead(texts: list[str], signs: Codes, starts: Places, ends: Places) -> None:
    """Remembers both of these views, which stand in `signs` from `starts` to `ends` with two signs or more after each that no view holds."""
    is_figure = signs - np.uint32(_ZERO) < 10
    edges = np.flatnonzero(np.diff(is_figure.view(np.int8), prepend=np.int8(0)))
    first, last = edges[::2], edges[1::2]
    sizes = last - first
    following = signs[last]
    spaced = _is_space(following)
    second = np.where(spaced, signs[last + 1], following)
    second = np.where(spaced & _is_space(second), signs[np.minimum(last + 2, len(signs) - 1)], second)
    after = signs[last + 1]
    after = np.where(_is_space(after), signs[np.minimum(last + 2, len(signs) - 1)], after)
    dates = (sizes <= 4) & np.isin(following, _IN_DATES) & (after - np.uint32(_ZERO) < 10)
    hours = (sizes <= 2) & ~np.isin(second, _NEVER_HOURS)
    for known, chosen in ((DATES_AHEAD, dates), (HOURS_AHEAD, hours)):
        known.update(dict.fromkeys(texts, ()))
        places = first[chosen]
        owners = np.searchsorted(ends, places)
        found: dict[int, list[int]] = {}
        for owner, at in zip(owners.tolist(), (places - starts[owners]).tolist(), strict=True):
            found.setdefault(owner, []).append(at)
        known.update({texts[owner]: some for owner, some in found.items()})


def forget() -> None:
    DATES_AHEAD.clear()
    HOURS_AHEAD.clear()


def _is_space(signs: Codes) -> Flags:
    flags: Flags = (signs == _SPACE) | (signs == _LINE)
    return flags
