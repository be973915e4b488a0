"""A folder that files leave by: whoever opens the workspace tidies up in it only while nobody is writing there."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def leaving_by(folder: Path) -> Iterator[None]:
    """Says, as long as it lasts, that a file is on its way out here. A process that dies says it no more."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


@contextmanager
def nobody_leaves_by(folder: Path) -> Iterator[bool]:
    """Whether no process has a file on its way out here; none begins one as long as this lasts."""
    if not folder.is_dir():
        yield True
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
