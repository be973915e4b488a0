"""Drafts of releases: made once, looked at and signed by two persons as they are, and then released or thrown away.

Noise is drawn anew at every making, so a release made again at the second signature would be another one than was looked at. A draft
keeps the very bytes. It is kept under what was asked of which data, for as long as a signature holds, in a folder of its own.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from clew.publish import write_release
from clew.publish.door import report_path
from clew.publish.types import Releasable
from clew.store.deciding import SIGNATURE_HOLDS

FOLDER = "drafts"
_ABOUT = "draft"


@dataclass(frozen=True, slots=True)
class Draft:
    """What would leave, written but not released, and what is said of it."""

    path: Path
    report: Mapping[str, Any]
    rows: int
    guarantee: str
    epsilon: float
    sha256: str
    """Of the file that would leave."""
    digest: str
    """Of the file and of its report: what a signature is under."""

    def copied_to(self, place: Path) -> None:
        """Copies the file and its report to where a release takes its place from, both for their owner alone."""
        for source, target in ((self.path, place), (report_path(self.path), report_path(place))):
            target.touch(mode=0o600)
            shutil.copyfile(source, target)


def draft_of(folder: Path, key: str, make: Callable[[], tuple[Releasable[pa.Table], Mapping[str, Any]]]) -> Draft:
    """The draft of this key, made where there is none yet."""
    place = folder / FOLDER
    path = place / f"{key}.csv"
    if not (path.is_file() and report_path(path).is_file()):
        release, report = make()
        place.mkdir(mode=0o700, exist_ok=True)
        said = {
            "rows": release.value.num_rows,
            "guarantee": release.guarantee.words,
            "epsilon": release.guarantee.epsilon,
        }
        write_release(release, path, report={**report, _ABOUT: said})
        for each in (path, report_path(path)):
            each.chmod(0o600)  # the folder alone would keep strangers out, until it is moved or copied
    report = json.loads(report_path(path).read_text(encoding="utf-8"))
    said = report.pop(_ABOUT)
    mine = sha256(path.read_bytes()).hexdigest()
    about = sha256(report_path(path).read_bytes()).hexdigest()
    return Draft(
        path,
        report,
        said["rows"],
        said["guarantee"],
        said["epsilon"],
        mine,
        sha256(f"{mine} {about}".encode()).hexdigest(),
    )


def drop_draft(draft: Draft) -> None:
    for path in (draft.path, report_path(draft.path)):
        path.unlink(missing_ok=True)


def drop_drafts(folder: Path, *, all_of_them: bool = False) -> None:
    """Throws drafts away that no signature can hold any more, or all."""
    oldest = time.time() - SIGNATURE_HOLDS.total_seconds()
    for path in sorted((folder / FOLDER).glob("*")):
        if all_of_them or path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
