"""Erases a person: their keys, then all that was derived from their records, then what files hold; and certifies it.

The keys go first, in one transaction with the entries of the log and the register of erasures. Whatever stops the rest
is finished when the workspace is next opened, from that register.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from clew.records import KINDS
from clew.records.kinds import Sensitivity
from clew.records.write import whole_file
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.erasure import Certificate
from clew.safeguards.errors import Blocked, NotFound
from clew.safeguards.permissions import Action
from clew.store.erasing import Doomed
from clew.store.key_book import write_book
from clew.store.lake_forgetting import NAMES
from clew.workspace import disclosed
from clew.workspace.drafts import drop_drafts
from clew.workspace.person_records import PersonRecords, PersonRecordsFinding

_TELLING = 4
"""Characters of a value from which it is looked for in rejected rows."""


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """`tell`: services that were sent a referral, and recipients of disclosures, who must be told (GDPR art. 19). It is kept nowhere."""

    certificate: Certificate
    tell: tuple[str, ...]


class ErasingPersons(PersonRecordsFinding):
    if TYPE_CHECKING:

        def mend_contacts(self) -> None:
            """Of `ContactHelping`, which every workspace is too."""

    def erase_person(self, actor: Actor, purpose: Purpose, found: PersonRecords, why: str) -> ErasedPerson:
        """Destroys a person's keys and purges what was derived. Raises NotAllowed, Conflict where a record is held.

        After it nobody can read their records, also not from backups made before: their keys are in no backup, and every
        key book that can be reached is written anew without them. One that cannot is named in the certificate.
        """
        self.vault.require(actor, Action.ERASE, purpose, "person")
        values, tell = self._known_of(actor, purpose, found)
        told = disclosed.about(self.folder, self.keys, found.ids)
        tell = tuple(sorted({*tell, *(r.recipient for r in self.vault.releases() if r.id in told)}))
        erasure, keys = self.vault.destroy(found.records, actor, purpose, why=why, named=values)
        body = {"ground": "GDPR art. 17", "records": found.kinds(), "keys_destroyed": keys}
        certificate = self._purge(actor, purpose, erasure, found.records, body)
        return ErasedPerson(certificate, tell)

    def _known_of(self, actor: Actor, purpose: Purpose, found: PersonRecords) -> tuple[frozenset[str], tuple[str, ...]]:
        """What names the person, to look for it in rejected rows, and who was sent a referral. Opened as recorded acts."""
        values: set[str] = set()
        tell: set[str] = set()
        sealed = self.vault.sealed_records(found.ids)
        for record, (kind, _, _, erased) in sealed.items():
            if erased:
                continue
            copy = self.vault.access_copy(
                record, actor, purpose, why="erasure: what names the person is looked for in files"
            )
            telling = [f.name for f in KINDS[kind].fields if f.sensitivity is Sensitivity.IDENTITY]
            values |= {copy["sealed"].get(name) or "" for name in telling}
            tell |= {r.get("organisation") or r.get("service", "") for r in copy["referrals"] if _left(r)}
        values |= {each.external for each in found.records if each.record not in sealed}
        return frozenset(plain for v in values if len(plain := _plain(v)) >= _TELLING), tuple(sorted(tell))

    def _purge(
        self,
        actor: Actor,
        purpose: Purpose,
        erasure: str,
        records: Sequence[Doomed],
        body: dict[str, object],
    ) -> Certificate:
        """Takes erased records out of lake and files, checks that they are gone and signs what was done.

        Raises Blocked when anything can still be read: then there is no certificate.
        """
        ids = [each.record for each in records]
        removed = disclosed.drop(self.folder, self.keys, ids)
        gone = self.lake.forget(ids)
        self.mend_contacts()
        rejected = self._purge_rejects()
        drop_drafts(self.folder, all_of_them=True)
        self.vault.purged()
        reached, missed = self.write_books()
        left = self._left_over(ids)
        if left:
            raise Blocked(f"erasure {erasure}: {left} can still be found; nothing is certified")
        done = {
            "lake_rows_removed": gone, "lake_file": "written anew", "rejected_rows_removed": rejected,
            "disclosed_files_removed": len(removed),
            "key_books_written": reached, "key_books_not_reached": missed,
            "backups": "earlier backups hold no keys: with the key books named above written anew, none of them opens these records",
            "not_undone": [
                "releases are anonymous or synthetic and cannot be called back",
                "what was disclosed to a named recipient is with them", "models fitted before keep their weights until they are fitted anew",
                "leads of the networks that these records were in come back without them at the next 'clew run'",
                "the log keeps that these records were here, under ids that cannot be guessed from their content where it was sealed",
            ],
        }  # fmt: skip
        return self.vault.certify(actor, purpose, erasure, {**body, **done})

    def _left_over(self, ids: Sequence[str]) -> str:
        """Where any of these records can still be read; empty when nowhere."""
        if not all(erased for _, _, _, erased in self.vault.sealed_records(ids).values()):
            return "a key"
        for table, columns in self.lake.columns().items():
            for name in (each for each in NAMES if each in columns):
                query = f'SELECT 1 FROM "{table}" WHERE "{name}" IN (SELECT unnest($1)) LIMIT 1'  # noqa: S608 (ours)
                if self.lake.query(query, [list(ids)]).num_rows:
                    return f"rows of {table}"
        return ""

    def mend_purges(self) -> None:
        """Finishes what an interrupted erasure left in the lake and among rejected rows. Does nothing where nothing is owed."""
        if not self.vault.purge_is_owed():
            return
        gone: list[str] = []
        for table, kind in self._tables():
            rows = self.lake.query(f'SELECT record_id, source_id, external_id FROM "{table}"')  # noqa: S608 (ours)
            given = zip(*(rows[name].to_pylist() for name in rows.column_names), strict=True)
            gone += self.vault.erased_among(kind, given)
        if gone:
            disclosed.drop(self.folder, self.keys, gone)
            self.lake.forget(gone)
        self._purge_rejects()
        drop_drafts(self.folder, all_of_them=True)
        self.vault.purged()
        self.write_books()

    # Files.

    def write_books(self) -> tuple[list[str], list[str]]:
        """Writes the key book to every place that the settings name: those written, and those not reached."""
        reached: list[str] = []
        missed: list[str] = []
        book = self.vault.key_book() if self.settings.key_books else None
        header = (self.folder / "keys.json").read_text(encoding="utf-8") if self.settings.key_books else ""
        for place in self.settings.key_books:
            try:
                assert book is not None
                write_book(book, Path(place).expanduser(), self.keys, header)
                reached.append(place)
            except OSError:
                missed.append(place)
        return reached, missed

    def _purge_rejects(self) -> int:
        """Takes rows that hold what names an erased person out of the rejected ones; says how many.

        The keys are gone by now, and with them what was opened: what is owed is known by keyed hashes alone.
        """
        folder, removed, marks = self.folder / "rejects", 0, self.vault.owed_marks()
        marked = cache(self.vault.mark_of_value)
        for path in sorted(folder.glob("*.rejects.csv*")) if marks else ():
            sealed = path.name.endswith(".sealed")
            content = self.keys.unseal(path.read_bytes(), f"rejects/{path.name}") if sealed else path.read_bytes()
            kept, out = _without(content, lambda cell: len(cell) >= _TELLING and marked(cell) in marks)
            if out:
                with whole_file(path) as part:
                    part.write_bytes(self.keys.seal(kept, f"rejects/{path.name}") if sealed else kept)
                path.chmod(0o600)
                removed += out
        return removed

    def certificate_of(self, actor: Actor, purpose: Purpose, erasure: str) -> Certificate:
        """NotFound when there is none."""
        for certificate in self.vault.certificates(actor, purpose):
            if certificate.facts["id"] == erasure:
                return certificate
        raise NotFound("there is no such certificate")


def _left(referral: dict[str, object]) -> bool:
    steps = referral.get("steps")
    return isinstance(steps, list) and any(step["what"] not in ("drafted", "withdrawn") for step in steps)


def _plain(value: str) -> str:
    return " ".join(value.split()).casefold()


def _without(content: bytes, is_theirs: Callable[[str], bool]) -> tuple[bytes, int]:
    """A CSV without the rows in which a cell names an erased person, and how many went."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8"))))
    kept = [row for row in rows if not any(is_theirs(_plain(cell)) for cell in row)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(kept)
    return out.getvalue().encode(), len(rows) - len(kept)
