"""CSV (RFC 4180): one line an identifier, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from clew.publish.exports.shared import Shared

SUFFIX = ".csv"
HEADER = ("kind", "value", "adverts", "first", "last", "sharing_level", "lead", "recipient", "agreement", "terms")
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TERMS = "not anonymous; for this recipient alone; not proven"


def write(shared: Shared) -> tuple[bytes, Sequence[str]]:
    """The table, and what it cannot hold."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADER)
    who = shared.recipient
    for each in shared.identifiers:
        row = (each.kind, each.value, len(each.records), _text(each.first), _text(each.last))
        terms = (shared.tlp, shared.lead, who.name, who.agreement, _TERMS)
        writer.writerow([plain(cell) for cell in (*row, *terms)])
    guarded = sum(plain(each.value) != each.value for each in shared.identifiers)
    said = [
        (guarded, "values have an apostrophe before them, so that no spreadsheet runs them (phones in +... form)"),
        (len(shared.reasons), "reasons"),
        (1, "judgement"),
        (sum(bool(entry.place) for entry in shared.entries), "records' places"),
    ]
    return out.getvalue().encode(), [f"{number} {words}" for number, words in said if number]


def plain(cell: object) -> object:
    """A text that a spreadsheet would run gets an apostrophe before it (OWASP, CSV injection).

    >>> plain("=1+1"), plain(" @x"), plain("+33 1"), plain(-2), plain("a-b")
    ("'=1+1", "' @x", "'+33 1", -2, 'a-b')
    """
    if not isinstance(cell, str):
        return "" if cell is None else cell
    return "'" + cell if cell.lstrip(" \u00a0\ufeff").startswith(_STARTS) or cell.startswith(_STARTS) else cell


def _text(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
