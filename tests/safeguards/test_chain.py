"""Known tampering gives known findings; any tampering at all gives some."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clew.safeguards.chain import GENESIS, Act, Entry, Head, append, verify
from clew.safeguards.errors import Tampered

KEY = b"k" * 32
START = datetime(2026, 1, 1, tzinfo=UTC)


def act(number: int) -> Act:
    at = START + timedelta(minutes=number)
    return Act(at=at, actor="acc_1", action="read", object=f"rec_{number}", purpose="case-support", detail="{}")


def build(count: int, key: bytes = KEY) -> tuple[list[Entry], list[Head]]:
    entries: list[Entry] = []
    heads: list[Head] = []
    for number in range(1, count + 1):
        entry, head = append(key, heads[-1] if heads else None, act(number))
        entries.append(entry)
        heads.append(head)
    return entries, heads


ENTRIES, HEADS = build(20)
HEAD = HEADS[-1]
FORGED = dataclasses.replace(ENTRIES[5], object="rec_other", hash="0" * 64)

Log = list[Entry]
CASES: list[tuple[str, Callable[[Log], Log], list[tuple[str, int, int]]]] = [
    ("nothing", lambda log: log, []),
    (
        "one changed",
        lambda log: [*log[:9], dataclasses.replace(log[9], object="rec_x"), *log[10:]],
        [("changed", 10, 10)],
    ),
    ("time changed", lambda log: [dataclasses.replace(log[0], at=START), *log[1:]], [("changed", 1, 1)]),
    ("last changed", lambda log: [*log[:-1], dataclasses.replace(log[-1], actor="acc_2")], [("changed", 20, 20)]),
    ("three removed", lambda log: log[:9] + log[12:], [("removed", 10, 12)]),
    ("first removed", lambda log: log[1:], [("removed", 1, 1)]),
    ("tail removed", lambda log: log[:-3], [("removed", 18, 20)]),
    ("all removed", lambda log: [], [("removed", 1, 20)]),
    ("two swapped", lambda log: [*log[:5], log[6], log[5], *log[7:]], [("reordered", 6, 6)]),
    ("one moved far", lambda log: [*log[:4], *log[5:15], log[4], *log[15:]], [("reordered", 5, 5)]),
    (
        "two swapped with their numbers",
        lambda log: [*log[:5], dataclasses.replace(log[6], seq=6), dataclasses.replace(log[5], seq=7), *log[7:]],
        [("renumbered", 6, 7), ("reordered", 6, 6)],
    ),
    ("a copy put in", lambda log: [*log[:5], log[2], *log[5:]], [("inserted", 3, 3)]),
    ("a made-up one put in", lambda log: [*log[:5], FORGED, *log[5:]], [("inserted", 6, 6)]),
    (
        "a made-up one put in and the rest renumbered",
        lambda log: [*log[:5], FORGED, *(dataclasses.replace(each, seq=each.seq + 1) for each in log[5:])],
        [("inserted", 6, 6), ("renumbered", 6, 20)],
    ),
    ("a made-up one at the end", lambda log: [*log, dataclasses.replace(FORGED, seq=21)], [("inserted", 21, 21)]),
    (
        "one removed and the rest renumbered",
        lambda log: [*log[:5], *(dataclasses.replace(each, seq=each.seq - 1) for each in log[6:])],
        [("removed", 6, 6), ("renumbered", 7, 20)],
    ),
    (
        "changed, removed and inserted at once",
        lambda log: [dataclasses.replace(log[0], detail="x"), *log[1:7], *log[8:12], log[1], *log[12:]],
        [("changed", 1, 1), ("inserted", 2, 2), ("removed", 8, 8)],
    ),
    (
        "a negative number",
        lambda log: [dataclasses.replace(log[0], seq=-1), *log],
        [("inserted", 1, 1), ("renumbered", 1, 1)],
    ),
]


@pytest.mark.parametrize(("tamper", "expected"), [pytest.param(c[1], c[2], id=c[0]) for c in CASES])
def test_tampering_is_found_and_named(tamper: Callable[[Log], Log], expected: list[tuple[str, int, int]]) -> None:
    findings = verify(iter(tamper(list(ENTRIES))), HEAD, KEY)
    assert sorted((f.rule, f.first, f.last) for f in findings) == expected
    assert all(str(f.first) in f.words for f in findings)


@pytest.mark.parametrize(
    ("head", "rule"),
    [
        (None, "head-missing"),
        (dataclasses.replace(HEAD, count=19), "head-forged"),
        (Head(count=19, hash=ENTRIES[18].hash, mac="0" * 64), "head-forged"),
        (HEADS[18], "after-head"),
        (build(20, b"other" * 4)[1][-1], "head-forged"),
    ],
)
def test_a_head_that_is_not_theirs_is_found(head: Head | None, rule: str) -> None:
    assert [f.rule for f in verify(ENTRIES, head, KEY)] == [rule]


def test_cutting_the_tail_cannot_be_hidden_by_writing_a_new_head_without_the_key() -> None:
    cut = ENTRIES[:-3]
    forged = build(17, b"x" * 32)[1][-1]
    assert "head-forged" in {f.rule for f in verify(cut, forged, KEY)}


def test_an_old_log_with_its_old_head_is_found_by_a_head_kept_elsewhere() -> None:
    assert verify(ENTRIES[:12], HEADS[11], KEY) == []
    (finding,) = verify(ENTRIES[:12], HEADS[11], KEY, anchors=[HEADS[15]])
    assert (finding.rule, finding.first) == ("anchor", 16)
    assert verify(ENTRIES, HEAD, KEY, anchors=[HEADS[3], HEADS[15]]) == []


def test_an_empty_log_without_a_head_is_true() -> None:
    assert verify([], None, KEY) == []


def test_a_chain_made_with_another_key_does_not_verify() -> None:
    entries, heads = build(5, b"z" * 32)
    assert {f.rule for f in verify(entries, heads[-1], KEY)} >= {"head-forged"}


@given(st.data())
def test_any_edit_is_found(data: st.DataObject) -> None:
    log = ENTRIES[:8]
    at = data.draw(st.integers(0, len(log) - 1))
    match data.draw(st.sampled_from(["drop", "copy", "move", "edit"])):
        case "drop":
            del log[at]
        case "copy":
            log.insert(data.draw(st.integers(0, len(log))), log[at])
        case "move":
            to = data.draw(st.integers(0, len(log) - 1).filter(lambda to: to != at))
            log.insert(to, log.pop(at))
        case "edit":
            name = data.draw(st.sampled_from(["actor", "action", "object", "purpose", "detail", "previous", "hash"]))
            text = data.draw(st.text(max_size=4).filter(lambda text: text != getattr(log[at], name)))
            log[at] = dataclasses.replace(log[at], **{name: text})
    assert verify(log, HEADS[7], KEY)


FIVE = st.lists(st.text(max_size=4), min_size=5, max_size=5)


@given(FIVE, FIVE)
def test_two_acts_never_share_an_encoding(one: list[str], other: list[str]) -> None:
    def hashed(texts: list[str]) -> str:
        names = ("actor", "action", "object", "purpose", "detail")
        return append(KEY, None, Act(at=START, **dict(zip(names, texts, strict=True))))[0].hash

    assert (hashed(one) == hashed(other)) is (one == other)


def test_entries_are_bound_and_times_are_absolute() -> None:
    assert ENTRIES[0].previous == GENESIS
    assert all(after.previous == before.hash for before, after in itertools.pairwise(ENTRIES))
    elsewhere = timezone(timedelta(hours=7))
    shifted = [dataclasses.replace(entry, at=entry.at.astimezone(elsewhere)) for entry in ENTRIES]
    assert verify(shifted, HEAD, KEY) == []
    with pytest.raises(ValueError, match="zone"):
        append(KEY, None, dataclasses.replace(act(1), at=datetime(2026, 1, 1)))


def test_nothing_is_added_behind_a_forged_head() -> None:
    with pytest.raises(Tampered):
        append(KEY, dataclasses.replace(HEAD, count=3), act(4))
