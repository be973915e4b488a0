import json

import pytest
from leads_to_share import to

from clew.publish.exports.flow_lines import export_flows
from clew.safeguards.errors import Blocked

TERMS = {"how": "Counted by case.", "unknown": "<5", "below": 5}


def test_flows_draw_what_is_shown_and_nothing_that_is_hidden():
    made = export_flows([("COL", "ESP", "<5"), ("ESP", "ESP", "12"), ("COL", "ZZZ", "18 to 21")], to(), **TERMS)
    drawn = {
        (f["properties"]["origin"], f["properties"]["destination"]): f
        for f in json.loads(made.release.value)["features"]
    }
    line = drawn["COL", "ESP"]
    assert (line["geometry"]["type"], line["properties"]["count"], line["properties"]["suppressed"]) == (
        "LineString",
        "<5",
        True,
    )
    assert drawn["ESP", "ESP"]["geometry"]["type"] == "Point"
    assert drawn["COL", "ZZZ"]["geometry"] is None
    assert made.report["leaves"] == {"flows": 3, "suppressed": 2}
    assert len(made.report["format_cannot_hold"]) == 1


def test_flows_with_a_small_count_are_refused():
    with pytest.raises(Blocked, match="1 flows show a count under 5"):
        export_flows([("COL", "ESP", "4"), ("ESP", "COL", "0")], to(), **TERMS)
