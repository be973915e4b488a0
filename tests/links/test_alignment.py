import numpy as np
import pytest

from clew.links.alignment import APART, FLOOR, LONGEST, SCATTERED, SHORT, SLOT, similarities
from clew.links.tokens import Tokens

LONE = 1


def texts_of(*rows: list[int]) -> Tokens:
    """Tokens given by hand: an even number is a word, an odd one a character of a script without spaces."""
    counts = np.array([len(row) for row in rows], np.int32)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    return Tokens(
        np.array([token for row in rows for token in row], np.uint32),
        starts,
        counts,
        np.arange(1, len(rows) + 1, dtype=np.uint64),
    )


def oracle(one: list[int], other: list[int]) -> float:
    """The definition, cell by cell: tokens match only in company that both texts have."""

    def run(row: list[int], at: int) -> tuple[int, ...] | None:
        length = 4 if row[at] & LONE else 2
        return tuple(row[at : at + length]) if at + length <= len(row) else None

    def skip(row: list[int], at: int) -> tuple[int, int] | None:
        if at + 3 > len(row) or (row[at] | row[at + 2]) & LONE:
            return None
        return row[at], row[at + 2]

    match = np.zeros((len(other), len(one)), bool)
    runs = [run(one, i) for i in range(len(one))]
    for j in range(len(other)):
        known = run(other, j) is not None and run(other, j) in runs
        for i in range(len(one)):
            if known and runs[i] == run(other, j):
                for step in range(len(runs[i] or ())):
                    match[j + step, i + step] = True
            if not known and skip(other, j) is not None and skip(one, i) == skip(other, j):
                match[j, i] = match[j + 2, i + 2] = True
    best = np.zeros((len(other) + 1, len(one) + 1), int)
    for j in range(len(other)):
        for i in range(len(one)):
            best[j + 1, i + 1] = max(best[j, i + 1], best[j + 1, i], best[j, i] + match[j, i])
    common, mean = best[-1, -1], (len(one) + len(other)) / 2
    if common / mean < FLOOR + SHORT / mean:
        return 0.0
    j, i, alone, breaks, beyond = len(other), len(one), 0, 0, 0.0
    while i and j:
        if best[j, i] == best[j, i - 1]:
            i, alone = i - 1, alone + 1
        elif best[j, i] == best[j - 1, i]:
            j, alone = j - 1, alone + 1
        else:
            breaks, beyond, alone = breaks + (alone > 0), beyond + max(alone / 2 - SLOT, 0), 0
            j, i = j - 1, i - 1
    beyond += max((alone + i + j) / 2 - SLOT, 0)
    return min(common / mean + SCATTERED * breaks / (common + 1) - APART * beyond / mean, 1.0)


def edited(rng: np.random.Generator, row: list[int], edits: int, vocabulary: int) -> list[int]:
    row = list(row)
    for _ in range(edits):
        at = int(rng.integers(0, len(row)))
        row[at : at + int(rng.integers(0, 2))] = rng.integers(0, vocabulary, int(rng.integers(0, 3))).tolist()
    return row


@pytest.mark.parametrize("lone", [0.0, 0.4, 1.0])
def test_similarity_is_what_the_definition_says(lone: float) -> None:
    rng = np.random.default_rng(5)
    rows = []
    for length in (9, 30, 64, 65, 130):
        row = (4 * rng.integers(0, 400, length) + (rng.random(length) < lone)).tolist()
        rows += [row, edited(rng, row, length // 9, 80)]
    texts = texts_of(*rows)
    left, right = np.triu_indices(len(rows), 0)
    near = (right - left < 2) & (left % 2 == 0)
    left, right = left[near], right[near]
    expected = np.array([oracle(rows[i], rows[j]) for i, j in zip(left, right, strict=True)])
    assert (expected > 0.4).all()
    assert similarities(texts, left, right).tolist() == pytest.approx(expected.tolist())
    cut = np.where(expected >= 0.8, expected, 0.0)
    assert similarities(texts, left, right, 0.8).tolist() == pytest.approx(cut.tolist())


def test_order_of_words_counts() -> None:
    row = list(range(0, 240, 4))
    texts = texts_of(row, row[15:] + row[:15], row[::-1])
    alike = similarities(texts, np.array([0, 0, 0]), np.array([0, 1, 2]))
    assert alike[0] == 1.0
    assert alike[1] < 0.6
    assert alike[2] == 0.0


def test_a_shared_passage_is_less_alike_than_as_many_words_scattered() -> None:
    row = list(range(0, 160, 4))
    passage = [*row[:20], *range(400, 480, 4)]
    scattered = [word if at % 4 < 2 else 400 + 4 * at for at, word in enumerate(row)]
    alike = similarities(texts_of(row, passage, scattered), np.array([0, 0]), np.array([1, 2]))
    assert alike[0] < 0.25
    assert alike[1] > 0.7


def test_a_number_beside_a_word_stands_for_every_number_and_numbers_alone_for_themselves() -> None:
    number = 2
    priced = [[4, 8, 400 * n + number, 12, 16, 400 * n + 40 + number, 20, 24] for n in (1, 2)]
    digits = [[40 * (n + i) + number for i in range(12)] for n in (1, 100)]
    texts = texts_of(*priced, *digits)
    assert similarities(texts, np.array([0, 2]), np.array([1, 3])).tolist() == [1.0, 0.0]


def test_scattered_common_words_do_not_add_up() -> None:
    ours = [4, 100, 104, 8, 108, 112, 16, 116, 120]
    theirs = [4, 200, 204, 8, 208, 212, 16, 216, 220]
    assert similarities(texts_of(ours, theirs), np.array([0]), np.array([1])).tolist() == [0.0]


def test_very_long_texts_are_compared_by_a_sample() -> None:
    rng = np.random.default_rng(3)
    row = (4 * rng.integers(0, 10_000, 5 * LONGEST)).tolist()
    other = (4 * rng.integers(0, 10_000, 5 * LONGEST)).tolist()
    texts = texts_of(row, edited(rng, row, len(row) // 10, 20_000), other, row[: LONGEST // 2])
    alike = similarities(texts, np.array([0, 0, 0, 0, 3]), np.array([0, 1, 2, 3, 3]))
    assert alike[0] == alike[4] == 1.0
    assert 0.7 < alike[1] < 0.95
    assert alike[2] < 0.1
    assert alike[3] < 0.3
