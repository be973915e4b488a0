"""Consent on a case: asked by the protocol of its age; a no or a withdrawal goes to everything made of the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from clew.records.kinds import KINDS
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.consent import Protocol, problems, protocol
from clew.safeguards.errors import UsageError
from clew.store.helpline_consents import REFUSALS
from clew.store.lake import ARRIVALS
from clew.workspace.case_numbers import SUPERSEDED
from clew.workspace.drafts import drop_drafts
from clew.workspace.judging import Judging

KEPT = (*KINDS, SUPERSEDED, ARRIVALS)
"""Tables of the records themselves; all others that name a record were derived from it."""


class Consenting(Judging):
    def consent_protocol(self, number: str) -> Protocol:
        """How the person of a case is asked, by what the file says of their age."""
        return protocol(self._is_child(number))

    def _is_child(self, number: str) -> str:
        row = self._row_of(self._case_of(number))
        ages = [row[name] for name in ("age", "age_when_trafficked") if row[name] and row[name]["low"] is not None]
        if not ages:
            return "unknown"
        low, high = max(age["low"] for age in ages), ages[0]["high"]
        if low >= 18:
            return "no"
        return "yes" if high is not None and high < 18 else "unknown"

    def record_on_case(
        self, actor: Actor, purpose: Purpose, number: str, kind: str, form: Mapping[str, str], about: str | None = None
    ) -> str:
        """As below; an answer to a layer is held to the protocol, and one that refuses is carried through at once."""
        if kind == "consent":
            missing = problems(self._is_child(number), form)
            if missing:
                raise UsageError("; ".join(missing))
        made = super().record_on_case(actor, purpose, number, kind, form, about)
        if kind == "consent" and form.get("answer") in REFUSALS:
            drop_drafts(self.folder, all_of_them=True)  # they were made while the answer was another one
        if kind == "consent" and form.get("layer") == "keep" and form.get("answer") in REFUSALS:
            self._carry_through(actor, purpose, number, made)
        return made

    def _carry_through(self, actor: Actor, purpose: Purpose, number: str, entry: str) -> None:
        """Takes all that was derived from a case and its contacts out of links, networks and leads.

        The records themselves stay for support, which needs no consent to data. That they be erased is put to a steward,
        as a review with its limit: a hold or a duty to keep may stand against it.
        """
        cases = frozenset(self._records_of(number))
        contacts = sorted(self.vault.contacts_in(cases))
        gone = self.lake.forget([*sorted(cases), *contacts], keep=KEPT)
        detail = {"about": number, "rows": sum(gone.values())}
        self.vault.record(actor, "carry_withdrawal", entry, purpose, detail)
        today = datetime.now(UTC).date()
        self.vault.ask_review(actor, purpose, number, matter="case", came="in person", told_in=entry, received=today)

    def left_out(self, made: str) -> Sequence[str]:
        """Numbers of the cases that an answer keeps out of statistics, releases, links or leads."""
        return sorted(set(self._case_numbers(sorted(self.vault.kept_out(made))).values()))
