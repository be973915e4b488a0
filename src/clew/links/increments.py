"""A set of clusters on disk that a new day of adverts joins without comparing the old ones again.

A folder holds a manifest and one part for each addition: the different texts' tokens without boilerplate (`boilerplate`: what is, is
learnt anew when more texts come at once than ever before), their clusters, the ids, and of each
text a sketch (the shingles with the smallest hashes, Broder 1997) sorted for search; all is read by memory map. A part is
written beside, then renamed, then the manifest is replaced in one step: a crash leaves the set as it was.

Numbers of clusters never change. When a new advert shows that two clusters are one, that is a row in `merges`: the larger
number is from then on another name of the smaller.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.links import alignment, boilerplate
from clew.links.compiled import compiled, in_threads, parts_of
from clew.links.increment_parts import (
    SKETCH,
    Part,
    boilerplate_of,
    followed,
    keep,
    locked,
    manifest_of,
    read,
    texts_of,
    written,
)
from clew.links.near_texts import DEFAULT, NearDuplicateOptions, groups_of
from clew.links.shingles import SHORT, gather
from clew.links.tokens import Tokens, tokens
from clew.safeguards.errors import MissingColumn

MATES = 2
"""Texts of one part that one shingle proposes."""
_ROWS_A_PART = 1 << 15

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Joined:
    """`clusters`: id, cluster of the adverts that came, in their order. `merges`: cluster, into; what they showed to be one."""

    clusters: pa.Table
    merges: pa.Table
    known: int
    """Adverts whose id was in the set already; they keep their cluster and are not added again."""
    total: int
    """Adverts in the set now."""


def join(
    folder: Path, table: pa.Table, *, id: str = "id", text: str = "text", options: NearDuplicateOptions = DEFAULT
) -> Joined:
    """Adds these adverts to the set in `folder`, which is made when it is not there, and says where they belong.

    Raises MissingColumn, and UsageError when the folder is something else, of another version, made with other
    options, or in use by another writer.
    """
    for name in (id, text):
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names))
    with locked(folder):
        manifest = manifest_of(folder, options)
        parts = [read(folder / name, manifest["clusters"]) for name in manifest["parts"]]
        return _joined(folder, manifest, parts, table[id].cast(pa.string()), table[text], options)


def members(folder: Path) -> pa.Table:
    """id, cluster of every advert of the set, merges followed."""
    manifest = manifest_of(folder, None)
    into = followed(manifest)
    tables = []
    for name in manifest["parts"]:
        ids = read(folder / name, manifest["clusters"]).ids
        tables.append(pa.table({"id": ids["id"], "cluster": into[ids["cluster"].to_numpy()]}))
    return (
        pa.concat_tables(tables) if tables else pa.table({"id": pa.array([], pa.string()), "cluster": np.zeros(0, int)})
    )


def _joined(
    folder: Path,
    manifest: dict[str, Any],
    parts: list[Part],
    ids: pa.ChunkedArray,
    texts: pa.ChunkedArray,
    options: NearDuplicateOptions,
) -> Joined:
    known = _known(parts, ids)
    fresh = np.flatnonzero(known < 0)
    rows = tokens(texts.take(pa.array(fresh)))
    content = rows.content.copy()
    blank = np.flatnonzero(content == 0)
    contents, first, which = np.unique(content, return_index=True, return_inverse=True)
    table = _boilerplate(folder, manifest, rows.take(first))
    distinct = boilerplate.without(rows.take(first), table)
    grouped = groups_of(distinct, options)
    next_number = int(manifest["clusters"])
    into = followed(manifest)
    own, merges = _placed(parts, distinct, grouped, into, options)
    # Groups that joined nothing get new numbers, in order of first appearance.
    of_row = own[which]
    alone = grouped[which]
    alone[blank] = len(contents) + np.arange(len(blank))
    of_row[blank] = -1
    new = np.flatnonzero(of_row < 0)
    groups_new, first_new, place = np.unique(alone[new], return_index=True, return_inverse=True)
    number = np.empty(len(groups_new), np.int64)
    number[np.argsort(first_new)] = next_number + np.arange(len(groups_new))
    of_row[new] = number[place]
    clusters = known.copy()
    clusters[fresh] = of_row
    manifest["clusters"] = next_number + len(groups_new)
    manifest["merges"] += merges.tolist()
    if len(fresh):
        named = pa.table({"id": ids.take(pa.array(fresh)), "cluster": of_row})
        kept = _compact(distinct)
        name = written(folder, manifest, kept, sketches(kept), of_row[first], named, table)
        manifest["parts"].append(name)
        manifest["adverts"] += len(fresh)
    keep(folder, manifest)
    resolved = followed(manifest)[clusters]
    merged = pa.table({"cluster": merges[:, 0], "into": merges[:, 1]})
    return Joined(pa.table({"id": ids, "cluster": resolved}), merged, len(ids) - len(fresh), int(manifest["adverts"]))


def _boilerplate(folder: Path, manifest: dict[str, Any], fresh: Tokens) -> boilerplate.Table | None:
    """What is boilerplate in the texts that come: as in the set, unless they are more than it was learnt from."""
    if len(fresh) >= manifest["learnt_from"]:
        manifest["learnt_from"] = len(fresh)
        manifest["learnt_in"] = len(manifest["parts"])
        return boilerplate.learnt(fresh)
    return boilerplate_of(folder / manifest["parts"][manifest["learnt_in"]])


def _compact(texts: Tokens) -> Tokens:
    """The texts over values of their own, one after another."""
    counts = texts.counts.astype(np.int64)
    ends = np.cumsum(counts)
    values = texts.values[np.arange(int(ends[-1])) + np.repeat(texts.starts - ends + counts, counts)]
    return Tokens(values, ends - counts, texts.counts, texts.content)


def _known(parts: list[Part], ids: pa.ChunkedArray) -> Numbers:
    """The cluster of each id that is in the set, -1 for the others."""
    found = np.full(len(ids), -1, np.int64)
    for part in parts:
        stored = part.ids
        place = pc.index_in(ids, value_set=stored["id"].combine_chunks())
        here = np.flatnonzero(pc.is_valid(place).to_numpy())
        if len(here):
            at = place.drop_null().to_numpy()
            found[here] = stored["cluster"].to_numpy()[at]
    return found


def _placed(
    parts: list[Part], fresh: Tokens, grouped: Numbers, into: Numbers, options: NearDuplicateOptions
) -> tuple[Numbers, Numbers]:
    """For each new text the old cluster its group joins, or -1; and pairs of old clusters that prove to be one.

    A group joins the cluster that is most alike to one of its texts. Another cluster is merged with that one only when two
    of its texts are alike too, or its only one.
    """
    keys, owners = sketches(fresh)
    long_enough = fresh.counts >= options.shortest
    hits = []
    for part in parts:
        hits += [_same(part, fresh), _alike(part, fresh, keys, owners, long_enough, options)]
    found = np.concatenate(hits) if hits else np.zeros((0, 4))
    own = np.full(len(fresh), -1, np.int64)
    if not len(found):
        return own, np.zeros((0, 2), np.int64)
    group = grouped[found[:, 0].astype(np.int64)]
    cluster = into[found[:, 1].astype(np.int64)]
    sizes = sum(
        (np.bincount(into[part.clusters], minlength=len(into)) for part in parts), np.zeros(len(into), np.int64)
    )
    best = np.lexsort((cluster, -found[:, 2], group))
    leading = np.ones(len(best), bool)
    leading[1:] = np.diff(group[best]) != 0
    joins = np.full(len(grouped), -1, np.int64)
    joins[group[best[leading]]] = cluster[best[leading]]
    own = joins[grouped]
    # Distinct old texts that speak for a cluster other than the one joined.
    other = np.flatnonzero(cluster != joins[group])
    votes, seen = np.unique(
        np.unique(np.stack([joins[group[other]], cluster[other], found[other, 3].astype(np.int64)], axis=1), axis=0)[
            :, :2
        ],
        axis=0,
        return_counts=True,
    )
    strong = [n >= 2 or sizes[b] == 1 for (_, b), n in zip(votes.tolist(), seen.tolist(), strict=True)]
    pairs = votes[np.array(strong, bool)] if len(votes) else np.zeros((0, 2), np.int64)
    return own, _as_merges(pairs)


def _as_merges(pairs: Numbers) -> Numbers:
    """Rows (cluster, into) with `into` the smallest number of each set of clusters that are one."""
    parent: dict[int, int] = {}

    def root(number: int) -> int:
        while parent.get(number, number) != number:
            number = parent[number]
        return number

    for a, b in pairs.tolist():
        low, high = sorted((root(a), root(b)))
        parent[high] = low
    rows = sorted((number, root(number)) for number in parent if root(number) != number)
    return np.array(rows, np.int64).reshape(-1, 2)


def _same(part: Part, fresh: Tokens) -> npt.NDArray[np.float64]:
    """New texts whose content the part has: new text, cluster, 1, a name of the old text."""
    old = np.searchsorted(part.texts.content, fresh.content)  # a part's texts are sorted by it
    old = np.minimum(old, len(part.texts) - 1)
    new = np.flatnonzero((part.texts.content[old] == fresh.content) & (fresh.content != 0))
    return _hits(part, new, old[new], np.ones(len(new)))


def _alike(
    part: Part,
    fresh: Tokens,
    keys: npt.NDArray[np.uint64],
    owners: npt.NDArray[np.uint32],
    long_enough: npt.NDArray[np.bool_],
    options: NearDuplicateOptions,
) -> npt.NDArray[np.float64]:
    low = np.searchsorted(part.keys, keys)
    high = np.searchsorted(part.keys, keys, side="right")
    pairs = []
    for mate in range(MATES):
        at = low if mate == 0 else high - mate
        has = np.flatnonzero((high - low > mate) & long_enough[owners])
        pairs.append((owners[has].astype(np.uint64) << np.uint64(32)) | texts_of(part, at[has]))
    both = np.unique(np.concatenate(pairs))
    left, right = (both >> np.uint64(32)).astype(np.int64), (both & np.uint64(0xFFFFFFFF)).astype(np.int64)
    fit = part.texts.counts[right] >= options.shortest
    left, right = left[fit], right[fit]
    if not len(left):
        return np.zeros((0, 4))
    needed, place = np.unique(right, return_inverse=True)
    mixed_texts = _beside(fresh, part.texts, needed)
    scores = alignment.similarities(mixed_texts, left, place + len(fresh), options.similarity)
    alike = scores >= options.similarity
    return _hits(part, left[alike], right[alike], scores[alike])


def _hits(part: Part, new: Numbers, old: Numbers, scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    name = old + part.number * float(1 << 32)
    return np.stack([new, part.clusters[old], scores, name], axis=1).astype(np.float64)


def _beside(fresh: Tokens, old: Tokens, rows: Numbers) -> Tokens:
    """The new texts and these old ones over one array of tokens; only what is needed is read from disk."""
    counts, starts = old.counts[rows].astype(np.int64), old.starts[rows]
    ends = np.cumsum(counts)
    taken = old.values[np.arange(ends[-1]) + np.repeat(starts - ends + counts, counts)]
    return Tokens(
        np.concatenate([fresh.values, taken]),
        np.concatenate([fresh.starts, len(fresh.values) + ends - counts]),
        np.concatenate([fresh.counts, old.counts[rows]]),
        np.concatenate([fresh.content, old.content[rows]]),
    )


def sketches(texts: Tokens) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """The hashes by which texts are found again, sorted, and the text of each."""
    arguments = [(texts, low, high) for low, high in parts_of(len(texts), _ROWS_A_PART)]
    found = list(in_threads(_sketch_part, arguments))
    keys = np.concatenate([part[0] for part in found])
    owners = np.concatenate([part[1] for part in found])
    order = np.argsort(keys, kind="stable")
    return keys[order], owners[order]


def _sketch_part(texts: Tokens, low: int, high: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    room = np.empty(2 * int(texts.counts[low:high].max(initial=1)) + 2, np.uint64)
    keys, owners = np.empty((high - low) * SKETCH, np.uint64), np.empty((high - low) * SKETCH, np.uint32)
    used = _sketch(texts.values, texts.starts, texts.counts, low, high, SHORT, SKETCH, room, keys, owners)
    return keys[:used], owners[:used]


@compiled
def _sketch(
    values: npt.NDArray[np.uint32],
    starts: Numbers,
    counts: npt.NDArray[np.int32],
    low: int,
    high: int,
    short: int,
    size: int,
    room: npt.NDArray[np.uint64],
    keys: npt.NDArray[np.uint64],
    owners: npt.NDArray[np.uint32],
) -> int:
    used = 0
    for text in range(low, high):
        gathered = gather(values, starts[text], counts[text], short, room)
        hashes = np.sort(room[:gathered])
        kept = 0
        for each in range(gathered):
            if kept == size:
                break
            if each and hashes[each] == hashes[each - 1]:
                continue
            keys[used] = hashes[each]
            owners[used] = np.uint32(text)
            used += 1
            kept += 1
    return used
