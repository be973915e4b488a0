from collections import Counter
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clew.publish import disclosure
from clew.publish.columns import aligned
from clew.publish.disclosure import compare

ROWS = st.lists(st.tuples(*[st.sampled_from(["", "a", "b", "c"])] * 3), min_size=1, max_size=40)


def table(rows):
    return pa.table(dict(zip("xyz", ([*column] for column in zip(*rows, strict=True)), strict=True)))


def pairs(rows):
    found = Counter()
    for row in rows:
        found.update(
            tuple(pair) for pair in combinations(list(zip("xyz", row, strict=True)), 2) if all(v for _, v in pair)
        )
    return found


@pytest.mark.parametrize("dense", [1 << 22, 0])
def test_pairs_are_those_of_brute_force(dense, monkeypatch):
    monkeypatch.setattr(disclosure, "_DENSE", dense)

    @settings(max_examples=60, deadline=None)
    @given(ROWS, ROWS)
    def check(before, after):
        report = compare(*aligned(table(before), table(after)))
        truth, found = pairs(before), pairs(after)
        gone = {pair: n for pair, n in truth.items() if not found[pair]}
        assert {tuple(g["group"].items()): g["before"] for g in report["gone_pairs"]} == gone
        assert report["2-way"]["suppressed"] == len(gone)
        assert report["2-way"]["fabricated"] == len(set(found) - set(truth))
        assert report["2-way"]["combinations"] == len(truth)

    check()


def test_changed_groups_are_named_with_both_counts():
    report = compare(*aligned(table([("a", "b", "c")] * 100), table([("a", "b", "")] * 30 + [("a", "", "")] * 70)))
    assert {"group": {"y": "b"}, "before": 100, "after": 30} in report["changed_values"]
    assert report["gone_values"] == [{"group": {"z": "c"}, "before": 100, "after": 0}]
    assert report["values"]["x"] == {"a": [100, 100]}


def test_the_largest_lost_groups_are_never_cut_from_the_list():
    before = pa.table({"v": [f"w{i}" for i in range(3_000) for _ in range(2)] + ["big"] * 60})
    report = compare(*aligned(before, pa.table({"v": [""]})))
    assert report["gone_values"][0] == {"group": {"v": "big"}, "before": 60, "after": 0}
    assert len(report["gone_values"]) == disclosure.LISTED
    assert report["1-way"]["suppressed"] == 3_001
