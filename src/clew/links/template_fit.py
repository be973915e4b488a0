"""Fits templates to clusters in compiled code: which words of a cluster are constant, and what each text puts between them.

A template is a row of tokens taken from the texts themselves. It is drafted from the most central text of a sample
(words that most of the sample have stay, words that most of it put in are added) and then judged by its description
length (Rissanen 1978; for adverts Lee et al. 2021, "InfoShield"): a token is constant when naming it once and saying who
lacks it is shorter than spelling it in each text; a text belongs when telling it by the template is shorter than alone.
Texts that do not are let go and tried again among themselves.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from clew.links.compiled import compiled, inlined

MOST_TOKENS = 1024
"""Of a longer text the rest is the filling of its last gap."""
SAMPLE = 32
"""Texts a template is drafted from."""
TURNS = 12
"""Templates tried in one cluster; what is left over then is on its own."""
SLOT_SHARE = 0.2
"""A gap is a slot when at least this share of the texts put something there; otherwise words are put in."""
PUT_IN = 0
"""The number of such a gap in place of a slot's."""

Numbers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]


@inlined
def _whole_number_bits(value: Any) -> float:
    """Bits to say a whole number from 0 without a bound (Elias gamma of the next)."""
    return 2.0 * math.floor(math.log2(value + 1.0)) + 1.0


@inlined
def _lcs(
    one: Words,
    n: Any,
    values: Words,
    start: Any,
    m: Any,
    table: npt.NDArray[np.int64],
    masks: npt.NDArray[np.uint64],
    slots: int,
    rows: npt.NDArray[np.uint64],
    match: Numbers,
) -> int:
    """Longest common subsequence of `one`, laid out in the table, and a text: for each token of `one` its place or -1."""
    unit = np.uint64(1)
    words = (n + 63) // 64
    for word in range(words):
        rows[0, word] = ~np.uint64(0)
    for at in range(m):
        token = values[start + at]
        slot = np.int64(token >> np.uint32(2)) & (slots - 1)
        while table[slot] >= 0 and one[table[slot]] != token:
            slot = (slot + 1) & (slots - 1)
        if table[slot] < 0:
            for word in range(words):
                rows[at + 1, word] = rows[at, word]
            continue
        carry = np.uint64(0)
        for word in range(words):
            old = rows[at, word]
            fit = masks[slot, word]
            total = old + (old & fit)
            over = unit if total < old else np.uint64(0)
            total += carry
            if total < carry:
                over = unit
            rows[at + 1, word] = total | (old & ~fit)
            carry = over
    for i in range(n):
        match[i] = -1
    i = n - 1
    j = m - 1
    common = 0
    while i >= 0 and j >= 0:
        bit = unit << np.uint64(i & 63)
        if rows[j + 1, i >> 6] & bit:
            i -= 1
        elif rows[j, i >> 6] & bit == 0:
            j -= 1
        else:
            match[i] = j
            common += 1
            i -= 1
            j -= 1
    return common


@inlined
def _lay_out(one: Words, n: Any, table: npt.NDArray[np.int64], masks: npt.NDArray[np.uint64]) -> int:
    """Notes where each token of `one` stands; answers how many slots of the table are in use."""
    slots = 64
    while slots < 4 * n:
        slots *= 2
    words = (n + 63) // 64
    table[:slots] = -1
    slot: Any
    for at in range(n):
        slot = np.int64(one[at] >> np.uint32(2)) & (slots - 1)
        while table[slot] >= 0 and one[table[slot]] != one[at]:
            slot = (slot + 1) & (slots - 1)
        if table[slot] < 0:
            table[slot] = at
            for word in range(words):
                masks[slot, word] = 0
        masks[slot, at >> 6] |= np.uint64(1) << np.uint64(at & 63)
    return slots


