"""Texts as what a hand leaves in them: hashed features of four families, and counts of habits. Topic is left aside.

WORDING: four letters running inside words; JOINING: function words and marks in order, other words only as "a word";
SURFACE: shapes of words, marks, spaces, line breaks, emoji in order; PHRASES: four words running, which only tell how much
two texts share word for word. Words with a capital inside a sentence (names, places) and the value of digits leave nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.authors import habits
from clew.links.authors.counting import (
    ADDRESS,
    BREAK,
    CAPITALS,
    CASELESS,
    CURRENCY,
    GAP,
    MIXED,
    NUMBER,
    PICTURES,
    RUN,
    SMALL,
    TITLE,
    WORD,
    count_habits,
)
from clew.links.authors.function_words import BITS, finished, known, stirred
from clew.links.authors.masking import LONGEST, masked
from clew.links.authors.signs import (
    CONTACT,
    DIGIT,
    LETTER,
    LINE,
    LOWER,
    NOTHING,
    PICTURE,
    SPACE,
    UPPER,
    kinds,
    lowered,
)
from clew.links.compiled import compiled, in_threads
from clew.links.tokens import Texts, _bytes_of

WORDING, JOINING, SURFACE, PHRASES = range(4)
FAMILIES = 4
FAMILY_BITS = 20
_PART_BYTES = 2_000_000


Words32 = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Part = tuple[Words32, Floats, Numbers, Floats, Floats, Numbers]


@dataclass(frozen=True, slots=True)
class Marks:
    """Features of many texts: text i has `ids[starts[i] : starts[i + 1]]` in rising order, each `times` times.

    An id is its family times 2**FAMILY_BITS plus a hash. `done` and `chances` are habits by text; `words` counts words.
    """

    ids: Words32
    times: npt.NDArray[np.float32]
    starts: Numbers
    done: npt.NDArray[np.float32]
    chances: npt.NDArray[np.float32]
    words: Numbers

    def __len__(self) -> int:
        return len(self.words)


def read(texts: Texts) -> Marks:
    """The features of each text; a missing one has none. Linear in the characters, of which `LONGEST` are read."""
    jobs = [(part,) for part in _parts(masked(texts))]
    parts = list(in_threads(_read_part, jobs))
    lengths = np.concatenate([part[2] for part in parts])
    return Marks(
        np.concatenate([part[0] for part in parts]),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.concatenate([part[3] for part in parts]),
        np.concatenate([part[4] for part in parts]),
        np.concatenate([part[5] for part in parts]),
    )


def _parts(column: pa.ChunkedArray) -> list[pa.Array]:
    parts = []
    for chunk in column.chunks or [pa.array([], pa.large_string())]:
        rows = max(1, min(4096, int(len(chunk) * _PART_BYTES / max(chunk.nbytes, 1))))
        parts += [chunk.slice(low, rows) for low in range(0, max(len(chunk), 1), rows)]
    return parts


def _read_part(part: pa.Array) -> Part:
    data, starts, ends = _bytes_of(part)
    longest = int((ends - starts).max()) if len(part) else 0
    room = int((ends - starts).sum()) * 5 + 64 * len(part) + 64
    ids, times = np.empty(room, np.uint32), np.empty(room, np.float32)
    lengths, words = np.zeros(len(part), np.int64), np.zeros(len(part), np.int64)
    done = np.zeros((len(part), habits.COUNT), np.float32)
    chances = np.zeros((len(part), habits.COUNT), np.float32)
    used = _read(
        data, starts, ends, min(longest, 4 * LONGEST) + 2, kinds(), lowered(), known(), CURRENCY,
        ids, times, lengths, done, chances, words,
    )  # fmt: skip
    return ids[:used].copy(), times[:used].copy(), lengths, done, chances, words


@compiled
def _read(
    data: npt.NDArray[np.uint8],
    starts: Numbers,
    ends: Numbers,
    longest: int,
    kind_of: npt.NDArray[np.uint8],
    small: Words32,
    function_words: npt.NDArray[np.uint8],
    currency: npt.NDArray[np.uint8],
    ids: Words32,
    times: npt.NDArray[np.float32],
    lengths: Numbers,
    done: npt.NDArray[np.float32],
    chances: npt.NDArray[np.float32],
    words: Numbers,
) -> int:
    """Reads every text and writes its features one text after another; answers how many it wrote."""
    points = np.empty(longest, np.uint32)
    token = np.empty((longest, 6), np.int64)
    buffer = np.empty(longest * 10 + 64, np.uint32)
    used = 0
    for row in range(len(starts)):
        count = _decode(data, starts[row], ends[row], kind_of, points)
        found = _tokens(points[:count], kind_of, small, function_words, token)
        count_habits(token[:found], points, currency, done[row], chances[row])
        made = _features(token[:found], points, small, buffer)
        for at in range(found):
            words[row] += token[at, 0] == WORD
        first = used
        ordered = np.sort(buffer[:made])
        for at in range(made):
            if used > first and ids[used - 1] == ordered[at]:
                times[used - 1] += 1
            else:
                ids[used] = ordered[at]
                times[used] = 1
                used += 1
        lengths[row] = used - first
    return used


@compiled
def _decode(data: npt.NDArray[np.uint8], here: int, end: int, kind_of: npt.NDArray[np.uint8], points: Words32) -> int:
    """Code points of one UTF-8 text, without those that show nothing."""
    count = 0
    while here < end:
        lead = np.uint32(data[here])
        here += 1
        point = lead
        if lead >= 0xC0:
            size = 1 if lead < 0xE0 else (2 if lead < 0xF0 else 3)
            point = lead & (np.uint32(0x3F) >> np.uint32(size))
            last = min(end, here + size)
            while here < last:
                point = (point << np.uint32(6)) | (np.uint32(data[here]) & np.uint32(0x3F))
                here += 1
        if kind_of[point] != NOTHING:
            points[count] = point
            count += 1
    return count


@compiled
def _tokens(
    points: Words32,
    kind_of: npt.NDArray[np.uint8],
    small: Words32,
    function_words: npt.NDArray[np.uint8],
    token: npt.NDArray[np.int64],
) -> int:
    """Rows of kind, start, end, hash, shape (of a word) or sign (of a run), and for a word whether it is a function word."""
    found = 0
    at = 0
    size = len(points)
    while at < size:
        kind = kind_of[points[at]]
        start = at
        at += 1
        token[found, 1] = start
        token[found, 3] = 0
        token[found, 4] = points[start]
        token[found, 5] = 0
        if kind in (LOWER, UPPER, LETTER):
            capitals = 1 if kind == UPPER else 0
            smalls = 1 if kind == LOWER else 0
            value = stirred(np.uint64(2166136261), np.uint64(small[points[start]]))
            while at < size:
                kind = kind_of[points[at]]
                if kind not in (LOWER, UPPER, LETTER):
                    break
                capitals += kind == UPPER
                smalls += kind == LOWER
                value = stirred(value, np.uint64(small[points[at]]))
                at += 1
            value = finished(value)
            first_capital = kind_of[points[start]] == UPPER
            shape = SMALL
            if capitals + smalls == 0:
                shape = CASELESS
            elif capitals and smalls == 0 and at - start > 1:
                shape = CAPITALS
            elif first_capital and capitals == 1:
                shape = TITLE
            elif capitals:
                shape = MIXED
            token[found, 0] = WORD
            token[found, 3] = np.int64(value)
            token[found, 4] = shape
            token[found, 5] = function_words[value & np.uint64((1 << BITS) - 1)]
        elif kind == DIGIT:
            while at < size and kind_of[points[at]] == DIGIT:
                at += 1
            token[found, 0] = NUMBER
        elif kind in (SPACE, LINE):
            breaks = 1 if kind == LINE else 0
            while at < size and (kind_of[points[at]] == SPACE or kind_of[points[at]] == LINE):
                breaks += kind_of[points[at]] == LINE
                at += 1
            token[found, 0] = BREAK if breaks else GAP
            token[found, 5] = breaks
        elif kind == PICTURE:
            token[found, 0] = PICTURES
        elif kind == CONTACT:
            token[found, 0] = ADDRESS
        else:
            while at < size and points[at] == points[start]:
                at += 1
            token[found, 0] = RUN
        token[found, 2] = at
        found += 1
    return found


@compiled
def _features(
    token: npt.NDArray[np.int64],
    points: Words32,
    small: Words32,
    buffer: Words32,
) -> int:
    """Writes the ids of all features of one text, in any order, each as often as it occurs."""
    size = len(token)
    mask = np.uint64((1 << FAMILY_BITS) - 1)
    seed = np.uint64(2166136261)
    made = 0
    shapes = np.empty(size, np.uint64)
    plain = np.empty(size, np.bool_)
    joins = np.empty(size, np.uint64)
    says = np.empty(size, np.bool_)
    words = np.empty(size, np.uint64)
    joined = 0
    spoken = 0
    new_sentence = True
    for at in range(size):
        kind = token[at, 0]
        start, end = token[at, 1], token[at, 2]
        length = end - start
        code = np.uint64(0)
        if kind == WORD:
            shape = token[at, 4]
            single = length == 1
            code = np.uint64(1 + shape + (8 if single else 0))
            function = token[at, 5] == 1
            joins[joined] = np.uint64(token[at, 3]) if function else np.uint64(3)
            says[joined] = function
            joined += 1
            words[spoken] = np.uint64(token[at, 3])
            spoken += 1
            name = shape == TITLE and not new_sentence and not function
            if not name and length <= 25:
                window = 2 if shape == CASELESS else 4
                if length + 2 < window:
                    window = length + 2
                for first in range(start - 1, end + 2 - window):
                    value = seed
                    for place in range(first, first + window):
                        value = stirred(
                            value, np.uint64(small[points[place]]) if start <= place < end else np.uint64(1)
                        )
                    buffer[made] = np.uint32((np.uint64(WORDING) << np.uint64(FAMILY_BITS)) | (finished(value) & mask))
                    made += 1
            new_sentence = False
        elif kind == NUMBER:
            code = np.uint64(32 + min(length, 5))
            joins[joined] = np.uint64(5)
            says[joined] = False
            joined += 1
            new_sentence = False
        elif kind == GAP:
            code = np.uint64(40 + min(length, 2))
        elif kind == BREAK:
            code = np.uint64(48 + min(token[at, 5], 3))
            joins[joined] = np.uint64(7)
            says[joined] = False
            joined += 1
            new_sentence = True
        elif kind == ADDRESS:
            code = np.uint64(56)
        else:
            code = np.uint64(token[at, 4]) * np.uint64(4) + np.uint64(min(length, 3)) + np.uint64(64)
            joins[joined] = code
            says[joined] = kind == RUN
            joined += 1
            sign = token[at, 4]
            if kind == PICTURES or sign == 0x2E or sign == 0x21 or sign == 0x3F or sign == 0x2026 or sign == 0x3002:
                new_sentence = True
        shapes[at] = code
        plain[at] = (kind == WORD and token[at, 4] == SMALL and length > 1) or (kind == GAP and length == 1)
    for at in range(size):
        value = seed
        telling = False
        for width in range(1, 5):
            if at + width > size:
                break
            value = stirred(value, shapes[at + width - 1] & np.uint64(0xFFFFFF))
            telling = telling or not plain[at + width - 1]
            if telling and (width > 1 or token[at, 0] == PICTURES or token[at, 0] == RUN):
                buffer[made] = np.uint32((np.uint64(SURFACE) << np.uint64(FAMILY_BITS)) | (finished(value) & mask))
                made += 1
    for at in range(joined):
        value = seed
        sayings = 0
        for width in range(1, 4):
            if at + width > joined:
                break
            value = stirred(value, joins[at + width - 1])
            sayings += says[at + width - 1]
            if (width < 3 and sayings) or (width == 3 and sayings > 1):
                buffer[made] = np.uint32((np.uint64(JOINING) << np.uint64(FAMILY_BITS)) | (finished(value) & mask))
                made += 1
    for at in range(spoken - 3):
        value = seed
        for place in range(at, at + 4):
            value = stirred(value, words[place])
        buffer[made] = np.uint32((np.uint64(PHRASES) << np.uint64(FAMILY_BITS)) | (finished(value) & mask))
        made += 1
    return made
