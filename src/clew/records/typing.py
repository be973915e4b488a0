"""Turns columns of text into the types of a kind. What does not fit is rejected by field and rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clew.records.imprecise import AgeRange, Answer, DateInterval
from clew.records.kinds import AGE_RANGE, DATE_INTERVAL, INSTANT, Field, answer_fields
from clew.safeguards.errors import UnreadableInput

Fitted = tuple[pa.Array | pa.ChunkedArray, pa.Array, str]
"""The typed column, which rows do not fit, and the rule they break."""

_ANSWERS = {
    **dict.fromkeys(("yes", "y", "true", "1", "x"), Answer.YES),
    **dict.fromkeys(("no", "n", "false", "0"), Answer.NO),
    **dict.fromkeys(("unknown", "-99", "99", "don't know", "dont know", "not known"), Answer.UNKNOWN),
    **dict.fromkeys(("not_asked", "not asked"), Answer.NOT_ASKED),
}


def fit(
    column: pa.ChunkedArray, field: Field, *, date_format: str | None = None, empty_answer: Answer = Answer.NOT_ASKED
) -> Fitted:
    """The column in the field's type, with a mask of the rows whose value is not of that type."""
    if isinstance(column, pa.ChunkedArray) and (field.type != pa.string() or field.name in {"id", *answer_fields()}):
        column = column.combine_chunks()  # long texts stay in their chunks: they are large
    if column.type != field.type and _is_nested(column.type):
        raise UnreadableInput(f"{field.name}: its column holds nested values where plain ones were expected")
    if field.type == INSTANT:
        return _instants(column, date_format)
    if field.type in (DATE_INTERVAL, AGE_RANGE):
        return _imprecise(column, field, date_format)
    if field.name in answer_fields():
        return _answers(column, empty_answer)
    if field.type == pa.int64():
        return _numbers(column, pa.int64(), r"^\s*[+-]?\d{1,18}(?:\.0+)?\s*$", "not a whole number")
    if field.type == pa.float64():
        return _numbers(column, pa.float64(), r"^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$", "not a number")
    return _as_text(column), _none_broken(column), ""


def _is_nested(kind: pa.DataType) -> bool:
    listed = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    return pa.types.is_nested(kind) and not (listed and not pa.types.is_nested(kind.value_type))


def _as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    if pa.types.is_list(column.type) or pa.types.is_large_list(column.type):
        return pc.binary_join(column.cast(pa.list_(pa.string())), ";")
    return column if column.type == pa.string() else column.cast(pa.string())


def _none_broken(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return pa.repeat(pa.scalar(False), len(column))


def _numbers(column: pa.Array, kind: pa.DataType, pattern: str, rule: str) -> Fitted:
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        typed = column.cast(kind, safe=False)
        return (
            typed,
            _broken(column, pc.fill_null(pc.equal(typed.cast(pa.float64()), column.cast(pa.float64())), False)),
            rule,
        )
    text = _as_text(column)
    fits = pc.fill_null(pc.match_substring_regex(text, pattern), False)
    clean = pc.if_else(fits, pc.utf8_trim_whitespace(text), pa.scalar(None, pa.string()))
    return clean.cast(pa.float64()).cast(kind), _broken(column, fits), rule


def _broken(column: pa.Array, fits: pa.Array) -> pa.Array:
    return pc.and_(pc.is_valid(column), pc.invert(fits))


def _instants(column: pa.Array, date_format: str | None) -> Fitted:
    """Times with a zone are converted to UTC; times without one are taken as UTC."""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return column.cast(INSTANT, safe=False), _none_broken(column), ""
    text = _as_text(column)
    if date_format is not None:
        return _distinct(
            text, lambda value: _stamp(value, date_format), INSTANT, f"not a time of the form {date_format}"
        )
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.register("given", pa.table({"text": text}))
        query = connection.sql("SELECT try_cast(trim(text) AS TIMESTAMPTZ) AS at FROM given")
        typed = query.to_arrow_table()["at"]
    typed = typed.combine_chunks().cast(INSTANT)
    return (
        typed,
        pc.and_(pc.is_valid(text), pc.is_null(typed)),
        "not a time of ISO 8601 (as in 2024-05-31 or 2024-05-31T18:00:00+02:00)",
    )


def _stamp(value: str, date_format: str) -> datetime:
    from datetime import UTC

    at = datetime.strptime(value.strip(), date_format)  # noqa: DTZ007 (the zone is set next)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _imprecise(column: pa.Array, field: Field, date_format: str | None) -> Fitted:
    if column.type == field.type:
        return column, _none_broken(column), ""
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        column = column.cast(pa.date32(), safe=False)
    text = _as_text(column)
    if field.type == AGE_RANGE:
        return _distinct(text, _age, AGE_RANGE, "not an age (as in 17, 9--17 or 48+)")
    if date_format is not None:
        return _distinct(
            text, lambda value: _day(value, date_format), DATE_INTERVAL, f"not a date of the form {date_format}"
        )
    return _distinct(text, _interval, DATE_INTERVAL, "not a date (as in 2021, 2021-02 or 2021-02-28)")


def _age(value: str) -> dict[str, int | None]:
    age = AgeRange.parse(value)
    return {"low": age.low, "high": age.high}


def _interval(value: str) -> dict[str, Any]:
    day = value.strip().removesuffix(".0").partition("T")[0]
    interval = DateInterval.parse(day)
    return {"first": interval.first, "last": interval.last}


def _day(value: str, date_format: str) -> dict[str, Any]:
    day = _stamp(value, date_format).date()
    return {"first": day, "last": day}


def _distinct(text: pa.Array, parse: Callable[[str], Any], kind: pa.DataType, rule: str) -> Fitted:
    """Parses each different value once: case files hold few different dates and ages."""
    coded = text.dictionary_encode()
    parsed: list[Any] = []
    for value in coded.dictionary.to_pylist():
        try:
            parsed.append(parse(value))
        except ValueError:
            parsed.append(None)
    typed = pa.array(parsed, kind).take(coded.indices)
    return typed, pc.and_(pc.is_valid(text), pc.is_null(typed)), rule


def _answers(column: pa.Array, empty: Answer) -> Fitted:
    text = _as_text(column)
    known: Mapping[str, Answer] = _ANSWERS

    def parse(value: str) -> str:
        try:
            return str(known[value.strip().lower().removesuffix(".0")])
        except KeyError as error:
            raise ValueError("not an answer") from error

    typed, broken, rule = _distinct(text, parse, pa.string(), "not yes, no, unknown or not_asked")
    return pc.if_else(pc.is_null(text), pa.scalar(str(empty)), typed), broken, rule
