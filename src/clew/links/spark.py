"""The same clusters and templates on Apache Spark, for more adverts than one machine holds. Needs the extra `spark`.

Every step is that of `near_texts`, with the same kernels: texts become tokens where they lie (mapInArrow); shingles are
counted and paired by shuffles over their hashes, neighbours by window functions; pairs are verified where their texts
meet (mapInArrow). What is alike comes to the driver as pairs of 64-bit hashes, which joins them by union-find, as one
machine does: 16 bytes a pair, so that a hundred million pairs are 1.6 GB there. Groups are settled, and templates
fitted, each where its texts were brought together (applyInArrow).
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links import alignment, boilerplate, candidates, groups, moved, shingles
from clew.links.compiled import worker_count
from clew.links.contents import contents
from clew.links.near_texts import DEFAULT, NearDuplicateOptions, by_appearance
from clew.links.refining import refined_rows
from clew.links.template_tables import Templates, fit_parts, token_bits, told
from clew.links.tokens import Tokens, tokens
from clew.signals.spark import local_session

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Batches = Iterator[pa.RecordBatch]
Numbers = npt.NDArray[np.int64]
_FLIP = np.uint64(1 << 63)
"""Spark has signed numbers only: with the highest bit turned over they stand in the same order."""


def cluster_table_on_spark(table: pa.Table, *, options: NearDuplicateOptions = DEFAULT) -> pa.Table:
    """As `links.cluster` for a table with `id` and `text`, on Spark's local mode or on the cluster its settings name."""
    with _session() as session:
        return _clustered(session, table, options)


def templates_on_spark(table: pa.Table, *, options: NearDuplicateOptions = DEFAULT) -> Templates:
    """As `links.templates(table, links.cluster(table))`."""
    with _session() as session:
        clusters = _clustered(session, table, options)
        labels = refined_rows(contents(table["text"]), clusters["cluster"].to_numpy())
        numbered = pa.table({"row": np.arange(len(labels)), "cluster": labels, "text": table["text"].cast(pa.string())})
        bits = token_bits(table["text"])
        frame = _frame(session, numbered).repartition("cluster").sortWithinPartitions("cluster", "row")
        fitted = frame.mapInArrow(_fitting(bits), "part binary").toArrow()
        content = np.arange(len(labels), dtype=np.uint64)
        parts = []
        for packed in fitted["part"].to_pylist():
            rows, hashes, found = pickle.loads(packed)  # noqa: S301 (Spark's own workers sent it, as all its rows)
            content[rows] = hashes
            parts += found
        return told(clusters["id"], labels, content, parts)


def _fitting(bits: npt.NDArray[np.float32]) -> Callable[[Batches], Batches]:
    def fit(batches: Batches) -> Batches:
        held = list(batches)
        if not sum(batch.num_rows for batch in held):
            return
        table = pa.Table.from_batches(held)
        rows, labels = table["row"].to_numpy(), table["cluster"].to_numpy()
        content = np.empty(len(rows), np.uint64)
        found = list(fit_parts(table["text"], labels, content, bits))
        for part in found:
            part.place(rows)
        yield pa.record_batch({"part": pa.array([pickle.dumps((rows, content, found))], pa.binary())})

    return fit


def _clustered(session: SparkSession, table: pa.Table, options: NearDuplicateOptions) -> pa.Table:
    rows = pa.table({"row": np.arange(table.num_rows), "text": table["text"].cast(pa.string())})
    texts = _frame(session, rows).mapInArrow(_read_tokens, "row long, content long, count int, values binary").cache()
    where = texts.select("row", "content").toArrow()
    distinct = (
        texts.where(f"count >= {options.shortest}").dropDuplicates(["content"]).select("content", "count", "values")
    )
    distinct = distinct.cache()
    learnt_from = distinct.where(f"count > {boilerplate.REST}").orderBy("content").limit(boilerplate.SAMPLE)
    sample = learnt_from.select("content", "values").toArrow()
    common = boilerplate.learnt(_texts(sample["values"], sample["content"].to_numpy()))
    if common is not None:
        distinct = distinct.mapInArrow(_stripping(common), "content long, count int, values binary").cache()
    content = np.empty(table.num_rows, np.uint64)
    content[where["row"].to_numpy()] = _unsigned(where["content"].to_numpy())
    names = np.unique(content)
    group = groups.apart(len(names))
    left, right = _alike_pairs(distinct, options)
    groups.join(group, np.searchsorted(names, left), np.searchsorted(names, right))
    group = _settled(session, distinct, names, group, options)
    group = _moved(session, distinct, names, group)
    labels = group[np.searchsorted(names, content)]
    blank = np.flatnonzero(content == 0)
    labels[blank] = len(names) + np.arange(len(blank))
    return pa.table({"id": table["id"], "cluster": by_appearance(labels)})


