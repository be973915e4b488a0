"""A limit on how much processor time one text may take.

The limit interrupts by the process's virtual timer, so it holds in the main thread of a POSIX process that has no use of
that timer itself, which is where commands and scan workers run. A busy machine does not make a text fail. Elsewhere the
limit does nothing: there the detectors' own promise holds, linear time over texts of a bounded length.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

_TICKS = 20
"""How often the timer rings within the limit: setting it anew for every text would cost more than most texts do."""


class TooLong(Exception):
    """A text took longer than its limit."""


class Watch:
    """Use as a context; set `ticks` to 0 for every text. More than `limit_s` seconds of processor time after that, and at
    most a twentieth more, raise `TooLong`.
    """

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self.ticks = 0
        self.armed = False

    def __enter__(self) -> Self:
        if _timer_is_free():
            signal.signal(signal.SIGVTALRM, self._ring)
            signal.setitimer(signal.ITIMER_VIRTUAL, self.limit_s / _TICKS, self.limit_s / _TICKS)
            self.armed = True
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.armed:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
            self.armed = False

    def _ring(self, _signal: int, _frame: FrameType | None) -> None:
        self.ticks += 1
        if self.ticks > _TICKS:
            self.ticks = 0
            raise TooLong


def _timer_is_free() -> bool:
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return False
    return signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL and signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0
