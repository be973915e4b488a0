import pyarrow as pa
import pytest

from clew.publish import anonymise, synthesise
from clew.publish.identifiers import named_as_identifier, without_identifiers
from clew.safeguards.errors import MissingColumn, UsageError

NAMES = ["id", "ID", "case_id", "personId", "Full Name", "first_name", "surname", "phone", "Mobile Phone", "e-mail"]
NAMES += ["prs_FirstName", "prs_MailingStreet", "date_of_birth", "dob", "passport-number", "IBAN", "text", "notes"]
NAMES += ["dateofbirth", "DATE OF BIRTH", "dob", "child_dob", "phonenumber", "mobilephone", "emailaddress", "E-MAIL 2"]
NAMES += ["passportnumber", "passport_no", "nationalid", "National ID", "personid", "victimname", "case_no", "caseno"]
NAMES += ["CaseNumber", "clientcode", "survivor ref", "homephone2", "city_phone", "country of passport number"]
NAMES += ["nombre", "Apellidos", "fecha de nacimiento", "FechaNacimiento", "teléfono", "dirección", "número_de_caso"]
NAMES += ["prénom", "nom", "date_de_naissance", "datenaissance", "adresse", "courriel", "numéro de dossier"]
NAMES += ["Vorname", "nachname", "geburtsdatum", "Straße", "Telefonnummer", "Fallnummer", "reisepass"]
NAMES += ["nome", "data_de_nascimento", "endereço", "telemóvel", "nume", "prenume", "data nașterii", "CNP", "adresă"]
OPEN = ["gender", "ageBroad", "citizenship", "CountryOfExploitation", "isForcedLabour", "meansWithholdDocs", "city"]
OPEN += ["country_name", "region_id", "yearOfRegistration", "product_code", "recruiterRelationFriend", "IP_Gender"]
OPEN += ["typeOfLabourDomesticWork", "UN_COO_Region", "period", "sidewalk", "renamed"]
OPEN += [
    "age",
    "year",
    "Gender",
    "nationality",
    "nacionalidade",
    "countryname",
    "nom_pays",
    "numberOfVictims",
    "persons",
]
OPEN += ["caseStatus", "case_type", "edad", "varsta", "sexe", "alter", "sexo", "ciudad", "mobility", "isFemaleIllegal"]
OPEN += ["birth_year", "country_of_birth", "meansFalsePromises", "needs_addressed", "language", "month", "status"]
OPEN += [
    "national",
    "Identified",
    "recruiterRelationFamily",
    "typeOfExploitConcatenated",
    "majorityStatus",
    "landesteil",
]


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


def test_a_value_for_every_two_rows_is_refused():
    pairs = [f"k{i // 2}" for i in range(300)]
    with pytest.raises(UsageError, match=r"ref \(hardly a value is shared"):
        without_identifiers(pa.table({"ref": pairs}))
    assert without_identifiers(pa.table({"ref": [f"k{i // 3}" for i in range(300)]})) is not None
    with pytest.raises(UsageError, match="hardly"):
        without_identifiers(pa.table({"ref": [*pairs, *["other"] * 30]}))


def test_a_short_column_of_different_values_is_no_identifier():
    table = pa.table({"year": [str(2010 + i) for i in range(9)]})
    assert without_identifiers(table) is not None


def test_dropping_what_is_not_there_or_everything_is_refused():
    table = pa.table({"id": ["a"]})
    with pytest.raises(MissingColumn, match="nosuch"):
        without_identifiers(table, ["nosuch"])
    with pytest.raises(UsageError, match="none is left"):
        without_identifiers(table, ["id"])


def column(values, times=10):
    return pa.table({"x": values * times, "gender": ["W", "M"] * (len(values) * times // 2)})


BORN = [f"{1950 + 3 * i}-0{1 + i % 9}-1{i % 9}" for i in range(18)]
HELD = {
    "e-mail": [f"p{i}@invented.example" for i in range(4)],
    "phone": ["+1 555 0100 11", "+15550100-12", "0040 555 010 013", "(020) 5550 114"],
    "phone numbers or": ["15550100111", "15550100112", "unknown", "15550100113"],
    "births": BORN,
    "births ": [f"{d[8:]}/{d[5:7]}/{d[:4]}" for d in BORN],
    "free text": [f"She told the driver of house {i} what had happened" for i in range(20)],
}


@pytest.mark.parametrize("name", HELD)
@pytest.mark.parametrize("columns", [None, ["gender"]])
def test_refused_by_what_it_holds_quasi_identifier_or_not(name, columns):
    table = column(HELD[name], 1 if name == "free text" else 10)
    if name == "free text":
        table = pa.concat_tables([table, table.slice(0, 8)])
    with pytest.raises(UsageError, match=name.strip()) as refused:
        anonymise(table, k=2, quasi_identifiers=columns)
    assert not any(value in str(refused.value) for value in HELD[name])


KEPT = [
    *(["2015/2019", "2010/2014"], ["2024-01-03", "2024-02-11"], ["0--17", "18--29"], ["007", "0"], ["1", ""]),
    *([0.25, 1234567.5], [1234567, 7654321], ["12.5", "0.123456789"], ["01/02/2023", "03/04/2024"], [True, False]),
    *(["NGA", "GHA"], ["Western Africa", "a longer answer that many gave alike"], ["C10.11", "B05.10"]),
]


@pytest.mark.parametrize("values", KEPT, ids=str)
def test_what_cases_hold_is_allowed(values):
    assert without_identifiers(column(values, 30)).num_columns == 2


def test_half_of_a_short_column_of_words_may_differ_and_nearly_all_may_not():
    few = [f"ref {i}" for i in range(30)]
    with pytest.raises(UsageError, match="nearly"):
        without_identifiers(pa.table({"x": [*few, few[0]]}))
    assert without_identifiers(pa.table({"x": few + few[:20]})) is not None
