"""One hand by its habits: planted hands are kept apart, copies are no evidence, awkward texts are answered, order does not matter."""

from __future__ import annotations

import random

import numpy as np
import pyarrow as pa
import pytest

from clew.links.authors import AUTHORS, HABIT_ROWS, LINKS, AuthorOptions, Authors, author_links, authors, explain
from clew.links.authors.function_words import hash_of, known, words
from clew.links.authors.habits import HABITS, NUMBER
from clew.links.authors.reading import read
from clew.safeguards.errors import MissingColumn, UsageError

_WORDS = (
    "garden river piano market bicycle lamp forest kettle window basket harbour station letter blanket orchard ladder keep "
    "paint repair clean carry find move borrow wash collect open warm early late old green quiet long small good near"
).split()
_SMALL = "the and we a for with to of in on you our is are".split()


def _said(dice: random.Random) -> list[str]:
    """Sentences that nobody else writes, in words that everybody uses."""
    return [
        " ".join(dice.choice(_WORDS if dice.random() < 0.6 else _SMALL) for _ in range(dice.randint(6, 11)))
        for _ in range(7)
    ]


def _loud(sentences: list[str]) -> str:
    return "\n\n".join(
        f"🌹🌹 {each.upper().replace(' THE ', ' DA ').replace(' AND ', ' N ')} !!!" for each in sentences
    )


def _quiet(sentences: list[str]) -> str:
    return " ".join(
        f"{each[0].upper()}{each[1:]}; truly, as ever..".replace(" near ", " (close to) ") for each in sentences
    )


def _plain(sentences: list[str]) -> str:
    return " ".join(f"{each.capitalize()}." for each in sentences)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    dice = random.Random(7)
    texts = [hand(_said(dice)) for hand in (_loud, _quiet) for _ in range(6)] + [_plain(_said(dice)) for _ in range(40)]
    return pa.table({"id": [f"t{at}" for at in range(len(texts))], "text": texts})


@pytest.fixture(scope="module")
def whole(table: pa.Table) -> Authors:
    return authors(table)


@pytest.fixture(scope="module")
def found(whole: Authors) -> pa.Table:
    return whole.authors


def test_authors_of_strong_habits_are_found_and_kept_apart(found: pa.Table) -> None:
    author = found["author"].to_numpy()
    loud, quiet = author[:6], author[6:12]
    assert not set(loud) & set(quiet)
    assert np.unique(loud, return_counts=True)[1].max() >= 4
    assert np.unique(quiet, return_counts=True)[1].max() >= 4
    assert not (set(loud) | set(quiet)) & set(author[12:])
    assert found.schema.equals(AUTHORS)
    assert all(0 <= each <= 1 for each in found["confidence"].to_pylist())


def test_authors_do_not_depend_on_the_order_of_the_rows(table: pa.Table, found: pa.Table) -> None:
    order = np.random.default_rng(3).permutation(table.num_rows)
    again = authors(table.take(pa.array(order))).authors
    assert again.equals(found.take(pa.array(order)))


