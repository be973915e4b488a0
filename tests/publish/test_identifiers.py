import pyarrow as pa
import pytest

from clew.publish import anonymise, synthesise
from clew.publish.identifiers import named_as_identifier, without_identifiers
from clew.safeguards.errors import MissingColumn, UsageError

NAMES = ["id", "ID", "case_id", "personId", "Full Name", "first_name", "surname", "phone", "Mobile Phone", "e-mail"]
NAMES += ["prs_FirstName", "prs_MailingStreet", "date_of_birth", "dob", "passport-number", "IBAN", "text", "notes"]
OPEN = ["gender", "ageBroad", "citizenship", "CountryOfExploitation", "isForcedLabour", "meansWithholdDocs", "city"]
OPEN += ["country_name", "region_id", "yearOfRegistration", "product_code", "recruiterRelationFriend", "IP_Gender"]
OPEN += ["typeOfLabourDomesticWork", "UN_COO_Region", "period", "sidewalk", "renamed"]


@pytest.mark.parametrize("name", NAMES)
def test_identifiers_are_known_by_name(name):
    assert named_as_identifier(name)


@pytest.mark.parametrize("name", OPEN)
def test_case_columns_are_not_identifiers(name):
    assert not named_as_identifier(name)


@pytest.mark.parametrize("release", [anonymise, synthesise])
def test_refused_by_name_with_the_way_out(release):
    table = pa.table({"case_id": ["a", "b"] * 50, "phone": ["1", "2"] * 50, "gender": ["W", "M"] * 50})
    with pytest.raises(UsageError, match=r"case_id.*phone.*--drop case_id --drop phone"):
        release(table)
    assert release(table, drop=["case_id", "phone"]).table.column_names == ["gender"]


def test_refused_by_uniqueness_and_the_values_are_not_said():
    secret = [f"planted-{i}" for i in range(30)]
    with pytest.raises(UsageError, match="ref") as refused:
        without_identifiers(pa.table({"ref": secret, "gender": ["W", "M"] * 15}))
    assert "planted" not in str(refused.value)
    nearly = [*secret, *secret[:2], *(f"more-{i}" for i in range(100))]
    with pytest.raises(UsageError, match="nearly"):
        without_identifiers(pa.table({"ref": nearly}))


def test_a_short_column_of_different_values_is_no_identifier():
    table = pa.table({"year": [str(2010 + i) for i in range(9)]})
    assert without_identifiers(table) is not None


def test_dropping_what_is_not_there_or_everything_is_refused():
    table = pa.table({"id": ["a"]})
    with pytest.raises(MissingColumn, match="nosuch"):
        without_identifiers(table, ["nosuch"])
    with pytest.raises(UsageError, match="none is left"):
        without_identifiers(table, ["id"])
