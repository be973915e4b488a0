"""Judges one written value of an HTCDS field: what it is in the standard's form, or which rule it breaks.

A near miss is answered with the code that it is near, never replaced by it. No answer holds the value itself.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from clew.records.imprecise import AgeRange, DateInterval
from clew.standards.htcds import HtcdsField, content, rules, sublevels
from clew.standards.languages import language_codes

UNKNOWN_CODE = "unknown code"
FREE_TEXT = "free text where a code belongs"
SEVERAL = "several values where one belongs"
SEPARATOR = "another separator than ; between values"
NOT_COUNTRY = "not a country (ISO 3166)"
NOT_LANGUAGE = "not a language (ISO 639-2)"
OTHER_ORDER = "date in another order than year-month-day"
OTHER_MARKS = "date with other marks than -"
IMPOSSIBLE = "impossible date"
NOT_DATE = "not a date (as in 2021, 2021-02 or 2021-02-28)"
FUTURE = "date in the future"
DATE_RANGE = "date outside 1900 to 2100"
NOT_NUMBER = "not a number"
NOT_WHOLE = "not a whole number"
NUMBER_RANGE = "number out of range"
NOT_ANSWER = "not yes, no, unknown or not_asked"
NOT_AGE = "not an age (as in 17, 9--17 or 48+)"
NOT_PHONE = "not an E.164 telephone number"
NOT_EMAIL = "not an e-mail address"

SUGGESTED = 500
"""Different misfits of one column for which a near code is looked for."""

_ANSWERS = {
    **dict.fromkeys(("yes", "y", "true", "1", "x", "checked"), "yes"),
    **dict.fromkeys(("no", "n", "false", "0", "unchecked"), "no"),
    **dict.fromkeys(("unknown", "-99", "99", "don't know", "not known"), "unknown"),
    **dict.fromkeys(("not_asked", "not asked"), "not_asked"),
}
_FOREIGN_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T].*)?")
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})")
_E164 = re.compile(r"\+?[1-9]\d{1,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The value in the standard's form, and what is wrong with how it was written."""

    value: str | None
    rule: str | None = None
    hint: str | None = None
    """A code that it is near, or an option that reads it. Never the value."""

    @property
    def rejects(self) -> bool:
        """Whether the row cannot be taken as it is; a value that can be read for certain only warns."""
        return self.rule is not None and self.value is None


def judge_all(
    field: HtcdsField, written: Sequence[str], *, date_order: str | None = None, today: date
) -> list[Verdict]:
    """A verdict for each value. Looking for a near code is dear: of a long list of misfits only the first get one."""
    verdicts, misfits = [], 0
    for value in written:
        verdict = judge(field, value, date_order=date_order, today=today, suggest=misfits < SUGGESTED)
        misfits += verdict.rule is not None
        verdicts.append(verdict)
    return verdicts


def judge(
    field: HtcdsField, written: str, *, date_order: str | None = None, today: date, suggest: bool = True
) -> Verdict:
    """What `written` says in this field. `date_order` is dmy or mdy where the contributor says so."""
    verdict = _judged(field, written, date_order, today)
    if verdict.rule in (UNKNOWN_CODE, FREE_TEXT, NOT_COUNTRY, NOT_LANGUAGE) and suggest:
        return _with_hint(field, written, verdict)
    return verdict


def _judged(field: HtcdsField, written: str, date_order: str | None, today: date) -> Verdict:
    text = " ".join(written.split())
    if field.multiple:
        return _several(field, written)
    if field.codes:
        return _code(field, text)
    if field.code_list == "iso3166":
        return _country(field, text)
    if field.code_list == "iso639-2":
        found = language_codes().get(text.casefold())
        return (
            Verdict(value=found)
            if found
            else Verdict(value=None, rule=NOT_LANGUAGE, hint=_near(text, language_codes()))
        )
    if field.kind == "date":
        return _date(field, text, date_order, today)
    if field.kind == "number":
        return _number(field, text)
    if field.kind == "checkbox":
        answer = _ANSWERS.get(text.casefold().removesuffix(".0"))
        return Verdict(value=answer) if answer else Verdict(value=None, rule=NOT_ANSWER)
    if field.kind == "age_range":
        return _age(text)
    return _text(field, written.strip())


