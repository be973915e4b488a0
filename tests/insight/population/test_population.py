"""Published examples: Korea and New Orleans (Silverman, Chan and Vincent 2024, table 6), the UK in five lists, and the
sparse table of Chan, Silverman and Vincent (2021) on which models fail."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pytest

from clew.insight.population import Search, all_models, check_model, estimate, fit, histories_of, name_of
from clew.insight.population.models import MANY, independent, neighbours
from clew.insight.population.selection import downhill, ranked_models, stepwise
from clew.safeguards.errors import UnreadableInput, UsageError

DATA = Path(__file__).parents[4] / "shared" / "data" / "mse"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/mse is missing")

KOREA = {"001": 41, "010": 5, "100": 5, "110": 54, "101": 6, "011": 0, "111": 12}


def table(rows: dict[str, int], names: str = "bcd") -> pa.Table:
    columns = {name: [int(row[place]) for row in rows] for place, name in enumerate(names)}
    return pa.table({**columns, "count": list(rows.values())})


@pytest.fixture(scope="module")
def korea() -> np.ndarray:
    return histories_of(table(KOREA)).counts


@pytest.mark.parametrize(
    ("model", "total", "bic"),
    [
        ("[12,23]", 157.1667, 57.14081),
        ("[12,3]", 268.7778, 58.96860),
        ("[13,23]", 123.4630, 91.89711),
        ("[1,2,3]", 141.9926, 184.14431),
    ],
)
def test_korean_models_are_as_published(korea: np.ndarray, model: str, total: float, bic: float) -> None:
    found = next(fit(korea, m) for m in all_models(3) if name_of(m) == model)
    assert found.unseen + korea.sum() == pytest.approx(total, abs=1e-4)
    assert found.bic == pytest.approx(bic, abs=1e-5)


def test_korean_searches(korea: np.ndarray) -> None:
    assert name_of(ranked_models(korea, 3, None, 1)[0].model) == "[12,23]"
    assert name_of(downhill(korea, 3).model) == "[12,23]"
    assert name_of(stepwise(korea, 3).model) == "[12,3]"


def test_korean_interval_is_near_the_published_one() -> None:
    found = estimate(table(KOREA), search=Search.ALL, draws=400, seed=3).as_json()
    low, high = found["interval"]
    assert low == pytest.approx(128, abs=4)
    assert high == pytest.approx(349, rel=0.12)
    assert found == estimate(table(KOREA), search=Search.ALL, draws=400, seed=3).as_json()


def test_sparse_models_say_what_is_wrong_with_them() -> None:
    counts = histories_of(table({"100": 40, "010": 30, "001": 20, "110": 6})).counts
    codes = {name_of(m): check_model(counts, m) for m in all_models(3)}
    assert codes["[12,13,23]"] == 2
    assert codes["[12,3]"] == 1
    assert codes["[13,23]"] == 0
    assert fit(counts, independent(3)).check == 0


def test_every_hierarchical_model_is_there_once() -> None:
    for lists in (2, 3, 4):
        models = list(all_models(lists))
        assert len(models) == len(set(map(frozenset, models))) == MANY[lists]
    around = neighbours(independent(4), 4)
    assert {name_of(m) for m in around} == {"[12,3,4]", "[13,2,4]", "[14,2,3]", "[1,23,4]", "[1,24,3]", "[1,2,34]"}
    assert independent(3) in neighbours((1, 2, 4, 3), 3)


@needs_data
def test_the_uk_in_five_lists_is_as_published() -> None:
    lists = histories_of(csv.read_csv(DATA / "UKdat_5.csv"))
    assert lists.known == 2744
    assert round(lists.known + downhill(lists.counts, 5).unseen) == 12262
    assert round(lists.known + ranked_models(lists.counts, 5, None, 1)[0].unseen) == 25311
    assert round(lists.known + ranked_models(lists.counts, 5, 2, 1)[0].unseen) == 22991


@needs_data
def test_new_orleans_is_as_published_with_the_186_cases_of_the_paper() -> None:
    """The paper counts 186 cases, the file 185: the published 981 comes with one more person on C and D."""
    lists = histories_of(csv.read_csv(DATA / "NewOrl_5.csv"))
    counts = lists.counts.copy()
    assert round(lists.known + downhill(counts, 5).unseen) == 1034
    counts[0b01100] += 1
    assert int(counts.sum() + downhill(counts, 5).unseen) == 981


def test_layouts_read_alike() -> None:
    people = {"a": "10", "b": "10", "c": "01", "d": "11", "e": "11", "f": "11"}
    wide = pa.table({"police": [p[0] for p in people.values()], "ngo": [p[1] for p in people.values()]})
    named = wide.append_column("person_id", pa.array(list(people)))
    long = pa.table(
        {
            "person": [name for name, p in people.items() for on in p if on == "1"],
            "list": [("police", "ngo")[place] for p in people.values() for place, on in enumerate(p) if on == "1"],
        }
    )
    counted = pa.table({"police": [1, 0, 1], "ngo": [0, 1, 1], "how_many": [2.0, 1.0, 3.0]})
    for each in (wide, named, long, counted):
        found = histories_of(each)
        assert found.lists == ("police", "ngo")
        assert found.counts.tolist() == [0, 2, 1, 3]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"100": 4, "010": 5, "001": 6}, "no person is on two lists"),
        ({"110": 4, "010": -5, "101": 6}, "count: row 2: a count below zero"),
        ({"110": 4, "000": 5, "101": 6}, "row 2: persons on no list"),
        ({"110": 4, "100": 5}, "d: nobody is on this list"),
    ],
)
def test_lists_that_cannot_be_used_are_refused(rows: dict[str, int], words: str) -> None:
    with pytest.raises(UnreadableInput, match=words):
        estimate(table(rows))


def test_other_refusals() -> None:
    with pytest.raises(UnreadableInput, match=r"^1 list"):
        estimate(pa.table({"a": [1, 1], "n": [3, 4]}))
    with pytest.raises(UnreadableInput, match="two lists"):
        estimate(table({"10": 4, "01": 5, "11": 6}, "ab"))
    with pytest.raises(UnreadableInput, match="b: row 1 is neither 0 nor 1"):
        histories_of(pa.table({"a": [1, 1], "b": ["maybe", "1"], "n": [3, 4]}))
    with pytest.raises(UsageError, match="--bootstraps"):
        estimate(table(KOREA), draws=5)
    with pytest.raises(UsageError, match="--search all"):
        estimate(table({"111111": 4, "100000": 9}, "abcdef"), search=Search.ALL)


def test_a_point_never_stands_without_its_interval() -> None:
    found = estimate(table(KOREA), draws=100).as_json()
    assert [each["method"] for each in found["selections"]] == ["all", "downhill"]
    for each in (found, *found["selections"]):
        low, high = each["interval"]
        assert low <= each["estimate"] <= high
    assert found["checks"]["existence_and_identifiability"]["code"] == 0
    assert found["checks"]["pairs_of_lists_with_nobody_in_common"] == []
