from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from clew.insight.expected_flows import _distances, expected_flows
from clew.insight.false_discovery import q_values
from clew.insight.hotspots import Counted, hotspots
from clew.safeguards.errors import UnreadableInput, UsageError

PLACES = 14


@pytest.fixture(scope="module")
def world() -> tuple[dict[str, tuple[float, float]], np.ndarray]:
    """Places on a map, and the mean flow between any two by a gravity model of elasticity -1.2."""
    draw = np.random.default_rng(4)
    where = {f"P{i:02d}": (float(draw.uniform(-40, 60)), float(draw.uniform(-120, 120))) for i in range(PLACES)}
    send, receive = draw.normal(0, 1, PLACES), draw.normal(0, 1, PLACES)
    far = _distances(list(where.values()), list(where.values()))
    mean = np.exp(12 + send[:, None] + receive[None] - 1.2 * np.log(far))
    np.fill_diagonal(mean, 0)
    return where, mean


def flows(counts: np.ndarray, below: int = 5) -> pa.Table:
    names = [f"P{i:02d}" for i in range(PLACES)]
    rows = [(names[i], names[j], counts[i, j]) for i in range(PLACES) for j in range(PLACES) if counts[i, j]]
    small = [0 < n < below for *_, n in rows]
    return pa.table(
        {
            "origin": [o for o, *_ in rows],
            "destination": [d for _, d, _ in rows],
            "count_low": [1 if s else int(n) for s, (*_, n) in zip(small, rows, strict=True)],
            "count_high": [below - 1 if s else int(n) for s, (*_, n) in zip(small, rows, strict=True)],
        }
    )


def test_the_model_finds_the_elasticity_and_its_intervals_hold(
    world: tuple[dict[str, tuple[float, float]], np.ndarray],
) -> None:
    where, mean = world
    counts = np.random.default_rng(1).poisson(mean)
    found = expected_flows(flows(counts), where)
    assert found.elasticity == pytest.approx(-1.2, abs=0.05)
    table = found.table.to_pydict()
    pairs = len(table["origin"])
    assert pairs == PLACES * (PLACES - 1)
    inside = np.mean(
        [
            lo <= h and low <= hi
            for lo, hi, low, h in zip(table["low"], table["high"], table["count_low"], table["count_high"], strict=True)
        ]
    )
    assert inside > 0.92
    assert table["verdict"].count("as expected") >= pairs - 3


def test_a_planted_excess_stands_out_and_suppressed_cells_do_not(
    world: tuple[dict[str, tuple[float, float]], np.ndarray],
) -> None:
    where, mean = world
    counts = np.random.default_rng(2).poisson(mean)
    large = np.argwhere((mean > 20) & (mean < 60))[0]
    counts[tuple(large)] = int(mean[tuple(large)] * 6)
    first = expected_flows(flows(counts), where).table.to_pylist()[0]
    assert (first["origin"], first["destination"]) == (f"P{large[0]:02d}", f"P{large[1]:02d}")
    assert first["verdict"] == "more than expected"
    assert first["ratio"] > 2


def test_population_can_stand_for_effects(world: tuple[dict[str, tuple[float, float]], np.ndarray]) -> None:
    where, _ = world
    draw = np.random.default_rng(3)
    size = {name: float(np.exp(draw.normal(15, 1))) for name in where}
    far = _distances(list(where.values()), list(where.values()))
    logs = np.log(list(size.values()))
    mean = np.exp(0.8 * logs[:, None] + 0.5 * logs[None] - 0.9 * np.log(far) - 10)
    np.fill_diagonal(mean, 0)
    found = expected_flows(flows(draw.poisson(mean)), where, population=size)
    assert found.elasticity == pytest.approx(-0.9, abs=0.1)
    with pytest.raises(UnreadableInput, match="1 areas have no population"):
        expected_flows(flows(draw.poisson(mean)), where, population=size | {"P03": 0.0})


def test_areas_off_the_map_and_bad_counts_are_named(world: tuple[dict[str, tuple[float, float]], np.ndarray]) -> None:
    where, mean = world
    table = flows(np.ceil(mean).astype(int))
    with pytest.raises(UnreadableInput, match="1 areas do not match the map, such as P05"):
        expected_flows(table, {name: at for name, at in where.items() if name != "P05"})
    with pytest.raises(UnreadableInput, match="below zero"):
        expected_flows(table.set_column(2, "count_low", pa.array([-1] * table.num_rows)), where)
    with pytest.raises(UnreadableInput, match="three origins"):
        expected_flows(table.filter(pa.array([o == "P00" for o in table["origin"].to_pylist()])), where)


def grid(counts: np.ndarray, population: np.ndarray | None = None) -> Counted:
    side = int(np.sqrt(len(counts)))
    place = np.array([(40 + i // side * 0.5, 10 + i % side * 0.5) for i in range(len(counts))])
    return Counted(pa.array([f"a{i}" for i in range(len(counts))]), counts, counts, place, population)


def test_a_planted_cluster_is_found_and_big_towns_alone_are_not() -> None:
    draw = np.random.default_rng(5)
    people = np.exp(draw.normal(10, 1, 144)).astype(int)
    mean = people * 2e-4
    cluster = [12 * r + c for r in (4, 5, 6) for c in (4, 5, 6)]
    mean[cluster] *= 6
    found = hotspots(grid(draw.poisson(mean), people), permutations=4999).to_pylist()
    hot = {row["area"] for row in found if row["verdict"] == "more than around"}
    assert f"a{12 * 5 + 5}" in hot
    middle = {f"a{12 * r + c}" for r in range(2, 9) for c in range(2, 9)}
    assert hot <= middle


def test_chance_alone_is_rarely_a_hotspot() -> None:
    named = 0
    for seed in range(10):
        draw = np.random.default_rng(seed)
        people = np.exp(draw.normal(10, 1, 100)).astype(int)
        found = hotspots(grid(draw.poisson(people * 3e-4), people), permutations=499, seed=seed)
        named += any(verdict != "not unusual" for verdict in found["verdict"].to_pylist())
    assert named <= 2


def test_hotspots_refuse_what_they_cannot_test() -> None:
    counts = np.arange(25)
    with pytest.raises(UnreadableInput, match="20 at least"):
        hotspots(grid(counts[:16]))
    with pytest.raises(UsageError, match="--neighbours"):
        hotspots(grid(counts), neighbours=20)
    with pytest.raises(UnreadableInput, match="below zero"):
        hotspots(grid(counts - 5))


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    assert q_values([0.04, 0.01, 0.03, 0.5]) == pytest.approx([0.16 / 3, 0.04, 0.16 / 3, 0.5])
