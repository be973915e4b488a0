"""Who is flagged, missed and wrongly flagged, by group, for every model and every rule; and the gate over it.

Groups are read to measure and for nothing else. A rate of few is not said, and what could not be measured is named. Flagged is a
share of all of a group, missed of those for whom a flag would have been right, wrongly flagged of those for whom it was not
(selection rate, false negative rate and false positive rate of fairlearn).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.safeguards.document import Block, Document, Heading, Items, Rows, Words
from clew.safeguards.errors import UsageError
from clew.safeguards.fairness_hiding import of_three
from clew.safeguards.shares import Share

SMALLEST = 20
"""How many of a group, and of what a rate is a share of, are needed before it is said."""
BOUND = 0.05
UNKNOWN = "not known"
UNSAID = "not said, since few could be worked out"
FEW = "groups under the minimum, together"
BANDS = ((0, 17, "under 18"), (18, 24, "18 to 24"), (25, 39, "25 to 39"), (40, 200, "40 and over"))
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What one rule or model does to one group."""

    flag: str
    by: str
    group: str
    answers: int
    flagged: Share
    missed: Share
    wrongly: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Fairness:
    """The whole report. `measured_on` says whose answers the truth is."""

    measured_on: str
    answers: int
    smallest: int
    bound: float
    rates: tuple[Rates, ...]
    """With `by` and `group` both "all" for everybody together."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why no flag here may be relied on yet; empty where nothing speaks against it. It fails closed."""
        return tuple(_reasons(self))

    def told(self) -> Fairness:
        """The report as it may be shown: numbers of few, and of others that would give them away, are gone (0 of 0)."""
        lines: dict[tuple[str, str], list[Rates]] = {}
        for each in self.rates:
            lines.setdefault((each.flag, each.by), []).append(each)
        kept = (one for group in lines.values() for one in _told(group, self.smallest))
        by_name = {(one.flag, one.by, one.group): one for one in kept}
        return replace(self, rates=tuple(by_name[each.flag, each.by, each.group] for each in self.rates))


def age_band(age: float | None) -> str:
    """The band of an age; empty for none and for an age that nobody has.

    >>> age_band(17), age_band(18.5), age_band(None)
    ('under 18', '18 to 24', '')
    """
    if age is None or not 0 <= age <= BANDS[-1][1]:
        return ""
    return next(name for low, _, name in reversed(BANDS) if age >= low)


def measure(
    flags: Mapping[str, Bools], truth: Bools, groups: Mapping[str, Sequence[str]],
    *, measured_on: str, smallest: int = SMALLEST, bound: float = BOUND,
) -> Fairness:  # fmt: skip
    """All rates. Every array has a place for each answer; an empty group is not known. Groups under `smallest` are put together."""
    if smallest < 5:
        raise UsageError("smallest: at least 5")
    if any(len(each) != len(truth) for each in (*flags.values(), *groups.values())):
        raise ValueError("flags, truth and groups are not of one length")
    everybody = {"all": ["all"] * len(truth), **groups}
    rates = [
        _rates(flag, by, group, at, flagged, truth)
        for flag, flagged in flags.items()
        for by, names in everybody.items()
        for group, at in _parts(names, smallest)
    ]
    return Fairness(measured_on=measured_on, answers=len(truth), smallest=smallest, bound=bound, rates=tuple(rates))


def _told(rates: Sequence[Rates], smallest: int) -> Iterator[Rates]:
    sizes = np.array([[each.flagged.whole, each.missed.whole, each.wrongly.whole] for each in rates])
    for each, (flagged, missed, wrongly) in zip(rates, of_three(sizes, smallest), strict=True):
        yield replace(
            each,
            answers=0 if flagged else each.answers,
            flagged=Share(0, 0) if flagged else each.flagged,
            missed=Share(0, 0) if missed else each.missed,
            wrongly=Share(0, 0) if wrongly else each.wrongly,
        )


def _parts(names: Sequence[str], smallest: int) -> Iterator[tuple[str, Bools]]:
    given = np.array([name or UNKNOWN for name in names], dtype=object)
    known, counts = np.unique(given.astype(str), return_counts=True)
    few = [name for name, count in zip(known, counts, strict=True) if count < smallest and name not in (UNKNOWN, "all")]
    for name in known:
        if name not in few:
            yield str(name), given == name
    if few:
        yield FEW, np.isin(given.astype(str), few)


