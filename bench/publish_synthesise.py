"""Error of differentially private synthesis (pac-synth) as our own report measures it.

    python bench/publish_synthesise.py [--rows 20000] [--epsilon 4] [--file TABLE]

Without a file it uses ../shared/data/mock/customer_complaints_prepared.csv.gz where that is present, and an invented
table in the layout of CTDC (37 columns, skewed and sparse) of the given number of rows.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

COMPLAINTS = Path(__file__).parents[2] / "shared" / "data" / "mock" / "customer_complaints_prepared.csv.gz"
_CODES = """PHL UKR MDA NGA GHA ROU BGR IDN KHM MMR USA COL VEN IND NPL BGD ETH KEN UGA MLI SEN GIN
CIV BEN TGO HTI DOM MEX GTM HND THA VNM LAO CHN PAK AFG UZB KGZ TJK KAZ BLR RUS ALB SRB"""
COUNTRIES = _CODES.split()


def ctdc_like(rows: int, seed: int = 7) -> pa.Table:
    """An invented table of about 230 values: each person has a hidden type that ties countries, forms and means."""
    rng = np.random.default_rng(seed)
    kind = rng.choice(40, size=rows, p=_zipf(40))
    origin = (kind * 7 + rng.choice(44, size=rows, p=_zipf(44))) % 44
    away = (kind * 3 + rng.choice(44, size=rows, p=_zipf(44))) % 44
    words = np.array(COUNTRIES, dtype=object)
    columns = {
        "yearOfRegistration": (2002 + (kind + rng.choice(20, size=rows, p=_zipf(20))) % 20).astype(str).astype(object),
        "gender": np.where(rng.random(rows) < 0.3 + 0.4 * (kind % 3 == 0), "Man", "Woman").astype(object),
        "ageBroad": np.array(
            ["0--8", "9--17", "18--20", "21--23", "24--26", "27--29", "30--38", "39--47", "48+"], dtype=object
        )[(kind + rng.choice(9, size=rows, p=_zipf(9))) % 9],
        "citizenship": words[origin],
        "CountryOfExploitation": words[away],
        "traffickMonths": np.array(["0--12 (0-1 yr)", "13--24 (1-2 yrs)", "25+ (2+ yrs)"], dtype=object)[
            rng.choice(3, size=rows, p=_zipf(3))
        ],
    }
    for number in range(31):
        chance = 0.02 + 0.5 * (((kind * 13 + number * 5) % 17) == 0) + 0.1 * ((kind % 7) == number % 7)
        columns[f"flag{number + 1}"] = np.where(rng.random(rows) < chance, "1", "").astype(object)
    for name in ("ageBroad", "traffickMonths", "yearOfRegistration", "citizenship"):
        columns[name][rng.random(rows) < (0.6 if name == "traffickMonths" else 0.2)] = ""
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def measure(name: str, table: pa.Table, epsilon: float, length: int) -> None:
    from clew.publish import synthesise

    start = time.perf_counter()
    report = synthesise(table, epsilon=epsilon, length=length).report
    took = time.perf_counter() - start
    print(f"{name}: {table.num_rows} x {table.num_columns}, {report['guarantee']}, length {length}: {took:.0f} s")
    for way in ("1-way", "2-way"):
        errors = report[way]
        print(
            f"  {way}: error {errors['mean_absolute_error']:.1f} persons, relative {errors['mean_relative_error']:.2f} "
            f"(true count 10 or more); suppressed {errors['suppressed_share']:.1%} of combinations, "
            f"{errors['suppressed_weight']:.2%} of weight; fabricated {errors['fabricated_weight']:.2%} of weight"
        )


def main() -> None:
    from clew.records.read import read_table

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--epsilon", type=float, default=4.0)
    parser.add_argument("--length", type=int, default=2)
    parser.add_argument("--file", type=Path)
    given = parser.parse_args()
    if given.file:
        measure(given.file.name, read_table(given.file).table, given.epsilon, given.length)
        return
    if COMPLAINTS.is_file():
        measure("customer complaints", read_table(COMPLAINTS).table, given.epsilon, given.length)
    measure("invented, CTDC layout", ctdc_like(given.rows), given.epsilon, given.length)


def _zipf(size: int, power: float = 1.3) -> np.ndarray:
    weights = 1 / np.arange(1, size + 1) ** power
    return weights / weights.sum()


if __name__ == "__main__":
    main()
