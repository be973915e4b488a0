"""GeoJSON (RFC 7946): the places that shared adverts name, as points of towns with counts; never an address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from clew.leads.coordinates import cities_of
from clew.publish.exports.shared import Entry, Shared

SUFFIX = ".geojson"


def write(shared: Shared) -> tuple[bytes, Sequence[str]]:
    """One feature a place, and what a map cannot hold."""
    by_place: dict[str, list[Entry]] = {}
    for entry in shared.entries:
        by_place.setdefault(entry.place, []).append(entry)
    unnamed = len(by_place.pop("", []))
    features = [_feature(name, entries) for name, entries in sorted(by_place.items())]
    who = shared.recipient
    made = {
        "type": "FeatureCollection", "name": shared.question, "sharing_level": shared.tlp,
        "terms": f"Not anonymous. For {who.name} alone, under {who.agreement}, for {who.purpose}.",
        "note": "Points of towns as adverts name them: where they say they are, not where anybody is.",
        "features": features,
    }  # fmt: skip
    unknown = sum(feature["geometry"] is None for feature in features)
    several = sum(len(cities_of(name)) > 1 for name in by_place)
    said = [
        (unnamed, "adverts that name no place"),
        (unknown, "places that the gazetteer does not know: features without a point"),
        (several, "places of which several bear the name: the most populous is drawn"),
        (len(shared.identifiers), "identifiers"),
        (len(shared.reasons), "reasons"),
        (1, "judgement"),
    ]
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    return text.encode(), [f"{number} {words}" for number, words in said if number]


def _feature(name: str, entries: Sequence[Entry]) -> dict[str, Any]:
    found = cities_of(name)
    point = (
        {"type": "Point", "coordinates": [round(found[0].longitude, 2), round(found[0].latitude, 2)]} if found else None
    )
    dated = [entry.posted for entry in entries if entry.posted]
    properties = {
        "place": name, "adverts": len(entries), "first": _instant(min(dated, default=None)),
        "last": _instant(max(dated, default=None)), "may_mean": len(found),
    }  # fmt: skip
    return {"type": "Feature", "geometry": point, "properties": properties}


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
