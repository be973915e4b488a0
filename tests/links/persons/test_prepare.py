from __future__ import annotations

import pyarrow as pa
import pytest

from clew.links.persons.fields import find_columns, persons
from clew.links.persons.prepare import birth_digits, phone_digits, profiles
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("1984-03-05", "19840305"),
        ("1984-03-05T00:00:00", "19840305"),
        ("1984-03-05 00:00:00", "19840305"),
        ("05/03/1984", "19840305"),
        ("03/25/1984", "19840325"),  # only one reading is a date
        ("5.3.1984", "19840305"),
        ("19840305", "19840305"),
        ("1984", "1984"),
        ("1984-03", "198403"),
        ("5 March 1984", "19840305"),
        ("Sept 1984", "198409"),
        ("about 1984", "1984"),
        ("5 Adar 1984", None),
        ("n/a", None),
        ("03/84", None),
    ],
)
def test_birth_digits(text, digits):
    assert birth_digits(text) == digits


def test_phone_digits_forget_how_the_country_was_written():
    assert phone_digits("+380 44 123 45 67") == phone_digits("0441234567") == phone_digits("00380441234567")
    assert phone_digits("12") is None


def test_columns_are_found_by_many_names():
    found = find_columns(["rec_id", " surname".strip(), "First Name", "DOB", "soc_sec_id", "suburb"], {})
    assert found == {
        "id": "rec_id",
        "given_name": "First Name",
        "family_name": "surname",
        "birth_date": "DOB",
        "place": "suburb",
        "document": "soc_sec_id",
    }


def test_columns_given_by_a_person_win():
    found = find_columns(["no", "surname", "maiden"], {"id": "no", "family_name": "maiden"})
    assert found == {"id": "no", "family_name": "maiden"}
    with pytest.raises(UsageError, match="shoe_size"):
        find_columns(["no"], {"shoe_size": "no"})
    with pytest.raises(MissingColumn):
        find_columns(["no"], {"id": "other"})


@pytest.mark.parametrize(
    "table",
    [
        {"id": ["1"], "gender": ["f"]},
        {"id": ["1"], "dob": ["1990"]},
        {"surname": ["a"]},
    ],
)
def test_persons_need_an_id_and_a_name_or_two_fields(table):
    with pytest.raises(MissingColumn):
        persons(pa.table(table))


def test_persons_refuse_repeated_ids_and_empty_files():
    with pytest.raises(UnreadableInput, match="2 rows"):
        persons(pa.table({"id": ["1", "1", None], "surname": ["a", "b", "c"]}))
    with pytest.raises(UnreadableInput, match="nothing to compare"):
        persons(pa.table({"id": ["1", "2"], "surname": [None, " "]}))


def test_identical_rows_are_one_profile_unless_told_apart():
    table = persons(
        pa.table({"id": list("abc"), "surname": ["Orlova", "ORLOVA ", "Novak"], "dob": ["1990", "1990", None]})
    )
    made = profiles(table)
    assert made.table.num_rows == 2
    assert made.of_row[0] == made.of_row[1] != made.of_row[2]
    assert profiles(table, apart=[0]).table.num_rows == 3


def test_profiles_do_not_depend_on_the_order_of_rows():
    table = persons(pa.table({"id": list("abcd"), "surname": ["x", "b", "m", "a"]}))
    assert profiles(table).table.equals(profiles(table.take([2, 0, 3, 1])).table)
