"""Collects garbage rarely while a scan runs: the tables of places hold 200,000 objects that never go."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_RARELY = (200_000, 20, 1000)
_lock = Lock()
_inside: list[tuple[int, int, int]] = []
"""What held before the first of the scans that run now, once for each of them."""


@contextmanager
def rarely_collected() -> Iterator[None]:
    """While it lasts; afterwards as before. Where collecting is off or rarer, nothing changes. Safe among threads."""
    with _lock:
        _inside.append(_inside[0] if _inside else gc.get_threshold())
        if 0 < gc.get_threshold()[0] < _RARELY[0]:
            gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        with _lock:
            before = _inside.pop()
            if not _inside:
                gc.set_threshold(*before)
