"""A log in which every entry is bound to the one before it by a keyed hash, so that no change goes unseen.

Entries are bound with HMAC-SHA256 (RFC 2104, FIPS 180-4): whoever can write the file but lacks the key cannot build a
chain that verifies. A head, kept apart from the entries, states how many there are and what the last one is, so a cut
at the end is seen too. What this cannot see is the exchange of the whole log *and* its head for an older, true pair:
keep a head elsewhere and pass it as an anchor.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from clew.safeguards.errors import Tampered

GENESIS = "0" * 64
"""What the first entry names as its predecessor."""

_WINDOW = 8
"""How far from its stated number an untouched entry is looked for when it does not verify where it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who did what to what, for which purpose, and when. `detail` is text, mostly JSON."""

    at: datetime
    actor: str
    action: str
    object: str
    purpose: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Act):
    """An act as it stands in the log. `hash` covers all other fields, in hex."""

    seq: int
    """1, 2, 3, ... without gaps."""
    previous: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How many entries there are and the hash of the last, under a keyed hash of its own."""

    count: int
    hash: str
    mac: str


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Something that does not verify: entries `first` to `last`, the rule that found it, and the same in words."""

    first: int
    last: int
    rule: str
    """changed, removed, inserted, reordered, renumbered, after-head, head-missing, -forged, -mismatch, or anchor."""
    words: str


def append(key: bytes, head: Head | None, act: Act) -> tuple[Entry, Head]:
    """The next entry and the head that includes it. Raises Tampered when the head given was not made with this key."""
    if act.at.tzinfo is None:
        raise ValueError("at: a time without a zone")
    if head is not None and not _head_is_true(key, head):
        raise Tampered("the head of the audit log was changed by someone without the key: nothing is added to it")
    seq, previous = (head.count + 1, head.hash) if head else (1, GENESIS)
    digest = _digest(key, seq, previous, act)
    entry = Entry(
        seq=seq, at=act.at, actor=act.actor, action=act.action, object=act.object, purpose=act.purpose,
        detail=act.detail, previous=previous, hash=digest,
    )  # fmt: skip
    return entry, Head(count=seq, hash=digest, mac=_head_mac(key, seq, digest))


def verify(entries: Iterable[Entry], head: Head | None, key: bytes, *, anchors: Iterable[Head] = ()) -> list[Finding]:
    """Everything that was changed, removed, inserted or put in another order; an empty list when all is true.

    Reads the entries once, in the order given, and holds a few numbers in memory. `anchors` are heads noted earlier
    and kept elsewhere: the log must still hold the entries that they name.
    """
    walk = _Walk(key, {anchor.count: anchor for anchor in anchors})
    for entry in entries:
        walk.read(entry)
    return walk.close(head)


def _digest(key: bytes, seq: int, previous: str, act: Act) -> str:
    # Each part is preceded by its length: no two entries share an encoding.
    at = act.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = (at, act.actor, act.action, act.object, act.purpose, act.detail, previous)
    parts = [b"clew/audit/1", seq.to_bytes(8, "big"), *(field.encode("utf-8", "surrogatepass") for field in fields)]
    return hmac.digest(key, b"".join([len(part).to_bytes(4, "big") + part for part in parts]), "sha256").hex()


def _head_mac(key: bytes, count: int, digest: str) -> str:
    return hmac.new(key, b"clew/head/1" + count.to_bytes(8, "big") + digest.encode(), sha256).hexdigest()


def _head_is_true(key: bytes, head: Head) -> bool:
    return head.count >= 0 and hmac.compare_digest(_head_mac(key, head.count, head.hash), head.mac)


class _Walk:
    """One reading of a log. `seq` of a true entry is covered by its hash, so true entries say where they belong."""

    def __init__(self, key: bytes, anchors: dict[int, Head]) -> None:
        self.key = key
        self.anchors = anchors
        self.last = 0
        self.last_hash = GENESIS
        self.gaps: list[tuple[int, int]] = []
        self.forged: list[int] = []
        self.found: list[tuple[str, int]] = []

    def read(self, entry: Entry) -> None:
        number = self._true_number(entry)
        if number is None:
            self.forged.append(entry.seq)
            return
        if number != entry.seq:
            self.found.append(("renumbered", number))
        self._place(number, entry.hash)

    def _true_number(self, entry: Entry) -> int | None:
        if self._holds(entry, entry.seq):
            return entry.seq
        near = {self.last + 1, *range(max(1, entry.seq - _WINDOW), entry.seq + _WINDOW + 1)}
        return next((number for number in sorted(near) if self._holds(entry, number)), None)

    def _holds(self, entry: Entry, number: int) -> bool:
        if not 0 <= number < 2**63:
            return False
        return hmac.compare_digest(_digest(self.key, number, entry.previous, entry).encode(), entry.hash.encode())

    def _place(self, number: int, digest: str) -> None:
        if number <= self.last:
            self.found.append(("reordered" if self._fill(number) else "inserted", number))
        else:
            self._settle(number)
            self.last, self.last_hash = number, digest
        anchor = self.anchors.get(number)
        if anchor is not None and anchor.hash == digest and _head_is_true(self.key, anchor):
            del self.anchors[number]

    def _fill(self, number: int) -> bool:
        """Takes the number out of the gaps: it was not removed but stands too late."""
        for at, (first, last) in enumerate(self.gaps):
            if first <= number <= last:
                self.gaps[at : at + 1] = [g for g in ((first, number - 1), (number + 1, last)) if g[0] <= g[1]]
                return True
        return False

    def _settle(self, next_true: int) -> None:
        """Says of the forged entries before a true one which stand for a missing number and which are extra."""
        missing = range(self.last + 1, next_true)
        changed = sorted({seq for seq in self.forged if seq in missing})
        self.found += [("changed", seq) for seq in changed]
        self.found += [("inserted", seq) for seq in _without(self.forged, changed)]
        self.forged = []
        start = self.last + 1
        for seq in [*changed, next_true]:
            if start < seq:
                self.gaps.append((start, seq - 1))
            start = seq + 1

    def close(self, head: Head | None) -> list[Finding]:
        findings = list(self._head_findings(head))
        findings += [Finding(first, last, rule, _words(rule, first, last)) for rule, first, last in self._spans()]
        return sorted(findings)

    def _head_findings(self, head: Head | None) -> Iterator[Finding]:
        trusted = head is not None and _head_is_true(self.key, head)
        end = self.last
        if head is None and (self.last or self.forged):
            yield Finding(0, 0, "head-missing", "the head of the log is missing: a cut at its end cannot be ruled out")
        if head is not None and not trusted:
            yield Finding(0, 0, "head-forged", "the head of the log was changed by someone without the key")
        if head is not None and trusted:
            end = head.count
            if head.count < self.last:
                self.found += [("after-head", seq) for seq in range(head.count + 1, self.last + 1)]
            elif head.count == self.last and head.hash != self.last_hash:
                yield Finding(head.count, head.count, "head-mismatch", f"the head names another entry {head.count}")
        self._settle(max(end, self.last, *([max(self.forged)] if self.forged and not trusted else [0])) + 1)
        for count in sorted(self.anchors):
            if count:
                yield Finding(count, count, "anchor", f"the log no longer holds entry {count} of the kept head")

    def _spans(self) -> Iterator[tuple[str, int, int]]:
        for first, last in self.gaps:
            yield "removed", first, last
        by_rule: dict[str, set[int]] = {}
        for rule, seq in self.found:
            by_rule.setdefault(rule, set()).add(seq)
        for rule, numbers in by_rule.items():
            yield from ((rule, first, last) for first, last in _runs(sorted(numbers)))


def _without(numbers: list[int], taken: list[int]) -> list[int]:
    """The numbers left after each of `taken` was used once."""
    left, used = [], set(taken)
    for number in numbers:
        if number in used:
            used.discard(number)
        else:
            left.append(number)
    return left


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    start = None
    for here, following in zip(numbers, [*numbers[1:], None], strict=True):
        start = here if start is None else start
        if following != here + 1:
            yield start, here
            start = None


_WORDS = {
    "changed": ("was changed after it was written", "were changed after they were written"),
    "removed": ("was removed", "were removed"),
    "inserted": ("was put in without the key, or is a copy", "were put in without the key, or are copies"),
    "reordered": ("stands in another place than it was written in", "stand in other places than they were written in"),
    "renumbered": ("carries another number than it was written with", "carry other numbers than were written"),
    "after-head": ("stands after the end that the head states", "stand after the end that the head states"),
}


def _words(rule: str, first: int, last: int) -> str:
    one, many = _WORDS[rule]
    return f"entry {first} {one}" if first == last else f"entries {first} to {last} {many}"
