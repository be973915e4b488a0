"""Tables of the same persons beside each other. The oracle asks, for every small cell, which tables of persons by all columns
agree with all that is shown: a whole-number programme of its own, which knows nothing of how cells were chosen."""

from __future__ import annotations

from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from clew.publish import count_table, count_tables
from clew.publish.tables import HIDDEN, TOTAL
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError

NAMES = ("gender", "sector", "age")
WORDS = {"gender": ("W", "M"), "sector": ("farm", "home", "shop"), "age": ("child", "adult")}


def persons(seed: int) -> pa.Table:
    draw = np.random.default_rng(seed)
    rows = [key for key in product(*WORDS.values()) for _ in range(int(draw.choice([0, 1, 2, 3, 6, 9, 14])))]
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(NAMES)})


def worked_out(published: list[pa.Table], table: pa.Table) -> list[tuple[str, ...]]:
    """Small cells of which a reader of all the tables knows more than that they are small, or hidden."""
    joint = list(product(*WORDS.values()))
    shown: dict[tuple[str, ...], str] = {}
    for each in published:
        for row in each.to_pylist():
            key = tuple(row.get(name, TOTAL) for name in NAMES)
            if shown.get(key, HIDDEN) in (HIDDEN, row["count"]) or row["count"].isdigit():
                shown[key] = row["count"]
    rows = {
        key: np.array([all(k in (TOTAL, c) for k, c in zip(key, cell, strict=True)) for cell in joint], float)
        for key in shown
    }
    known = [(rows[key], *ends(count)) for key, count in shown.items() if count != HIDDEN]
    limits = LinearConstraint(np.array([r for r, _, _ in known]), [a for _, a, _ in known], [b for _, _, b in known])
    true = np.array([sum(tuple(row[n] for n in NAMES) == cell for row in table.to_pylist()) for cell in joint])
    found = []
    for key, row in rows.items():
        if 0 < row @ true < 5:
            low, high = (
                sign * milp(sign * row, constraints=limits, bounds=Bounds(0, 500), integrality=np.ones(len(joint))).fun
                for sign in (1, -1)
            )
            if high - low < (3 if shown[key] == "<5" else 1):
                found.append(key)
    return found


def ends(count: str) -> tuple[float, float]:
    return (1, 4) if count.startswith("<") else (int(count), int(count))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "by",
    [
        [["gender", "sector"], ["gender", "age"]],
        [["gender", "sector"], ["sector", "age"], ["gender", "age"]],  # a ring: sums alone would not say enough
    ],
)
def test_no_small_cell_can_be_worked_out_from_tables_of_one_release(seed: int, by: list[list[str]]) -> None:
    table = persons(seed)
    assert worked_out([count_tables(table, by).table], table) == []


@pytest.mark.parametrize("seed", range(3))
def test_nor_by_setting_a_release_against_what_left_before(seed: int) -> None:
    table = persons(seed)
    first = count_table(table, ["gender", "sector"]).table
    second = count_table(table, ["gender", "age"], earlier=[first]).table
    third = count_table(table, ["sector"], earlier=[first, second]).table
    assert worked_out([first, second, third], table) == []


def test_tables_made_without_knowing_of_each_other_can_be_subtracted() -> None:
    """What the two tests above guard against does happen; otherwise they could not fail."""
    apart = [persons(seed) for seed in range(4)]
    assert any(
        worked_out([count_table(t, by).table for by in (["gender", "sector"], ["gender", "age"], ["sector", "age"])], t)
        for t in apart
    )


def test_a_cell_of_two_tables_stands_once_and_alike() -> None:
    made = count_tables(persons(1), [["gender", "sector"], ["gender", "age"]])
    assert made.table.column_names == ["gender", "sector", "age", "count"]
    keys = [tuple(row[name] for name in NAMES) for row in made.table.to_pylist()]
    assert len(keys) == len(set(keys)) == 3 * 4 + 3 * 3 - 3
    assert ("W", TOTAL, TOTAL) in keys


def test_what_one_person_more_has_moved_is_hidden() -> None:
    table = pa.table({"gender": ["W"] * 20 + ["M"] * 30, "age": ["child"] * 10 + ["adult"] * 40})
    first = count_table(table, ["gender"])
    more = pa.concat_tables([table, pa.table({"gender": ["W"], "age": ["child"]})])
    made = count_table(more, ["gender"], earlier=[first.table])
    counts = {row["gender"]: row["count"] for row in made.table.to_pylist()}
    assert counts["W"] == counts[TOTAL] == HIDDEN  # 21 less 20 would be the person
    assert made.report["changed_since"]
    assert "<5" not in counts.values()


def test_earlier_tables_that_are_none_are_refused() -> None:
    table = persons(1)
    with pytest.raises(UnreadableInput, match="row 1"):
        count_table(table, ["gender"], earlier=[pa.table({"gender": ["W"], "count": ["about 5"]})])
    with pytest.raises(MissingColumn, match="colour"):
        count_table(table, ["gender"], earlier=[pa.table({"colour": ["red"], "count": ["50"]})])
    with pytest.raises(UsageError, match="twice"):
        count_tables(table, [["gender", "age"], ["age", "gender"]])