@cache
def known_words(field: HtcdsField) -> Mapping[str, str]:
    """From every way to write a code of this field, in lower case, to the code's name."""
    words = {code.label.casefold(): code.name for code in field.codes}
    return words | {code.name.casefold(): code.name for code in field.codes}


@cache
def country_words() -> Mapping[str, str]:
    """From every code and English name of a country, in lower case, to its alpha-3 code."""
    from clew.standards.places import countries

    by_alpha2 = {country.alpha2: country.alpha3 for country in countries()}
    words = {country.name.casefold(): country.alpha3 for country in countries()}
    words |= {
        name.casefold(): by_alpha2[code] for name, code in content()["country_names"].items() if code in by_alpha2
    }
    words |= {country.alpha2.casefold(): country.alpha3 for country in countries()}
    return words | {country.alpha3.casefold(): country.alpha3 for country in countries()}


@cache
def alpha2_of() -> Mapping[str, str]:
    from clew.standards.places import countries

    return {country.alpha3: country.alpha2 for country in countries()}


def _code(field: HtcdsField, text: str) -> Verdict:
    found = known_words(field).get(text.casefold())
    if found:
        return Verdict(value=found)
    if field.name == "vic_ForcedLabourIndustry" and text.casefold() in sublevels():
        return Verdict(value=sublevels()[text.casefold()].label)
    if field.kind == "picklist_or_text":
        return Verdict(value=text)
    parts = [part.strip().casefold() for part in re.split(r"[;|,/\n]", text)]
    if len(parts) > 1 and all(part in known_words(field) for part in parts):
        return Verdict(value=None, rule=SEVERAL)
    return _not_code(text)


def _not_code(text: str) -> Verdict:
    free = len(text) > 40 or text.count(" ") > 3
    return Verdict(value=None, rule=FREE_TEXT if free else UNKNOWN_CODE)


def _with_hint(field: HtcdsField, written: str, verdict: Verdict) -> Verdict:
    """The code that the first part which is none is near to; what is near a code is no free text."""
    words = {NOT_COUNTRY: country_words, NOT_LANGUAGE: language_codes}.get(
        str(verdict.rule), lambda: known_words(field)
    )()
    parts = [part.strip() for part in written.split(";")] if field.multiple else [written]
    text = next((" ".join(part.split()) for part in parts if part and part.casefold() not in words), "")
    short = len(text) < 4 and verdict.rule == NOT_COUNTRY
    hint = rules()["country_words"].get(text.casefold()) if verdict.rule == NOT_COUNTRY else None
    hint = hint or (None if short else _near(text, words))
    rule = UNKNOWN_CODE if verdict.rule == FREE_TEXT and hint else verdict.rule
    return replace(verdict, rule=rule, hint=hint)


def _near(text: str, words: Mapping[str, str]) -> str | None:
    squeezed = {re.sub(r"\W", "", word): code for word, code in reversed(list(words.items()))}
    close = difflib.get_close_matches(re.sub(r"\W", "", text.casefold()), squeezed, n=1, cutoff=0.75)
    return squeezed[close[0]] if close else None


def _several(field: HtcdsField, written: str) -> Verdict:
    one = _one_of_several(field, " ".join(written.split()))
    if one.value is not None:
        return one
    parts = [part.strip() for part in written.split(";") if part.strip()]
    if len(parts) > 1:
        return _joined([_one_of_several(field, part) for part in parts])
    for mark in ("\n", "|", ",", "/"):
        verdicts = [_one_of_several(field, part.strip()) for part in written.split(mark) if part.strip()]
        if len(verdicts) > 1 and all(verdict.value for verdict in verdicts):
            return Verdict(value=_joined(verdicts).value, rule=SEPARATOR)
    return one


def _one_of_several(field: HtcdsField, part: str) -> Verdict:
    if field.code_list == "iso3166":
        return _country(field, part)
    found = known_words(field).get(part.casefold())
    return Verdict(value=found) if found else _not_code(part)


