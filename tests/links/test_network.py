import numpy as np
import pyarrow as pa
import pytest

from clew.links import networks
from clew.safeguards.errors import MissingColumn, UsageError


def edges(*rows: tuple[str, str, float]) -> pa.Table:
    a, b, weight = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {"a": pa.array(a, pa.string()), "b": pa.array(b, pa.string()), "weight": pa.array(weight, pa.float64())}
    )


def rings(count: int, size: int) -> pa.Table:
    """Dense groups in a row, each tied to the next by one edge."""
    rng = np.random.default_rng(1)
    rows = [
        (f"{g}-{i}", f"{g}-{j}", 1.0) for g in range(count) for i in range(size) for j in range(i) if rng.random() < 0.5
    ]
    return edges(*rows, *((f"{g}-0", f"{g + 1}-0", 1.0) for g in range(count - 1)))


def test_networks_are_components_the_largest_first() -> None:
    found = networks(edges(("p", "q", 1.0), ("z", "y", 1.0), ("y", "x", 0.2), ("lone", "lone", 1.0)))
    assert found.to_pydict() == {
        "node": ["x", "y", "z", "p", "q", "lone"],
        "network": [0, 0, 0, 1, 1, 2],
        "community": [0, 0, 0, 1, 1, 2],
    }
    assert found.schema.types == [pa.string(), pa.int64(), pa.int64()]


def test_a_giant_is_divided_into_its_communities() -> None:
    found = networks(rings(5, 20), giant=50)
    assert set(found["network"].to_pylist()) == {0}
    by_group: dict[str, set[int]] = {}
    for node, community in zip(found["node"].to_pylist(), found["community"].to_pylist(), strict=True):
        by_group.setdefault(node.split("-")[0], set()).add(community)
    assert all(len(communities) == 1 for communities in by_group.values())
    assert set().union(*by_group.values()) == {0, 1, 2, 3, 4}
    assert set(networks(rings(5, 20), giant=100)["community"].to_pylist()) == {0}  # of that size, it is not above it


def test_one_seed_gives_one_answer_in_any_order_of_rows() -> None:
    table = rings(4, 15)
    shuffled = table.take(np.random.default_rng(2).permutation(len(table)))
    turned = pa.table({"a": shuffled["b"], "b": shuffled["a"], "weight": shuffled["weight"]})
    assert networks(table, giant=10, seed=3).equals(networks(turned, giant=10, seed=3))


def test_weak_ties_divide_before_strong_ones() -> None:
    strong = [(f"{g}{i}", f"{g}{j}", 5.0) for g in "ab" for i in range(4) for j in range(i)]
    weak = [(f"a{i}", f"b{j}", 0.1) for i in range(4) for j in range(4)]
    found = networks(edges(*strong, *weak), giant=4)
    assert found["community"].to_pylist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_no_edges_no_networks() -> None:
    assert networks(edges()).num_rows == 0


@pytest.mark.parametrize("weight", [0.0, -1.0, float("nan"), float("inf"), None])
def test_a_weight_that_is_no_weight_is_refused(weight: float | None) -> None:
    with pytest.raises(UsageError, match="weight"):
        networks(edges(("a", "b", weight)))  # type: ignore[arg-type]


def test_a_missing_end_or_column_is_refused() -> None:
    with pytest.raises(UsageError, match="networks: b must not be missing"):
        networks(edges(("a", None, 1.0)))  # type: ignore[arg-type]
    with pytest.raises(MissingColumn, match="missing column: weight"):
        networks(pa.table({"a": ["x"], "b": ["y"]}))
