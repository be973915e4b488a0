"""A scan shared among processes, each a fresh interpreter that reads texts and writes claims as Arrow streams.

No process is forked: a forked one may inherit a lock that nobody will ever open. A worker that dies fails its rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import pyarrow as pa

from clew.signals.base import FAILURES, SIGNALS, Detection, Settings
from clew.signals.different import Column
from clew.signals.registry import manifests
from clew.signals.scanning import scan_here

_NAME_KEY = "CLEW_SCAN_NAME_KEY"
"""Hands the key of pseudonyms to a worker: an order on its command line could be read by others on the machine."""
_PART = 200_000
"""Texts a worker gets at most: one starts in a second or two, and keeps its texts in memory."""


def scan_apart(texts: Column, names: Sequence[str], settings: Settings, workers: int) -> Detection:
    """`scan_here`, with the rows shared among `workers` processes; the answer is the same, in the same order."""
    size = min(_PART, -(-len(texts) // workers)) or 1
    starts = range(0, len(texts), size)
    order = json.dumps({"names": list(names), "region": settings.region})

    def one(start: int) -> Detection:
        return _ask(texts[start : start + size], order, names, start, settings.name_key)

    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(one, starts))
    return Detection(
        pa.concat_tables([SIGNALS.empty_table(), *(part.signals for part in parts)]),
        pa.concat_tables([FAILURES.empty_table(), *(part.failures for part in parts)]),
    )


def _ask(texts: Column, order: str, names: Sequence[str], first_row: int, name_key: bytes | None) -> Detection:
    sink = pa.BufferOutputStream()
    table = pa.table({"text": texts})
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    done = subprocess.run(  # noqa: S603 - this interpreter, this module, our own order
        [sys.executable, "-P", "-m", "clew.signals.workers", order, str(first_row)],
        input=sink.getvalue().to_pybytes(),
        stdout=subprocess.PIPE,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
            _NAME_KEY: name_key.hex() if name_key else "",
        },
        check=False,
    )
    if done.returncode:
        return _all_failed(len(texts), names, first_row, f"its worker ended with code {done.returncode}")
    reader = pa.BufferReader(done.stdout)
    return Detection(pa.ipc.open_stream(reader).read_all(), pa.ipc.open_stream(reader).read_all())


def _all_failed(rows: int, names: Sequence[str], first_row: int, reason: str) -> Detection:
    marks = [m.mark for m in manifests() if m.name in names]
    failures = [(first_row + row, mark, reason) for row in range(rows) for mark in marks]
    columns = [list(column) for column in zip(*failures, strict=True)] if failures else [[], [], []]
    return Detection(
        SIGNALS.empty_table(), pa.table([pa.array(c, f.type) for c, f in zip(columns, FAILURES, strict=True)], FAILURES)
    )


def _serve(order: str, first_row: int, source: BinaryIO, sink: BinaryIO) -> None:
    asked = json.loads(order)
    texts = pa.ipc.open_stream(source).read_all()["text"]
    detection = scan_here(
        texts,
        asked["names"],
        Settings(region=asked["region"], name_key=bytes.fromhex(os.environ.get(_NAME_KEY, "")) or None),
        first_row=first_row,
    )
    for table in (detection.signals, detection.failures):
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)


if __name__ == "__main__":
    _serve(sys.argv[1], int(sys.argv[2]), sys.stdin.buffer, sys.stdout.buffer)