def _joined(verdicts: list[Verdict]) -> Verdict:
    broken = next((verdict for verdict in verdicts if verdict.value is None), None)
    return broken or Verdict(value=";".join(dict.fromkeys(str(verdict.value) for verdict in verdicts)))


def _country(field: HtcdsField, text: str) -> Verdict:
    found = country_words().get(text.casefold())
    if found:
        return Verdict(value=alpha2_of()[found] if field.name == "prs_MailingCountry" else found)
    return Verdict(value=None, rule=NOT_COUNTRY)


def _date(field: HtcdsField, text: str, order: str | None, today: date) -> Verdict:
    day = text.removesuffix(".0").partition("T")[0]
    day = day.partition(" ")[0] if re.match(r"\d{4}-\d\d-\d\d ", day) else day
    try:
        return _in_range(field, DateInterval.parse(day), today)
    except ValueError:
        pass
    if re.fullmatch(r"\d{4}-\d{1,2}(-\d{1,2})?", day):
        return Verdict(value=None, rule=IMPOSSIBLE)
    foreign, year_first = _FOREIGN_DATE.fullmatch(text), _YEAR_FIRST.fullmatch(text)
    if year_first:
        made = _day(*(int(part) for part in year_first.groups()))
        if made is None:
            return Verdict(value=None, rule=IMPOSSIBLE)
        inside = _in_range(field, made, today)
        return inside if inside.rule else Verdict(value=inside.value, rule=OTHER_MARKS)
    if foreign:
        return _foreign(field, *(int(part) for part in foreign.groups()), order=order, today=today)
    return Verdict(value=None, rule=NOT_DATE)


def _foreign(field: HtcdsField, first: int, second: int, year: int, *, order: str | None, today: date) -> Verdict:
    readings = {"dmy": _day(year, second, first), "mdy": _day(year, first, second)}
    if order is not None:
        made = readings[order]
        return Verdict(value=None, rule=IMPOSSIBLE) if made is None else _in_range(field, made, today)
    possible = [name for name, made in readings.items() if made is not None]
    if not possible:
        return Verdict(value=None, rule=IMPOSSIBLE)
    return Verdict(value=None, rule=OTHER_ORDER, hint=f"--date-order {possible[0]}" if len(possible) == 1 else None)


def _day(year: int, month: int, day: int) -> DateInterval | None:
    try:
        return DateInterval(date(year, month, day), date(year, month, day))
    except ValueError:
        return None


def _in_range(field: HtcdsField, interval: DateInterval, today: date) -> Verdict:
    limits = rules()["dates"]
    if interval.first < limits["first"] or interval.last > limits["last"]:
        return Verdict(value=None, rule=DATE_RANGE)
    if field.past and interval.first > today:
        return Verdict(value=None, rule=FUTURE)
    return Verdict(value=str(interval))


def _number(field: HtcdsField, text: str) -> Verdict:
    if not re.fullmatch(r"[+-]?(?:\d+\.?\d*|\.\d+)", text):
        return Verdict(value=None, rule=NOT_NUMBER)
    number = float(text)
    if field.whole and not number.is_integer():
        return Verdict(value=None, rule=NOT_WHOLE)
    if field.bounds and not field.bounds[0] <= number <= field.bounds[1]:
        return Verdict(value=None, rule=NUMBER_RANGE)
    return Verdict(value=str(int(number)) if number.is_integer() else text)


def _age(text: str) -> Verdict:
    try:
        return Verdict(value=str(AgeRange.parse(text)))
    except ValueError:
        return Verdict(value=None, rule=NOT_AGE)


def _text(field: HtcdsField, text: str) -> Verdict:
    if field.name in rules()["phones"] and not _E164.fullmatch(re.sub(r"[\s().-]", "", text)):
        return Verdict(value=text, rule=NOT_PHONE)
    if field.name in rules()["emails"] and not _EMAIL.fullmatch(text):
        return Verdict(value=text, rule=NOT_EMAIL)
    return Verdict(value=text)
