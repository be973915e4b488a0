"""How well and how fast persons are linked, beside Splink's documented models in the same run.

    python bench/person_linkage.py [--full]

Pairwise F1 of the final clusters, by the truth that no run sees. In clear text: `clew.links.persons.link` with no setting
given, and Splink 5 with the model of its own tutorials and connected components at its usual 0.95. Between organisations:
the same rows cut in two by a coin, encoded under one secret and matched by the hub, beside clear text on both halves.
Then private intersection of two sets of numbers. `--full` takes all rows of the historical figures (the default is the first
10,000 persons' rows for encodings, and all for clear text) and 100,000 numbers on either side.

Reads the public data sets in shared/data/linkage beside the project; prints what is missing and goes on without it.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from clew.links.persons import Secret, encode, link, match, persons
from clew.links.persons.encoding import pseudonyms

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "linkage"
FULL = "--full" in sys.argv[1:]
SECRET = Secret(bytes(range(64)))


def pairs(labels: np.ndarray) -> int:
    sizes = np.unique(labels, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


def scored(found: list[str], truth: list[str]) -> str:
    f1, precision, recall = f1_of(found, truth)
    return f"F1 {f1:.4f}  precision {precision:.4f}  recall {recall:.4f}"


def f1_of(found: list[str], truth: list[str]) -> tuple[float, float, float]:
    one, other = (
        np.unique(np.array(labels, dtype=object), return_inverse=True)[1].ravel() for labels in (found, truth)
    )
    both = pairs(one.astype(np.int64) * (int(other.max()) + 1) + other)
    return 2 * both / (pairs(one) + pairs(other)), both / max(pairs(one), 1), both / pairs(other)


def febrl(number: int) -> tuple[pa.Table, list[str]]:
    table = pacsv.read_csv(DATA / f"febrl_dataset{number}.csv")
    table = pa.table({name.strip(): table[name].cast(pa.string()) for name in table.column_names})
    table = pa.table({name: pa.compute.utf8_trim_whitespace(table[name]) for name in table.column_names})
    return table, [re.findall(r"\d+", name)[0] for name in table["rec_id"].to_pylist()]


def historical() -> tuple[pa.Table, list[str]]:
    table = pq.read_table(DATA / "historical_figures_with_errors_50k.parquet")
    return table.drop_columns(["cluster"]), table["cluster"].to_pylist()


def ours(table: pa.Table, truth: list[str]) -> float:
    start = time.perf_counter()
    made = link(table)
    taken = time.perf_counter() - start
    print(f"  clew            {scored(made.table['cluster'].to_pylist(), truth)}  {taken:6.1f} s")
    expected = made.report["expected_at_cut"]
    print(
        f"    cut {made.report['cut_bits']} bits, chosen without the truth; expected F1 {expected['f1']}, {made.report['clusters_to_review']} clusters for review"
    )
    return f1_of(made.table["cluster"].to_pylist(), truth)[0]


def splinks(table: pa.Table, truth: list[str], model: str) -> float:
    """Splink's own tutorial on this data: its comparisons, blocking and training, connected components at 0.95."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    start = time.perf_counter()
    if model == "historical":
        identity = "unique_id"
        names = pa.compute.binary_join_element_wise(table["first_name"], table["surname"], " ")
        table = table.append_column("first_name_surname_concat", names)
        rules = [
            ("first_name", "surname"), ("surname", "dob"), ("first_name", "dob"), ("postcode_fake", "first_name"),
            ("postcode_fake", "surname"), ("dob", "birth_place"), ("substr(postcode_fake,1,3)", "dob"),
            ("substr(postcode_fake,1,3)", "first_name"), ("substr(postcode_fake,1,3)", "surname"),
            ("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
        ]  # fmt: skip
        comparisons = [
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode_fake"),
            cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
            cl.ExactMatch("occupation").configure(term_frequency_adjustments=True),
        ]
        sure = ["l.first_name = r.first_name and l.surname = r.surname and l.dob = r.dob"]
        training, recall = [block_on("first_name", "surname"), block_on("dob")], 0.6
    else:
        identity = "rec_id"
        rules = [
            ("soc_sec_id",),
            ("given_name", "surname"),
            ("date_of_birth",),
            ("postcode", "surname"),
            ("address_1",),
        ]
        comparisons = [
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ]
        sure = ["l.soc_sec_id = r.soc_sec_id"]
        training, recall = [block_on("date_of_birth"), block_on("postcode")], 0.9
    api = DuckDBAPI()
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=identity,
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules],
        retain_matching_columns=False,
    )
    linker = Linker(api.register(table), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match(sure, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    predicted = linker.inference.predict(threshold_match_probability=0.5)
    best = 0.0
    for threshold in (0.95, 0.99, 0.999):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=threshold
        )
        rows = api.duckdb_con.execute(f"select {identity}, cluster_id from {clusters.physical_name}").fetchall()
        of = dict(rows)
        found = [str(of[name]) for name in table[identity].to_pylist()]
        best = max(best, f1_of(found, truth)[0])
        print(f"  Splink at {threshold:5}  {scored(found, truth)}  {time.perf_counter() - start:6.1f} s")
    return best


def halves(table: pa.Table, truth: list[str]) -> tuple[pa.Table, list[str]]:
    """Encodings of two contributors, each with about half of the rows, and the truth in their order."""
    people = persons(table)
    mine = np.random.default_rng(7).random(people.num_rows) < 0.5
    fields = [name for name in people.column_names if name != "id"]
    parts, order = [], {}
    for name, mask in (("north", mine), ("south", ~mine)):
        part = people.filter(pa.array(mask))
        parts.append(encode(part, SECRET, contributor=name, fields=fields))
        known = [each for each, take in zip(truth, mask, strict=True) if take]
        order |= dict(zip(pseudonyms(part["id"].to_pylist(), SECRET, name), known, strict=True))
    both = pa.concat_tables(parts)
    return both, [order[name] for name in both["id"].to_pylist()]


def encoded(table: pa.Table, truth: list[str], clear: float) -> None:
    start = time.perf_counter()
    both, known = halves(table, truth)
    encoding = time.perf_counter() - start
    made = match(both["id"].to_pylist(), both["encoding"].to_pylist())
    taken = time.perf_counter() - start - encoding
    f1 = f1_of(made.table["cluster"].to_pylist(), known)[0]
    print(
        f"  encoded         {scored(made.table['cluster'].to_pylist(), known)}  {encoding:6.1f} s to encode, {taken:.1f} s to match"
    )
    print(f"    cut {made.report['cut_bits']} bits; {100 * (clear - f1):+.2f} points lost against clear text")


def intersection(count: int) -> None:
    from clew.links.persons import intersection as meet

    terms = meet.Terms(agreement="a benchmark", field="phone")
    first = {f"{number:09}": [str(number)] for number in range(count)}
    second = {f"{number:09}": [str(number)] for number in range(count // 2, count + count // 2)}
    start = time.perf_counter()
    asked = meet.request(first, terms)
    answered = meet.answer(asked.file, second, terms)
    made = meet.count(answered, asked.private)
    taken = time.perf_counter() - start
    print(
        f"  {count} x {count}: {made.shared} shared (truth {count // 2}), {taken:.1f} s, {len(asked.file) >> 10} and {len(answered) >> 10} KiB sent"
    )


def main() -> None:
    warnings.simplefilter("ignore")
    if not DATA.is_dir():
        print(
            "the public data sets are not here: a folder shared/data/linkage is looked for beside the project's folder"
        )
    else:
        for number in (1, 2):
            table, truth = febrl(number)
            print(f"febrl {number}: {table.num_rows} rows")
            clear = ours(table, truth)
            splinks(table, truth, "febrl")
            encoded(table, truth, clear)
        table, truth = historical()
        print(f"historical figures with errors: {table.num_rows} rows")
        clear, peer = ours(table, truth), splinks(table, truth, "historical")
        print(f"  clew / best of Splink: {clear / peer:.3f}")
        if FULL:
            encoded(table, truth, clear)
        else:
            rows = 10_000
            print(f"the first {rows} rows of them")
            encoded(table.slice(0, rows), truth[:rows], ours(table.slice(0, rows), truth[:rows]))
    print("private intersection")
    intersection(100_000 if FULL else 10_000)


if __name__ == "__main__":
    main()
