"""The Delphi rule against its own words, read by brute force."""

from __future__ import annotations

import itertools
import re

import pyarrow as pa
import pytest

from clew.leads.qualification_indicators import Result, assess, dimension_result
from clew.records.imprecise import Answer
from clew.standards.indicators import Grade, Profile, delphi, delphi_words


def positive_by_words(yes: list[Grade]) -> bool:
    """The oracle: some choice of the yes-answered indicators is one of the sets that the rule's words name."""
    for words in delphi_words():
        slots: list[set[str]] = []
        for term in words.split(" + "):
            number, grades = re.fullmatch(r"(\d) (.+)", term).groups()  # type: ignore[union-attr]
            slots += [set(grades.split(" or "))] * int(number)
        if any(
            all(str(g) in slot for g, slot in zip(chosen, slots, strict=True))
            for chosen in itertools.permutations(yes, len(slots))
        ):
            return True
    return False


COUNTS = list(itertools.product(range(4), range(4), range(4)))


@pytest.mark.parametrize(("strong", "medium", "weak"), COUNTS)
def test_indicators_rule_is_what_its_words_say(strong: int, medium: int, weak: int) -> None:
    grades = [Grade.STRONG] * strong + [Grade.MEDIUM] * medium + [Grade.WEAK] * weak
    expected = Result.POSITIVE if positive_by_words(grades) else Result.NEGATIVE
    assert dimension_result(grades, [Answer.YES] * len(grades)) is expected


@pytest.mark.parametrize("grades", list(itertools.product(Grade, repeat=3)))
def test_indicators_unknown_is_exactly_where_open_answers_could_tell(grades: tuple[Grade, ...]) -> None:
    """A dimension is unknown when some filling of the open answers makes it positive and another does not."""
    for answers in itertools.product((Answer.YES, Answer.NO, Answer.UNKNOWN, Answer.NOT_ASKED), repeat=3):
        choices = [[a] if a in (Answer.YES, Answer.NO) else [Answer.YES, Answer.NO] for a in answers]
        filled = {
            positive_by_words([g for g, a in zip(grades, one, strict=True) if a is Answer.YES])
            for one in itertools.product(*choices)
        }
        expected = {True: Result.POSITIVE, False: Result.NEGATIVE}[filled.pop()] if len(filled) == 1 else Result.UNKNOWN
        assert dimension_result(grades, answers) is expected


def table(**columns: list[str | None]) -> pa.Table:
    return pa.table({"id": [str(i) for i in range(len(next(iter(columns.values()))))], **columns})


def results(assessed: pa.Table, dimension: str) -> dict[tuple[str, str], str]:
    rows = [row for row in assessed.to_pylist() if row["dimension"] == dimension]
    return {(row["id"], row["profile"]): row["result"] for row in rows}


def test_indicators_of_a_child_weigh_by_the_child_profile() -> None:
    """Threats of violence and debt bondage at recruitment: medium for an adult, strong for a child."""
    dimension = delphi()[1]
    given = {one.code: ["no"] * 3 for one in dimension.indicators} | {
        "delphi_2_02": ["yes"] * 3,
        "delphi_2_04": ["1", "yes", "x"],
    }
    found = results(assess(table(**given), pa.array(["no", "yes", "unknown"])), "delphi_2")
    assert found == {
        ("0", "adult"): "negative",
        ("1", "child"): "positive",
        ("2", "adult"): "negative",
        ("2", "child"): "positive",
    }


def test_indicators_without_columns_are_not_assessed() -> None:
    found = assess(pa.table({"id": ["a"], "note": ["x"]}), pa.array(["no"]))
    assert set(found["result"].to_pylist()) == {"not_assessed"}
    assert found.num_rows == 6


def test_indicators_open_answers_stay_open() -> None:
    found = assess(table(delphi_4_01=["yes", "perhaps so"]), pa.array(["no", "no"]))
    rows = {row["id"]: row for row in found.to_pylist() if row["dimension"] == "delphi_4"}
    members = len(delphi()[3].of(Profile.ADULT))
    assert (rows["0"]["result"], rows["0"]["strong"], rows["0"]["open"]) == ("unknown", 1, members - 1)
    assert (rows["1"]["strong"], rows["1"]["open"]) == (0, members)
