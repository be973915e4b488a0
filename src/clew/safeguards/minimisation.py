"""Which fields are collected and used by nobody: uses are counted by field and day, never by person.

GDPR art. 5(1)(c): data limited to what is necessary. A field that nothing asked for in 90 days is listed for removal; whether it
goes is a person's decision. A field counts as used when a query names it, or a page shows it; reading whole rows is no use.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from clew.safeguards.document import Document, Heading, Items, Rows, Words
from clew.safeguards.errors import UsageError

DAYS = 90
KEPT_DAYS = 400
"""Counts older than this are dropped."""


@dataclass(frozen=True, slots=True)
class Uses:
    """How often each field was used on each day, since a day."""

    since: date
    counts: Mapping[tuple[date, str, str], int] = field(default_factory=dict)
    """Day, kind, field -> uses."""

    def with_more(self, more: Mapping[tuple[date, str, str], int], today: date) -> Uses:
        """Both together, without what is older than `KEPT_DAYS`."""
        both = Counter(self.counts)
        both.update(more)
        oldest = today - timedelta(days=KEPT_DAYS)
        return Uses(self.since, {key: n for key, n in both.items() if key[0] >= oldest})


def read_uses(path: Path, today: date) -> Uses:
    """Kept counts; none, from today on, where there is no file. Raises UsageError where it cannot be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        counts = {(date.fromisoformat(day), kind, name): int(n) for day, kind, name, n in content["uses"]}
        return Uses(date.fromisoformat(content["since"]), counts)
    except FileNotFoundError:
        return Uses(today)
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path.name}: cannot be read as counts of uses; remove it to begin anew") from None


def uses_text(uses: Uses) -> str:
    """As a file."""
    rows = [[day.isoformat(), kind, name, n] for (day, kind, name), n in sorted(uses.counts.items())]
    return json.dumps({"since": uses.since.isoformat(), "uses": rows}, ensure_ascii=False, indent=0) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLine:
    """One field that is collected. `filled` records say something in it; None where it is sealed and was not opened to count."""

    kind: str
    field: str
    filled: int | None
    uses: int
    last: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Minimised:
    lines: tuple[FieldLine, ...]
    since: date
    days: int
    early: bool
    """Uses have not been counted for so many days yet: nothing can be said to be unused."""

    @property
    def unused(self) -> tuple[FieldLine, ...]:
        return () if self.early else tuple(line for line in self.lines if not line.uses)


def minimised(
    collected: Mapping[tuple[str, str], int | None], uses: Uses, *, needed: Iterable[tuple[str, str]] = (), today: date, days: int = DAYS
) -> Minimised:  # fmt: skip
    """Every collected field (kind, field -> records that fill it) with its uses in the last `days`; `needed` are never listed."""
    if not 1 <= days <= KEPT_DAYS:
        raise UsageError(f"days: between 1 and {KEPT_DAYS}")
    start, keep = today - timedelta(days=days), frozenset(needed)
    recent: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], date] = {}
    for (day, kind, name), n in uses.counts.items():
        recent[kind, name] += n if day > start else 0
        last[kind, name] = max(day, last.get((kind, name), day))
    lines = tuple(
        FieldLine(kind=kind, field=name, filled=filled, uses=recent[kind, name], last=last.get((kind, name)))
        for (kind, name), filled in sorted(collected.items())
        if filled != 0 and (kind, name) not in keep
    )
    return Minimised(lines=lines, since=uses.since, days=days, early=uses.since > start)


def minimisation_document(found: Minimised) -> Document:
    """The check to be read by who decides what is no longer asked for."""
    head = ("kind", "field", "records that fill it", "uses", "last used")
    rows = tuple(
        (each.kind, each.field, "sealed: not counted" if each.filled is None else str(each.filled), str(each.uses),
         each.last.isoformat() if each.last else "never")
        for each in found.lines
    )  # fmt: skip
    if found.early:
        verdict: Words | Items = Words(
            f"Too early to tell: uses are counted since {found.since}, and {found.days} days are needed."
        )
    elif found.unused:
        verdict = Items(
            tuple(f"{each.kind}.{each.field}: stop asking for it, or say why it is needed" for each in found.unused)
        )
    else:
        verdict = Words("None.")
    about = f"Fields collected, and how often each was used in {found.days} days. Counted by field and day, never by person."
    return Document(
        "Data minimisation", about, (Heading("For removal"), verdict, Heading("Every field"), Rows("Uses", head, rows))
    )
