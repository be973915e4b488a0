"""Charts and maps as SVG of our own: no script, no style attribute, colours by class."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from clew.publish.stories.counting import Line

WIDTH = 360
"""Units of a drawing: about the pixels of a telephone, so that letters are read there as they are meant."""
_ROW, _BAR = 34, 12
_TALL, _FOOT = 180, 34
_LETTER = 7.0
"""Units that a letter of a label takes, rather too many than too few: what does not fit would be clipped or run into its neighbour."""
_FEWEST_LETTERS = 9
SHADES = 4


def bars(lines: Sequence[tuple[str, Line]], title: str, name: str) -> str:
    """One bar a line, its words above it. Hidden counts are hatched."""
    top = max((line.size for _, line in lines), default=0) or 1
    drawn = []
    for place, (words, line) in enumerate(lines):
        y = place * _ROW
        width = max(2.0, WIDTH * line.size / top) if not line.hidden else 18.0
        style = "hidden" if line.hidden else "rest" if line.gathered else "bar"
        drawn.append(
            f'<text x="0" y="{y + 14}" class="label">{escape(_cut(words, WIDTH - 12 - _wide(line.shown)))}</text>'
            f'<text x="{WIDTH}" y="{y + 14}" class="number">{escape(line.shown)}</text>'
            f'<rect x="0" y="{y + 19}" width="{width:.1f}" height="{_BAR}" class="{style}"/>'
        )
    return _svg(WIDTH, len(lines) * _ROW, title, name, "".join(drawn))


def columns(lines: Sequence[tuple[str, Line]], title: str, name: str) -> str:
    """One column a line, in order, as for years; words under some of them where there are many."""
    top = max((line.size for _, line in lines), default=0) or 1
    step = WIDTH / max(1, len(lines))
    room = max(step - 6, _FEWEST_LETTERS * _LETTER)
    under = [_cut(words, room) for words, _ in lines]
    every = max(1, math.ceil((max(map(_wide, under), default=0) + 6) / step))
    taken = -6.0
    drawn = [f'<line x1="0" x2="{WIDTH}" y1="{_TALL}" y2="{_TALL}" class="axis"/>']
    for place, (_, line) in enumerate(lines):
        height = max(1.0, (_TALL - 24) * line.size / top) if not line.hidden else 10.0
        x, style = place * step, "hidden" if line.hidden else "bar"
        drawn.append(
            f'<rect x="{x + step * 0.1:.1f}" y="{_TALL - height:.1f}" width="{step * 0.8:.1f}" height="{height:.1f}" class="{style}"/>'
        )
        if place % every == 0:
            half = _wide(under[place]) / 2
            middle = min(max(x + step / 2, half), WIDTH - half)  # the outermost stay within the drawing
            if middle - half >= taken + 6:
                drawn.append(f'<text x="{middle:.1f}" y="{_TALL + 16}" class="under">{escape(under[place])}</text>')
                taken = middle + half
    drawn.append(f'<text x="0" y="12" class="label">{top}</text>')
    return _svg(WIDTH, _TALL + _FOOT - 12, title, name, "".join(drawn))


def world(atlas: Mapping[str, Any], shade: Mapping[str, int], hidden: frozenset[str], title: str, name: str) -> str:
    """Countries by ISO numeric code in shades from 1 to `SHADES`; longitude and latitude as they are, borders Natural Earth's."""
    arcs = _decoded(atlas)
    drawn = []
    for each in atlas["objects"]["countries"]["geometries"]:
        code = str(each.get("id", ""))
        if code == "010":  # Antarctica
            continue
        path = "".join(_ring(ring, arcs) for polygon in _polygons(each) for ring in polygon)
        style = "hidden" if code in hidden else f"shade-{shade[code]}" if code in shade else "land"
        if path:
            drawn.append(f'<path d="{path}" class="{style}"/>')
    return _svg(WIDTH * 2, 300, title, name, "".join(drawn))


def _polygons(geometry: Mapping[str, Any]) -> list[list[list[int]]]:
    if geometry["type"] == "Polygon":
        return [geometry["arcs"]]
    return list(geometry["arcs"]) if geometry["type"] == "MultiPolygon" else []


def _decoded(atlas: Mapping[str, Any]) -> list[list[tuple[int, int]]]:
    """Arcs of a TopoJSON in the map's own units, points that fall together left out."""
    (a, b), (c, d) = atlas["transform"]["scale"], atlas["transform"]["translate"]
    made = []
    for arc in atlas["arcs"]:
        x = y = 0
        points: list[tuple[int, int]] = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            place = round((x * a + c + 180) * 2), round((84 - (y * b + d)) * 2)
            if not points or points[-1] != place:
                points.append(place)
        made.append(points)
    return made


def _ring(ring: Sequence[int], arcs: Sequence[Sequence[tuple[int, int]]]) -> str:
    points: list[tuple[int, int]] = []
    for number in ring:
        found = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += found if not points or points[-1] != found[0] else found[1:]
    if len(set(points)) < 3:
        return ""
    for place in range(1, len(points)):  # over the date line a ring goes on beyond the edge, not back across the world
        before, (x, y) = points[place - 1][0], points[place]
        points[place] = x - round((x - before) / (2 * WIDTH)) * 2 * WIDTH, y
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"


def _svg(width: int, height: int, title: str, name: str, inner: str) -> str:
    hatch = (
        f'<defs><pattern id="{name}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<line x1="0" y1="0" x2="0" y2="6" class="hatch"/></pattern></defs>'
    )
    inner = inner.replace('class="hidden"', f'class="hidden" fill="url(#{name}-hatch)"')
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-title">'
        f'<title id="{name}-title">{escape(title)}</title>{hatch}{inner}</svg>'
    )


def _wide(words: str) -> float:
    """About how many units words take: full-width letters two, marks that stand on others none.

    >>> _wide("abc"), _wide("日本"), _wide("e\u0301")
    (21.0, 28.0, 7.0)
    """
    each = (0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in words)
    return _LETTER * sum(each)


def _cut(words: str, room: float) -> str:
    """Words that fit the room, the rest as an ellipsis: whole they are in the table."""
    if _wide(words) <= room:
        return words
    kept = words
    while kept and _wide(kept) + _LETTER > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"
