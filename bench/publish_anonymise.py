"""k-anonymity beside a peer: `python bench/publish_anonymise.py [--rows 200000] [--peer PYTHON]`.

The invented world's cases in CTDC layout, five quasi-identifiers, k = 11. Printed for each method: rows kept, information loss, seconds. Loss is
the normalised certainty penalty (Xu and others, KDD 2006): a cell left empty or gone with its row counts 1, a coarser one (values that
it stands for - 1) / (values of the column - 1), an untouched one 0; the mean over all cells that held a value. `--peer` names a Python in which
anjana and pycanon are installed (they pin older numpy): anjana anonymises with the same hierarchies at a suppression limit of 5 %, and pycanon
measures k, l and t of clew's result. Without it, plain suppression of rows is the peer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv

from clew.publish import anonymise
from clew.publish.coarser import ladder
from clew.publish.columns import coded
from clew.world.cases import ctdc

QUASI = ["yearOfRegistration", "gender", "ageBroad", "citizenship", "CountryOfExploitation"]
SENSITIVE = "isForcedLabour"
PEER = """
import json, sys, time
import pandas as pd
folder, k = sys.argv[1], int(sys.argv[2])
quasi, sensitive = json.load(open(folder + "/names.json"))
ladders = json.load(open(folder + "/ladders.json"))
data = pd.read_csv(folder + "/in.csv", dtype=str, keep_default_na=False)
if sys.argv[3] == "anjana":
    from anjana.anonymity import k_anonymity
    steps = {c: {int(n): pd.Series(v).values for n, v in s.items()} for c, s in ladders.items()}
    start = time.perf_counter()
    out = k_anonymity(data, [], quasi, k, 5, steps)
    took = time.perf_counter() - start
    out[quasi].to_csv(folder + "/anjana.csv", index=False)
    print(json.dumps({"seconds": took, "rows": len(out)}))
else:
    from pycanon import anonymity
    data = pd.read_csv(folder + "/out.csv", dtype=str, keep_default_na=False)
    print(json.dumps({
        "k": int(anonymity.k_anonymity(data, quasi)),
        "l": int(anonymity.l_diversity(data, quasi, [sensitive])),
        "t": float(anonymity.t_closeness(data, quasi, [sensitive])),
    }))
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--k", type=int, default=11)
    parser.add_argument("--peer", type=Path, help="a Python with anjana and pycanon")
    asked = parser.parse_args()
    table = ctdc(asked.rows, 7)[0].select([*QUASI, SENSITIVE])
    ladders = {c.name: _ladder(c.name, c.words) for c in coded(table, QUASI)}
    print(f"{asked.rows} rows, k = {asked.k} over {', '.join(QUASI)}: rows kept, information loss, seconds")
    start = time.perf_counter()
    made = anonymise(table, k=asked.k, quasi_identifiers=QUASI)
    took = time.perf_counter() - start
    cells = made.report["cells"].values()
    share = _share_of_coarse(made.table, ladders)
    lost = sum(c["suppressed"] + c["gone_with_row"] for c in cells) + share
    filled = sum(c["filled"] for c in cells)
    ours = lost / filled
    print(f"  clew               {made.table.num_rows / asked.rows:.2%}  {ours:.4f}  {took:.1f} s")
    start = time.perf_counter()
    kept = table.group_by(QUASI).aggregate([([], "count_all")])["count_all"].to_numpy()
    plain = float(kept[kept >= asked.k].sum()) / asked.rows
    print(
        f"  plain suppression  {plain:.2%}  {1 - plain:.4f}  {time.perf_counter() - start:.1f} s; ratio of loss {ours / (1 - plain):.3f}"
    )
    if asked.peer:
        _peer(asked, table, made, ladders, filled, ours)


def _ladder(name: str, words: list[str]) -> dict[str, list[str]]:
    """The steps of a column's values as anjana takes them: step 0 the values, the last one a star."""
    steps = (
        [["", *words]] + [["", *(w or "*" for w in step)] for step in ladder(name, words)] + [["*"] * (len(words) + 1)]
    )
    return {str(n): step for n, step in enumerate(steps)}


def _penalties(steps: dict[str, list[str]]) -> dict[str, float]:
    """What each coarser word costs."""
    values = len(set(steps["0"]) - {""})
    found: dict[str, float] = {}
    for step in list(steps.values())[1:]:
        for word in set(step) - {"", "*"}:
            stands = len({v for v, w in zip(steps["0"], step, strict=True) if w == word and v})
            found.setdefault(word, (stands - 1) / max(values - 1, 1))
    return found


def _share_of_coarse(table: pa.Table, ladders: dict[str, dict[str, list[str]]]) -> float:
    total = 0.0
    for name in QUASI:
        own, costs = set(ladders[name]["0"]), _penalties(ladders[name])
        for row in table[name].value_counts().to_pylist():
            if row["values"] not in own and row["values"] is not None:
                total += row["counts"] * costs.get(row["values"], 1.0)
    return total


def _peer(asked: Any, table: pa.Table, made: Any, ladders: dict[str, Any], filled: int, ours: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        csv.write_csv(table, here / "in.csv")
        csv.write_csv(made.table, here / "out.csv")
        (here / "names.json").write_text(json.dumps([QUASI, SENSITIVE]))
        (here / "ladders.json").write_text(json.dumps(ladders))
        (here / "peer.py").write_text(PEER)

        def asks(what: str) -> dict[str, Any]:
            done = subprocess.run(
                [asked.peer, here / "peer.py", folder, str(asked.k), what], capture_output=True, text=True, check=True
            )
            return dict(json.loads(done.stdout.splitlines()[-1]))

        told = asks("anjana")
        out = csv.read_csv(
            here / "anjana.csv", convert_options=csv.ConvertOptions(column_types=dict.fromkeys(QUASI, pa.string()))
        )
        gone = asked.rows - told["rows"]
        lost = gone * filled / asked.rows + _of_anjana(out, ladders)
        theirs = lost / filled
        print(
            f"  anjana             {told['rows'] / asked.rows:.2%}  {theirs:.4f}  {told['seconds']:.1f} s; ratio of loss {ours / theirs:.3f}"
        )
        measured, own = asks("pycanon"), made.report["diversity"][SENSITIVE]
        print(
            f"  pycanon of clew's result: k {measured['k']}, l {measured['l']}, t {measured['t']:.4f}; clew says k {made.report['k_reached']}, l {own['l']}, t {own['t']:.4f}"
        )


def _of_anjana(out: pa.Table, ladders: dict[str, dict[str, list[str]]]) -> float:
    total = 0.0
    for name in QUASI:
        own, costs = set(ladders[name]["0"]), _penalties(ladders[name])
        for row in out[name].value_counts().to_pylist():
            if row["values"] not in own and row["values"]:
                total += row["counts"] * (1.0 if row["values"] == "*" else costs.get(row["values"], 1.0))
    return total


if __name__ == "__main__":
    main()
