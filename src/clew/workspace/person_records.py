"""Which records are of one person, as far as persons have said so: what an erasure or a copy of their data takes.

A case brings its earlier files, the cases that somebody judged to be the same person and the contacts noted to it; an
advert brings its postings and the pictures that no other advert shows. What was only proposed is named, never taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from clew.records import KINDS
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotFound, UsageError
from clew.safeguards.permissions import Action
from clew.signals import emails, phones
from clew.store.erasing import Doomed
from clew.workspace.access import SUPERSEDED_ADVERTS
from clew.workspace.case_numbers import SUPERSEDED
from clew.workspace.person_subjects import Joined, edges_of, members_of
from clew.workspace.persons import Persons

_SHORTEST = 8
"""Characters of an id or a number that are enough to name a record, where they name one alone."""


@dataclass(frozen=True, slots=True)
class PersonRecords:
    """`possible`: records that may be the same person's but that nobody has judged."""

    records: tuple[Doomed, ...]
    possible: tuple[str, ...] = ()

    @property
    def ids(self) -> list[str]:
        return [each.record for each in self.records]

    def kinds(self) -> dict[str, int]:
        counted: dict[str, int] = {}
        for each in self.records:
            counted[each.kind] = counted.get(each.kind, 0) + 1
        return dict(sorted(counted.items()))


