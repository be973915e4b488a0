"""The chain's last step: networks become leads with their reasons. Replaces its tables whole."""

from __future__ import annotations

import pyarrow as pa

from clew.leads.features import movement, network_features, sign_counts
from clew.leads.queue import build_queue
from clew.store.lake import Lake
from clew.workspace.settings import Settings


def find_leads(lake: Lake, settings: Settings) -> pa.Table:
    """Leads and their reasons; both are stored, with up to 12 records of evidence for each sign of wording."""
    at, ads, claims, clusters = (lake.table(name) for name in ("members", "adverts", "claims", "clusters"))
    features = network_features(at, ads, claims, clusters)
    moves = movement(at, ads)
    joined = lake.evaluate(features.left_join(moves, "network").drop("network_right"))
    signs = lake.evaluate(sign_counts(at, claims))
    leads, reasons = build_queue(
        joined, signs, _anchors(lake), smallest=settings.smallest_lead, switched_off=frozenset(settings.switched_off)
    )
    lake.replace({"features": joined, "signs": signs, "leads": leads, "reasons": reasons})
    return leads


def _anchors(lake: Lake) -> pa.Table:
    """network, record_id of its earliest advert (the smaller id among the same time)."""
    members = lake.table("members")
    ads = members.join(lake.table("adverts").select("record_id", "posted"), "record_id")
    first = ads.group_by("network").aggregate(record_id=ads.record_id.first(order_by=[ads.posted, ads.record_id]))
    return lake.evaluate(first)
