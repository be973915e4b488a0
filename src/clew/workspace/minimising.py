"""Counts which fields of records are used, and lists those that nobody needs. No person is in a count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from clew.desk import CaseView, FlowsView
from clew.insight.flows import COUNTED, SEVERAL
from clew.insight.flows import FORMS as FLOW_FORMS
from clew.records import KINDS
from clew.records.write import whole_file
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.keys import KeyRing
from clew.safeguards.minimisation import DAYS, Minimised, minimised, read_uses, uses_text
from clew.safeguards.permissions import Action
from clew.store.lake import Lake
from clew.store.vault import Vault
from clew.workspace.counting import Counting
from clew.workspace.settings import Settings

_FILE = "field-uses.json"
_OFTEN = 500
"""Uses after which they are written down: a server that is killed loses no more."""
_OPEN = {
    kind.plural: frozenset(f.name for f in kind.fields if f.name not in kind.sealed and f.name != "id")
    for kind in KINDS.values()
}
_SHOWN = ("registered", "gender", "age", "citizenship", "exploited_in", "status")


class Minimising(Counting):
    def __init__(self, folder: Path, keys: KeyRing, vault: Vault, settings: Settings) -> None:
        super().__init__(folder, keys, vault, settings)
        self._uses: Counter[tuple[date, str, str]] = Counter()
        vault.on_use = self.field_used

    @cached_property
    def lake(self) -> Lake:
        lake = super().lake
        lake.on_use = self.field_used
        return lake

    def field_used(self, kind: str, fields: Iterable[str]) -> None:
        """Counts one use today of each of these fields of a kind (plural); names that are no field are passed over."""
        if kind in KINDS:
            known = {f.name for f in KINDS[kind].fields}
            today = datetime.now(UTC).date()
            self._uses.update((today, kind, name) for name in set(fields) & known)
            if self._uses.total() >= _OFTEN:
                self._keep_uses()

    def close(self) -> None:
        try:
            self._keep_uses()
        finally:
            super().close()

    def _keep_uses(self) -> None:
        taken, self._uses = self._uses, Counter()
        if taken:
            today, path = datetime.now(UTC).date(), self.folder / _FILE
            uses = read_uses(path, today).with_more(taken, today)
            with whole_file(path) as part:
                part.write_text(uses_text(uses), encoding="utf-8")

    def flows(self, actor: Actor, purpose: Purpose) -> FlowsView:
        view = super().flows(actor, purpose)
        self.field_used(
            "cases", ("citizenship", "exploited_in", *(name for _, name, _ in COUNTED), *FLOW_FORMS, *SEVERAL)
        )
        return view

    def case(self, actor: Actor, purpose: Purpose, number: str, *, open_identity: bool = False) -> CaseView:
        view = super().case(actor, purpose, number, open_identity=open_identity)
        self.field_used("cases", [*(name for name in _SHOWN if getattr(view.row, name)), *view.answers])
        return view

    def minimisation(self, actor: Actor, *, days: int = DAYS, today: date | None = None) -> Minimised:
        """Every field that is collected, and how often it was used in the last days. Sealed fields are not opened for it."""
        self.vault.require(actor, Action.READ_AUDIT, self.purpose_for(actor, Action.READ_AUDIT), "fields")
        self._keep_uses()
        now = today or datetime.now(UTC).date()
        collected: dict[tuple[str, str], int | None] = {}
        for kind in KINDS.values():
            if not self.lake.count(kind.plural):
                continue
            names = sorted(_OPEN[kind.plural])
            counts = self.lake.count_filled(kind.plural, names)
            collected |= {(kind.plural, name): counts[name] for name in names}
            collected |= {(kind.plural, name): None for name in kind.sealed}
        needed = [(kind.plural, f.name) for kind in KINDS.values() for f in kind.fields if f.required]
        return minimised(collected, read_uses(self.folder / _FILE, now), needed=needed, today=now, days=days)
