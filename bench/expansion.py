"""What else belongs to this phone? From seeds in a million adverts: `clew.links.expand` against networkx and DuckDB.

Invented mentions: posters with one to five phones, some with a handle or pictures, a few of them with thousands of adverts;
colleagues' numbers; desk phones that thousands share. The
peers walk the same graph: networkx, where it is installed, by Dijkstra with the same weights (its graph is only of what the seeds
can reach, which favours it, and it names no ways), DuckDB by a recursive query that counts steps and knows no strength.

    python bench/expansion.py [--adverts 1000000] [--seeds 50]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import duckdb
import numpy as np
import pyarrow as pa

from clew.links import Budget, EvidenceIndex, expand

BUDGET = Budget(nodes=300, hops=6)


def invented(adverts: int, seed: int = 5) -> pa.Table:
    """record, kind, key, cluster of that many adverts; a third of a percent of mentions are of desk phones."""
    rng = np.random.default_rng(seed)
    posters = max(adverts // 12, 1)
    poster = (posters * rng.random(adverts) ** 3).astype(np.int64)  # few post very much
    phones = rng.integers(1, 6, posters)
    phone = poster * 8 + rng.integers(0, 1 << 30, adverts) % phones[poster]
    mates = rng.random(adverts) < 0.02
    phone[mates] = rng.integers(0, posters, mates.sum()) * 8  # a colleague's number
    desk = rng.random(adverts) < 0.003
    phone[desk] = posters * 8 + rng.integers(0, max(adverts // 60_000, 2), desk.sum())
    handled = np.flatnonzero(poster % 3 == 0)
    handled = handled[rng.random(len(handled)) < 0.4]
    shown = np.flatnonzero(rng.random(adverts) < 0.3)
    picture = poster[shown] * 3 + rng.integers(0, 3, len(shown))
    picture = np.where(rng.random(len(shown)) < 0.05, rng.integers(0, posters * 3, len(shown)), picture)
    rows = np.concatenate([np.arange(adverts), handled, shown])
    key = np.concatenate([phone, poster[handled], picture])
    kind = np.repeat(["phone", "handle", "picture"], [adverts, len(handled), len(shown)])
    text = poster[rows] * 4 + rows % 3
    names = pa.array(np.arange(adverts)).cast(pa.string())
    return pa.table(
        {"record": names.take(pa.array(rows)), "kind": kind, "key": pa.array(key).cast(pa.string()), "cluster": text}
    )


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def reachable(index: EvidenceIndex, seeds: list[int]) -> list[tuple[int, int, float]]:
    """The edges that the seeds can reach in the same steps, hubs closed, with -log(strength) as length."""
    edges, size, edge, done = [], len(index.records), set(seeds), set(seeds)
    for _ in range(BUDGET.hops):
        ahead: set[int] = set()
        for node in edge:
            keeps = 1.0 if node < size else float(index.damped[node - size])
            if keeps == 0.0:
                continue
            for other in index.around[index.start[node] : index.start[node + 1]].tolist():
                gain = keeps * (float(index.weight[other - size]) if other >= size else 1.0)
                edges.append((node, other, -float(np.log(gain))))
                if other not in done:
                    ahead.add(other)
        done |= ahead
        edge = ahead
    return edges


def networkx_seconds(index: EvidenceIndex, names: list[str]) -> list[float]:
    """Of networkx, for each seed; empty where it is not installed."""
    try:
        import networkx as nx
    except ImportError:
        return []
    graph = nx.DiGraph()
    nodes = [index.find(name) for name in names]
    graph.add_nodes_from(nodes)
    graph.add_weighted_edges_from(reachable(index, nodes), "length")
    most = -float(np.log(BUDGET.weakest))

    def walk(node: int) -> None:
        nx.single_source_dijkstra_path_length(graph, node, cutoff=most, weight="length")

    return sorted(seconds(lambda node=node: walk(node)) for node in nodes)


RECURSIVE = """
WITH RECURSIVE walk(record, hops) AS (
  SELECT record, 1 FROM m WHERE kind = $1 AND key = $2
  UNION
  SELECT b.record, w.hops + 2 FROM walk w JOIN m a ON a.record = w.record JOIN m b ON b.kind = a.kind AND b.key = a.key
  JOIN few f ON f.kind = a.kind AND f.key = a.key WHERE w.hops < $3
) SELECT DISTINCT record FROM walk LIMIT 300
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--adverts", type=int, default=100_000)
    parser.add_argument("--seeds", type=int, default=30)
    asked = parser.parse_args()
    mentions = invented(asked.adverts)
    started = time.perf_counter()
    index = EvidenceIndex.of(mentions)
    print(
        f"{asked.adverts:,} adverts, {mentions.num_rows:,} mentions; index built in {time.perf_counter() - started:.2f} s"
    )
    rng = np.random.default_rng(9)
    rows = mentions.take(pa.array(rng.integers(0, mentions.num_rows, asked.seeds))).to_pylist()
    names = [f"{row['kind']}:{row['key']}" for row in rows]
    degree = np.diff(index.start)[len(index.records) :]
    busiest = index.names[int(np.argmax(np.where(index.damped > 0, degree, 0)))].as_py()
    hub = index.names[int(np.argmax(index.texts))].as_py()
    found = [expand(index, [name], budget=BUDGET) for name in names]
    took = sorted(seconds(lambda name=name: expand(index, [name], budget=BUDGET)) for name in names)
    print(
        f"clew expand: median {1000 * took[len(took) // 2]:.1f} ms, slowest {1000 * took[-1]:.1f} ms; the busiest that is no hub "
        f"{1000 * seconds(lambda: expand(index, [busiest], budget=BUDGET)):.1f} ms; a hub "
        f"{1000 * seconds(lambda: expand(index, [hub], budget=BUDGET)):.1f} ms; "
        f"nodes told: median {sorted(f.found.num_rows for f in found)[len(found) // 2]}"
    )
    wide = Budget(nodes=5_000, hops=20, weakest=1e-9)
    told = expand(index, [busiest], budget=wide).found.num_rows
    print(
        f"the widest budget ({told} nodes told): {1000 * seconds(lambda: expand(index, [busiest], budget=wide)):.1f} ms"
    )
    peer = networkx_seconds(index, names)
    if peer:
        middle = 1000 * peer[len(peer) // 2]
        print(f"networkx Dijkstra on the reachable part: median {middle:.1f} ms, slowest {1000 * peer[-1]:.1f} ms")
    sql = duckdb.connect()
    sql.execute("SET threads = 2")
    sql.register("given", mentions)
    sql.execute("CREATE TABLE m AS SELECT record, kind, key FROM given")
    sql.execute("CREATE TABLE few AS SELECT kind, key FROM given GROUP BY ALL HAVING count(DISTINCT cluster) <= 100")
    some = names[: min(5, len(names))]
    other = sorted(
        seconds(lambda k=k, v=v: sql.execute(RECURSIVE, [k, v, BUDGET.hops]).fetchall())
        for k, _, v in (name.partition(":") for name in some)
    )
    print(f"DuckDB recursive query: median {1000 * other[len(other) // 2]:.1f} ms of {len(some)} seeds")
    ratios = [f"DuckDB / clew {other[len(other) // 2] / took[len(took) // 2]:.1f}"]
    if peer:
        ratios.append(f"networkx / clew {peer[len(peer) // 2] / took[len(took) // 2]:.2f}")
    print(f"ratio of medians: {', '.join(ratios)}")


if __name__ == "__main__":
    main()
