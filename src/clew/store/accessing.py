"""Rows on records in the vault: whose a source is, who is let in, who alone may pass, and access in an emergency."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from clew.records.kinds import KINDS
from clew.safeguards.access import By, Explanation, Facts, Grant, Row, Scope, Share, Standing, explain
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Blocked, Conflict, NotAllowed, NotFound, UsageError
from clew.safeguards.permissions import Action
from clew.safeguards.purposes import Compatible, is_bound, named
from clew.store.models import ContactEventRow, SealedRow, SourceRow
from clew.store.safeguard_acts import KeptAct, SafeguardActs, ended
from clew.store.safeguard_models import SafeguardActRow
from clew.store.trail import why_text

LONGEST_H: Final = 8
"""Hours that emergency access holds at most."""
REVIEW_WITHIN: Final = timedelta(hours=72)
"""After this, whoever took an access that nobody reviewed takes no other one."""
_CHUNK = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """What lists leave out: records of these sources but those opened one by one, and records by any of their names."""

    sources: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.sources or self.records)

    def keeps(self, source: str, *names: str) -> bool:
        """Whether a record of this source and these names stays out of a list."""
        mine = set(names)
        if mine & self.records:
            return True
        return source in self.sources and not mine & self.opened


class Accessing(SafeguardActs):
    _held: tuple[int, Standing, Mapping[str, str]] | None = None

    # Rows.

    def own_source(self, actor: Actor, purpose: Purpose, source: str, organisation: str, *, reason: str) -> str:
        """Says whose data a source's records are; the latest word counts."""
        self.require(actor, Action.MANAGE_ACCESS, purpose, source)
        body = {"organisation": organisation.strip(), "reason": why_text(reason)}
        with self._write() as tx:
            if tx.get(SourceRow, source) is None:
                raise NotFound("there is no such source")
            return self._act(tx, actor, purpose, "own", source, body)

    def narrow(
        self, actor: Actor, purpose: Purpose, scope: Scope, values: Sequence[str], by: By, only: Sequence[str],
        *, reason: str,
    ) -> str:  # fmt: skip
        """Lets only these pass to what is covered, beside all other rows; answers the row's id."""
        self.require(actor, Action.MANAGE_ACCESS, purpose, values[0] if values else "")
        row = Row(id="new", scope=scope, values=tuple(values), by=by, only=tuple(only), reason=reason)
        body = {"scope": row.scope, "values": row.values, "by": row.by, "only": row.only, "reason": reason.strip()}
        with self._write() as tx:
            return self._act(tx, actor, purpose, "narrow", row.values[0], body)

    def share(
        self, actor: Actor, purpose: Purpose, scope: Scope, values: Sequence[str], by: By, who: str, *, reason: str
    ) -> str:
        """Lets an account or an organisation in, as far as the sharing level allows; answers the share's id."""
        self.require(actor, Action.MANAGE_ACCESS, purpose, values[0] if values else "")
        if by not in (By.ACCOUNT, By.ORGANISATION) or not values or not who.strip():
            raise UsageError("share: what is shared, and an account or an organisation, are required")
        body = {"scope": scope, "values": tuple(values), "by": by, "who": who.strip(), "reason": why_text(reason)}
        with self._write() as tx:
            return self._act(tx, actor, purpose, "share", values[0], body)

    def allow_purpose(self, actor: Actor, purpose: Purpose, collected: str, used: Purpose, *, reason: str) -> str:
        """Adds a row to the table of compatible purposes. Never for administration: accounts are no personal data of cases."""
        self.require(actor, Action.MANAGE_ACCESS, purpose, "purposes")
        if used is Purpose.ADMINISTRATION or not collected.strip():
            raise UsageError("purposes: a purpose of collection, and a use other than administration, are required")
        body = {"collected": named(collected), "used": used, "reason": why_text(reason)}
        with self._write() as tx:
            return self._act(tx, actor, purpose, "compatible", named(collected)[:120], body)

    def end_row(self, actor: Actor, purpose: Purpose, row: str, *, reason: str) -> None:
        """Ends a row, a share or a compatible purpose; what was, stays on record. NotFound when none of that id stands."""
        self.require(actor, Action.MANAGE_ACCESS, purpose, row)
        reason = why_text(reason)
        with self._write() as tx:
            acts = self._acts(tx, "narrow", "share", "compatible", "end_row")
            if row in ended(acts) or row not in {act.id for act in acts if act.kind != "end_row"}:
                raise NotFound("there is no such row that stands")
            self._act(tx, actor, purpose, "end_row", row, {"reason": reason})

    def access_standing(self) -> Standing:
        """All rows in force."""
        return self._rows()[0]

    def _standing(self, tx: Session) -> Standing:
        acts = self._acts(tx, "narrow", "share", "compatible", "end_row", "break_glass", "review_glass")
        gone = ended(acts)
        live = [act for act in acts if act.id not in gone]
        return Standing(
            rows=[_row(act) for act in live if act.kind == "narrow"],
            shares=[_share(act) for act in live if act.kind == "share"],
            grants=_grants(live),
            compatible=[
                Compatible(act.body["collected"], Purpose(act.body["used"]), act.body["reason"])
                for act in live if act.kind == "compatible"
            ],
        )  # fmt: skip

    def owners(self) -> Mapping[str, str]:
        """Source -> whose data they are; sources that nobody spoke of are the house's own and are not in it."""
        return self._rows()[1]

    def _rows(self) -> tuple[Standing, Mapping[str, str]]:
        """Rows and owners, read anew when an act was added: acts only grow, so their number says whether one was."""
        with self._read() as tx:
            count = tx.scalar(select(func.count()).select_from(SafeguardActRow)) or 0
            if self._held is None or self._held[0] != count:
                owners = {act.about: act.body["organisation"] for act in self._acts(tx, "own")}
                self._held = (count, self._standing(tx), owners)
            return self._held[1:]

    # Emergency access.

    def break_glass(self, actor: Actor, purpose: Purpose, facts: Facts, *, reason: str, hours: float) -> Grant:
        """Opens one record to its taker for some hours, past rows and sharing level. Another person reviews it.

        NotAllowed for whom the table of roles gives no emergency access; Blocked where an earlier one of theirs has
        waited too long for its review, or was found not justified and no steward has let them take another one since.
        """
        self.require(actor, Action.BREAK_GLASS, purpose, facts.record)
        reason, now = why_text(reason), self._clock()
        if not 0 < hours <= LONGEST_H:
            raise UsageError(f"hours: above 0 and at most {LONGEST_H}")
        with self._write() as tx:
            mine = [grant for grant in self._standing(tx).grants if grant.actor == actor.id]
            if any(now - grant.at > REVIEW_WITHIN for grant in mine if not grant.reviewed):
                raise Blocked("emergency access: an earlier one of yours has not been reviewed; have that done first")
            if self._is_barred(tx, actor.id):
                raise Blocked(
                    "emergency access: an earlier one of yours was not justified; a steward lets you take another one, or "
                    "opens the record by a share"
                )
            until = now + timedelta(hours=hours)
            body = {"names": sorted(facts.names), "purpose": purpose, "until": until.isoformat(), "reason": reason}
            id = self._act(tx, actor, purpose, "break_glass", facts.record, body)
        return Grant(id=id, actor=actor.id, record=facts.record, names=facts.names, purpose=purpose, until=until, reason=reason, at=now)  # fmt: skip

    def review_glass(self, actor: Actor, purpose: Purpose, grant: str, *, justified: bool, reason: str) -> None:
        """Another person's word on an emergency access. One that was not justified ends at once."""
        self.require(actor, Action.REVIEW_ACCESS, purpose, grant)
        reason = why_text(reason)
        with self._write() as tx:
            taken = next((each for each in self._standing(tx).grants if each.id == grant), None)
            if taken is None:
                raise NotFound("there is no such emergency access")
            if taken.actor == actor.id:
                raise NotAllowed("review_access is not allowed: whoever took the access does not review it")
            if taken.reviewed:
                raise Conflict("the emergency access was reviewed before")
            verdict = "justified" if justified else "not_justified"
            self._act(tx, actor, purpose, "review_glass", grant, {"verdict": verdict, "reason": reason})

    def _is_barred(self, tx: Session, account: str) -> bool:
        """Whether the last word on this account's emergency accesses is that one was not justified."""
        taken = {act.id for act in self._acts(tx, "break_glass") if act.actor == account}
        last = ""
        for act in self._acts(tx, "review_glass", "allow_glass"):
            if act.kind == "allow_glass" and act.about == account:
                last = ""
            elif act.about in taken and act.body["verdict"] != "justified":
                last = act.id
        return bool(last)

    def allow_glass(self, actor: Actor, purpose: Purpose, account: str, *, reason: str) -> None:
        """A steward's word, after one that was not justified, that an account may take emergency access again."""
        self.require(actor, Action.MANAGE_ACCESS, purpose, account)
        if actor.id == account:
            raise NotAllowed("manage_access is not allowed: nobody lifts this for themselves")
        reason = why_text(reason)
        with self._write() as tx:
            if not self._is_barred(tx, account):
                raise Conflict("emergency access: nothing keeps this account from it")
            self._act(tx, actor, purpose, "allow_glass", account, {"reason": reason})

    def emergency_accesses(self, actor: Actor, purpose: Purpose) -> Sequence[Grant]:
        """All emergency accesses, the newest first."""
        self.require(actor, Action.READ_ACCESS, purpose, "emergency accesses")
        return sorted(self.access_standing().grants, key=lambda grant: grant.at, reverse=True)

    # Deciding.

    def require_access(
        self, actor: Actor, action: Action, purpose: Purpose, facts: Sequence[Facts], *, case: str = ""
    ) -> None:
        """Lets an act on all of these records pass. A refused one is recorded with its rule, then raises NotAllowed."""
        bound = is_bound(purpose, action, len(facts), case)
        if not bound.allowed:
            self._refuse(actor, action, purpose, f"{len(facts)} records", "purpose", bound.reason)
        standing, now = self.access_standing(), self._clock()
        for each in facts:
            found = explain(actor, action, purpose, each, standing, now)
            refused = next((check for check in found.checks if not check.passes), None)
            if refused is not None:
                self._refuse(actor, action, purpose, each.record, refused.rule, refused.reason)

    def _refuse(self, actor: Actor, action: Action, purpose: Purpose, about: str, rule: str, reason: str) -> None:
        self.record(actor, "refused", about, purpose, {"asked": action.value, "rule": rule, "because": reason})
        raise NotAllowed(f"{action} is not allowed: {reason}")

    def explain_access(self, actor: Actor, action: Action, purpose: Purpose, facts: Facts) -> Explanation:
        """Each rule that decides, for an answer to who can and why not. Records nothing."""
        return explain(actor, action, purpose, facts, self.access_standing(), self._clock())

    def source_facts(self, record: str, kind: str, source: str) -> Facts:
        """What rules can ask of a record of this source; one of no known source is for nobody."""
        owners = self.owners()
        with self._read() as tx:
            row = tx.get(SourceRow, source)
            return facts_of(record, kind, row, owners) if row else Facts(record=record, kind=kind, level="red")

    def withheld(
        self,
        actor: Actor,
        action: Action,
        purpose: Purpose,
        kind: str,
        resolve: Callable[[Sequence[str]], Sequence[Facts]],
    ) -> Withheld:
        """What of a kind lists must leave out for this actor. `resolve` gives the facts of records by their names.

        One decision a source and one a named record: its cost does not grow with the records.
        """
        standing, now, owners = self.access_standing(), self._clock(), self.owners()

        def is_open(facts: Facts) -> bool:
            return explain(actor, action, purpose, facts, standing, now).decision.allowed

        with self._read() as tx:
            sources = [facts_of("", kind, row, owners) for row in tx.scalars(select(SourceRow))]
        spoken = {name for row in standing.rows if row.scope is Scope.RECORD for name in row.values}
        spoken |= {
            name
            for share in standing.shares
            if share.scope is Scope.RECORD and share.names(actor)
            for name in share.values
        }
        spoken |= {name for g in standing.grants if g.actor == actor.id for name in (g.record, *g.names)}
        closed: set[str] = set()
        opened: set[str] = set()
        for each in resolve(sorted(spoken)):
            (opened if is_open(each) else closed).update({each.record, *each.names})
        return Withheld(
            sources=frozenset(each.source for each in sources if not is_open(each)),
            records=frozenset(closed), opened=frozenset(opened - closed),
        )  # fmt: skip

    def sealed_facts(self, records: Sequence[str]) -> list[Facts]:
        """What rows can ask of sealed records; a contact also answers to its case. Unknown ids are left out."""
        owners = self.owners()
        with self._read() as tx:
            found = []
            for start in range(0, len(records), _CHUNK):
                part = list(records[start : start + _CHUNK])
                pairs = (
                    select(SealedRow.record_id, SealedRow.kind, SourceRow)
                    .join(SourceRow)
                    .where(SealedRow.record_id.in_(part))
                )
                cases = _cases_of(tx, part)
                found += [
                    facts_of(id, kind, source, owners, names=cases.get(id, frozenset()))
                    for id, kind, source in tx.execute(pairs)
                ]
        return found


