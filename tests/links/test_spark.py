"""Spark finds the clusters and templates that this machine finds."""

from __future__ import annotations

import pyarrow as pa
import pytest

import clew.links as links

pytest.importorskip("pyspark")
pytestmark = [
    pytest.mark.spark,
    pytest.mark.xdist_group("spark"),
    pytest.mark.filterwarnings("ignore"),  # Spark's own threads leave sockets to the collector
]


@pytest.fixture(scope="module")
def session():
    """A session that is there already is used as it is, and left running."""
    from clew.signals.spark import local_session

    made = local_session({"spark.master": "local[1]", "spark.sql.shuffle.partitions": "2"})
    yield made
    made.stop()


def adverts() -> pa.Table:
    places = ["Porto", "Lyon", "Gent", "Turin", "Graz"]
    texts: list[str | None] = [None, "", "call me", "Call me!", "💐💐💐", "12 34 56"]
    notice = " ".join(f"notice{i}" for i in range(30))
    for n in range(130):
        own = " ".join(f"own{n}x{i}" for i in range(10))
        texts.append(f"{own} {notice}")
    for n in range(12):
        name, place = f"Name{n % 7}", places[n % 5]
        texts.append(f"Quiet room with {name} near the station of {place}, {40 + n} an hour, evenings only, no calls")
        texts.append(f"Уборка отелей в {place}: жилье и билет за наш счет, плата {900 + n} в месяц, пишите {name}")
        texts.append(" ".join(f"w{(n * 31 + i * i * (n + 7)) % 997}" for i in range(18)))
        texts.append(" ".join(f"drift{i}" for i in range(4 * n, 4 * n + 24)))
    return pa.table({"id": [f"a{n}" for n in range(len(texts))], "text": texts})


def test_spark_finds_the_same_clusters_and_templates(session):
    from clew.links.spark import templates_on_spark

    table = adverts()
    clusters = links.cluster(table)
    expected = links.templates(table, clusters)
    found = templates_on_spark(table)
    assert expected.templates.num_rows >= 2
    assert len(set(expected.clusters["cluster"].to_pylist()[6:136])) == 130  # the notice joins nobody
    assert found.clusters.to_pydict() == expected.clusters.to_pydict()
    assert found.templates.to_pydict() == expected.templates.to_pydict()
    assert sorted(found.slots.to_pylist(), key=str) == sorted(expected.slots.to_pylist(), key=str)
    assert session.range(1).count() == 1
