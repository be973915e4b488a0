"""Takes out of a text what says who is to be reached: web and mail addresses and account names become one sign each.

Digits lose their value later, when the text is read; how a number is written stays. Linear in the text (RE2).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from clew.links.authors.signs import MASK
from clew.links.tokens import Texts

LONGEST = 20_000
"""Characters of a text that are read; a hand shows in fewer."""
_ADDRESSES = (
    r"(?i)\b(?:https?://|www\.)\S+",
    r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+",
    r"(?i)\b[a-z0-9-]+\.(?:com|net|org|info|biz|example|me|eu|co|io|de|fr|es|it|nl|ro|ru|uk|pl|pt|at|ch)\b(?:/\S*)?",
    r"(?:^|\B)@[\p{L}\p{N}_.]{3,}",
)


def masked(texts: Texts) -> pa.ChunkedArray:
    """The texts as large strings, cut at `LONGEST`, with a sign in the place of every address. Missing stays missing."""
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        texts = pa.array(texts, pa.large_string())
    column = texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts])
    column = column.cast(pa.large_string())
    column = pc.utf8_slice_codeunits(column, 0, LONGEST)
    for pattern in _ADDRESSES:
        column = pc.replace_substring_regex(column, pattern, MASK)
    return column
