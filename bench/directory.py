"""How long a directory of 3,000 invented services takes to read and to search. No network, no workspace.

python bench/directory.py [ENTRIES]
"""

from __future__ import annotations

import csv
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from clew.intake.directory import read_directory
from clew.intake.directory_rules import Facts
from clew.intake.directory_search import Ask, Directory, where
from clew.records.imprecise import AgeRange

TOWNS = (("Lyon", "FR"), ("Paris", "FR"), ("Turin", "IT"), ("Kathmandu", "NP"), ("Lagos", "NG"))
SERVICES = ("shelter", "legal_aid", "medical", "mental_health", "hotline")


def write(path: Path, entries: int) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(
            "organisation city country services languages hours timezone age_min gender verified reach".split()
        )
        for n in range(entries):
            town, country = TOWNS[n % 5]
            offered = f"{SERVICES[n % 5]};{SERVICES[(n // 5) % 5]}"
            reach = "national" if n % 11 == 0 else "local"
            rows.writerow(
                [f"House {n}.example", town, country, offered, "en;fr" if n % 2 else "ar", "Mo-Fr 09:00-17:00", "Europe/Paris",
                 18 if n % 3 else "", "women" if n % 4 else "any", "2025-01-01", reach]
            )  # fmt: skip


def main(entries: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "directory.csv"
        write(path, entries)
        where("Lyon")  # the gazetteer is read once a process
        start = perf_counter()
        read = read_directory(path, today=datetime.now(UTC).date())
        print(f"read {len(read.services)} entries, {len(read.rejects)} rejected, in {perf_counter() - start:.2f} s")
        start = perf_counter()
        directory = Directory(read.services)
        print(f"made ready in {perf_counter() - start:.3f} s")
        ask = Ask(
            where=where("Lyon"),
            services=("shelter",),
            facts=Facts(age=AgeRange(17, 17), gender="woman"),
            with_unfit=True,
        )
        times = []
        for _ in range(20):
            start = perf_counter()
            found = directory.search(ask, datetime.now(UTC), 180)
            times.append(perf_counter() - start)
        print(
            f"{len(found.found)} found; a search takes {1000 * sorted(times)[10]:.1f} ms at the median, {1000 * max(times):.1f} at most"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3_000)
