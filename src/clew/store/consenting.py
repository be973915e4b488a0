"""Which cases a recorded answer keeps out of what is made of records: one mechanism with the consents of referrals."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import func, select

from clew.safeguards.consent import KEPT_OUT
from clew.safeguards.keys import PersonKey
from clew.store.helpline_cases import CaseWork, _event
from clew.store.helpline_consents import CaseEvent, standing_consents
from clew.store.models import CaseEventRow, ContactEventRow, PersonKeyRow, SealedRow


class Consenting(CaseWork):
    _answered_then: tuple[int, dict[str, dict[str, str]]] | None = None

    def kept_out(self, made: str) -> frozenset[str]:
        """Records of cases that an answer keeps out of statistics, releases, links or leads; answers of a case count together.

        Machine reading: only codes of answers are opened, nothing is shown.
        """
        refused = self._refused()
        return frozenset[str]().union(*(refused.get(layer, frozenset()) for layer in KEPT_OUT[made]))

    def said_yes(self, layer: str) -> frozenset[str]:
        """Records of cases of which a yes to this layer stands; machine reading, as above."""
        return frozenset(record for record, said in self._answered().get(layer, {}).items() if said == "yes")

    def _refused(self) -> dict[str, frozenset[str]]:
        """Layer -> the records of which any answer but a yes stands."""
        answered = self._answered().items()
        return {layer: frozenset(r for r, said in by_record.items() if said != "yes") for layer, by_record in answered}

    def _answered(self) -> dict[str, dict[str, str]]:
        """Layer -> record -> the answer that stands. Worked out anew when an entry or an erasure came."""
        with self._read() as tx:
            entries = tx.scalar(select(func.count()).select_from(CaseEventRow)) or 0
            destroyed = tx.scalar(select(func.count(PersonKeyRow.destroyed_at))) or 0
            state = entries + (destroyed << 32)
            if self._answered_then is not None and self._answered_then[0] == state:
                return self._answered_then[1]
            rows = (
                select(CaseEventRow, SealedRow.person_key, PersonKeyRow.wrapped)
                .join(SealedRow, SealedRow.record_id == CaseEventRow.case_record)
                .join(PersonKeyRow, PersonKeyRow.id == SealedRow.person_key)
                .where(PersonKeyRow.wrapped.is_not(None), CaseEventRow.kind.in_(("consent", "correction")))
                .order_by(CaseEventRow.at, CaseEventRow.id)
            )
            events: dict[str, list[CaseEvent]] = defaultdict(list)
            keys: dict[str, PersonKey] = {}
            for row, key_id, wrapped in tx.execute(rows):
                if key_id not in keys and wrapped is not None:
                    keys[key_id] = self._keys.person_key(key_id, wrapped)
                events[row.case_record].append(_event(row, keys[key_id], with_texts=False))
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for record, said in events.items():
            for layer, standing in standing_consents(said).items():
                if standing:
                    found[layer][record] = standing[-1].answer
        self._answered_then = (state, found)
        return found

    def contacts_in(self, cases: frozenset[str]) -> frozenset[str]:
        """Contacts that belong to these records of cases by the latest word."""
        with self._read() as tx:
            rows = select(ContactEventRow.contact, ContactEventRow.case_record).where(
                ContactEventRow.case_record.is_not(None)
            )
            ordered = tx.execute(rows.order_by(ContactEventRow.at, ContactEventRow.id))
            latest = {row.contact: row.case_record for row in ordered}
        return frozenset(contact for contact, case in latest.items() if case in cases)
