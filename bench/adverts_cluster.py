"""Near-duplicate adverts: time, truth and memory, and how many times faster than two peers in the same run.

    python bench/adverts_cluster.py                          100,000 invented adverts, against datasketch and rensa
    python bench/adverts_cluster.py --rows 1000000 --alone   clew only
    python bench/adverts_cluster.py --rows 1000000 --whole-command   `clew adverts cluster FILE --out F`, start to end;
                                                             with --templates too
    python bench/adverts_cluster.py --rows 1000000 --alone --templates   clusters, then their templates
    python bench/adverts_cluster.py --rows 1030000 --new 30000   a new day joins a set on disk, and what all at once finds
    python bench/adverts_cluster.py --rows 5150000 --new 150000 --alone   the same, not clustered all at once beside it
    python bench/adverts_cluster.py --curve                  short adverts with slots: edits, homoglyphs, emoji, spacing

The adverts are those of `planted_adverts`: known clusters, up to 12% of words changed, hard negatives. The peers are used
as their documentation shows for a batch (`MinHash.bulk`, `insertion_session`; `from_token_sets`, `insert_many`,
`query_all`) on shingles of two words, in as few bands as reach the same F1. They only propose pairs by estimates, which on
these adverts is not precise enough; so their pairs are then compared and joined by clew's own code, and **that time is not
counted against them**. What is counted: shingles, signatures, index, queries. Clew's time is the whole of it, from an
Arrow column to labels, after one call that compiles.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from planted_adverts import Planted, planted

Labels = npt.NDArray[np.int64]
SEED = 1
MEASURE = """
import resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss)
"""


@dataclass
class Stopwatch:
    """Wall and processor seconds; on a machine that others use too, the second is the steadier one."""

    wall: float = 0.0
    processor: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.wall += time.perf_counter() - wall
        self.processor += time.process_time() - processor


@dataclass
class Score:
    name: str
    watch: Stopwatch
    precision: float = field(init=False)
    recall: float = field(init=False)
    ari: float = field(init=False)

    def read(self, found: Labels, truth: Labels) -> Score:
        """Precision and recall over pairs of rows, and the adjusted Rand index (Hubert and Arabie 1985)."""
        both = _pairs(found * (truth.max() + 1) + truth)
        mine, true, every = _pairs(found), _pairs(truth), len(truth) * (len(truth) - 1) / 2
        self.precision, self.recall = both / mine, both / true
        expected = mine * true / every
        self.ari = (both - expected) / ((mine + true) / 2 - expected)
        return self

    @property
    def f1(self) -> float:
        return 2 * self.precision * self.recall / (self.precision + self.recall)

    def __str__(self) -> str:
        return (
            f"{self.name:12s} {self.watch.wall:8.2f} s wall {self.watch.processor:8.2f} s processor   precision "
            f"{self.precision:.4f}  recall {self.recall:.4f}  F1 {self.f1:.4f}  ARI {self.ari:.4f}"
        )


def _pairs(labels: Labels) -> float:
    sizes = np.unique(labels, return_counts=True)[1].astype(float)
    return float((sizes * (sizes - 1) / 2).sum())


def clew_score(data: Planted, truth: Labels) -> Score:
    from clew.links import near_duplicates
    from clew.links.warm import warm

    warm()
    score = Score("clew", Stopwatch())
    with score.watch.running():
        found = near_duplicates(data.table["text"])
    return score.read(found, truth)


def shingles(text: str) -> list[bytes]:
    """Two words running; of a script without spaces, four characters."""
    words = text.split()
    if len(words) < 8:
        return [text[i : i + 4].encode() for i in range(max(len(text) - 3, 1))]
    return [f"{one} {other}".encode() for one, other in itertools.pairwise(words)]


def datasketch_pairs(texts: list[str], bands: int, rows: int) -> list[list[int]]:
    from datasketch import MinHash, MinHashLSH

    signatures = MinHash.bulk((shingles(text) for text in texts), num_perm=bands * rows, hashfunc=zlib.crc32)
    index = MinHashLSH(num_perm=bands * rows, params=(bands, rows))
    with index.insertion_session() as session:
        for number, signature in enumerate(signatures):
            session.insert(number, signature, check_duplication=False)
    return [index.query(signature) for signature in signatures]


def rensa_pairs(texts: list[str], bands: int, rows: int) -> list[list[int]]:
    from rensa import RMinHash, RMinHashLSH

    signatures = RMinHash.from_token_sets([shingles(text) for text in texts], num_perm=bands * rows, seed=SEED)
    index = RMinHashLSH(threshold=0.5, num_perm=bands * rows, num_bands=bands)
    index.insert_many(signatures)
    return index.query_all(signatures)


def peer_score(name: str, propose: Callable[..., list[list[int]]], data: Planted, truth: Labels, shape: str) -> Score:
    from clew.links import NearDuplicateOptions, alignment, groups
    from clew.links.tokens import tokens

    bands, rows = map(int, shape.split("x"))
    score = Score(name, Stopwatch())
    with score.watch.running():
        column = data.table["text"].combine_chunks().dictionary_encode()  # identical texts once, for the peers too
        mates = propose(column.dictionary.to_pylist(), bands, rows)
    left = np.repeat(np.arange(len(mates)), [len(each) for each in mates])
    right = np.concatenate([np.asarray(each, np.int64) for each in mates])
    left, right = left[left < right], right[left < right]
    texts = tokens(column.dictionary)
    least = NearDuplicateOptions().similarity
    alike = alignment.similarities(texts, left, right, least) >= least
    joined = groups.apart(len(mates))
    groups.join(joined, left[alike], right[alike])
    found = groups.settle(texts, joined, least)[np.asarray(column.indices, np.int64)]
    print(f"  {name}: {bands} bands of {rows}, {len(left):,} pairs proposed", flush=True)
    return score.read(found, truth)


def whole_command(data: Planted, truth: Labels, kind: str, *, with_templates: bool) -> None:
    """Writes a file, runs the command on it in a process of its own, and reads what came out."""
    import pyarrow.csv

    from clew.records import write_table

    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / f"adverts.{kind}", Path(folder) / "clusters.csv"
        write_table(data.table, source)
        command = [sys.executable, "-m", "clew", "adverts", "cluster", str(source), "--out", str(out)]
        if with_templates:
            command += ["--templates", str(Path(folder) / "templates.csv")]
        # A small process in between: a child's peak memory is counted from its parent's size on.
        measured = subprocess.run([sys.executable, "-c", MEASURE, *command], check=True, capture_output=True, text=True)
        wall, processor, peak_kb = map(float, measured.stdout.split()[-3:])
        score = Score("command", Stopwatch(wall, processor))
        found = pyarrow.csv.read_csv(out)
        assert found["id"].cast(pa.string()).to_pylist() == data.table["id"].to_pylist()
        print(score.read(found["cluster"].to_numpy(), truth))
        print(f"{source.name}: {source.stat().st_size / 1e6:.0f} MB; peak memory {peak_kb / 1e6:.2f} GB")


def template_score(data: Planted, truth: Labels) -> None:
    from clew.links import templates
    from clew.links.warm import warm

    warm()
    whole = Stopwatch()
    with whole.running():
        found = templates(data.table)
    print(Score("templates", whole).read(found.clusters["cluster"].to_numpy(), truth), flush=True)
    print(f"  {found.templates.num_rows:,} templates, {found.slots.num_rows:,} fillings")


def increment_score(data: Planted, truth: Labels, new: int, *, alone: bool) -> None:
    from clew.links import near_duplicates
    from clew.links.increments import join, members
    from clew.links.warm import warm

    warm()
    old = data.table.num_rows - new
    first, second = Stopwatch(), Stopwatch()
    with tempfile.TemporaryDirectory() as folder:
        with first.running():
            join(Path(folder) / "set", data.table.slice(0, old))
        with second.running():
            joined = join(Path(folder) / "set", data.table.slice(old))
        size = sum(each.stat().st_size for each in Path(folder).rglob("*") if each.is_file())
        found = members(Path(folder) / "set")["cluster"].to_numpy()
    print(f"first {old:,} adverts {first.wall:.1f} s wall; set on disk {size / 1e9:.2f} GB")
    print(Score(f"+{new}", second).read(found, truth), f" {joined.merges.num_rows} merges")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
    if alone:
        return
    print(Score("all at once", Stopwatch()).read(near_duplicates(data.table["text"]), truth), "(time not taken)")


def curve() -> None:
    """Adverts of 12 to 40 words with slots, a third of them alone, against what is done to each copy."""
    from planted_adverts import DISGUISES, slotted

    from clew.links import near_duplicates

    print("3,000 adverts of 12 to 40 words with 2 to 5 slots, mean of 3 seeds")
    for disguise in DISGUISES:
        for strength in (0.0, 0.05, 0.1, 0.2, 0.3):
            scores = []
            for seed in range(3):
                data = slotted(3_000, seed=seed, disguise=disguise, strength=strength)
                scores.append(Score("", Stopwatch()).read(near_duplicates(data.table["text"]), data.truth))
            precision, recall, ari = (
                float(np.mean([getattr(s, n) for s in scores])) for n in ("precision", "recall", "ari")
            )
            print(
                f"  {disguise:10s} {strength:4.0%}  precision {precision:.4f}  recall {recall:.4f}  ARI {ari:.4f}",
                flush=True,
            )


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--edits", type=float, default=0.12, help="share of words changed in a copy")
    parser.add_argument("--exact", action="store_true", help="every copy has that share changed, not up to it")
    parser.add_argument("--alone", action="store_true", help="no peers")
    parser.add_argument("--whole-command", action="store_true", help="time the command with reading and writing")
    parser.add_argument("--templates", action="store_true", help="fit templates too")
    parser.add_argument("--new", type=int, default=0, help="so many of the rows come a day later")
    parser.add_argument("--curve", action="store_true", help="short adverts with slots, disguised ever more")
    parser.add_argument("--kind", default="csv", help="file type for the whole command")
    parser.add_argument("--datasketch", default="12x3", metavar="BANDSxROWS")
    parser.add_argument("--rensa", default="12x3", metavar="BANDSxROWS")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    if chosen.curve:
        curve()
        return
    data = planted(chosen.rows, seed=SEED, edits=chosen.edits, exact=chosen.exact)
    size = data.table["text"].nbytes / 1e6
    print(f"{chosen.rows:,} adverts, {size:.0f} MB, {data.truth.max() + 1:,} clusters, seed {SEED}", flush=True)
    if chosen.whole_command:
        whole_command(data, data.truth, chosen.kind, with_templates=chosen.templates)
        return
    if chosen.new:
        increment_score(data, data.truth, chosen.new, alone=chosen.alone)
        return
    if chosen.templates:
        template_score(data, data.truth)
        return
    ours = clew_score(data, data.truth)
    print(ours, f"\n  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB", flush=True)
    if chosen.alone:
        return
    for name, propose, shape in (
        ("datasketch", datasketch_pairs, chosen.datasketch),
        ("rensa", rensa_pairs, chosen.rensa),
    ):
        theirs = peer_score(name, propose, data, data.truth, shape)
        print(theirs)
        print(
            f"  ratio to {name}: {theirs.watch.wall / ours.watch.wall:.1f} times in wall time, "
            f"{theirs.watch.processor / ours.watch.processor:.1f} in processor time",
            flush=True,
        )


if __name__ == "__main__":
    main()
