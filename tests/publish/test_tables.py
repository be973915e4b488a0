from __future__ import annotations

from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from clew.publish import count_table
from clew.publish.tables import HIDDEN, TOTAL
from clew.publish.types import passed_checks
from clew.safeguards.errors import UnreadableInput, UsageError


def persons(cells: dict[tuple[str, ...], int], names: tuple[str, ...]) -> pa.Table:
    rows = [key for key, count in cells.items() for _ in range(count)]
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})


def shown(table: pa.Table, names: tuple[str, ...]) -> dict[tuple[str, ...], str]:
    return {tuple(row[name] for name in names): row["count"] for row in table.to_pylist()}


CELLS = {("W", "farm"): 3, ("W", "home"): 40, ("M", "farm"): 25, ("M", "home"): 12, ("W", "shop"): 9, ("M", "shop"): 30}


def test_a_small_cell_is_small_and_its_line_does_not_give_it_away() -> None:
    made = count_table(persons(CELLS, ("gender", "sector")), ["gender", "sector"])
    found = shown(made.table, ("gender", "sector"))
    assert found["W", "farm"] == "<5"
    assert "2.5" not in found.values()
    for line in (("W", TOTAL), (TOTAL, "farm")):
        if found[line] != HIDDEN:
            others = [
                c for c in found if TOTAL not in c and c != ("W", "farm") and (c[0] == line[0] or c[1] == line[1])
            ]
            assert any(found[c] in (HIDDEN, "<5") for c in others)
    assert passed_checks(made.release)
    assert made.report["small"] == 1


@pytest.mark.parametrize("seed", range(3))
def test_no_small_cell_can_be_worked_out_by_trying_every_table(seed: int) -> None:
    """Every 2 x 2 table of counts up to 14 that agrees with what is shown is tried."""
    draw = np.random.default_rng(seed)
    names = ("gender", "sector")
    cells = {key: int(draw.choice([2, 3, 5, 6, 8])) for key in product(("W", "M"), ("farm", "home"))}
    made = count_table(persons(cells, names), list(names))
    found = shown(made.table, names)

    def agrees(key: tuple[str, str], count: int) -> bool:
        return (1 <= count < 5) if found[key] == "<5" else found[key] == HIDDEN or int(found[key]) == count

    possible: dict[tuple[str, str], set[int]] = {key: set() for key in cells}
    for counts in product(range(15), repeat=4):
        guess = dict(zip(cells, counts, strict=True))
        lines = {
            **{(g, TOTAL): sum(n for (a, _), n in guess.items() if a == g) for g in ("W", "M")},
            **{(TOTAL, s): sum(n for (_, b), n in guess.items() if b == s) for s in ("farm", "home")},
            (TOTAL, TOTAL): sum(counts),
        }
        if all(agrees(key, n) for key, n in {**guess, **lines}.items()):
            for key, n in guess.items():
                possible[key].add(n)
    for key, count in cells.items():
        assert count in possible[key]
        if count < 5:
            assert {1, 2, 3, 4} <= possible[key]


def test_missing_values_are_counted_by_name() -> None:
    table = pa.table({"gender": ["W"] * 9 + [None] * 8})
    assert shown(count_table(table, ["gender"]).table, ("gender",)) == {
        ("W",): "9",
        ("not recorded",): "8",
        (TOTAL,): "17",
    }


@pytest.mark.parametrize(
    ("by", "below", "words"),
    [(["gender"], 1, "--below"), ([], 5, "--by"), (["gender", "gender"], 5, "--by"), (["phone"], 5, "phone")],
)
def test_refusals(by: list[str], below: int, words: str) -> None:
    table = pa.table({"gender": ["W"] * 9, "phone": [f"077009001{i:02d}" for i in range(9)]})
    with pytest.raises(UsageError, match=words):
        count_table(table, by, below=below)


def test_too_many_cells_and_no_rows_are_refused() -> None:
    wide = pa.table({"a": [f"v{i % 90}" for i in range(900)], "b": [f"w{i % 70}" for i in range(900)]})
    with pytest.raises(UsageError, match="6461 cells"):
        count_table(wide, ["a", "b"])
    with pytest.raises(UnreadableInput, match="no rows"):
        count_table(wide.slice(0, 0), ["a"])
