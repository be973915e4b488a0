"""Rehearsals: persons held out and canaries planted, the release made as it would be, attacked, and thrown away.

A canary is an invented row of rare values that do not belong together, the kind of person whom a release gives away first. Half of
them are planted in what the release is made from, the other half, made alike, are kept out: a release that tells the two halves
apart has remembered single rows. A release with canaries in it must never leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa

from clew.publish.attacks.auditing import ATTACKS, Audit, audit
from clew.publish.attacks.facets import FEWEST_CONTROL, facets
from clew.publish.attacks.nearest import ask, split
from clew.publish.attacks.rates import Separation, separation
from clew.publish.columns import bare, coded
from clew.safeguards.errors import UsageError

SHARE = 0.1
CANARIES = 100


def held_out(table: pa.Table, share: float, coins: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    """The rows that the release is made from, and those that are kept out of it: each by a coin of its own.

    A coin that does not look at the data leaves a guarantee of differential privacy as it is.
    """
    if not 0 < share < 1:
        raise UsageError("held out: a share between 0 and 1 is needed")
    out = coins.random(table.num_rows) < share
    return table.filter(pa.array(~out)), table.filter(pa.array(out))


def planted(table: pa.Table, many: int, rng: np.random.Generator) -> tuple[pa.Table, pa.Table]:
    """`many` canaries to plant and `many` to keep out: each value one of the rarest of its column, each by itself."""
    if not FEWEST_CONTROL <= many <= max(FEWEST_CONTROL, table.num_rows // 10):
        most = table.num_rows // 10
        rows = f"{table.num_rows} rows allow {FEWEST_CONTROL} to {max(FEWEST_CONTROL, most)}"
        raise UsageError(f"--canaries {many}: {FEWEST_CONTROL} to a tenth of the rows; {rows}")
    arrays = []
    for column, kind in zip(coded(table), table.schema.types, strict=True):
        counts = column.counts()[1:]
        places = rng.choice(len(counts), 2 * many, p=(1 / counts) / (1 / counts).sum()) if len(counts) else None
        arrays.append(pa.nulls(2 * many, kind) if places is None else column.values.take(pa.array(places)).cast(kind))
    made = pa.table(arrays, schema=table.schema)
    return made.slice(0, many), made.slice(many)


def rehearse(
    table: pa.Table,
    make: Callable[[pa.Table], pa.Table],
    *,
    seed: int,
    attacks: int = ATTACKS,
    share: float = SHARE,
    canaries: int | None = None,
) -> Audit:
    """Holds out a share of the rows, plants canaries, makes a release, attacks it and throws it away.

    `canaries` is 100 unless given, in a small table a tenth of the rows. `make` is the method with its settings, as in `lambda t: anonymise(t, k=11).table`.
    """
    rng = np.random.default_rng(seed)
    table = bare(table)
    kept, control = held_out(table, share, rng)
    if canaries is None:
        canaries = min(CANARIES, max(FEWEST_CONTROL, table.num_rows // 10))
    inside, outside = planted(table, canaries, rng)
    original = pa.concat_tables([kept, inside])
    released = make(original)
    found = audit(original, released, control, seed=seed, attacks=attacks)
    return replace(found, canaries=told_apart(inside, outside, released, seed=seed))


def told_apart(inside: pa.Table, outside: pa.Table, released: pa.Table, *, seed: int) -> Separation:
    """How well the nearest released row tells canaries that were planted from those that were not."""
    given = facets(inside, released, outside)
    rng, halves = np.random.default_rng(seed), split(given.columns)
    sides = []
    for control, rows in ((False, given.originals), (True, given.controls)):
        told = ask(given, np.arange(rows), control=control, halves=halves, rng=rng)
        sides.append(-told.nearest)
    return separation(sides[0], sides[1])
