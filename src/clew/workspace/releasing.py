"""Releases: looked at before a person signs, then written through the one door and entered in the ledger."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from clew.desk import ReleaseAsk, ReleasePreview
from clew.publish import Budget, anonymise, check, fingerprint, synthesise, write_release
from clew.publish.door import report_path
from clew.publish.types import Method, Releasable
from clew.records import KINDS
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Release
from clew.safeguards.errors import Blocked, ClewError, Conflict, UsageError
from clew.safeguards.permissions import Action
from clew.store.ledger import Proposed, refuse_overlapping
from clew.workspace.counting import cases_table
from clew.workspace.reading import Reading

DATASET = "cases"
PENDING = ".pending-"


class Releasing(Reading):
    def releases(self, actor: Actor, purpose: Purpose) -> Sequence[Release]:
        self.vault.require(actor, Action.READ_RELEASES, purpose, DATASET)
        return self.vault.releases()

    def released_to(self, actor: Actor, purpose: Purpose) -> Sequence[Release]:
        """What left for the actor's own organisation, the newest first; the reading is recorded."""
        self.vault.require(actor, Action.READ_SHARED, purpose, DATASET)
        name = " ".join(actor.organisation.split()).casefold()
        found = [each for each in self.vault.releases() if name and " ".join(each.recipient.split()).casefold() == name]
        self.vault.record(actor, Action.READ_SHARED.value, DATASET, purpose, {"releases": len(found)})
        return found[::-1]

    def preview_release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> ReleasePreview:
        """What would leave and at what price, and why it cannot if it cannot. Nothing is written.

        A synthesis draws its noise anew each time: what is released later has the same guarantee, not the same rows.
        """
        self.vault.require(actor, Action.RELEASE, purpose, DATASET)
        table = self._asked(ask)
        release, report = _made(table, ask)
        made = _fingerprint(table, ask)
        self.vault.record(actor, "preview_release", DATASET, purpose, {"method": ask.method, "fingerprint": made})
        return ReleasePreview(
            rows=release.value.num_rows, report=report, fingerprint=made, blocked=self._blocked(ask, made, report)
        )

    def _blocked(self, ask: ReleaseAsk, made: str, report: Mapping[str, Any]) -> str | None:
        try:
            check(sum(self.failed().values()))
            if any(release.fingerprint == made for release in self.vault.releases()):
                raise Conflict("the same data were released with the same method and settings before")
            refuse_overlapping(self.vault.releases(), DATASET, ask.method, json.dumps(report, ensure_ascii=False))
            if ask.method == Method.SYNTHESISE:
                spent = self.vault.spent(DATASET)
                Budget(dataset=DATASET, total_epsilon=self.settings.epsilon, spent=spent).spend(ask.parameter)
            elif ask.parameter < self.settings.k:
                raise Blocked(f"k: this workspace releases nothing below k = {self.settings.k}")
        except ClewError as error:
            return str(error)
        return None

    def release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> Release:
        """Makes the release: one event in the ledger, and one file with its report.

        The file is written first, then entered, then given its place; what stops between the last two steps is put right
        when the workspace is next opened (`recover_releases`).

        Raises Blocked where a detector failed or the budget is spent, Conflict where the same was released before.
        """
        self.vault.require(actor, Action.RELEASE, purpose, DATASET)
        table = self._asked(ask)
        made = _fingerprint(table, ask)
        check(sum(self.failed().values()))
        if ask.method == Method.ANONYMISE and ask.parameter < self.settings.k:
            raise Blocked(f"k: this workspace releases nothing below k = {self.settings.k}")
        release, report = _made(table, ask)
        folder = self.folder / "releases"
        folder.mkdir(mode=0o700, exist_ok=True)
        pending = folder / f"{PENDING}{secrets.token_hex(6)}.csv"
        try:
            digest = write_release(release, pending, report=report)
            proposed = Proposed(
                title=ask.title,
                dataset=DATASET,
                method=ask.method,
                guarantee=release.guarantee.words,
                epsilon=release.guarantee.epsilon,
                recipient=ask.recipient,
                rows=release.value.num_rows,
                sha256=digest,
                fingerprint=made,
                report=json.dumps(report, ensure_ascii=False),
            )
            entered = self.vault.append_release(actor, purpose, proposed, budget=self.settings.epsilon)
        except BaseException:
            for leftover in (pending, report_path(pending)):
                leftover.unlink(missing_ok=True)
            raise
        _settle(pending, folder / f"{entered.id}.csv")
        return entered

    def recover_releases(self) -> None:
        """Gives files of releases that were entered but not settled their place; takes others away.

        The ledger decides: a pending file whose hash it holds is the release, whatever stopped the last step.
        """
        entered = {release.sha256: release.id for release in self.vault.releases()}
        for pending in sorted((self.folder / "releases").glob(f"{PENDING}*.csv")):
            name = entered.get(hashlib.sha256(pending.read_bytes()).hexdigest())
            if name is not None:
                _settle(pending, pending.with_name(f"{name}.csv"))
            for leftover in (pending, report_path(pending)):
                leftover.unlink(missing_ok=True)

    def _asked(self, ask: ReleaseAsk) -> pa.Table:
        allowed = {f.name for f in KINDS[DATASET].fields} - set(KINDS[DATASET].sealed) - {"id"}
        unknown = [name for name in ask.columns if name not in allowed]
        if unknown or not ask.columns:
            raise UsageError(f"columns: choose some of {', '.join(sorted(allowed))}")
        if ask.method not in (Method.ANONYMISE, Method.SYNTHESISE):
            raise UsageError("method: anonymise or synthesise is needed")
        self.lake.on_use(DATASET, ask.columns)
        return cases_table(self.countable(self.lake.read(DATASET), "releases"), ask.columns)


def _settle(pending: Path, final: Path) -> None:
    if report_path(pending).exists():
        report_path(pending).replace(report_path(final))
    pending.replace(final)


def _settings(ask: ReleaseAsk) -> Mapping[str, Any]:
    return {"parameter": float(ask.parameter), "columns": tuple(sorted(ask.columns))}


def _fingerprint(table: pa.Table, ask: ReleaseAsk) -> str:
    return fingerprint(table, ask.method, _settings(ask))


def _made(table: pa.Table, ask: ReleaseAsk) -> tuple[Releasable[pa.Table], Mapping[str, Any]]:
    if ask.method == Method.ANONYMISE:
        if ask.parameter != int(ask.parameter):
            raise UsageError("k: a whole number is needed")
        anonymous = anonymise(table, k=int(ask.parameter))
        return anonymous.release, anonymous.report
    synthetic = synthesise(table, epsilon=ask.parameter)
    return synthetic.release, synthetic.report