def facts_of(
    record: str, kind: str, source: SourceRow, owners: Mapping[str, str], *, names: frozenset[str] = frozenset()
) -> Facts:
    """What rows can ask of a record of a source."""
    mine = {each.sensitivity.value for each in KINDS[kind].fields} if kind in KINDS else set()
    return Facts(
        record=record, kind=kind, names=names, source=source.id, organisation=owners.get(source.id, ""),
        collected=source.purpose, level=source.tlp, sensitivity=frozenset(mine),
    )  # fmt: skip


def _cases_of(tx: Session, contacts: Sequence[str]) -> dict[str, frozenset[str]]:
    """Contact -> the case that it belongs to by the latest word."""
    rows = select(ContactEventRow.contact, ContactEventRow.case_record).where(
        ContactEventRow.contact.in_(contacts), ContactEventRow.case_record.is_not(None)
    )
    ordered = tx.execute(rows.order_by(ContactEventRow.at, ContactEventRow.id))
    latest: dict[str, str | None] = {row.contact: row.case_record for row in ordered}
    return {contact: frozenset({case}) for contact, case in latest.items() if case}


def _row(act: KeptAct) -> Row:
    body = act.body
    return Row(
        id=act.id, scope=Scope(body["scope"]), values=tuple(body["values"]), by=By(body["by"]), only=tuple(body["only"]),
        reason=body["reason"], actor=act.actor, at=act.at,
    )  # fmt: skip


def _share(act: KeptAct) -> Share:
    body = act.body
    return Share(
        id=act.id, scope=Scope(body["scope"]), values=tuple(body["values"]), by=By(body["by"]), who=body["who"],
        reason=body["reason"],
    )  # fmt: skip


def _grants(acts: Sequence[KeptAct]) -> list[Grant]:
    reviews = {act.about: act for act in acts if act.kind == "review_glass"}
    return [
        Grant(
            id=act.id, actor=act.actor, record=act.about, names=frozenset(act.body["names"]),
            purpose=Purpose(act.body["purpose"]), until=datetime.fromisoformat(act.body["until"]),
            reason=act.body["reason"], at=act.at,
            reviewed=reviews[act.id].body["verdict"] if act.id in reviews else "",
            reviewer=reviews[act.id].actor if act.id in reviews else "",
        )
        for act in acts if act.kind == "break_glass"
    ]  # fmt: skip
