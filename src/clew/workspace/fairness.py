"""Whom the rules and the model of this workspace flag wrongly, on its judged leads. Audit data are read, used and let go."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.classing.classes import FLAGS, name_of
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import MissingColumn, Tampered, UnreadableInput, UsageError
from clew.safeguards.fairness import Fairness, measure
from clew.safeguards.fairness_columns import GROUPS, audit_groups
from clew.safeguards.fairness_kept import AUDIT, KeptRates
from clew.safeguards.permissions import Action
from clew.workspace.class_models import ClassModels
from clew.workspace.class_subjects import named_classes

_BY = ("language", "script", "place", "stated gender")


class FairnessReporting(ClassModels):
    def fairness(self, actor: Actor, purpose: Purpose, audit: pa.Table | None = None) -> Fairness:
        """Every rule and the class given, against the judgements that stand (yes or no), by group.

        Groups: language, script, place and stated gender as read in adverts, the class a person named; and gender, age, language and nationality of an `audit` table
        with a column `lead`. Of an audit table only rates of large enough groups are kept, sealed: the gate of models reads them,
        and who sees the models sees them. Every model that is here is measured too. What is measured are judged leads, which are no fair sample of all networks.
        """
        self.vault.require(actor, Action.ENABLE_MODEL, purpose, "fairness")
        report = self._measured(audit, models=True)
        if report is None:
            raise UsageError("fairness: nothing to measure before 'clew run'")
        if audit is not None:
            self._keep_rates(report)
        self.vault.record(
            actor, "report_fairness", "leads", purpose, {"judged": report.answers, "reasons": len(report.reasons)}
        )
        return report

    def fairness_shown(self, actor: Actor) -> Fairness | None:
        """The same without audit data, for whoever may see the models; None before a run."""
        self.vault.require(actor, Action.READ_OVERVIEW, self.purpose_for(actor, Action.READ_OVERVIEW), "fairness")
        return self._measured(None)

    def fairness_audited(self, actor: Actor) -> KeptRates | None:
        """Rates by gender, age band, language and nationality as they were measured last; None before that."""
        self.vault.require(actor, Action.READ_OVERVIEW, self.purpose_for(actor, Action.READ_OVERVIEW), "fairness")
        try:
            return self.kept_rates()
        except (Tampered, UnreadableInput):
            return None

    def _measured(self, audit: pa.Table | None, *, models: bool = False) -> Fairness | None:
        seen = self.seen()
        if seen is None:
            return None
        verdicts = {lead: held.verdict for lead, held in self._standing().items() if held and lead in seen.place}
        leads = sorted(lead for lead, verdict in verdicts.items() if verdict is not Verdict.NOT_SURE)
        places = [seen.place[lead] for lead in leads]
        groups = {name: [seen.groups[name][at] for at in places] for name in _BY if name in seen.groups}
        named = named_classes(self.vault.judgements(), self._followed())
        groups["class named by a person"] = [name_of(named[lead]) if lead in named else "" for lead in leads]
        if audit is not None:
            if not set(GROUPS) & set(audit.column_names):
                raise MissingColumn(", ".join(GROUPS), present=tuple(audit.column_names))
            groups |= {f"{name}{AUDIT}": names for name, names in audit_groups(audit, leads, id="lead").items()}
        return measure(
            self._flags(leads) | (self._flagged_by_models(seen, leads) if models else {}), np.array([verdicts[lead] is Verdict.YES for lead in leads], bool),
            groups, measured_on="judged leads of this workspace", bound=self.settings.wrong_flag_bound,
        )  # fmt: skip

    def _flags(self, leads: list[str]) -> dict[str, np.ndarray]:
        """Rule, or `class` -> whether it speaks for a look at each of these leads."""
        reasons = self.lake.read("reasons", ["lead", "sign", "points"])
        by_sign: dict[str, set[str]] = {}
        for row in reasons.filter(pc.greater(reasons["points"], 0)).to_pylist():
            by_sign.setdefault(row["sign"], set()).add(row["lead"])
        flags = {
            f"rule {sign}": np.array([lead in held for lead in leads], bool) for sign, held in sorted(by_sign.items())
        }
        if "classed" in self.lake.names():
            classed = self.lake.read("classed", ["lead", "looks"])
            flagged = {row["lead"] for row in classed.to_pylist() if row["looks"] in {each.value for each in FLAGS}}
            flags["class"] = np.array([lead in flagged for lead in leads], bool)
        return flags
