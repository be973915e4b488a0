"""Near-duplicate adverts: time, truth and memory, and how many times faster than two peers in the same run.

    python bench/adverts_cluster.py                          100,000 invented adverts, against datasketch and rensa
    python bench/adverts_cluster.py --rows 1000000 --alone   clew only
    python bench/adverts_cluster.py --rows 1000000 --whole-command   `clew adverts cluster FILE --out F`, start to end

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
    texts = alignment.runs(tokens(column.dictionary))
    least = NearDuplicateOptions().similarity
    alike = alignment.similarities(texts, left, right, least) >= least
    joined = groups.apart(len(mates))
    groups.join(joined, left[alike], right[alike])
    found = groups.settle(texts, joined, least)[np.asarray(column.indices, np.int64)]
    print(f"  {name}: {bands} bands of {rows}, {len(left):,} pairs proposed", flush=True)
    return score.read(found, truth)


def whole_command(data: Planted, truth: Labels, kind: str) -> None:
    """Writes a file, runs the command on it in a process of its own, and reads what came out."""
    import pyarrow.csv

    from clew.records import write_table

    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / f"adverts.{kind}", Path(folder) / "clusters.csv"
        write_table(data.table, source)
        command = [sys.executable, "-m", "clew", "adverts", "cluster", str(source), "--out", str(out)]
        # A small process in between: a child's peak memory is counted from its parent's size on.
        measured = subprocess.run([sys.executable, "-c", MEASURE, *command], check=True, capture_output=True, text=True)
        wall, processor, peak_kb = map(float, measured.stdout.split()[-3:])
        score = Score("command", Stopwatch(wall, processor))
        found = pyarrow.csv.read_csv(out)
        assert found["id"].cast(pa.string()).to_pylist() == data.table["id"].to_pylist()
        print(score.read(found["cluster"].to_numpy(), truth))
        print(f"{source.name}: {source.stat().st_size / 1e6:.0f} MB; peak memory {peak_kb / 1e6:.2f} GB")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--edits", type=float, default=0.12, help="share of words changed in a copy")
    parser.add_argument("--exact", action="store_true", help="every copy has that share changed, not up to it")
    parser.add_argument("--alone", action="store_true", help="no peers")
    parser.add_argument("--whole-command", action="store_true", help="time the command with reading and writing")
    parser.add_argument("--kind", default="csv", help="file type for the whole command")
    parser.add_argument("--datasketch", default="12x3", metavar="BANDSxROWS")
    parser.add_argument("--rensa", default="12x3", metavar="BANDSxROWS")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    data = planted(chosen.rows, seed=SEED, edits=chosen.edits, exact=chosen.exact)
    size = data.table["text"].nbytes / 1e6
    print(f"{chosen.rows:,} adverts, {size:.0f} MB, {data.truth.max() + 1:,} clusters, seed {SEED}", flush=True)
    if chosen.whole_command:
        whole_command(data, data.truth, chosen.kind)
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
