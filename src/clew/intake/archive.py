"""Reads web archives (WARC, ISO 28500) as page records. Needs the `capture` extra."""

from __future__ import annotations

import codecs
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clew.records.kinds import KINDS
from clew.records.mapping import Mapping
from clew.records.raw import Raw
from clew.records.read import Read, mapped
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import UnreadableInput, UsageError

_LARGEST_PAGE = 8 << 20
_LARGEST_KEPT = 64 << 20
"""Bytes of a rejected page that are kept: a small archive can unpack to more than any memory."""
_META_WITHIN = 1024
"""Bytes: a page that declares its encoding does so this early (HTML Standard, 4.2.5.4)."""
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

_Reject = tuple[int, str | None, str, str, str]
"""Row, id, field, rule and the page as it was."""


class _Text(HTMLParser):
    """The words a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._hidden += tag in {"script", "style", "template", "noscript"}

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "template", "noscript"} and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def page_text(html: str) -> str:
    """The visible text of an HTML page, white space folded."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    return re.sub(r"\s+", " ", " ".join(reader.parts)).strip()


def read_pages(path: Path) -> Read:
    """Every HTML response in the archive as a page: id, url, text, captured, sha256 of the body as captured.

    A response that is too large, has no valid date or repeats an id is rejected and kept whole (a page over 64 MiB: its first part);
    an archive that cannot be read at all raises UnreadableInput.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise UsageError("web archives need the extra: pip install 'clew[capture]'") from error
    pages: list[dict[str, Any]] = []
    bad: list[_Reject] = []
    try:
        with path.open("rb") as file:
            for number, record in enumerate(ArchiveIterator(file), 1):
                if record.rec_type == "response" and _is_html(record.http_headers):
                    _take(number, record, pages, bad)
    except (ArchiveLoadFailed, OSError) as error:
        raise UnreadableInput(f"{path.name}: not a readable web archive") from error
    if not pages and not bad:
        raise UnreadableInput(f"{path.name}: the archive holds no HTML page")
    return _read(pages, bad)


def _is_html(headers: Any) -> bool:
    return headers is not None and "html" in (headers.get_header("Content-Type") or "html")


def _take(number: int, record: Any, pages: list[dict[str, Any]], bad: list[_Reject]) -> None:
    headers = record.rec_headers
    name = (headers.get_header("WARC-Record-ID") or str(number)).strip("<>")
    body = record.content_stream().read(_LARGEST_KEPT + 1)
    html = _decoded(body[:_LARGEST_KEPT], record.http_headers.get_header("Content-Type") or "")
    if len(body) > _LARGEST_PAGE:
        rule = f"page larger than {_LARGEST_PAGE >> 20} MiB"
        cut = f", of which the first {_LARGEST_KEPT >> 20} are kept" if len(body) > _LARGEST_KEPT else ""
        bad.append((number, name, "text", rule + cut, html))
        return
    pages.append(
        {
            "row": number,
            "id": name,
            "url": headers.get_header("WARC-Target-URI"),
            "captured": headers.get_header("WARC-Date"),
            "text": page_text(html),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
    )


def _decoded(body: bytes, content_type: str) -> str:
    """The page in the encoding of its mark, its header, its own meta element or UTF-8, whichever reads it first.

    What none of them reads is UTF-8 with the other bytes written as backslash escapes: nothing is dropped.
    """
    declared = _CHARSET.search(content_type.encode("latin-1", "replace")), _CHARSET.search(body[:_META_WITHIN])
    names = [found[1].decode("ascii", "replace") for found in declared if found]
    marks = [name for mark, name in _MARKS.items() if body.startswith(mark)]
    for name in [*marks, *map(_as_browsers_do, names), "utf-8-sig"]:
        try:
            return body.decode(name)
        except (UnicodeError, LookupError):
            continue
    return body.decode("utf-8", "backslashreplace")


def _as_browsers_do(name: str) -> str:
    """Pages that claim Latin-1 or ASCII are read as Windows-1252 (WHATWG Encoding Standard, 4.2)."""
    return "cp1252" if name.lower() in {"iso-8859-1", "latin1", "latin-1", "us-ascii", "ascii"} else name


def _read(pages: list[dict[str, Any]], bad: list[_Reject]) -> Read:
    """Pages of the kind's types; one with a date that is none, or an id that came before, is rejected as it is."""
    kind = KINDS["pages"]
    numbers = np.array([page["row"] for page in pages], dtype=np.int64)
    fields = [f.name for f in kind.fields]
    columns = {name: pa.array([page.get(name) for page in pages], pa.string()) for name in fields}
    rejects = Rejects(pa.table(list(zip(*bad, strict=True)), schema=REJECTS)) if bad else Rejects.none()
    return mapped(Raw(pa.table(columns), numbers, rejects), kind, Mapping(columns={name: name for name in fields}))
