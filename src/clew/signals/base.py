"""What a detector is, and the three answers it may give.

A detector reads texts and answers, for each, `Found`, `NotFound` or `Failed`. `Failed` is never "nothing found": it is
shown, and it blocks a release of what it should have read. In columns, detectors answer for a whole batch at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import pyarrow as pa


class Signal(NamedTuple):
    """A claim read from one text. `start` and `end` count characters of the text as received (end excluded)."""

    kind: str
    value: str
    start: int
    end: int
    confidence: float
    detector: str


class Found(NamedTuple):
    signals: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    pass


@dataclass(frozen=True, slots=True)
class Failed:
    """The detector could not run on this text; `reason` names the trouble, never the text."""

    reason: str


Outcome = Found | NotFound | Failed

SIGNALS = pa.schema(
    [
        ("row", pa.int64()),  # index of the text in the batch
        ("kind", pa.string()),
        ("value", pa.string()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("confidence", pa.float32()),
        ("detector", pa.string()),  # name/version, as in phone/1
    ]
)
FAILURES = pa.schema([("row", pa.int64()), ("detector", pa.string()), ("reason", pa.string())])


@dataclass(frozen=True, slots=True)
class Detection:
    """What detectors said of a batch of texts: their claims, and where one of them failed."""

    signals: pa.Table
    failures: pa.Table


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a detector's folder says of it, read as a literal: listing detectors runs none of their code."""

    name: str
    version: int
    kinds: tuple[str, ...]
    about: str
    never_for: str
    needs: tuple[str, ...] = ()
    """Python distributions and built tables without which it answers `Failed`."""

    @property
    def mark(self) -> str:
        """How signals name their detector, as in phone/1."""
        return f"{self.name}/{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a scan may set. `region` is ISO 3166-1 alpha-2 (where numbers written without a country are from)."""

    region: str | None = None
    name_key: bytes | None = field(default=None, repr=False)
    """Key under which the detector `name` gives pseudonyms; without one it makes one that ends with the process."""
    limit_s: float = 10.0
    """Seconds of processor time that one detector may take over one text before it answers `Failed`."""
    longest: int = 2_000_000
    """Characters; a longer text is answered with `Failed`, unread."""


class Detector(Protocol):
    """One detector: reads texts, one outcome each, in order. Linear in the length of the text."""

    def detect(self, texts: Sequence[str]) -> list[Outcome]: ...
