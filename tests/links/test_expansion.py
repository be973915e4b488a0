"""From a seed outwards: the strongest first, within a budget, never through a hub; equal to a walk by brute force."""

import numpy as np
import pyarrow as pa
import pytest

from clew.links import Budget, EvidenceIndex, expand
from clew.links.evidence import evidence_kinds
from clew.safeguards.errors import MissingColumn, UsageError


def mentions(*rows):
    record, kind, key = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table({n: pa.array(c, pa.string()) for n, c in (("record", record), ("kind", kind), ("key", key))})


CHAIN = mentions(
    ("a", "phone", "+1"), ("b", "phone", "+1"), ("b", "email", "x@y.example"), ("c", "email", "x@y.example"),
    ("c", "picture", "p1"), ("d", "picture", "p1"), ("z", "phone", "+9"),
)  # fmt: skip


def brute_force(table, seed, budget):
    """Strengths by relaxing every edge until nothing changes."""
    rows = sorted(set(zip(*(table[n].to_pylist() for n in ("record", "kind", "key")), strict=True)))
    kinds = evidence_kinds()
    names = {f"{k}:{v}" for _, k, v in rows}
    texts = {name: len({r for r, k, v in rows if f"{k}:{v}" == name}) for name in names}
    damp = {n: 0.0 if texts[n] > kinds[n.partition(":")[0]].limit else 1 / np.log2(1 + max(texts[n], 1)) for n in names}
    best = {seed: 1.0}
    for _ in range(budget.hops):
        old = dict(best)
        for record, kind, value in rows:
            name = f"{kind}:{value}"
            for here, there, gain in ((name, record, damp[name]), (record, name, kinds[kind].weight)):
                strength = old.get(here, 0.0) * gain
                if strength >= budget.weakest and strength > best.get(there, 0.0):
                    best[there] = strength
    return best


def test_the_strongest_way_counts_and_is_told():
    found = expand(EvidenceIndex.of(CHAIN), ["phone:+1"]).found.to_pylist()
    assert [row["node"] for row in found] == ["+1", "a", "b", "x@y.example", "c", "p1", "d"]
    assert [row["hops"] for row in found] == [0, 1, 1, 2, 3, 4, 5]
    assert [row["via"] for row in found] == [None, "+1", "+1", "b", "x@y.example", "c", "p1"]
    strengths = [row["strength"] for row in found]
    assert strengths == sorted(strengths, reverse=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_strengths_are_those_of_brute_force(seed):
    rng = np.random.default_rng(seed)
    kinds = ["phone", "email", "picture"]
    rows = [(f"r{rng.integers(40)}", kinds[rng.integers(3)], f"k{rng.integers(25)}") for _ in range(120)]
    budget = Budget(nodes=5_000, hops=20, weakest=0.001)
    found = expand(EvidenceIndex.of(mentions(*rows)), [f"{rows[0][1]}:{rows[0][2]}"], budget=budget).found.to_pylist()
    expected = brute_force(mentions(*rows), f"{rows[0][1]}:{rows[0][2]}", budget)
    named = {
        row["node"] if row["kind"] == "record" else f"{row['kind']}:{row['node']}": row["strength"] for row in found
    }
    assert set(named) == set(expected)
    assert all(abs(named[node] - expected[node]) < 1e-5 for node in named)


def test_a_hotel_desk_does_not_join_a_city():
    desk = [(f"r{n}", "phone", "desk") for n in range(evidence_kinds()["phone"].limit + 1)]
    own = [(f"r{n}", "email", f"e{n}") for n in range(20)]
    found = expand(EvidenceIndex.of(mentions(*desk, *own)), ["email:e0"]).found.to_pylist()
    assert [(row["node"], row["hub"]) for row in found] == [("e0", False), ("r0", False), ("desk", True)]
    told = pa.table({"kind": ["email"], "key": ["x@y.example"]})
    named = expand(EvidenceIndex.of(CHAIN, told), ["phone:+1"]).found["node"].to_pylist()
    assert named == ["+1", "a", "b", "x@y.example"]


def test_one_text_posted_very_often_is_one_text_and_no_hub():
    rows = mentions(*[(f"r{n}", "phone", "+1") for n in range(500)]).append_column("cluster", pa.array([7] * 500))
    found = expand(EvidenceIndex.of(rows), ["phone:+1"], budget=Budget(nodes=50))
    assert found.found.num_rows == 50
    assert found.spent
    assert found.found["texts"][0].as_py() == 1


def test_the_budget_is_kept_and_said():
    index = EvidenceIndex.of(CHAIN)
    few = expand(index, ["phone:+1"], budget=Budget(nodes=3))
    assert few.found["node"].to_pylist() == ["+1", "a", "b"]
    assert few.spent
    assert expand(index, ["phone:+1"], budget=Budget(hops=1)).spent
    assert not expand(index, ["phone:+9"]).spent


def test_seeds_that_nothing_names_are_told_by_their_place():
    found = expand(EvidenceIndex.of(CHAIN), ["phone:+404", "record:z", "phone:+1"], budget=Budget(nodes=4))
    assert found.missing == (0,)
    assert set(found.found["node"].to_pylist()) >= {"z", "+1"}
    empty = expand(EvidenceIndex.of(mentions()), ["phone:+1"])
    assert (empty.found.num_rows, empty.missing) == (0, (0,))


def test_the_order_of_rows_changes_nothing():
    turned = CHAIN.take(list(range(CHAIN.num_rows))[::-1])
    one, other = (expand(EvidenceIndex.of(t), ["phone:+1"]).found for t in (CHAIN, turned))
    assert sorted(map(str, one.to_pylist())) == sorted(map(str, other.to_pylist()))


def test_what_is_no_budget_or_no_table_is_refused():
    with pytest.raises(UsageError, match="nodes"):
        Budget(nodes=0)
    with pytest.raises(UsageError, match="weakest"):
        Budget(weakest=0)
    with pytest.raises(UsageError, match="seed"):
        expand(EvidenceIndex.of(CHAIN), [])
    with pytest.raises(MissingColumn, match="key"):
        EvidenceIndex.of(pa.table({"record": ["a"], "kind": ["phone"]}))
