"""Kinds of evidence are data with reasons; the weak ones join only where two of them agree."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from clew.links.evidence import ENOUGH, PAIRS, evidence_kinds, place_time_pairs, supported, weighed
from clew.links.identifiers import LIMITS
from clew.safeguards.errors import MissingColumn, UsageError

DAY = datetime(2024, 5, 1, tzinfo=UTC)


def pairs(*rows):
    return pa.Table.from_pylist([dict(zip(PAIRS.names, row, strict=True)) for row in rows], schema=PAIRS)


def test_every_kind_has_a_weight_a_limit_and_a_reason_of_its_own():
    kinds = evidence_kinds()
    assert set(LIMITS) <= set(kinds)
    assert all(0 < each.weight <= 1 and each.limit >= 2 for each in kinds.values())
    assert len({each.reason for each in kinds.values()}) == len(kinds)
    assert not kinds["author"].joins
    assert not kinds["place_time"].joins


def test_a_weak_kind_joins_nothing_alone_however_often_it_is_said():
    author, place = (evidence_kinds()[kind].weight for kind in ("author", "place_time"))
    alone = pairs(("x", "y", "author", author), ("y", "x", "author", author))
    assert supported(alone).num_rows == 0
    both = supported(pairs(("y", "x", "author", author), ("x", "y", "place_time", place)))
    assert both.to_pylist() == [{"a": "x", "b": "y", "kinds": "author, place_time", "weight": 0.65}]
    assert both["weight"][0].as_py() >= ENOUGH


def test_doubtful_hands_do_not_join_even_with_a_place():
    assert supported(pairs(("x", "y", "author", 0.2), ("x", "y", "place_time", 0.3))).num_rows == 0


def test_place_and_time_speak_only_where_few_stand():
    def ads(names):
        return pa.table(
            {
                "id": names,
                "place": ["Lyon"] * len(names),
                "site": ["s.example"] * len(names),
                "posted": pa.array([DAY + timedelta(hours=n) for n in range(len(names))], pa.timestamp("us", tz="UTC")),
            }
        )

    asked = pa.table({"a": ["r0"], "b": ["r1"]})
    assert place_time_pairs(ads(["r0", "r1"]), asked).num_rows == 1
    crowd = [f"r{n}" for n in range(evidence_kinds()["place_time"].limit + 1)]
    assert place_time_pairs(ads(crowd), asked).num_rows == 0
    later = ads(["r0", "r1"]).set_column(
        3, "posted", pa.array([DAY, DAY + timedelta(days=4)], pa.timestamp("us", tz="UTC"))
    )
    assert place_time_pairs(later, asked).num_rows == 0
    nowhere = ads(["r0", "r1"]).set_column(1, "place", pa.array([None, None], pa.string()))
    assert place_time_pairs(nowhere, asked).num_rows == 0


def test_bad_tables_are_named():
    with pytest.raises(UsageError, match="no weight"):
        weighed(pa.table({"record": ["r"], "kind": ["horoscope"], "key": ["k"], "weight": [1.0]}))
    with pytest.raises(MissingColumn, match="posted"):
        place_time_pairs(pa.table({"id": ["r"], "place": ["p"]}), pa.table({"a": ["r"], "b": ["s"]}))
