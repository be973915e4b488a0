"""Opening hours as directories write them, and what cannot be."""

from datetime import UTC, datetime

import pytest

from clew.intake.directory_hours import WEEK_MIN, is_open, parse_hours
from clew.records.imprecise import Answer

PARIS, KOLKATA, NEW_YORK = "Europe/Paris", "Asia/Kolkata", "America/New_York"


def at(day: int, hour: int, minute: int = 0, month: int = 1) -> datetime:
    """A moment in 2026 in UTC; 5 January is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "zone", "now", "expected"),
    [
        ("Mo-Fr 09:00-17:00", PARIS, at(5, 8), Answer.YES),
        ("Mo-Fr 09:00-17:00", PARIS, at(5, 7, 59), Answer.NO),
        ("Mo-Fr 09:00-17:00", PARIS, at(5, 16), Answer.NO),  # it closes at 17:00 there
        ("Mo-Fr 09:00-17:00", PARIS, at(6, 7, month=7), Answer.YES),  # summer time
        ("Mo-Fr 09:00-17:00", KOLKATA, at(5, 3, 29), Answer.NO),  # a zone of half an hour
        ("Mo-Fr 09:00-17:00", KOLKATA, at(5, 3, 30), Answer.YES),
        ("Monday to", PARIS, at(5, 8), None),
        ("24/7", NEW_YORK, at(4, 3), Answer.YES),
        ("Mo-Su 20:00-02:00", PARIS, at(6, 0, 30), Answer.YES),  # past midnight
        ("Su 22:00-04:00", PARIS, at(5, 2), Answer.YES),  # Sunday's night runs into Monday
        ("Su 22:00-04:00", PARIS, at(4, 2), Answer.NO),
        ("Mo-Su 09:00-17:00; We off", PARIS, at(7, 10), Answer.NO),
        ("Fr-Mo 09:00–12:00", PARIS, at(5, 9), Answer.YES),  # over the weekend, with a dash of print
        ("Mo,We 09:00-12:00,14:00-18:00", PARIS, at(7, 14), Answer.YES),
        ("by appointment", PARIS, at(5, 10), Answer.UNKNOWN),
        ("", PARIS, at(5, 10), Answer.UNKNOWN),
        ("Mo-Fr 09:00-17:00", "", at(5, 10), Answer.UNKNOWN),
    ],
)
def test_open_is_answered_in_the_services_own_time(
    hours: str, zone: str, now: datetime, expected: Answer | None
) -> None:
    if expected is None:
        with pytest.raises(ValueError, match="not of a form"):
            is_open(hours, zone, now)
    else:
        assert is_open(hours, zone, now) is expected


@pytest.mark.parametrize(
    "hours",
    ["Mo 25:00-26:00", "Mo 09:60-10:00", "Mo 24:00-10:00", "Mo 09:00", "Xx 09:00-10:00", "09.00-17.00", "whenever", ";", "Mo 10:00-24:01"],
)  # fmt: skip
def test_impossible_hours_are_refused_without_repeating_them(hours: str) -> None:
    with pytest.raises(ValueError, match=r"^(not of a form|hours that no day has)") as refused:
        parse_hours(hours)
    assert hours == ";" or hours not in str(refused.value)


def test_hours_of_no_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same minute"):
        parse_hours("Mo 09:00-09:00")


def test_a_whole_week_has_its_minutes() -> None:
    assert sum(end - start for start, end in parse_hours("Mo-Su 00:00-24:00").spans or ()) == WEEK_MIN


def test_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="IANA"):
        is_open("24/7", "Mars/Base", at(5, 10))