def _rates(flag: str, by: str, group: str, at: Bools, flagged: Bools, truth: Bools) -> Rates:
    right, wrong = at & truth, at & ~truth
    return Rates(
        flag=flag, by=by, group=group, answers=int(at.sum()), flagged=Share(int((at & flagged).sum()), int(at.sum())),
        missed=Share(int((right & ~flagged).sum()), int(right.sum())), wrongly=Share(int((wrong & flagged).sum()), int(wrong.sum())),
    )  # fmt: skip


def _reasons(report: Fairness) -> Iterator[str]:
    by_flag: dict[str, list[Rates]] = {}
    said = {(row.flag, row.by, row.group) for row in report.told().rates if row.wrongly.whole}
    for each in report.rates:
        by_flag.setdefault(each.flag, []).append(each)
    if not by_flag:
        yield "nothing was measured"
    for flag, rows in by_flag.items():
        whole = next(row for row in rows if row.by == "all")
        if whole.wrongly.whole < report.smallest:
            yield f"{flag}: wrong flags could not be measured: under {report.smallest} answers for whom a flag is wrong"
            continue
        for by in dict.fromkeys(row.by for row in rows if row.by != "all"):
            groups = [row for row in rows if row.by == by and row.group not in (UNKNOWN, FEW)]
            told = [row for row in groups if row.wrongly.whole >= report.smallest]
            if not told:
                yield f"{flag}: wrong flags by {by} could not be measured: no known group is large enough"
            yield from (
                f"{flag}: wrong flags by {by}, {row.group}: {row.wrongly if (flag, by, row.group) in said else UNSAID}; above {report.bound:.1%} and above all others together for certain"
                for row in told
                if row.wrongly.interval[0] > max(report.bound, _others(whole, row).interval[1])
            )


def _others(whole: Rates, row: Rates) -> Share:
    part, of = whole.wrongly.part - row.wrongly.part, whole.wrongly.whole - row.wrongly.whole
    return Share(part, of) if of else Share(0, 1_000_000)


def shown(share: Share, smallest: int) -> str:
    """A rate with its interval; of few, how few at most."""
    if share.whole < smallest:
        return f"too few to say (under {smallest}), or hidden beside such"
    low, high = share.interval
    return f"{share.part / share.whole:.1%} ({low:.1%} to {high:.1%}, n = {share.whole})"


def table(report: Fairness) -> pa.Table:
    """One row a flag and group. Numbers of few are empty, and those that would give them away."""
    rows = []
    for each in report.told().rates:
        row: dict[str, object] = {"flag": each.flag, "by": each.by, "group": each.group}
        row["answers"] = each.answers if each.answers >= report.smallest else None
        for name in ("flagged", "missed", "wrongly"):
            share: Share = getattr(each, name)
            told = share.whole >= report.smallest
            low, high = share.interval
            row |= {
                name: share.rate if told else None,
                f"{name}_low": low if told else None,
                f"{name}_high": high if told else None,
            }
            row[f"{name}_of"] = share.whole if told else None
        rows.append(row)
    words = [(name, pa.string()) for name in ("flag", "by", "group")] + [("answers", pa.int64())]
    numbers = [
        (f"{n}{end}", pa.int64() if end == "_of" else pa.float64())
        for n in ("flagged", "missed", "wrongly")
        for end in ("", "_low", "_high", "_of")
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([*words, *numbers]))


def report_document(report: Fairness) -> Document:
    """The report to be read, for a model's card or beside an impact assessment."""
    head = ("by", "group", "answers", "flagged", "missed", "wrongly flagged")
    blocks: list[Block] = [Heading("What speaks against relying on it")]
    blocks.append(Items(report.reasons) if report.reasons else Words("Nothing that was measured."))
    for flag in dict.fromkeys(each.flag for each in report.rates):
        rows = tuple(
            (each.by, each.group, str(each.answers) if each.answers >= report.smallest else "not said",
             *(shown(share, report.smallest) for share in (each.flagged, each.missed, each.wrongly)))
            for each in report.told().rates
            if each.flag == flag
        )  # fmt: skip
        blocks += [Heading(flag), Rows(f"{flag}: rates with 95% intervals (Wilson)", head, rows)]
    about = f"Measured on {report.measured_on}: {report.answers} answers. Groups are read to measure, never as a reason. Judged records are no fair sample of all."
    return Document("Who is flagged, missed and wrongly flagged", about, tuple(blocks))
