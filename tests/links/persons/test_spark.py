"""Spark and DuckDB propose the same persons."""

from __future__ import annotations

import pytest

from clew.links.persons import link
from clew.safeguards.errors import UsageError

pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore"),  # Spark's own threads leave sockets to the collector
]


def test_spark_groups_as_duckdb_does(invent):
    pytest.importorskip("pyspark")
    table, _ = invent(40)
    here, there = link(table), link(table, engine="spark")
    assert there.table["cluster"].equals(here.table["cluster"])
    assert len(set(here.table["cluster"].to_pylist())) < table.num_rows


def test_spark_that_is_not_installed_is_named(invent, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(UsageError, match="clew\\[spark\\]"):
        link(invent(4)[0], engine="spark")
