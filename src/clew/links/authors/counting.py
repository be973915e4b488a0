"""Counts the habits of one text from its tokens: what was done, of the times it could have been."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from clew.links.authors import habits
from clew.links.compiled import compiled

WORD, NUMBER, RUN, PICTURES, GAP, BREAK, ADDRESS = range(7)
SMALL, CAPITALS, TITLE, MIXED, CASELESS = range(5)
"""Kinds of a token, and shapes of a word."""

(EXCLAIMS, EXCLAIMS_AGAIN, ASKS_AGAIN, TRAILS_OFF, TWO_DOTS, SPACE_BEFORE, COMMA_TIGHT, STOP_TIGHT, SMALL_START,
 ALL_CAPITALS, CAPITAL_INSIDE, EMOJI, EMOJI_AGAIN, EMOJI_LEADS, EMOJI_STICKS, BREAKS_LINES, BLANK_LINES, DOUBLE_SPACE,
 BULLETS, COMMAS, DASHES, SLASHES, BRACKETS, QUOTES, COLONS, SEMICOLONS, JOINS, ORNAMENTS, SIGN_BEFORE, SPACE_AT_SIGN,
 HYPHEN_IN, DOT_IN, SPACE_IN, LETTERS_ON, DRAWN_OUT, ONE_LETTER, SMALL_I, CURLY, LONG_WORDS, SHORT_WORDS, FUNCTION,
 ACCENTS, OPEN_END, SIGN_FIRST, LINE_A_SENTENCE, MIXED_CASE) = range(habits.COUNT)  # fmt: skip
assert habits.HABITS[MIXED_CASE].name == "mixed_case"
assert habits.HABITS[DRAWN_OUT].name == "drawn_out"
CURRENCY = np.zeros(0x110000, np.uint8)
CURRENCY[[ord(sign) for sign in "$£€¥₽₺₹₴₪฿₫₩₦₱"]] = 1

Words32 = npt.NDArray[np.uint32]


@compiled
def count_habits(
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
        before = token[at - 1, 0] if at else BREAK
        after = token[at + 1, 0] if at + 1 < size else BREAK
        last = at + 1 == size
        if kind == WORD:
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
            if shape != CASELESS:
                if length > 1:
                    chances[ALL_CAPITALS] += 1
                    chances[MIXED_CASE] += 1
                    done[ALL_CAPITALS] += shape == CAPITALS
                    done[MIXED_CASE] += shape == MIXED
                if length == 1 and (points[start] == 0x69 or points[start] == 0x49):
                    chances[SMALL_I] += 1
                    done[SMALL_I] += points[start] == 0x69
                if new_sentence:
                    chances[SMALL_START] += 1
                    done[SMALL_START] += shape == SMALL and points[start] != 0x49
                elif shape != CAPITALS:
                    chances[CAPITAL_INSIDE] += 1
                    done[CAPITAL_INSIDE] += shape == TITLE
            new_sentence = False
            new_line = False
        elif kind == NUMBER:
            chances[LETTERS_ON] += 1
            done[LETTERS_ON] += after == WORD and not last
            if at + 2 < size and token[at + 2, 0] == NUMBER and token[at + 1, 2] - token[at + 1, 1] == 1:
                sign = points[token[at + 1, 1]]
                chances[HYPHEN_IN] += 1
                chances[DOT_IN] += 1
                chances[SPACE_IN] += 1
                done[HYPHEN_IN] += sign == 0x2D
                done[DOT_IN] += sign == 0x2E or sign == 0x2C
                done[SPACE_IN] += after == GAP
            new_sentence = False
            new_line = False
        elif kind == PICTURES:
            chances[EMOJI_LEADS] += 1
            done[EMOJI_LEADS] += new_line
            if before != PICTURES:
                chances[EMOJI_STICKS] += 1
                done[EMOJI_STICKS] += before in (WORD, RUN)
                chances[EMOJI_AGAIN] += 1
                done[EMOJI_AGAIN] += after == PICTURES or (
                    after == GAP and at + 2 < size and token[at + 2, 0] == PICTURES
                )
                done[EMOJI] += 1
                chances[EMOJI] += 1
            if at == 0:
                done[SIGN_FIRST] += 1
            new_line = False
            new_sentence = True
        elif kind == GAP:
            chances[DOUBLE_SPACE] += 1
            chances[BREAKS_LINES] += 1
            done[DOUBLE_SPACE] += length > 1
        elif kind == BREAK:
            chances[BREAKS_LINES] += 1
            done[BREAKS_LINES] += 1
            chances[BLANK_LINES] += 1
            done[BLANK_LINES] += token[at, 5] > 1
            if not last:
                chances[BULLETS] += 1
                done[BULLETS] += after == RUN
            new_line = True
            new_sentence = True
        elif kind == RUN:
            sign = token[at, 4]
            ends_sentence = (
                sign == 0x21
                or sign == 0x3F
                or sign == 0x2026
                or sign == 0x3002
                or (sign == 0x2E and not (before == NUMBER and after == NUMBER))
            )
            for each in (COMMAS, DASHES, SLASHES, BRACKETS, QUOTES, COLONS, SEMICOLONS, JOINS, ORNAMENTS):
                chances[each] += 1
            done[COMMAS] += sign == 0x2C or sign == 0x3001 or sign == 0xFF0C
            done[DASHES] += (sign == 0x2D and before != WORD) or sign == 0x2013 or sign == 0x2014
            done[SLASHES] += sign == 0x2F
            done[BRACKETS] += sign == 0x28 or sign == 0x5B
            done[QUOTES] += sign == 0x22 or sign == 0xAB or sign == 0x201C or sign == 0x201E
            done[COLONS] += sign == 0x3A and not (before == NUMBER and after == NUMBER)
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
                done[SPACE_BEFORE] += before == GAP
            if sign == 0x2C and before != NUMBER:
                chances[COMMA_TIGHT] += 1
                done[COMMA_TIGHT] += after == WORD
            if ends_sentence:
                chances[EXCLAIMS] += 1
                done[EXCLAIMS] += sign == 0x21
                if not last:
                    chances[STOP_TIGHT] += 1
                    done[STOP_TIGHT] += after == WORD
                    chances[LINE_A_SENTENCE] += 1
                    done[LINE_A_SENTENCE] += after == BREAK
                new_sentence = True
            if currency[sign]:
                far = before == GAP and at > 1 and token[at - 2, 0] == NUMBER
                near = after == GAP and at + 2 < size and token[at + 2, 0] == NUMBER
                if before == NUMBER or after == NUMBER or far or near:
                    chances[SIGN_BEFORE] += 1
                    done[SIGN_BEFORE] += after == NUMBER or (near and before != NUMBER)
                    chances[SPACE_AT_SIGN] += 1
                    done[SPACE_AT_SIGN] += before != NUMBER and after != NUMBER
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
        done[OPEN_END] = closing != RUN