def _alike_pairs(
    distinct: DataFrame, options: NearDuplicateOptions
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Verified pairs, smaller hash first. All pairs that one machine would compare, and those it skips as settled."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    totals = distinct.agg(f.count("*").alias("texts"), f.sum("count").alias("tokens")).collect()[0]
    if totals["texts"] < 2:
        return np.zeros(0, np.uint64), np.zeros(0, np.uint64)
    slots = shingles.slots_for(int(totals["tokens"]))
    counted = distinct.select("values").mapInArrow(_counting(slots), "slot long, times long")
    times = counted.groupBy("slot").agg(f.sum("times").alias("times")).where("times > 1").toArrow()
    shares = np.zeros(slots, np.uint16)
    shares[times["slot"].to_numpy()] = np.minimum(times["times"].to_numpy(), 65_000)
    bits = shingles.text_bits(int(totals["texts"]))
    keys = distinct.select("content", "values").mapInArrow(_keying(shares, bits), "shingle long, content long")
    beside = Window.partitionBy("shingle").orderBy("content")
    whole = Window.partitionBy("shingle")
    near = keys.select(
        "content",
        f.count("*").over(whole).alias("size"),
        *(f.lag("content", n).over(beside).alias(f"b{n}") for n in (1, 2, 3)),
    )
    reach = {1: "true", 2: "size <= 64", 3: "size <= 4"}
    proposed = [
        near.where(f"b{n} is not null and {test}").selectExpr(f"b{n} as a", "content as b") for n, test in reach.items()
    ]
    pairs = proposed[0].union(proposed[1]).union(proposed[2]).where("a <> b").distinct()
    ours = distinct.selectExpr("content as a", "values as one")
    theirs = distinct.selectExpr("content as b", "values as other")
    alike = pairs.join(ours, "a").join(theirs, "b").mapInArrow(_comparing(options), "a long, b long").toArrow()
    return _unsigned(alike["a"].to_numpy()), _unsigned(alike["b"].to_numpy())


def _settled(
    session: SparkSession,
    distinct: DataFrame,
    names: npt.NDArray[np.uint64],
    group: Numbers,
    options: NearDuplicateOptions,
) -> Numbers:
    """Groups of three and more, each checked against its centre where its texts come together."""
    sizes = np.bincount(group, minlength=len(group))
    members = np.flatnonzero(sizes[group] > 2)
    if not len(members):
        return group
    table = pa.table({"content": _signed(names[members]), "grouped": group[members]})
    joined = _frame(session, table).join(distinct, "content")

    def settle(batch: pa.Table) -> pa.Table:
        batch = batch.sort_by("content")
        texts = _texts(batch["values"], batch["content"].to_numpy())
        settled = groups.settle(texts, np.zeros(len(texts), np.int64), options.similarity)
        return pa.table({"content": batch["content"], "centre": batch["content"].take(pa.array(settled))})

    found = joined.groupBy("grouped").applyInArrow(settle, "content long, centre long").toArrow()
    group = group.copy()
    at = np.searchsorted(names, _unsigned(found["content"].to_numpy()))
    group[at] = np.searchsorted(names, _unsigned(found["centre"].to_numpy()))
    return group


def _moved(session: SparkSession, distinct: DataFrame, names: npt.NDArray[np.uint64], group: Numbers) -> Numbers:
    """Groups of the same sentences in another order, found by their centres, whose tokens come to the driver."""
    centres = _frame(session, pa.table({"content": _signed(names[np.unique(group)])}))
    rows = centres.join(distinct, "content").select("content", "values").toArrow().sort_by("content")
    texts = _texts(rows["values"], rows["content"].to_numpy())
    at = np.searchsorted(names, texts.content)
    into = np.arange(len(group))
    into[at] = at[moved.joined(texts, np.arange(len(texts)))]
    return into[group]


def _read_tokens(batches: Batches) -> Batches:
    for batch in batches:
        found = tokens(batch["text"])
        yield pa.record_batch(
            {"row": batch["row"], "content": _signed(found.content), "count": found.counts, "values": _packed(found)}
        )


def _packed(texts: Tokens) -> pa.Array:
    """The tokens of each text, which follow each other, as bytes."""
    offsets = np.append(0, (texts.starts + texts.counts) * 4).astype(np.int32)
    return pa.Array.from_buffers(pa.binary(), len(texts), [None, pa.py_buffer(offsets), pa.py_buffer(texts.values)])


def _stripping(common: boilerplate.Table) -> Callable[[Batches], Batches]:
    slots = np.flatnonzero(common)  # few: less to send than the table

    def strip(batches: Batches) -> Batches:
        table = np.zeros(boilerplate.SLOTS, np.uint8)
        table[slots] = 1
        for batch in batches:
            if batch.num_rows:
                left = boilerplate.without(_texts(batch["values"]), table)
                yield pa.record_batch({"content": batch["content"], "count": left.counts, "values": _packed(left)})

    return strip


def _counting(slots: int) -> Callable[[Batches], Batches]:
    def count(batches: Batches) -> Batches:
        for batch in batches:
            shares = shingles.occurrences(_texts(batch["values"]), slots)
            used = np.flatnonzero(shares)
            yield pa.record_batch({"slot": used, "times": shares[used].astype(np.int64)})

    return count


def _keying(shares: npt.NDArray[np.uint16], bits: int) -> Callable[[Batches], Batches]:
    def keys(batches: Batches) -> Batches:
        for batch in batches:
            texts = _texts(batch["values"])
            if len(texts):
                found = shingles.unsorted_keys(texts, shares, bits)
                text = (found & np.uint64((1 << bits) - 1)).astype(np.int64)
                yield pa.record_batch(
                    {
                        "shingle": (found >> np.uint64(bits)).astype(np.int64),
                        "content": batch["content"].take(pa.array(text)),
                    }
                )

    return keys


def _comparing(options: NearDuplicateOptions) -> Callable[[Batches], Batches]:
    def compare(batches: Batches) -> Batches:
        for batch in batches:
            if not batch.num_rows:
                continue
            texts = _texts(pa.concat_arrays([batch["one"], batch["other"]]))
            left = np.arange(batch.num_rows)
            right = left + batch.num_rows
            likely = candidates.may_be_alike(texts, candidates.summaries(texts), left, right)
            alike = np.zeros(len(left), bool)
            found = alignment.similarities(texts, left[likely], right[likely], options.similarity)
            alike[np.flatnonzero(likely)] = found >= options.similarity
            yield batch.select(["a", "b"]).filter(pa.array(alike))

    return compare


def _texts(values: pa.Array | pa.ChunkedArray, content: Numbers | None = None) -> Tokens:
    column = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    column = column.cast(pa.large_binary())
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    _, offsets, data = column.buffers()
    edges = (
        np.frombuffer(offsets, np.int64, len(column) + 1, column.offset * 8) if len(column) else np.zeros(1, np.int64)
    )
    numbers = np.frombuffer(data, np.uint32, int(edges[-1]) // 4) if data is not None else np.zeros(0, np.uint32)
    named = np.arange(len(column), dtype=np.uint64) if content is None else _unsigned(content)
    return Tokens(numbers, edges[:-1] // 4, (np.diff(edges) // 4).astype(np.int32), named)


def _signed(values: npt.NDArray[np.uint64]) -> Numbers:
    return (values ^ _FLIP).view(np.int64)


def _unsigned(values: Numbers) -> npt.NDArray[np.uint64]:
    return values.view(np.uint64) ^ _FLIP


@contextmanager
def _session() -> Iterator[SparkSession]:
    """The session that runs here already, or one for this work alone: on one machine with as many partitions as it has use
    for, on a cluster with what its settings say.
    """
    running = _running()
    if running is not None:
        yield running
        return
    session = local_session()
    if str(session.sparkContext.master).startswith("local"):
        session.conf.set("spark.sql.shuffle.partitions", str(worker_count()))
    try:
        yield session
    finally:
        session.stop()


def _running() -> SparkSession | None:
    try:
        from pyspark.sql import SparkSession
    except ImportError:  # said by `local_session`
        return None
    found: SparkSession | None = SparkSession.getActiveSession()
    return found


def _frame(session: SparkSession, table: pa.Table) -> DataFrame:
    made: Any = session.createDataFrame(table)
    return made  # type: ignore[no-any-return]
