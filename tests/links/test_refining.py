"""Who belongs to a template is decided by what telling by it saves."""

import numpy as np
import pytest

from clew.links import description
from clew.links.refining import refined_rows
from clew.links.tokens import tokens


def stocked(posters: int, copies: int, stock: int, own: int) -> tuple[list[str], np.ndarray]:
    """Adverts of stock phrases that everybody uses and a few words of their poster's."""
    rng = np.random.default_rng(5)
    phrases = [" ".join(f"stock{n}{i}" for i in range(4)) for n in range(8)]
    texts = []
    for _ in range(posters):
        said = " ".join([*rng.choice(phrases, stock, replace=False), *(f"w{w}" for w in rng.integers(0, 3_000, own))])
        texts += [f"{said} {rng.integers(10, 99)}" for _copy in range(copies)]
    return texts, np.repeat(np.arange(posters), copies)


def test_texts_that_share_only_what_everybody_says_leave_each_other() -> None:
    texts, truth = stocked(40, 3, stock=4, own=6)
    assert refined_rows(texts, truth // 2 * 2).tolist() != truth.tolist()  # numbers may differ, groups may not
    found = refined_rows(texts, truth // 2)
    assert len(set(zip(found.tolist(), truth.tolist(), strict=True))) == len(set(found.tolist())) == 40


def test_clusters_that_tell_each_other_are_joined_in_whatever_order() -> None:
    rng = np.random.default_rng(6)
    parts = [[" ".join(f"w{w}" for w in rng.integers(0, 2_000, 8)) for _ in range(4)] for _ in range(30)]
    texts = [" ".join(said) for said in parts] + [" ".join(reversed(said)) for said in parts]
    found = refined_rows(texts, np.arange(60))
    assert found[:30].tolist() == found[30:].tolist() == list(range(30))


@pytest.mark.parametrize("posters", [2, 3, 5])
def test_one_long_notice_alone_holds_nobody_together(posters: int) -> None:
    notice = " ".join(f"notice{n}" for n in range(120))
    texts = [" ".join([*(f"p{poster}w{n}" for n in range(14)), notice]) for poster in range(posters)]
    assert len(set(refined_rows(texts, np.zeros(posters, np.int64)).tolist())) == posters


def test_a_long_slot_between_constant_parts_is_no_notice() -> None:
    words = [f"w{i}" for i in range(40)]
    texts = [" ".join([*words[:20], *(f"free{n}{i}" for i in range(14)), *words[20:]]) for n in range(2)]
    assert refined_rows(texts, np.zeros(2, np.int64)).tolist() == [0, 0]


def test_the_largest_part_keeps_the_number_and_nothing_is_no_trouble() -> None:
    texts = ["the quiet room near the river bridge with a view"] * 3 + [
        "eight crates of apples went missing on tuesday",
        None,
    ]
    assert refined_rows(texts, np.array([7, 7, 7, 7, 9])).tolist() == [7, 7, 7, 10, 9]
    assert refined_rows([], np.zeros(0, np.int64)).tolist() == []


def test_what_many_clusters_say_is_cheap_and_what_is_copied_is_saved() -> None:
    texts, truth = stocked(40, 1, stock=4, own=6)
    rows = tokens(texts)
    bits = description.costs(rows, description.speech(rows, truth))
    first = bits[rows.starts[0] : rows.starts[0] + rows.counts[0]]
    assert first[1:16].mean() < 0.5 * first[16:22].mean()
    saved, _ = description.saved(rows, bits, np.array([0, 0]), np.array([0, 1]), 0.1)
    assert saved[0] > 0.9 * first.sum()
    assert saved[1] < 0.4 * saved[0]
