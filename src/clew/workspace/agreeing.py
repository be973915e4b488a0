"""What persons said to giving on what is known of them: asked of each disclosure of a lead or a case, before anything is made.

To an authority nothing of a person goes without their yes to law enforcement. A court's order stands in the place of that
yes alone, for the one lead or case that it names; every other no stands. It is typed whole, signed with the rest by two
persons, and kept as an act that auditors read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from clew.desk import CourtOrder, DisclosureAsk
from clew.safeguards.actors import Actor
from clew.safeguards.consent import AUTHORITIES, KEPT_OUT, ORDERED, RECIPIENTS
from clew.safeguards.errors import Blocked, UsageError
from clew.safeguards.permissions import Action
from clew.store.trail import why_text
from clew.workspace.disclosing import Disclosing

LEAD = "lead_"


class Agreeing(Disclosing):
    def court_orders(self, actor: Actor) -> Sequence[CourtOrder]:
        """Orders under which something was signed, the newest first: for stewards and auditors."""
        purpose = self.purpose_for(actor, Action.READ_ACCESS)
        self.vault.require(actor, Action.READ_ACCESS, purpose, "orders")
        names = self.names()
        return [
            CourtOrder(**each.body, subject=each.about, by=names.get(each.actor, each.actor), at=each.at)
            for each in reversed(self.vault.orders())
        ]

    def _agreed_to_give_on(self, ask: DisclosureAsk) -> str:
        """What the persons behind a lead or a case said to giving it to such a recipient, in words for the dossier.

        Raises UsageError where it is not said what the recipient is, Blocked where nothing may go to it: to an authority
        nothing does without a yes of the person, or the order of a court.
        """
        if ask.kind not in RECIPIENTS:
            raise UsageError(f"kind: say what the recipient is: {', '.join(RECIPIENTS)}; nothing has left")
        order = self._order_of(ask)
        persons, lead = self._behind(ask.subject), ask.subject.startswith(LEAD)
        what = "a lead that a case stands behind" if lead else "a case"
        if not self._refusing("dossiers", ordered=bool(order)).isdisjoint(persons):
            raise Blocked(f"disclosure: a person said no to giving {what} on; it does not leave")
        if order:
            return f"not by consent: given on by an order of {order}; the person is told"
        if ask.kind in AUTHORITIES and not self._all_said_yes(persons, lead=lead):
            raise Blocked(
                f"disclosure: no yes of the person to law enforcement is recorded; without it, or a court's order, nothing of {what} "
                "goes to law enforcement or a court"
            )
        if lead and not persons:
            return "no person's case is known to stand behind it"
        if ask.kind in AUTHORITIES:
            return "the person said yes to giving it to law enforcement"
        return "no answer against it is recorded; it is given on under the agreement named here"

    def _all_said_yes(self, persons: frozenset[str], *, lead: bool) -> bool:
        """Of a case one of its records is enough; of a lead each case behind it."""
        yes = self.vault.said_yes("law_enforcement")
        return persons <= yes if lead else not persons.isdisjoint(yes)

    def _behind(self, subject: str) -> frozenset[str]:
        """Records of the case, or of the cases that contacts in the lead's network belong to."""
        if not subject.startswith(LEAD):
            return frozenset(self._records_of(subject))
        lead = self._followed().get(subject, subject)
        sql = "SELECT m.record_id FROM members m JOIN leads l USING (network) WHERE l.lead = $1"
        tables = {"members", "leads"} <= set(self.lake.names())
        ids = self.lake.query(sql, [lead])["record_id"].to_pylist() if tables else []
        return self.vault.cases_behind(ids)

    def _refusing(self, made: str, *, ordered: bool) -> frozenset[str]:
        """Records of which a no stands against it; under an order, any no but the one that it lifts."""
        layers = [layer for layer in KEPT_OUT[made] if not (ordered and layer == ORDERED)]
        return self.vault.refused(layers)

    def _order_of(self, ask: DisclosureAsk) -> str:
        """The order in words, checked whole; empty for none."""
        given = {
            "order": ask.order,
            "order by": ask.order_by,
            "order date": ask.order_date,
            "order reason": ask.order_why,
        }
        if not any(given.values()):
            return ""
        if missing := [name for name, value in given.items() if not value.strip()]:
            raise UsageError(
                f"{missing[0]}: an order is named with its reference, the court, its date and why it is obeyed"
            )
        if ask.kind not in AUTHORITIES:
            raise UsageError("order: a court orders to give to law enforcement or a court, to nobody else")
        why_text(ask.order_why)
        try:
            made = date.fromisoformat(ask.order_date)
        except ValueError:
            raise UsageError("order date: as 2026-05-31") from None
        if made > datetime.now(UTC).date():
            raise UsageError("order date: it lies ahead")
        return f"{ask.order_by.strip()} of {made.isoformat()}, {ask.order.strip()}"
