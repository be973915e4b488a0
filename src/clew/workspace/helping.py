"""The directory of services: what is taken in, looked for and shown. Checked and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from clew.desk import DirectoryView, FitPart, ServiceAsk, ServiceLine
from clew.intake.directory import Directory as ReadDirectory
from clew.intake.directory import as_body, from_body, read_directory
from clew.intake.directory_rules import Facts, known
from clew.intake.directory_search import Ask, Directory, Found, Nearness, language_codes, term_codes, where
from clew.records.imprecise import AgeRange
from clew.records.raw import Format
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotFound, UsageError
from clew.safeguards.permissions import Action
from clew.standards.services import dimensions
from clew.store.helpline_services import Put
from clew.workspace.helping_contacts import ContactHelping


class Helping(ContactHelping):
    _directory: tuple[tuple[int, datetime | None], Directory] | None = None

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
