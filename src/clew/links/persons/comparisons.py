"""How two persons are compared: for each field a ladder of agreement, from the same down to different.

The rungs are conditions in SQL that Splink runs on `l.` and `r.` columns of profiles. A missing value on either side is
no rung at all: it says nothing, for or against. `words` is what a reviewer reads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Rung:
    """One degree of agreement."""

    words: str
    sql: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A ladder for one field. Rungs go from the best to the worst; the last is what is left."""

    name: str
    columns: tuple[str, ...]
    missing: str
    rungs: tuple[Rung, ...]
    frequency: tuple[tuple[int, str], ...] = ()
    """(rung, column): on this rung the value's own frequency counts: a rare shared value says more than a common one."""

    @property
    def levels(self) -> int:
        return len(self.rungs) + 1

    def words(self, level: int) -> str:
        """What a level of a pair means: -1 is missing, 0 different, the highest the same."""
        if level < 0:
            return "not recorded on both sides"
        return "different" if level == 0 else self.rungs[self.levels - 1 - level].words


def _missing(column: str) -> str:
    return f"l.{column} is null or r.{column} is null"


def _same(column: str, words: str = "the same") -> Rung:
    return Rung(words, f"l.{column} = r.{column}")


_JW = "jaro_winkler_similarity"
_DL = "damerau_levenshtein"

_GIVEN = Comparison(
    "given_name",
    ("given", "root", "family", "tokens"),
    _missing("given"),
    (
        _same("given"),
        Rung("forms of one name", "l.root = r.root"),
        Rung("nearly the same spelling", f"{_JW}(l.given, r.given) >= 0.88 or {_DL}(l.given, r.given) <= 1"),
        Rung("one begins the other", "starts_with(l.given, r.given) or starts_with(r.given, l.given)"),
        Rung(
            "stands elsewhere in the other name", "list_contains(r.tokens, l.given) or list_contains(l.tokens, r.given)"
        ),
    ),
    ((5, "given"), (4, "root")),
)
_FAMILY = Comparison(
    "family_name",
    ("given", "family", "tokens"),
    "(l.family is null or r.family is null) "
    "and not coalesce(l.family is null and list_contains(r.tokens, l.given) and l.given <> r.given, false) "
    "and not coalesce(r.family is null and list_contains(l.tokens, r.given) and l.given <> r.given, false)",
    (
        _same("family"),
        Rung("nearly the same spelling", f"{_JW}(l.family, r.family) >= 0.9 or {_DL}(l.family, r.family) <= 1"),
        Rung("the only name of one", "l.family is null or r.family is null"),
        Rung(
            "stands elsewhere in the other name",
            "list_contains(r.tokens, l.family) or list_contains(l.tokens, r.family)",
        ),
        Rung("like each other", f"{_JW}(l.family, r.family) >= 0.8"),
    ),
    ((5, "family"),),
)
_BIRTH = Comparison(
    "birth_date",
    ("birth_date",),
    _missing("birth_date"),
    (
        Rung("the same day", "l.birth_date = r.birth_date and length(l.birth_date) = 8"),
        Rung(
            "one digit apart, or day and month exchanged",
            f"length(l.birth_date) = 8 and length(r.birth_date) = 8 and ({_DL}(l.birth_date, r.birth_date) <= 1 or "
            "(left(l.birth_date, 4) = left(r.birth_date, 4) and substr(l.birth_date, 5, 2) = substr(r.birth_date, 7, 2) "
            "and substr(l.birth_date, 7, 2) = substr(r.birth_date, 5, 2)))",
        ),
        Rung("the same year and month", "left(l.birth_date, 6) = left(r.birth_date, 6) and length(l.birth_date) >= 6"),
        Rung("the same year", "left(l.birth_date, 4) = left(r.birth_date, 4)"),
        Rung("two digits apart", f"{_DL}(l.birth_date, r.birth_date) <= 2"),
    ),
    ((5, "birth_date"),),
)
_POSTCODE = Comparison(
    "postcode",
    ("postcode",),
    _missing("postcode"),
    (
        _same("postcode"),
        Rung("one sign apart", f"{_DL}(l.postcode, r.postcode) <= 1"),
        Rung(
            "the same district",
            "length(l.postcode) >= 5 and left(l.postcode, length(l.postcode) - 3) = left(r.postcode, length(r.postcode) - 3) "
            f"or {_DL}(l.postcode, r.postcode) <= 2",
        ),
        Rung("the same region", "left(l.postcode, 2) = left(r.postcode, 2)"),
    ),
    ((4, "postcode"),),
)


def _worded(name: str, near: float = 0.9) -> Comparison:
    return Comparison(
        name,
        (name,),
        _missing(name),
        (
            _same(name),
            Rung(
                "nearly the same",
                f"{_JW}(l.{name}, r.{name}) >= {near} or contains(l.{name}, r.{name}) or contains(r.{name}, l.{name})",
            ),
        ),
        ((2, name),),
    )


def _numbered(name: str) -> Comparison:
    return Comparison(
        name,
        (name,),
        _missing(name),
        (_same(name), Rung("one sign apart", f"{_DL}(l.{name}, r.{name}) <= 1")),
        ((2, name),),
    )


def _coded(name: str) -> Comparison:
    return Comparison(name, (name,), _missing(name), (_same(name),), ((1, name),))


_ALL = (
    _GIVEN, _FAMILY, _BIRTH, _worded("birth_place"), _worded("place"), _worded("address"), _POSTCODE, _coded("gender"),
    _coded("occupation"), _coded("citizenship"), _numbered("phone"), _numbered("email"), _numbered("document"),
)  # fmt: skip


def comparisons_for(profiles: pa.Table) -> tuple[Comparison, ...]:
    """The ladders that these profiles have a value for."""
    filled = {
        name for name in profiles.column_names if not profiles.num_rows or profiles[name].null_count < profiles.num_rows
    }
    return tuple(each for each in _ALL if each.columns[0] in filled)


_IN_SPARK = {
    "jaro_winkler_similarity(": "jaro_winkler(", "list_contains(": "array_contains(", "starts_with(": "startswith(",
}  # fmt: skip
"""What Spark, or Splink's jar in it, calls the functions of DuckDB."""


def splink_comparisons(used: Sequence[Comparison], dialect: str = "duckdb") -> list[dict[str, object]]:
    """The same as Splink's settings. What a level weighs is learnt later: here its weight in bits is its number plus one.

    So the column `mw_NAME` of Splink's result holds the level of each pair (a missing value weighs 0, and is -1).
    """
    made: list[dict[str, object]] = []
    for each in used:
        levels: list[dict[str, object]] = [
            {"sql_condition": _sided(each.missing, dialect), "label_for_charts": "missing", "is_null_level": True}
        ]
        conditions = [(_sided(rung.sql, dialect), rung.words) for rung in each.rungs] + [("ELSE", "different")]
        for place, (sql, words) in enumerate(conditions):
            weight = {"m_probability": 2.0 ** (each.levels - place - 12), "u_probability": 2.0**-12}
            levels.append({"sql_condition": sql, "label_for_charts": words, **weight})
        made.append({"output_column_name": each.name, "comparison_levels": levels})
    return made


def _sided(sql: str, dialect: str) -> str:
    """Splink names the columns of the two sides `x_l` and `x_r`."""
    for here, there in _IN_SPARK.items() if dialect == "spark" else ():
        sql = sql.replace(here, there)
    quote = "`" if dialect == "spark" else '"'
    return re.sub(r"\b([lr])\.(\w+)", rf"{quote}\2_\1{quote}", sql)
