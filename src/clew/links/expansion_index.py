"""Records and identifiers as one graph in arrays, both ways: built once, asked many times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.links.evidence import evidence_kinds
from clew.safeguards.errors import MissingColumn

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class EvidenceIndex:
    """Who mentions what. Node numbers: records first, then identifiers.

    `around[start[n]:start[n + 1]]` are the neighbours of node n; `damped[n]` is how much of an identifier's evidence is
    left after its hub damping, 0 for a hub; `texts[n]` how many different texts mention it.
    """

    records: pa.Array
    names: pa.Array
    """kind:key of each identifier."""
    weight: npt.NDArray[np.float64]
    """Of each identifier's kind."""
    damped: npt.NDArray[np.float64]
    texts: Numbers
    start: Numbers
    around: Numbers

    @classmethod
    def of(cls, mentions: pa.Table, hubs: pa.Table | None = None) -> Self:
        """From rows record, kind, key and, where known, cluster (a text posted many times counts once).

        `hubs` (kind, key) are identifiers that lead nowhere whatever their number of texts, as `bridges` finds them.

        Kinds without a weight in `evidence.yaml` are left out, as are rows with a missing value. Every identifier is in it,
        shared or not: what names one advert today may name two tomorrow.
        """
        for name in ("record", "kind", "key"):
            if name not in mentions.column_names:
                raise MissingColumn(name, present=tuple(mentions.column_names))
        kinds = evidence_kinds()
        known = pa.array([each.kind for each in kinds.values() if each.joins], pa.string())
        kept = pc.and_(
            pc.is_in(mentions["kind"], known), pc.and_(pc.is_valid(mentions["record"]), pc.is_valid(mentions["key"]))
        )
        table = mentions.filter(pc.fill_null(kept, False))
        record = table["record"].cast(pa.string()).combine_chunks().dictionary_encode()
        named = pc.binary_join_element_wise(table["kind"].cast(pa.string()), table["key"].cast(pa.string()), ":")
        identifier = named.combine_chunks().dictionary_encode()
        rows, ids = (np.asarray(each.indices, dtype=np.int64) for each in (record, identifier))
        size, count = len(record.dictionary), len(identifier.dictionary)
        kind = (
            pc.list_element(pc.split_pattern(identifier.dictionary, ":", max_splits=1), 0)
            if count
            else pa.nulls(0, pa.string())
        )
        place = np.asarray(pc.fill_null(pc.index_in(kind, pa.array(list(kinds), pa.string())), 0), dtype=np.int64)
        weight = np.array([each.weight for each in kinds.values()])[place]
        limit = np.array([each.limit for each in kinds.values()])[place]
        texts = _texts(table, rows, ids, count)
        damped = np.where(texts > limit, 0.0, 1.0 / np.log2(1.0 + np.maximum(texts, 1)))
        if hubs is not None and hubs.num_rows:
            leading = pc.binary_join_element_wise(hubs["kind"].cast(pa.string()), hubs["key"].cast(pa.string()), ":")
            leading = leading.combine_chunks() if isinstance(leading, pa.ChunkedArray) else leading
            damped[np.asarray(pc.is_in(identifier.dictionary, leading))] = 0.0
        start, around = _both_ways(rows, ids, size, count)
        return cls(record.dictionary, identifier.dictionary, weight, damped, texts, start, around)

    def find(self, name: str) -> int:
        """The node of `kind:key`, or of a record written `record:ID`; -1 where there is none."""
        kind, _, rest = name.partition(":")
        if kind == "record":
            return int(pc.index(self.records, pa.scalar(rest, pa.string())).as_py())
        at = int(pc.index(self.names, pa.scalar(name, pa.string())).as_py())
        return -1 if at < 0 else len(self.records) + at

    def name(self, node: int) -> tuple[str, str]:
        """Kind and key of a node; the kind of a record is `record`."""
        if node < len(self.records):
            return "record", self.records[node].as_py()
        kind, _, key = self.names[node - len(self.records)].as_py().partition(":")
        return kind, key


def _texts(table: pa.Table, rows: Numbers, ids: Numbers, count: int) -> Numbers:
    """How many different texts name each identifier; a record of no known cluster is a text of its own."""
    text = rows
    if "cluster" in table.column_names:
        cluster = pc.cast(table["cluster"], pa.int64())
        known = np.asarray(cluster.is_valid())
        text = np.where(known, np.asarray(pc.fill_null(cluster, 0), dtype=np.int64), -1 - rows)
        text = np.unique(text, return_inverse=True)[1].astype(np.int64)
    both = np.unique(ids * (text.max(initial=0) + 1) + text)
    return np.bincount(both // (text.max(initial=0) + 1), minlength=count).astype(np.int64)


def _both_ways(rows: Numbers, ids: Numbers, size: int, count: int) -> tuple[Numbers, Numbers]:
    """Compressed rows of the graph in both directions, each pair once, neighbours in order."""
    pair = np.unique(rows * max(count, 1) + ids)
    left, right = pair // max(count, 1), pair % max(count, 1) + size
    back = np.argsort(right, kind="stable")
    around = np.concatenate([right, left[back]])
    degree = np.bincount(np.concatenate([left, right]), minlength=size + count)
    start = np.zeros(size + count + 1, np.int64)
    np.cumsum(degree, out=start[1:])
    return start, around
