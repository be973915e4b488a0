"""Adds files to a workspace and walks what is in it through the rooms."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from clew.records import Kind, Mapping, Source
from clew.records.rejects import Rejects
from clew.records.write import whole_file, write_table
from clew.safeguards.actors import Actor
from clew.safeguards.errors import NotFound
from clew.safeguards.permissions import Action
from clew.workspace import chain, joining, weighing
from clew.workspace.adding import Added, part, read_source_file, without_erased
from clew.workspace.case_numbers import CaseNumbers
from clew.workspace.chain import Progress, Ran, Texts
from clew.workspace.helping_contacts import ContactHelping

SEALED = ".sealed"


def _silent(step: str, done: int, total: int) -> None:
    pass


class Walks(ContactHelping, CaseNumbers):
    def add(
        self,
        kind: Kind,
        path: Path,
        source: Source,
        mapping: Mapping | None,
        actor: Actor,
        *,
        rejects: Path | None = None,
    ) -> Added:
        """Takes a file's rows in under a source. Rows that are here already are counted, not doubled.

        Sealed fields go to the vault, open ones to the lake. Rejected rows are kept whole in the workspace's
        `rejects/` folder, or in the file named. Calls go through the helpline's log; of a case that comes in again with
        other content the newest record stands.
        """
        if kind.plural == "calls":
            return self._add_calls(kind, path, source, mapping, actor, rejects)
        purpose = self.purpose_for(actor, Action.ADD_RECORDS)
        read = read_source_file(path, kind, mapping)
        parted = without_erased(self.vault, kind, part(read, kind, source, self.keys))
        self.vault.add_source(source, actor=actor, purpose=purpose)
        if kind.sealed:
            self.vault.seal_records(kind.plural, source.id, parted.sealed, actor=actor, purpose=purpose)
        rows = self.without_superseded(parted.open, kind.plural) if kind.plural in ("cases", "adverts") else parted.open
        new = self.lake.append_records(kind, rows)
        if kind.plural == "cases":
            self.settle_cases()
        added = Added(kind.plural, new, read.table.num_rows - new, read.rejects)
        counts = {"kind": kind.plural, "new": added.new, "known": added.known, "rejected": len(read.rejects)}
        self.vault.record(actor, Action.ADD_RECORDS.value, source.id, purpose, counts)
        if len(read.rejects):
            self._keep_rejects(kind, path, read.rejects, rejects)
        return added

    def _add_calls(
        self, kind: Kind, path: Path, source: Source, mapping: Mapping | None, actor: Actor, rejects: Path | None
    ) -> Added:
        logged, read = self.import_contacts(path, source, actor, mapping=mapping)
        if len(read.rejects):
            self._keep_rejects(kind, path, read.rejects, rejects)
        return Added(
            kind.plural,
            len(logged.new),
            len(read.contacts) - len(logged.new),
            read.rejects,
            corrected=len(logged.corrected),
        )

    def _keep_rejects(self, kind: Kind, path: Path, rejects: Rejects, where: Path | None) -> None:
        """Rejected rows, whole. Those of kinds that hold sealed fields are sealed, unless a file was named for them."""
        if where is not None:
            write_table(rejects.table, where)
            where.chmod(0o600)
            return
        folder = self.folder / "rejects"
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            written = Path(scratch) / "rejects.csv"
            write_table(rejects.table, written)
            content = written.read_bytes()
        name = f"{path.name.split('.')[0]}-{hashlib.sha256(content).hexdigest()[:10]}.rejects.csv"
        if kind.sealed:
            name += SEALED
            content = self.keys.seal(content, f"rejects/{name}")
        with whole_file(folder / name) as part:
            part.write_bytes(content)
        (folder / name).chmod(0o600)

    def open_rejects(self, name: str, actor: Actor) -> bytes:
        """Sealed rejects in clear, as CSV; that they were opened is recorded first. NotFound for another name."""
        purpose = self.purpose_for(actor, Action.READ_IDENTITY)
        self.vault.require(actor, Action.READ_IDENTITY, purpose, "rejects")
        path = self.folder / "rejects" / name
        if Path(name).name != name or not name.endswith(SEALED) or not path.is_file():
            raise NotFound("rejects: no sealed file of that name")
        self.vault.record(actor, Action.READ_IDENTITY.value, f"rejects/{name}", purpose)
        return self.keys.unseal(path.read_bytes(), f"rejects/{name}")

    def run(self, actor: Actor, progress: Progress = _silent) -> Ran:
        """Walks everything through signals, links, networks and leads. The same records give the same leads."""
        purpose = self.purpose_for(actor, Action.RUN_CHAIN)
        self.vault.require(actor, Action.RUN_CHAIN, purpose, "lake")
        self.mend_contacts()
        self.settle_cases()
        claims, failures, seen = self._signals(actor, progress)
        clusters, edges, hubs = joining.link(self.lake, progress)
        progress("Joining networks", 0, 1)
        members = joining.join_networks(self.lake, clusters, edges, progress, hands_up_to=self.settings.hands_up_to)
        progress("Joining networks", 1, 1)
        progress("Weighing leads", 0, 1)
        leads = weighing.find_leads(self.lake, self.settings)
        progress("Weighing leads", 1, 1)
        ran = Ran(
            texts=seen,
            claims=claims.num_rows,
            failures=failures.num_rows,
            clusters=_distinct(clusters, "cluster"),
            networks=_distinct(members, "network"),
            leads=leads.num_rows,
            hubs=hubs.num_rows,
        )
        counts = {"texts": ran.texts, "claims": ran.claims, "failures": ran.failures, "leads": ran.leads}
        self.vault.record(actor, Action.RUN_CHAIN.value, "lake", purpose, counts)
        return ran

    def _signals(self, actor: Actor, progress: Progress) -> tuple[pa.Table, pa.Table, int]:
        total = sum(self.lake.count(plural) for plural in (*chain.OPEN_TEXTS, *chain.SEALED_TEXTS))

        def tick(done: int) -> None:
            progress("Reading signals", min(done, total), total)

        tick(0)
        found, failures, read = chain.read_signals(self._texts(actor), self.keys, self.settings, tick)
        tick(total)
        named, unread = chain.field_claims(self.lake, self.keys, self.settings)
        claims, failures = pa.concat_tables([found, named]), chain.together(failures, unread)
        self.lake.replace({"claims": claims, "failures": failures, "texts_read": read})
        return claims, failures, read.num_rows

    def _texts(self, actor: Actor) -> Iterator[Texts]:
        yield from chain.open_texts(self.lake)
        purpose = self.purpose_for(actor, Action.RUN_CHAIN)
        for plural in chain.SEALED_TEXTS:
            for batch in self.vault.sealed_batches(plural, actor, purpose, fields=["text"]):
                if batch.num_rows:
                    ids, texts = batch["record_id"].combine_chunks(), batch["text"].combine_chunks()
                    yield Texts(plural[:-1], ids, texts, sealed=True)


def _distinct(table: pa.Table, column: str) -> int:
    return len(table[column].unique())
