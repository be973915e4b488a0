"""The only door outward: writes what is releasable, and nothing else. Checks that must pass before it opens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pyarrow as pa

from clew.publish.types import Releasable, is_releasable
from clew.records.write import whole_file, writer_for
from clew.safeguards.errors import Blocked, UsageError

REPORT_SUFFIX = ".report.json"


def check(failures: int) -> None:
    """Raises Blocked where a detector failed on a text: what it should have read may not leave unread."""
    if failures < 0:
        raise UsageError("release: the number of failures is negative")
    if failures:
        raise Blocked(
            f"release: {failures} texts could not be read by a detector; read them again or leave their records out"
        )


def write_release(
    release: Releasable[pa.Table],
    path: Path,
    *,
    report: Mapping[str, Any] | None = None,
    also: Mapping[Path, Releasable[pa.Table]] | None = None,
) -> str:
    """Writes a table that may leave, by extension, and returns the SHA-256 of the file in hex.

    A report goes beside it, for the steward (`report_path`); `also` names further tables of the same release. All files
    appear or none. Raises Blocked for any value that is not `Releasable`.
    """
    tables = {path: release, **(also or {})}
    writers = {}
    for place, table in tables.items():
        if not is_releasable(table):
            raise Blocked("release: this value did not pass the checks of clew.publish")
        writers[place] = writer_for(place)
    with ExitStack() as files:
        # Files take their places in reverse when the stack closes: the release itself last.
        parts = {place: files.enter_context(whole_file(place)) for place in tables}
        if report is not None:
            _write_report(files.enter_context(whole_file(report_path(path))), report)
        for place, table in tables.items():
            writers[place](table.value, parts[place])
        return hashlib.sha256(parts[path].read_bytes()).hexdigest()


def report_path(path: Path) -> Path:
    """Where the steward's report of a release goes: `out.csv` -> `out.report.json`."""
    return path.with_suffix(REPORT_SUFFIX)


def _write_report(part: Path, report: Mapping[str, Any]) -> None:
    part.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
