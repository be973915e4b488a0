"""Large tables about nobody in the layout of CTDC's public release of 2021: 37 columns, skewed, sparse, about 340 values.

Two makings, so that a method is not praised for the one it suits: `routes` draws whole histories (who recorded it, by
which route, in which sector) that tie all columns at once; `severities` draws one column after the other, and flags
from a hidden severity with thresholds. A flag is 1 or empty, as published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.standards.regions import SUBREGION

YEARS = [str(year) for year in range(2002, 2022)]
GENDERS = ["Woman", "Man", "Transgender/NonConforming"]
AGES = ["0--8", "9--17", "18--20", "21--23", "24--26", "27--29", "30--38", "39--47", "48+"]
MONTHS = ["0--12 (0-1 yr)", "13--24 (1-2 yrs)", "25+ (2+ yrs)"]
MEANS = """DebtBondage TakesEarnings RestrictsFinancialAccess Threats PsychologicalAbuse PhysicalAbuse SexualAbuse
FalsePromises DrugsAlcohol DenyBasicNeeds ExcessiveWorkHours ThreatOfLawEnforcement WithholdNecessities WithholdDocs
RestrictsMovement Other""".split()
FORMS = ["ForcedLabour", "SexualExploit", "OtherExploit"]
LABOUR = "Agriculture Construction DomesticWork Hospitality ManufacturingFishing Peddling".split()
SEX = ["Prostitution", "Pornography"]
RELATIONS = "IntimatePartner Friend Family Other".split()
FLAGS = [
    *(f"means{name}" for name in MEANS),
    *(f"is{name}" for name in FORMS),
    *(f"typeOfLabour{name}" for name in LABOUR),
    *(f"typeOfSex{name}" for name in SEX),
    *(f"recruiterRelation{name}" for name in RELATIONS),
]
_COUNTRIES = sorted(SUBREGION)
ORIGINS = _COUNTRIES[10:160]
PLACES = _COUNTRIES[60:185]
Codes = npt.NDArray[np.int64]
_DENSE: Mapping[str, list[str]] = {
    "yearOfRegistration": YEARS,
    "gender": GENDERS,
    "ageBroad": AGES,
    "citizenship": ORIGINS,
    "CountryOfExploitation": PLACES,
    "traffickMonths": MONTHS,
}


def codebook() -> dict[str, list[str]]:
    """The values that each column may have, as a data dictionary published with the layout would list them."""
    return {**_DENSE, **{name: ["1"] for name in FLAGS}}


def routes(rows: int, seed: int) -> pa.Table:
    """Whole histories: a contributor with its years, regions and fields, a route, a sector, then the rest."""
    rng = np.random.default_rng(seed)
    route_origin = rng.choice(len(ORIGINS), 900, p=_zipf(len(ORIGINS), 1.1)[rng.permutation(len(ORIGINS))])
    route_place = rng.choice(len(PLACES), 900, p=_zipf(len(PLACES), 1.1)[rng.permutation(len(PLACES))])
    home = rng.random(900) < 0.25
    route_place[home] = route_origin[home] % len(PLACES)
    contributor = rng.choice(8, rows, p=_zipf(8, 0.8))
    orders = np.array([rng.permutation(900) for _ in range(8)])
    route = orders[contributor, rng.choice(900, rows, p=_zipf(900, 1.05))]
    sectors = len(LABOUR) + len(SEX) + 2
    favourite = rng.integers(0, sectors, (900, 2))
    sector = np.where(
        rng.random(rows) < 0.8, favourite[route, rng.integers(0, 2, rows)], rng.integers(0, sectors, rows)
    )
    sexual = (sector >= len(LABOUR)) & (sector < len(LABOUR) + len(SEX))
    year = np.clip(rng.normal(4 + 1.7 * contributor, 2.6, rows), 0, len(YEARS) - 1).astype(np.int64)
    woman = rng.random(rows) < np.where(sexual, 0.93, 0.35 + 0.05 * (sector % 6))
    gender = np.where(rng.random(rows) < 0.003, 2, np.where(woman, 0, 1))
    age = np.clip(rng.normal(np.where(sexual, 2.6, 5.0) + favourite[route, 0] % 3 - 1, 1.7, rows), 0, 8).astype(
        np.int64
    )
    months = rng.choice(3, rows, p=[0.62, 0.24, 0.14])
    codes = {
        "yearOfRegistration": year + 1,
        "gender": gender + 1,
        "ageBroad": _kept(rng, age, 0.75),
        "citizenship": _kept(rng, route_origin[route], 0.85),
        "CountryOfExploitation": _kept(rng, route_place[route], 0.8),
        "traffickMonths": _kept(rng, months, 0.06 + 0.3 * (contributor % 3 == 1)),
    }
    practice = np.where(rng.random((8, len(MEANS))) < 0.45, rng.beta(0.8, 3, (8, len(MEANS))), 0.002)
    by_sector = rng.beta(1, 2, (sectors, len(MEANS))) * 1.6
    means = rng.random((rows, len(MEANS))) < np.minimum(practice[contributor] * by_sector[sector], 0.95)
    flags = {f"means{name}": means[:, place] for place, name in enumerate(MEANS)}
    labour = sector < len(LABOUR)
    flags |= {"isForcedLabour": labour, "isSexualExploit": sexual, "isOtherExploit": ~labour & ~sexual}
    told = rng.random(rows) < 0.7
    flags |= {f"typeOfLabour{name}": told & (sector == place) for place, name in enumerate(LABOUR)}
    flags |= {f"typeOfSex{name}": told & (sector == len(LABOUR) + place) for place, name in enumerate(SEX)}
    relation = np.where(rng.random(rows) < 0.2 + 0.05 * (contributor % 4), (sector + contributor) % 4, 9)
    flags |= {f"recruiterRelation{name}": relation == place for place, name in enumerate(RELATIONS)}
    return _table(codes, flags)


def severities(rows: int, seed: int) -> pa.Table:
    """One column after the other, each from a few before it; flags where a hidden severity passes a threshold."""
    rng = np.random.default_rng(seed)
    year = rng.choice(len(YEARS), rows, p=_zipf(len(YEARS), 0.5)[rng.permutation(len(YEARS))])
    drift = rng.permutation(len(PLACES))
    place = drift[(rng.choice(len(PLACES), rows, p=_zipf(len(PLACES), 1.25)) + 2 * (year // 5)) % len(PLACES)]
    near = rng.integers(0, len(ORIGINS), (len(PLACES), 12))
    origin = np.where(
        rng.random(rows) < 0.92, near[place, rng.choice(12, rows, p=_zipf(12, 1.0))], rng.integers(0, 40, rows)
    )
    lean = rng.normal(0, 1, len(ORIGINS))
    woman = rng.random(rows) < _logistic(0.6 + lean[origin])
    gender = np.where(rng.random(rows) < 0.002, 2, np.where(woman, 0, 1))
    age = np.clip(rng.gamma(4.0, 1.0, rows) + np.where(woman, 0, 0.8) - 0.5, 0, 8).astype(np.int64)
    sexual = rng.random(rows) < _logistic(np.where(woman, 0.7, -3.2) + 0.6 * lean[place % len(ORIGINS)] - 0.1 * age)
    labour = rng.random(rows) < np.where(sexual, 0.04, 0.78)
    severity = rng.gamma(0.7, 1.0, rows)
    codes = {
        "yearOfRegistration": _kept(rng, year, 0.97),
        "gender": _kept(rng, gender, 0.98),
        "ageBroad": _kept(rng, age, 0.6),
        "citizenship": _kept(rng, origin, 0.7),
        "CountryOfExploitation": _kept(rng, place, 0.9),
        "traffickMonths": _kept(rng, np.minimum(severity, 2.9).astype(np.int64), 0.12),
    }
    recorded = rng.random(rows) < 0.45
    weight, bar = rng.normal(0, 0.9, (len(MEANS), 3)), rng.uniform(1.0, 3.6, len(MEANS))
    flags = {}
    for number, name in enumerate(MEANS):
        drive = severity + weight[number, 0] * sexual + weight[number, 1] * woman + weight[number, 2] * (age < 2)
        flags[f"means{name}"] = recorded & (rng.logistic(drive, 0.4) > bar[number])
    flags |= {"isForcedLabour": labour, "isSexualExploit": sexual}
    flags["isOtherExploit"] = rng.random(rows) < np.where(labour | sexual, 0.01, 0.2)
    sector = (rng.choice(len(LABOUR), rows, p=_zipf(len(LABOUR), 1.0)) + place) % len(LABOUR)
    told = rng.random(rows) < 0.5
    flags |= {f"typeOfLabour{name}": labour & told & (sector == number) for number, name in enumerate(LABOUR)}
    flags["typeOfSexProstitution"] = sexual & told
    flags["typeOfSexPornography"] = sexual & (rng.random(rows) < 0.06)
    relation = rng.choice(5, rows, p=[0.05, 0.05, 0.06, 0.08, 0.76])
    flags |= {f"recruiterRelation{name}": relation == number for number, name in enumerate(RELATIONS)}
    return _table(codes, flags)


TABLES: Mapping[str, Callable[[int, int], pa.Table]] = {"routes": routes, "severities": severities}


def _table(codes: Mapping[str, Codes], flags: Mapping[str, npt.NDArray[np.bool_]]) -> pa.Table:
    columns = {name: _words(codes[name], words) for name, words in _DENSE.items()}
    return pa.table({**columns, **{name: _words(flags[name].astype(np.int64), ["1"]) for name in FLAGS}})


def _words(codes: Codes, words: list[str]) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(codes - 1, mask=codes == 0))


def _kept(rng: np.random.Generator, codes: Codes, share: float | npt.NDArray[np.float64]) -> Codes:
    """Codes from 1 on, 0 where nobody wrote the field down."""
    return np.where(rng.random(len(codes)) < share, codes + 1, 0)


def _zipf(size: int, power: float) -> npt.NDArray[np.float64]:
    weights = 1 / np.arange(1, size + 1) ** power
    return np.asarray(weights / weights.sum())


def _logistic(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-values)))
