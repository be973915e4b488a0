"""Shares with their uncertainty, small cells hidden: the arithmetic of a quality report, in columns.

A count of 1 to 4, and one that leaves 1 to 4 over, is an interval; so is what would give it away (`quality_hiding`). Intervals of shares are Wilson's score intervals,
those of differences Newcombe's hybrid of them (Statistics in Medicine 17, 1998), those of means Welch's.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.insight.quality_hiding import Counts, Shown, alone, hide

Numbers = npt.NDArray[np.float64]

SHARES: tuple[tuple[str, pa.DataType], ...] = (
    ("count_low", pa.int64()),
    ("count_high", pa.int64()),
    ("of_low", pa.int64()),
    ("of_high", pa.int64()),
    ("share_low", pa.float64()),  # of what was counted; equal to share_high where nothing is hidden
    ("share_high", pa.float64()),
    ("low", pa.float64()),  # 95 % interval of the share
    ("high", pa.float64()),
    ("suppressed", pa.bool_()),
    ("text", pa.string()),
)
Z = 1.959963984540054
"""95 %, two-sided."""


def wilson(count: npt.ArrayLike, of: npt.ArrayLike, z: float = Z) -> tuple[Numbers, Numbers]:
    """Wilson's score interval of a share; the whole from 0 to 1 where nothing was counted.

    >>> [round(float(end), 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    k, n = np.asarray(count, dtype=np.float64), np.asarray(of, dtype=np.float64)
    safe = np.where(n > 0, n, 1)
    share = np.clip(k / safe, 0, 1)
    middle = (share + z**2 / (2 * safe)) / (1 + z**2 / safe)
    half = z / (1 + z**2 / safe) * np.sqrt(share * (1 - share) / safe + z**2 / (4 * safe**2))
    low, high = np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
    return np.where(n > 0, low, 0.0), np.where(n > 0, high, 1.0)


def newcombe(
    k1: npt.ArrayLike, n1: npt.ArrayLike, k2: npt.ArrayLike, n2: npt.ArrayLike, z: float = Z
) -> tuple[Numbers, Numbers]:
    """The interval of the difference of two shares, the first less the second.

    >>> [round(float(end), 4) for end in newcombe(56, 70, 48, 80)]
    [0.0524, 0.3339]
    """
    p1, p2 = (np.asarray(k, dtype=np.float64) / np.maximum(n, 1) for k, n in ((k1, n1), (k2, n2)))
    low1, high1 = wilson(k1, n1, z)
    low2, high2 = wilson(k2, n2, z)
    down = np.sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2)
    up = np.sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)
    return p1 - p2 - down, p1 - p2 + up


def shares(count: npt.ArrayLike, of: npt.ArrayLike, below: int) -> dict[str, pa.Array]:
    """The columns of `SHARES` of counts that nothing binds to each other. See `shares_of_field` for those that are.

    >>> shares([3, 38, 20, 1], [40, 40, 40, 3], 5)["text"].to_pylist()
    ['<5 of 40', '>35 of 40', '20 of 40 (50 %)', 'fewer than 5 cases']
    """
    k, n = np.asarray(count, dtype=np.int64), np.asarray(of, dtype=np.int64)
    return _columns(k, n, alone(k, n, below), below)


def shares_of_field(
    pairs: Sequence[tuple[Counts, Counts]], below: int, cases: Shown | None = None
) -> list[dict[str, pa.Array]]:
    """The columns of `SHARES` for each measure of a field: counts and what they are of, one number a line.

    What is hidden lies between its ends and cannot be told from them, from the other lines or the other measures.
    """
    return [_columns(k, n, shown, below) for (k, n), shown in zip(pairs, hide(pairs, below, cases), strict=True)]


NONE = "no case to count"
NOT_SHOWN = "not shown"


def _columns(k: Counts, n: Counts, shown: tuple[Shown, Shown, Shown], below: int) -> dict[str, pa.Array]:
    own, _, whole = shown
    few = whole.mark & (n < below)
    top = np.where(np.isinf(whole.high), np.maximum(whole.low, 1), whole.high)
    low = np.where(few, 0.0, own.low)
    high = np.where(few, below - 1.0, np.where(np.isinf(own.high), top, own.high))
    least, most = low / np.maximum(top, 1), np.minimum(high / np.maximum(whole.low, 1), 1)
    ends = wilson(low, np.maximum(top, 1))[0], wilson(np.minimum(high, np.maximum(whole.low, 1)), whole.low)[1]
    open_ = few | np.isinf(whole.high)  # nothing is said of the share
    share = np.where(open_, 0.0, least), np.where(open_, 1.0, most)
    nothing = n == 0
    return {
        "count_low": _whole(low),
        "count_high": _whole(np.where(np.isinf(own.high) & ~few, np.nan, high)),
        "of_low": _whole(whole.low),
        "of_high": _whole(np.where(np.isinf(whole.high), np.nan, whole.high)),
        "share_low": pa.array(share[0], mask=nothing),
        "share_high": pa.array(share[1], mask=nothing),
        "low": pa.array(np.where(open_, 0.0, ends[0]), mask=nothing),
        "high": pa.array(np.where(open_, 1.0, ends[1]), mask=nothing),
        "suppressed": pa.array(own.hidden | whole.hidden),
        "text": pa.array([_text(line, k, n, shown, below) for line in range(len(k))], pa.string()),
    }


def _whole(values: Numbers) -> pa.Array:
    """Whole numbers; null where nothing bounds them."""
    return pa.array(np.nan_to_num(values).astype(np.int64), mask=np.isnan(values))


def _text(line: int, k: Counts, n: Counts, shown: tuple[Shown, Shown, Shown], below: int) -> str:
    own, rest, whole = shown
    count, of = int(k[line]), int(n[line])
    if of == 0 and not whole.hidden[line]:
        return NONE
    if whole.mark[line]:
        return f"fewer than {below} cases"
    words = _between(whole, line)
    if not own.hidden[line]:
        return f"{count} of {words}" + ("" if whole.hidden[line] else f" ({100 * count / of:.0f} %)")
    if own.mark[line] and rest.mark[line]:
        return f"some of {words}, not all"
    if own.mark[line]:
        return f"<{below} of {words}"
    if rest.mark[line] and not whole.hidden[line]:
        return f">{of - below} of {words}"
    open_ = own.low[line] <= 0 and own.high[line] >= whole.high[line]
    mine = NOT_SHOWN if open_ else _between(own, line)
    return mine if words == NOT_SHOWN else f"{mine}, of {words}" if open_ else f"{mine} of {words}"


def _between(shown: Shown, line: int) -> str:
    low, high = shown.low[line], shown.high[line]
    if not shown.hidden[line]:
        return f"{low:.0f}"
    if np.isinf(high):
        return f"{low:.0f} or more" if low > 1 else NOT_SHOWN
    return f"{low:.0f} to {high:.0f}"
