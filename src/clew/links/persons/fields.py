"""What of a person is compared, and under which names the world's files keep it.

A file needs the parts of a name, or two other fields that tell persons apart; otherwise `MissingColumn` says what is
missing. A field that no row fills is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.mapping import ROW_NUMBER, plain
from clew.records.raw import Raw, rejects_of
from clew.records.rejects import Rejects
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError


@dataclass(frozen=True, slots=True)
class PersonField:
    """One thing that is compared; `aliases` are its names elsewhere, `tells` whether it tells persons apart."""

    name: str
    aliases: tuple[str, ...]
    tells: bool = True


PERSON_FIELDS: tuple[PersonField, ...] = (
    PersonField("full_name", tuple("name fullname person_name complete_name prs_fullname".split())),
    PersonField(
        "given_name",
        tuple("first_name forename forenames firstname givenname given_names prs_firstname fname".split()),
    ),
    PersonField(
        "family_name",
        tuple("surname last_name lastname familyname second_name prs_secondname prs_lastname lname name2".split()),
    ),
    PersonField(
        "birth_date",
        tuple("date_of_birth dob birthdate birthday born birth_dt prs_birthdate year_of_birth birth_year".split()),
    ),
    PersonField("birth_place", tuple("place_of_birth birthplace pob prs_placeofbirth".split())),
    PersonField("place", tuple("city suburb town locality municipality village prs_mailingcity".split())),
    PersonField("address", tuple("address_1 street street_address address1 addr prs_mailingstreet".split())),
    PersonField("house", tuple("street_number house_number streetnumber".split()), tells=False),
    PersonField("postcode", tuple("post_code postal_code zip zip_code zipcode postcode_fake prs_mailingzip".split())),
    PersonField("gender", tuple("sex prs_gender".split()), tells=False),
    PersonField("occupation", tuple("job profession job_title prs_occupation".split()), tells=False),
    PersonField("citizenship", tuple("nationality country_of_citizenship prs_citizenship".split()), tells=False),
    PersonField("phone", tuple("telephone mobile phone_number mobile_phone prs_mobilephone prs_homephone".split())),
    PersonField("email", tuple("e_mail email_address mail prs_email".split())),
    PersonField(
        "document",
        tuple(
            "document_number soc_sec_id ssn social_security_number identity_number id_number national_id passport "
            "passport_number id_card nin prs_passport".split()
        ),
    ),
)
"""In the order in which they are looked for and shown."""

ID_NAMES = ("id", "unique_id", "rec_id", "record_id", "case_id", "person_id", "uid")
NAMES = ("full_name", "given_name", "family_name")


def find_columns(present: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Field -> column: what a person gave stays as given, the rest by its usual names. A column serves one field.

    >>> find_columns(["rec_id", "Surname", "dob"], {})
    {'id': 'rec_id', 'family_name': 'Surname', 'birth_date': 'dob'}
    """
    fields = {"id": ID_NAMES} | {f.name: (f.name, *f.aliases) for f in PERSON_FIELDS}
    unknown = sorted(set(given) - set(fields))
    if unknown:
        raise UsageError(f"--map: persons have no field {', '.join(unknown)}; they have {', '.join(fields)}")
    for column in given.values():
        if column not in present and column != ROW_NUMBER:
            raise MissingColumn(column, present=tuple(present))
    free = {plain(name): name for name in reversed(present) if name not in given.values()}
    found = {}
    for field, names in fields.items():
        if field in given:
            found[field] = given[field]
            continue
        match = next((free.pop(plain(name)) for name in names if plain(name) in free), None)
        if match is not None:
            found[field] = match
    return found


def persons(table: pa.Table, columns: Mapping[str, str] | None = None) -> pa.Table:
    """The table's persons: id and the known fields that hold anything, as trimmed text, empty cells as null.

    Raises MissingColumn without an id, or without a name or two identifying fields; UnreadableInput when an id is empty
    or comes twice, and when rows are there but no identifying field holds a value.
    """
    found = _found(table.column_names, columns)
    ids = _ids(table, found["id"])
    broken = _unfit(ids)
    if broken.any():
        raise UnreadableInput(f"{found['id']}: {int(broken.sum())} rows have no id, or one given before")
    return _filled(table, found, ids)


def read_persons(
    raw: Raw, columns: Mapping[str, str] | None = None, *, enough: str | None = None
) -> tuple[pa.Table, Rejects]:
    """The same for a file as read; a row without an id, or with one given before, is rejected and kept whole.

    `enough` names a field that is enough by itself: lists of one exact identifier are compared without any name.
    """
    found = _found(raw.table.column_names, columns)
    ids = _ids(raw.table, found["id"])
    empty, broken = np.asarray(pc.is_null(ids)), _unfit(ids)
    rejects = Rejects.none()
    for mask, rule in ((empty, "required and empty"), (broken & ~empty, "id given before")):
        if mask.any():
            column = found["id"] if found["id"] in raw.table.column_names else None
            rejects += rejects_of(raw.table.filter(pa.array(mask)), raw.rows[mask], "id", rule, column)
    keep = pa.array(~broken)
    return _filled(raw.table.filter(keep), found, ids.filter(keep), enough), rejects


def _found(present: Sequence[str], columns: Mapping[str, str] | None) -> dict[str, str]:
    found = find_columns(present, columns or {})
    if "id" not in found:
        hint = "Name it with --id COLUMN, or number the rows with --id row."
        raise MissingColumn("id", present=tuple(present), hint=hint)
    return found


def _filled(table: pa.Table, found: Mapping[str, str], ids: pa.Array, enough: str | None = None) -> pa.Table:
    wanted = {name: _text(table, column) for name, column in found.items() if name != "id"}
    filled = {name: column for name, column in wanted.items() if column.null_count < len(column) or not len(column)}
    if enough not in wanted:
        _check(filled, wanted, table)
    return pa.table({"id": ids, **filled})


def _unfit(ids: pa.Array) -> npt.NDArray[np.bool_]:
    """Where there is no id, or the same came before."""
    codes = ids.dictionary_encode().indices.fill_null(-1).to_numpy(zero_copy_only=False)
    unfit = np.ones(len(codes), dtype=bool)
    unfit[np.unique(codes, return_index=True)[1]] = False
    return np.asarray(unfit | (codes < 0))


def _text(table: pa.Table, column: str) -> pa.Array:
    text = pc.utf8_trim_whitespace(table[column].cast(pa.string())).combine_chunks()
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _ids(table: pa.Table, column: str) -> pa.Array:
    if column == ROW_NUMBER and column not in table.column_names:
        return pa.array(range(1, table.num_rows + 1), pa.int64()).cast(pa.string())
    return _text(table, column)


def _check(filled: Mapping[str, pa.Array], wanted: Mapping[str, pa.Array], table: pa.Table) -> None:
    present = tuple(table.column_names)
    tells = {f.name for f in PERSON_FIELDS if f.tells}
    if any(name in wanted for name in NAMES) or len(tells & wanted.keys()) >= 2:
        if table.num_rows and not tells & filled.keys():
            raise UnreadableInput("no row holds a name or another identifying field: there is nothing to compare")
        return
    hint = "Persons are told apart by a name, or by two fields such as birth_date and phone: name them with --map FIELD=COLUMN."
    raise MissingColumn("given_name, family_name or full_name", present=present, hint=hint)
