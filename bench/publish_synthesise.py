"""Error of private synthesis: clew's own method beside pac-synth and an MST-like baseline, in one run, on the same tables.

    python bench/publish_synthesise.py [--rows 20000] [--seeds 1] [--first-seed 1] [--tables routes,severities,complaints]
        [--methods fitted,codebook,pac-4,pac-12,mst] [--attack]

Tables: two in the layout of CTDC (37 columns, 340 values) by `clew.world.tables`, and, where it is present,
../shared/data/mock/customer_complaints. For combinations of 1, 2 and 3 values: mean absolute and relative error where 11
or more truly are, those of them that are suppressed (by number, by weight of all), and those fabricated (present in the
output alone; by number, by weight). `fitted` finds values privately; `codebook` has them declared. The baseline `mst` is
MST (McKenna et al. 2021) in plain numpy on a first-order tree, its domain read off the data for free; it is not mbi.
`--attack` measures membership inference instead: AUC of three scores, by members and records of the same kind left out.
"""

from __future__ import annotations

import argparse
import resource
import time
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa

from clew.publish import synthesise
from clew.publish.columns import aligned, coded
from clew.publish.synthesis.accounting import rho_of
from clew.publish.synthesis.cells import Cells, plain
from clew.publish.synthesis.tree import tree_rows
from clew.world.tables import TABLES, codebook

COMPLAINTS = Path(__file__).parents[2] / "shared" / "data" / "mock" / "customer_complaints_prepared.csv.gz"


def table_of(name: str, rows: int, seed: int) -> pa.Table:
    if name == "complaints":
        import pyarrow.csv

        read = pyarrow.csv.read_csv(COMPLAINTS)
        return read.cast(pa.schema([(column, pa.string()) for column in read.column_names]))
    return TABLES[name](rows, seed)


def made_by(method: str, table: pa.Table, seed: int) -> pa.Table:
    if method == "mst":
        return mst(table, 4.0, float(f"1e-{int(np.ceil(1.5 * np.log10(table.num_rows)))}"), seed)
    if method.startswith("pac-"):
        return synthesise(table, epsilon=float(method[4:]), engine="pac-synth", length=3).table
    declared = None
    if method == "codebook":
        known = codebook()
        declared = {
            n: known[n] if n in known else [c for c in table[n].unique().to_pylist() if c] for n in table.column_names
        }
    return synthesise(table, epsilon=4.0, domain=declared).table


def measured(before: pa.Table, after: pa.Table) -> list[list[float]]:
    """By length of combination: absolute, relative, suppressed share and weight, fabricated number and weight."""
    first, last = aligned(before, after)
    cells = Cells.of([c.size - 1 for c in first], 3)
    true, found = (plain(np.column_stack([c.codes for c in cs]).astype(np.int32), cells) for cs in (first, last))
    out = []
    for way, part in cells.ways():
        x, y = true[part], found[part]
        solid = x >= 11
        off = np.abs(x - y)[solid]
        gone, new = solid & (y == 0), (x == 0) & (y > 0)
        row = [off.mean(), (off / x[solid]).mean(), gone.sum() / solid.sum(), x[gone].sum() / x.sum()]
        out.append(
            [*row, new.sum(), y[new].sum() / max(1, y.sum()), int(((x >= 100) & (y == 0)).sum()) if way == 1 else 0]
        )
    return out


def mst(table: pa.Table, epsilon: float, delta: float, seed: int) -> pa.Table:
    """MST: a third of the budget for values, a third to choose a tree of pairs, a third for the pairs along it."""
    rng = np.random.default_rng(seed)
    columns = coded(table)
    rows, rho, count = table.num_rows, rho_of(epsilon, delta) / 3, len(columns)
    noise = np.sqrt(count / (2 * rho))
    true = [np.bincount(c.codes, minlength=c.size).astype(float) for c in columns]
    one = [t + rng.normal(0, noise, len(t)) for t in true]
    small = [(o < 3 * noise) for o in one]  # rare values are measured together and shared out again, as MST does
    groups = [np.where(s, 0, np.cumsum(~s)) if s.any() else np.arange(len(s)) + 1 for s in small]
    merged = [np.bincount(g, weights=o, minlength=g.max() + 1).clip(0) for g, o in zip(groups, one, strict=True)]
    codes = [g[c.codes] for g, c in zip(groups, columns, strict=True)]
    joint = {}
    for i, j in combinations(range(count), 2):
        shape = len(merged[i]), len(merged[j])
        joint[i, j] = (
            np.bincount(codes[i] * shape[1] + codes[j], minlength=shape[0] * shape[1]).reshape(shape).astype(float)
        )
    each = np.sqrt(8 * rho / (count - 1))
    score = {p: np.abs(t - np.outer(merged[p[0]], merged[p[1]]) / rows).sum() for p, t in joint.items()}
    owner, edges = list(range(count)), []
    for _ in range(count - 1):
        open_ = [p for p in score if owner[p[0]] != owner[p[1]]]
        i, j = max(open_, key=lambda p: score[p] * each / 2 + rng.gumbel())
        edges.append((i, j))
        owner = [owner[i] if o == owner[j] else o for o in owner]
    wide = np.sqrt((count - 1) / (2 * rho))
    cells = Cells.of([len(m) for m in merged], 2)
    counts = np.zeros(cells.number)
    for i, m in enumerate(merged):
        counts[cells.singles[i] :][: len(m)] = m
    for i, j in joint:  # what is no edge is taken as independent, so that the tree is that of the edges
        counts[cells.pairs[i, j] :][: joint[i, j].size] = np.outer(merged[i], merged[j]).ravel() / rows
    for i, j in edges:
        noisy = (joint[i, j] + rng.normal(0, wide, joint[i, j].shape)).clip(0)
        for _ in range(20):  # consistent with the values
            noisy *= (merged[i] / np.maximum(noisy.sum(1), 1e-9))[:, None]
            noisy *= merged[j] / np.maximum(noisy.sum(0), 1e-9)
        counts[cells.pairs[i, j] :][: noisy.size] = noisy.ravel()
    invented = tree_rows(cells, counts, rows, rng) - 1
    out = []
    for index, (column, group) in enumerate(zip(columns, groups, strict=True)):
        members = [np.flatnonzero(group == g) for g in range(group.max() + 1)]
        mine = np.zeros(rows, dtype=np.int64)
        for g, codes_of in enumerate(members):
            where = np.flatnonzero(invented[:, index] == g)
            if len(codes_of):
                mine[where] = rng.choice(codes_of, len(where))
        out.append(type(column)(column.name, mine, column.values).decoded(table.schema.field(index).type))
    return pa.table(out, schema=table.schema)


