"""A case file's columns as a quality report reads them: what is recorded, what is valid, dates, ages and groups.

Each different value of a column is judged once. For HTCDS fields the standard's own rules decide
(`records.htcds_values`); for CTDC columns those of its releases; of other columns only the filling is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
import pyarrow as pa

from clew.leads.qualification_reading import words_of
from clew.records.htcds_values import country_words, judge
from clew.records.imprecise import AgeRange, DateInterval
from clew.standards.htcds import HtcdsField, fields, rules
from clew.standards.palermo import fold

EMPTY, UNKNOWN, VALID, INVALID = 0, 1, 2, 3
UNKNOWN_WORDS = frozenset(
    {
        "unknown",
        "99",
        "notknown",
        "nonspecifiedunknown",
        "notspecifiedunknown",
        "notspecified",
        "notsure",
        "dontknow",
        "idontknow",
        "notasked",
    }
)
_FLAG = re.compile(r"(?:means|is[A-Z]|typeOf|sectorOf|recruiterRelation|IP_(?!Gender|ageBroad|citizen|Relation)).*")
_SEX = {"woman", "man", "female", "male", "transtransgendernonconforming", "transgender", "transgendernonconforming"}
_SEX |= {"feminine", "masculine", "transgenderfeminine", "transgendermasculine", "nonconforming", "other"}
_NOT_WORDS = re.compile(r"-?99(?:\.0)?")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a column's values must be, in words, and the check."""

    words: str
    holds: Callable[[str, date], bool]


@dataclass(frozen=True, slots=True)
class Judged:
    """A column judged: by row the place in `values`, by value its state and its parts in the standard's form."""

    name: str
    codes: np.ndarray
    values: tuple[str | None, ...]
    """Never shown: only `parts` of valid values of a list are."""
    states: np.ndarray
    rule: Rule | None
    parts: tuple[tuple[str, ...], ...]

    @property
    def state(self) -> np.ndarray:
        """EMPTY, UNKNOWN, VALID or INVALID, by row."""
        return np.asarray(self.states[self.codes])

    @property
    def recorded(self) -> np.ndarray:
        return np.asarray(self.state >= VALID)

    def having(self, holds: Callable[[tuple[str, ...]], bool]) -> np.ndarray:
        """By row whether its codes are such."""
        return np.asarray(np.array([holds(parts) for parts in self.parts], dtype=bool)[self.codes])

    def with_code(self, code: str) -> np.ndarray:
        """By row whether this code is ticked."""
        return self.having(lambda parts: code in parts)

    def each(self, read: Callable[[str], float]) -> np.ndarray:
        """A number by row, read once a value; NaN where `read` raises ValueError or nothing is written."""
        found = np.full(len(self.values), np.nan)
        for place, value in enumerate(self.values):
            if value is not None:
                try:
                    found[place] = read(value)
                except ValueError:
                    continue
        return np.asarray(found[self.codes])


def judged(table: pa.Table, name: str, today: date) -> Judged:
    """One column. Unknown words are not invalid: they say that somebody asked."""
    coded = words_of(table[name]).dictionary_encode()
    values = (*coded.dictionary.to_pylist(), None)
    codes = coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    rule = rule_of(name)
    states = np.array([_state(value, rule, today) for value in values], dtype=np.int64)
    shown = [_parts(name, value, today) if state == VALID else () for value, state in zip(values, states, strict=True)]
    return Judged(name, codes, values, states, rule, tuple(shown))


def _state(value: str | None, rule: Rule | None, today: date) -> int:
    if value is None:
        return EMPTY
    if fold(value) in UNKNOWN_WORDS and (not value[:1].isdigit()):
        return UNKNOWN
    return VALID if rule is None or rule.holds(value, today) else INVALID


def htcds_field(name: str) -> HtcdsField | None:
    """The field of HTCDS or of an extension by its own or the template's name."""
    return fields().get(rules()["aliases"].get(name, name))


