"""Adds files to a workspace and walks what is in it through the rooms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from clew.records import Kind, Mapping, Source
from clew.records.write import write_table
from clew.safeguards.actors import Actor
from clew.safeguards.permissions import Action
from clew.workspace import chain
from clew.workspace.adding import Added, part, read_source_file
from clew.workspace.chain import Progress, Ran, Texts
from clew.workspace.opened import Opened


def _silent(step: str, done: int, total: int) -> None:
    pass


class Walks(Opened):
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
        `rejects/` folder, or in the file named.
        """
        purpose = self.purpose_for(actor, Action.ADD_RECORDS)
        read = read_source_file(path, kind, mapping)
        parted = part(read, kind, source, self.keys)
        self.vault.add_source(source, actor=actor, purpose=purpose)
        if kind.sealed:
            self.vault.seal_records(kind.plural, source.id, parted.sealed, actor=actor, purpose=purpose)
        new = self.lake.append_records(kind, parted.open)
        added = Added(kind.plural, new, read.table.num_rows - new, read.rejects)
        counts = {"kind": kind.plural, "new": added.new, "known": added.known, "rejected": len(read.rejects)}
        self.vault.record(actor, Action.ADD_RECORDS.value, source.id, purpose, counts)
        if len(read.rejects):
            write_table(read.rejects.table, rejects or self._rejects_file(path))
        return added

    def _rejects_file(self, path: Path) -> Path:
        folder = self.folder / "rejects"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{path.name.split('.')[0]}.rejects.csv"

    def run(self, actor: Actor, progress: Progress = _silent) -> Ran:
        """Walks everything through signals, links, networks and leads. The same records give the same leads."""
        purpose = self.purpose_for(actor, Action.RUN_CHAIN)
        self.vault.require(actor, Action.RUN_CHAIN, purpose, "lake")
        claims, failures, seen = self._signals(actor, progress)
        clusters, edges, hubs = chain.link(self.lake, progress)
        progress("Joining networks", 0, 1)
        members = chain.join_networks(self.lake, clusters, edges)
        progress("Joining networks", 1, 1)
        progress("Weighing leads", 0, 1)
        leads = chain.find_leads(self.lake, self.settings)
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
        found, failures, seen = chain.read_signals(self._texts(actor), self.keys, self.settings, tick)
        tick(total)
        claims = pa.concat_tables([found, chain.field_claims(self.lake, self.keys, self.settings)])
        self.lake.replace("claims", claims)
        self.lake.replace("failures", failures)
        return claims, failures, seen

    def _texts(self, actor: Actor) -> Iterator[Texts]:
        yield from chain.open_texts(self.lake)
        purpose = self.purpose_for(actor, Action.RUN_CHAIN)
        for plural in chain.SEALED_TEXTS:
            for batch in self.vault.sealed_batches(plural, actor, purpose, fields=["text"]):
                said = batch.filter(batch["text"].is_valid())
                if said.num_rows:
                    ids, texts = said["record_id"].combine_chunks(), said["text"].combine_chunks()
                    yield Texts(plural[:-1], ids, texts, sealed=True)


def _distinct(table: pa.Table, column: str) -> int:
    return len(table[column].unique())
