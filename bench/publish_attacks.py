"""The attack audit beside anonymeter: `python bench/publish_attacks.py [--rows 4000] [--attacks 500] [--peer PYTHON] [--large 200000]`.

Four releases of one invented table in CTDC's layout (eight columns): a copy, a copy with a third of its cells drawn anew, a synthetic one
(fitted, epsilon 4) and rows of other persons. `--peer` names a Python with anonymeter (it pins older numpy); it gets the same original,
control (as many rows as the original), columns, halves, number of attacks and neighbours. `--large` times one audit of that many rows and 37 columns
instead.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv

from clew.publish import synthesise
from clew.publish.attacks import audit
from clew.publish.attacks.facets import facets
from clew.publish.attacks.nearest import split
from clew.world.tables import routes

COLUMNS = "yearOfRegistration gender ageBroad citizenship CountryOfExploitation traffickMonths meansThreats isForcedLabour".split()
PEER = """
import json, sys, time, warnings
import pandas as pd
warnings.filterwarnings("ignore")
from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator
folder, attacks = sys.argv[1], int(sys.argv[2])
halves = json.load(open(folder + "/halves.json"))
read = lambda name: pd.read_csv(f"{folder}/{name}.csv", dtype=str, keep_default_na=False)
ori, control = read("original"), read("control")
for name in sys.argv[3:]:
    syn, found = read(name), {}
    start = time.perf_counter()
    e = SinglingOutEvaluator(ori=ori, syn=syn, control=control, n_attacks=attacks, n_cols=3, seed=1, max_attempts=20000)
    try:
        e.evaluate(mode="multivariate"); r = e.risk(); found["singling out"] = (r.value, *r.ci)
    except RuntimeError as error:
        found["singling out"] = None
    e = LinkabilityEvaluator(ori=ori, syn=syn, control=control, aux_cols=halves, n_attacks=attacks, n_neighbors=10)
    e.evaluate(n_jobs=1); r = e.risk(); found["linkability"] = (r.value, *r.ci)
    for secret in ori.columns:
        e = InferenceEvaluator(ori=ori, syn=syn, control=control, aux_cols=[c for c in ori.columns if c != secret], secret=secret, n_attacks=attacks)
        e.evaluate(n_jobs=1); r = e.risk(); found["inference of " + secret] = (r.value, *r.ci)
    print(json.dumps({"release": name, "seconds": time.perf_counter() - start, "found": found}), flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=4_000)
    parser.add_argument("--attacks", type=int, default=500)
    parser.add_argument("--peer", type=Path)
    parser.add_argument("--large", type=int)
    asked = parser.parse_args()
    if asked.large:
        _large(asked.large)
        return
    drawn = routes(3 * asked.rows, 7).select(COLUMNS)
    original, control, others = (drawn.slice(i * asked.rows, asked.rows) for i in range(3))
    made = {
        "copy": original,
        "altered": _altered(original),
        "synthetic": synthesise(original).table,
        "strangers": others,
    }
    theirs = _peer(asked, original, control, made) if asked.peer else {}
    for name, released in made.items():
        start = time.perf_counter()
        report = audit(original, released, control, seed=1, attacks=asked.attacks).report()
        took = time.perf_counter() - start
        peer = theirs.get(name, {"found": {}})
        ratio = f"; anonymeter {peer['seconds']:.1f} s, {peer['seconds'] / took:.1f} times as long" if theirs else ""
        print(f"\n{name}: {took:.1f} s{ratio}; membership AUC {report['membership']['auc']:.2f}")
        mine = {"singling out": report["singling_out"], "linkability": report["linkability"]}
        mine |= {f"inference of {c}": risk for c, risk in report["inference"]["by_column"].items()}
        for what, risk in mine.items():
            other = peer["found"].get(what)
            said = f"{other[0]:.2f} ({other[1]:.2f} to {other[2]:.2f})" if other else "-"
            print(f"  {what:38} {risk['risk']:.2f} ({risk['low']:.2f} to {risk['high']:.2f})   anonymeter {said}")


def _altered(table: pa.Table) -> pa.Table:
    rng = np.random.default_rng(2)
    columns = []
    for name in table.column_names:
        values = table[name].combine_chunks()
        other = values.take(pa.array(rng.permutation(len(values))))
        columns.append(pa.compute.if_else(pa.array(rng.random(len(values)) < 1 / 3), other, values))
    return pa.table(columns, names=table.column_names)


def _peer(
    asked: argparse.Namespace, original: pa.Table, control: pa.Table, made: dict[str, pa.Table]
) -> dict[str, dict]:  # type: ignore[type-arg]
    halves = split(facets(original, original.slice(1), control).columns)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        for name, table in {"original": original, "control": control, **made}.items():
            csv.write_csv(table, here / f"{name}.csv")
        (here / "halves.json").write_text(json.dumps([[COLUMNS[i] for i in half] for half in halves]))
        (here / "peer.py").write_text(PEER)
        command = [asked.peer, here / "peer.py", folder, str(asked.attacks), *made]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        return {line["release"]: line for line in map(json.loads, ran.stdout.splitlines())}


def _large(rows: int) -> None:
    table = routes(rows + rows // 10, 7)
    original, control = table.slice(0, rows), table.slice(rows)
    start, used = time.perf_counter(), time.process_time()
    report = audit(original, original, control, seed=1).report()
    wall, cpu = time.perf_counter() - start, time.process_time() - used
    risks = {name: report[name]["risk"] for name in ("singling_out", "linkability")}
    print(
        f"{rows} rows x {table.num_columns}, a copy, 1000 attacks each: {wall:.0f} s, {cpu:.0f} s of processor; {risks}"
    )


if __name__ == "__main__":
    main()
