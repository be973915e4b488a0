"""Checked against counting by hand; `bench/publish_anonymise.py` also checks against pycanon in an environment of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from math import exp, log

import numpy as np
import pyarrow as pa
import pytest

from clew.publish import anonymise
from clew.publish.diversity import diversity


def by_hand(table: pa.Table, quasi: list[str], sensitive: str) -> tuple[int, float, float]:
    rows = table.to_pylist()
    groups = defaultdict(list)
    for row in rows:
        groups[tuple(row[q] for q in quasi)].append(row[sensitive])
    whole = Counter(row[sensitive] for row in rows)
    l, entropy, t = len(whole), len(whole) * 1.0, 0.0  # noqa: E741
    values = sorted(whole, key=lambda v: (v is not None, v))
    for members in groups.values():
        shares = {v: n / len(members) for v, n in Counter(members).items()}
        l = min(l, len(shares))  # noqa: E741
        entropy = min(entropy, exp(-sum(p * log(p) for p in shares.values())))
        off = [shares.get(v, 0) - whole[v] / len(rows) for v in values]
        if isinstance(values[-1], int):
            moved = sum(abs(sum(off[: i + 1])) for i in range(len(off))) / (len(off) - 1)
        else:
            moved = sum(map(abs, off)) / 2
        t = max(t, moved)
    return l, entropy, t


@pytest.fixture(scope="module")
def table() -> pa.Table:
    draw = np.random.default_rng(8)
    size = 400
    return pa.table(
        {
            "gender": draw.choice(["Woman", "Man"], size),
            "age": draw.choice(["a", "b", "c"], size),
            "form": draw.choice(["x", "y", "z", None], size, p=[0.7, 0.2, 0.05, 0.05]),
            "months": pa.array(draw.integers(0, 9, size)),
        }
    )


@pytest.mark.parametrize("sensitive", ["form", "months"])
def test_l_and_t_are_those_counted_by_hand(table: pa.Table, sensitive: str) -> None:
    found = diversity(table, ["gender", "age"])[sensitive]
    l, entropy, t = by_hand(table, ["gender", "age"], sensitive)  # noqa: E741
    assert found["l"] == l
    assert found["entropy_l"] == pytest.approx(entropy, abs=1e-4)
    assert found["t"] == pytest.approx(t, abs=1e-4)
    assert found["groups"] == 6


def test_a_group_that_tells_its_value_is_shown_in_the_report() -> None:
    table = pa.table({"gender": ["W"] * 20 + ["M"] * 30, "form": ["x"] * 20 + ["x", "y"] * 15})
    report = anonymise(table, k=11, quasi_identifiers=["gender"]).report
    assert report["diversity"]["form"] == {
        "l": 1,
        "entropy_l": 1.0,
        "t": 0.3,
        "groups": 2,
        "groups_with_one_value": 1,
        "rows_in_them": 20,
    }


def test_no_other_column_has_no_diversity(table: pa.Table) -> None:
    assert diversity(table, table.column_names) == {}
