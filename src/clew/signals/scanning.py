"""Detectors over many texts: claims and failures in columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa

from clew.safeguards.errors import ClewError, UsageError
from clew.signals.base import FAILURES, SIGNALS, Detection, Detector, Failed, Found, Manifest, Outcome, Settings
from clew.signals.registry import chosen, load, manifests

Column: TypeAlias = Any
"""A `pa.Array` or `pa.ChunkedArray` of large strings."""
Texts: TypeAlias = Sequence[str] | Any
_BATCH = 1024
_SURROGATE = re.compile("[\ud800-\udfff]")
_MANY = 20_000
"""Texts from which the work is shared among processes when nobody says how many."""


def scan(
    texts: Texts, *, detectors: Sequence[str] | None = None, region: str | None = None, workers: int | None = None
) -> Detection:
    """What the detectors (all, or those named) say of each text; `row` is its index. A null text says nothing.

    `region` (ISO 3166-1 alpha-2) is where numbers written without a country code are from. `workers` are processes; by
    default one, and as many as there are processors from 20,000 texts on. Whatever a detector could not read is a row of
    `failures`; an unknown name or region raises UsageError.
    """
    column = _column(texts)
    names = chosen(detectors)
    settings = Settings(region=_region(region))
    if workers is None:
        workers = _processors() if len(column) >= _MANY else 1
    if workers > 1:
        from clew.signals.workers import scan_apart

        return scan_apart(column, names, settings, workers)
    return scan_here(column, names, settings)


def scan_here(texts: Column, names: Sequence[str], settings: Settings, *, first_row: int = 0) -> Detection:
    """`scan` in this process; rows count from `first_row`."""
    columns = _Columns()
    known = {m.name: m for m in manifests()}
    running = [(known[name], _start(name, settings)) for name in names]
    for start, batch in _batches(texts):
        answers = [(manifest, _run(detector, batch)) for manifest, detector in running]
        for offset in range(len(batch)):
            for manifest, outcomes in answers:
                columns.add(first_row + start + offset, manifest, outcomes[offset])
    return columns.detection()


def _start(name: str, settings: Settings) -> Detector | Failed:
    """The detector, or why there is none here: a library that is not installed fails its texts, not the scan."""
    try:
        return load(name, settings)
    except ImportError as trouble:
        return Failed(f"{trouble.name or 'a library'} is not installed")


def _run(detector: Detector | Failed, batch: Sequence[str]) -> Sequence[Outcome]:
    if isinstance(detector, Failed):
        return [detector] * len(batch)
    try:
        outcomes = detector.detect(batch)
    except ClewError as trouble:
        return [Failed(str(trouble))] * len(batch)
    except Exception as trouble:  # noqa: BLE001 - re-labelled, so that a broken detector never reads as "nothing found"
        if len(batch) == 1:
            return [Failed(type(trouble).__name__)]
        return [outcome for text in batch for outcome in _run(detector, [text])]
    if len(outcomes) != len(batch):
        return [Failed("answered for another number of texts")] * len(batch)
    return outcomes


@dataclass(slots=True)
class _Columns:
    signals: list[list[object]] = field(default_factory=lambda: [[] for _ in SIGNALS])
    failures: list[list[object]] = field(default_factory=lambda: [[] for _ in FAILURES])

    def add(self, row: int, manifest: Manifest, outcome: Outcome) -> None:
        if isinstance(outcome, Found):
            for s in outcome.signals:
                claim = (row, s.kind, s.value, s.start, s.end, s.confidence, s.detector)
                for column, value in zip(self.signals, claim, strict=True):
                    column.append(value)
        elif isinstance(outcome, Failed):
            for column, value in zip(self.failures, (row, manifest.mark, outcome.reason), strict=True):
                column.append(value)

    def detection(self) -> Detection:
        return Detection(_table(self.signals, SIGNALS), _table(self.failures, FAILURES))


def _table(columns: list[list[object]], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(values, type=f.type) for values, f in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema)


def _batches(texts: Column) -> Iterator[tuple[int, list[str]]]:
    for start in range(0, len(texts), _BATCH):
        yield start, [text or "" for text in texts.slice(start, _BATCH).to_pylist()]


def _column(texts: Texts) -> Column:
    """The texts as an Arrow column. A lone surrogate is no text in UTF-8 and is read as U+FFFD, one sign for one sign."""
    if not isinstance(texts, pa.Array | pa.ChunkedArray):
        try:
            return pa.array(texts, pa.large_string())
        except UnicodeEncodeError:
            return pa.array([text and _SURROGATE.sub("\ufffd", text) for text in texts], pa.large_string())
    kind = texts.type.value_type if pa.types.is_dictionary(texts.type) else texts.type
    if not (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_null(kind)
    ):
        raise UsageError("texts: the column must hold strings")
    return texts.cast(pa.large_string())


def _region(region: str | None) -> str | None:
    if region is None:
        return None
    from phonenumbers import SUPPORTED_REGIONS

    if region.upper() not in SUPPORTED_REGIONS:
        raise UsageError("region: not the alpha-2 code of a country with telephones")
    return region.upper()


def _processors() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
