"""A story as files: one page, one stylesheet, and a table for each figure. No script, nothing from elsewhere."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from clew.publish.stories.citing import Cited
from clew.publish.stories.counting import OPEN, Counts, Cross, Line, counts_of, cross_of
from clew.publish.stories.drawing import SHADES, bars, columns, world
from clew.publish.stories.markdown import prose
from clew.publish.stories.script import Figure, Script, Text
from clew.publish.types import Guarantee, Releasable, _releasable
from clew.safeguards.errors import UsageError
from clew.standards import places

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
NOT_STATED = "not stated or suppressed"
LEGEND = (
    '<p class="legend"><span class="key few"></span> few <span class="key many"></span> many <span class="key none"></span> none '
    "that is known. What is no single country is in the table only. Borders are Natural Earth's view, not ours.</p>"
)


def tell(
    script: Script, cited: Mapping[str, Cited], atlas: Mapping[str, Any] | None = None
) -> Mapping[str, Releasable[bytes]]:
    """The files of a story by name. Its figures are counted from the releases of `cited` and from nothing else.

    `atlas` is a TopoJSON of countries with ISO numeric ids, needed where the story has a map. Raises UsageError naming the
    part for a release that is not cited or a column that it does not have.
    """
    made: dict[str, bytes] = {"story.css": files("clew.publish.stories").joinpath("story.css").read_bytes()}
    body = []
    numbers = {id(part): n for n, part in enumerate((p for p in script.parts if isinstance(p, Figure)), start=1)}
    for place, part in enumerate(script.parts, start=1):
        if isinstance(part, Text):
            body.append(f'<section class="prose">{prose(part.words)}</section>')
            continue
        source = cited.get(part.release)
        if source is None:
            raise UsageError(f"part {place}: {part.release} is no release that this story may cite")
        try:
            html, table = _figure(part, source, numbers[id(part)], atlas)
        except UsageError as error:
            raise UsageError(f"part {place}: {error}") from None
        body.append(html)
        made[f"figure-{numbers[id(part)]}.csv"] = table
    made["index.html"] = _page(script, body, [cited[name] for name in script.releases]).encode()
    guarantee = _guarantee([cited[name] for name in script.releases])
    return {name: _releasable(content, guarantee) for name, content in made.items()}


def _guarantee(sources: Sequence[Cited]) -> Guarantee:
    """Of a story that counts releases only, theirs; of one without figures, that it holds none."""
    if not sources:
        raise UsageError("story: it has no figure of a release; words alone need no door")
    words = "; ".join(f"{each.entry.id}: {each.entry.guarantee}" for each in sources)
    return Guarantee(method=sources[0].entry.method, words=f"made of releases only ({words})")  # type: ignore[arg-type]


def _figure(part: Figure, source: Cited, number: int, atlas: Mapping[str, Any] | None) -> tuple[str, bytes]:
    name = f"figure-{number}"
    if part.across is not None:
        cross = cross_of(source, part.of, part.across)
        shown, drawing = _cross_table(part, cross), ""
        table, suppression = _cross_csv(part, cross), cross.suppression
    else:
        counts = counts_of(source, part.of, 300 if part.kind == "map" else part.most)
        worded = [(_worded(line), line) for line in counts.lines]
        drawing = "" if part.kind == "table" else _drawing(part, worded, name, atlas)
        shown, table, suppression = _table(part, worded, counts), _csv(part, worded, counts), counts.suppression
    drawn = f'<div class="drawing">{drawing}</div>' if drawing else ""
    wide = "wide" if part.kind == "map" else "pair" if drawing else "alone"
    legend = LEGEND if part.kind == "map" else ""
    title = escape(part.title)
    html = (
        f'<figure class="{wide}" aria-labelledby="{name}-caption"><h3 id="{name}-caption">{title}</h3>{drawn}{legend}'
        f'<div class="scroll" tabindex="0" role="region" aria-label="Table: {title}">{shown}</div>'
        f"<figcaption>{_caption(part, source, suppression)} "
        f'<a href="{name}.csv" download>This table (CSV)<span class="unseen">: {title}</span></a></figcaption></figure>'
    )
    return html, table


def _drawing(part: Figure, worded: Sequence[tuple[str, Line]], name: str, atlas: Mapping[str, Any] | None) -> str:
    title = f"{part.title}. The same is in the table."
    if part.kind == "chart":
        return bars(worded, title, name) if part.form == "bars" else columns(worded, title, name)
    if atlas is None:
        raise UsageError("a map needs the outlines of countries")
    codes = {line.value: known.numeric for _, line in worded if (known := places.country(line.value)) is not None}
    if not codes:
        raise UsageError(f"{part.of} holds no countries (ISO 3166-1 alpha-3)")
    top = max((line.size for _, line in worded if line.value in codes), default=1) or 1
    shade = {
        codes[line.value]: min(SHADES, 1 + int(SHADES * (line.size / top) ** 0.5))
        for _, line in worded
        if line.value in codes and not line.hidden
    }
    hidden = frozenset(codes[line.value] for _, line in worded if line.value in codes and line.hidden)
    return world(atlas, shade, hidden, title, name)


def _worded(line: Line) -> str:
    if line.gathered:
        return f"{line.gathered} others together"
    return _said(line.value)


def _said(value: str) -> str:
    if value == OPEN:
        return NOT_STATED
    known = places.country(value) if len(value) == 3 and value.isupper() else None
    return known.name if known else value


def _table(part: Figure, worded: Sequence[tuple[str, Line]], counts: Counts) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(words)}</th><td{_hatched(line.hidden)}>{escape(line.shown)}</td></tr>'
        for words, line in worded
    )
    if counts.open:
        rows += f'<tr class="open"><th scope="row">{NOT_STATED}</th><td>{escape(counts.open)}</td></tr>'
    head = f'<thead><tr><th scope="col">{escape(_heading(part.of))}</th><th scope="col" class="figure">Persons</th></tr></thead>'
    return f"<table>{head}<tbody>{rows}</tbody></table>"


def _cross_table(part: Figure, cross: Cross) -> str:
    head = "".join(f'<th scope="col" class="figure">{escape(_said(value))}</th>' for value in cross.columns)
    rows = "".join(_cross_row(row, cross) for row in cross.rows)
    corner = f"{_heading(part.of)} by {_heading(part.across or '')}"
    return f'<table><thead><tr><th scope="col">{escape(corner)}</th>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _cross_row(row: str, cross: Cross) -> str:
    cells = "".join(_cell(cross.cells.get((row, value), "0")) for value in cross.columns)
    return f'<tr><th scope="row">{escape(_said(row))}</th>{cells}</tr>'


def _cell(shown: str) -> str:
    return f"<td{_hatched(not shown.isdigit())}>{escape(shown)}</td>"


def _hatched(hidden: bool) -> str:
    return ' class="hatched"' if hidden else ""


def _heading(name: str) -> str:
    """A column's name as words: `CountryOfExploitation`, `exploited_in`."""
    words = "".join(f" {c}" if c.isupper() and i and not name[i - 1].isupper() else c for i, c in enumerate(name))
    said = " ".join(words.replace("_", " ").split())
    return said[:1].upper() + said[1:].lower()


