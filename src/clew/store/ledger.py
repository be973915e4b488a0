"""Judgements and releases: added, never changed. The database refuses more, and `verify` would show it."""

from __future__ import annotations

import dataclasses
import json
import math
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Release, Verdict
from clew.safeguards.errors import Blocked, Conflict, NotFound, UsageError
from clew.safeguards.keys import canonical, judgement_form, sign_judgement
from clew.safeguards.permissions import Action
from clew.store.models import JudgementRow, ReleaseRow
from clew.store.trail import Trail


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A release before it is made: everything about it but who signs, when, and its number."""

    title: str
    dataset: str
    method: str
    guarantee: str
    epsilon: float
    recipient: str
    rows: int
    sha256: str
    fingerprint: str
    report: str

    def __post_init__(self) -> None:
        needed = ("title", "dataset", "method", "guarantee", "recipient", "fingerprint")
        blank = [name for name in needed if not getattr(self, name).strip()]
        if blank:
            raise UsageError(f"release: required and blank: {', '.join(blank)}")
        if not (math.isfinite(self.epsilon) and self.epsilon >= 0 and self.rows >= 0):
            raise UsageError("release: epsilon and rows must be finite and not negative")


class Ledger(Trail):
    def append_judgement(
        self, actor: Actor, purpose: Purpose, lead: str, verdict: Verdict, reason: str, reverses: str | None = None,
        *, action: Action = Action.JUDGE,
    ) -> Judgement:  # fmt: skip
        """Signs and keeps a person's answer. `reverses` takes an earlier answer on the same lead back, once.

        `action` is what the actor must be allowed to do; whatever it is, the answer is kept and verified as a judgement.

        Raises NotAllowed; UsageError without a reason; NotFound or Conflict when there is nothing to take back.
        """
        if not reason.strip():
            raise UsageError("reason: required, in words")
        self.require(actor, action, purpose, lead)
        draft = Judgement(
            id="jdg_" + secrets.token_hex(8), lead=lead, verdict=Verdict(verdict), reason=reason.strip(),
            actor=actor.id, at=self._clock(), reverses=reverses, signature="",
        )  # fmt: skip
        made = dataclasses.replace(draft, signature=sign_judgement(self._keys, draft))
        try:
            with self._write() as tx:
                if reverses is not None:
                    earlier = tx.get(JudgementRow, reverses)
                    if earlier is None or earlier.lead != lead:
                        raise NotFound(f"there is no judgement {reverses} on lead {lead}")
                tx.add(JudgementRow(**_columns(made)))
                tx.flush()
                detail = {"lead": lead, "verdict": made.verdict.value, "digest": judgement_digest(made)}
                self._log(tx, actor, Action.JUDGE.value, made.id, purpose, detail)
        except IntegrityError:
            raise Conflict(f"judgement {reverses} was reversed before") from None
        return made

    def judgements(self, lead: str | None = None) -> Sequence[Judgement]:
        """All of them, or those on one lead, oldest first."""
        wanted = () if lead is None else (JudgementRow.lead == lead,)
        with self._read() as tx:
            rows = tx.scalars(select(JudgementRow).where(*wanted).order_by(JudgementRow.at, JudgementRow.id))
            return [judgement(row) for row in rows]

    def append_release(
        self, actor: Actor, purpose: Purpose, proposed: Proposed, *, budget: float | None = None,
        action: Action = Action.RELEASE, beside: int | None = None,
    ) -> Release:  # fmt: skip
        """Enters a release. With a budget, what is spent on the dataset may not pass it. `beside`: how many tables of counts
        of the dataset this one was set beside; one that left meanwhile was not among them.

        Raises NotAllowed; Conflict when the same was released before, or a k-anonymous release of the same content that
        shares a column with this one (`overlapping`), or another table left meanwhile; Blocked when the budget does not reach.
        """
        self.require(actor, action, purpose, proposed.dataset)
        fields = {f.name: getattr(proposed, f.name) for f in dataclasses.fields(proposed)}
        made = Release(id="rel_" + secrets.token_hex(8), actor=actor.id, at=self._clock(), **fields)
        try:
            with self._write() as tx:
                # The entry comes first: it locks the log's head, so no two releases spend the last of a budget.
                detail = {"dataset": made.dataset, "epsilon": made.epsilon, "digest": release_digest(made)}
                self._log(tx, actor, Action.RELEASE.value, made.id, purpose, detail)
                spent = tx.scalar(_spent(made.dataset)) or 0.0
                if budget is not None and spent + made.epsilon > budget + 1e-12:
                    raise Blocked(f"release: the budget of {made.dataset} is spent (epsilon {spent:g} of {budget:g})")
                refuse_overlapping(map(release, tx.scalars(select(ReleaseRow))), made.dataset, made.method, made.report)
                if beside is not None and beside != (tx.scalar(_tables_of(made.dataset)) or 0):
                    raise Conflict("release: another table of counts left meanwhile; look again at this one beside it")
                tx.add(ReleaseRow(**{f.name: getattr(made, f.name) for f in dataclasses.fields(made)}))
                tx.flush()
        except IntegrityError:
            raise Conflict("release: the same data were released with the same method and settings before") from None
        return made

    def releases(self) -> Sequence[Release]:
        """What left so far, oldest first."""
        with self._read() as tx:
            return [release(row) for row in tx.scalars(select(ReleaseRow).order_by(ReleaseRow.at, ReleaseRow.id))]

    def spent(self, dataset: str) -> float:
        """The differential-privacy budget spent on a dataset so far: the epsilons add up (sequential composition)."""
        with self._read() as tx:
            return tx.scalar(_spent(dataset)) or 0.0


def overlapping(previous: Iterable[Release], dataset: str, method: str, report: str) -> list[Release]:
    """Earlier k-anonymous releases of the same content that share a column with this one: together they say more.

    The content is what a report holds under `content`, a digest by quasi-identifier; k does not matter. An earlier
    report without it counts as sharing all. A column that has changed since is the same still while fewer rows than the
    larger k came or went, as far as its `tally` tells: set beside each other two such releases show those few alone.
    """
    if method != "anonymise":
        return []
    mine, tallied = _content(report), _tally(report)
    same = [r for r in previous if (r.dataset, r.method) == (dataset, method)]
    return [r for r in same if _shares(_content(r.report), mine) or _nearly(_tally(r.report), tallied)]


def refuse_overlapping(previous: Iterable[Release], dataset: str, method: str, report: str) -> None:
    """Raises Conflict that names the earlier releases which `overlapping` finds."""
    found = overlapping(previous, dataset, method, report)
    if found:
        names = ", ".join(r.id for r in found)
        raise Conflict(
            f"release: columns of the same content, or of one that fewer persons than k changed, were released k-anonymously "
            f"before ({names}); two such releases together give back what each took out. Choose other columns, wait, or synthesise"
        )


def _content(report: str) -> Mapping[str, str] | None:
    try:
        content = json.loads(report).get("content")
    except (ValueError, AttributeError):
        return None
    known = isinstance(content, dict) and content and all(isinstance(digest, str) for digest in content.values())
    return content if known else None


def _shares(earlier: Mapping[str, str] | None, mine: Mapping[str, str] | None) -> bool:
    return earlier is None or mine is None or not earlier.items().isdisjoint(mine.items())


def _tally(report: str) -> tuple[int, Mapping[str, Sequence[int]]]:
    """The k of a report and the rows of each column by groups of values; no column where it tells none."""
    try:
        told = json.loads(report)
        found = {str(name): [int(n) for n in rows] for name, rows in dict(told["tally"]).items()}
        return int(told["k"]), found
    except (ValueError, TypeError, KeyError, AttributeError):
        return 0, {}


def _nearly(earlier: tuple[int, Mapping[str, Sequence[int]]], mine: tuple[int, Mapping[str, Sequence[int]]]) -> bool:
    """Whether a column of both is told of rows of which fewer than the larger k surely came or went."""
    k = max(earlier[0], mine[0])
    both = earlier[1].keys() & mine[1].keys()
    return any(_moved(earlier[1][name], mine[1][name]) < k for name in both)


def _moved(before: Sequence[int], now: Sequence[int]) -> int:
    """Rows that came, or that went, at least; of two tallies that cannot be compared none."""
    if len(before) != len(now):
        return 0
    steps = [new - old for old, new in zip(before, now, strict=True)]
    return max(sum(each for each in steps if each > 0), -sum(each for each in steps if each < 0))


def judgement(row: JudgementRow) -> Judgement:
    return Judgement(
        id=row.id, lead=row.lead, verdict=Verdict(row.verdict), reason=row.reason, actor=row.actor, at=row.at,
        reverses=row.reverses, signature=row.signature,
    )  # fmt: skip


def release(row: ReleaseRow) -> Release:
    return Release(**{f.name: getattr(row, f.name) for f in dataclasses.fields(Release)})


def judgement_digest(made: Judgement) -> str:
    """What the audit log keeps of a judgement."""
    return sha256(judgement_form(made) + made.signature.encode()).hexdigest()


def release_digest(made: Release) -> str:
    """What the audit log keeps of a release: a release changed afterwards no longer has it."""
    fields = ((f.name, getattr(made, f.name)) for f in dataclasses.fields(made))
    return sha256(canonical((name, v.isoformat() if name == "at" else str(v)) for name, v in fields)).hexdigest()


def _columns(made: Judgement) -> dict[str, object]:
    return {f.name: getattr(made, f.name) for f in dataclasses.fields(made)} | {"verdict": made.verdict.value}


def _tables_of(dataset: str):  # type: ignore[no-untyped-def]
    wanted = (ReleaseRow.dataset == dataset, ReleaseRow.method == "table")
    return select(func.count()).select_from(ReleaseRow).where(*wanted)


def _spent(dataset: str):  # type: ignore[no-untyped-def]
    return select(func.sum(ReleaseRow.epsilon)).where(ReleaseRow.dataset == dataset)