@compiled
def fit(
    values: Words,
    starts: Numbers,
    counts: npt.NDArray[np.int32],
    members: Numbers,
    bounds: Numbers,
    bits: npt.NDArray[np.float32],
    template_of: Numbers,
    constant_text: Numbers,
    constant_token: Numbers,
    constant_slot: Numbers,
    template_bounds: Numbers,
    template_bits: npt.NDArray[np.float64],
    gap_text: Numbers,
    gap_slot: Numbers,
    gap_tokens: Numbers,
) -> tuple[int, int]:
    """Fits templates to the clusters `members[bounds[c] : bounds[c + 1]]`; answers how many templates and gaps there are.

    `template_of` gets for each text its template's number, or -1. Constant k of all templates is token `constant_token[k]` of
    text `constant_text[k]`, and `constant_slot[k]` is the number of the slot before it, 0 where there is none; template t's are
    `template_bounds[t]` to `template_bounds[t + 1]`, the last of them standing for the end (token -1). `template_bits` holds
    the texts' bits alone and together. A gap is a text, its slot (`PUT_IN` without one) and its first and last token.
    """
    longest = 2 * MOST_TOKENS + 2
    table = np.empty(8192, np.int64)
    masks = np.empty((8192, longest // 64 + 1), np.uint64)
    rows = np.empty((MOST_TOKENS + 1, longest // 64 + 1), np.uint64)
    one = np.empty(longest, np.uint32)
    from_text = np.empty(longest, np.int64)
    from_token = np.empty(longest, np.int64)
    draft = np.empty(longest, np.uint32)
    draft_text = np.empty(longest, np.int64)
    draft_token = np.empty(longest, np.int64)
    match = np.empty(longest, np.int64)
    support = np.empty(longest, np.int64)
    voted = np.empty((longest, 2), np.int64)
    votes = np.empty(longest, np.int64)
    filled = np.empty(longest, np.int64)
    slot_of = np.empty(longest, np.int64)
    shift = np.uint64(64 - int(math.log2(len(bits))))
    templates = 0
    constants = 0
    gaps = 0
    n: Any
    m: Any
    low: Any
    last: Any
    here: Any
    template_bounds[0] = 0
    for cluster in range(len(bounds) - 1):
        low = bounds[cluster]
        high = bounds[cluster + 1]
        for _turn in range(TURNS):
            size = high - low
            if size < 2:
                break
            # The most central of up to five texts.
            chosen = members[low]
            if size > 2:
                best = -1.0
                sampled = min(size, 5)
                for candidate in range(sampled):
                    text = members[low + candidate * size // sampled]
                    n = min(np.int64(counts[text]), MOST_TOKENS)
                    for at in range(n):
                        one[at] = values[starts[text] + at]
                    slots = _lay_out(one, n, table, masks)
                    score = 0.0
                    for other in range(sampled):
                        if other == candidate:
                            continue
                        mate = members[low + other * size // sampled]
                        m = min(np.int64(counts[mate]), MOST_TOKENS)
                        common = _lcs(one, n, values, starts[mate], m, table, masks, slots, rows, match)
                        score += 2.0 * common / max(n + m, 1)
                    if score > best:
                        best = score
                        chosen = text
            n = min(np.int64(counts[chosen]), MOST_TOKENS)
            for at in range(n):
                one[at] = values[starts[chosen] + at]
                from_text[at] = chosen
                from_token[at] = at
            if size > 2:
                # Drafting: what most of a sample have stays; the first word that most of it put into a gap is added.
                slots = _lay_out(one, n, table, masks)
                sampled = min(size, SAMPLE)
                for i in range(n + 1):
                    support[i] = 0
                    votes[i] = 0
                    filled[i] = 0
                    voted[i, 0] = -1
                for again in range(2):
                    for each in range(sampled):
                        text = members[low + each * size // sampled]
                        m = min(np.int64(counts[text]), MOST_TOKENS)
                        _lcs(one, n, values, starts[text], m, table, masks, slots, rows, match)
                        last = -1
                        for i in range(n + 1):
                            here = match[i] if i < n else m
                            if here < 0:
                                continue
                            if again == 0 and i < n:
                                support[i] += 1
                            if here > last + 1:
                                # A gap is named by the place it ends at: a lost word before it must not split the vote.
                                token = values[starts[text] + last + 1]
                                if again == 0:
                                    if voted[i, 0] < 0 or votes[i] == 0:
                                        voted[i, 0] = text
                                        voted[i, 1] = last + 1
                                        votes[i] = 1
                                    elif values[starts[voted[i, 0]] + voted[i, 1]] == token:
                                        votes[i] += 1
                                    else:
                                        votes[i] -= 1
                                elif voted[i, 0] >= 0 and values[starts[voted[i, 0]] + voted[i, 1]] == token:
                                    filled[i] += 1
                            last = here
                drafted = 0
                for i in range(n + 1):
                    if voted[i, 0] >= 0 and 2 * filled[i] > sampled:
                        draft[drafted] = values[starts[voted[i, 0]] + voted[i, 1]]
                        draft_text[drafted] = voted[i, 0]
                        draft_token[drafted] = voted[i, 1]
                        drafted += 1
                    if i < n and 3 * support[i] >= sampled:
                        draft[drafted] = one[i]
                        draft_text[drafted] = from_text[i]
                        draft_token[drafted] = from_token[i]
                        drafted += 1
                n = min(drafted, MOST_TOKENS)
                for i in range(n):
                    one[i] = draft[i]
                    from_text[i] = draft_text[i]
                    from_token[i] = draft_token[i]
            # Judging: constants by what they save, then texts by what they save; again when texts were let go.
            kept = size
            alone = 0.0
            together = 0.0
            slots = _lay_out(one, n, table, masks)
            for i in range(n):
                support[i] = 0
            for each in range(low, low + kept):
                text = members[each]
                m = min(np.int64(counts[text]), MOST_TOKENS)
                _lcs(one, n, values, starts[text], m, table, masks, slots, rows, match)
                for i in range(n):
                    support[i] += 1 if match[i] >= 0 else 0
            stay = 0
            for i in range(n):
                share = support[i] / kept
                worth = np.float64(bits[np.int64((np.uint64(one[i]) * np.uint64(0x9E3779B97F4A7C15)) >> shift)])
                doubt = 0.0
                if share < 1.0 and share > 0.0:
                    doubt = -kept * (share * math.log2(share) + (1.0 - share) * math.log2(1.0 - share))
                if support[i] * worth > worth + doubt + 1.0 and 2 * support[i] > kept:
                    one[stay] = one[i]
                    from_text[stay] = from_text[i]
                    from_token[stay] = from_token[i]
                    support[stay] = support[i]
                    stay += 1
            n = stay
            model = 0.0
            for i in range(n):
                model += np.float64(bits[np.int64((np.uint64(one[i]) * np.uint64(0x9E3779B97F4A7C15)) >> shift)])
            if n > 0:
                slots = _lay_out(one, n, table, masks)
                model += _whole_number_bits(n)
                for i in range(n + 1):
                    filled[i] = 0
                reading = low
                while reading < low + kept:
                    text = members[reading]
                    m = min(np.int64(counts[text]), MOST_TOKENS)
                    _lcs(one, n, values, starts[text], m, table, masks, slots, rows, match)
                    own = _whole_number_bits(m)
                    for at in range(m):
                        token = np.uint64(values[starts[text] + at])
                        own += np.float64(bits[np.int64((token * np.uint64(0x9E3779B97F4A7C15)) >> shift)])
                    by_template = own - _whole_number_bits(m)
                    last = -1
                    for i in range(n + 1):
                        here = match[i] if i < n else m
                        if i < n:
                            share = (support[i] + 0.5) / (size + 1.0)
                            by_template -= math.log2(share) if here >= 0 else math.log2(1.0 - share)
                        if here < 0:
                            continue
                        if i < n:
                            token = np.uint64(one[i])
                            by_template -= np.float64(bits[np.int64((token * np.uint64(0x9E3779B97F4A7C15)) >> shift)])
                        by_template += _whole_number_bits(here - last - 1)
                        last = here
                    if by_template < own:
                        alone += own
                        together += by_template
                        last = -1
                        for i in range(n + 1):
                            here = match[i] if i < n else m
                            if here >= 0:
                                filled[i] += 1 if here > last + 1 else 0
                                last = here
                        reading += 1
                    else:  # let go: to the end of this turn's texts
                        kept -= 1
                        members[reading] = members[low + kept]
                        members[low + kept] = text
            if n == 0 or kept < 2 or together + model >= alone:
                # No template: the text it was drafted from is on its own, the others are tried without it.
                for each in range(low, high):
                    if members[each] == chosen:
                        members[each] = members[low]
                        members[low] = chosen
                        break
                low += 1
                continue
            number = 0
            for i in range(n + 1):
                slot_of[i] = PUT_IN
                if filled[i] >= SLOT_SHARE * kept and filled[i] >= 1:
                    number += 1
                    slot_of[i] = number
                constant_text[constants] = from_text[i] if i < n else chosen
                constant_token[constants] = from_token[i] if i < n else -1
                constant_slot[constants] = slot_of[i]
                constants += 1
            template_bits[templates, 0] = alone
            template_bits[templates, 1] = together + model
            for each in range(low, low + kept):
                text = members[each]
                template_of[text] = templates
                m = min(np.int64(counts[text]), MOST_TOKENS)
                _lcs(one, n, values, starts[text], m, table, masks, slots, rows, match)
                last = -1
                for i in range(n + 1):
                    here = match[i] if i < n else np.int64(counts[text])
                    if here < 0:
                        continue
                    if here > last + 1:
                        gap_text[gaps] = text
                        gap_slot[gaps] = slot_of[i]
                        gap_tokens[gaps, 0] = last + 1
                        gap_tokens[gaps, 1] = here - 1
                        gaps += 1
                    last = here
            templates += 1
            template_bounds[templates] = constants
            low += kept
    return templates, gaps
