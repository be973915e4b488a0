"""Spark finds the clusters and templates that this machine finds."""

from __future__ import annotations

import pyarrow as pa
import pytest

import clew.links as links

pytest.importorskip("pyspark")
pytestmark = [
    pytest.mark.spark,
    pytest.mark.filterwarnings("ignore"),  # Spark's own threads leave sockets to the collector
]


def adverts() -> pa.Table:
    places = ["Porto", "Lyon", "Gent", "Turin", "Graz"]
    texts: list[str | None] = [None, "", "call me", "Call me!", "💐💐💐", "12 34 56"]
    for n in range(40):
        name, place = f"Name{n % 7}", places[n % 5]
        texts.append(f"Quiet room with {name} near the station of {place}, {40 + n} an hour, evenings only, no calls")
        texts.append(f"Уборка отелей в {place}: жилье и билет за наш счет, плата {900 + n} в месяц, пишите {name}")
        texts.append(" ".join(f"w{(n * 31 + i * i * (n + 7)) % 997}" for i in range(18)))
        texts.append(" ".join(f"drift{i}" for i in range(4 * n, 4 * n + 24)))
    return pa.table({"id": [f"a{n}" for n in range(len(texts))], "text": texts})


def test_spark_finds_the_same_clusters_and_templates():
    from clew.links.spark import templates_on_spark

    table = adverts()
    clusters = links.cluster(table)
    expected = links.templates(table, clusters)
    found = templates_on_spark(table)
    assert expected.templates.num_rows >= 2
    assert found.clusters.to_pydict() == expected.clusters.to_pydict()
    assert found.templates.to_pydict() == expected.templates.to_pydict()
    assert sorted(found.slots.to_pylist(), key=str) == sorted(expected.slots.to_pylist(), key=str)