def test_author_links_give_reasons_and_no_pair_of_two_hands(table: pa.Table) -> None:
    links = author_links(table)
    assert links.schema.equals(LINKS)
    assert links.num_rows >= 6
    hand = {f"t{at}": at // 6 if at < 12 else 99 for at in range(table.num_rows)}
    assert all(hand[row["a"]] == hand[row["b"]] and row["habits"] for row in links.to_pylist())
    assert min(links["probability"].to_pylist()) >= 0.95


def test_authors_habits_are_said_in_words(whole: Authors) -> None:
    habits = whole.habits
    assert habits.schema.equals(HABIT_ROWS)
    assert "space_before_mark" in habits["habit"].to_pylist()
    assert all("%" in words for words in habits["words"].to_pylist())


# An agency's text posted under two numbers, as it is: nothing in it says whose hand posted it.
def test_copies_under_different_contacts_are_not_joined_and_under_one_contact_are() -> None:
    text = "We have a quiet room near the river for guests who like long talks and tea in the garden, call {}"
    rows = [text.format(number) for number in ("07700 900123", "07700 900123", "07700 900456", "07700 900456")]
    author = authors(pa.table({"id": list("abcd"), "text": rows})).authors["author"].to_pylist()
    assert author[0] == author[1]
    assert author[2] == author[3]
    assert author[0] != author[2]


def test_copies_with_other_marks_and_layout_are_not_one_hand(table: pa.Table) -> None:
    sentences = _said(random.Random(11))
    pair = pa.table({"id": ["x", "y"], "text": [_loud(sentences), _plain(sentences)]})
    got = authors(pa.concat_tables([table, pair])).authors
    assert got["author"][-1] != got["author"][-2]


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [None],
        ["", "   ", None, "\n"],
        ["🌹🌹🌹", "🌹🌹🌹", "!!!"],
        ["short one", "short one"],
        ["a" * 1_000_000, "b " * 500_000],
        ["\u0301" * 5000, "\u200b\u200c\u200d", "\ue000 \ufffd"],
        ["ราคา ราคา", "价格便宜" * 40, "سلام " * 40, "цена " * 40],
    ],
)
def test_awkward_texts_get_an_author_each_and_say_why(texts: list[str | None]) -> None:
    table = pa.table(
        {"id": pa.array([str(at) for at in range(len(texts))], pa.string()), "text": pa.array(texts, pa.string())}
    )
    got = authors(table).authors
    assert got.num_rows == len(texts)
    assert len(set(got["author"].to_pylist())) == len(texts)
    assert author_links(table).num_rows == 0


def test_short_texts_say_so_with_low_confidence() -> None:
    got = authors(pa.table({"id": ["a", "b"], "text": ["call me now", ""]})).authors
    assert got["basis"].to_pylist() == ["short", "short"]
    assert got["confidence"].to_pylist() == [0.05, 0.0]


def test_the_same_text_many_times_is_copies_and_not_a_hand() -> None:
    text = "A quiet room near the river for guests who like long talks, tea and the garden in the morning."
    got = authors(pa.table({"id": [str(at) for at in range(50)], "text": [text] * 50})).authors
    assert set(got["basis"].to_pylist()) == {"copies"}
    assert len(set(got["author"].to_pylist())) == 1


def test_authors_name_a_missing_column() -> None:
    with pytest.raises(MissingColumn, match="text"):
        authors(pa.table({"id": ["a"]}))
    with pytest.raises(UsageError):
        AuthorOptions(precision=1.0)


def test_reading_counts_habits_and_not_values() -> None:
    marks = read(["Call now !! £100 ,ok", "Call now !! £200 ,ok"])
    assert (marks.done[0] == marks.done[1]).all()
    assert marks.ids[: marks.starts[1]].tolist() == marks.ids[marks.starts[1] :].tolist()  # which price leaves nothing
    rates = dict(zip([habit.name for habit in HABITS], marks.done[0] / np.maximum(marks.chances[0], 1), strict=True))
    assert rates["space_before_mark"] == 1
    assert rates["exclaims_again"] == 1
    assert rates["sign_before_number"] == 1
    assert rates["no_space_after_comma"] == 1


def test_reading_leaves_addresses_and_names_aside() -> None:
    one = read(["please write to anna@example.com or see www.one.example in Berlin soon"])
    other = read(["please write to berta@example.org or see www.other.example in Lisbon soon"])
    assert one.ids.tolist()[: int((one.ids >> 20 < 3).sum())] == other.ids.tolist()[: int((other.ids >> 20 < 3).sum())]


def test_function_words_are_known_by_their_hash() -> None:
    assert all(known()[hash_of(word) & (len(known()) - 1)] for word in words())
    assert len(NUMBER) == len(HABITS)


def test_explain_says_what_agrees_and_what_speaks_against() -> None:
    agree = explain("Come by !! I am here !! Call me !!", "Lovely room !! Ask for Bo !! Bye !!")
    differ = explain("Come by !! I am here !! Call me !!", "Lovely room. Ask for Bo. Bye.")
    assert agree[0].strength > 0
    assert {each.habit for each in differ if each.strength < 0} & {"space_before_mark", "exclaims"}
    assert explain("", None) == []
