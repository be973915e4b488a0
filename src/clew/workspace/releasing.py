"""Releases: looked at before a person signs, then written through the one door and entered in the ledger."""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clew.desk import BudgetView, ReleaseAsk, ReleasePreview
from clew.publish import Budget, anonymise, check, count_tables, fingerprint, synthesise
from clew.publish.attacks import FEWEST_CONTROL, audit, held_out
from clew.publish.columns import coded
from clew.publish.door import report_path
from clew.publish.stories import Cited, cite
from clew.publish.types import Method, Raw, Releasable
from clew.records import KINDS, read_table
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Release
from clew.safeguards.errors import Blocked, ClewError, Conflict, NotFound, UsageError
from clew.safeguards.keys import canonical
from clew.safeguards.permissions import Action
from clew.store.ledger import Proposed, refuse_overlapping
from clew.workspace.counting import cases_table
from clew.workspace.drafts import Draft, draft_of, drop_draft, drop_drafts
from clew.workspace.leaving import leaving_by, nobody_leaves_by
from clew.workspace.reading import Reading

DATASET = "cases"
PENDING = ".pending-"
LEAST_HELD, MOST_HELD = 0.05, 0.2
"""Shares of the rows that may be held out of a release, to compare with when it is attacked."""
SURELY_HELD = (1.5 + math.sqrt(2.25 + FEWEST_CONTROL)) ** 2
"""Rows that must be held out on average, so that the coins leave fewer than `FEWEST_CONTROL` once in a thousand times: m - 3 sqrt(m)."""


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
        """What would leave and at what price, and why it cannot if it cannot. Nothing leaves: a draft is made.

        The draft is made once (a synthesis draws its noise once) and kept for as long as a signature holds: what is looked at
        and signed is what leaves.
        """
        self.vault.require(actor, Action.RELEASE, purpose, DATASET)
        table, made = self._asked_with_fingerprint(ask)
        draft = self._draft(table, made, ask)
        self.vault.record(actor, "preview_release", DATASET, purpose, {"method": ask.method, "fingerprint": made})
        signed = self.vault.release_signers(mark_of(made, ask, draft))
        names = self.names()
        return ReleasePreview(
            rows=draft.rows,
            report=draft.report,
            fingerprint=made,
            blocked=self._blocked(ask, made, draft),
            signed_by=tuple(sorted(names.get(each, each) for each in signed)),
            second=bool(signed - {actor.id}),
        )

    def _blocked(self, ask: ReleaseAsk, made: str, draft: Draft) -> str | None:
        try:
            check(sum(self.failed().values()))
            if any(release.fingerprint == made for release in self.vault.releases()):
                raise Conflict("the same data were released with the same method and settings before")
            refuse_overlapping(self.vault.releases(), DATASET, ask.method, json.dumps(draft.report, ensure_ascii=False))
            self._refuse_small_k(ask)
            self.budget().spend(draft.epsilon)
        except ClewError as error:
            return str(error)
        return None

    def _refuse_small_k(self, ask: ReleaseAsk) -> None:
        if ask.method == Method.ANONYMISE and ask.parameter < self.settings.k:
            raise Blocked(f"k: this workspace releases nothing below k = {self.settings.k}")

    def release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> Release:
        """Makes the release of a draft: one event in the ledger, and one file with its report.

        The file is written first, then entered, then given its place; what stops between the last two steps is put right
        when the workspace is next opened (`recover_releases`).

        Raises Blocked where a detector failed or the budget is spent, Conflict where the same was released before.
        """
        self.vault.require(actor, Action.RELEASE, purpose, DATASET)
        beside = len(self._tables_before(ask)) if ask.method == Method.TABLE else None
        table, made = self._asked_with_fingerprint(ask)
        check(sum(self.failed().values()))
        self._refuse_small_k(ask)
        draft = self._draft(table, made, ask)
        folder = self.folder / "releases"
        folder.mkdir(mode=0o700, exist_ok=True)
        pending = folder / f"{PENDING}{secrets.token_hex(6)}.csv"
        proposed = Proposed(
            title=ask.title,
            dataset=DATASET,
            method=ask.method,
            guarantee=draft.guarantee,
            epsilon=draft.epsilon,
            recipient=ask.recipient,
            rows=draft.rows,
            sha256=draft.sha256,
            fingerprint=made,
            report=json.dumps(draft.report, ensure_ascii=False),
        )
        with leaving_by(folder):
            try:
                draft.copied_to(pending)
                budget = self.budget().total_epsilon
                entered = self.vault.append_release(actor, purpose, proposed, budget=budget, beside=beside)
            except BaseException:
                for leftover in (pending, report_path(pending)):
                    leftover.unlink(missing_ok=True)
                raise
            _settle(pending, folder / f"{entered.id}.csv")
        drop_draft(draft)
        return entered

    # The budget that the dataset owns.

    def budget(self) -> Budget:
        """What the cases may give away in all, and what is spent: as a steward set it, else the default of the settings."""
        set_to = self.vault.budget_of(DATASET)
        total = self.settings.epsilon if set_to is None else set_to
        return Budget(dataset=DATASET, total_epsilon=total, spent=self.vault.spent(DATASET))

    def release_budget(self, actor: Actor, purpose: Purpose) -> BudgetView:
        self.vault.require(actor, Action.READ_RELEASES, purpose, DATASET)
        now = self.budget()
        is_default = self.vault.budget_of(DATASET) is None
        return BudgetView(dataset=DATASET, total=now.total_epsilon, spent=now.spent, is_default=is_default)

    def set_budget(self, actor: Actor, purpose: Purpose, epsilon: float, reason: str) -> Budget:
        """Sets the budget for good, with a reason that the log keeps. What is spent stays spent."""
        self.vault.set_budget(actor, purpose, DATASET, epsilon, reason)
        return self.budget()

    def cite_releases(self, actor: Actor, purpose: Purpose, releases: Sequence[str]) -> Mapping[str, Cited]:
        """Releases that a story cites, each checked against the ledger. Raises NotFound, Blocked or Tampered for anything else."""
        self.vault.require(actor, Action.READ_RELEASES, purpose, DATASET)
        entered = {release.id: release for release in self.vault.releases()}
        found = {}
        for name in releases:
            path = self.folder / "releases" / f"{name}.csv"
            if name not in entered or not path.is_file():
                raise NotFound(f"story: {name} is no release of this workspace")
            found[name] = cite(Raw(path.read_bytes()), entered[name])
        self.vault.record(actor, "cite_releases", DATASET, purpose, {"releases": list(found)})
        return found

    def recover_releases(self) -> None:
        """Gives files of releases that were entered but not settled their place; takes others away.

        The ledger decides: a pending file whose hash it holds is the release, whatever stopped the last step. While another
        process makes a release nothing is touched.
        """
        drop_drafts(self.folder)
        with nobody_leaves_by(self.folder / "releases") as quiet:
            if quiet:
                self._recover_tables()

    def _recover_tables(self) -> None:
        entered = {release.sha256: release.id for release in self.vault.releases()}
        for pending in sorted((self.folder / "releases").glob(f"{PENDING}*.csv")):
            name = entered.get(hashlib.sha256(pending.read_bytes()).hexdigest())
            if name is not None:
                _settle(pending, pending.with_name(f"{name}.csv"))
            for leftover in (pending, report_path(pending)):
                leftover.unlink(missing_ok=True)

    def _draft(self, table: pa.Table, made: str, ask: ReleaseAsk) -> Draft:
        """Of tables of counts another one for each state of the ledger: they are set beside those that left before."""
        earlier = self._tables_before(ask)
        if ask.method == Method.TABLE and ask.parameter < self.settings.suppress_below:
            raise UsageError(f"below: this workspace shows no count under {self.settings.suppress_below}")
        key = f"{made}-{len(earlier)}" if earlier else made
        return draft_of(self.folder, key, lambda: _made(table, ask, earlier))

    def _asked_with_fingerprint(self, ask: ReleaseAsk) -> tuple[pa.Table, str]:
        table = self._asked(ask)
        return table, _fingerprint(table, ask)

    def _asked(self, ask: ReleaseAsk) -> pa.Table:
        allowed = {f.name for f in KINDS[DATASET].fields} - set(KINDS[DATASET].sealed) - {"id"}
        names = list(dict.fromkeys(name for each in _tables(ask) for name in each))
        unknown = [name for name in names if name not in allowed]
        if unknown or not names:
            raise UsageError(f"columns: choose some of {', '.join(sorted(allowed))}")
        if ask.method not in (Method.ANONYMISE, Method.SYNTHESISE, Method.TABLE):
            raise UsageError("method: anonymise, synthesise or table is needed")
        if ask.method == Method.TABLE and ask.parameter < self.settings.suppress_below:
            raise UsageError(f"below: this workspace shows no count from 1 to {self.settings.suppress_below - 1}")
        self.lake.on_use(DATASET, names)
        return cases_table(self.countable(self.lake.read(DATASET), "releases"), self._with_earlier(ask, names, allowed))

    def _with_earlier(self, ask: ReleaseAsk, names: list[str], allowed: set[str]) -> list[str]:
        """Columns of tables that left before are read with those asked for, since one may be set against the other."""
        before = [name for table in self._tables_before(ask) for name in table.column_names if name in allowed]
        return list(dict.fromkeys([*names, *before]))

    def _tables_before(self, ask: ReleaseAsk) -> list[pa.Table]:
        """The tables of counts in the ledger, as they left. Raises Blocked where one is gone or is not what was entered."""
        if ask.method != Method.TABLE:
            return []
        found = []
        for entered in self.vault.releases():
            if (entered.dataset, entered.method) == (DATASET, Method.TABLE):
                path = self.folder / "releases" / f"{entered.id}.csv"
                if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != entered.sha256:
                    raise Blocked(
                        f"table: the file of release {entered.id} is not as it left; nothing can be set beside it"
                    )
                found.append(read_table(path).table)
        return found


