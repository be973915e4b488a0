"""Shares with their uncertainty, small cells hidden: the arithmetic of a quality report, in columns.

A count of 1 to 4, and one that leaves 1 to 4 over, is an interval. Intervals of shares are Wilson's score intervals,
those of differences Newcombe's hybrid of them (Statistics in Medicine 17, 1998), those of means Welch's.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

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
    """The columns of `SHARES`. What is hidden lies between its ends and cannot be told from them.

    >>> shares([3, 38, 20, 1], [40, 40, 40, 3], 5)["text"].to_pylist()
    ['<5 of 40', '>35 of 40', '20 of 40 (50 %)', 'of <5']
    """
    k, n = np.asarray(count, dtype=np.int64), np.asarray(of, dtype=np.int64)
    few = (n > 0) & (n < below)
    inside = (k > 0) & (k < n) & ~few
    both = inside & (n < 2 * below - 1)  # too few to hide a count behind one side: any count within is `some`
    small, rest = inside & ~both & (k < below), inside & ~both & (n - k < below)
    low = np.where(few, 0, np.where(small | both, 1, np.where(rest, n - below + 1, k)))
    high = np.where(few, below - 1, np.where(small, below - 1, np.where(rest | both, n - 1, k)))
    hidden = few | both | small | rest
    ends = [(wilson(low, n)[0], wilson(high, n)[1]), (low / np.maximum(n, 1), high / np.maximum(n, 1))]
    interval, share = [(np.where(few, 0.0, a), np.where(few, 1.0, b)) for a, b in ends]
    nothing = n == 0
    return {
        "count_low": pa.array(low),
        "count_high": pa.array(high),
        "of_low": pa.array(np.where(few, 1, n)),
        "of_high": pa.array(np.where(few, below - 1, n)),
        "share_low": pa.array(share[0], mask=nothing),
        "share_high": pa.array(share[1], mask=nothing),
        "low": pa.array(interval[0], mask=nothing),
        "high": pa.array(interval[1], mask=nothing),
        "suppressed": pa.array(hidden),
        "text": pa.array(_texts(k, n, [few, both, small, rest], below), pa.string()),
    }


def _texts(k: np.ndarray, n: np.ndarray, hidden: list[np.ndarray], below: int) -> list[str]:
    which = np.select([n == 0, *hidden], range(5), 5)
    forms = ("of none", "of <{b}", "some of {n}", "<{b} of {n}", ">{over} of {n}", "{k} of {n} ({percent:.0f} %)")
    return [
        forms[form].format(b=below, n=of, over=of - below, k=count, percent=100 * count / max(of, 1))
        for form, count, of in zip(which.tolist(), k.tolist(), n.tolist(), strict=True)
    ]
