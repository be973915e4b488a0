"""A written document as blocks: headings, sentences, lists and tables; into Markdown, and into an accessible PDF (PDF/UA-1)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Literal

from clew.safeguards.errors import UsageError

_MARKS = re.compile(r"([\\`*_\[\]<>|#])")


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    kind: Literal["words"] = "words"


@dataclass(frozen=True, slots=True)
class Items:
    items: tuple[str, ...]
    kind: Literal["items"] = "items"


@dataclass(frozen=True, slots=True)
class Rows:
    """A table. Every row has as many cells as the head."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    kind: Literal["rows"] = "rows"


Block = Heading | Words | Items | Rows


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    about: str
    blocks: tuple[Block, ...]


def markdown(document: Document) -> str:
    """As Markdown. Whatever a text holds, it stays text."""
    lines = [f"# {plain(document.title)}", "", plain(document.about), ""]
    for block in document.blocks:
        lines += [*_lines(block), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _lines(block: Block) -> list[str]:
    if isinstance(block, Heading):
        return [f"{'#' * (block.level + 1)} {plain(block.text)}"]
    if isinstance(block, Words):
        return [plain(block.text)]
    if isinstance(block, Items):
        return [f"- {plain(item)}" for item in block.items]
    rows = [_row(block.head), "|" + "---|" * len(block.head), *map(_row, block.rows)]
    return [plain(block.caption), "", *rows]


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(plain(cell) for cell in cells) + " |"


def plain(text: str) -> str:
    r"""The text on one line, with what Markdown would read as marks made plain.

    >>> print(plain("a|b\n# [x](y)"))
    a\|b \# \[x\](y)
    """
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def pdf(document: Document, *, day: str) -> bytes:
    """As PDF/UA-1, tagged for who does not read by eye. `day` (ISO 8601) is printed on it.

    Raises UsageError without the extra `reports`, and where no font here has a character of the text.
    """
    try:
        import typst
    except ImportError:
        raise UsageError(
            "PDF: the extra 'reports' is needed (pip install clew[reports]); Markdown needs none"
        ) from None
    template = files("clew.safeguards").joinpath("document.typ").read_bytes()
    given = {"document": json.dumps(asdict(document), ensure_ascii=False), "day": day}
    try:
        made = typst.compile(template, sys_inputs=given, pdf_standards="ua-1")
    except typst.TypstError as error:
        words = "no font here has a character of it" if "displayed" in str(error) else "it cannot be set as PDF/UA"
        raise UsageError(f"PDF: {words}; write it as Markdown") from None
    assert isinstance(made, bytes)
    return made


def outline(document: Document) -> Mapping[str, tuple[Block, ...]]:
    """Heading -> the blocks under it, in order; what stands before the first heading is under ''."""
    parts: dict[str, tuple[Block, ...]] = {}
    name = ""
    for block in document.blocks:
        if isinstance(block, Heading) and block.level == 1:
            name = block.text
            parts[name] = ()
        else:
            parts[name] = (*parts.get(name, ()), block)
    return parts
