"""Authors of texts: precision and recall of clusters, R-precision, time and memory, and a peer in the same run.

    python bench/authors.py                       100,000 texts of invented authors (`invented_authors`), seed 301
    python bench/authors.py --rows 20000 --kinds surface      only habits of marks and layout in play
    python bench/authors.py --world 20000         adverts of the project's world; truth is the poster
    python bench/authors.py --changelogs          real texts: entries of the Debian changelogs on this machine, by who signed

Truth is the hand that wrote a text: for a copy posted as it was, the writer; with the copier's own marks, the copier. `poster`
counts every copy for who posted it. B-cubed (Bagga and Baldwin 1998) and pairs of texts are both printed.

The peer is scikit-learn's usual recipe: TfidfVectorizer on character 3- and 4-grams, nearest neighbours by cosine, components of
mutual neighbours above a threshold **chosen by the truth** (the greatest recall at which the B-cubed precision is still 0.99, or
else the greatest precision). Clew sees no truth. The peer is run on `--peer-rows` texts, and clew again on the same, since its
search compares all with all.
"""

from __future__ import annotations

import argparse
import re
import resource
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from invented_authors import KINDS, written
from scipy.sparse import csr_matrix

Labels = npt.NDArray[np.int64]
CHOICES = {"all": KINDS, "surface": KINDS[3:], "wording": KINDS[:3]}


@dataclass(frozen=True)
class Data:
    name: str
    table: pa.Table
    truth: dict[str, Labels]


def scores(found: Labels, truth: Labels) -> tuple[float, float, float, float]:
    """B-cubed precision and recall, pair precision and recall."""
    found, truth = np.unique(found, return_inverse=True)[1], np.unique(truth, return_inverse=True)[1]
    both = np.unique(found * (truth.max() + 1) + truth, return_inverse=True)[1]
    common, mine, true = (np.bincount(labels).astype(float) for labels in (both, found, truth))

    def pairs(sizes: npt.NDArray[np.float64]) -> float:
        return float((sizes * (sizes - 1)).sum())

    return (
        float((common[both] / mine[found]).mean()),
        float((common[both] / true[truth]).mean()),
        pairs(common) / max(pairs(mine), 1.0),
        pairs(common) / max(pairs(true), 1.0),
    )


def line(name: str, found: Labels, truth: Labels) -> tuple[float, float]:
    b_precision, b_recall, precision, recall = scores(found, truth)
    print(
        f"  {name:28s} B-cubed precision {b_precision:.4f} recall {b_recall:.4f}   pairs precision {precision:.4f} recall {recall:.4f}"
    )
    return b_precision, b_recall


def invented(rows: int, seed: int, kinds: str) -> Data:
    made = written(rows, seed=seed, kinds=CHOICES[kinds])
    print(
        f"{len(np.unique(made.author)):,} authors; {made.copy.mean():.1%} copied from others; {(made.words < 12).mean():.1%} under 12 words"
    )
    return Data("invented authors", made.table, {"hand": made.hand, "poster": made.author})


def world(rows: int, seed: int) -> Data:
    from clew.world import build

    made = build(seed=seed, adverts=rows)
    poster = made.truth["adverts"]["poster"].to_pylist()
    return Data("invented world", made.adverts, {"poster": np.unique(poster, return_inverse=True)[1]})


def changelogs() -> Data:
    """Entries of at least 25 words; who signed is only a number here, and nothing of it is kept."""
    import gzip
    from pathlib import Path

    texts: list[str] = []
    signed: list[str] = []
    for path in sorted(Path("/usr/share/doc").glob("*/changelog.Debian.gz")):
        entry: list[str] = []
        for row in gzip.decompress(path.read_bytes()).decode("utf-8", "replace").splitlines(keepends=True):
            if row.startswith(" -- "):
                text = "".join(entry).strip("\n")
                if len(text.split()) >= 25 and "[ " not in text:
                    texts.append(text)
                    signed.append(re.sub(r"<.*", "", row[4:]).strip().lower())
                entry = []
            elif row.startswith("  ") or not row.strip():
                entry.append(row.removeprefix("  "))
            else:
                entry = []
    kept = dict(zip(texts, signed, strict=True))
    rows = sorted(kept)
    table = pa.table({"id": pa.array([str(at) for at in range(len(rows))]), "text": pa.array(rows)})
    return Data("changelogs", table, {"signed": np.unique([kept[row] for row in rows], return_inverse=True)[1]})


ASKED = 4_000
"""Texts whose nearest others are looked up, at most."""


def r_precision(name: str, rows: npt.NDArray[np.float32] | csr_matrix, truth: Labels) -> None:
    """Of each text's nearest R others, R being how many its hand has written: the share of its hand."""
    count = np.bincount(truth)[truth] - 1
    asked = np.flatnonzero(count > 0)
    asked = np.sort(np.random.default_rng(0).permutation(asked)[:ASKED])
    shares = []
    for low in range(0, len(asked), 250):
        part = asked[low : low + 250]
        products = rows[part] @ rows.T
        alike = products if isinstance(products, np.ndarray) else products.toarray()
        alike[np.arange(len(part)), part] = -np.inf
        for near, text in zip(alike, part, strict=True):
            wanted = count[text]
            shares.append(float((truth[np.argpartition(-near, wanted - 1)[:wanted]] == truth[text]).mean()))
    print(
        f"  R-precision {np.mean(shares):.4f} of {name}, {len(asked):,} texts of {len(np.unique(truth[asked])):,} authors"
    )


