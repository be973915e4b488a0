"""What is kept of a measurement on audit data: rates of groups that are large enough, and never whose they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from clew.safeguards.errors import UnreadableInput
from clew.safeguards.fairness import BOUND, SMALLEST, Fairness, Rates
from clew.safeguards.fairness_columns import GROUPS
from clew.safeguards.shares import Share

AUDIT = " (audit data)"
MODEL = "model "
_SHARES = ("flagged", "missed", "wrongly")


@dataclass(frozen=True, slots=True)
class KeptRates:
    """Rates by the groups of audit data, and when they were measured."""

    report: Fairness
    at: datetime

    @property
    def dimensions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.by.removesuffix(AUDIT) for each in self.report.rates if each.by != "all"))

    def against(self, flag: str) -> Iterator[str]:
        """Why these rates keep this rule or model from being relied on. What was not measured counts against it."""
        rates = tuple(each for each in self.report.rates if each.flag == flag)
        if not rates:
            yield f"wrong flags by {', '.join(GROUPS)} of persons were not measured: 'clew safeguards fairness --audit FILE'"
            return
        missing = [name for name in GROUPS if name not in self.dimensions]
        if missing:
            yield f"wrong flags by {', '.join(missing)} of persons were not measured: the audit data have no such column"
        yield from (reason.removeprefix(f"{flag}: ") for reason in replace(self.report, rates=rates).reasons)


NOTHING = Fairness(measured_on="", answers=0, smallest=SMALLEST, bound=BOUND, rates=())


def kept_of(report: Fairness, at: datetime) -> KeptRates:
    """Rates by audit data, and of everybody together. A number of few is let go: it is not kept, sealed or not."""
    wanted = (each for each in report.rates if each.by == "all" or each.by.endswith(AUDIT))
    return KeptRates(replace(report, rates=tuple(_told(each, report.smallest) for each in wanted)), at)


def _told(each: Rates, smallest: int) -> Rates:
    def told(share: Share) -> Share:
        return share if share.whole >= smallest else Share(0, 0)

    return replace(
        each, answers=each.answers if each.answers >= smallest else 0, flagged=told(each.flagged), missed=told(each.missed),
        wrongly=told(each.wrongly),
    )  # fmt: skip


def to_bytes(kept: KeptRates) -> bytes:
    return json.dumps({"at": kept.at.isoformat(), "report": asdict(kept.report)}, ensure_ascii=False).encode()


def from_bytes(content: bytes) -> KeptRates:
    """Raises UnreadableInput where it is not what `to_bytes` wrote."""
    try:
        said = json.loads(content)
        report = said["report"]
        rates = tuple(_rates(each) for each in report.pop("rates"))
        return KeptRates(Fairness(**report, rates=rates), datetime.fromisoformat(said["at"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableInput("fairness: the rates that were kept cannot be read; measure again") from error


def _rates(said: dict[str, Any]) -> Rates:
    return Rates(**{**said, **{name: Share(**said[name]) for name in _SHARES}})
