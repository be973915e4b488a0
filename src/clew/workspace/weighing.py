"""The chain's last step: networks become leads with their reasons. Replaces its tables whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.coordinates import cities_of, points_of
from clew.leads.crossing import crossings
from clew.leads.features import movement, network_features, sign_counts
from clew.leads.local_prices import local_prices, priced
from clew.leads.queue import build_queue
from clew.leads.travelling import travels
from clew.store.lake import Lake
from clew.workspace.settings import Settings


def find_leads(lake: Lake, settings: Settings) -> pa.Table:
    """Leads and their reasons; both are stored, with up to 12 records of evidence for each sign of wording."""
    at, ads, claims, clusters = (lake.table(name) for name in ("members", "adverts", "claims", "clusters"))
    features = network_features(at, ads, claims, clusters)
    moves = movement(at, ads)
    joined = lake.evaluate(features.left_join(moves, "network").drop("network_right"))
    joined = joined.join(_travels(lake), "network").join(_crossings(lake), "network").sort_by("network")
    signs = lake.evaluate(sign_counts(at, claims))
    anchors = _anchors(lake)
    leads, reasons = build_queue(
        joined, signs, anchors, smallest=settings.smallest_lead, switched_off=frozenset(settings.switched_off)
    )
    found = {"features": joined, "signs": signs, "anchors": anchors, "leads": leads, "reasons": reasons}
    lake.replace({**found, "local_prices": _local_prices(lake)})
    return leads


def _travels(lake: Lake) -> pa.Table:
    """Contacts in two places at once and shared tours, by network."""
    postings = lake.query(
        "SELECT DISTINCT m.network, c.key AS contact, a.place, a.posted FROM adverts a JOIN members m USING (record_id) "
        "JOIN claims c USING (record_id) WHERE c.kind IN ('phone', 'email', 'handle') "
        "AND a.place IS NOT NULL AND a.posted IS NOT NULL ORDER BY ALL"
    )
    return travels(postings, points_of(name for name in pc.unique(postings["place"]).to_pylist() if name))


def _crossings(lake: Lake) -> pa.Table:
    """How the texts and contacts of each network are tied."""
    return crossings(
        lake.query(
            "SELECT DISTINCT m.network, t.cluster AS text, c.key AS contact FROM members m JOIN clusters t USING (record_id) "
            "JOIN claims c USING (record_id) WHERE m.record_kind = 'advert' AND c.kind IN ('phone', 'email', 'handle') "
            "ORDER BY ALL"
        )
    )


def _local_prices(lake: Lake) -> pa.Table:
    """What different networks ask in each place; nothing where few ask. Holds no record and no network."""
    claims = lake.query(
        "SELECT record_id AS record, value FROM claims WHERE kind = 'price' AND record_kind = 'advert' AND value IS NOT NULL "
        "ORDER BY record_id, start"
    )
    adverts = lake.query(
        "SELECT record_id AS record, a.place, m.network::VARCHAR AS asker FROM adverts a JOIN members m USING (record_id) "
        "ORDER BY record_id"
    )
    prices = priced(claims)
    wider = wider_areas(name for name in pc.unique(adverts["place"]).to_pylist() if name)
    names, areas = pa.array(list(wider), pa.string()), pa.array(list(wider.values()), pa.string())
    countries = adverts.set_column(1, "place", areas.take(pc.index_in(adverts["place"], names)))
    return pa.concat_tables([local_prices(prices, adverts), local_prices(prices, countries)])


def wider_areas(names: Iterable[str]) -> Mapping[str, str]:
    """Place -> the country of the largest city of that name, as `all of GB`; places that are not known are left out."""
    return {name: f"all of {found[0].country}" for name in sorted(set(names)) if (found := cities_of(name))}


def _anchors(lake: Lake) -> pa.Table:
    """network, record_id of its earliest advert (the smaller id among the same time)."""
    members = lake.table("members")
    ads = members.join(lake.table("adverts").select("record_id", "posted"), "record_id")
    first = ads.group_by("network").aggregate(record_id=ads.record_id.first(order_by=[ads.posted, ads.record_id]))
    return lake.evaluate(first)
