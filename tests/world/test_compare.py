from __future__ import annotations

import pyarrow as pa
import pytest

from clew.safeguards.errors import MissingColumn
from clew.world.compare import Share, compare_clusters, compare_leads, compare_phones

TRUTH = pa.table(
    {
        "id": ["a", "b", "c", "d", "e"],
        "poster": ["p1", "p1", "p2", "p3", "p4"],
        "class": ["controller", "controller", "independent", "independent", "spa"],
        "network": pa.array(["n1", "n1", None, None, None], pa.string()),
        "template_cluster": ["t1", "t1", "t1", "t2", "t3"],
        "phone_true": pa.array(["+1", "+1", "+2", None, "+3"], pa.string()),
        "phone_in_text": [True, True, True, False, False],
        "phone_style": ["plain", "words", "plain", "none", "column"],
        "international": [False, False, True, False, False],
    }
)


def test_cluster_pairs_are_counted_by_hand() -> None:
    found = pa.table({"id": ["a", "b", "d"], "cluster": [1, 1, 1]})
    result = compare_clusters(TRUTH, found)  # c is left out: it belongs to no other
    assert (result.pairs_true, result.pairs_found, result.pairs_right) == (3, 3, 1)
    assert result.precision == pytest.approx(1 / 3)
    assert result.recall == pytest.approx(1 / 3)


def test_the_truth_itself_is_perfect_and_nothing_found_has_no_recall() -> None:
    perfect = compare_clusters(TRUTH, TRUTH.select(["id", "template_cluster"]).rename_columns(["id", "cluster"]))
    assert (perfect.precision, perfect.recall) == (1.0, 1.0)
    alone = compare_clusters(TRUTH, pa.table({"id": ["a", "b"], "cluster": [1, 2]}))
    assert (alone.precision, alone.recall) == (1.0, 0.0)


def test_phones_are_compared_by_style() -> None:
    signals = pa.table(
        {
            "id": ["a", "a", "b", "c", "c", "zz"],
            "kind": ["phone", "price", "phone", "phone", "phone", "phone"],
            "value": ["+1", "+1", "+9", "+2", "+2", "+1"],
        }
    )
    result = compare_phones(TRUTH, signals)
    assert (result.found.part, result.found.whole) == (2, 3)
    assert (result.right.part, result.right.whole) == (3, 5)
    assert result.by_style.select(["style", "adverts", "found"]).to_pylist() == [
        {"style": "plain", "adverts": 1, "found": 1},
        {"style": "plain", "adverts": 1, "found": 1},
        {"style": "words", "adverts": 1, "found": 0},
    ]


def test_leads_count_networks_and_wrongly_flagged_independents() -> None:
    leads = pa.table(
        {
            "lead": ["l1", "l1", "l2", "l3", "l3"],
            "record": ["a", "b", "c", "d", "tip_1"],
            "points": [9.0, 9.0, 5.0, 1.0, 1.0],
        }
    )
    first = compare_leads(TRUTH, leads, top=1)
    assert (first.networks.part, first.networks.whole) == (1, 1)
    assert (first.independents.part, first.independents.whole) == (0, 2)
    two = compare_leads(TRUTH, leads, top=2)
    assert (two.independents.part, two.leads) == (1, 2)
    rows = {row["class"]: row for row in compare_leads(TRUTH, leads, top=9).by_class.to_pylist()}
    assert rows["independent"]["flagged"] == 2
    assert rows["spa"]["flagged"] == 0
    assert 0 < rows["independent"]["low"] < 1


def test_one_advert_twice_in_a_lead_is_no_network() -> None:
    leads = pa.table({"lead": [1, 1], "record": ["a", "a"], "points": [1.0, 1.0]})
    assert compare_leads(TRUTH, leads, top=5).networks.part == 0


def test_no_leads_at_all_is_an_answer() -> None:
    none = pa.table(
        {"lead": pa.array([], pa.string()), "record": pa.array([], pa.string()), "points": pa.array([], pa.float64())}
    )
    result = compare_leads(TRUTH, none, top=10)
    assert (result.networks.part, result.networks.whole, result.leads) == (0, 1, 0)
    assert result.independents.interval[0] == 0.0


def test_a_missing_column_is_named() -> None:
    with pytest.raises(MissingColumn, match="cluster"):
        compare_clusters(TRUTH, pa.table({"id": ["a"]}))


def test_wilson_interval_of_known_counts() -> None:
    # Wilson (1927); values as in Newcombe (1998), table I: 81 of 263
    low, high = Share(81, 263).interval
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert Share(0, 0).interval == (0.0, 1.0)
