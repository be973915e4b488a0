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
_WORD, _NUMBER, _RUN, _EMOJI, _GAP, _BREAK, _ADDRESS = range(7)
_SMALL, _CAPITALS, _TITLE, _MIXED, _CASELESS = range(5)

(EXCLAIMS, EXCLAIMS_AGAIN, ASKS_AGAIN, TRAILS_OFF, TWO_DOTS, SPACE_BEFORE, COMMA_TIGHT, STOP_TIGHT, SMALL_START,
 ALL_CAPITALS, CAPITAL_INSIDE, EMOJI, EMOJI_AGAIN, EMOJI_LEADS, EMOJI_STICKS, BREAKS_LINES, BLANK_LINES, DOUBLE_SPACE,
 BULLETS, COMMAS, DASHES, SLASHES, BRACKETS, QUOTES, COLONS, SEMICOLONS, JOINS, ORNAMENTS, SIGN_BEFORE, SPACE_AT_SIGN,
 HYPHEN_IN, DOT_IN, SPACE_IN, LETTERS_ON, DRAWN_OUT, ONE_LETTER, SMALL_I, CURLY, LONG_WORDS, SHORT_WORDS, FUNCTION,
 ACCENTS, OPEN_END, SIGN_FIRST, LINE_A_SENTENCE, MIXED_CASE) = range(habits.COUNT)  # fmt: skip
assert habits.HABITS[MIXED_CASE].name == "mixed_case" and habits.HABITS[DRAWN_OUT].name == "drawn_out"
_CURRENCY = np.zeros(0x110000, np.uint8)
_CURRENCY[[ord(sign) for sign in "$£€¥₽₺₹₴₪฿₫₩₦₱"]] = 1

Words32 = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]


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