class PersonRecordsFinding(Persons):
    def person_records(self, actor: Actor, purpose: Purpose, person: str) -> PersonRecords:
        """The records of a person: by a case's number, a record's id, a contact's id, or a phone number or e-mail address.

        Raises NotFound when nothing here goes by it, UsageError when it names several records. What was asked for is not
        recorded, as it may be a number; which records were found is, by what is done with them.
        """
        self.vault.require(actor, Action.ERASE, purpose, "person")
        first, numbers = self._first_records(actor, person.strip())
        found = dict(first)
        cases = [id for id, each in found.items() if each.kind == "cases"]
        joined, possible = self._same_person(cases)
        for record in joined:
            found |= {each.record: each for each in self._of_case(record)}
        cases = [id for id, each in found.items() if each.kind == "cases"]
        contacts = self.vault.contacts_of(cases, numbers, actor, purpose)
        found |= self._records_named(contacts)
        found |= self._with_adverts([each for each in found.values() if each.kind == "adverts"])
        live = self.vault.sealed_records(list(found))
        kept = [each for id, each in found.items() if id not in live or not live[id][3]]
        if not kept:
            raise NotFound("person: nothing of theirs is here (any more)")
        return PersonRecords(
            tuple(sorted(kept, key=lambda one: (one.kind, one.record))), tuple(sorted(possible - set(found)))
        )

    def _first_records(self, actor: Actor, person: str) -> tuple[dict[str, Doomed], list[str]]:
        """What goes by this name, and the number it is, if any."""
        keys, numbers = self._identifiers(person)
        if keys:
            named = (
                self._naming(keys) + self._unread_naming(person, numbers) + self._sealed_naming(actor, person, numbers)
            )
            return self._records_named(named), numbers
        found = self._by_own_number(person)
        if not found and len(person) < _SHORTEST:
            raise UsageError(
                f"person: a case's number, a record's id, a phone number or an e-mail address; {_SHORTEST} characters of an id at least"
            )
        found = found or self._starting(person)
        if not found:
            raise NotFound("person: no case, record or contact goes by this")
        places = {(each.kind, each.external or each.record) for each in found.values()}
        if len(places) > 1:
            raise UsageError(f"person: {len(places)} records start like this; give more of it")
        return found, []

    def _by_own_number(self, number: str) -> dict[str, Doomed]:
        """Sealed records by the number that their own file gave them, which the lake has as a keyed pseudonym alone."""
        names = {
            self.keys.pseudonym(f"{kind.plural}/{source.id}", number)
            for source in self.vault.sources()
            for kind in KINDS.values()
            if kind.sealed
        }
        found: dict[str, Doomed] = {}
        for table, kind in self._tables():
            rows = self.lake.query(
                f'SELECT record_id, source_id, external_id FROM "{table}" WHERE external_id IN (SELECT unnest($1))',  # noqa: S608 (ours)
                [sorted(names)],
            )
            found |= _doomed(rows, kind)
        return found

    def _naming(self, keys: Sequence[str]) -> list[str]:
        """Records in which a detector read one of these."""
        if "claims" not in self.lake.names():
            return []
        rows = self.lake.query("SELECT DISTINCT record_id FROM claims WHERE key IN (SELECT unnest($1))", [list(keys)])
        return list(rows["record_id"].to_pylist())

    def _unread_naming(self, person: str, numbers: Sequence[str]) -> list[str]:
        """Open records that no run has read yet and that name this number or address."""
        unread = (
            ""
            if "texts_read" not in self.lake.names()
            else " WHERE record_id NOT IN (SELECT record_id FROM texts_read)"
        )
        found: list[str] = []
        for table, columns in (("adverts", ("text", "phone")), ("pages", ("text",)), ("payments", ("memo",))):
            rows = self.lake.query(f'SELECT record_id, {", ".join(columns)} FROM "{table}"{unread}')  # noqa: S608 (ours)
            found += [
                row["record_id"]
                for row in rows.to_pylist()
                if any(self._names(row[name], person, numbers) for name in columns if row[name])
            ]
        return found

    def _names(self, text: str, person: str, numbers: Sequence[str]) -> bool:
        if not numbers:
            return person.casefold() in text.casefold()
        return any(one.value in numbers for one in phones(text, region=self.settings.region or None))

    def _sealed_naming(self, actor: Actor, person: str, numbers: Sequence[str]) -> list[str]:
        """Cases and tips whose own sealed contact is this number or address: a recorded machine read that shows nobody.

        A right does not wait for an assessment, nor for what the source's purpose fits: all of them are read.
        """
        found: list[str] = []
        purpose = self.purpose_for(actor, Action.ERASE)
        for kind, fields in (("cases", ("phone", "email")), ("tips", ("contact",))):
            for batch in self.vault.sealed_batches(kind, actor, purpose, fields=fields, action=Action.ERASE):
                for row in batch.to_pylist():
                    values = [row[name] for name in fields if row[name]]
                    if any(v.strip() in numbers or self._names(v, person, numbers) for v in values):
                        found.append(row["record_id"])
        return found

    def _identifiers(self, person: str) -> tuple[list[str], list[str]]:
        """Pseudonyms of the phone number or address that `person` is, and the number itself."""
        if "@" in person:
            return [self.keys.pseudonym("email", one.value) for one in emails(person)], []
        if person.startswith("+"):
            numbers = [one.value for one in phones(person)] or ["+" + "".join(filter(str.isdigit, person))]
            return [self.keys.pseudonym("phone", number) for number in numbers], numbers
        return [], []

    def _starting(self, name: str) -> dict[str, Doomed]:
        found: dict[str, Doomed] = {}
        for table, kind in self._tables():
            rows = self.lake.query(
                f'SELECT record_id, source_id, external_id FROM "{table}" WHERE starts_with(record_id, $1) OR external_id = $1 OR (length($1) >= 12 AND starts_with(external_id, $1))',  # noqa: S608 (ours)
                [name],
            )
            found |= _doomed(rows, kind)
        return found

    def _records_named(self, records: Iterable[str]) -> dict[str, Doomed]:
        """Records by their whole ids, whatever their kind: as the lake has them, or the vault alone."""
        wanted = list(records)
        found: dict[str, Doomed] = {}
        for table, kind in self._tables() if wanted else ():
            rows = self.lake.query(
                f'SELECT record_id, source_id, external_id FROM "{table}" WHERE record_id IN (SELECT unnest($1))',  # noqa: S608 (ours)
                [wanted],
            )
            found |= _doomed(rows, kind)
        for id, (kind, source, _, _) in self.vault.sealed_records([id for id in wanted if id not in found]).items():
            found[id] = Doomed(id, kind, source)
        return found

    def _tables(self) -> list[tuple[str, str]]:
        """Tables of records, and the kind of each. Areas are no persons."""
        there = set(self.lake.names())
        tables = [(kind.plural, kind.plural) for kind in KINDS.values() if kind.plural != "areas"] + [
            (SUPERSEDED, "cases"),
            (SUPERSEDED_ADVERTS, "adverts"),
        ]
        return [(table, kind) for table, kind in tables if table in there]

    def _same_person(self, cases: Sequence[str]) -> tuple[set[str], set[str]]:
        """Cases that judgements join to these, and those that are only proposed to be the same."""
        if not cases:
            return set(), set()
        sets = self._sets()
        joined = Joined(edges_of(self._verdicts(sets), sets))
        tops = {joined.top(case) for case in cases}
        known = {record for row in self._judged_members() for record in row}
        same = {record for record in known if joined.top(record) in tops} | set(cases)
        proposed = {
            record for line in self._proposals().values()
            if line.state != "refused" and set(line.numbers) & same
            for record in line.numbers
        }  # fmt: skip
        return same, proposed - same

    def _judged_members(self) -> list[tuple[str, ...]]:
        sets = self._sets()
        return [members_of(subject, sets) for subject in self._verdicts(sets)]

    def _of_case(self, record: str) -> list[Doomed]:
        """A case's record with all earlier and later files of the same number."""
        row = next(iter(self._records_named([record]).values()), None)
        if row is None:
            return []
        if not row.external:
            return [row]
        same = [
            each
            for each in self._starting(row.external).values()
            if each.kind == "cases" and each.external == row.external
        ]
        return same or [row]

    def _with_adverts(self, adverts: Sequence[Doomed]) -> dict[str, Doomed]:
        """Postings of these adverts, pictures that they alone show, and what the adverts were before they were put right."""
        if not adverts:
            return {}
        places = {(each.source, each.external) for each in adverts if each.external}
        before = [
            each
            for each in self._records_named(self._superseded_adverts()).values()
            if (each.source, each.external) in places
        ]
        ids = [each.record for each in adverts]
        postings = self.lake.query(
            "SELECT p.record_id, p.source_id, p.external_id FROM postings p JOIN adverts a ON p.advert = a.external_id AND p.source_id = a.source_id WHERE a.record_id IN (SELECT unnest($1))",
            [ids],
        )
        shown = "SELECT source_id, trim(unnest(string_split(pictures, ';'))) AS picture FROM adverts WHERE pictures IS NOT NULL AND record_id"
        images = self.lake.query(
            f"SELECT i.record_id, i.source_id, i.external_id FROM images i WHERE (source_id, external_id) IN ({shown} IN (SELECT unnest($1))) AND (source_id, external_id) NOT IN ({shown} NOT IN (SELECT unnest($1)))",  # noqa: S608 (ours)
            [ids],
        )
        return {each.record: each for each in before} | _doomed(postings, "postings") | _doomed(images, "images")

    def _superseded_adverts(self) -> list[str]:
        if SUPERSEDED_ADVERTS not in self.lake.names():
            return []
        return list(self.lake.read(SUPERSEDED_ADVERTS, ["record_id"])["record_id"].to_pylist())


def _doomed(rows: pa.Table, kind: str) -> dict[str, Doomed]:
    """By record id, of rows with record_id, source_id and external_id."""
    columns = (rows[name].to_pylist() for name in ("record_id", "source_id", "external_id"))
    return {
        record: Doomed(record, kind, source, external or "") for record, source, external in zip(*columns, strict=True)
    }
