"""The vault: where everything rests that names a person or that a person decided."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from clew.records.source import LegalBasis, Source, Tlp
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.chain import Entry, Finding, Head
from clew.safeguards.errors import Conflict
from clew.safeguards.keys import Cost, KeyRing, canonical, verify_judgement
from clew.safeguards.permissions import Action
from clew.store.access_copy import AccessCopies
from clew.store.accounts import ACCOUNT_ACTS, account_digest, older_account_digest
from clew.store.checkpoints import Checkpoints
from clew.store.database import damaged_pages, discard, make_engine
from clew.store.erasing import certificate_digests
from clew.store.factors import FACTOR_ACTS, factor_digests
from clew.store.guarding import Guarding
from clew.store.helpline_check import HELPLINE_ACTS, helpline_digests
from clew.store.helpline_services import Services
from clew.store.holding import Holding, hold_digests, rule_digests
from clew.store.ledger import judgement, judgement_digest, release, release_digest
from clew.store.models import AccountRow, AuditRow, HeadRow, JudgementRow, ReleaseRow, SourceRow
from clew.store.passkeys import Passkeys
from clew.store.rectifying import Rectifications
from clew.store.safeguard_acts import SAFEGUARD_ACTS
from clew.store.sealed_check import Noted, verify_sealed


class Vault(Guarding, Rectifications, AccessCopies, Services, Holding, Checkpoints, Passkeys):
    """Sources, sealed records, accounts, judgements, releases, the helpline and the audit log, on SQLCipher or PostgreSQL.

    Whatever shows or changes what is known about a person names an actor and a purpose, is checked against the table
    of permissions and leaves an entry in the same transaction.
    """

    @classmethod
    def create(
        cls, where: str | Path, keys: KeyRing, *,
        clock: Callable[[], datetime] | None = None, cost: Cost | None = None,
    ) -> Self:  # fmt: skip
        """A new vault in a file or at a `postgresql://` URL, whole or not at all. Raises Conflict when one is there."""
        vault = cls(make_engine(where, keys, new=True), keys, clock, cost)
        try:
            vault._prepare(new=True)
        except BaseException:
            vault.close()
            discard(where)
            raise
        return vault

    @classmethod
    def open(
        cls, where: str | Path, keys: KeyRing, *,
        clock: Callable[[], datetime] | None = None, cost: Cost | None = None,
    ) -> Self:  # fmt: skip
        """Opens a vault and brings its tables to the newest step. Raises NotFound or WrongKey."""
        vault = cls(make_engine(where, keys, new=False), keys, clock, cost)
        try:
            vault._prepare(new=False)
        except BaseException:
            vault.close()
            raise
        return vault

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Vault(backend={self.backend!r}, keys={self._keys.id!r})"

    # Sources.

    def add_source(self, source: Source, *, actor: Actor, purpose: Purpose) -> None:
        """Keeps a source. Adding the same again does nothing; Conflict when it is here on other terms."""
        self.require(actor, Action.ADD_RECORDS, purpose, source.id)
        with self._write() as tx:
            here = tx.get(SourceRow, source.id)
            if here is not None:
                if _source(here) != source:
                    raise Conflict(f"source {source.id} is here already on other terms")
                return
            tx.add(
                SourceRow(
                    id=source.id,
                    name=source.name,
                    basis=source.basis.value,
                    purpose=source.purpose,
                    retention_days=source.retention_days,
                    tlp=source.tlp.value,
                    added_at=self._clock(),
                )
            )
            detail = {"basis": source.basis, "tlp": source.tlp, "digest": _source_digest(source)}
            self._log(tx, actor, "add_source", source.id, purpose, detail)
            self._welcome(tx, actor, purpose, source)

    def sources(self) -> Sequence[Source]:
        """By name."""
        with self._read() as tx:
            return [_source(row) for row in tx.scalars(select(SourceRow).order_by(SourceRow.name))]

    # Verification.

    def verify(self, *, anchors: Iterable[Head] = ()) -> list[Finding]:
        """What in the vault was damaged, or changed without leaving its proper trace; an empty list when nothing was.

        Checks the pages of a SQLCipher file; the audit log and its head; the judgements' signatures; that each sealed
        record opens under its own key and is filed as the log says; and that sources, sealed records, judgements,
        releases, accounts, second factors, contacts, services and what is recorded on cases agree with their entries, both ways. Not checked:
        sessions and attempts, and a vault put back whole, which only `anchors` show.
        Findings about rows carry the number of their entry, 0 when there is none. Where pages are damaged or the tables
        cannot be read, that alone is found: nothing else can be said before the file is restored.
        """
        try:
            pages = damaged_pages(self._engine)
            if pages:
                return [Finding(0, 0, "damaged", f"the vault's file is damaged: {words}") for words in pages]
            return self._verify_tables(anchors)
        except (DatabaseError, MemoryError):  # the driver says "out of memory" of some pages that cannot be decrypted
            if self.backend != "sqlite":
                raise
            return [Finding(0, 0, "unreadable", "the vault's tables cannot be read to their end: restore the file")]

    def _verify_tables(self, anchors: Iterable[Head]) -> list[Finding]:
        topics = ("judge", "release", "account", "factor", "add_source", *_RIGHTS, *HELPLINE_ACTS)
        noted: dict[str, dict[str, tuple[int, str]]] = {act: {} for act in topics}
        sealed = Noted()
        with self._snapshot() as tx:
            signed: list[Finding] = []
            entries = _apart(self._verify_checkpoints(tx, self._entries(tx)), signed)
            findings = self._verify_chain(tx, _noting(entries, noted, sealed), anchors)
            findings += signed
            if tx.get(HeadRow, 1) is None and tx.scalar(select(AuditRow.seq).limit(1)) is None:
                findings.append(
                    Finding(0, 0, "emptied", "the audit log is empty: a vault is never without its first entry")
                )
            findings += self._verify_judgements(tx, noted["judge"])
            findings += _compare("release", noted["release"], _release_digests(tx))
            findings += _compare("account", noted["account"], _account_digests(tx, noted["account"]))
            findings += _compare("factor", noted["factor"], factor_digests(tx))
            findings += _compare("source", noted["add_source"], _source_digests(tx, noted["add_source"]))
            for act, (what, digests) in _RIGHTS.items():
                findings += _compare(what, noted[act], digests(tx))
            for act, there in helpline_digests(tx, noted).items():
                findings += _compare(HELPLINE_ACTS[act], noted[act], there)
            findings += verify_sealed(tx, self._keys, sealed)
        return sorted(findings)

    def _verify_judgements(self, tx: Session, noted: dict[str, tuple[int, str]]) -> list[Finding]:
        made = [judgement(row) for row in tx.scalars(select(JudgementRow))]
        findings = _compare("judgement", noted, {each.id: judgement_digest(each) for each in made})
        for each in made:
            if not verify_judgement(self._keys.public_key, each):
                seq = noted.get(each.id, (0, ""))[0]
                findings.append(Finding(seq, seq, "signature", f"the signature of judgement {each.id} does not verify"))
        return findings


_RIGHTS: Mapping[str, tuple[str, Callable[[Session], dict[str, str]]]] = {
    "certify_erasure": ("certificate", certificate_digests),
    "hold": ("hold", hold_digests),
    "set_retention": ("retention rule", rule_digests),
    **SAFEGUARD_ACTS,
}
"""Act -> what it makes, and the digests of what is there."""


_TOPICS = {**dict.fromkeys(ACCOUNT_ACTS, "account"), **dict.fromkeys(FACTOR_ACTS, "factor")}


def _apart(read: Iterator[Entry | Finding], findings: list[Finding]) -> Iterator[Entry]:
    """Passes entries on and keeps findings."""
    for each in read:
        if isinstance(each, Finding):
            findings.append(each)
        else:
            yield each


def _noting(entries: Iterator[Entry], noted: dict[str, dict[str, tuple[int, str]]], sealed: Noted) -> Iterator[Entry]:
    """Passes entries on and keeps, of those whose action is in `noted`, the last digest by object."""
    for entry in entries:
        sealed.take(entry)
        topic = _TOPICS.get(entry.action, entry.action)
        if topic in noted:
            noted[topic][entry.object] = (entry.seq, _digest_in(entry.detail))
        yield entry


def _digest_in(detail: str) -> str:
    try:
        fields = json.loads(detail)
    except ValueError:
        return ""
    return str(fields.get("digest", "")) if isinstance(fields, dict) else ""


def _release_digests(tx: Session) -> dict[str, str]:
    return {row.id: release_digest(release(row)) for row in tx.scalars(select(ReleaseRow))}


def _account_digests(tx: Session, noted: Mapping[str, tuple[int, str]]) -> dict[str, str]:
    """By id; as an older clew made it where the last entry on the account is of one."""
    found = {}
    for row in tx.scalars(select(AccountRow)):
        older = older_account_digest(row)
        found[row.id] = older if noted.get(row.id, (0, ""))[1] == older else account_digest(row)
    return found


def _source_digests(tx: Session, noted: Mapping[str, tuple[int, str]]) -> dict[str, str]:
    """By id; none where the entry, of an older clew, has none to compare with."""
    rows = tx.scalars(select(SourceRow))
    return {row.id: "" if noted.get(row.id) and not noted[row.id][1] else _source_digest(_source(row)) for row in rows}


def _source_digest(source: Source) -> str:
    fields = ((f.name, str(getattr(source, f.name))) for f in dataclasses.fields(source))
    return sha256(canonical(fields)).hexdigest()


def _compare(what: str, noted: dict[str, tuple[int, str]], there: Mapping[str, str]) -> list[Finding]:
    findings = []
    for name in sorted(noted.keys() | there.keys()):
        seq, digest = noted.get(name, (0, ""))
        if name not in there:
            findings.append(Finding(seq, seq, f"{what}-removed", f"{what} {name} was removed: entry {seq} names it"))
        elif name not in noted:
            findings.append(Finding(0, 0, f"{what}-inserted", f"{what} {name} was put in: no entry names it"))
        elif digest != there[name]:
            findings.append(Finding(seq, seq, f"{what}-changed", f"{what} {name} is not what entry {seq} recorded"))
    return findings


def _source(row: SourceRow) -> Source:
    return Source(
        name=row.name, basis=LegalBasis(row.basis), purpose=row.purpose,
        retention_days=row.retention_days, tlp=Tlp(row.tlp),
    )  # fmt: skip
