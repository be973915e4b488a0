"""How old persons were when their case was registered, as bounds in whole years, in columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.records.imprecise import AgeRange, DateInterval

Years = npt.NDArray[np.float64]
"""Whole years; NaN where nothing is known, infinite for an open band."""


@dataclass(frozen=True, slots=True)
class Ages:
    """Lowest and highest age that the case allows, both NaN where it says nothing."""

    low: Years
    high: Years
    only_earlier: npt.NDArray[np.bool_]
    """Where nothing but the age when trafficked is known, which the age at registration is at least."""

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        return ~np.isnan(self.low)


def ages_at_registration(cases: pa.Table) -> Ages:
    """From a band that was carried, else from birth and referral. The age when trafficked is another one, and only a bound."""
    low, high = age_column(cases, "clew_ageBroad")
    birth, registered = _days(cases, "prs_Birthdate"), _days(cases, "cas_IncomingReferralDate")
    low = np.where(np.isnan(low), _years(birth[1], registered[0]), low)
    high = np.where(np.isnan(high), _years(birth[0], registered[1]), high)
    trafficked = age_column(cases, "vic_AgeWhenTrafficked")
    only_earlier = np.isnan(low) & ~np.isnan(trafficked[0])
    return Ages(np.where(only_earlier, trafficked[0], low), np.where(only_earlier, np.inf, high), only_earlier)


def age_column(cases: pa.Table, name: str) -> tuple[Years, Years]:
    """The bounds of a column of ages; a value that is no age says nothing."""
    if name not in cases.column_names:
        nothing = np.full(cases.num_rows, np.nan)
        return nothing, nothing.copy()
    coded = cases[name].combine_chunks().dictionary_encode()
    bounds = np.array([(np.nan, np.nan), *(_bounds(value) for value in coded.dictionary.to_pylist())])
    places = np.asarray(coded.indices.fill_null(-1)) + 1
    return bounds[places, 0], bounds[places, 1]


def _bounds(text: str) -> tuple[float, float]:
    try:
        age = AgeRange.parse(text)
    except ValueError:
        return np.nan, np.nan
    return float(age.low), np.inf if age.high is None else float(age.high)


def _days(cases: pa.Table, name: str) -> tuple[Years, Years]:
    """First and last day as year * 10000 + month * 100 + day, so that whole years are a difference divided by 10000."""
    if name not in cases.column_names:
        nothing = np.full(cases.num_rows, np.nan)
        return nothing, nothing
    coded = cases[name].combine_chunks().dictionary_encode()
    days = np.array([(np.nan, np.nan), *(_numbers(value) for value in coded.dictionary.to_pylist())])
    places = np.asarray(coded.indices.fill_null(-1)) + 1
    return days[places, 0], days[places, 1]


def _numbers(text: str) -> tuple[float, float]:
    interval = DateInterval.parse(text)
    first, last = ((d.year * 10000 + d.month * 100 + d.day) for d in (interval.first, interval.last))
    return float(first), float(last)


def _years(birth: Years, then: Years) -> Years:
    """Whole years between two days; NaN before birth."""
    years = np.floor((then - birth) / 10000)
    return np.where(years < 0, np.nan, years)
