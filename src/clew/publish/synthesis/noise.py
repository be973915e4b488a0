"""Discrete Gaussian noise on whole numbers, exact, from the operating system's randomness.

The sampler of Canonne, Kamath and Steinke (2020, algorithms 1 to 3) in integer arithmetic only: no floating-point number
touches a draw, so that none leaks through one (Mironov 2012). It cannot be seeded.
"""

from __future__ import annotations

import math
import os

import numba
import numpy as np
import numpy.typing as npt

LARGEST_VARIANCE = 1 << 24
"""Above, the sampler's squares would not fit into 63 bits."""
_MASK = (1 << 63) - 1
_BLOCK = 1 << 20
_MARGIN = 1 << 16
"""Words that must be left for a draw to begin; one takes about twenty, and never so many as these."""


def discrete_gaussian(size: int, variance: int) -> npt.NDArray[np.int64]:
    """`size` independent draws of the discrete Gaussian of mean 0 and whole-number parameter sigma^2 = `variance`."""
    if not 0 < variance <= LARGEST_VARIANCE:
        raise ValueError("the variance must be a whole number from 1 to 2^24")
    out = np.empty(size, dtype=np.int64)
    done = 0
    while done < size:
        words = np.frombuffer(os.urandom(8 * min(_BLOCK, 64 * (size - done) + 2 * _MARGIN)), dtype=np.int64) & _MASK
        done = _fill(out, done, variance, math.isqrt(variance) + 1, words)
    return out


@numba.njit(cache=True)
def _fill(out, done, variance, scale, words):  # type: ignore[no-untyped-def]
    """Draws until the words run short; returns how many of `out` are filled."""
    at = np.zeros(1, dtype=np.int64)
    divisor = 2 * variance * scale * scale
    while done < len(out) and at[0] + _MARGIN < len(words):
        drawn = _laplace(scale, words, at)
        size = abs(drawn)
        if size > 128 * scale:  # would be accepted with probability below exp(-7000)
            continue
        off = size * scale - variance
        if _happens(off * off, divisor, words, at):
            out[done] = drawn
            done += 1
    return done


@numba.njit(cache=True)
def _laplace(scale, words, at):  # type: ignore[no-untyped-def]
    """The discrete Laplace distribution of a whole-number scale."""
    while True:
        rest = _below(scale, words, at)
        if not _happens(rest, scale, words, at):
            continue
        whole = 0
        while _happens(1, 1, words, at):
            whole += 1
        size = rest + scale * whole
        negative = _below(2, words, at) == 1
        if negative and size == 0:
            continue
        return -size if negative else size


@numba.njit(cache=True)
def _happens(over, under, words, at):  # type: ignore[no-untyped-def]
    """True with probability exp(-over / under)."""
    while over > under:
        if not _happens_at_most_one(1, 1, words, at):
            return False
        over -= under
    return _happens_at_most_one(over, under, words, at)


@numba.njit(cache=True)
def _happens_at_most_one(over, under, words, at):  # type: ignore[no-untyped-def]
    step = 1
    while _below(under * step, words, at) < over:
        step += 1
    return step % 2 == 1


@numba.njit(cache=True)
def _below(bound, words, at):  # type: ignore[no-untyped-def]
    """A whole number below the bound, each as likely as the others."""
    top = _MASK // bound * bound
    while True:
        word = words[at[0]]
        at[0] += 1
        if word < top:
            return word % bound
