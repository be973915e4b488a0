"""Reads web archives (WARC, ISO 28500) as page records. Needs the `capture` extra."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa

from clew.records.kinds import KINDS
from clew.records.read import Read
from clew.records.rejects import REJECTS, Rejects
from clew.records.typing import fit
from clew.safeguards.errors import UnreadableInput, UsageError

_LARGEST_PAGE = 8 << 20


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

    A response that is too large or cannot be decoded is rejected and named; an archive that cannot be read at all
    raises UnreadableInput.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise UsageError("web archives need the extra: pip install 'clew[capture]'") from error
    pages: list[dict[str, Any]] = []
    bad: list[tuple[int, str | None, str, str, str]] = []
    try:
        with path.open("rb") as file:
            for number, record in enumerate(ArchiveIterator(file), 1):
                if record.rec_type == "response" and _is_html(record.http_headers):
                    _take(number, record, pages, bad)
    except (ArchiveLoadFailed, OSError) as error:
        raise UnreadableInput(f"{path.name}: not a readable web archive") from error
    if not pages and not bad:
        raise UnreadableInput(f"{path.name}: the archive holds no HTML page")
    return Read(
        _table(pages), Rejects(pa.table(list(zip(*bad, strict=True)), schema=REJECTS)) if bad else Rejects.none()
    )


def _is_html(headers: Any) -> bool:
    return headers is not None and "html" in (headers.get_header("Content-Type") or "html")


def _take(
    number: int, record: Any, pages: list[dict[str, Any]], bad: list[tuple[int, str | None, str, str, str]]
) -> None:
    name = record.rec_headers.get_header("WARC-Record-ID") or str(number)
    body = record.content_stream().read(_LARGEST_PAGE + 1)
    if len(body) > _LARGEST_PAGE:
        bad.append((number, name, "text", f"page larger than {_LARGEST_PAGE >> 20} MiB", ""))
        return
    headers = record.rec_headers
    page = {
        "id": name.strip("<>"),
        "url": headers.get_header("WARC-Target-URI"),
        "captured": headers.get_header("WARC-Date"),
    }
    pages.append(
        page | {"text": page_text(body.decode("utf-8", "replace")), "sha256": hashlib.sha256(body).hexdigest()}
    )


def _table(pages: list[dict[str, Any]]) -> pa.Table:
    kind = KINDS["pages"]
    columns = {}
    for f in kind.fields:
        given = pa.array([page.get(f.name) for page in pages], pa.string())
        columns[f.name], _, _ = fit(pa.chunked_array([given]), f)
    return pa.table(columns, schema=kind.schema)