def ranks(data: Data) -> None:
    """One text a template: clew's rows before and after they are drawn, and the peer's on the same texts."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    from clew.links.authors.prepared import prepare
    from clew.links.authors.ranking import ranked

    ready = prepare(data.table["text"], data.table["phone"] if "phone" in data.table.column_names else None)
    row = np.empty(len(ready.place), np.int64)
    row[ready.place] = np.arange(len(row))
    stands = ready.units.text[ready.open]
    truth = np.unique(next(iter(data.truth.values()))[row][stands], return_inverse=True)[1]
    r_precision("dense rows", ready.vectors.dense, truth)
    r_precision("drawn rows", ranked(ready.vectors).rows, truth)
    recipe = TfidfVectorizer(analyzer="char", ngram_range=(3, 4), min_df=2, sublinear_tf=True)
    table = recipe.fit_transform(ready.ordered.take(pa.array(stands)).to_pylist())
    r_precision("the peer's rows", table.astype(np.float32), truth)


def clew_run(data: Data) -> tuple[Labels, float, list[str]]:
    from clew.links.authors import authors

    start = time.perf_counter()
    found = authors(data.table)
    took = time.perf_counter() - start
    print(
        f"clew: {took:.1f} s for {data.table.num_rows:,} texts; expects {found.expected_false:.4f} of joined pairs to be false"
    )
    table = found.authors
    return table["author"].to_numpy(), took, table["basis"].to_pylist()


def report(data: Data) -> tuple[float, float, float]:
    found, took, basis = clew_run(data)
    result = (0.0, 0.0)
    for name, truth in data.truth.items():
        got = line(f"truth: {name}", found, truth)
        result = result if result != (0.0, 0.0) else got
    kinds, counts = np.unique(basis, return_counts=True)
    print("  basis: " + ", ".join(f"{kind} {count:,}" for kind, count in zip(kinds, counts, strict=True)))
    return took, *result


def peer(data: Data) -> tuple[float, float, float]:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    from clew.links import groups

    truth = next(iter(data.truth.values()))
    start = time.perf_counter()
    table = TfidfVectorizer(analyzer="char", ngram_range=(3, 4), min_df=2, sublinear_tf=True).fit_transform(
        data.table["text"].to_pylist()
    )
    far, near = NearestNeighbors(n_neighbors=21, metric="cosine", algorithm="brute").fit(table).kneighbors(table)
    took = time.perf_counter() - start
    left, right, close = np.repeat(np.arange(len(near)), 21), near.ravel(), 1 - far.ravel()
    keys = np.minimum(left, right) * len(near) + np.maximum(left, right)
    _, first, times = np.unique(keys, return_index=True, return_counts=True)
    kept = first[times == 2]
    left, right, close = left[kept], right[kept], close[kept]
    tried = []
    for least in np.arange(0.2, 1.0, 0.02):
        group = groups.apart(len(near))
        groups.join(group, left[close >= least].astype(np.int64), right[close >= least].astype(np.int64))
        tried.append((*scores(group, truth)[:2], least, group))
    good = [each for each in tried if each[0] >= 0.99]
    best = max(good, key=lambda each: each[1]) if good else max(tried, key=lambda each: each[0])
    print(f"peer: {took:.1f} s; threshold chosen by the truth {best[2]:.2f}")
    result = line("peer", best[3], truth)
    return took, *result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer-rows", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=301)
    parser.add_argument("--kinds", choices=sorted(CHOICES), default="all")
    parser.add_argument("--world", type=int, metavar="ADVERTS")
    parser.add_argument("--changelogs", action="store_true")
    parser.add_argument("--alone", action="store_true", help="no peer")
    parser.add_argument("--no-rank", action="store_true", help="no R-precision")
    chosen = parser.parse_args()
    if chosen.world:
        data = world(chosen.world, chosen.seed)
    elif chosen.changelogs:
        data = changelogs()
    else:
        data = invented(chosen.rows, chosen.seed, chosen.kinds)
    print(f"{data.name}: {data.table.num_rows:,} texts, {data.table['text'].nbytes / 1e6:.0f} MB", flush=True)
    report(data)
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB", flush=True)
    if chosen.alone:
        return
    rows = min(chosen.peer_rows, data.table.num_rows)
    part = Data(data.name, data.table.slice(0, rows), {name: truth[:rows] for name, truth in data.truth.items()})
    print(f"the first {rows:,} texts:")
    ours = report(part)
    if not chosen.no_rank:
        ranks(part)
    theirs = peer(part)
    print(
        f"ratio to the peer: {theirs[0] / ours[0]:.2f} times in time, {ours[1] / theirs[1]:.3f} in precision, {ours[2] / max(theirs[2], 1e-9):.2f} in recall"
    )


if __name__ == "__main__":
    main()
