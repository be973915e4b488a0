"""What each network shows, in numbers: one row a network, computed in columns.

Written in Ibis over the lake's tables, so that the same expressions run on DuckDB and on Spark.
"""

from __future__ import annotations

from typing import Any

import ibis

CONTACT_KINDS = ("phone", "email", "handle", "url")
"""Signal kinds by which a reader reaches the poster."""


def network_features(members: Any, adverts: Any, claims: Any, clusters: Any) -> Any:
    """One row a network, as an Ibis table.

    `members` (record_id, record_kind, network); `adverts` as in the lake; `claims` (record_id, kind, key, value);
    `clusters` (record_id, cluster). Out: network, counts of records by kind (adverts, tips, calls, conversations,
    payments, pages), contacts, phones, texts, pictures, offers (adverts that offer work), places, first, last, days.
    """
    kinds = members.group_by("network").aggregate(
        **{
            f"{kind}s": (members.record_kind == kind).sum()
            for kind in ("advert", "tip", "call", "conversation", "payment", "page")
        }
    )
    ads = (
        members.filter(members.record_kind == "advert")
        .join(adverts, "record_id")
        .join(clusters, "record_id", how="left")
    )
    spread = ads.group_by("network").aggregate(
        texts=ads.cluster.nunique(),
        places=ads.place.nunique(),
        sites=ads.site.nunique(),
        first=ads.posted.min(),
        last=ads.posted.max(),
    )
    said = members.filter(members.record_kind != "page").join(claims, "record_id")  # a page's own address is nobody's
    contacts = said.group_by("network").aggregate(
        contacts=said.key.nunique(where=said.kind.isin(CONTACT_KINDS)),
        phones=said.key.nunique(where=said.kind == "phone"),
        pictures=said.key.nunique(where=said.kind == "picture"),
        offers=said.record_id.nunique(where=(said.kind == "offer") & (said.record_kind == "advert")),
    )
    joined = (
        kinds.left_join(spread, "network").drop("network_right").left_join(contacts, "network").drop("network_right")
    )
    counted = joined.mutate(
        **{
            name: joined[name].fill_null(0)
            for name in ("texts", "places", "sites", "contacts", "phones", "pictures", "offers")
        }
    )
    return counted.mutate(
        days=counted.last.epoch_seconds().fill_null(0).__sub__(counted.first.epoch_seconds().fill_null(0)) / 86_400
    )


def sign_counts(members: Any, claims: Any) -> Any:
    """How many adverts of each network show each published sign: network, sign, adverts, evidence (up to 12 record ids)."""
    worded = claims.filter(claims.kind == "wording").select("record_id", sign="value").distinct()
    ads = members.filter(members.record_kind == "advert")
    found = ads.join(worded, "record_id")
    return found.group_by(["network", "sign"]).aggregate(
        adverts=found.record_id.count(),
        evidence=found.record_id.collect(order_by=found.record_id)[:12],
    )


def movement(members: Any, adverts: Any) -> Any:
    """How often the place changes from one day's adverts to the next: network, moves, places_per_week.

    Days without a place are passed over. Two places on one day count as one move: a person cannot be in both.
    """
    ads = members.filter(members.record_kind == "advert").join(adverts, "record_id")
    placed = ads.filter(ads.place.notnull() & ads.posted.notnull())
    days = placed.select("network", "place", day=placed.posted.date()).distinct()
    window = ibis.window(group_by=days.network, order_by=[days.day, days.place])
    steps = days.mutate(before=days.place.lag().over(window))
    return steps.group_by("network").aggregate(moves=(steps.before.notnull() & (steps.before != steps.place)).sum())
