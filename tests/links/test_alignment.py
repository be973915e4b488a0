import numpy as np
import pytest

from clew.links.alignment import LONGEST, runs, similarities
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
    """The definition, cell by cell: tokens match only inside a run that both texts have."""

    def run(row: list[int], at: int) -> tuple[int, ...] | None:
        length = 3 if row[at] & LONE else 2
        return tuple(row[at : at + length]) if at + length <= len(row) else None

    match = np.zeros((len(one), len(other)), bool)
    for i in range(len(one)):
        for j in range(len(other)):
            found = run(one, i)
            if found is not None and found == run(other, j):
                for step in range(len(found)):
                    match[i + step, j + step] = True
    best = np.zeros((len(one) + 1, len(other) + 1), int)
    for i in range(len(one)):
        for j in range(len(other)):
            best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], best[i, j] + match[i, j])
    return 2 * best[-1, -1] / (len(one) + len(other))


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
    for length in (2, 7, 30, 64, 65, 130):
        row = (2 * rng.integers(0, 40, length) + (rng.random(length) < lone)).tolist()
        rows += [row, edited(rng, row, length // 6, 80)]
    texts = runs(texts_of(*rows))
    left, right = np.triu_indices(len(rows), 0)
    near = right - left < 4
    left, right = left[near], right[near]
    expected = [oracle(rows[i], rows[j]) for i, j in zip(left, right, strict=True)]
    assert similarities(texts, left, right).tolist() == pytest.approx(expected)
    cut = np.where(np.array(expected) >= 0.6, expected, 0.0)
    assert similarities(texts, left, right, 0.6).tolist() == pytest.approx(cut)


def test_order_of_words_counts() -> None:
    row = list(range(0, 60, 2))
    texts = runs(texts_of(row, row[15:] + row[:15], row[::-1]))
    alike = similarities(texts, np.array([0, 0, 0]), np.array([0, 1, 2]))
    assert alike.tolist() == pytest.approx([1.0, 0.5, 0.0])


def test_scattered_common_words_do_not_add_up() -> None:
    ours = [2, 100, 4, 102, 6, 104, 8, 106]
    theirs = [2, 200, 4, 202, 6, 204, 8, 206]
    assert similarities(runs(texts_of(ours, theirs)), np.array([0]), np.array([1])).tolist() == [0.0]


def test_very_long_texts_are_compared_by_a_sample() -> None:
    rng = np.random.default_rng(3)
    row = (2 * rng.integers(0, 10_000, 5 * LONGEST)).tolist()
    other = (2 * rng.integers(0, 10_000, 5 * LONGEST)).tolist()
    texts = runs(texts_of(row, edited(rng, row, len(row) // 10, 20_000), other, row[: LONGEST // 2]))
    alike = similarities(texts, np.array([0, 0, 0, 0, 3]), np.array([0, 1, 2, 3, 3]))
    assert alike[0] == alike[4] == 1.0
    assert 0.75 < alike[1] < 0.95
    assert alike[2] < 0.1
    assert alike[3] < 0.3
