"""Why two persons were taken for one: the weight before anything is compared, then what each field adds or takes.

One row a step, in bits (one bit doubles the odds), with ids and field names and never a value. The last step is the
pair's weight, which ends at a limit on both sides because fields depend on each other.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.persons.compared import Compared
from clew.links.persons.steps import SCHEMA
from clew.links.persons.weights import STRONGEST, Frequencies, Model, parts

_BIT = float(np.log(2))


def waterfall(model: Model, pairs: Compared, rarity: Frequencies, names: Sequence[str]) -> pa.Table:
    """The steps of every pair; `names[i]` is the id shown for profile i.

    `field` of the first step is `start`, of the last `weight`; the bits of all steps but the last add up to its total
    unless the limit cut it, which `agreement` then says.
    """
    added = parts(model, pairs, rarity) / _BIT
    count, fields = added.shape
    steps = np.concatenate([np.full((count, 1), model.start / _BIT), added], axis=1)
    totals = np.cumsum(steps, axis=1)
    final = np.clip(totals[:, -1:], -STRONGEST / _BIT, STRONGEST / _BIT)
    bits = np.concatenate([steps, final], axis=1)
    totals = np.concatenate([totals, final], axis=1)
    called = np.array(["start", *(each.name for each in model.comparisons), "weight"])
    width = fields + 2
    ids = np.asarray(names, dtype=object)
    columns = [
        np.repeat(ids[pairs.left], width),
        np.repeat(ids[pairs.right], width),
        np.tile(np.arange(width, dtype=np.int16), count),
        np.tile(called, count),
        _words(model, pairs.levels, totals).ravel(),
        np.round(bits, 3).ravel(),
        np.round(totals, 3).ravel(),
    ]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def _words(model: Model, levels: npt.NDArray[np.int8], totals: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    count, fields = levels.shape
    words = np.empty((count, fields + 2), dtype=object)
    words[:, 0] = "before anything is compared"
    for number, each in enumerate(model.comparisons):
        table = np.array([each.words(level) for level in range(-1, each.levels)], dtype=object)
        words[:, number + 1] = table[levels[:, number].astype(int) + 1]
    cut = np.abs(totals[:, -2] - totals[:, -1]) > 1e-9
    words[:, -1] = np.where(cut, "cut at the limit", "sum")
    return words
