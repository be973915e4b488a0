"""Invented persons with known truth: nobody, several records each, with the errors that forms collect."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest

GIVEN = "anna boris carla dmitri elena farid greta hugo irina jonas katarina luis maria nikolai olga pavel rosa sami tanya viktor".split()
SHORT = {"katarina": "katya", "dmitri": "dima", "nikolai": "kolya", "elena": "lena", "maria": "masha"}
FAMILY = "abramov brandt costa dubois egger ferrari grigoryan horvat ivanova jensen kowalski lindqvist moreau novak orlova".split()
PLACE = "lipa morrow tarn quill ostra venn halden brisk".split()


def _typo(rng: random.Random, word: str) -> str:
    at = rng.randrange(len(word))
    return word[:at] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[at + 1 :]


def _copy(rng: random.Random, person: dict[str, str]) -> dict[str, str | None]:
    row: dict[str, str | None] = dict(person)
    if rng.random() < 0.2:
        row["given_name"] = SHORT.get(person["given_name"], person["given_name"])
    if rng.random() < 0.15:
        row["surname"] = _typo(rng, person["surname"])
    if rng.random() < 0.1:
        row["given_name"], row["surname"] = row["surname"], row["given_name"]
    if rng.random() < 0.15:
        row["dob"] = person["dob"][:4]
    for name in ("dob", "city", "phone"):
        if rng.random() < 0.15:
            row[name] = None
    return row


def invented(count: int, *, seed: int = 5, copies: int = 3) -> tuple[pa.Table, list[int]]:
    rng = random.Random(seed)
    rows, truth = [], []
    for number in range(count):
        family = rng.choice(FAMILY) + rng.choice(["", "", "sen", "ski", "a"])
        person = {
            "given_name": rng.choice(GIVEN),
            "surname": family,
            "dob": f"{rng.randint(1960, 2005)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            "city": rng.choice(PLACE),
            "phone": f"0{rng.randint(10**8, 10**9 - 1)}",
        }
        for _ in range(rng.randint(1, copies)):
            rows.append(_copy(rng, person))
            truth.append(number)
    order = list(range(len(rows)))
    rng.shuffle(order)
    table = pa.Table.from_pylist([{"id": f"r{place:04}", **rows[row]} for place, row in enumerate(order)])
    return table, [truth[row] for row in order]


def pair_f1(clusters: list[str], truth: list[int]) -> float:
    def pairs(labels: list[object]) -> set[tuple[int, int]]:
        members: dict[object, list[int]] = {}
        for row, label in enumerate(labels):
            members.setdefault(label, []).append(row)
        return {(a, b) for rows in members.values() for a in rows for b in rows if a < b}

    found, real = pairs(list(clusters)), pairs(list(truth))
    return 2 * len(found & real) / (len(found) + len(real))


@pytest.fixture(scope="session")
def people() -> tuple[pa.Table, list[int]]:
    return invented(150)


@pytest.fixture(scope="session")
def invent():
    return invented


@pytest.fixture(scope="session")
def f1():
    return pair_f1
