"""The helpline and the directory of services: what a person logs, reads, counts and looks for. Checked and recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from clew.desk import (
    WINDOWS,
    AreaCount,
    ContactCounts,
    ContactLine,
    ContactNote,
    ContactView,
    DayCount,
    DirectoryView,
    FitPart,
    ServiceAsk,
    ServiceLine,
)
from clew.intake.directory import Directory as ReadDirectory
from clew.intake.directory import as_body, from_body, read_directory
from clew.intake.directory_rules import Facts, known
from clew.intake.directory_search import Ask, Directory, Found, Nearness, language_codes, term_codes, where
from clew.intake.hotline import Contact, Contacts, check, read_contacts
from clew.intake.hotline_counts import Counted, count_contacts
from clew.records import KINDS, Source
from clew.records.imprecise import AgeRange
from clew.records.raw import Format
from clew.records.source import LegalBasis
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotFound, UsageError
from clew.safeguards.permissions import Action, decide
from clew.standards import places
from clew.standards.services import dimensions
from clew.store.helpline import KeptContact, NewContact
from clew.store.helpline_services import Put
from clew.workspace.opened import Opened


class Helping(Opened):
    _directory: tuple[tuple[int, datetime | None], Directory] | None = None

    def is_signed_in(self, session: str) -> bool:
        return self.vault.is_signed_in(session)

    # Contacts.

    def log_contact(self, actor: Actor, purpose: Purpose, form: Mapping[str, str]) -> str:
        """Keeps one contact and answers its id. It is also a record of the kind `calls`, for the chain."""
        self.vault.require(actor, Action.LOG_CONTACT, purpose, "contact")
        contact = check(form, now=datetime.now(UTC), region=self.settings.region)
        source = Source(name=self.settings.helpline_source, basis=LegalBasis(self.settings.helpline_basis))
        (id,) = self._keep(actor, purpose, source, [("", contact)])
        return id

    def import_contacts(
        self, path: Path, source: Source, actor: Actor, *, columns: Mapping[str, str] | None = None, layout: Format = Format()  # noqa: B008 (frozen)
    ) -> tuple[int, Contacts]:  # fmt: skip
        """Takes a helpline's file in; answers how many contacts were new, and what was read. Each comes in once."""
        purpose = self.purpose_for(actor, Action.LOG_CONTACT)
        self.vault.require(actor, Action.LOG_CONTACT, purpose, source.id)
        read = read_contacts(path, now=datetime.now(UTC), region=self.settings.region, columns=columns, layout=layout)
        new = self._keep(actor, purpose, source, [(f"{source.id}/{id}", contact) for id, contact in read.contacts])
        return len(new), read

    def _keep(
        self, actor: Actor, purpose: Purpose, source: Source, contacts: Sequence[tuple[str, Contact]]
    ) -> Sequence[str]:
        self.vault.add_source(source, actor=actor, purpose=purpose)
        new = [_new(id, contact) for id, contact in contacts]
        kept = self.vault.log_contacts(actor, purpose, source.id, new)
        self._to_lake(source, kept)
        return kept

    def _to_lake(self, source: Source, ids: Sequence[str]) -> None:
        """The open half of the contacts, so that the chain joins what was said with adverts by what both name."""
        rows = self.vault.contact_records(ids)
        table = pa.Table.from_pylist(
            [
                {"record_id": id, "source_id": source.id, "external_id": id, "received": received, "area": area or None,
                 "topic": topic, "language": language or None}
                for id, received, area, topic, language in rows
            ],
            schema=pa.schema([(name, kind) for name, kind in _CALLS]),
        )  # fmt: skip
        self.lake.append_records(KINDS["calls"], table)

    def contacts(
        self, actor: Actor, purpose: Purpose, *, status: str | None = None, offset: int = 0, limit: int = 50
    ) -> tuple[Sequence[ContactLine], int]:
        """Contacts, newest first, without words and numbers; and how many there are."""
        rows, total = self.vault.contacts(actor, purpose, status=status, offset=offset, limit=limit)
        return self._lines(rows), total

    def _lines(self, rows: Sequence[KeptContact]) -> Sequence[ContactLine]:
        numbers, names = self._case_numbers([row.case_record for row in rows]), self.names()
        return [
            ContactLine(
                id=row.id, channel=row.channel, received=row.received, area=row.area, topic=row.topic,
                language=row.language, status=row.status, case=numbers.get(row.case_record, ""), numbered=row.numbered,
                others=row.others, erased=row.erased, by=names.get(row.actor, row.actor),
            )
            for row in rows
        ]  # fmt: skip

    def contact(self, actor: Actor, purpose: Purpose, contact: str, *, open_number: bool = False) -> ContactView:
        """One contact with what was said, where whoever asks may read it. The number opens by an act of its own."""
        row, others, notes = self.vault.contact(actor, purpose, contact)
        said: Mapping[str, str] | None = None
        if not row.erased and decide(actor, Action.READ_SEALED_TEXT, purpose).allowed:
            said = self.vault.open_contact(actor, purpose, contact, number=False, why="shown on the contact's page")
        number = None
        if open_number:
            opened = self.vault.open_contact(
                actor, purpose, contact, number=True, why="number opened on the contact's page"
            )
            number = opened.get("caller", "")
        numbers, names = self._case_numbers([note.case_record or "" for note in notes]), self.names()
        return ContactView(
            line=self._lines([row])[0],
            text=None if said is None else said.get("text", ""),
            number=number,
            others=self._lines(others),
            notes=[
                ContactNote(
                    status=note.status, at=note.at, by=names.get(note.actor, note.actor),
                    case=None if note.case_record is None else numbers.get(note.case_record, ""),
                )
                for note in notes
            ],
        )  # fmt: skip

    def note_contact(
        self, actor: Actor, purpose: Purpose, contact: str, *, status: str | None = None, case: str | None = None
    ) -> None:
        """Records a status, or the case (by its number; '' for none) that a contact belongs to."""
        record = None if case is None else (self._case_of(case) if case else "")
        self.vault.note_contact(actor, purpose, contact, status=status, case_record=record)

    def watch_contacts(self, actor: Actor, purpose: Purpose, days: int = 30) -> Callable[[], ContactCounts]:
        """Counts of the last so many days, suppressed and in steps; checked and recorded once, here."""
        if days not in WINDOWS:
            raise UsageError(
                f"days: one of {', '.join(map(str, WINDOWS))}; windows a day apart would give single contacts away"
            )
        times = self.vault.watch_contacts(actor, purpose, f"counts of {days} days")
        below = self.settings.suppress_below

        def count() -> ContactCounts:
            now = datetime.now(UTC)
            rows = times(now - timedelta(days=days + 1))
            return _counts(count_contacts(rows, now=now, days=days, below=below), below)

        return count

    # Cases by number. The lake has the numbers, the vault the records.

    def _case_of(self, number: str) -> str:
        found = self.lake.query("SELECT record_id FROM cases WHERE external_id = $1", [number])["record_id"].to_pylist()
        if not found:
            raise NotFound("there is no such case")
        return str(found[0])

    def _case_numbers(self, records: Sequence[str]) -> Mapping[str, str]:
        wanted = [record for record in dict.fromkeys(records) if record]
        if not wanted:
            return {}
        sql = "SELECT record_id, external_id FROM cases WHERE record_id IN (SELECT unnest($1))"
        return {row["record_id"]: row["external_id"] for row in self.lake.query(sql, [wanted]).to_pylist()}

    # The directory.

    def import_directory(
        self, path: Path, actor: Actor, *, columns: Mapping[str, str] | None = None, layout: Format = Format()  # noqa: B008 (frozen)
    ) -> tuple[Put, ReadDirectory]:  # fmt: skip
        """Takes a directory's file in. An entry that is here is replaced by its newer self; doubles are flagged."""
        purpose = self.purpose_for(actor, Action.MANAGE_DIRECTORY)
        read = read_directory(path, today=datetime.now(UTC).date(), columns=columns, layout=layout)
        entries = {service.id: (service.organisation, as_body(service)) for service in read.services}
        return self.vault.put_services(actor, purpose, entries, origin=path.suffix.lstrip(".")), read

    def directory(self, actor: Actor, purpose: Purpose) -> Directory:
        """The directory, ready for searching; read anew only after an import."""
        self.vault.require(actor, Action.READ_DIRECTORY, purpose, "directory")
        state = self.vault.services_state()
        held = self._directory
        if held is None or held[0] != state:
            held = (state, Directory([from_body(body) for body in self.vault.services(actor, purpose)]))
            self._directory = held
        return held[1]

    def services(
        self, actor: Actor, purpose: Purpose, ask: ServiceAsk, *, offset: int = 0, limit: int = 50
    ) -> DirectoryView:
        """Services that match what was typed, the surest and nearest first."""
        return self._found(actor, purpose, ask, facts_of(ask.facts), offset, limit)

    def _found(
        self, actor: Actor, purpose: Purpose, ask: ServiceAsk, facts: Facts, offset: int, limit: int
    ) -> DirectoryView:
        directory, wanted = self.directory(actor, purpose), asked(ask, facts)
        place = wanted.where
        results = directory.search(wanted, datetime.now(UTC), self.settings.stale_days)
        self.vault.record(actor, Action.READ_DIRECTORY.value, "directory", purpose, {"found": len(results.found)})
        return DirectoryView(
            rows=[service_line(found, directory) for found in results.found[offset : offset + limit]],
            total=len(results.found),
            unfit=results.unfit,
            entries=len(directory.services),
            place=place.label if place else "",
            same_name=place.others if place else 0,
            stale_days=self.settings.stale_days,
            facts=facts_said(facts),
        )

    def service(self, actor: Actor, purpose: Purpose, service: str) -> ServiceLine:
        """One entry of the directory with all its rules."""
        directory = self.directory(actor, purpose)
        entry = directory.get(service)
        if entry is None:
            raise NotFound("there is no such entry in the directory")
        alone = Directory([entry]).search(Ask(with_unfit=True), datetime.now(UTC), self.settings.stale_days)
        self.vault.record(actor, Action.READ_DIRECTORY.value, service, purpose)
        return service_line(alone.found[0], directory)


