"""How published signs alone rank single texts: no learning, and no network to look at."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.evaluation.metrics import Floats
from clew.standards.signs import text_signs


def sign_points(texts: pa.ChunkedArray | pa.Array, *, scopes: frozenset[str]) -> Floats:
    """The points of the signs that each text shows, of these scopes, each sign once."""
    from clew.signals import scan

    found = scan(texts, detectors=["wording"]).signals
    points = {sign.name: sign.points for sign in text_signs() if sign.scope in scopes}
    shown = found.group_by(["row", "value"]).aggregate([])
    shown = shown.filter(pc.is_in(shown["value"], pa.array(list(points), pa.string())))
    total = np.zeros(len(texts))
    np.add.at(total, shown["row"].to_numpy().astype(np.int64), [points[name] for name in shown["value"].to_pylist()])
    return total
