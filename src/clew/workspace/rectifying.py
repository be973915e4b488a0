"""Puts a field of a case right (GDPR art. 16). What stood before is kept and shown; what was made of it goes, to be made anew."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pyarrow as pa

from clew.desk import Rectification
from clew.records import KINDS, Kind
from clew.records.mapping import Mapping as Columns
from clew.records.raw import Raw
from clew.records.read import mapped
from clew.records.rejects import Rejects
from clew.records.write import textual
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import Conflict, NotFound, UsageError
from clew.safeguards.keys import canonical
from clew.safeguards.permissions import Action
from clew.store.lake import ARRIVALS
from clew.workspace.case_numbers import SUPERSEDED
from clew.workspace.judging import Judging
from clew.workspace.person_records import PersonRecordsFinding
from clew.workspace.person_subjects import LEAD, members_of

CASES = "cases"
KEPT = (CASES, SUPERSEDED, ARRIVALS)
"""Tables of the records themselves; all others that name a record were derived from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectified:
    """What a rectification did. `derived`: rows that were made of the record before and are gone, by table."""

    number: str
    record: str
    replaces: str
    field: str
    derived: Mapping[str, int]
    judge_again: tuple[str, ...]
    """Judgements on persons that name the record before: they join nothing any more until somebody judges anew."""


class Rectifying(Judging, PersonRecordsFinding):
    def rectifiable(self) -> Sequence[str]:
        """Fields of a case that can be put right, in their order."""
        return tuple(field.name for field in KINDS[CASES].fields if field.name != "id")

    def rectify(self, actor: Actor, purpose: Purpose, name: str, field: str, value: str, why: str) -> Rectified:
        """Puts one field of a case right; an empty value says that it is not known. `name`: its number or a record of it.

        A new record takes the place of the one that stands, as when its file comes in again with other content. Raises
        UsageError where the field or the value is none of a case, Conflict where the record says so already.
        """
        self.vault.require(actor, Action.RECTIFY, purpose, "case")
        number = self._number_of(name)
        self.allow(actor, Action.RECTIFY, purpose, number)
        kind, typed = KINDS[CASES], typed_value(KINDS[CASES], field, value.strip())
        old = self._case_of(number)
        row = self.lake.query("SELECT * FROM cases WHERE record_id = $1", [old])
        new = self._name_of(old, field, value.strip())
        sealed: dict[str, str | None] = {}
        if field in kind.sealed:
            sealed[field] = textual(pa.table({field: typed}))[field].to_pylist()[0]
        elif row[field].to_pylist() == typed.to_pylist():
            raise Conflict(f"{field}: the record says so already")
        else:
            row = row.set_column(row.column_names.index(field), row.schema.field(field), typed.cast(row[field].type))
        row = row.set_column(row.column_names.index("record_id"), "record_id", pa.array([new], pa.string()))
        self.vault.seal_rectified(actor, purpose, old, new, field, sealed=sealed, why=why)
        self.lake.append_records(kind, row)
        self.settle_cases()
        again = self._judged_with(old)
        gone = self.lake.forget([old], keep=KEPT)
        return Rectified(number=number, record=new, replaces=old, field=field, derived=gone, judge_again=again)

    def rectifications(self, actor: Actor, purpose: Purpose, number: str) -> Sequence[Rectification]:
        """What was put right in a case, the oldest first, without values: when, which field, why and by whom.

        Reasons and names of staff are the house's own: a partner sees what a case says now.
        """
        self.allow(actor, Action.READ_CASE, purpose, number)
        if Role.PARTNER in actor.roles:
            return []
        names = self.names()
        return [
            Rectification(at=act.at, field=act.body["field"], why=act.body["why"], by=names.get(act.actor, act.actor))
            for act in self.vault.rectifications(self._records_of(number))
        ]

    def _number_of(self, name: str) -> str:
        """The number of the case that goes by this: its number here or in its own file, or the id of one of its records."""
        given = name.strip()
        found = self._case_numbers([given]).get(given)
        if found:
            return found
        numbers = {each.external for each in self._by_own_number(given).values() if each.kind == CASES} or {given}
        if len(numbers) > 1:
            raise UsageError(
                f"record: {len(numbers)} cases go by this; name a record's id: {', '.join(sorted(numbers))}"
            )
        number = next(iter(numbers))
        try:
            self._records_of(number)
        except NotFound:
            raise NotFound(
                "record: no case goes by this. A contact or an advert goes by the id of its record; a tip stays as it was "
                "said, and what is wrong with it is said in an answer to its lead"
            ) from None
        return number

    def _name_of(self, old: str, field: str, value: str) -> str:
        """The id of the record that comes of this; keyed, so that nobody can test a guess of a value against it."""
        content = canonical([("replaces", old), ("field", field), ("value", value)])
        return hmac.digest(self.keys.key("record-id"), content, sha256).hex()[:32]

    def _judged_with(self, record: str) -> tuple[str, ...]:
        sets = self._sets()
        about = sorted({each.lead.removeprefix(LEAD) for each in self.vault.judgements() if each.lead.startswith(LEAD)})
        known = [subject for subject in about if ":" in subject or subject in sets]
        return tuple(subject for subject in known if record in members_of(subject, sets))


def typed_value(kind: Kind, field: str, value: str) -> pa.ChunkedArray:
    """The value as a file's cell would be read; UsageError, with the rule and never the value, where it cannot be."""
    known = tuple(each.name for each in kind.fields if each.name != "id")
    if field not in known:
        raise UsageError(f"field: none of that name on a {kind.name}; there are {', '.join(known)}")
    if not value:
        if kind.field(field).required:
            raise UsageError(f"{field}: is required and cannot be emptied")
        return pa.chunked_array([pa.nulls(1, kind.field(field).type)])
    table = pa.table({"id": ["1"], field: [value]})
    columns = Columns(columns={"id": "id", field: field})
    read = mapped(Raw(table, np.array([1]), Rejects.none()), kind, columns, ["id", field])
    if len(read.rejects):
        rule = next(iter(read.rejects.by_rule()))[1]
        raise UsageError(f"{field}: {rule}")
    return read.table[field]
