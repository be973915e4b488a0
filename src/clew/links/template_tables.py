"""Templates: what the adverts of a cluster say word for word, and the slots that each fills its own way.

Clusters are refined (`refining`) and fitted (`template_fit`) by minimum description length; what a template does not describe better than no template is let
go and becomes a cluster of its own. Emoji, digits and every script are kept as they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links import template_fit, template_text
from clew.links.compiled import in_threads
from clew.links.contents import contents
from clew.links.near_texts import clusters_of
from clew.links.refining import refined_rows
from clew.links.tokens import Tokens, spans_of, tokens
from clew.safeguards.errors import MissingColumn, UsageError

TEMPLATES = pa.schema(
    [
        ("cluster", pa.int64()),
        ("template", pa.string()),
        ("adverts", pa.int64()),
        ("words", pa.int64()),
        ("slots", pa.int64()),
        ("bits_alone", pa.float64()),
        ("bits_together", pa.float64()),
        ("bits_saved", pa.float64()),
    ]
)
_ROWS_A_PART = 1 << 14
_COUNTED = 200_000
"""Texts from which the frequency of tokens is counted."""
_CLASSES = 1 << 20

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Templates:
    """`clusters`: id, cluster, refined; the largest template of a cluster keeps its number, others get new ones.
    `templates`: one row a template (`TEMPLATES`); bits are those of its adverts, alone and by the template with the
    template's own. `slots`: id, cluster, slot, value: what an advert says in a slot, as written; slot 0 is what it puts in
    where the template has no slot. A slot that an advert leaves empty has no row.
    """

    clusters: pa.Table
    templates: pa.Table
    slots: pa.Table


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of an advert as its template sees it. `kind` is constant, slot or insertion; `slot` its number, or 0."""

    text: str
    kind: str
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Fitted:
    """The templates of a part of the texts: of each row its template or -1, and the gaps of all rows."""

    rows: Numbers
    template_of: Numbers
    texts: pa.Array
    words: Numbers
    slots: Numbers
    bits: npt.NDArray[np.float64]
    gap_row: Numbers
    gap_slot: Numbers
    gap_spans: Numbers
    values: pa.Array

    def place(self, rows: Numbers) -> None:
        """Names the rows by others: row i of the texts that were fitted is `rows[i]`."""
        self.rows[:] = rows[self.rows]
        self.gap_row[:] = rows[self.gap_row]


def templates(table: pa.Table, clusters: pa.Table | None = None, *, id: str = "id", text: str = "text") -> Templates:
    """The templates of adverts whose clusters are known (`id`, `cluster`, as `links.cluster` gives them, same rows). Without
    clusters they are those of `links.cluster`, which costs less than asking for them first: texts are read once.

    >>> ads = pa.table({"id": [1, 2, 3], "text": [f"Warm {n} will cook dinner for you in {n}town" for n in ("Ana", "Bea", "Eva")]})
    >>> found = templates(ads, pa.table({"id": [1, 2, 3], "cluster": [0, 0, 0]}))
    >>> found.templates["template"].to_pylist()
    ['Warm {1} will cook dinner for you in {2}']

    Raises MissingColumn when a table lacks a column, UsageError when the two tables are not about the same rows.
    """
    for name, given in ((id, table), (text, table), ("id", clusters), ("cluster", clusters)):
        if given is not None and name not in given.column_names:
            raise MissingColumn(name, present=tuple(given.column_names))
    if clusters is None:
        said = contents(table[text])
        labels = refined_rows(said, clusters_of(said))
        del said
    elif table.num_rows != clusters.num_rows or not table[id].cast(clusters["id"].type).equals(clusters["id"]):
        raise UsageError("templates: the clusters are not those of these rows")
    else:
        labels = refined_rows(table[text], clusters["cluster"].to_numpy())
    content = np.empty(len(labels), np.uint64)
    parts = list(fit_parts(table[text], labels, content, token_bits(table[text])))
    return told(table[id] if clusters is None else clusters["id"], labels, content, parts)


def aligned(texts: Sequence[str]) -> list[list[Segment]]:
    """The texts of one cluster, each cut into what it shares with the others and what it fills in, for a page.

    A text that the template was not made of is one insertion.
    """
    column = pa.array(texts, pa.large_string())
    segments: list[list[Segment]] = [[] for _ in texts]
    content = np.empty(len(texts), np.uint64)
    for part in fit_parts(column, np.zeros(len(texts), np.int64), content, token_bits(column)):
        main = np.bincount(part.template_of[part.template_of >= 0]).argmax() if (part.template_of >= 0).any() else -2
        gaps: dict[int, list[tuple[int, int, int]]] = {}
        for row, slot, (low, high) in zip(
            part.gap_row.tolist(), part.gap_slot.tolist(), part.gap_spans.tolist(), strict=True
        ):
            gaps.setdefault(row, []).append((low, high, slot))
        for row, number in zip(part.rows.tolist(), part.template_of.tolist(), strict=True):
            if number == main:
                segments[row] = _segments(texts[row].encode("utf-8", "surrogatepass"), gaps.get(row, []))
    return [found or [Segment(text, "insertion")] for found, text in zip(segments, texts, strict=True)]


