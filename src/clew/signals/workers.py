"""A scan shared among processes, each a fresh interpreter that reads texts and writes claims as Arrow streams.

Each takes a part of the texts, answers and takes the next, so that a slow one holds nobody up. No process is forked: a
forked one may inherit a lock that nobody will ever open. One that dies fails the rows of its part, and another is started.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import BinaryIO

import pyarrow as pa

from clew.signals.base import FAILURES, SIGNALS, Detection, Settings
from clew.signals.different import Column
from clew.signals.registry import manifests
from clew.signals.scanning import scan_here

_NAME_KEY = "CLEW_SCAN_NAME_KEY"
"""Hands the key of pseudonyms to a worker: an order on its command line could be read by others on the machine."""
_PART = 2048
"""Texts a worker gets at once, at most."""
_SIZE = 8
"""Bytes that say how long what follows is."""


def scan_apart(texts: Column, names: Sequence[str], settings: Settings, workers: int) -> Detection:
    """`scan_here`, with the rows shared among `workers` processes; the answer is the same, in the same order."""
    size = min(_PART, -(-len(texts) // workers)) or 1
    parts = _Parts(range(0, len(texts), size))
    found: dict[int, Detection] = {}

    def work() -> None:
        with _Worker(names, settings) as worker:
            for start in parts:
                found[start] = worker.scan(texts[start : start + size], start)

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(work) for _ in range(workers)]:
            done.result()
    in_order = [found[start] for start in sorted(found)]
    return Detection(
        pa.concat_tables([SIGNALS.empty_table(), *(part.signals for part in in_order)]),
        pa.concat_tables([FAILURES.empty_table(), *(part.failures for part in in_order)]),
    )


class _Parts:
    """Where the parts start, each given to one thread only."""

    def __init__(self, starts: Sequence[int]) -> None:
        self._starts = iter(starts)
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        with self._lock:
            return next(self._starts)


class _Worker:
    """One process at a time, started when there is something to ask."""

    def __init__(self, names: Sequence[str], settings: Settings) -> None:
        self._names, self._settings = names, settings
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def scan(self, texts: Column, first_row: int) -> Detection:
        """What it says of the texts; all of them failed where it ends without an answer."""
        process = self._process = self._process or self._start()
        try:
            _send(_inlet(process), first_row.to_bytes(_SIZE, "big"))
            _send(_inlet(process), _stream(pa.table({"text": texts})))
            return Detection(_table(_received(_outlet(process))), _table(_received(_outlet(process))))
        except (OSError, EOFError):
            code = self._end()
            return _all_failed(len(texts), self._names, first_row, f"its worker ended with code {code}")

    def _start(self) -> subprocess.Popen[bytes]:
        key = self._settings.name_key
        return subprocess.Popen(  # noqa: S603 - this interpreter, this module, our own order
            [
                *(sys.executable, "-P", "-m", "clew.signals.workers"),
                json.dumps({"names": list(self._names), "region": self._settings.region}),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
                _NAME_KEY: key.hex() if key else "",
            },
        )

    def _end(self) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        with suppress(OSError):  # it is gone already
            _inlet(process).close()
        _outlet(process).close()
        return process.wait()


def _inlet(process: subprocess.Popen[bytes]) -> BinaryIO:
    assert process.stdin is not None
    return process.stdin  # type: ignore[return-value]


def _outlet(process: subprocess.Popen[bytes]) -> BinaryIO:
    assert process.stdout is not None
    return process.stdout  # type: ignore[return-value]


def _stream(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def _table(stream: bytes) -> pa.Table:
    return pa.ipc.open_stream(stream).read_all()


def _send(to: BinaryIO, what: pa.Buffer | bytes) -> None:
    to.write(len(what).to_bytes(_SIZE, "big"))
    to.write(what)
    to.flush()


def _received(source: BinaryIO) -> bytes:
    """The next message; raises EOFError where none comes whole."""
    size = int.from_bytes(_exactly(source, _SIZE), "big")
    return _exactly(source, size)


def _exactly(source: BinaryIO, size: int) -> bytes:
    read = source.read(size)
    if len(read) < size:
        raise EOFError
    return read


def _all_failed(rows: int, names: Sequence[str], first_row: int, reason: str) -> Detection:
    marks = [m.mark for m in manifests() if m.name in names]
    failures = [(first_row + row, mark, reason) for row in range(rows) for mark in marks]
    columns = [list(column) for column in zip(*failures, strict=True)] if failures else [[], [], []]
    return Detection(
        SIGNALS.empty_table(), pa.table([pa.array(c, f.type) for c, f in zip(columns, FAILURES, strict=True)], FAILURES)
    )


def _serve(order: str, source: BinaryIO, sink: BinaryIO) -> None:
    """Answers part after part until no more come."""
    asked = json.loads(order)
    settings = Settings(region=asked["region"], name_key=bytes.fromhex(os.environ.get(_NAME_KEY, "")) or None)
    while True:
        try:
            first_row = int.from_bytes(_received(source), "big")
        except EOFError:
            return
        texts = _table(_received(source))["text"]
        detection = scan_here(texts, asked["names"], settings, first_row=first_row)
        for table in (detection.signals, detection.failures):
            _send(sink, _stream(table))


class _NoPandas:
    """Arrow looks for pandas whenever it is given Python's values; a worker has no use for it, and it takes long to load."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


if __name__ == "__main__":
    sys.meta_path.insert(0, _NoPandas)
    _serve(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