@cache
def rule_of(name: str) -> Rule | None:
    """The rule of a column, None where nothing is known of it."""
    field = htcds_field(name)
    if field is not None:
        return Rule(_words(field), lambda value, today: not judge(field, value, today=today).rejects)
    known: Mapping[str, Rule] = {
        "gender": Rule("a sex or gender as the releases name them", lambda v, _: fold(v) in _SEX),
        "ageBroad": Rule("an age band such as 9--17 or 48+", lambda v, _: _readable(AgeRange.parse, v)),
        "yearOfRegistration": Rule("a year not in the future", lambda v, today: _is_year(v, today)),
        "citizenship": Rule("a country (ISO 3166-1)", lambda v, _: v.casefold() in country_words()),
        "traffickMonths": Rule("months such as 0--12 or 25+", lambda v, _: bool(re.match(r"\d+(?:--\d+|\+)", v))),
        "majorityStatus": Rule("Minor or Adult", lambda v, _: fold(v) in ("minor", "adult")),
        "age": Rule("an age in years up to 130 (as in 17, 9--17 or 48+)", lambda v, _: _readable(_age, v)),
        "child": Rule("yes or no", lambda v, _: fold(v) in YES_OR_NO),
    }
    same = {"CountryOfExploitation": "citizenship", "yearRegister": "yearOfRegistration"}
    same |= {"age_when_trafficked": "age", "is_child": "child", "minor": "child"}
    same |= dict.fromkeys(("majorityStatusAtExploit", "majorityEntry"), "majorityStatus")
    if same.get(name, name) in known:
        return known[same.get(name, name)]
    if _FLAG.fullmatch(name):
        return Rule("1, 0 or empty (-99 in the release to 2020)", lambda v, _: _bit(v) in ("0", "1", "-99"))
    if is_date(name):
        past = " up to today" if name in PAST else ""
        return Rule(
            f"a date{past} (as in 2021, 2021-02 or 2021-02-28)", lambda v, today: _date(name, v, today) is not None
        )
    return None


YES_OR_NO = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def _age(value: str) -> AgeRange:
    return AgeRange.parse(value.removesuffix(".0"))


def _bit(value: str) -> str:
    """A flag as its digit; Parquet holds true and false."""
    word = value.removesuffix(".0").casefold()
    return {"true": "1", "false": "0"}.get(word, word)


def _words(field: HtcdsField) -> str:
    if field.code_list:
        return f"a code of {field.code_list}"
    kinds = {
        "date": "a date that can be",
        "number": "a number in its range",
        "checkbox": "yes or no",
        "age_range": "an age",
    }
    return "a code of its list" if field.codes else kinds.get(field.kind, "text that a cell can hold")


def _readable(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except ValueError:
        return False
    return True


def _is_year(value: str, today: date) -> bool:
    return bool(re.fullmatch(r"\d{4}(?:\.0)?", value)) and 1900 <= int(value[:4]) <= today.year


def _parts(name: str, value: str | None, today: date) -> tuple[str, ...]:
    """The codes of a valid value of a list or a country; nothing for text, dates and numbers: they may name a person."""
    if value is None:
        return ()
    field = htcds_field(name)
    if field is not None:
        if field.identity or not (field.coded or field.code_list):
            return ()
        return tuple((judge(field, value, today=today).value or "").split(";"))
    if name in ("citizenship", "CountryOfExploitation"):
        return (country_words()[value.casefold()],)
    if _FLAG.fullmatch(name):
        return (_bit(value),)
    if name in ("gender", "ageBroad", "majorityStatus", "majorityStatusAtExploit", "majorityEntry"):
        return (value,)
    return ()


DATES = frozenset(
    {
        "journey_start", "journey_end", "hte_StartDate", "hte_EndDate", "exploitation_start", "exploitation_end", "departure",
        "arrival", "recruitment_date", "exploitation_date", "consent_given", "consent_withdrawn", "con_DateGiven",
        "con_DateWithdrawn", "con_GivenDate", "con_WithdrawnDate", "entered", "entry_date", "date_entered", "created", "created_at", "registered",
        "birthdate", "date_of_birth", "dob", "pv-dob", "prs_Birthdate", "hte_Date", "cas_IncomingReferralDate", "cas_OutgoingReferralDate",
    }
)  # fmt: skip
"""Columns that are dates, besides those of the standard."""
PAST = DATES - {"consent_withdrawn", "con_DateWithdrawn", "con_WithdrawnDate"}
"""Of these, dates that cannot lie in the future."""


def is_date(name: str) -> bool:
    return name in DATES


def _date(name: str, value: str, today: date) -> DateInterval | None:
    field = htcds_field(name) or HtcdsField(name=name, label=name, section="", kind="date", past=name in PAST)
    written = re.sub(r"(?<=\d)[T ]\d\d:.*$", "", value)
    found = judge(field, written, today=today).value
    return DateInterval.parse(found) if found else None


def dates(column: Judged, today: date) -> tuple[np.ndarray, np.ndarray]:
    """First and last day by row, as days since 1970; NaN where nothing readable is written."""
    ends = [_date(column.name, value, today) if value is not None else None for value in column.values]
    first, last = ([np.nan if one is None else _day(getattr(one, end)) for one in ends] for end in ("first", "last"))
    return np.array(first)[column.codes], np.array(last)[column.codes]


def _day(day: date) -> float:
    return float(day.toordinal() - date(1970, 1, 1).toordinal())


def ages(column: Judged) -> tuple[np.ndarray, np.ndarray]:
    """Low and high end of an age in years by row; NaN where nothing readable is written, infinity for an open band."""

    def high(value: str) -> float:
        end = _age(value).high
        return np.inf if end is None else float(end)

    def low(value: str) -> float:
        return float(_age(value).low)

    return column.each(low), column.each(high)
