"""Columns that point at a person: refused by name, by what they hold and by uniqueness before anything is released."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

import pyarrow as pa

from clew.publish.columns import Column, coded
from clew.publish.content import looks_like
from clew.records.kinds import KINDS
from clew.safeguards.errors import MissingColumn, UsageError

_WORDS = frozenset(
    """
    id ids uuid guid passport ssn iban account username handle signature photo plate imei whatsapp telegram facebook
    name names forename firstname lastname surname fullname nickname alias initials
    phone phones mobile cell cellphone telephone tel fax email emails mail url
    address street postcode zip birthdate birthday dob
    notes note comment comments remark remarks narrative
    nombre nombres apellido apellidos alias apodo dni nie nif cedula curp movil celular correo calle observaciones
    nom noms prenom prenoms courriel portable rue adresse nir remarques
    vorname nachname handy strasse plz ausweis bemerkung bemerkungen
    nome nomes sobrenome apelido cpf rua telemovel morada cognome
    nume prenume cnp strada adresa mentiuni
    """.split()
)
"""Words of a name, in English, Spanish, French, German, Portuguese (and Italian) and Romanian."""
_STEMS = re.compile(
    r"""phone | telefon | email | passport | pasaporte | passeport | passaporte | pasaport | reisepass
    | nationalid(?!ad|ent) | identifica[cd] | identifiant | identitycard | idcard | idnumber | personnummer
    | address(?!ed) | direccion | endereco | indirizzo | postleitzahl | codigopostal | codepostal | codpostal
    | surname | (first|last|full|given|family|maiden|middle|user|nick)names? | forename
    | apellido | vorname | nachname | familienname | geburtsname | prenom | sobrenome | prenume
    | dateofbirth | birthdate | birthday | datebirth | dob$ | geburtsdatum | geburtstag | date(de)?naissance
    | fecha(de)?nac | data(de)?nasc | datanast | dtnasc | licen[cs]eplate | numberplate | freetext
    """,
    re.VERBOSE,
)
"""Parts of a name without its punctuation that are clear wherever they stand."""
_OF_SOMEBODY = re.compile(
    r"""(victim|person|client|case|survivor|worker|child|mother|father|parent|spouse|relative|contact|caller|reporter
    |suspect|trafficker|recruiter|employer|owner|beneficiary|participant|respondent|interviewee|individual|file|dossier
    |victima|victime|opfer|vitima|caso|cas|fall|dosar|expediente)s?
    (names?|ids?|no|nos|nr|num|number|numbers|nummer|numero|code|ref|reference|key|uid)$""",
    re.VERBOSE,
)
_NUMBER_OF = re.compile(
    r"(numero|num|nr|no)(de|do|da|del|der|des|du)?(caso|cas|fall|dosar|dossier|expediente|identi|documento|pasap)"
)
_PLACE = (
    "country area region city town district province place sector industry product category source currency".split()
)
_PLACE += "language nationality port pais pays land ciudad ville stadt cidade tara oras secteur sektor regiao".split()
_OF_PLACES = frozenset(_PLACE)
_PLAIN = frozenset("id ids name names nombre nom nome nume address account code".split())
"""What a place may have: `country_name` and `region_id` name no person, `city_phone` does."""


def without_identifiers(table: pa.Table, drop: Sequence[str] = ()) -> pa.Table:
    """The table without the columns of `drop`; raises UsageError where a remaining column is an identifier."""
    for name in drop:
        if name not in table.column_names:
            raise MissingColumn(name, present=tuple(table.column_names))
    table = table.drop_columns(list(drop))
    if not table.num_columns:
        raise UsageError("columns: none is left to release")
    refuse_identifiers(coded(table))
    return table


def refuse_identifiers(columns: Sequence[Column]) -> None:
    """Raises UsageError that names every identifying column and how to leave it out."""
    found = [(c.name, why) for c in columns if (why := identifying(c))]
    if found:
        reasons = "; ".join(f"{name} ({why})" for name, why in found)
        hint = " ".join(f"--drop {name}" for name, _ in found)
        raise UsageError(f"identifying columns are not released: {reasons}. Leave them out with {hint}")


def identifying(column: Column) -> str | None:
    """Why a column points at persons, or None: by its name, else by its values, quasi-identifier or not.

    By name: words such as *name*, *phone*, *id* in six languages, and the fields of all record kinds that rest sealed.
    By values: see `content.looks_like`.
    """
    return "its name says so" if named_as_identifier(column.name) else looks_like(column)


def named_as_identifier(name: str) -> bool:
    """Whether a column's name alone marks it, with or without case, accents and punctuation.

    >>> [named_as_identifier(n) for n in ("personId", "E-mail", "DATEOFBIRTH", "case_no", "fecha de nacimiento")]
    [True, True, True, True, True]
    >>> [named_as_identifier(n) for n in ("country_name", "citizenship", "isForcedLabour", "year", "age")]
    [False, False, False, False, False]
    """
    plain = _unaccented(name)
    joined = "".join(re.findall(r"[a-z0-9]+", plain.lower()))
    if joined in _SEALED:
        return True
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+", plain)]
    found = {*words, *(first + second for first, second in pairwise(words))} & _WORDS
    if _names_a_place(words, joined):
        return bool(found - _PLAIN or _STEMS.search(joined.replace("address", "")))
    return bool(found or _STEMS.search(joined) or _OF_SOMEBODY.search(joined) or _NUMBER_OF.search(joined))


def _names_a_place(words: Sequence[str], joined: str) -> bool:
    return not _OF_PLACES.isdisjoint(words) or any(joined == place + end for place in _OF_PLACES for end in _PLAIN)


def _unaccented(name: str) -> str:
    """Latin letters without their marks.

    >>> _unaccented("Straße, prénom, naștere")
    'Strasse, prenom, nastere'
    """
    parts = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    return "".join(part for part in parts if not unicodedata.combining(part))


def _sealed_names() -> frozenset[str]:
    fields = [f for kind in KINDS.values() for f in kind.fields if f.name in kind.sealed]
    return frozenset(re.sub(r"[^a-z0-9]", "", name.lower()) for f in fields for name in (f.name, *f.aliases))


_SEALED = _sealed_names()
