import numpy as np
import pyarrow as pa
import pytest

from clew.links import aligned, cluster, near_duplicates, templates
from clew.links.near_texts import cluster_held
from clew.safeguards.errors import MissingColumn, UsageError

NAMES = ["Ana", "Bea", "Cleo", "Dora", "Eva"]
TOWNS = ["Porto", "Lyon", "Gent", "Turin"]


def table(texts: list[str | None]) -> pa.Table:
    return pa.table({"id": [f"a{n}" for n in range(len(texts))], "text": texts})


def fitted(texts: list[str | None]):
    adverts = table(texts)
    return templates(adverts, cluster(adverts))


@pytest.fixture(scope="module")
def found():
    texts: list[str | None] = [
        f"Warm welcome 💐 by {NAMES[n % 5]}, dinner for two at €{60 + n} in {TOWNS[n % 4]}! {{evenings}} only"
        for n in range(20)
    ]
    texts += [f"В центре города {NAMES[n % 5]} готовит ужин, плата {500 + n} рублей, пишите заранее" for n in range(8)]
    texts += [f"在{town}市中心的安静房间每晚{300 + n}元欢迎提前预订请联系我们" for n, town in enumerate(TOWNS)]
    texts += ["nothing like the others stands here at all", None, ""]
    return texts, fitted(texts)


def test_templates_keep_emoji_digits_and_scripts_and_name_their_slots(found) -> None:
    _, made = found
    assert made.templates["template"].to_pylist() == [
        "Warm welcome 💐 by {1}, dinner for two at {2} in {3}! {{evenings}} only",
        "В центре города {1} готовит ужин, плата {2} рублей, пишите заранее",
        "在{1}市中心的安静房间每晚{2}元欢迎提前预订请联系我们",
    ]
    assert made.templates["adverts"].to_pylist() == [20, 8, 4]
    assert made.templates["slots"].to_pylist() == [3, 2, 2]
    for row in made.templates.to_pylist():
        assert row["bits_together"] < row["bits_alone"]
        assert row["bits_saved"] == pytest.approx(row["bits_alone"] - row["bits_together"], abs=0.11)


def test_slots_hold_what_each_advert_says_as_it_is_written(found) -> None:
    texts, made = found
    said = {(row["id"], row["slot"]): row["value"] for row in made.slots.to_pylist()}
    for n in range(20):
        assert [said[f"a{n}", slot] for slot in (1, 2, 3)] == [NAMES[n % 5], f"€{60 + n}", TOWNS[n % 4]]
    assert said["a28", 1] == "Porto"
    assert made.clusters["id"].to_pylist() == [f"a{n}" for n in range(len(texts))]


def test_aligned_segments_put_together_are_the_text(found) -> None:
    texts, _ = found
    for parts, text in zip(aligned(texts[:20]), texts[:20], strict=True):
        assert "".join(part.text for part in parts) == text
        assert [part.slot for part in parts if part.kind == "slot"] == [1, 2, 3]


def test_the_marks_around_the_words_are_kept() -> None:
    texts = [f"<p>*Room {name} near the river, {{call}} me now!</p>\u200b" for name in NAMES]
    assert fitted(texts).templates["template"].to_pylist() == [
        "<p>*Room {1} near the river, {{call}} me now!</p>\u200b"
    ]


def test_what_does_not_fit_is_let_go_and_the_rest_keeps_its_number() -> None:
    texts = [f"A quiet room for {name} with a view of the river and the old bridge" for name in NAMES]
    texts.insert(2, "Eight crates of apples went missing from the depot on Tuesday night again")
    made = templates(table(texts), pa.table({"id": [f"a{n}" for n in range(6)], "cluster": [7] * 6}))
    assert made.clusters["cluster"].to_pylist() == [7, 7, 8, 7, 7, 7]
    assert made.templates["cluster"].to_pylist() == [7]


def test_two_texts_in_one_cluster_become_two_templates() -> None:
    texts = [f"A quiet room for {name} with a view of the river and the old bridge" for name in NAMES]
    texts += [f"Fruit pickers wanted near {town}, bus and lunch are paid by us" for town in TOWNS]
    made = templates(table(texts), pa.table({"id": [f"a{n}" for n in range(9)], "cluster": [0] * 9}))
    assert made.clusters["cluster"].to_pylist() == [0] * 5 + [1] * 4
    assert made.templates["adverts"].to_pylist() == [5, 4]


def test_floods_and_empty_texts_are_no_trouble() -> None:
    flood = "\u200b\u200d\u0301" * 2_000
    rtl = "\u202e" + "سلام " * 300
    long = " ".join(f"w{n % 4999}" for n in range(100_000))
    texts = (
        ["the same text for everyone"] * 500 + ["💐🌹💋🔥"] * 5 + ["12 34 56 78 90"] * 3 + [None, "", " ", "!!", "!!"]
    )
    texts += [f"re{flood}ady now to talk about a room {n}" for n in range(3)] + [
        rtl,
        rtl + "x",
        long,
        long + " more words",
    ]
    texts += ["<p>A <b>room</b> to let in the old town</p><script>x()</script>"] * 2
    made = fitted(texts)
    labels = made.clusters["cluster"].to_pylist()
    assert len(set(labels[:500])) == len(set(labels[500:505])) == len(set(labels[505:508])) == 1
    assert len(set(labels[508:511])) == 3  # empty texts are alone
    assert labels[511] == labels[512]  # punctuation only, twice the same
    assert made.templates["adverts"][0].as_py() == 500
    assert fitted([]).templates.num_rows == 0
    assert aligned([]) == []


def test_tables_that_do_not_belong_together_are_refused() -> None:
    adverts = table(["one", "two"])
    with pytest.raises(MissingColumn):
        templates(adverts, pa.table({"id": ["a0", "a1"]}))
    with pytest.raises(UsageError, match="not those of these rows"):
        templates(adverts, pa.table({"id": ["a1", "a0"], "cluster": [0, 0]}))


def test_texts_read_once_or_array_by_array_give_the_same() -> None:
    rng = np.random.default_rng(8)
    notice = " ".join(f"notice{n}" for n in range(30))
    texts: list[str | None] = [None, "", "...", "Call me", "call ME!"]
    for n in range(30):
        words = [f"w{w}" for w in rng.integers(0, 900, 16)]
        texts += [f"{' '.join(words)} {rng.integers(9)} {notice if n % 3 else ''}" for _ in range(1 + n % 3)]
    adverts = table(texts)
    known = cluster(adverts)
    before, at_once = templates(adverts, known), templates(adverts)
    assert before.templates.num_rows > 5
    assert (at_once.clusters, at_once.templates, at_once.slots) == (before.clusters, before.templates, before.slots)
    pieces = [adverts["text"].combine_chunks().slice(low, 7) for low in range(0, len(texts), 7)]
    held = [adverts.set_column(1, "text", pa.chunked_array(pieces))]
    assert cluster_held(held).equals(known)
    assert held == []
    assert near_duplicates(iter(pieces)).tolist() == known["cluster"].to_pylist()
    assert near_duplicates(iter([])).tolist() == []
    assert templates(adverts.slice(0, 0)).clusters.num_rows == 0
