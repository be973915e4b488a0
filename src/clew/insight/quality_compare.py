"""Differences in how cases are recorded: between contributors, and between groups of persons, each with its interval.

Intervals hold at 95 % for all comparisons of one measure together (Bonferroni). A difference asks a question: it may lie
in the persons rather than in the recording. A comparison in which either side has a small cell is left out.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pyarrow as pa

from clew.insight.quality_columns import Judged, ages
from clew.insight.quality_shares import newcombe
from clew.standards.htcds import rules

DIFFERENCES = pa.schema(
    [
        ("measure", pa.string()),  # consistent or impartial
        ("by", pa.string()),  # contributor, gender, age (at registration), age when trafficked, nationality, form
        ("group", pa.string()),
        ("field", pa.string()),  # `all fields` for the mean over them
        ("code", pa.string()),  # null: the share in which the field is filled
        ("cases", pa.int64()),  # of the group
        ("share", pa.float64()),
        ("others", pa.float64()),
        ("difference", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("differs", pa.bool_()),  # the interval excludes 0
    ]
)
GROUPS: Mapping[str, tuple[str, ...]] = {
    "gender": ("prs_Gender", "gender", "pv-gender"),
    "age": ("ageBroad", "age", "majorityStatus"),
    "age when trafficked": ("vic_AgeWhenTrafficked", "age_when_trafficked"),
    "nationality": ("prs_Citizenship", "citizenship", "pv-nationality"),
    "form": ("vic_TypeOfExploitation",),
}
FORM_FLAGS = ("isForcedLabour", "isSexualExploit", "isOtherExploit")
ALL_FIELDS = "all fields"


@dataclass(frozen=True, slots=True)
class Contributors:
    names: tuple[str, ...]
    codes: np.ndarray

    @classmethod
    def of(cls, cases: pa.Table, column: str | None) -> Contributors:
        if column is None:
            return cls((), np.zeros(cases.num_rows, dtype=np.int64))
        coded = cases[column].combine_chunks().cast(pa.string()).fill_null("not named").dictionary_encode()
        return cls(tuple(coded.dictionary.to_pylist()), coded.indices.to_numpy(zero_copy_only=False).astype(np.int64))

    @property
    def lines(self) -> list[str]:
        """All together first, then each where there are several."""
        return ["", *self.names] if len(self.names) > 1 else [""]

    def counts(self, mask: np.ndarray) -> np.ndarray:
        """How many rows of the mask, one number a line."""
        each = np.bincount(self.codes[mask], minlength=max(1, len(self.names)))
        return np.array([each.sum(), *each] if len(self.names) > 1 else [each.sum()])


@dataclass(frozen=True, slots=True)
class Compared:
    """A share of one group against that of the others: counts, or means with their standard errors."""

    measure: str
    by: str
    group: str
    field: str
    code: str | None
    count: int
    of: int
    other: int
    other_of: int
    mean: tuple[float, float] | None = None
    """Difference of means and its standard error, where it is one of means."""
    means: tuple[float, float] | None = None


def consistency(
    columns: Mapping[str, Judged], by: Contributors, below: int, closed: Container[str] = ()
) -> Iterator[Compared]:
    """Each contributor against the others that may be compared, code by code. Nothing of a field in `closed`."""
    if len(by.names) < 2:
        return
    for name, column in columns.items():
        if name in closed:
            continue
        recorded = by.counts(column.recorded)[1:]
        for code in sorted({part for parts in column.parts for part in parts}):
            counts = by.counts(column.with_code(code))[1:]
            for place in comparable(counts, recorded, int(counts.sum()), int(recorded.sum()), below):
                sides = _against(counts, recorded, place, below)
                yield Compared("consistent", "contributor", by.names[place], name, code, *sides)


def comparable(counts: np.ndarray, of: np.ndarray, count: int, whole: int, below: int) -> list[int]:
    """The places that may be shown each against the rest of them; none where fewer than two are left.

    None of them holds a small cell, and what all of them together leave over of the whole is no small cell either:
    otherwise subtraction would tell it. The smallest give way first.
    """
    kept = [place for place in range(len(of)) if _large(int(counts[place]), int(of[place]), below)]
    kept.sort(key=lambda place: -int(of[place]))
    while kept and not _hides(count - int(counts[kept].sum()), whole - int(of[kept].sum()), below):
        kept.pop()
    return sorted(kept) if len(kept) > 1 else []


def _large(count: int, of: int, below: int) -> bool:
    return of >= below and all(part == 0 or part >= below for part in (count, of - count))


def _hides(count: int, of: int, below: int) -> bool:
    return of == 0 or _large(count, of, below)


def _against(counts: np.ndarray, of: np.ndarray, place: int, below: int) -> tuple[int, int, int, int]:
    kept = comparable(counts, of, int(counts.sum()), int(of.sum()), below)
    return int(counts[place]), int(of[place]), int(counts[kept].sum() - counts[place]), int(of[kept].sum() - of[place])


def impartiality(
    columns: Mapping[str, Judged], asked: Mapping[str, np.ndarray], below: int, closed: Container[str] = ()
) -> Iterator[Compared]:
    """Each group against the others that may be compared, field by field and over all fields."""
    everyone = [name for name, rows in asked.items() if rows.all() and len(rows) and name not in rules()["core_never"]]
    for dimension, own, groups in groups_of(columns):
        names = [name for name in everyone if name not in own]
        if not names or not groups:
            continue
        filled = np.array([columns[name].recorded for name in names]).T
        words, members = zip(*sorted(groups.items()), strict=True)
        sizes = np.array([rows.sum() for rows in members])
        for place in comparable(np.zeros_like(sizes), sizes, 0, len(filled), below):
            others = np.any([rows for rows, size in zip(members, sizes, strict=True) if size >= below], axis=0)
            others &= ~members[place]
            if others.sum() >= below:
                yield _mean_difference(
                    dimension, words[place], filled[members[place]].mean(axis=1), filled[others].mean(axis=1)
                )
        for column, name in enumerate(names):
            if name not in closed:
                yield from _by_group(dimension, words, members, filled[:, column], name, below)


def _by_group(
    dimension: str, words: Sequence[str], members: Sequence[np.ndarray], filled: np.ndarray, name: str, below: int
) -> Iterator[Compared]:
    """One field. A person may be in several groups, so the others are counted as persons, not added up."""
    counts, sizes = (np.array([(rows & side).sum() for rows in members]) for side in (filled, np.ones_like(filled)))
    kept = comparable(counts, sizes, int(filled.sum()), len(filled), below)
    for place in kept:
        others = np.any([members[one] for one in kept], axis=0) & ~members[place]
        count, of = int((others & filled).sum()), int(others.sum())
        if _large(count, of, below):
            sides = int(counts[place]), int(sizes[place]), count, of
            yield Compared("impartial", dimension, words[place], name, None, *sides)


def _mean_difference(dimension: str, group: str, mine: np.ndarray, others: np.ndarray) -> Compared:
    error = float(np.sqrt(mine.var(ddof=1) / len(mine) + others.var(ddof=1) / len(others)))
    means = (float(mine.mean()), float(others.mean()))
    return Compared(
        "impartial",
        dimension,
        group,
        ALL_FIELDS,
        None,
        0,
        len(mine),
        0,
        len(others),
        (means[0] - means[1], error),
        means,
    )


def groups_of(columns: Mapping[str, Judged]) -> Iterator[tuple[str, tuple[str, ...], dict[str, np.ndarray]]]:
    """By dimension: the columns it is read from and the rows of each group. A person may be in several."""
    for dimension, names in GROUPS.items():
        name = next((one for one in names if one in columns), None)
        if name is not None:
            yield dimension, (name,), _by_code(columns[name])
        elif dimension == "form" and any(flag in columns for flag in FORM_FLAGS):
            flags = tuple(flag for flag in FORM_FLAGS if flag in columns)
            yield (
                dimension,
                flags,
                {flag: columns[flag].having(lambda parts: parts == ("1",)) for flag in flags},
            )


def _by_code(column: Judged) -> dict[str, np.ndarray]:
    parts = column.parts
    if column.name in ("vic_AgeWhenTrafficked", "age_when_trafficked", "age"):
        low, high = ages(column)
        return {"0--17": high < 18, "18+": low >= 18}
    codes = sorted({part for each in parts for part in each if part})
    return {code: column.with_code(code) for code in codes}


def judged_differences(compared: Sequence[Compared]) -> pa.Table:
    """With intervals at 95 % for all comparisons of one measure together (Bonferroni)."""
    tables = []
    for measure in ("consistent", "impartial"):
        mine = [one for one in compared if one.measure == measure]
        if mine:
            z = NormalDist().inv_cdf(1 - 0.05 / (2 * len(mine)))
            tables.append(_differences(mine, z))
    return pa.concat_tables(tables) if tables else DIFFERENCES.empty_table()


def _differences(mine: Sequence[Compared], z: float) -> pa.Table:
    count, of, other, other_of = (
        np.array([getattr(one, name) for one in mine], dtype=np.float64)
        for name in ("count", "of", "other", "other_of")
    )
    low, high = newcombe(count, of, other, other_of, z)
    share, others = count / of, other / other_of
    for place, one in enumerate(mine):
        if one.mean is not None and one.means is not None:
            share[place], others[place] = one.means
            low[place], high[place] = one.mean[0] - z * one.mean[1], one.mean[0] + z * one.mean[1]
    words = [[getattr(one, name) for one in mine] for name in ("measure", "by", "group", "field", "code")]
    return pa.table(
        [*words, of.astype(np.int64), share, others, share - others, low, high, (low > 0) | (high < 0)],
        schema=DIFFERENCES,
    )