def _segments(text: bytes, gaps: list[tuple[int, int, int]]) -> list[Segment]:
    out, at = [], 0
    for low, high, slot in gaps:
        if low > at:
            out.append(Segment(text[at:low].decode("utf-8", "replace"), "constant"))
        out.append(Segment(text[low:high].decode("utf-8", "replace"), "slot" if slot else "insertion", slot))
        at = high
    if at < len(text):
        out.append(Segment(text[at:].decode("utf-8", "replace"), "constant"))
    return out


def fit_parts(
    texts: pa.Array | pa.ChunkedArray,
    labels: Numbers,
    content: npt.NDArray[np.uint64],
    bits: npt.NDArray[np.float32],
) -> Iterator[Fitted]:
    """Templates of all clusters of two or more, in parts of whole clusters; `content` gets the texts' hashes."""
    order = np.argsort(labels, kind="stable")
    edges = np.flatnonzero(np.diff(labels[order], prepend=-1, append=-2) != 0) if len(order) else np.zeros(1, np.int64)
    sizes = np.diff(edges)
    shared = np.repeat(sizes > 1, sizes)
    content[order[~shared]] = np.flatnonzero(~shared)  # alone anyway
    rows, sizes = order[shared], sizes[sizes > 1]
    if not len(rows):
        return
    ends = np.cumsum(sizes)
    cuts = np.unique(np.searchsorted(ends, np.arange(0, ends[-1], _ROWS_A_PART)))
    cuts = np.append(cuts, len(sizes))
    arguments = []
    for low, high in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
        first = int(ends[low - 1]) if low else 0
        arguments.append((texts, rows[first : ends[high - 1]], sizes[low:high], bits, content))
    yield from in_threads(_fit_part, arguments)