_CALLS = [
    ("record_id", pa.string()), ("source_id", pa.string()), ("external_id", pa.string()),
    *((f.name, f.type) for f in KINDS["calls"].fields if f.name != "id" and f.name not in KINDS["calls"].sealed),
]  # fmt: skip


def _new(id: str, contact: Contact) -> NewContact:
    return NewContact(
        id=id, channel=contact.channel, received=contact.received, area=contact.area, country=contact.country,
        topic=contact.topic, language=contact.language, status=contact.status, number=contact.number, text=contact.text,
    )  # fmt: skip


def _counts(counted: Counted, below: int) -> ContactCounts:
    return ContactCounts(
        until=counted.until,
        total=str(counted.total),
        total_suppressed=counted.total.hidden,
        areas=[_area(area, country, step.low, str(step)) for area, country, step in counted.areas],
        elsewhere=str(counted.elsewhere),
        elsewhere_suppressed=counted.elsewhere.hidden,
        days=[DayCount(day=day.isoformat(), low=s.low, words=str(s), suppressed=s.hidden) for day, s in counted.days],
        below=below,
    )


def _area(area: str, country: str, low: int, words: str) -> AreaCount:
    latitude, longitude = point_of(area, country)
    return AreaCount(area=area, country=country, latitude=latitude, longitude=longitude, low=low, words=words)


