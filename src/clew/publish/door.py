"""The only door outward: writes what is releasable, and nothing else. Checks that must pass before it opens."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from clew.publish.types import Releasable, passed_checks
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

    A report goes beside it, for the steward's eyes alone (`report_path`, mode 0600); `also` names further tables of the
    same release. All files appear or none. Raises Blocked for any value that is not `Releasable`, and for a table that
    carries metadata.
    """
    tables = {path: release, **(also or {})}
    writers = {}
    for place, table in tables.items():
        if not passed_checks(table):
            raise Blocked("release: this value did not pass the checks of clew.publish")
        _refuse_metadata(table.value.schema)
        writers[place] = writer_for(place)
    with ExitStack() as files:
        # Files take their places in reverse when the stack closes: the release itself last.
        parts = {place: files.enter_context(whole_file(place)) for place in tables}
        if report is not None:
            _write_report(files.enter_context(_private_file(report_path(path))), report)
        for place, table in tables.items():
            writers[place](table.value, parts[place])
        return hashlib.sha256(parts[path].read_bytes()).hexdigest()


def write_content(release: Releasable[bytes], path: Path) -> str:
    """Writes a document that may leave, whole or not at all; answers its SHA-256 in hex. Raises Blocked for anything else."""
    if not passed_checks(release) or not isinstance(release.value, bytes):
        raise Blocked("release: this value did not pass the checks of clew.publish")
    with whole_file(path) as part:
        part.write_bytes(release.value)
    return hashlib.sha256(release.value).hexdigest()


def report_path(path: Path) -> Path:
    """Where the steward's report of a release goes: `out.csv` -> `out.report.json`."""
    return path.with_suffix(REPORT_SUFFIX)


def _refuse_metadata(schema: pa.Schema) -> None:
    fields = list(schema)
    while fields:
        field = fields.pop()
        if schema.metadata or field.metadata or pa.types.is_dictionary(field.type):
            raise Blocked("release: the table carries metadata, which may hold what its rows do not show")
        fields += [field.type.field(i) for i in range(field.type.num_fields)]


@contextmanager
def _private_file(path: Path) -> Iterator[Path]:
    """As `whole_file`, for its owner alone from the first byte on."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder")
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # made with mode 0600
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _write_report(part: Path, report: Mapping[str, Any]) -> None:
    part.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


STORY = "story.json"
"""The list of a story's files beside them: a folder that has it may be written anew."""


def write_site(pages: Mapping[str, Releasable[bytes]], folder: Path) -> None:
    """Writes the files of a story into a folder, all or none: a new or empty one, or one that holds an earlier story alone.

    Raises Blocked for anything that is not releasable, UsageError for a folder that holds something else.
    """
    for name, content in pages.items():
        if not passed_checks(content) or not isinstance(content.value, bytes) or Path(name).name != name:
            raise Blocked("story: this value did not pass the checks of clew.publish")
    _refuse_others(folder)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as made:
        new = Path(made) / "new"
        new.mkdir(mode=0o755)
        for name, content in pages.items():
            (new / name).write_bytes(content.value)
        hashes = {name: hashlib.sha256(content.value).hexdigest() for name, content in sorted(pages.items())}
        (new / STORY).write_text(json.dumps(hashes, indent=1) + "\n", encoding="utf-8")
        if folder.exists():
            folder.replace(Path(made) / "old")
        new.replace(folder)


def _refuse_others(folder: Path) -> None:
    if not folder.parent.is_dir():
        raise UsageError(f"{folder}: there is no such folder to write to")
    if not folder.exists():
        return
    if not folder.is_dir() or folder.is_symlink():
        raise UsageError(f"{folder}: is not a folder")
    held = {path.name for path in folder.iterdir()}
    try:
        known = {STORY, *json.loads((folder / STORY).read_text(encoding="utf-8"))} if STORY in held else set()
    except ValueError:
        known = set()
    if held - known:
        raise UsageError(f"{folder}: holds something that is no story; name a new folder")
