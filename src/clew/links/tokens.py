"""Texts as rows of token numbers, read straight from Arrow's buffers.

A token is a word, or one character of a script written without spaces; `letters` says which is which. Tokens are
compared by 32-bit hashes; the lowest bit tells a lone character (1) from a word (0), because a lone character says less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.compiled import compiled, in_threads, mixed, parts_of
from clew.links.letters import folding

_ROWS_A_PART = 1 << 15
Texts: TypeAlias = pa.Array | pa.ChunkedArray | Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token numbers of many texts in one array: text i is `values[starts[i] : starts[i] + counts[i]]`.

    `content` is a 64-bit hash of the text's tokens in order; 0 for a text with nothing in it.
    """

    values: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int32]
    content: npt.NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: npt.NDArray[np.intp]) -> Tokens:
        """The texts at these rows, over the same values."""
        return Tokens(self.values, self.starts[rows], self.counts[rows], self.content[rows])


def tokens(texts: Texts) -> Tokens:
    """Splits every text into tokens. A missing text has none. Linear in the bytes of the texts."""
    parts = list(in_threads(_tokens_of_part, [(part,) for part in _parts(texts)]))
    counts = np.concatenate([part[1] for part in parts])
    content = np.concatenate([part[2] for part in parts])
    starts = np.zeros(len(counts), np.int64)
    np.cumsum(counts[:-1], out=starts[1:])
    return Tokens(_joined([part[0] for part in parts]), starts, counts, content)


def _joined(pieces: list[npt.NDArray[np.uint32]]) -> npt.NDArray[np.uint32]:
    """Concatenates and lets go of each piece once it is copied, so that the peak is one copy, not two."""
    pieces.reverse()
    whole = np.empty(sum(map(len, pieces)), np.uint32)
    at = 0
    while pieces:
        piece = pieces.pop()
        whole[at : at + len(piece)] = piece
        at += len(piece)
    return whole


def _parts(texts: Texts) -> Iterator[pa.Array]:
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        texts = pa.array(texts, pa.large_string())
    chunks = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    for chunk in chunks or [pa.array([], pa.string())]:
        for low, high in parts_of(len(chunk), _ROWS_A_PART):
            yield chunk.slice(low, high - low)


def _tokens_of_part(
    part: pa.Array,
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32], npt.NDArray[np.uint64]]:
    data, starts, ends = _bytes_of(part)
    values = np.empty(int((ends - starts).sum()) // 2 + len(part) + 1, np.uint32)
    counts = np.empty(len(part), np.int32)
    content = np.empty(len(part), np.uint64)
    used = _tokenise(data, starts, ends, folding(), values, counts, content)
    return values[:used].copy(), counts, content


def _bytes_of(part: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Views of an array's bytes and where each text starts and ends in them; a missing text ends where it starts."""
    if not (pa.types.is_string(part.type) or pa.types.is_large_string(part.type)):
        part = part.cast(pa.large_string())
    width = np.dtype(np.int64 if pa.types.is_large_string(part.type) else np.int32)
    _, offsets, data = part.buffers()
    if data is None or len(part) == 0:
        nothing = np.zeros(len(part), np.int64)
        return np.zeros(1, np.uint8), nothing, nothing
    edges = np.frombuffer(offsets, width, len(part) + 1, part.offset * width.itemsize).astype(np.int64)
    starts, ends = edges[:-1], edges[1:]
    if part.null_count:
        ends = np.where(part.is_null().to_numpy(zero_copy_only=False), starts, ends)
    return np.frombuffer(data, np.uint8), starts, ends


@compiled
def _tokenise(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    fold: npt.NDArray[np.uint32],
    values: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.int32],
    content: npt.NDArray[np.uint64],
) -> int:
    """Decodes UTF-8 and writes token numbers one text after another; answers how many it wrote."""
    seed = np.uint64(0xCBF29CE484222325)
    prime = np.uint64(0x100000001B3)
    at = 0
    for row in range(len(starts)):
        first = at
        word = seed
        inside = False
        marked = False
        digest = seed
        here = starts[row]
        end = ends[row]
        while here <= end:
            meaning = np.uint32(0)  # the end of the text ends its last word
            if here < end:
                lead = np.uint32(data[here])
                here += 1
                meaning = fold[lead]
                if lead >= 0xC0:
                    size = 1 if lead < 0xE0 else (2 if lead < 0xF0 else 3)
                    point = lead & (np.uint32(0x3F) >> np.uint32(size))
                    last = min(end, here + size)
                    while here < last:
                        point = (point << np.uint32(6)) | (np.uint32(data[here]) & np.uint32(0x3F))
                        here += 1
                    meaning = fold[point if point < 0x110000 else np.uint32(0xFFFD)]
            else:
                here += 1
            if meaning > 2 and meaning < 0x80000000:
                word = (word ^ np.uint64(meaning)) * prime
                inside = True
                continue
            if meaning == 1:
                continue
            if inside:
                token = np.uint32(mixed(word)) & np.uint32(0xFFFFFFFE)
                digest = (digest ^ np.uint64(token)) * prime
                digest ^= digest >> np.uint64(29)
                values[at] = token
                at += 1
                word = seed
                inside = False
            if meaning >= 0x80000000:
                token = np.uint32(mixed(np.uint64(meaning))) | np.uint32(1)
                digest = (digest ^ np.uint64(token)) * prime
                digest ^= digest >> np.uint64(29)
                values[at] = token
                at += 1
            elif meaning == 2:
                marked = True
        counts[row] = at - first
        if at == first:
            digest = np.uint64(0)
            if marked:  # punctuation only: its bytes are its content
                digest = ~seed
                for byte in range(starts[row], end):
                    digest = (digest ^ np.uint64(data[byte])) * prime
        content[row] = mixed(digest)
    return at
