"""The helpline's log: what a person logs, corrects, reads and counts. Checked and recorded."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from clew.desk import (
    WINDOWS,
    AreaCount,
    ContactCounts,
    ContactLine,
    ContactNote,
    ContactVersion,
    ContactView,
    DayCount,
)
from clew.intake.hotline import AREA_UNKNOWN, Contact, check, place_of
from clew.intake.hotline_counts import Counted, count_contacts
from clew.intake.hotline_file import Contacts, read_contacts
from clew.records import KINDS, Source
from clew.records import Mapping as Columns
from clew.records.raw import Format
from clew.records.source import LegalBasis
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Erased, UsageError
from clew.safeguards.permissions import Action
from clew.standards import places
from clew.store.helpline import EarlierContact, KeptContact, Logged
from clew.store.helpline_rows import NewContact
from clew.store.lake import record_columns
from clew.workspace.case_numbers import CaseNumbers

_ONE_AT_A_TIME = threading.RLock()
"""Whoever changes contacts also tells the lake before the next one does. Only one process has the lake open."""


class ContactHelping(CaseNumbers):
    def listener(self, session: str) -> tuple[Actor, Purpose] | None:
        return self.vault.listener(session)

    def log_contact(self, actor: Actor, purpose: Purpose, form: Mapping[str, str]) -> str:
        """Keeps one contact and answers its id. It is also a record of the kind `calls`, for the chain.

        A form that carries a token (`once`) is kept once, however often it is sent.
        """
        self.vault.require(actor, Action.LOG_CONTACT, purpose, "contact")
        contact = check(form, now=datetime.now(UTC), region=self.settings.region)
        source = Source(name=self.settings.helpline_source, basis=LegalBasis(self.settings.helpline_basis))
        once = form.get("once", "")
        id = f"form/{actor.id}/{once}" if re.fullmatch(r"[0-9a-f]{32}", once) else ""
        if id and not form.get("received", "").strip():
            contact = self._as_first_sent(id, contact)
        logged = self._keep(actor, purpose, source, [(id, contact)])
        if logged.erased:
            raise Erased("the contact was erased: log it anew")
        return next(iter((*logged.written, *logged.same, *logged.earlier)))

    def _as_first_sent(self, id: str, contact: Contact) -> Contact:
        """The same contact with the moment that it was first sent with: `now` is another one each time."""
        first = self.vault.received_of(id)
        return contact if first is None else replace(contact, received=first)

    def import_contacts(
        self, path: Path, source: Source, actor: Actor, *, columns: Mapping[str, str] | None = None,
        layout: Format = Format(), mapping: Columns | None = None,  # noqa: B008 (frozen)
    ) -> tuple[Logged, Contacts]:  # fmt: skip
        """Takes a helpline's file in; answers what became of the contacts, and what was read.

        Each comes in once. One that is here with other content is corrected, and what it was before is kept.
        """
        purpose = self.purpose_for(actor, Action.LOG_CONTACT)
        self.vault.require(actor, Action.LOG_CONTACT, purpose, source.id)
        now, region = datetime.now(UTC), self.settings.region
        read = read_contacts(path, now=now, region=region, columns=columns, layout=layout, mapping=mapping)
        read = self._with_first_times(source, read, now)
        logged = self._keep(actor, purpose, source, [(f"{source.id}/{id}", contact) for id, contact in read.contacts])
        return logged, read

    def _with_first_times(self, source: Source, read: Contacts, now: datetime) -> Contacts:
        """Contacts without a time of their own keep the one that they first came in with."""
        timeless = [id for id, contact in read.contacts if contact.received == now]
        first = {id: self.vault.received_of(f"{source.id}/{id}") for id in timeless}
        kept = tuple((id, replace(c, received=at) if (at := first.get(id)) else c) for id, c in read.contacts)
        return Contacts(kept, read.rejects)

    def _keep(self, actor: Actor, purpose: Purpose, source: Source, contacts: Sequence[tuple[str, Contact]]) -> Logged:
        """Keeps contacts in the vault, then tells the lake; what the lake missed before, it is told too."""
        with _ONE_AT_A_TIME:
            self.vault.add_source(source, actor=actor, purpose=purpose)
            owed = self.vault.lake_is_owed()
            logged = self.vault.log_contacts(actor, purpose, source.id, [_new(id, contact) for id, contact in contacts])
            self._tell_lake(None if owed else logged.written)
        return logged

    def _tell_lake(self, ids: Sequence[str] | None) -> None:
        """The open half of these contacts, or of all: the chain joins what was said with adverts by what both name.

        As often as wanted: a contact is in the lake once, as it stands in the vault, and an erased one is not.
        """
        rows = self.vault.contact_records(ids)
        table = pa.Table.from_pylist(
            [
                {"record_id": id, "source_id": source, "external_id": id, "received": received, "area": area or None,
                 "topic": topic, "language": language or None}
                for id, source, received, area, topic, language in rows
            ],
            schema=record_columns(KINDS["calls"]),
        )  # fmt: skip
        gone: Sequence[str] = ()
        if ids is None:
            there = self.lake.query("SELECT record_id FROM calls WHERE starts_with(record_id, 'ctc_')")
            gone = sorted(set(there["record_id"].to_pylist()) - set(table["record_id"].to_pylist()))
        self.lake.put_records(KINDS["calls"], table, gone=gone)
        self.vault.lake_was_told()

    def mend_contacts(self) -> None:
        """Tells the lake what an interrupted or failed write kept from it. Does nothing where nothing is owed."""
        with _ONE_AT_A_TIME:
            if self.vault.lake_is_owed():
                self._tell_lake(None)

    def erase_contact(self, actor: Actor, purpose: Purpose, contact: str, why: str) -> None:
        """Destroys a contact's key, empties its rows, and takes it and what was found in it out of the lake."""
        with _ONE_AT_A_TIME:
            self.vault.erase([contact], actor, purpose, why=why)
            self._tell_lake(None)

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
                language=row.language, status=row.status or "", case=numbers.get(row.case_record, ""), numbered=row.numbered,
                others=row.others, erased=row.erased, by=names.get(row.actor, row.actor),
            )
            for row in rows
        ]  # fmt: skip

    def contact(
        self, actor: Actor, purpose: Purpose, contact: str,
        *, open_number: bool = False, open_words: bool = False, why: str = "",
    ) -> ContactView:  # fmt: skip
        """One contact, sealed. Words and number open by acts of their own, each with a reason that a person gave."""
        opened: dict[str, str] = {}
        before: Sequence[EarlierContact] | None = None
        if open_number or open_words:
            opened, before = self.vault.open_contact(actor, purpose, contact, number=open_number, why=why)
        row, others, notes, versions = self.vault.contact(actor, purpose, contact)
        numbers, names = self._case_numbers([note.case_record or "" for note in notes]), self.names()
        return ContactView(
            line=self._lines([row])[0],
            recognised=row.area != AREA_UNKNOWN,
            text=opened.get("text", "") if open_words else None,
            area_words=opened.get("area", "") if open_words else None,
            number=opened.get("caller", "") if open_number else None,
            others=self._lines(others),
            notes=[
                ContactNote(
                    status=note.status, at=note.at, by=names.get(note.actor, note.actor),
                    case=None if note.case_record is None else numbers.get(note.case_record, ""),
                )
                for note in notes
            ],
            earlier=[
                ContactVersion(
                    changed=one.changed, by=names.get(one.actor, one.actor), at=one.at, text=one.fields.get("text", ""),
                    area_words=one.fields.get("area", ""), number=one.fields.get("caller", ""), was=one.was,
                )
                for one in (versions if before is None else before)
            ],
        )  # fmt: skip

    def note_contact(
        self, actor: Actor, purpose: Purpose, contact: str, *, status: str | None = None, case: str | None = None
    ) -> None:
        """Records a status, or the case (by its number; '' for none) that a contact belongs to."""
        record = None if case is None else (self._case_of(case) if case else "")
        self.vault.note_contact(actor, purpose, contact, status=status, case_record=record)

    def correct_area(self, actor: Actor, purpose: Purpose, contact: str, area: str) -> None:
        """Puts a place that the gazetteer knows in the place of a contact's area; what stood there before is kept."""
        self.vault.require(actor, Action.LOG_CONTACT, purpose, contact)
        label, country = place_of(area)
        if not country:
            known = "not a town or a country that the gazetteer knows; a larger place near by will do"
            raise UsageError(f"area: {known if label else 'required'}")
        with _ONE_AT_A_TIME:
            owed = self.vault.lake_is_owed()
            self.vault.correct_area(actor, purpose, contact, label, country)
            self._tell_lake(None if owed else [contact])

    def watch_contacts(self, actor: Actor, purpose: Purpose, days: int = 30) -> Callable[[], ContactCounts]:
        """Counts of the last so many days, suppressed and in steps; checked and recorded once, here."""
        if days not in WINDOWS:
            raise UsageError(
                f"days: one of {', '.join(map(str, WINDOWS))}; windows a day apart would give single callers away"
            )
        times = self.vault.watch_contacts(actor, purpose, f"counts of {days} days")
        below = self.settings.suppress_below

        def count() -> ContactCounts:
            now = datetime.now(UTC)
            rows = times(now - timedelta(days=days + 1))
            return _counts(count_contacts(rows, now=now, days=days, below=below), below)

        return count


def _new(id: str, contact: Contact) -> NewContact:
    return NewContact(
        id=id, channel=contact.channel, received=contact.received, area=contact.area, country=contact.country,
        topic=contact.topic, language=contact.language, status=contact.status, number=contact.number, text=contact.text,
        area_words=contact.area_words,
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
