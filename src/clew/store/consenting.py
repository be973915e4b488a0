"""Which cases a recorded answer keeps out of what is made of records: one mechanism with the consents of referrals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clew.safeguards.consent import KEPT_OUT
from clew.safeguards.keys import PersonKey
from clew.store.helpline_cases import CaseWork, _event, _last_status
from clew.store.helpline_consents import CaseEvent, signers, standing_consents
from clew.store.models import CaseEventRow, ContactEventRow, PersonKeyRow, ReferralRow, SealedRow


class Consenting(CaseWork):
    _answered_then: tuple[tuple[int, ...], dict[str, dict[str, str]]] | None = None
    same_case: Callable[[Collection[str]], Mapping[str, Collection[str]]] = staticmethod(lambda _: {})
    """Record -> all records of its case, as whoever knows the numbers of cases says; without it each is a case."""

    def kept_out(self, made: str) -> frozenset[str]:
        """Records of cases that an answer keeps out of statistics, releases, links or leads; answers of a case count together.

        Machine reading: only codes of answers are opened, nothing is shown.
        """
        return self.refused(KEPT_OUT[made])

    def refused(self, layers: Collection[str]) -> frozenset[str]:
        """Records of cases of which any answer but a yes stands to any of these layers."""
        refused = self._refused()
        return frozenset[str]().union(*(refused.get(layer, frozenset()) for layer in layers))

    def said_yes(self, layer: str) -> frozenset[str]:
        """Records of cases of which a yes to this layer stands; machine reading, as above."""
        return frozenset(record for record, said in self._answered().get(layer, {}).items() if said == "yes")

    def _refused(self) -> dict[str, frozenset[str]]:
        """Layer -> the records of which any answer but a yes stands."""
        answered = self._answered().items()
        return {layer: frozenset(r for r, said in by_record.items() if said != "yes") for layer, by_record in answered}

    def _answered(self) -> dict[str, dict[str, str]]:
        """Layer -> record -> the answer that stands, of every record of a case. Worked out anew when an entry, an erasure or a
        record came.
        """
        with self._read() as tx:
            entries = tx.scalar(select(func.count()).select_from(CaseEventRow)) or 0
            destroyed = tx.scalar(select(func.count(PersonKeyRow.destroyed_at))) or 0
            cases = tx.scalar(select(func.count()).select_from(SealedRow).where(SealedRow.kind == "cases")) or 0
            state = (entries, destroyed, cases)
            if self._answered_then is not None and self._answered_then[0] == state:
                return self._answered_then[1]
            events = self._events(tx, ("consent", "correction"))
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for records in self._by_case(events):
            said = sorted((e for r in records for e in events.get(r, ())), key=lambda each: (each.at, each.id))
            for layer, standing in standing_consents(said).items():
                if standing:
                    found[layer] |= dict.fromkeys(records, standing[-1].answer)
        self._answered_then = (state, found)
        return found

    def _events(self, tx: Session, kinds: Sequence[str]) -> dict[str, list[CaseEvent]]:
        """Record -> what of these kinds was recorded on it, the oldest first; codes alone are opened, for no person."""
        rows = (
            select(CaseEventRow, SealedRow.person_key, PersonKeyRow.wrapped)
            .join(SealedRow, SealedRow.record_id == CaseEventRow.case_record)
            .join(PersonKeyRow, PersonKeyRow.id == SealedRow.person_key)
            .where(PersonKeyRow.wrapped.is_not(None), CaseEventRow.kind.in_(kinds))
            .order_by(CaseEventRow.at, CaseEventRow.id)
        )
        events: dict[str, list[CaseEvent]] = defaultdict(list)
        keys: dict[str, PersonKey] = {}
        for row, key_id, wrapped in tx.execute(rows):
            if key_id not in keys and wrapped is not None:
                keys[key_id] = self._keys.person_key(key_id, wrapped)
            events[row.case_record].append(_event(row, keys[key_id], with_texts=False))
        return events

    def signed_referrals(self) -> Sequence[tuple[str, str, Sequence[tuple[str, datetime]]]]:
        """Drafted referrals that somebody signed as in a child's best interest: id, record of the case, who signed and when."""
        with self._read() as tx:
            drafted = {
                row.id: row.case_record
                for row in tx.scalars(select(ReferralRow))
                if tx.scalar(_last_status(row.id)) == "drafted"
            }
            events = self._events(tx, ("signature", "correction")) if drafted else {}
        found = []
        for referral, record in sorted(drafted.items()):
            said = events.get(record, [])
            signed = [(who, next(e.at for e in said if e.actor == who)) for who in signers(said, referral)]
            if signed:
                found.append((referral, record, signed))
        return found

    def _by_case(self, records: Collection[str]) -> list[frozenset[str]]:
        """The records of each case that any of these belongs to: what was said on one record is said of its case."""
        known = self.same_case(list(records)) if records else {}
        return list(dict.fromkeys(frozenset(known.get(record) or (record,)) for record in records))

    def cases_behind(self, records: Collection[str]) -> frozenset[str]:
        """Records of the cases that any of these are, or that these contacts belong to by the latest word."""
        wanted = frozenset(records)
        with self._read() as tx:
            rows = select(ContactEventRow.contact, ContactEventRow.case_record).where(
                ContactEventRow.case_record.is_not(None)
            )
            ordered = tx.execute(rows.order_by(ContactEventRow.at, ContactEventRow.id))
            latest = {row.contact: row.case_record for row in ordered if row.contact in wanted}
            cases = frozenset(tx.scalars(select(SealedRow.record_id).where(SealedRow.kind == "cases"))) & wanted
        return cases.union(case for case in latest.values() if case)

    def contacts_in(self, cases: frozenset[str]) -> frozenset[str]:
        """Contacts that belong to these records of cases by the latest word."""
        with self._read() as tx:
            rows = select(ContactEventRow.contact, ContactEventRow.case_record).where(
                ContactEventRow.case_record.is_not(None)
            )
            ordered = tx.execute(rows.order_by(ContactEventRow.at, ContactEventRow.id))
            latest = {row.contact: row.case_record for row in ordered}
        return frozenset(contact for contact, case in latest.items() if case in cases)