def _settle(pending: Path, final: Path) -> None:
    if report_path(pending).exists():
        report_path(pending).replace(report_path(final))
    pending.replace(final)


def _settings(ask: ReleaseAsk) -> Mapping[str, Any]:
    held = {"hold_out": float(ask.hold_out)} if ask.hold_out else {}
    return {"parameter": float(ask.parameter), "columns": tuple(sorted(ask.columns)), **held}


def _fingerprint(table: pa.Table, ask: ReleaseAsk) -> str:
    return fingerprint(table, ask.method, _settings(ask))


def mark_of(made: str, ask: ReleaseAsk, draft: Draft) -> str:
    """What a signature is under: what was asked of which data, title and recipient, and the very draft that was looked at."""
    said = [("made", made), ("title", ask.title), ("recipient", ask.recipient), ("draft", draft.digest)]
    return hashlib.sha256(canonical(said)).hexdigest()


def _tables(ask: ReleaseAsk) -> list[list[str]]:
    """The columns of each table of counts that is asked for; of other releases all columns."""
    if ask.method != Method.TABLE:
        return [list(ask.columns)]
    return [[name.strip() for name in each.split(",") if name.strip()] for each in ask.columns]


def _made(
    table: pa.Table, ask: ReleaseAsk, earlier: Sequence[pa.Table]
) -> tuple[Releasable[pa.Table], Mapping[str, Any]]:
    """A release of the whole table; or, with a share held out, of the rest, attacked with the persons held out to compare."""
    tally = {"tally": {c.name: c.tally() for c in coded(table)}} if ask.method == Method.ANONYMISE else {}
    if not ask.hold_out:
        release, report = _by_method(table, ask, earlier)
        return release, {**report, **tally}
    if ask.method == Method.TABLE:
        raise UsageError("hold out: tables of counts hold no rows that could be attacked; hold nobody out of them")
    if not LEAST_HELD <= ask.hold_out <= MOST_HELD:
        raise UsageError(f"hold out: a share from {LEAST_HELD:g} to {MOST_HELD:g} is needed, or none")
    if table.num_rows * ask.hold_out < SURELY_HELD:
        raise UsageError(
            f"hold out: with this share {math.ceil(SURELY_HELD / ask.hold_out)} rows or more are needed, "
            f"so that {FEWEST_CONTROL} of them are held out to compare with"
        )
    kept, control = held_out(table, ask.hold_out, np.random.default_rng())
    release, report = _by_method(kept, ask, earlier)
    found = audit(kept, release.value, control, seed=secrets.randbelow(1 << 32))
    # By the content of all rows the ledger knows the same data, whoever was held out this time.
    content = {"content": {c.name: c.digest() for c in coded(table)}} if "content" in report else {}
    return release, {**report, **content, **tally, "held_out": control.num_rows, "attacks": found.report()}


def _by_method(
    table: pa.Table, ask: ReleaseAsk, earlier: Sequence[pa.Table]
) -> tuple[Releasable[pa.Table], Mapping[str, Any]]:
    if ask.method != Method.SYNTHESISE and ask.parameter != int(ask.parameter):
        raise UsageError(f"{'k' if ask.method == Method.ANONYMISE else 'below'}: a whole number is needed")
    if ask.method == Method.TABLE:
        counted = count_tables(table, _tables(ask), below=int(ask.parameter), earlier=earlier)
        return counted.release, counted.report
    if ask.method == Method.ANONYMISE:
        anonymous = anonymise(table, k=int(ask.parameter))
        return anonymous.release, anonymous.report
    synthetic = synthesise(table, epsilon=ask.parameter)
    return synthetic.release, synthetic.report
