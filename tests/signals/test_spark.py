"""Spark reads the same claims as this process does."""

from __future__ import annotations

import pyarrow as pa
import pytest

from clew.signals.frame import scan_table
from clew.signals.spark import on_a_cluster

pytest.importorskip("pyspark")
pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore"),  # Spark's own threads leave sockets to the collector
]

TEXTS = [
    "call 020 7946 0123 now",
    "write to anna (at) mail dot com",
    "80€ an hour in Lisbon",
    None,
    "",
    "плати 90 евро",
    "\u202e0770\u202c 07700 900123",
    "e\u0301\u0302" * 400,
    "🌹" * 300,
    "<a href='tel:+447700900123'>0\u200b7</a>\x00",
]


def test_spark_finds_what_one_process_finds():
    from clew.signals.spark import scan_table_on_spark

    table = pa.table({"id": [str(n) for n in range(60)], "text": [TEXTS[n % len(TEXTS)] or "-" for n in range(60)]})
    order = [(name, "ascending") for name in ("id", "start", "kind", "value")]
    expected = scan_table(table, region="GB").sort_by(order)
    assert expected.num_rows > 50
    assert scan_table_on_spark(table, region="GB").sort_by(order).to_pylist() == expected.to_pylist()


def test_on_a_cluster_the_driver_keeps_the_address_that_its_workers_can_reach() -> None:
    assert not on_a_cluster({"SPARK_HOME": "anything"})
    assert on_a_cluster({"PYSPARK_GATEWAY_PORT": "25333"})
    assert on_a_cluster({"PYSPARK_SUBMIT_ARGS": "--master spark://host:7077 pyspark-shell"})
