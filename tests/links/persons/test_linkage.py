"""Planted persons are found again, without labels, the same on every order of the rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from clew.links.persons import LinkOptions, judgements, link
from clew.safeguards.errors import Conflict, UsageError

pytest.importorskip("splink")


@pytest.fixture(scope="module")
def made(people):
    return link(people[0])


def clusters(linkage):
    return dict(zip(linkage.table["id"].to_pylist(), linkage.table["cluster"].to_pylist(), strict=True))


def test_planted_persons_are_found(made, people, f1):
    assert f1(made.table["cluster"].to_pylist(), people[1]) > 0.95
    assert made.table.column_names == ["id", "cluster", "probability", "review"]
    assert made.table["id"].to_pylist() == people[0]["id"].to_pylist()


def test_a_cluster_is_named_by_its_lowest_id(made):
    lowest: dict[str, str] = {}
    for name, cluster in sorted(clusters(made).items()):
        lowest.setdefault(cluster, name)
    assert all(cluster == name for cluster, name in lowest.items())


def test_persons_without_duplicates_stay_apart(invent):
    table, truth = invent(300, copies=1, seed=11)
    report = link(table).report
    assert report["persons"] >= 0.99 * len(truth)


def test_the_report_shows_what_each_threshold_is_expected_to_cost(made):
    rows = made.report["thresholds"]
    assert [row["cut_bits"] for row in rows] == sorted(row["cut_bits"] for row in rows)
    assert max(row["f1"] for row in rows) == made.report["expected_at_cut"]["f1"]
    recalls = [row["recall"] for row in rows]
    assert recalls == sorted(recalls, reverse=True)
    strict = link_options_report(made)
    assert strict["different"] < 0 < strict["the same day"]


def link_options_report(made):
    return made.report["weights_bits"]["birth_date"]


def test_the_waterfall_adds_up_and_holds_no_value(made, people):
    steps = made.explained()
    one = pc.unique(pc.binary_join_element_wise(steps["left"], steps["right"], "|"))
    fields = len(made.report["fields"]) + 2
    assert steps.num_rows == len(one) * fields
    bits = steps["bits"].to_numpy().reshape(-1, fields)
    totals = steps["total"].to_numpy().reshape(-1, fields)
    assert np.allclose(np.cumsum(bits[:, :-1], axis=1), totals[:, :-1], atol=0.01)
    cut = np.array(steps["agreement"].to_pylist()).reshape(-1, fields)[:, -1] == "cut at the limit"
    assert np.allclose(totals[~cut, -1], totals[~cut, -2], atol=0.01)
    words = {str(value) for name in ("field", "agreement") for value in steps[name].to_pylist()}
    values = {str(v).casefold() for name in people[0].column_names[1:] for v in people[0][name].to_pylist() if v}
    assert not words & values


def test_every_pair_of_a_cluster_is_explained(made):
    cluster = clusters(made)
    steps = made.explained()
    explained = set(zip(steps["left"].to_pylist(), steps["right"].to_pylist(), strict=True))
    assert all(cluster[left] == cluster[right] for left, right in explained)


def test_hundreds_of_identical_rows_are_one_comparison_and_a_given_threshold_is_kept(people):
    few = people[0].slice(0, 60)
    same = pa.table({name: [few[name][0].as_py()] * 900 for name in few.column_names[1:]})
    same = same.add_column(0, "id", pa.array([f"same{n}" for n in range(900)]))
    linkage = link(pa.concat_tables([few, same]), options=LinkOptions(cut=4.0))
    assert (linkage.report["cut_bits"], linkage.report["cut_chosen_by"]) == (4.0, "given")
    assert linkage.report["distinct_rows"] <= 60
    assert len(set(linkage.table.slice(60)["cluster"].to_pylist())) == 1
    assert set(linkage.table.slice(60)["review"].to_pylist()) == {"size"}


@pytest.mark.parametrize("rows", [0, 1])
def test_tiny_files(people, rows):
    linkage = link(people[0].slice(0, rows))
    assert linkage.table.num_rows == linkage.report["persons"] == rows


def test_two_identical_rows_alone_are_one_person():
    table = pa.table({"id": ["a", "b"], "surname": ["orlova"] * 2, "dob": ["1990-01-02"] * 2})
    assert link(table).table["cluster"].to_pylist() == ["a", "a"]


def edge(left, right, verdict, **more):
    return {"id": more.get("id"), "left": left, "right": right, "verdict": verdict, "reverses": more.get("reverses")}


@pytest.fixture(scope="module")
def judged(made):
    """Three judgements: one pair of a cluster refused, two clusters joined, and one pair not sure."""
    cluster = clusters(made)
    refused = next((a, b) for a in cluster for b in cluster if a < b and cluster[a] == cluster[b])
    others = [name for name in cluster if cluster[name] != cluster[refused[0]]]
    joined = next((a, b) for a in others for b in others if a < b and cluster[a] != cluster[b])
    asked = tuple(name for name in others if cluster[name] not in (cluster[joined[0]], cluster[joined[1]]))[:2]
    return [edge(*refused, "no", id="j1"), edge(*joined, "yes", id="j2"), edge(*asked, "not_sure", id="j3")]


def test_judgements_bind(people, judged):
    linkage = link(people[0], edges=pa.Table.from_pylist(judged))
    cluster = clusters(linkage)
    review = dict(zip(linkage.table["id"].to_pylist(), linkage.table["review"].to_pylist(), strict=True))
    refused, joined, asked = judged
    assert cluster[refused["left"]] != cluster[refused["right"]]
    assert cluster[joined["left"]] == cluster[joined["right"]]
    assert "not_sure" in review[asked["left"]]
    assert "not_sure" in review[asked["right"]]
    assert linkage.report["judgements_applied"] == 3


def test_judgements_taken_back_and_another_order_of_rows_change_nothing(made, people, judged):
    back = [edge("", "", "no", id=f"b{each['id']}", reverses=each["id"]) for each in judged]
    table = people[0].take(np.random.default_rng(0).permutation(people[0].num_rows))
    again = link(table, edges=pa.Table.from_pylist([*judged, *back]))
    assert again.table.sort_by("id").equals(made.table.sort_by("id"))
    assert again.report == made.report


def test_judgements_that_contradict_each_other_are_refused():
    edges = judgements.standing(
        pa.Table.from_pylist([edge("a", "b", "yes"), edge("b", "c", "yes"), edge("c", "a", "no")])
    )
    none = np.zeros(0, np.int64)
    with pytest.raises(Conflict, match="a and c"):
        judgements.applied(none, none, np.zeros(0), edges, {"a": 0, "b": 1, "c": 2})
    with pytest.raises(UsageError, match="row 1"):
        judgements.standing(pa.Table.from_pylist([edge("a", "b", "perhaps")]))


def test_without_splink_the_extra_is_named(people, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(UsageError, match="linkage"):
        link(people[0])
