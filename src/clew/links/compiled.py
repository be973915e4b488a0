"""Machine code for loops over millions of rows: numba with the lock of Python released, and the threads that run it.

Kernels are compiled at their first call and kept on disk; `clew.links.warm` does that ahead of time. They run on parts
of the rows in ordinary threads, so that a result never depends on how many threads there were.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar, cast

import numba
import numpy as np

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
Result = TypeVar("Result")
AHEAD = 4
"""Pieces of work for each thread that are begun before their answers are asked for."""


def compiled(function: Kernel) -> Kernel:
    """The same function as machine code. A change to a kernel must touch the file of every kernel that calls it."""
    return cast(Kernel, numba.njit(nogil=True, cache=True)(function))


def inlined(function: Kernel) -> Kernel:
    """A helper that exists only inside kernels; nothing is kept on disk for it alone."""
    return cast(Kernel, numba.njit(nogil=True, inline="always")(function))


@inlined
def mixed(value: np.uint64) -> np.uint64:
    """Spreads a number over all 64 bits (the finaliser of SplitMix64, Steele et al. 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def worker_count() -> int:
    """Threads worth starting: the processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def parts_of(count: int, size: int) -> list[tuple[int, int]]:
    """Splits `count` rows into ranges of at most `size`, at least one, and about eight where the rows are fewer."""
    size = min(size, max(-(-count // 8), 1024))
    return [(low, min(low + size, count)) for low in range(0, max(count, 1), size)]


def in_threads(work: Callable[..., Result], arguments: Iterable[tuple[Any, ...]]) -> Iterator[Result]:
    """Runs `work` once for each tuple of arguments and yields the answers in the order of the arguments, which are taken no
    faster than they are used.
    """
    workers = min(worker_count(), len(arguments)) if isinstance(arguments, Sized) else worker_count()
    if workers <= 1:
        yield from (work(*each) for each in arguments)
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="clew-links") as pool:
        begun: deque[Future[Result]] = deque()
        for each in arguments:
            begun.append(pool.submit(work, *each))
            if len(begun) >= AHEAD * workers:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