def token_bits(texts: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.float32]:
    """By class of token hash, the bits of a token: log2 of how rare it is among the texts, or a sample of them."""
    step = max(len(texts) // _COUNTED, 1)
    values = tokens(texts.take(pa.array(np.arange(0, len(texts), step)))).values
    classes = (values.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - 20)
    counts = np.bincount(classes.astype(np.int64), minlength=_CLASSES)
    bits: npt.NDArray[np.float32] = np.log2((len(values) + 2.0) / (counts + 1.0)).astype(np.float32)
    return np.maximum(bits, np.float32(1.0))


def _fit_part(
    texts: pa.Array | pa.ChunkedArray,
    rows: Numbers,
    sizes: Numbers,
    bits: npt.NDArray[np.float32],
    content: npt.NDArray[np.uint64],
) -> Fitted:
    taken = texts.take(pa.array(rows))
    array = taken.cast(pa.large_string())
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    found, spans, data = spans_of(array)
    content[rows] = found.content
    room = len(found.values) + len(rows) + 1
    template_of = np.full(len(rows), -1, np.int64)
    constants = np.empty((3, room), np.int64)
    bounds, kept_bits = np.zeros(len(rows) + 1, np.int64), np.empty((len(rows), 2))
    gap_text, gap_slot, gap_tokens = np.empty(room, np.int64), np.empty(room, np.int64), np.empty((room, 2), np.int64)
    count, gaps = template_fit.fit(
        found.values, found.starts, found.counts, np.arange(len(rows)), np.append(0, np.cumsum(sizes)), bits,
        template_of, constants[0], constants[1], constants[2], bounds, kept_bits, gap_text, gap_slot, gap_tokens,
    )  # fmt: skip
    bounds = bounds[: count + 1]
    order = np.argsort(gap_text[:gaps], kind="stable")
    gap_text, gap_slot, gap_tokens = gap_text[order], gap_slot[order], gap_tokens[order]
    starts = found.starts[gap_text]
    gap_spans = np.stack([spans[starts + gap_tokens[:, 0], 0], spans[starts + gap_tokens[:, 1], 1]], axis=1)
    base = np.asarray(
        array.buffers()[1] and np.frombuffer(array.buffers()[1], np.int64, len(array) + 1, array.offset * 8)
    )
    slots = np.array([constants[2, low:high].max() for low, high in pairwise(bounds)], np.int64)
    return Fitted(
        rows,
        template_of,
        _texts(data, spans, found, base, constants, bounds),
        np.diff(bounds) - 1,
        slots,
        kept_bits[:count],
        rows[gap_text],
        gap_slot,
        gap_spans - base[gap_text][:, None],
        template_text.cut(data, gap_spans),
    )


def _texts(
    data: npt.NDArray[np.uint8], spans: Numbers, found: Tokens, edges: Numbers, constants: Numbers, bounds: Numbers
) -> pa.Array:
    used = constants[:, : bounds[-1]]
    real = used[1] >= 0
    places = found.starts[used[0]] + used[1]
    widths = (spans[places[real], 1] - spans[places[real], 0]).sum()
    following = np.append(spans[1:, 0], edges[-1])
    around = np.maximum(following - spans[:, 1], 0)
    # Between two tokens there may be anything, however long: white space, marks, invisible characters.
    room = int(2 * (widths + 2 * around[places[real]].sum() + around[places[real] - 1].sum()) + 32 * used.shape[1] + 64)
    room += 2 * int(spans[0, 0] - edges[0]) if len(spans) else 0
    out, offsets = np.empty(room, np.uint8), np.zeros(len(bounds), np.int64)
    template_text.render(
        data, spans, found.starts, found.counts, edges, used[0], used[1], used[2], bounds, out, offsets
    )
    return template_text.strings(out, offsets)


def told(ids: pa.ChunkedArray, labels: Numbers, content: npt.NDArray[np.uint64], parts: list[Fitted]) -> Templates:
    number = np.full(len(labels), -1, np.int64)  # of each row's template, over all parts
    first = 0
    for part in parts:
        number[part.rows] = np.where(part.template_of >= 0, part.template_of + first, -1)
        first += len(part.words)
    refined, of_template = _refined(labels, number, content, first)
    adverts = np.bincount(number[number >= 0], minlength=first)
    bits = np.concatenate([part.bits for part in parts]) if parts else np.zeros((0, 2))
    columns = [
        of_template,
        _strings([part.texts for part in parts]),
        adverts,
        np.concatenate([part.words for part in parts]) if parts else np.zeros(0, np.int64),
        np.concatenate([part.slots for part in parts]) if parts else np.zeros(0, np.int64),
        bits[:, 0].round(1),
        bits[:, 1].round(1),
        (bits[:, 0] - bits[:, 1]).round(1),
    ]
    rows = np.concatenate([part.gap_row for part in parts]) if parts else np.zeros(0, np.int64)
    filled = pa.table(
        {
            "id": ids.take(pa.array(rows)),
            "cluster": refined[rows],
            "slot": np.concatenate([part.gap_slot for part in parts]) if parts else np.zeros(0, np.int64),
            "value": _strings([part.values for part in parts]),
        }
    )
    told = pa.table([pa.array(c) if isinstance(c, np.ndarray) else c for c in columns], schema=TEMPLATES)
    return Templates(pa.table({"id": ids, "cluster": refined}), told.sort_by("cluster"), filled.sort_by("cluster"))


def _strings(parts: list[pa.Array]) -> pa.ChunkedArray:
    return pa.chunked_array([part.cast(pa.string()) for part in parts], pa.string())


def _refined(labels: Numbers, number: Numbers, content: npt.NDArray[np.uint64], count: int) -> tuple[Numbers, Numbers]:
    """Cluster of each row and of each template: the largest group of a cluster keeps the number. Texts that are the same
    stay together with or without a template.
    """
    key = np.where(number >= 0, number.astype(np.uint64), content | np.uint64(1 << 63))
    order = np.lexsort((key, labels))
    new = np.ones(len(order), bool)
    new[1:] = (np.diff(labels[order]) != 0) | (key[order][1:] != key[order][:-1])
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(new) - 1
    sizes = np.bincount(group)
    heads = order[new]
    # Groups by cluster, largest first; the first of each cluster keeps its number.
    ranked = np.lexsort((np.arange(len(heads)), -sizes, labels[heads]))
    leading = np.ones(len(ranked), bool)
    leading[1:] = np.diff(labels[heads][ranked]) != 0
    named = np.empty(len(heads), np.int64)
    named[ranked[leading]] = labels[heads][ranked[leading]]
    others = np.sort(ranked[~leading])
    named[others] = labels.max(initial=-1) + 1 + np.arange(len(others))
    of_template = np.empty(count, np.int64)
    fitted = number[heads] >= 0
    of_template[number[heads][fitted]] = named[fitted]
    return named[group], of_template


def value_counts(filled: pa.Table) -> pa.Table:
    """cluster, slot, value, adverts: how often each slot says what."""
    counted = filled.group_by(["cluster", "slot", "value"]).aggregate([("id", "count")])
    return counted.rename_columns(["cluster", "slot", "value", "adverts"]).sort_by(
        [("cluster", "ascending"), ("slot", "ascending"), ("adverts", "descending"), ("value", "ascending")]
    )
