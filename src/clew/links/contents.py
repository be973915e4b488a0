"""The different texts of a column, each once and without boilerplate: read once for clusters and for templates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links import boilerplate
from clew.links.tokens import Arrays, Texts, Tokens, tokens


@dataclass(frozen=True, slots=True)
class Contents:
    """`texts` in the order of their content's hash: numbered by content, not by row, so that what follows is the same whatever
    the order of the rows. `which` says for each row of the column which of them it is; `blank` are the rows with nothing in them.
    """

    texts: Tokens
    which: npt.NDArray[np.int32]
    blank: npt.NDArray[np.intp]

    def of_rows(self, groups: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The group of each row, where that of each text is known and is below their number; a blank row has its own."""
        grouped = groups[self.which]
        grouped[self.blank] = len(self.texts) + np.arange(len(self.blank))
        return grouped


def contents(texts: Texts | Arrays) -> Contents:
    """What the texts say; arrays that come one by one are not held longer than they are read."""
    rows = tokens(texts)
    pa.default_memory_pool().release_unused()  # what was let go of is for others, not kept in store
    first, which = _distinct(rows.content)
    blank, held = np.flatnonzero(rows.content == 0), [rows.take(first)]
    del rows, first
    return Contents(boilerplate.removed(held), which, blank)


def _distinct(content: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int32]]:
    """A row of each different content, in the order of the contents, and for each row which one it is."""
    order = np.argsort(content)
    ordered = content[order]
    fresh = np.ones(len(content), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    which = np.empty(len(content), np.int32)
    which[order] = np.cumsum(fresh) - 1
    return order[fresh], which