def point_of(area: str, country: str) -> tuple[float | None, float | None]:
    """Where a place lies: the city's point, else the country's, else nowhere."""
    land = places.country(country) if country else None
    if land is None:
        return None, None
    name = area.rpartition(",")[0] or area
    city = next((city for city in places.find(name) if city.country == land.alpha2), None)
    return (city.latitude, city.longitude) if city and area != land.name else (land.latitude, land.longitude)


def asked(ask: ServiceAsk, facts: Facts) -> Ask:
    """What was typed, as codes; raises UsageError for a word that is not known."""
    return Ask(
        where=where(ask.place), languages=language_codes(ask.language.split(";")),
        services=term_codes("services", ask.service.split(";")), open_now=ask.open_now, facts=facts, with_unfit=ask.with_unfit,
    )  # fmt: skip


def facts_of(given: Mapping[str, str]) -> Facts:
    """What was typed about a person, as facts; raises UsageError for what is not known."""
    age = None
    if text := given.get("age", "").strip():
        try:
            age = AgeRange.parse(text)
        except ValueError as error:
            raise UsageError(f"age: {error}") from None
    codes = {name: term_codes(name, given.get(name, "").split(";")) for name in dimensions() if name != "age"}
    single = {name: (found[0] if found else None) for name, found in codes.items() if name != "form"}
    return Facts(age=age, form=frozenset(codes["form"]), **single)


def facts_said(facts: Facts) -> Mapping[str, str]:
    """Facts in words, by the name of their dimension; only what is known."""
    return {one.name: words for one in dimensions().values() if (words := known(one, facts))}


_NEAR = {Nearness.HERE: "here", Nearness.COUNTRY: "country", Nearness.EVERYWHERE: "everywhere"}


def service_line(found: Found, directory: Directory) -> ServiceLine:
    """A service as pages and files show it."""
    service, twin = found.service, directory.twin(found.service.id)
    other = directory.get(twin.other) if twin else None
    return ServiceLine(
        id=service.id, organisation=service.organisation, name=service.name, place=service.place, country=service.country,
        reach=service.reach, services=service.services, languages=service.languages, phone=service.phone,
        email=service.email, url=service.url, hours=service.hours, timezone=service.timezone, note=service.note,
        verified=service.verified.isoformat() if service.verified else "", stale=found.stale, open=found.open.value,
        near=_NEAR[found.near], fit=found.fit.value,
        parts=[
            FitPart(
                name=dimensions()[part.dimension].name, answer=part.answer.value, words=part.words, ask=part.ask,
            )
            for part in found.parts
        ],
        twin=f"{other.organisation}: {twin.why}" if twin and other else "", twin_id=other.id if other else "",
    )  # fmt: skip
