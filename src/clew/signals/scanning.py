"""Detectors over many texts: claims and failures in columns."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

from clew.safeguards.errors import ClewError, UsageError
from clew.signals.ahead import looked_ahead
from clew.signals.base import (
    FAILURES,
    SIGNALS,
    Detection,
    Detector,
    Failed,
    Found,
    NotFound,
    Outcome,
    Settings,
    Signal,
)
from clew.signals.collecting import rarely_collected
from clew.signals.detector import NO_ANSWER, NOTHING, Screened, TextDetector
from clew.signals.different import Column, Different
from clew.signals.phrases import Phrases
from clew.signals.registry import chosen, load, manifests

Texts: TypeAlias = Sequence[str] | Any
_BATCH = 4096
_ASKED_BY_OTHERS = ("language", "place", "price")
"""Run before the others of a batch, which take what they found as hints."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_MANY = 20_000
"""Texts from which the work is shared among processes when nobody says how many."""


def scan(
    texts: Texts,
    *,
    detectors: Sequence[str] | None = None,
    region: str | None = None,
    workers: int | None = None,
    name_key: bytes | None = None,
) -> Detection:
    """What the detectors (all, or those named) say of each text; `row` is its index. A null text says nothing.

    `region` (ISO 3166-1 alpha-2) is where numbers written without a country code are from. `workers` are processes; by
    default one, and as many as there are processors from 20,000 different texts on; a text that is there many times is read once. Whatever a detector could not read is a row of
    `failures`; an unknown name or region raises UsageError. With a `name_key` working names are read too, as pseudonyms
    under that key; without one they are not.
    """
    column = _column(texts)
    names = chosen(detectors) if name_key is None else chosen([*chosen(detectors), "name"])
    if "name" in names and name_key is None:
        name_key = secrets.token_bytes(32)
    settings = Settings(region=_region(region), name_key=name_key)
    different = Different.of(column)
    if workers is None:
        workers = _processors() if len(different.texts) >= _MANY else 1
    if workers > 1:
        from clew.signals.workers import scan_apart

        return different.spread(scan_apart(different.texts, names, settings, workers))
    return different.spread(scan_here(different.texts, names, settings))


def scan_here(texts: Column, names: Sequence[str], settings: Settings, *, first_row: int = 0) -> Detection:
    """`scan` in this process, text by text; rows count from `first_row`."""
    with rarely_collected():
        return _scanned(texts, names, settings, first_row)


def _scanned(texts: Column, names: Sequence[str], settings: Settings, first_row: int) -> Detection:
    done: list[Detection] = []
    known = {m.name: m for m in manifests()}
    running = {name: _start(name, settings) for name in names}
    reading = [each for each in running.values() if isinstance(each, TextDetector)]
    for detector in reading:
        detector.colleagues = running_detectors(running)
    asked_first = sorted(names, key=lambda name: name not in _ASKED_BY_OTHERS)
    dictionaries = [each for detector in reading for each in _dictionaries(detector)]
    for start, batch in _batches(texts):
        screened = Screened(batch)
        for detector in reading:
            detector.batch = screened
        with looked_ahead(batch, dictionaries):
            answers = {name: run_on(running[name], batch) for name in asked_first}
        columns = _Columns()
        for name in names:
            columns.add(first_row + start, known[name].mark, answers[name])
        done.append(columns.detection())
    return Detection(
        pa.concat_tables([SIGNALS.empty_table(), *(one.signals for one in done)]).combine_chunks(),
        pa.concat_tables([FAILURES.empty_table(), *(one.failures for one in done)]).combine_chunks(),
    )


def _dictionaries(detector: TextDetector) -> Sequence[Phrases[Any]]:
    """Its phrases; none where they cannot be had: the detector then looks for them itself in each text, or fails."""
    try:
        return detector.dictionaries()
    except Exception:  # noqa: BLE001 - whatever kept them from here is met again where each text is read
        return ()


def running_detectors(running: Mapping[str, Detector | Failed]) -> dict[str, Detector]:
    return {name: detector for name, detector in running.items() if not isinstance(detector, Failed)}


def _start(name: str, settings: Settings) -> Detector | Failed:
    """The detector, or why there is none here: a library that is not installed fails its texts, not the scan."""
    try:
        return load(name, settings)
    except ImportError as trouble:
        return Failed(f"{trouble.name or 'a library'} is not installed")
    except UsageError:  # our own folders are wrong
        raise
    except Exception as trouble:  # noqa: BLE001 - re-labelled: one that cannot be made has read nothing
        return Failed(str(trouble) if isinstance(trouble, ClewError) else type(trouble).__name__)


def run_on(detector: Detector | Failed, batch: Sequence[str]) -> Sequence[Outcome]:
    if isinstance(detector, Failed):
        return [detector] * len(batch)
    try:
        outcomes = detector.detect(batch)
    except ClewError as trouble:
        return [Failed(str(trouble))] * len(batch)
    except (Exception, SystemExit) as trouble:  # noqa: BLE001 - re-labelled, so that a broken detector never reads as "nothing found"
        if len(batch) == 1:
            return [Failed(type(trouble).__name__)]
        return [outcome for text in batch for outcome in run_on(detector, [text])]
    if not isinstance(outcomes, Sequence) or len(outcomes) != len(batch):
        return [Failed("answered for another number of texts")] * len(batch)
    return [outcome if isinstance(outcome, Found | NotFound | Failed) else Failed(NO_ANSWER) for outcome in outcomes]


@dataclass(slots=True)
class _Columns:
    """What is said of one batch, detector after detector; in the table it stands text after text."""

    rows: list[int] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    failures: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, first_row: int, mark: str, outcomes: Sequence[Outcome]) -> None:
        for row, outcome in enumerate(outcomes, first_row):
            if outcome is NOTHING:
                continue
            if isinstance(outcome, Found):
                self.signals += outcome.signals
                self.rows.append(row)
                self.counts.append(len(outcome.signals))
            elif isinstance(outcome, Failed):
                self.failures.append((row, mark, outcome.reason))

    def detection(self) -> Detection:
        rows = np.repeat(np.array(self.rows, np.int64), self.counts)
        made = list(zip(*self.signals, strict=True)) or [()] * (len(SIGNALS) - 1)
        failed = [list(column) for column in zip(*self.failures, strict=True)] or [[] for _ in FAILURES]
        return Detection(_table([rows, *made], SIGNALS), _table(failed, FAILURES))


def _table(columns: Sequence[Any], schema: pa.Schema) -> pa.Table:
    """The columns as a table in the order of the first, which is the row; rows of one number stay as they are."""
    order = np.argsort(np.asarray(columns[0], np.int64), kind="stable")
    arrays = [pa.array(values, type=f.type) for values, f in zip(columns, schema, strict=True)]
    return pa.table(arrays, schema=schema).take(order)


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
