"""A limit on how long one text may take.

The limit interrupts by the process's alarm clock, so it holds in the main thread of a POSIX process that has no use of
the alarm itself, which is where commands and scan workers run. Elsewhere it does nothing: there the detectors' own
promise holds, linear time over texts of a bounded length.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self


class TooLong(Exception):  # noqa: N818 - it names what happened
    """A text took longer than its limit."""


class Watch:
    """Use as a context; between `start` and `stop` more than `limit_s` seconds raise `TooLong`."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.armed = False

    def __enter__(self) -> Self:
        if _alarm_is_free():
            signal.signal(signal.SIGALRM, _ring)
            self.armed = True
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            self.armed = False

    def start(self) -> None:
        if self.armed:
            signal.setitimer(signal.ITIMER_REAL, self.limit_s)

    def stop(self) -> None:
        if self.armed:
            signal.setitimer(signal.ITIMER_REAL, 0)


def _alarm_is_free() -> bool:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    return signal.getsignal(signal.SIGALRM) is signal.SIG_DFL and signal.getitimer(signal.ITIMER_REAL)[0] == 0


def _ring(_signal: int, _frame: FrameType | None) -> None:
    raise TooLong