def _caption(part: Figure, source: Cited, suppression: str) -> str:
    entry = source.entry
    note = f"{escape(part.note)} " if part.note else ""
    return (
        f'{note}From <a href="#{entry.id}">{escape(entry.title)}</a>, released {entry.at:%d %B %Y}. '
        f"Guarantee: {escape(entry.guarantee)}. {escape(suppression)}"
    )


def _csv(part: Figure, worded: Sequence[tuple[str, Line]], counts: Counts) -> bytes:
    rows = [(part.of, "value", "count"), *((line.value, words, line.shown) for words, line in worded)]
    return _written([*rows, *([("", NOT_STATED, counts.open)] if counts.open else [])])


def _cross_csv(part: Figure, cross: Cross) -> bytes:
    rows = [[part.of, *(_said(value) for value in cross.columns)]]
    rows += [[_said(row), *(cross.cells.get((row, value), "0") for value in cross.columns)] for row in cross.rows]
    return _written(rows)


def _written(rows: Sequence[Sequence[str]]) -> bytes:
    """CSV of which no cell runs as a formula in a spreadsheet."""
    text = io.StringIO(newline="")
    safe = ([f"'{cell}" if cell[:1] in "=+-@\t\r" else cell for cell in row] for row in rows)
    csv.writer(text, lineterminator="\n").writerows(safe)
    return text.getvalue().encode()


def _page(script: Script, body: Sequence[str], sources: Sequence[Cited]) -> str:
    summary = f'<p class="summary">{escape(script.summary)}</p>' if script.summary else ""
    by = f'<p class="by">{escape(script.by)}</p>' if script.by else ""
    parts = "\n".join(body)
    described = f'<meta name="description" content="{escape(script.summary)}">' if script.summary else ""
    return (
        f'<!doctype html>\n<html lang="{escape(script.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n'
        f'<meta name="color-scheme" content="light dark">\n{described}<title>{escape(script.title)}</title>\n'
        '<link rel="stylesheet" href="story.css">\n</head>\n<body>\n'
        f"<main>\n<header><h1>{escape(script.title)}</h1>{summary}{by}</header>\n{parts}\n{_sources(sources)}\n</main>\n"
        "</body>\n</html>\n"
    )


def _sources(sources: Sequence[Cited]) -> str:
    items = "".join(
        f'<li id="{each.entry.id}"><strong>{escape(each.entry.title)}</strong>, {each.entry.rows:,} rows, released '
        f"{each.entry.at:%d %B %Y}. {escape(each.entry.guarantee)}. <code>{each.entry.id}</code>, SHA-256 "
        f"<code>{each.entry.sha256}</code></li>"
        for each in sources
    )
    return (
        '<section class="prose sources"><h2>Where the figures come from</h2><p>Every figure is counted from the releases below, which '
        "two persons signed, and from nothing else. They count persons whom somebody recorded, not how many there are: where "
        f"nobody looks, nothing is recorded.</p><ul>{items}</ul></section>"
    )
