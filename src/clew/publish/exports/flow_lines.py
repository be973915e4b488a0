"""Flows between countries as GeoJSON lines, with the counts as they were suppressed; never a number where one is hidden."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from clew.publish.exports.leaving import Exported
from clew.publish.exports.shared import Recipient
from clew.publish.types import Guarantee, Method, _releasable
from clew.safeguards.errors import Blocked
from clew.standards import places

SUFFIX = ".geojson"


def export_flows(
    rows: Iterable[tuple[str, str, str]], recipient: Recipient, *, how: str, unknown: str, below: int
) -> Exported:
    """Lines of (origin, destination, count in words), both ISO 3166-1 alpha-3. Raises Blocked where a small count is shown."""
    given = sorted(rows)
    shown = [count for _, _, count in given if count.isdigit() and 0 < int(count) < below]
    if shown:
        raise Blocked(f"export: {len(shown)} flows show a count under {below}")
    features = [_line(*row) for row in given]
    undrawn = sum(feature["geometry"] is None for feature in features)
    guarantee = f"counts under {below} hidden, and those that would tell one"
    made = {
        "type": "FeatureCollection", "name": "Flows between countries", "how": how, "guarantee": guarantee,
        "cases_in_no_flow": unknown, "terms": f"For {recipient.name}, under {recipient.agreement}, for {recipient.purpose}.",
        "note": "Lines join the middles of countries: nobody travelled along them.", "features": features,
    }  # fmt: skip
    report = {
        "notice": "Counts of cases between countries. Small ones are hidden; two tables of the same cases can be subtracted.",
        "dataset": "flows", "format": "geojson",
        "leaves": {"flows": len(features), "suppressed": sum(not count.isdigit() for _, _, count in given)},
        "format_cannot_hold": [f"{undrawn} flows with a country without a point: features without a line"] if undrawn else [],
    }  # fmt: skip
    content = (json.dumps(made, ensure_ascii=False, indent=1) + "\n").encode()
    words = Guarantee(method=Method.TABLE, words=guarantee)
    return Exported(release=_releasable(content, words), suffix=SUFFIX, records=len(features), report=report)


def _line(origin: str, destination: str, count: str) -> dict[str, Any]:
    ends = [places.country(origin), places.country(destination)]
    known = [each for each in ends if each is not None]
    line = [[each.longitude, each.latitude] for each in known]
    geometry: dict[str, Any] | None = None
    if len(known) == 2:
        geometry = {"type": "LineString", "coordinates": line}
        if origin == destination:
            geometry = {"type": "Point", "coordinates": line[0]}
    properties = {"origin": origin, "destination": destination, "count": count, "suppressed": not count.isdigit()}
    return {"type": "Feature", "geometry": geometry, "properties": properties}
