"""What a judgement on persons is about: a pair or a set of cases, named so that the name tells the members.

A pair is named by both record ids, a larger set by a hash of its members; so a signed judgement says which cases it
joins or keeps apart, and nothing can be put under it later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

import pyarrow as pa

from clew.leads.explain import standing
from clew.safeguards.acts import Judgement, Verdict
from clew.safeguards.errors import Conflict, NotFound, UsageError

LEAD = "person:"
"""In front of the subject, in the name that a judgement is signed for."""
EDGES = pa.schema([("left", pa.string()), ("right", pa.string()), ("verdict", pa.string())])
Members = tuple[str, ...]


def subject_of(members: Iterable[str]) -> str:
    """The name of a set of records, the same in whatever order they are given.

    >>> subject_of(["b", "a"])
    'a:b'
    >>> subject_of(["a", "b", "c"]) == subject_of("cba")
    True
    """
    named = sorted(set(members))
    if len(named) < 2:
        raise UsageError("subject: a judgement on persons is about two cases or more")
    if len(named) == 2:
        return ":".join(named)
    return "set_" + hashlib.sha256("\n".join(named).encode()).hexdigest()[:40]


def members_of(subject: str, sets: Mapping[str, Members]) -> Members:
    """The records of a subject; `sets` are the larger sets by name.

    Raises NotFound where nothing by that name was proposed, UsageError where its members are not those it names.
    """
    parts = subject.split(":")
    if len(parts) == 2 and all(parts) and parts[0] < parts[1]:
        return tuple(parts)
    if subject not in sets:
        raise NotFound("there is no such proposal")
    if subject_of(sets[subject]) != subject:
        raise UsageError(f"{subject}: its members were changed after it was named")
    return sets[subject]


def standing_verdicts(judgements: Iterable[Judgement]) -> dict[str, Verdict]:
    """Subject -> the verdict in force, of all judgements on persons."""
    by_subject: dict[str, list[Judgement]] = {}
    for each in judgements:
        if each.lead.startswith(LEAD):
            by_subject.setdefault(each.lead.removeprefix(LEAD), []).append(each)
    held = ((subject, standing(made)) for subject, made in by_subject.items())
    return {subject: one.verdict for subject, one in held if one is not None}


def resolved(verdicts: Mapping[str, Verdict], sets: Mapping[str, Members]) -> dict[str, Verdict]:
    """Those whose members are known. A larger set is not, where the lake was made anew and does not propose it again.

    Leaving one out joins nothing: its cases are counted apart until somebody judges them again.
    """
    return {subject: verdict for subject, verdict in verdicts.items() if ":" in subject or subject in sets}


def edges_of(verdicts: Mapping[str, Verdict], sets: Mapping[str, Members]) -> pa.Table:
    """left, right, verdict: what the linkage binds. A yes on a set joins each member to the first.

    A no on more than two says only that not all are one person, and binds nothing until a pair is judged.
    """
    rows: dict[tuple[str, str], Verdict] = {}
    for subject, verdict in sorted(verdicts.items(), key=lambda item: ":" in item[0]):
        first, *others = members_of(subject, sets)
        if len(others) > 1 and verdict is not Verdict.YES:
            others = others[:1] if verdict is Verdict.NOT_SURE else []
        for other in others:
            _put(rows, (first, other), verdict)
    left, right = [pair[0] for pair in rows], [pair[1] for pair in rows]
    return pa.table([left, right, [each.value for each in rows.values()]], schema=EDGES)


def _put(rows: dict[tuple[str, str], Verdict], pair: tuple[str, str], verdict: Verdict) -> None:
    """A doubt never stands over an answer; a yes and a no on one pair contradict each other."""
    held = rows.get(pair, Verdict.NOT_SURE)
    if verdict is Verdict.NOT_SURE:
        rows.setdefault(pair, verdict)
        return
    if held not in (Verdict.NOT_SURE, verdict):
        raise Conflict("judgements contradict each other: two cases are joined by one and told apart by another")
    rows[pair] = verdict


class Joined:
    """Which records standing yeses hold together, and whether a no runs between them."""

    def __init__(self, edges: pa.Table) -> None:
        self._above: dict[str, str] = {}
        rows = edges.to_pylist()
        for row in rows:
            if row["verdict"] == Verdict.YES:
                self._above[self.top(row["left"])] = self.top(row["right"])
        self.apart = [(row["left"], row["right"]) for row in rows if row["verdict"] == Verdict.NO]

    def top(self, record: str) -> str:
        while (above := self._above.get(record, record)) != record:
            record = above
        return record

    def holds(self, members: Sequence[str]) -> bool:
        """Whether all of them are joined by what persons said."""
        return len({self.top(each) for each in members}) == 1

    def divides(self, members: Collection[str]) -> bool:
        """Whether somebody said that two of them are not one person."""
        return any(left in members and right in members for left, right in self.apart)

    def check(self) -> None:
        """Raises Conflict where a pair is told apart and joined by way of others."""
        if any(self.top(left) == self.top(right) for left, right in self.apart):
            raise Conflict(
                "this contradicts judgements that stand: two of these cases are told apart and joined by others; take one of them back first"
            )


def state_of(subject: str, members: Members, review: str, verdicts: Mapping[str, Verdict], joined: Joined) -> str:
    """accepted, refused, not_sure, waiting, or sure where nobody needs to look at it."""
    if joined.holds(members):
        return "accepted"
    own = verdicts.get(subject)
    if own is Verdict.NO or joined.divides(set(members)):
        return "refused"
    if own is Verdict.NOT_SURE:
        return "not_sure"
    return "waiting" if review else "sure"