def attack(name: str, rows: int, seed: int, method: str) -> list[float]:
    """AUC of membership by distance to the nearest row, by triples more frequent than in a reference, and of rare rows."""
    table = table_of(name, 3 * rows, seed)
    order = np.random.default_rng(seed).permutation(table.num_rows)
    third = table.num_rows // 3
    members, others, reference = (table.take(pa.array(order[i * third :][:third])) for i in range(3))
    out = made_by(method, members, seed)
    both = coded(pa.concat_tables([members, others, reference, out.cast(members.schema)]))
    codes = np.column_stack([c.codes for c in both]).astype(np.int32)
    cells = Cells.of([c.size - 1 for c in both], 3)
    known, released = codes[2 * third : 3 * third], codes[3 * third :]
    lift = np.log1p(plain(released, cells)) - np.log1p(plain(known, cells))
    rarity = -np.log1p(plain(known, cells))
    some = np.r_[0:1_500, third : third + 1_500]
    near = np.array([-(released != codes[row]).sum(1).min() for row in some])
    by_lift, rare = (_means(codes[: 2 * third], cells, values) for values in (lift, rarity))
    odd = np.argsort(-rare)[: len(rare) // 10]
    member = np.arange(2 * third) < third
    return [_auc(near, some < third), _auc(by_lift, member), _auc(by_lift[odd], member[odd])]


def _means(codes: np.ndarray, cells: Cells, values: np.ndarray) -> np.ndarray:
    """For each row the mean over its triples, 0 where it has none."""
    total, number = np.zeros(len(codes)), np.zeros(len(codes))
    for i, j, k in combinations(range(codes.shape[1]), 3):
        rows = np.flatnonzero((codes[:, i] > 0) & (codes[:, j] > 0) & (codes[:, k] > 0))
        a, b, c = (codes[rows, column].astype(np.int64) - 1 for column in (i, j, k))
        total[rows] += values[cells.triples[i, j, k] + (a * cells.sizes[j] + b) * cells.sizes[k] + c]
        number[rows] += 1
    return total / np.maximum(number, 1)


def _auc(score: np.ndarray, member: np.ndarray) -> float:
    from scipy.stats import rankdata

    ranks = rankdata(score)
    inside = member.sum()
    return float((ranks[member].sum() - inside * (inside + 1) / 2) / (inside * (len(member) - inside)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--tables", default="routes,severities,complaints")
    parser.add_argument("--methods", default="fitted,codebook,pac-4,pac-12,mst")
    parser.add_argument("--attack", action="store_true")
    given = parser.parse_args()
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    for name in given.tables.split(","):
        if name == "complaints" and not COMPLAINTS.is_file():
            continue
        for method in given.methods.split(","):
            if given.attack:
                found = [attack(name, given.rows, seed, method) for seed in seeds]
                print(
                    f"{name} {given.rows}, seeds {seeds[0]} to {seeds[-1]}, {method}: AUC nearest, triples, triples of rare rows:",
                    np.round(np.mean(found, 0), 3),
                    flush=True,
                )
                continue
            runs, start, cpu = [], time.perf_counter(), time.process_time()
            for seed in seeds:
                table = table_of(name, given.rows, seed)
                runs.append(measured(table, made_by(method, table, seed)))
            took, cpu = (t / given.seeds for t in (time.perf_counter() - start, time.process_time() - cpu))
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(
                f"{name} {table.num_rows} x {table.num_columns}, seeds {seeds[0]} to {seeds[-1]}, {method}: {took:.0f} s, {cpu:.0f} s of processor, peak so far {peak:.1f} GB"
            )
            for way, row in enumerate(np.mean(runs, 0), start=1):
                print(
                    f"  {way}-way: error {row[0]:.1f} persons, relative {row[1]:.3f}; suppressed {row[2]:.1%}, weight "
                    f"{row[3]:.2%}; fabricated {row[4]:.0f}, weight {row[5]:.2%}"
                    + (f"; values of 100 or more lost: {row[6]:.1f}" if way == 1 else ""),
                    flush=True,
                )


if __name__ == "__main__":
    main()
