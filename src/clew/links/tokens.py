"""Texts as rows of token numbers, read straight from Arrow's buffers.

A token is a word, or one character of a script written without spaces; `letters` says which is which. Letters that stand
one by one ("m a s s a g e") are one word. Tokens are compared by 32-bit hashes; the lowest bit tells a lone character (1)
from a word (0), because a lone letter or picture says less (a Han character says as much as a word), the next one a number, because numbers are what copies change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.compiled import compiled, in_threads, inlined, mixed, parts_of
from clew.links.letters import folding

_ROWS_A_PART = 1 << 15
NO_SPANS = np.zeros((0, 2), np.int64)
Texts: TypeAlias = pa.Array | pa.ChunkedArray | Sequence[str | None]
Arrays: TypeAlias = Iterator[pa.Array]
"""Arrays of texts that come one by one."""


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


def tokens(texts: Texts | Arrays) -> Tokens:
    """Splits every text into tokens. A missing text has none. Linear in the bytes of the texts."""
    pieces: list[npt.NDArray[np.uint32]] = []
    lengths: list[npt.NDArray[np.int32]] = []
    hashes: list[npt.NDArray[np.uint64]] = []
    for piece, length, content in in_threads(_tokens_of_part, ((part,) for part in _parts(texts))):
        pieces.append(piece)
        lengths.append(length)
        hashes.append(content)
    del piece
    counts = np.concatenate(lengths)
    starts = np.zeros(len(counts), np.int64)
    np.cumsum(counts[:-1], out=starts[1:])
    return Tokens(joined(pieces), starts, counts, np.concatenate(hashes))


def spans_of(part: pa.Array) -> tuple[Tokens, npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """The tokens of one array of texts, the bytes of each (first, one after last), and the bytes they are counted in."""
    data, starts, ends = _bytes_of(part)
    room = int((ends - starts).sum()) // 2 + len(part) + 1
    values, spans = np.empty(room, np.uint32), np.empty((room, 2), np.int64)
    counts, content = np.empty(len(part), np.int32), np.empty(len(part), np.uint64)
    used = _tokenise(data, starts, ends, folding(), values, counts, content, spans)
    firsts = np.zeros(len(counts), np.int64)
    np.cumsum(counts[:-1], out=firsts[1:])
    return Tokens(values[:used], firsts, counts, content), spans[:used], data


def joined(pieces: list[npt.NDArray[np.uint32]]) -> npt.NDArray[np.uint32]:
    """Concatenates and lets go of each piece once it is copied, so that the peak is one copy, not two."""
    pieces.reverse()
    whole = np.empty(sum(map(len, pieces)), np.uint32)
    at = 0
    while pieces:
        piece = pieces.pop()
        whole[at : at + len(piece)] = piece
        at += len(piece)
    return whole


def _parts(texts: Texts | Arrays) -> Iterator[pa.Array]:
    nothing = True
    for chunk in texts if isinstance(texts, Iterator) else _chunks(texts):
        nothing = False
        for low, high in parts_of(len(chunk), _ROWS_A_PART):
            yield chunk.slice(low, high - low)
    if nothing:
        yield pa.array([], pa.string())


def _chunks(texts: Texts) -> list[pa.Array]:
    if isinstance(texts, pa.ChunkedArray):
        return list(texts.chunks)
    return [texts if isinstance(texts, pa.Array) else pa.array(texts, pa.large_string())]


def _tokens_of_part(
    part: pa.Array,
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int32], npt.NDArray[np.uint64]]:
    data, starts, ends = _bytes_of(part)
    values = np.empty(int((ends - starts).sum()) // 2 + len(part) + 1, np.uint32)
    counts = np.empty(len(part), np.int32)
    content = np.empty(len(part), np.uint64)
    used = _tokenise(data, starts, ends, folding(), values, counts, content, NO_SPANS)
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


@inlined
def plain(token: np.uint32, beside: np.uint32) -> np.uint64:
    """A token as its neighbour sees it: beside a word, one number is as good as another."""
    if token & np.uint32(2) and not beside & np.uint32(2):
        return np.uint64(2)
    return np.uint64(token)


@compiled
def _tokenise(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    fold: npt.NDArray[np.uint32],
    values: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.int32],
    content: npt.NDArray[np.uint64],
    spans: npt.NDArray[np.int64],
) -> int:
    """Decodes UTF-8 and writes token numbers one text after another; answers how many it wrote. `spans`, when it has
    rows, gets the first byte of each token and the one after its last.
    """
    seed = np.uint64(0xCBF29CE484222325)
    prime = np.uint64(0x100000001B3)
    at = 0
    for row in range(len(starts)):
        first = at
        word = seed
        size = 0  # characters of the word so far, and how many of them are digits
        digits = 0
        spelled = seed  # the word that letters one by one make, and how many there were
        spelled_size = 0
        letter = np.uint32(0)
        amount: Any = False  # it begins with a digit or a sign of money
        marked = False
        here = starts[row]
        end = ends[row]
        began = here
        after = here
        while here <= end:
            sign_at = here
            meaning = np.uint32(0)  # the end of the text ends its last word
            if here < end:
                lead = np.uint32(data[here])
                here += 1
                meaning = fold[lead]
                if lead >= 0xC0:
                    more = 1 if lead < 0xE0 else (2 if lead < 0xF0 else 3)
                    point = lead & (np.uint32(0x3F) >> np.uint32(more))
                    last = min(end, here + more)
                    while here < last:
                        point = (point << np.uint32(6)) | (np.uint32(data[here]) & np.uint32(0x3F))
                        here += 1
                    meaning = fold[point if point < 0x110000 else np.uint32(0xFFFD)]
            else:
                here += 1
            if meaning > 2 and meaning < 0x80000000:
                word = (word ^ np.uint64(meaning)) * prime
                if size == 0:
                    began = sign_at
                    amount = (
                        meaning < 58
                        or (meaning >= 0xA2 and meaning <= 0xA5)
                        or (meaning >= 0x20A0 and meaning < 0x20D0)
                    )
                after = here
                size += 1
                if meaning >= 48 and meaning <= 57:
                    digits += 1
                letter = meaning
                continue
            if meaning == 1:
                continue
            if size > 0:
                if size == 1 and digits == 0:
                    spelled = (spelled ^ np.uint64(letter)) * prime
                    spelled_size += 1
                    if spelled_size >= 3:
                        at -= 2 if spelled_size == 3 else 1
                        word = spelled
                else:
                    spelled = seed
                    spelled_size = 0
                number = np.uint32(2) if amount and 3 * digits >= size else np.uint32(0)
                values[at] = (np.uint32(mixed(word)) & np.uint32(0xFFFFFFFC)) | number
                if len(spans):
                    spans[at, 0] = began if spelled_size < 3 else spans[at, 0]  # letters one by one: the first of them
                    spans[at, 1] = after
                at += 1
                word = seed
                size = 0
                digits = 0
            if meaning >= 0x80000000:
                sign = meaning & np.uint32(0x7FFFFFFF)
                han = (sign >= 0x3400 and sign <= 0x9FFF) or (sign >= 0xF900 and sign <= 0xFAFF) or sign >= 0x20000
                lone = np.uint32(0) if han else np.uint32(1)
                values[at] = (np.uint32(mixed(np.uint64(meaning))) & np.uint32(0xFFFFFFFC)) | lone
                if len(spans):
                    spans[at, 0] = sign_at
                    spans[at, 1] = here
                at += 1
                spelled = seed
                spelled_size = 0
            elif meaning == 2:
                marked = True
        counts[row] = at - first
        digest = seed
        for each in range(first, at):
            digest = (digest ^ np.uint64(values[each])) * prime
            digest ^= digest >> np.uint64(29)
        if at == first:
            digest = np.uint64(0)
            if marked:  # punctuation only: its bytes are its content
                digest = ~seed
                for byte in range(starts[row], end):
                    digest = (digest ^ np.uint64(data[byte])) * prime
        content[row] = mixed(digest)
    return at
