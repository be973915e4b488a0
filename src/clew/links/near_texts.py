"""Near-duplicate texts: which adverts are the same one with words changed, left out or put in.

Identical texts collapse first; passages of very many otherwise different texts go (`boilerplate`); shared shingles propose pairs (`shingles`, `candidates`); every pair is compared on the
texts themselves (`alignment`); alike pairs are joined and each group is checked against its centre (`groups`).
The grouping does not depend on the order of the rows or on the number of threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links import alignment, candidates, groups, moved, shingles
from clew.links.compiled import compiled
from clew.links.contents import Contents, contents
from clew.links.tokens import Arrays, Texts, Tokens
from clew.safeguards.errors import MissingColumn, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class NearDuplicateOptions:
    """When two texts count as the same one, edited.

    `similarity` is the least agreement (see `alignment`): two copies of one text with 20% of the words changed in each and
    slots filled otherwise have about 0.6, two posters who share half their text as boilerplate about 0.2.
    Texts with fewer than `shortest` tokens are only put together when they are identical.
    """

    similarity: float = 0.42
    shortest: int = 5

    def __post_init__(self) -> None:
        if not 0.0 < self.similarity <= 1.0:
            raise UsageError("near duplicates: similarity must be above 0 and at most 1")
        if self.shortest < 1:
            raise UsageError("near duplicates: shortest must be at least 1")


DEFAULT = NearDuplicateOptions()


def cluster(
    table: pa.Table,
    *,
    id: str = "id",
    text: str = "text",
    options: NearDuplicateOptions = DEFAULT,
) -> pa.Table:
    """Each row's id and the number of its cluster, in the order of the rows.

    Raises MissingColumn when the table lacks a column.
    """
    return cluster_held([table], id=id, text=text, options=options)


def cluster_held(
    held: list[pa.Table], *, id: str = "id", text: str = "text", options: NearDuplicateOptions = DEFAULT
) -> pa.Table:
    """The same for the table in this list of one, which is emptied so that its texts are let go of as they are read."""
    table = held.pop()
    for name in (id, text):
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names))
    ids, chunks = table[id], table[text].chunks[::-1]
    del table
    labels = near_duplicates((chunks.pop() for _ in range(len(chunks))), options)
    return pa.table({"id": ids, "cluster": pa.array(labels)})


def near_duplicates(texts: Texts | Arrays, options: NearDuplicateOptions = DEFAULT) -> npt.NDArray[np.int64]:
    """The cluster of each text, numbered from 0 in order of first appearance. Every text has one.

    Texts are compared by their words, without regard to case, accents and punctuation. An empty or missing text is alone.

    >>> near_duplicates(["Nice flat to let in the old town", "nice flat to let in the OLD town!", None, None]).tolist()
    [0, 0, 1, 2]
    """
    return clusters_of(contents(texts), options)


def clusters_of(found: Contents, options: NearDuplicateOptions = DEFAULT) -> npt.NDArray[np.int64]:
    """The same where it is known what the texts say."""
    return by_appearance(found.of_rows(groups_of(found.texts, options)))


def groups_of(texts: Tokens, options: NearDuplicateOptions) -> npt.NDArray[np.int64]:
    """The group of each of these different texts without their boilerplate, named by one of its texts."""
    long_enough = np.flatnonzero(texts.counts >= options.shortest)
    together = groups.apart(len(texts))
    if len(long_enough) > 1:
        together[long_enough] = long_enough[_alike(texts.take(long_enough), options.similarity)]
    return together


def _alike(texts: Tokens, threshold: float) -> npt.NDArray[np.int64]:
    together = groups.apart(len(texts))
    bits = shingles.text_bits(len(texts))
    keys = shingles.keys(texts)
    runs = alignment.runs_of(texts)
    marks = candidates.summaries(texts, runs)
    unlike = np.zeros(0, np.uint64)

    for nearest in (True, False):
        for ranges in candidates.key_rounds(keys, bits):
            left, right = candidates.pairs(keys, ranges, bits, together, texts, marks, nearest=nearest, apart=unlike)
            alike = alignment.similarities(texts, left, right, threshold, runs) >= threshold
            groups.join(together, left[alike], right[alike])
            unlike = np.sort(np.concatenate([unlike, candidates.as_numbers(left[~alike], right[~alike])]))
    del keys, marks
    return moved.joined(texts, groups.settle(texts, together, threshold, runs), runs)


def by_appearance(grouped: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The same groups, numbered 0, 1, 2, ... as they first appear. `grouped`: not negative."""
    numbers = np.full(int(grouped.max(initial=-1)) + 1, -1, np.int64)
    out = np.empty(len(grouped), np.int64)
    _number(grouped, numbers, out)
    return out


@compiled
def _number(grouped: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64], out: npt.NDArray[np.int64]) -> None:
    following = 0
    for row in range(len(grouped)):
        if numbers[grouped[row]] < 0:
            numbers[grouped[row]] = following
            following += 1
        out[row] = numbers[grouped[row]]