def _read_part(
    part: pa.Array,
) -> tuple[Words32, npt.NDArray[np.float32], Numbers, *tuple[npt.NDArray[np.float32], ...]]:
    data, starts, ends = _bytes_of(part)
    longest = int((ends - starts).max()) if len(part) else 0
    room = int((ends - starts).sum()) * 5 + 64 * len(part) + 64
    ids, times = np.empty(room, np.uint32), np.empty(room, np.float32)
    lengths, words = np.zeros(len(part), np.int64), np.zeros(len(part), np.int64)
    done = np.zeros((len(part), habits.COUNT), np.float32)
    chances = np.zeros((len(part), habits.COUNT), np.float32)
    used = _read(
        data, starts, ends, min(longest, 4 * LONGEST) + 2, kinds(), lowered(), known(), _CURRENCY,
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
        _habits(token[:found], points, currency, done[row], chances[row])
        made = _features(token[:found], points, kind_of, small, buffer)
        for at in range(found):
            words[row] += token[at, 0] == _WORD
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
        if kind == LOWER or kind == UPPER or kind == LETTER:
            capitals = 1 if kind == UPPER else 0
            smalls = 1 if kind == LOWER else 0
            value = stirred(np.uint64(2166136261), np.uint64(small[points[start]]))
            while at < size:
                kind = kind_of[points[at]]
                if not (kind == LOWER or kind == UPPER or kind == LETTER):
                    break
                capitals += kind == UPPER
                smalls += kind == LOWER
                value = stirred(value, np.uint64(small[points[at]]))
                at += 1
            value = finished(value)
            first_capital = kind_of[points[start]] == UPPER
            shape = _SMALL
            if capitals + smalls == 0:
                shape = _CASELESS
            elif capitals and smalls == 0 and at - start > 1:
                shape = _CAPITALS
            elif first_capital and capitals == 1:
                shape = _TITLE
            elif capitals:
                shape = _MIXED
            token[found, 0] = _WORD
            token[found, 3] = np.int64(value)
            token[found, 4] = shape
            token[found, 5] = function_words[value & np.uint64((1 << BITS) - 1)]
        elif kind == DIGIT:
            while at < size and kind_of[points[at]] == DIGIT:
                at += 1
            token[found, 0] = _NUMBER
        elif kind == SPACE or kind == LINE:
            breaks = 1 if kind == LINE else 0
            while at < size and (kind_of[points[at]] == SPACE or kind_of[points[at]] == LINE):
                breaks += kind_of[points[at]] == LINE
                at += 1
            token[found, 0] = _BREAK if breaks else _GAP
            token[found, 5] = breaks
        elif kind == PICTURE:
            token[found, 0] = _EMOJI
        elif kind == CONTACT:
            token[found, 0] = _ADDRESS
        else:
            while at < size and points[at] == points[start]:
                at += 1
            token[found, 0] = _RUN
        token[found, 2] = at
        found += 1
    return found


@compiled
def _habits(
    token: npt.NDArray[np.int64],
    points: Words32,
    currency: npt.NDArray[np.uint8],
    done: npt.NDArray[np.float32],
    chances: npt.NDArray[np.float32],
) -> None:
    """Counts the habits of one text."""
    size = len(token)
    new_sentence = True
    new_line = True
    for at in range(size):
        kind = token[at, 0]
        start, end = token[at, 1], token[at, 2]
        length = end - start
        before = token[at - 1, 0] if at else _BREAK
        after = token[at + 1, 0] if at + 1 < size else _BREAK
        last = at + 1 == size
        if kind == _WORD:
            shape = token[at, 4]
            chances[EMOJI] += 1
            chances[LONG_WORDS] += 1
            chances[SHORT_WORDS] += 1
            chances[FUNCTION] += 1
            chances[ONE_LETTER] += 1
            chances[DRAWN_OUT] += 1
            done[LONG_WORDS] += length >= 8
            done[SHORT_WORDS] += length <= 3
            done[ONE_LETTER] += length == 1
            done[FUNCTION] += token[at, 5]
            accents = 0
            same = 1
            drawn = 0
            for place in range(start, end):
                accents |= 0xC0 <= points[place] < 0x0250
                same = same + 1 if place > start and points[place] == points[place - 1] else 1
                drawn |= same >= 3
            done[DRAWN_OUT] += drawn
            if points[start] < 0x0250:
                chances[ACCENTS] += 1
                done[ACCENTS] += accents
            if shape != _CASELESS:
                if length > 1:
                    chances[ALL_CAPITALS] += 1
                    chances[MIXED_CASE] += 1
                    done[ALL_CAPITALS] += shape == _CAPITALS
                    done[MIXED_CASE] += shape == _MIXED
                if length == 1 and (points[start] == 0x69 or points[start] == 0x49):
                    chances[SMALL_I] += 1
                    done[SMALL_I] += points[start] == 0x69
                if new_sentence:
                    chances[SMALL_START] += 1
                    done[SMALL_START] += shape == _SMALL and points[start] != 0x49
                elif shape != _CAPITALS:
                    chances[CAPITAL_INSIDE] += 1
                    done[CAPITAL_INSIDE] += shape == _TITLE
            new_sentence = False
            new_line = False
        elif kind == _NUMBER:
            chances[LETTERS_ON] += 1
            done[LETTERS_ON] += after == _WORD and not last
            if at + 2 < size and token[at + 2, 0] == _NUMBER and token[at + 1, 2] - token[at + 1, 1] == 1:
                sign = points[token[at + 1, 1]]
                chances[HYPHEN_IN] += 1
                chances[DOT_IN] += 1
                chances[SPACE_IN] += 1
                done[HYPHEN_IN] += sign == 0x2D
                done[DOT_IN] += sign == 0x2E or sign == 0x2C
                done[SPACE_IN] += after == _GAP
            new_sentence = False
            new_line = False
        elif kind == _EMOJI:
            chances[EMOJI_LEADS] += 1
            done[EMOJI_LEADS] += new_line
            if before != _EMOJI:
                chances[EMOJI_STICKS] += 1
                done[EMOJI_STICKS] += before == _WORD or before == _RUN
                chances[EMOJI_AGAIN] += 1
                done[EMOJI_AGAIN] += after == _EMOJI or (after == _GAP and at + 2 < size and token[at + 2, 0] == _EMOJI)
                done[EMOJI] += 1
                chances[EMOJI] += 1
            if at == 0:
                done[SIGN_FIRST] += 1
            new_line = False
            new_sentence = True
        elif kind == _GAP:
            chances[DOUBLE_SPACE] += 1
            chances[BREAKS_LINES] += 1
            done[DOUBLE_SPACE] += length > 1
        elif kind == _BREAK:
            chances[BREAKS_LINES] += 1
            done[BREAKS_LINES] += 1
            chances[BLANK_LINES] += 1
            done[BLANK_LINES] += token[at, 5] > 1
            if not last:
                chances[BULLETS] += 1
                done[BULLETS] += after == _RUN
            new_line = True
            new_sentence = True
        elif kind == _RUN:
            sign = token[at, 4]
            ends_sentence = (
                sign == 0x21
                or sign == 0x3F
                or sign == 0x2026
                or sign == 0x3002
                or (sign == 0x2E and not (before == _NUMBER and after == _NUMBER))
            )
            for each in (COMMAS, DASHES, SLASHES, BRACKETS, QUOTES, COLONS, SEMICOLONS, JOINS, ORNAMENTS):
                chances[each] += 1
            done[COMMAS] += sign == 0x2C or sign == 0x3001 or sign == 0xFF0C
            done[DASHES] += (sign == 0x2D and before != _WORD) or sign == 0x2013 or sign == 0x2014
            done[SLASHES] += sign == 0x2F
            done[BRACKETS] += sign == 0x28 or sign == 0x5B
            done[QUOTES] += sign == 0x22 or sign == 0xAB or sign == 0x201C or sign == 0x201E
            done[COLONS] += sign == 0x3A and not (before == _NUMBER and after == _NUMBER)
            done[SEMICOLONS] += sign == 0x3B
            done[JOINS] += sign == 0x26 or sign == 0x2B
            done[ORNAMENTS] += (
                sign == 0x2A or sign == 0x7E or sign == 0x5F or sign == 0x3D or sign == 0x7C or (sign == 0x2022)
            )
            if sign == 0x27 or sign == 0x2019:
                chances[CURLY] += 1
                done[CURLY] += sign == 0x2019
            if sign == 0x21:
                chances[EXCLAIMS_AGAIN] += 1
                done[EXCLAIMS_AGAIN] += length > 1
            if sign == 0x3F:
                chances[ASKS_AGAIN] += 1
                done[ASKS_AGAIN] += length > 1
            if sign == 0x2E or sign == 0x2026:
                chances[TRAILS_OFF] += 1
                chances[TWO_DOTS] += 1
                done[TRAILS_OFF] += sign == 0x2026 or length > 2
                done[TWO_DOTS] += sign == 0x2E and length == 2
            if ends_sentence or sign == 0x2C or sign == 0x3A:
                chances[SPACE_BEFORE] += 1
                done[SPACE_BEFORE] += before == _GAP
            if sign == 0x2C and before != _NUMBER:
                chances[COMMA_TIGHT] += 1
                done[COMMA_TIGHT] += after == _WORD
            if ends_sentence:
                chances[EXCLAIMS] += 1
                done[EXCLAIMS] += sign == 0x21
                if not last:
                    chances[STOP_TIGHT] += 1
                    done[STOP_TIGHT] += after == _WORD
                    chances[LINE_A_SENTENCE] += 1
                    done[LINE_A_SENTENCE] += after == _BREAK
                new_sentence = True
            if currency[sign]:
                far = before == _GAP and at > 1 and token[at - 2, 0] == _NUMBER
                near = after == _GAP and at + 2 < size and token[at + 2, 0] == _NUMBER
                if before == _NUMBER or after == _NUMBER or far or near:
                    chances[SIGN_BEFORE] += 1
                    done[SIGN_BEFORE] += after == _NUMBER or (near and before != _NUMBER)
                    chances[SPACE_AT_SIGN] += 1
                    done[SPACE_AT_SIGN] += before != _NUMBER and after != _NUMBER
            if at == 0:
                done[SIGN_FIRST] += 1
            new_line = False
        else:
            new_sentence = False
            new_line = False
    if size:
        chances[SIGN_FIRST] = 1
        chances[OPEN_END] = 1
        closing = token[size - 1, 0]
        done[OPEN_END] = closing != _RUN


@compiled
def _features(
    token: npt.NDArray[np.int64],
    points: Words32,
    kind_of: npt.NDArray[np.uint8],
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
        if kind == _WORD:
            shape = token[at, 4]
            single = length == 1
            code = np.uint64(1 + shape + (8 if single else 0))
            function = token[at, 5] == 1
            joins[joined] = np.uint64(token[at, 3]) if function else np.uint64(3)
            says[joined] = function
            joined += 1
            words[spoken] = np.uint64(token[at, 3])
            spoken += 1
            name = shape == _TITLE and not new_sentence and not function
            if not name and length <= 25:
                window = 2 if shape == _CASELESS else 4
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
        elif kind == _NUMBER:
            code = np.uint64(32 + min(length, 5))
            joins[joined] = np.uint64(5)
            says[joined] = False
            joined += 1
            new_sentence = False
        elif kind == _GAP:
            code = np.uint64(40 + min(length, 2))
        elif kind == _BREAK:
            code = np.uint64(48 + min(token[at, 5], 3))
            joins[joined] = np.uint64(7)
            says[joined] = False
            joined += 1
            new_sentence = True
        elif kind == _ADDRESS:
            code = np.uint64(56)
        else:
            code = np.uint64(token[at, 4]) * np.uint64(4) + np.uint64(min(length, 3)) + np.uint64(64)
            joins[joined] = code
            says[joined] = kind == _RUN
            joined += 1
            sign = token[at, 4]
            if kind == _EMOJI or sign == 0x2E or sign == 0x21 or sign == 0x3F or sign == 0x2026 or sign == 0x3002:
                new_sentence = True
        shapes[at] = code
        plain[at] = (kind == _WORD and token[at, 4] == _SMALL and length > 1) or (kind == _GAP and length == 1)
    for at in range(size):
        value = seed
        telling = False
        for width in range(1, 5):
            if at + width > size:
                break
            value = stirred(value, shapes[at + width - 1] & np.uint64(0xFFFFFF))
            telling = telling or not plain[at + width - 1]
            if telling and (width > 1 or token[at, 0] == _EMOJI or token[at, 0] == _RUN):
                buffer[made] = np.uint32((np.uint64(SURFACE) << np.uint64(FAMILY_BITS)) | (finished(value) & mask))
                made += 1
    for at in range(joined):
        value = seed
        telling = 0
        for width in range(1, 4):
            if at + width > joined:
                break
            value = stirred(value, joins[at + width - 1])
            telling += says[at + width - 1]
            if (width < 3 and telling) or (width == 3 and telling > 1):
                buffer[made] = np.uint32((np.uint64(JOINING) << np.uint64(FAMILY_BITS)) | (finished(value) & mask))
                made += 1
    for at in range(spoken - 3):
        value = seed
        for place in range(at, at + 4):
            value = stirred(value, words[place])
        buffer[made] = np.uint32((np.uint64(PHRASES) << np.uint64(FAMILY_BITS)) | (finished(value) & mask))
        made += 1
    return made
