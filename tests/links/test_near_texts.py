from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from clew.links import NearDuplicateOptions, candidates, cluster, compiled, groups, near_duplicates, shingles
from clew.links.alignment import similarities
from clew.links.tokens import tokens
from clew.safeguards.errors import MissingColumn, UsageError

Labels = Iterable[int]


def grouping(labels: Labels) -> set[frozenset[int]]:
    parts: dict[int, list[int]] = {}
    for row, label in enumerate(labels):
        parts.setdefault(int(label), []).append(row)
    return {frozenset(rows) for rows in parts.values()}


def pair_scores(found: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Precision and recall over pairs of rows."""

    def pairs(labels: np.ndarray) -> float:
        sizes = np.unique(labels, return_counts=True)[1].astype(float)
        return float((sizes * (sizes - 1) / 2).sum())

    both = pairs(found * (truth.max() + 1) + truth)
    return both / pairs(found), both / pairs(truth)


def planted(
    rng: np.random.Generator, sizes: list[int], *, edits: float, boilerplate: float = 0.0, letters: str = ""
) -> tuple[list[str], np.ndarray]:
    """Adverts of 25 to 60 words by posters who each edit one text; half of them take a share from one of few stocks."""
    words = [f"w{i}" for i in range(5000)] if not letters else [a + b for a in letters for b in letters]
    odds = 1 / (np.arange(len(words)) + 2.7)
    odds /= odds.sum()

    def draw(count: int) -> list[str]:
        return [words[i] for i in rng.choice(len(words), count, p=odds)]

    stock = [draw(60) for _ in range(4)]
    texts, truth = [], []
    for poster, size in enumerate(sizes):
        template = draw(int(rng.integers(25, 61)))
        share = int(boilerplate * len(template)) * (poster % 2)
        template[:share] = stock[rng.integers(0, 4)][:share]
        for _ in range(size):
            copy = list(template)
            for at in sorted(rng.choice(len(copy), int(edits * len(copy)), replace=False), reverse=True):
                copy[at : at + 1] = ([], draw(1), [copy[at], *draw(1)])[rng.integers(0, 3)]
            texts.append(("" if letters else " ").join(copy))
            truth.append(poster)
    order = rng.permutation(len(texts))
    return [texts[i] for i in order], np.array(truth)[order]


SIZES = [1] * 300 + [2] * 80 + [3] * 30 + [10] * 6 + [60, 150]


def test_planted_clusters_are_found_among_posters_who_share_half_their_text() -> None:
    texts, truth = planted(np.random.default_rng(1), SIZES, edits=0.12, boilerplate=0.5)
    precision, recall = pair_scores(near_duplicates(texts), truth)
    assert precision >= 0.99
    assert recall >= 0.98


def test_planted_clusters_are_found_in_a_script_without_spaces() -> None:
    texts, truth = planted(np.random.default_rng(2), SIZES, edits=0.12, letters="กขคงจชดตถทนบปผพมยรลวสหอ")
    precision, recall = pair_scores(near_duplicates(texts), truth)
    assert precision >= 0.99
    assert recall >= 0.98


def test_the_same_groups_in_any_order_of_rows_and_with_any_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(4)
    texts, _ = planted(rng, [1] * 50 + [3] * 30 + [20] * 3, edits=0.2, boilerplate=0.6)
    usual = near_duplicates(texts)
    order = rng.permutation(len(texts))
    shuffled = near_duplicates(pa.chunked_array([[texts[i] for i in order[:70]], [texts[i] for i in order[70:]]]))
    back = np.empty(len(texts), np.int64)
    back[order] = shuffled
    assert grouping(usual) == grouping(back)
    for workers in (1, 3):
        for module in (compiled, shingles):
            monkeypatch.setattr(module, "worker_count", lambda workers=workers: workers)
        assert near_duplicates(texts).tolist() == usual.tolist()


def test_the_search_finds_what_comparing_all_pairs_finds() -> None:
    texts, _ = planted(np.random.default_rng(7), [1] * 100 + [2] * 40 + [5] * 10, edits=0.1)
    compared = tokens(texts)
    left, right = np.triu_indices(len(texts), 1)
    alike = similarities(compared, left, right) >= NearDuplicateOptions().similarity
    graph = coo_matrix((np.ones(alike.sum()), (left[alike], right[alike])), shape=(len(texts),) * 2)
    assert grouping(near_duplicates(texts)) == grouping(connected_components(graph, directed=False)[1])


def test_one_text_posted_thousands_of_times_is_one_cluster() -> None:
    texts = ["the very same quiet room near the river with a view of the bridge"] * 4000
    texts[1000:1000] = [" ".join(f"alone{i}word{at}" for at in range(12)) for i in range(50)]
    labels = near_duplicates(texts)
    assert len(np.unique(labels)) == 51
    assert np.bincount(labels).max() == 4000


def test_one_passage_in_half_of_all_adverts_joins_none_of_them() -> None:
    rng = np.random.default_rng(9)
    passage = " ".join(f"passage{i}" for i in range(20))
    own = [" ".join(f"w{w}" for w in rng.integers(0, 3000, 20)) for _ in range(2000)]
    texts = [f"{text} {passage}" if i % 2 else f"{text} {text[::-1]}" for i, text in enumerate(own)]
    assert len(np.unique(near_duplicates(texts))) == 2000


def test_edits_at_the_head_and_at_the_tail_are_as_good_as_any() -> None:
    words = [f"word{i}" for i in range(40)]
    head = [*(f"new{i}" for i in range(8)), *words[8:]]
    tail = [*words[:32], *(f"other{i}" for i in range(8))]
    assert near_duplicates([" ".join(words), " ".join(head), " ".join(tail)]).tolist() == [0, 0, 0]


def test_a_chain_of_small_steps_does_not_tie_unlike_texts() -> None:
    # An advert that drifts: each has 8 of 40 words that the one before it had not, until nothing is left of the first.
    drift = [" ".join(f"word{i}" for i in range(8 * step, 8 * step + 40)) for step in range(12)]
    labels = near_duplicates(drift)
    assert (labels[:-1] == labels[1:]).any()
    assert labels[0] != labels[-1]
    assert np.bincount(labels).max() <= 5


def test_settling_keeps_a_group_with_a_centre_and_names_it_by_a_member() -> None:
    rows = ["abcdefgh", "abcdefgx", "abcdefyz", "pqrstuvw"]
    texts = tokens([" ".join(2 * letter for letter in row) for row in rows])
    settled = groups.settle(texts, np.zeros(4, np.int64), 0.6)
    assert grouping(settled) == {frozenset({0, 1, 2}), frozenset({3})}
    assert settled[3] == 3


def test_labels_are_numbered_by_first_appearance() -> None:
    texts = ["one two three four five six", None, "seven eight nine ten eleven twelve", "one two three four five six"]
    assert near_duplicates(texts).tolist() == [0, 1, 2, 0]


def test_empty_texts_stay_alone_and_short_ones_join_only_when_identical() -> None:
    labels = near_duplicates(["", None, " \u3000", "call me", "Call me!", "call us", "!!", "!!", "?"])
    assert grouping(labels) == grouping([0, 1, 2, 3, 3, 4, 5, 5, 6])
    assert near_duplicates([]).tolist() == []
    assert near_duplicates(pa.chunked_array([], pa.string())).dtype == np.int64
    assert near_duplicates([None]).tolist() == [0]


def test_texts_that_share_nothing_are_each_alone() -> None:
    texts = [" ".join(f"{row}word{i}" for i in range(20)) for row in "abc"]
    assert near_duplicates(texts).tolist() == [0, 1, 2]


def test_a_very_long_text_is_no_trouble() -> None:
    long = " ".join(f"w{i % 9973}" for i in range(200_000))
    assert near_duplicates([long, long + " more", "a short one with just a few words"]).tolist() == [0, 0, 1]


def test_cluster_keeps_ids_and_their_order() -> None:
    table = pa.table(
        {"ad": [7, 3, 5], "body": ["a room to let by the river"] * 2 + ["something else altogether and long enough"]}
    )
    found = cluster(table, id="ad", text="body")
    assert found.to_pydict() == {"id": [7, 3, 5], "cluster": [0, 0, 1]}
    assert found.schema.field("cluster").type == pa.int64()


def test_a_missing_column_is_named() -> None:
    with pytest.raises(MissingColumn, match="missing column: text"):
        cluster(pa.table({"id": [1], "body": ["x"]}))


@pytest.mark.parametrize("wrong", [{"similarity": 0.0}, {"similarity": 1.5}, {"shortest": 0}])
def test_options_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        NearDuplicateOptions(**wrong)  # type: ignore[arg-type]


def test_work_is_linear_in_what_is_shared() -> None:
    # 3,000 texts share every shingle but one: candidates must not be all 4.5 million pairs.
    texts = tokens([" ".join([*(f"w{i}" for i in range(30)), f"x{n}"]) for n in range(3000)])
    bits = shingles.text_bits(len(texts))
    keys = shingles.keys(texts)
    marks = candidates.summaries(texts)
    alone, none = groups.apart(len(texts)), np.zeros(0, np.uint64)
    made = 0
    for nearest in (True, False):
        for ranges in candidates.key_rounds(keys, bits):
            left, right = candidates.pairs(keys, ranges, bits, alone, texts, marks, nearest=nearest, apart=none)
            assert (left < right).all()
            made += len(left)
    assert 2999 <= made <= 3 * len(keys)


def test_a_notice_longer_than_the_adverts_joins_nobody() -> None:
    words = np.random.default_rng(3).integers(0, 500, (200, 12))
    notice = " ".join(f"notice{i}" for i in range(40))
    own = [" ".join(f"w{w}" for w in row) for row in words]
    texts = [f"{said} {notice}" for said in own] + [f"{notice} {own[0]} today"]
    labels = near_duplicates(texts)
    assert labels[-1] == labels[0]  # found again beside the notice
    assert len(set(labels.tolist())) == 200


def test_copies_of_one_long_text_are_not_taken_for_a_notice() -> None:
    rng = np.random.default_rng(4)
    words = [f"w{i}" for i in range(50)]
    texts = [" ".join(f"x{rng.integers(10**6)}" if rng.random() < 0.2 else w for w in words) for _ in range(200)]
    assert np.bincount(near_duplicates(texts)).max() >= 197


def under_a_notice(posters: int, copies: int, *, own: int, notice: int) -> tuple[list[str], np.ndarray]:
    rng = np.random.default_rng(posters + copies)
    shared = " ".join(f"n{n}" for n in range(notice))
    texts = []
    for _ in range(posters):
        words = [f"w{w}" for w in rng.integers(0, 2_000, own)]
        texts += [" ".join([*words[:-1], words[-1] if not copy else f"x{copy}", shared]) for copy in range(copies)]
    return texts, np.repeat(np.arange(posters), copies)


@pytest.mark.parametrize(("posters", "copies"), [(3, 1), (5, 1), (12, 1), (3, 4), (6, 2)])
def test_a_notice_in_a_handful_of_adverts_joins_nobody(posters: int, copies: int) -> None:
    texts, truth = under_a_notice(posters, copies, own=10, notice=45)
    assert near_duplicates(texts).tolist() == truth.tolist()


def test_a_few_copies_with_a_free_line_are_still_one_text() -> None:
    words = [f"w{i}" for i in range(40)]
    texts = [" ".join([*words[:20], *(f"free{n}{i}" for i in range(5)), *words[20:]]) for n in range(6)]
    assert set(near_duplicates(texts).tolist()) == {0}


def test_the_same_sentences_in_another_order_are_one_text() -> None:
    rng = np.random.default_rng(8)
    sentences = [[" ".join(f"w{w}" for w in rng.integers(0, 900, 7)) for _ in range(5)] for _ in range(60)]
    texts = [". ".join(said) for said in sentences] + [
        ". ".join(said[k] for k in (3, 0, 4, 2, 1)) for said in sentences
    ]
    labels = near_duplicates(texts)
    assert labels[:60].tolist() == labels[60:].tolist() == list(range(60))
