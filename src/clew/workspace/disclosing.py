"""Disclosures: a lead to one named recipient, looked at and signed by two persons, one of them a steward; entered in the ledger.

What leaves is worked out anew for each signature from what is open to that person. Only where two persons signed exactly
the same bytes for the same recipient within a week does a file leave.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from clew.desk import DISCLOSURE_TERMS, DisclosureAsk, DisclosurePreview, WaitingDisclosure
from clew.leads.explain import honest_label
from clew.publish.exports import Entry, Exported, Known, Mention, Recipient, export
from clew.publish.exports.released import export_released
from clew.publish.types import Raw
from clew.records.source import Source, Tlp
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.acts import Release
from clew.safeguards.consent import KEPT_OUT, ORDERED
from clew.safeguards.errors import Blocked, Conflict, NotFound, Tampered, UsageError
from clew.safeguards.keys import canonical
from clew.safeguards.permissions import Action
from clew.safeguards.second import TWO, Concern
from clew.store.deciding import SIGNATURE_HOLDS
from clew.store.ledger import Proposed
from clew.workspace import disclosed
from clew.workspace.class_subjects import named_classes
from clew.workspace.disclosed import Disclosed
from clew.workspace.judging import Judging
from clew.workspace.leaving import leaving_by, nobody_leaves_by
from clew.workspace.opened import _OPERATOR
from clew.workspace.reading import _equal

DATASET = "leads"
FLOWS = "flows"
DISCLOSED = ("leads", FLOWS, "case dossiers")


class Disclosing(Judging):
    def preview_disclosure(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> DisclosurePreview:
        """What this recipient would get, what stays behind and what the format loses. Nothing leaves; the look is recorded."""
        made = self._disclosed(actor, purpose, ask)
        mark = _mark_of(made, ask)
        self.vault.record(actor, "preview_disclosure", ask.subject, purpose, {"format": ask.to, "fingerprint": mark})
        signed = self.vault.release_signers(mark)
        return DisclosurePreview(
            report=made.report,
            content=made.release.value,
            suffix=made.suffix,
            fingerprint=mark,
            signed_by=tuple(sorted(self.names().get(each, each) for each in signed)),
            blocked=self._refused_again(mark),
        )

    def disclose(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> Release:
        """Signs it; lets it leave where another person signed the same and one of the two is a steward.

        Raises Blocked, with the signature kept, where another one is missing; Conflict where the same left before.
        """
        made = self._disclosed(actor, purpose, ask)
        mark = _mark_of(made, ask)
        if (refused := self._refused_again(mark)) is not None:
            raise Conflict(refused)
        if ask.order.strip():
            said = {"reference": ask.order, "authority": ask.order_by, "date": ask.order_date, "reason": ask.order_why}
            self.vault.keep_order(actor, purpose, ask.subject, {**said, "recipient": ask.recipient})
        self.vault.sign_release(actor, purpose, mark, action=Action.DISCLOSE, asked=asdict(ask))
        self._require_two(actor, mark)
        return self._leave(actor, purpose, ask, made, mark)

    def waiting_disclosures(self, actor: Actor, purpose: Purpose) -> Sequence[WaitingDisclosure]:
        """What somebody signed and that waits for another person, the oldest first."""
        self.vault.require(actor, Action.DISCLOSE, purpose, "disclosures")
        names = self.names()
        found: dict[str, WaitingDisclosure] = {}
        acts = self.vault.waiting_signatures()
        shown = self._open_subjects(actor, purpose, [act.body["subject"] for act in acts])
        for act in (each for each in acts if each.body["subject"] in shown):
            ask = DisclosureAsk(**{**act.body, "fonts": tuple(act.body["fonts"])})
            by = (*(found[act.about].by if act.about in found else ()), names.get(act.actor, act.actor))
            found[act.about] = WaitingDisclosure(ask=ask, fingerprint=act.about, by=by, until=act.at + SIGNATURE_HOLDS)
        return list(found.values())

    def disclosures(self, actor: Actor, purpose: Purpose) -> Sequence[Release]:
        """What went to named partners so far, the newest first."""
        self.vault.require(actor, Action.DISCLOSE, purpose, "disclosures")
        names = self.names()
        made = [each for each in self.vault.releases() if each.dataset in DISCLOSED]
        shown = self._open_subjects(actor, purpose, [_subject(each) for each in made])
        made = [each for each in made if _subject(each) in shown]
        return [replace(each, actor=names.get(each.actor, each.actor)) for each in reversed(made)]

    def disclosed_file(self, actor: Actor, purpose: Purpose, release: str) -> tuple[bytes, str]:
        """A file that was disclosed, as it left, and its ending, to whom what it is about is open today.

        Raises NotFound; NotAllowed, Blocked where the person has said no since; Tampered where it is not what was signed.
        """
        self.vault.require(actor, Action.DISCLOSE, purpose, release)
        entered = next((r for r in self.vault.releases() if r.id == release and r.dataset in DISCLOSED), None)
        if entered is None:
            raise NotFound("there is no disclosure of this id here")
        kept = disclosed.opened(disclosed.path_of(self.folder, release), self.keys)
        if kept.sha256 != entered.sha256:
            raise Tampered("release: the file is not what was signed")
        self._allow_disclosed(actor, purpose, entered, kept.records)
        self.vault.record(actor, "read_disclosure", release, purpose)
        return kept.content, kept.suffix

    def _allow_disclosed(self, actor: Actor, purpose: Purpose, entered: Release, records: Sequence[str]) -> None:
        """Lets pass to whom every record in the file is open, and who the person is where it says so."""
        subject = _subject(entered)
        if entered.dataset == "case dossiers":
            names = "identity fields" in (leaves := json.loads(entered.report)["leaves"]) and leaves["identity fields"]
            self.allow(actor, Action.DISCLOSE, purpose, subject)
            if names:
                self.allow(actor, Action.READ_IDENTITY, purpose, subject)
            self._require_not_refused(entered, "identities" if names else "dossiers", records)
        elif entered.dataset == DATASET:
            self.allow(actor, Action.DISCLOSE, purpose, subject)
            out = self.withheld(actor, Action.DISCLOSE, purpose, "adverts")
            if subject in out.records or any(out.keeps(f.source, f.record) for f in self._open_facts(records)):
                self._shut(actor, Action.DISCLOSE, purpose, subject, "a part of this file is not open to you")
            self._require_not_refused(entered, "dossiers", sorted(self.vault.cases_behind(records)))

    def _require_not_refused(self, entered: Release, made: str, records: Sequence[str]) -> None:
        """An order lifts the one no that it lifted when it left; any other ends that the file is handed out."""
        ordered = bool(json.loads(entered.report).get("order"))
        layers = [layer for layer in KEPT_OUT[made] if not (ordered and layer == ORDERED)]
        if not self.vault.refused(layers).isdisjoint(records):
            raise Blocked("dossier: the person has said no to giving this on; the file is not handed out any more")

    def _open_subjects(self, actor: Actor, purpose: Purpose, subjects: Sequence[str]) -> frozenset[str]:
        """Those of these leads and cases that are open to whoever asks; what is not here any more, to stewards alone."""
        facts = self.record_facts(subjects)
        known = {name for each in facts for name in (each.record, *each.names)}
        passed = {
            name
            for each in facts
            if self.vault.explain_access(actor, Action.DISCLOSE, purpose, each).decision.allowed
            for name in (each.record, *each.names)
        }
        passed -= self.hidden_leads(self.withheld(actor, Action.DISCLOSE, purpose, "adverts"))
        rest = {each for each in subjects if each == FLOWS or (each not in known and Role.STEWARD in actor.roles)}
        return frozenset(passed | rest)

    def export_release(self, actor: Actor, purpose: Purpose, release: str, to: str, recipient: str) -> Exported:
        """A released table in another layout, for whom it was released to: the same rows under the same guarantee."""
        self.vault.require(actor, Action.RELEASE, purpose, release)
        entered = next((each for each in self.vault.releases() if each.id == release), None)
        path = self.folder / "releases" / f"{release}.csv"
        if entered is None or not path.is_file():
            raise NotFound("there is no table of this release here")
        made = export_released(Raw(path.read_bytes()), entered, to, recipient, today=datetime.now(UTC).date())
        self.vault.record(actor, "export_release", release, purpose, {"format": to, "recipient": recipient})
        return made

    def recover_releases(self) -> None:
        super().recover_releases()
        with nobody_leaves_by(self.folder / disclosed.FOLDER) as quiet:
            if quiet:
                self._recover_disclosed()

    def _recover_disclosed(self) -> None:
        entered = {release.sha256: release.id for release in self.vault.releases()}
        for pending in disclosed.leaving(self.folder):
            name = entered.get(disclosed.opened(pending, self.keys).sha256) if disclosed.is_whole(pending) else None
            if name is not None:
                disclosed.settle(pending, name)
            pending.unlink(missing_ok=True)

    # Signing and leaving.

    def _refused_again(self, mark: str) -> str | None:
        before = next((release for release in self.vault.releases() if release.fingerprint == mark), None)
        return f"the same was disclosed to the same recipient before ({before.id})" if before else None

    def _require_two(self, actor: Actor, mark: str) -> None:
        """Another person signed, and the one who signs or one who signed is a steward."""
        signers = self.vault.release_signers(mark)
        stewards = {each for each in signers if each == actor.id and Role.STEWARD in actor.roles}
        stewards |= {each for each in signers if Role.STEWARD in self._roles_of(each)}
        if len(signers) > 1 and stewards:
            return
        missing = "another person" if len(signers) < 2 else "a steward"
        raise Blocked(
            f"export: nothing has left; {TWO[Concern.RELEASE]}, one of them a steward. Your signature is kept for a week: "
            f"{missing} looks at the same and signs it next"
        )

    def _roles_of(self, account: str) -> frozenset[Role]:
        return next((each.roles for each in self.vault.accounts(_OPERATOR) if each.id == account), frozenset())

    def _leave(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk, made: Exported, mark: str) -> Release:
        left = Disclosed(made.release.value, made.suffix, self._records_in(actor, purpose, ask.subject))
        with leaving_by(disclosed.place(self.folder)):
            return self._enter(actor, purpose, ask, made, mark, left)

    def _enter(
        self, actor: Actor, purpose: Purpose, ask: DisclosureAsk, made: Exported, mark: str, left: Disclosed
    ) -> Release:
        pending = disclosed.keep(self.folder, self.keys, f"{disclosed.LEAVING}{secrets.token_hex(6)}", left)
        try:
            proposed = Proposed(
                title=f"{ask.subject} as {ask.to}",
                dataset=made.report.get("dataset", DATASET),
                method=made.release.guarantee.method,
                guarantee=made.release.guarantee.words,
                epsilon=0.0,
                recipient=ask.recipient,
                rows=made.records,
                sha256=left.sha256,
                fingerprint=mark,
                report=json.dumps(made.report, ensure_ascii=False),
            )
            entered = self.vault.append_release(actor, purpose, proposed, action=Action.DISCLOSE)
        except BaseException:
            pending.unlink(missing_ok=True)
            raise
        disclosed.settle(pending, entered.id)
        return entered

    def _records_in(self, actor: Actor, purpose: Purpose, subject: str) -> tuple[str, ...]:
        """Ids of the records that a file about this can hold: an erasure of any of them takes the file away."""
        row = next(iter(self._leads().filter(_equal("lead", self._followed().get(subject, subject))).to_pylist()), None)
        if row is not None:
            entries, _ = self._entries_of_lead(actor, purpose, row["network"], texts=False)
            return tuple(each.id for each in entries)
        return () if subject == FLOWS else tuple(self._records_of(subject))

    # What is known of a lead.

    def _disclosed(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> Exported:
        return export(Raw(self._known(actor, purpose, ask.subject)), recipient_of(ask), ask.to)

    def _known(self, actor: Actor, purpose: Purpose, lead: str, *, texts: bool = False) -> Known:
        """All of a lead that is open to this person, before sharing levels are asked."""
        followed = self._followed()
        lead = followed.get(lead, lead)
        self.allow(actor, Action.DISCLOSE, purpose, lead)
        if lead in self.hidden_leads(self.withheld(actor, Action.DISCLOSE, purpose, "adverts")):
            self._shut(
                actor, Action.DISCLOSE, purpose, lead, "no record of this lead is open to you under this purpose"
            )
        row = next(iter(self._leads().filter(_equal("lead", lead)).to_pylist()), None)
        if row is None:
            raise NotFound("there is no such lead")
        if self.is_blind(actor, lead) and Role.STEWARD not in actor.roles:
            raise Blocked("export: answer this lead first; its score comes after")
        entries, withheld = self._entries_of_lead(actor, purpose, row["network"], texts=texts)
        named = named_classes(self.vault.judgements(), followed).get(lead)
        return Known(
            lead=lead,
            question=row["question"],
            points=round(row["points"], 1),
            label=honest_label(row["points"], self._judged_points()),
            entries=entries,
            mentions=self._mentions([entry.id for entry in entries]),
            reasons=self._reasons(row),
            judgements=self._judgements_of(lead, followed),
            looks=named.value if named else "",
            withheld=withheld,
        )

    def _entries_of_lead(
        self, actor: Actor, purpose: Purpose, network: int, *, texts: bool
    ) -> tuple[Sequence[Entry], int]:
        out = self.withheld(actor, Action.DISCLOSE, purpose, "adverts")
        members = self.lake.query("SELECT record_id, record_kind FROM members WHERE network = $1", [network])
        of = {row["record_id"]: row["record_kind"] for row in members.to_pylist()}
        rows = self.lake.query(
            "SELECT record_id, external_id, source_id, posted, place, text FROM adverts WHERE record_id IN "
            "(SELECT unnest($1::VARCHAR[]))",
            [list(of)],
        ).to_pylist()
        shown = [row for row in rows if not out.keeps(row["source_id"], row["record_id"])]
        sources = {source.id: source for source in self.vault.sources()}
        owners, arrived = self.vault.owners(), self._arrived_at([row["record_id"] for row in shown])
        found = [_entry(row, sources, owners, arrived, texts=texts) for row in shown]
        known = {row["record_id"] for row in rows}
        sealed = [Entry(id=r, kind=kind, source="", level=Tlp.RED) for r, kind in of.items() if r not in known]
        return [*found, *sealed], len(rows) - len(shown)

    def _arrived_at(self, records: Sequence[str]) -> Mapping[str, Any]:
        """When each record came in."""
        rows = self.lake.query(
            "SELECT record_id, arrived FROM arrivals WHERE record_id IN (SELECT unnest($1::VARCHAR[]))", [list(records)]
        )
        return {row["record_id"]: row["arrived"] for row in rows.to_pylist()}

    def _mentions(self, records: Sequence[str]) -> Sequence[Mention]:
        rows = self.lake.query(
            "SELECT DISTINCT record_id, kind, value, detector FROM claims WHERE value IS NOT NULL AND record_kind = 'advert' "
            "AND record_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY ALL",
            [list(records)],
        )
        return [Mention(r["record_id"], r["kind"], r["value"], r["detector"]) for r in rows.to_pylist()]


def _subject(entered: Release) -> str:
    """The lead or the case that a disclosure is about."""
    return entered.title.rpartition(" as ")[0]


def _entry(
    row: Mapping[str, Any],
    sources: Mapping[str, Source],
    owners: Mapping[str, str],
    arrived: Mapping[str, Any],
    *,
    texts: bool,
) -> Entry:
    source = sources.get(row["source_id"])
    return Entry(
        id=row["record_id"],
        kind="advert",
        source=source.name if source else "",
        level=source.tlp if source else Tlp.RED,
        organisation=owners.get(row["source_id"], ""),
        posted=row["posted"],
        place=row["place"] or "",
        label=row["external_id"] or "",
        terms=terms_of(source),
        received=arrived.get(row["record_id"]),
        text=row["text"] if texts else None,
    )


def terms_of(source: Source | None) -> str:
    """On which terms a source gave its data, in words."""
    return f"{source.basis.value.replace('-', ' ')}; collected for {source.purpose}" if source else ""


def recipient_of(ask: DisclosureAsk) -> Recipient:
    if ask.level not in set(Tlp):
        raise UsageError("level: amber or amber+strict")
    return Recipient(
        name=ask.recipient.strip(),
        agreement=ask.agreement.strip(),
        purpose=ask.purpose.strip(),
        level=Tlp(ask.level),
        organisation=ask.organisation.strip(),
    )


def _mark_of(made: Exported, ask: DisclosureAsk) -> str:
    """What a signature is under: the very bytes, and to whom they go on which terms."""
    said = [(name, str(getattr(ask, name))) for name in DISCLOSURE_TERMS]
    digest = hashlib.sha256(made.release.value).hexdigest()
    return hashlib.sha256(canonical([("content", digest), *said])).hexdigest()
