"""Builds the queue: networks that reach enough points, as leads with their reasons."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.explain import lead_id, question
from clew.leads.score import SMALLEST_LEAD, columns_of, contributions, totals

LEADS = pa.schema(
    [
        ("lead", pa.string()),
        ("network", pa.int64()),
        ("question", pa.string()),
        ("points", pa.float64()),
        ("adverts", pa.int64()),
        ("places", pa.int64()),
        ("first", pa.timestamp("us", tz="UTC")),
        ("last", pa.timestamp("us", tz="UTC")),
    ]
)


def build_queue(
    features: pa.Table,
    signs: pa.Table,
    anchors: pa.Table,
    *,
    smallest: float = SMALLEST_LEAD,
    switched_off: frozenset[str] = frozenset(),
) -> tuple[pa.Table, pa.Table]:
    """Leads (most points first) and every reason of theirs: lead, sign, points, number.

    `features` and `signs` as `leads.features` gives them; `anchors` (network, record_id) names each network's earliest
    record. A network without an advert becomes no lead: a tip alone has its own walk.
    """
    columns = columns_of(features, signs)
    reasons = contributions(columns, switched_off=switched_off)
    points = totals(reasons)
    chosen = (
        points.filter(pc.greater_equal(points["points"], smallest)).join(features, "network").join(anchors, "network")
    )
    chosen = chosen.filter(pc.greater(chosen["adverts"], 0)).sort_by(
        [("points", "descending"), ("network", "ascending")]
    )
    offers = _offer_networks(reasons)
    rows = chosen.to_pylist()
    leads = pa.table(
        {
            "lead": [lead_id(row["record_id"]) for row in rows],
            "network": chosen["network"],
            "question": [
                question(adverts=row["adverts"], texts=row["texts"], offers=row["network"] in offers) for row in rows
            ],
            "points": chosen["points"],
            "adverts": chosen["adverts"],
            "places": chosen["places"],
            "first": chosen["first"],
            "last": chosen["last"],
        },
        schema=LEADS,
    )
    named = reasons.join(leads.select(["network", "lead"]), "network", join_type="inner").select(
        ["lead", "sign", "points", "number"]
    )
    return leads, named.sort_by([("lead", "ascending"), ("points", "descending"), ("sign", "ascending")])


def _offer_networks(reasons: pa.Table) -> frozenset[int]:
    """Networks whose offers of work show debt or held papers, and where that is most of what speaks for a look."""
    offers = pc.is_in(reasons["sign"], pa.array(["debt_or_fees", "documents_held"]))
    held = reasons.filter(offers).group_by("network").aggregate([("points", "sum")])
    positive = reasons.filter(pc.greater(reasons["points"], 0)).group_by("network").aggregate([("points", "sum")])
    both = held.join(positive, "network", right_suffix="_all")
    share = np.asarray(both["points_sum"]) / np.maximum(np.asarray(both["points_sum_all"]), 1e-9)
    return frozenset(np.asarray(both["network"])[share >= 0.5].tolist())
