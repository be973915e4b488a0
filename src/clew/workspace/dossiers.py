"""Dossiers of leads and cases: disclosed as exports are, by two signatures, to one recipient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
from clew.safeguards.errors import Blocked, UsageError
from clew.safeguards.permissions import Action
from clew.workspace.agreeing import LEAD, Agreeing
from clew.workspace.counting import _case_row
from clew.workspace.disclosing import FLOWS, recipient_of, terms_of

DOSSIER = "dossier"


class Dossiers(Agreeing):
    def _disclosed(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> Exported:
        if ask.identities and (ask.to != DOSSIER or ask.subject.startswith(LEAD)):
            raise UsageError("identities: only the dossier of a case can hold who a person is")
        if ask.subject == FLOWS:
            return self._flow_lines(actor, purpose, ask)
        if ask.subject.startswith(LEAD):
            return self._lead_disclosed(actor, purpose, ask)
        if ask.to != DOSSIER:
            return super()._disclosed(actor, purpose, ask)
        recipient, key = recipient_of(ask), self.keys.public_key
        fonts = Fonts(folders=tuple(Path(folder) for folder in ask.fonts), spelled=ask.spelled)
        names = self.names()
        facts = Raw(self._case_known(actor, purpose, ask))
        return case_pdf(facts, recipient, names, key=key, version=__version__, fonts=fonts)

    def _lead_disclosed(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> Exported:
        """A lead in any format, once the persons whose cases stand behind it were asked."""
        self.allow(actor, Action.DISCLOSE, purpose, self._followed().get(ask.subject, ask.subject))
        said = {"consent": self._agreed_to_give_on(ask), "order": ask.order.strip()}
        if ask.to != DOSSIER:
            made = super()._disclosed(actor, purpose, ask)
        else:
            fonts = Fonts(folders=tuple(Path(folder) for folder in ask.fonts), spelled=ask.spelled)
            known = Raw(self._known(actor, purpose, ask.subject, texts=True))
            made = lead_pdf(
                known, recipient_of(ask), self.names(), key=self.keys.public_key, version=__version__, fonts=fonts
            )
        return replace(made, report={**made.report, **said})

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
            if record in self._refusing("identities", ordered=bool(ask.order.strip())):
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
