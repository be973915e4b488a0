"""Dossiers of leads and cases: disclosed as exports are, by two signatures, to one recipient."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clew import __version__
from clew.desk import DisclosureAsk
from clew.publish.dossier import CaseFacts, Fonts, case_pdf, lead_pdf
from clew.publish.exports import Entry, Exported
from clew.publish.exports.flow_lines import export_flows
from clew.publish.types import Raw
from clew.records.kinds import answer_fields
from clew.records.source import Tlp
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.consent import AUTHORITIES, RECIPIENTS
from clew.safeguards.errors import Blocked, UsageError
from clew.safeguards.permissions import Action
from clew.workspace.counting import _case_row
from clew.workspace.disclosing import FLOWS, Disclosing, recipient_of, terms_of

DOSSIER = "dossier"
LEAD = "lead_"


class Dossiers(Disclosing):
    def _disclosed(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> Exported:
        if ask.identities and (ask.to != DOSSIER or ask.subject.startswith(LEAD)):
            raise UsageError("identities: only the dossier of a case can hold who a person is")
        if ask.subject == FLOWS:
            return self._flow_lines(actor, purpose, ask)
        if ask.to != DOSSIER:
            return super()._disclosed(actor, purpose, ask)
        recipient, key = recipient_of(ask), self.keys.public_key
        fonts = Fonts(folders=tuple(Path(folder) for folder in ask.fonts), spelled=ask.spelled)
        names = self.names()
        if ask.subject.startswith(LEAD):
            known = Raw(self._known(actor, purpose, ask.subject, texts=True))
            return lead_pdf(known, recipient, names, key=key, version=__version__, fonts=fonts)
        facts = Raw(self._case_known(actor, purpose, ask))
        return case_pdf(facts, recipient, names, key=key, version=__version__, fonts=fonts)

    def _flow_lines(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> Exported:
        """Flows between countries, as the page of flows counts and hides them."""
        if ask.to != "geojson":
            raise UsageError("format: flows leave as geojson")
        self.vault.require(actor, Action.DISCLOSE, purpose, FLOWS)
        view = self.flows(actor, purpose)
        rows = [(row.origin, row.destination, row.count) for row in view.flows]
        below = self.settings.suppress_below
        return export_flows(rows, recipient_of(ask), how=view.how, unknown=view.unknown, below=below)

    def _case_known(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> CaseFacts:
        """A case that is open to this person, with its identity where they may open it for this recipient."""
        self.allow(actor, Action.DISCLOSE, purpose, ask.subject)
        row = self._case_row(ask.subject)
        record = row["record_id"]
        consent = self._agreed_to_give_on(ask)
        identity: Mapping[str, str] = {}
        if ask.identities.strip():
            if not ask.order.strip() and record in self.vault.kept_out("identities"):
                raise Blocked("dossier: the person said no to giving on who they are; leave the identity sealed")
            self.allow(actor, Action.READ_IDENTITY, purpose, ask.subject)
            why = f"for {ask.recipient}: {ask.identities.strip()}"
            identity = self.vault.unseal([record], actor, purpose, why=why)[record]
        else:
            self.vault.record(actor, Action.DISCLOSE.value, record, purpose, {"looked": "case"})
        read = super().qualification(actor, purpose, ask.subject) if self._may_read(actor, purpose) else None
        return CaseFacts(
            number=ask.subject,
            facts=_facts(row),
            answers={name: row[name] for name in answer_fields() if row[name]},
            elements=[(e.words, e.answer.value, e.evidence) for e in read.elements] if read else (),
            meaning=read.meaning if read else "",
            judgements=self.vault.judgements(record),
            entry=self._case_entry(row),
            identity={name: value for name, value in sorted(identity.items()) if value},
            entitled=ask.identities.strip(),
            at=self._came(record),
            consent=consent,
            order=ask.order.strip(),
        )

    def _agreed_to_give_on(self, ask: DisclosureAsk) -> str:
        """What the person said to giving their case on to such a recipient, in words for the dossier.

        Raises UsageError where it is not said what the recipient is, Blocked where nothing may go to it: to an authority
        nothing does without a yes of the person, or the order of a court.
        """
        if ask.kind not in RECIPIENTS:
            raise UsageError(f"kind: say what the recipient of a case is: {', '.join(RECIPIENTS)}; nothing has left")
        records, order = self._records_of(ask.subject), ask.order.strip()
        if order and ask.kind not in AUTHORITIES:
            raise UsageError("order: a court orders a case to be given to law enforcement or a court, to nobody else")
        if order:
            return f"not by consent: given on by the order of a court, {order}; the person is told"
        if ask.kind in AUTHORITIES and self.vault.said_yes("law_enforcement").isdisjoint(records):
            raise Blocked(
                "dossier: no yes of the person to law enforcement is recorded; without it, or a court's order, nothing of "
                "their case goes to law enforcement or a court"
            )
        if not self.vault.kept_out("dossiers").isdisjoint(records):
            raise Blocked("dossier: the person said no to giving their situation on; it does not leave")
        if ask.kind in AUTHORITIES:
            return "the person said yes to giving it to law enforcement"
        return "no answer against it is recorded; it is given on under the agreement named here"

    def _may_read(self, actor: Actor, purpose: Purpose) -> bool:
        from clew.safeguards.permissions import decide

        return decide(actor, Action.READ_CASE, purpose).allowed

    def _case_entry(self, row: Mapping[str, Any]) -> Entry:
        source = next((s for s in self.vault.sources() if s.id == row["source_id"]), None)
        return Entry(
            id=row["record_id"],
            kind="case",
            source=source.name if source else "",
            level=source.tlp if source else Tlp.RED,
            organisation=self.vault.owners().get(row["source_id"], ""),
            received=self._came(row["record_id"]),
            terms=terms_of(source),
        )

    def _came(self, record: str) -> Any:
        """When the case's record came in: it dates the dossier, so that the same gives the same bytes."""
        return self.vault.case_versions([record])[0][1]


def _facts(row: Mapping[str, Any]) -> Mapping[str, str]:
    case = _case_row(row)
    said = {
        "registered": case.registered, "gender": case.gender, "age": case.age, "citizenship": case.citizenship,
        "exploited in": case.exploited_in, "forms": ", ".join(case.forms), "status": case.status,
    }  # fmt: skip
    return {name: value or "not recorded" for name, value in said.items()}
