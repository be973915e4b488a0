"""The last door before anything sealed: every reading of a record, and every act on one, passes the rows that speak of it.

Pages and commands ask before (`workspace.access`); whoever comes past them is stopped here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from clew.records.source import Source, Tlp
from clew.safeguards.access import By, Scope
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.permissions import Action
from clew.safeguards.purposes import fits
from clew.store.accessing import Accessing
from clew.store.consenting import Consenting
from clew.store.deciding import Deciding
from clew.store.helpline import _CASE, Contacts, EarlierContact, KeptContact
from clew.store.helpline_cases import Referral
from clew.store.helpline_consents import CaseEvent
from clew.store.models import ContactEventRow, ContactRow, SealedRow, SourceRow


class Guarding(Accessing, Deciding, Contacts, Consenting):
    def _welcome(self, tx: Session, actor: Actor, purpose: Purpose, source: Source) -> None:
        """What is for named persons only is shared with whoever brought it in."""
        if source.tlp is Tlp.RED:
            body = {
                "scope": Scope.SOURCE, "values": (source.id,), "by": By.ACCOUNT, "who": actor.id,
                "reason": "whoever was given it brought it in",
            }  # fmt: skip
            self._act(tx, actor, purpose, "share", source.id, body)

    def unseal(
        self, record_ids: Sequence[str], actor: Actor, purpose: Purpose,
        *, why: str, action: Action = Action.READ_IDENTITY, case: str = "",
    ) -> dict[str, dict[str, str]]:  # fmt: skip
        """As `Sealed.unseal`, past the rows of each record; `case` names the one that they belong to."""
        wanted = list(dict.fromkeys(record_ids))
        self.require_access(actor, action, purpose, self.sealed_facts(wanted), case=case)
        named = f"{why.strip()}; case {case}" if case and why.strip() else why
        return super().unseal(wanted, actor, purpose, why=named, action=action)

    def _guard(self, actor: Actor, action: Action, purpose: Purpose, record: str) -> None:
        self.require_access(actor, action, purpose, self.sealed_facts([record]))

    def sealed_batches(
        self, kind: str, actor: Actor, purpose: Purpose, *, fields: Sequence[str] | None = None, size: int = 5_000,
        action: Action = Action.RUN_CHAIN,
    ) -> Iterator[pa.Table]:  # fmt: skip
        """As `Sealed.sealed_batches`, without what is not to be read for leads where words are read for them."""
        batches = super().sealed_batches(kind, actor, purpose, fields=fields, size=size, action=action)
        for_leads = kind != "cases" and action is Action.RUN_CHAIN
        shut = pa.array(sorted(self.not_for_leads()) if for_leads else [], pa.string())
        return (batch.filter(pc.invert(pc.is_in(batch["record_id"], shut))) for batch in batches)

    def not_for_leads(self) -> frozenset[str]:
        """Sealed records of which no lead may come: collected for another purpose, or of a case whose person refused."""
        used = self.access_standing().compatible
        with self._read() as tx:
            shut = [
                r.id for r in tx.scalars(select(SourceRow)) if not fits(r.purpose, Purpose.LEAD_REVIEW, used).allowed
            ]
            theirs = (
                frozenset(tx.scalars(select(SealedRow.record_id).where(SealedRow.source.in_(shut))))
                if shut
                else frozenset()
            )
        refused = self.kept_out("leads")
        return theirs | (self.contacts_in(refused) if refused else frozenset())

    # Contacts.

    def _not_counted(self) -> frozenset[str]:
        refused = self.kept_out("statistics")
        return self.contacts_in(refused) if refused else frozenset()

    def open_contact(
        self, actor: Actor, purpose: Purpose, id: str, *, number: bool, why: str
    ) -> tuple[dict[str, str], Sequence[EarlierContact]]:
        self._guard(actor, Action.READ_IDENTITY if number else Action.READ_SEALED_TEXT, purpose, id)
        return super().open_contact(actor, purpose, id, number=number, why=why)

    def contact(
        self, actor: Actor, purpose: Purpose, id: str
    ) -> tuple[KeptContact, Sequence[KeptContact], Sequence[ContactEventRow], Sequence[EarlierContact]]:
        self._guard(actor, Action.READ_CONTACTS, purpose, id)
        row, others, history, versions = super().contact(actor, purpose, id)
        ids = [each.id for each in others]
        shut = {
            facts.record for facts in self.sealed_facts(ids)
            if not self.explain_access(actor, Action.READ_CONTACTS, purpose, facts).decision.allowed
        }  # fmt: skip
        return row, [each for each in others if each.id not in shut], history, versions

    def note_contact(
        self, actor: Actor, purpose: Purpose, id: str, *, status: str | None = None, case_record: str | None = None
    ) -> None:
        self._guard(actor, Action.LOG_CONTACT, purpose, id)
        super().note_contact(actor, purpose, id, status=status, case_record=case_record)

    def _hidden_contacts(
        self, actor: Actor, purpose: Purpose, action: Action = Action.READ_CONTACTS
    ) -> list[ColumnElement[bool]]:
        """What a list or a count of contacts must satisfy for this actor; nothing where nothing is withheld."""
        out = self.withheld(actor, action, purpose, "calls", self.sealed_facts)
        if not out:
            return []
        theirs = ContactRow.id.in_(select(SealedRow.record_id).where(SealedRow.source.in_(out.sources)))
        mine = or_(ContactRow.id.in_(out.opened), func.coalesce(_CASE, "").in_(out.opened))
        closed = or_(ContactRow.id.in_(out.records), func.coalesce(_CASE, "").in_(out.records))
        return [and_(not_(closed), or_(not_(theirs), mine))]

    # Cases.

    def record_on_case(
        self, actor: Actor, purpose: Purpose, case_record: str, kind: str,
        *, codes: Mapping[str, str], texts: Mapping[str, str], about: str | None = None, beside: Sequence[str] = (),
    ) -> str:  # fmt: skip
        self._guard(actor, Action.RECORD_SUPPORT, purpose, case_record)
        return super().record_on_case(
            actor, purpose, case_record, kind, codes=codes, texts=texts, about=about, beside=beside
        )

    def case_events(self, actor: Actor, purpose: Purpose, case_record: str, *, with_texts: bool) -> Sequence[CaseEvent]:
        self._guard_reading(actor, purpose, case_record, with_texts)
        return super().case_events(actor, purpose, case_record, with_texts=with_texts)

    def referrals(self, actor: Actor, purpose: Purpose, case_record: str, *, with_texts: bool) -> Sequence[Referral]:
        self._guard_reading(actor, purpose, case_record, with_texts)
        return super().referrals(actor, purpose, case_record, with_texts=with_texts)

    def _guard_reading(self, actor: Actor, purpose: Purpose, case_record: str, with_texts: bool) -> None:
        self._guard(actor, Action.READ_SUPPORT, purpose, case_record)
        if with_texts:
            self._guard(actor, Action.READ_SEALED_TEXT, purpose, case_record)

    def draft_referral(
        self, actor: Actor, purpose: Purpose, case_record: str, *, codes: Mapping[str, str], texts: Mapping[str, str]
    ) -> str:
        self._guard(actor, Action.REFER, purpose, case_record)
        return super().draft_referral(actor, purpose, case_record, codes=codes, texts=texts)

    def step_referral(
        self, actor: Actor, purpose: Purpose, referral: str, status: str,
        *, answer: str = "", best_interest: str = "", child: bool = False, child_recorded: bool = False,
        beside: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._guard(actor, Action.REFER, purpose, self.referral_case(referral))
        super().step_referral(
            actor, purpose, referral, status, answer=answer, best_interest=best_interest, child=child,
            child_recorded=child_recorded, beside=beside,
        )  # fmt: skip
