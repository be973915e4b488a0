import math

import pyarrow as pa
import pytest

from clew.links import SharedOptions, shared
from clew.safeguards.errors import MissingColumn, UsageError


def signals(*rows: tuple[str | None, str | None, str | None]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table({n: pa.array(c, pa.string()) for n, c in zip(("record", "kind", "key"), columns, strict=True)})


def test_an_identifier_of_two_records_joins_them_and_one_of_a_single_record_joins_nothing() -> None:
    found = shared(
        signals(("b", "phone", "+1"), ("a", "phone", "+1"), ("a", "phone", "+1"), ("a", "email", "x@y.example"))
    )
    assert found.edges.select(["record", "kind", "key"]).to_pylist() == [
        {"record": "a", "kind": "phone", "key": "+1"},
        {"record": "b", "kind": "phone", "key": "+1"},
    ]
    assert found.hubs.num_rows == 0


def test_weight_falls_with_the_number_of_records() -> None:
    rows = [(f"r{i}", "phone", "few") for i in range(2)] + [(f"r{i}", "phone", "many") for i in range(31)]
    weights = {row["key"]: row["weight"] for row in shared(signals(*rows)).edges.to_pylist()}
    assert weights["few"] == pytest.approx(1 / math.log2(3))
    assert weights["many"] == pytest.approx(1 / math.log2(32))


def test_the_same_key_of_another_kind_is_another_identifier() -> None:
    found = shared(signals(("a", "phone", "1"), ("b", "email", "1"), ("c", "email", "1")))
    assert found.edges["record"].to_pylist() == ["b", "c"]


def test_a_hub_is_reported_and_joins_nothing() -> None:
    # the desk phone of a hotel in everybody's advert
    rows = [(f"r{i:03}", "phone", "desk") for i in range(101)] + [("r000", "phone", "own"), ("r001", "phone", "own")]
    found = shared(signals(*rows))
    assert found.hubs.to_pylist() == [{"kind": "phone", "key": "desk", "records": 101, "texts": 101}]
    assert set(found.edges["key"].to_pylist()) == {"own"}
    assert shared(signals(*rows[:100])).hubs.num_rows == 0  # the limit itself is not above the limit


def test_limits_are_set_by_kind() -> None:
    rows = [(f"r{i}", kind, "k") for kind in ("phone", "picture") for i in range(5)]
    found = shared(signals(*rows), SharedOptions(limits={"phone": 10, "picture": 4}))
    assert found.hubs["kind"].to_pylist() == ["picture"]
    assert set(found.edges["kind"].to_pylist()) == {"phone"}


def test_one_text_posted_often_is_no_hub_where_clusters_are_known() -> None:
    table = signals(*[(f"r{i}", "phone", "k") for i in range(300)])
    assert shared(table).hubs.num_rows == 1
    found = shared(table.append_column("cluster", pa.array([7] * 298 + [8, None])))
    assert found.hubs.num_rows == 0
    assert found.edges.num_rows == 300
    assert found.edges["weight"][0].as_py() == pytest.approx(1 / math.log2(1 + 3))


def test_kinds_that_identify_nobody_and_missing_values_are_left_out() -> None:
    found = shared(
        signals(
            *[(r, k, "100") for r in "ab" for k in ("price", "place", "language")],
            ("a", "phone", None),
            (None, "phone", "1"),
        )
    )
    assert found.edges.num_rows == found.hubs.num_rows == 0
    assert shared(signals()).edges.schema.names == ["record", "kind", "key", "weight"]


def test_the_answer_does_not_depend_on_the_order_of_rows() -> None:
    table = signals(*[(f"r{i}", "phone", f"k{i % 7}") for i in range(50)])
    assert shared(table).edges.equals(shared(table.take(list(range(49, -1, -1)))).edges)


def test_wrong_input_is_named() -> None:
    with pytest.raises(MissingColumn, match="missing column: key"):
        shared(pa.table({"record": ["a"], "kind": ["phone"]}))
    with pytest.raises(UsageError, match="phone"):
        SharedOptions(limits={"phone": 1})
