"""The dimensions of the Delphi survey from a case's answered indicators: positive, negative or unknown.

Published rule (ILO and European Commission, Operational indicators of trafficking in human beings, 2009): a dimension is
positive with two strong indicators, one strong and one medium or weak, three medium, or two medium and one weak. It is
negative only when it would stay so if every open answer were yes; otherwise it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import numpy as np
import pyarrow as pa

from clew.leads.qualification_reading import flag, words_of
from clew.records.imprecise import Answer
from clew.standards.indicators import Dimension, Grade, Profile, delphi, delphi_rule
from clew.standards.palermo import fold

ASSESSED = pa.schema(
    [
        ("id", pa.string()),
        ("profile", pa.string()),  # adult or child; both where the age is open
        ("dimension", pa.string()),
        ("name", pa.string()),
        ("element", pa.string()),
        ("result", pa.string()),
        ("strong", pa.int64()),  # answered yes, by grade
        ("medium", pa.int64()),
        ("weak", pa.int64()),
        ("open", pa.int64()),  # indicators of the profile without a yes or a no
    ]
)
GRADES = tuple(Grade)


class Result(StrEnum):
    POSITIVE = "positive"
    NEGATIVE = "negative"
    UNKNOWN = "unknown"
    NOT_ASSESSED = "not_assessed"
    """The file has no column of this dimension."""


def indicator_columns(table: pa.Table) -> dict[str, str]:
    """Indicator code -> the file's column; names are compared folded."""
    present = {fold(name): name for name in table.column_names}
    codes = [one.code for dimension in delphi() for one in dimension.indicators]
    return {code: present[fold(code)] for code in codes if fold(code) in present}


def assess(cases: pa.Table, child: pa.Array | pa.ChunkedArray, *, id: str = "id") -> pa.Table:
    """Every case's dimensions (`ASSESSED`), by the profile of its age; both profiles where the age is open.

    `cases` holds answers (yes, no, unknown, not_asked or empty) in columns named by indicator codes; `child` is the
    answer of `qualify`. A value that is no answer is open, as unknown is.
    """
    columns = indicator_columns(cases)
    answers = {code: _answers(cases[name]) for code, name in columns.items()}
    is_child = np.asarray(words_of(child).to_numpy(zero_copy_only=False), dtype=object)
    parts = []
    for profile, other in ((Profile.ADULT, Answer.YES), (Profile.CHILD, Answer.NO)):
        rows = np.flatnonzero(is_child != str(other))
        ids = cases[id].combine_chunks().cast(pa.string()).take(pa.array(rows))
        parts += [
            _assessed(ids, dimension, profile, {c: a[rows] for c, a in answers.items()}) for dimension in delphi()
        ]
    return pa.concat_tables(parts).sort_by([("id", "ascending"), ("profile", "ascending"), ("dimension", "ascending")])


def dimension_result(grades: Sequence[Grade], answers: Sequence[Answer]) -> Result:
    """One dimension of one case, from the grade and the answer of each of its indicators.

    >>> str(dimension_result([Grade.STRONG, Grade.WEAK], [Answer.YES, Answer.UNKNOWN]))
    'unknown'
    >>> str(dimension_result([Grade.STRONG, Grade.WEAK], [Answer.YES, Answer.NO]))
    'negative'
    """
    said = {
        grade: np.array([sum(g is grade and a is Answer.YES for g, a in zip(grades, answers, strict=True))])
        for grade in Grade
    }
    still = {
        grade: said[grade]
        + sum(g is grade and a in (Answer.UNKNOWN, Answer.NOT_ASKED) for g, a in zip(grades, answers, strict=True))
        for grade in Grade
    }
    if _holds(said)[0]:
        return Result.POSITIVE
    return Result.UNKNOWN if _holds(still)[0] else Result.NEGATIVE


def _answers(column: pa.ChunkedArray) -> np.ndarray:
    """1 yes, 0 no, -1 open."""
    coded = words_of(column).dictionary_encode()
    numbers = {Answer.YES: 1, Answer.NO: 0}
    values = np.array([*(numbers.get(flag(value) or Answer.UNKNOWN, -1) for value in coded.dictionary.to_pylist()), -1])
    return np.asarray(values[coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)])


def _assessed(ids: pa.Array, dimension: Dimension, profile: Profile, answers: Mapping[str, np.ndarray]) -> pa.Table:
    rows, members = len(ids), dimension.of(profile)
    said = {grade: np.zeros(rows, dtype=np.int64) for grade in GRADES}
    still = {grade: np.zeros(rows, dtype=np.int64) for grade in GRADES}
    for one in members:
        grade, given = one.grades[profile], answers.get(one.code, np.full(rows, -1))
        assert grade is not None
        said[grade] += given == 1
        still[grade] += given == -1
    most = {grade: said[grade] + still[grade] for grade in GRADES}
    results = np.where(_holds(said), Result.POSITIVE, np.where(_holds(most), Result.UNKNOWN, Result.NEGATIVE))
    if not any(one.code in answers for one in members):
        results = np.full(rows, Result.NOT_ASSESSED)
    same = [[str(profile)] * rows, [dimension.code] * rows, [dimension.name] * rows, [dimension.element] * rows]
    counts = [said[grade] for grade in GRADES]
    return pa.table([ids, *same, results.astype(str), *counts, sum(still.values())], schema=ASSESSED)


def _holds(counts: Mapping[Grade, np.ndarray]) -> np.ndarray:
    """Whether at least one of the rule's sets is there."""
    met = np.zeros(len(counts[Grade.STRONG]), dtype=bool)
    for least in delphi_rule():
        met |= np.all([counts[grade] >= least.get(grade, 0) for grade in GRADES], axis=0)
    return met
