"""The folder of a set of clusters that grows: a manifest and parts, read by memory map, and what is asked of them before use.

A part is written beside, then renamed, then the manifest is replaced in one step: a crash leaves the set as it was. What is
damaged is refused by file and rule before anything is computed from it, because compiled code trusts the numbers it is given.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links import boilerplate
from clew.links.near_texts import NearDuplicateOptions
from clew.links.tokens import Tokens
from clew.safeguards.errors import UsageError

VERSION = 2
SKETCH = 24
"""Shingles by which a text of the set is found again."""
_ANEW = "make the set anew from the adverts"
_COLUMNS = {
    "values": np.uint32, "counts": np.int32, "content": np.uint64, "clusters": np.int64,
    "keys": np.uint64, "key_texts": np.uint32, "boilerplate": np.uint32,
}  # fmt: skip
_KEYS = {
    "kind": str, "version": int, "clusters": int, "adverts": int, "parts": list, "merges": list,
    "learnt_from": int, "similarity": float, "shortest": int, "sketch": int,
}  # fmt: skip

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Part:
    """One addition: its different texts without boilerplate, sorted by content, and their clusters; sketches, sorted, and the text of
    each; ids with their clusters.
    """

    texts: Tokens
    clusters: Numbers
    keys: npt.NDArray[np.uint64]
    key_texts: npt.NDArray[np.uint32]
    ids: pa.Table
    number: int


def manifest_of(folder: Path, options: NearDuplicateOptions | None) -> dict[str, Any]:
    """The manifest, or that of an empty set where the folder is empty. `options` must be those it was made with, where given."""
    path = folder / "manifest.json"
    if not path.exists():
        if options is None or any(not each.name.startswith((".", "part-")) for each in folder.iterdir()):
            raise UsageError(f"{folder}: is a folder of something else, not a set of clusters")
        fresh = {
            "kind": "clew adverts",
            "version": VERSION,
            "clusters": 0,
            "adverts": 0,
            "parts": [],
            "merges": [],
            "learnt_from": 1,
        }
        return fresh | {"similarity": options.similarity, "shortest": options.shortest, "sketch": SKETCH}
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        mine = manifest["kind"] == "clew adverts"
        version = manifest["version"], manifest["sketch"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: cannot be read as the manifest of a set of clusters") from error
    if not mine or version != (VERSION, SKETCH):
        raise UsageError(f"{folder}: was made by another version; {_ANEW}")
    _check(path, manifest)
    if options and (manifest["similarity"], manifest["shortest"]) != (options.similarity, options.shortest):
        raise UsageError(f"{folder}: was made with other options; use the same, or another folder")
    return manifest


def _check(path: Path, manifest: dict[str, Any]) -> None:
    for name, kind in _KEYS.items():
        if not isinstance(manifest.get(name), kind) or isinstance(manifest[name], bool):
            raise UsageError(f"{path}: {name}: missing or not of its type; {_ANEW}")
    parts, merges, clusters = manifest["parts"], manifest["merges"], manifest["clusters"]
    for name, wrong in {
        "clusters": clusters < 0,
        "parts": not all(isinstance(each, str) and re.fullmatch(r"part-\d{6,}", each) for each in parts),
        "merges": not all(_is_merge(each, clusters) for each in merges),
        "learnt_in": bool(parts) and manifest.get("learnt_in") not in range(len(parts)),
    }.items():
        if wrong:
            raise UsageError(f"{path}: {name}: names what the set does not have; {_ANEW}")


def _is_merge(row: Any, clusters: int) -> bool:
    """The larger number leads to the smaller, so that following them comes to an end."""
    if not isinstance(row, list) or len(row) != 2 or not all(type(each) is int for each in row):
        return False
    return bool(0 <= row[1] < row[0] < clusters)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One writer at a time."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file, not a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".lock").open("w")
    except OSError as error:
        raise UsageError(f"{folder}: cannot be written ({os.strerror(error.errno or 5).lower()})") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError(f"{folder}: another process is adding adverts; wait for it") from error
        yield


def followed(manifest: dict[str, Any]) -> Numbers:
    """Where each number of a cluster leads today."""
    into = np.arange(int(manifest["clusters"]) + 1)
    for cluster, target in manifest["merges"]:
        into[cluster] = target
    while True:
        further = into[into]
        if np.array_equal(further, into):
            return into
        into = further


def read(folder: Path, clusters: int) -> Part:
    """A part of a set of so many clusters; raises UsageError, by file and rule, where it is damaged."""
    counts, content, own = (np.asarray(_column(folder, name)) for name in ("counts", "content", "clusters"))
    values, keys, key_texts = (_column(folder, name) for name in ("values", "keys", "key_texts"))
    starts = np.zeros(len(counts), np.int64)
    np.cumsum(counts[:-1], out=starts[1:])
    ids = _ids(folder)
    of_ids = ids["cluster"].to_numpy()
    for name, wrong in {
        "counts": counts.min(initial=0) < 0 or int(counts.sum(dtype=np.int64)) != len(values),
        "content": len(content) != len(counts),
        "clusters": len(own) != len(counts) or not _within(own, clusters),
        "key_texts": len(key_texts) != len(keys),
        "ids": not _within(of_ids, clusters),
    }.items():
        if wrong:
            raise UsageError(f"{folder}: {name}: does not fit the rest of the set; {_ANEW}")
    return Part(Tokens(values, starts, counts, content), own, keys, key_texts, ids, int(folder.name[5:]))


def texts_of(part: Part, places: npt.NDArray[np.intp]) -> npt.NDArray[np.uint32]:
    """The texts of the sketches at these places."""
    found = part.key_texts[places]
    if found.max(initial=0) >= max(len(part.texts), 1):
        raise UsageError(f"part-{part.number:06d}: key_texts: names a text that the part does not have; {_ANEW}")
    return found


def boilerplate_of(folder: Path) -> boilerplate.Table | None:
    slots = _column(folder, "boilerplate")
    if slots.max(initial=0) >= boilerplate.SLOTS:
        raise UsageError(f"{folder}: boilerplate: names what there cannot be; {_ANEW}")
    table = np.zeros(boilerplate.SLOTS, np.uint8)
    table[slots] = 1
    return table if len(slots) else None


def _within(numbers: Numbers, clusters: int) -> bool:
    return bool(numbers.min(initial=0) >= 0 and numbers.max(initial=-1) < clusters)


def _column(folder: Path, name: str) -> Any:
    try:
        column = np.load(folder / f"{name}.npy", mmap_mode="r")
        if column.dtype != _COLUMNS[name] or column.ndim != 1:
            raise ValueError("another type")
    except (OSError, ValueError, EOFError) as error:
        raise UsageError(f"{folder}: {name}: missing or damaged; {_ANEW}") from error
    return column


def _ids(folder: Path) -> pa.Table:
    try:
        with pa.memory_map(str(folder / "ids.arrow")) as source:
            table = pa.ipc.open_file(source).read_all()
        table.validate()
        if table.schema.names != ["id", "cluster"] or table.schema.types != [pa.string(), pa.int64()]:
            raise pa.ArrowInvalid("another table")
    except (OSError, pa.ArrowInvalid) as error:
        raise UsageError(f"{folder}: ids: missing or damaged; {_ANEW}") from error
    return table


def written(
    folder: Path,
    manifest: dict[str, Any],
    texts: Tokens,
    sketches: tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]],
    clusters: Numbers,
    ids: pa.Table,
    common: boilerplate.Table | None,
) -> str:
    """Writes a part beside the others and gives it its name; nothing refers to it yet. `texts` follow one another."""
    name = f"part-{len(manifest['parts']) + 1:06d}"
    beside = folder / f".{name}"
    for stale in (beside, folder / name):
        shutil.rmtree(stale, ignore_errors=True)
    beside.mkdir()
    columns: dict[str, npt.NDArray[Any]] = {
        "values": texts.values, "counts": texts.counts, "content": texts.content,
        "clusters": clusters, "keys": sketches[0], "key_texts": sketches[1],
        "boilerplate": np.flatnonzero(common).astype(np.uint32) if common is not None else np.zeros(0, np.uint32),
    }  # fmt: skip
    for column, array in columns.items():
        with (beside / f"{column}.npy").open("wb") as file:
            np.save(file, array)
            _settle(file)
    with (beside / "ids.arrow").open("wb") as file:
        with pa.ipc.new_file(file, ids.schema) as writer:
            writer.write_table(ids)
        _settle(file)
    beside.rename(folder / name)
    return name


def keep(folder: Path, manifest: dict[str, Any]) -> None:
    """Puts this manifest in the place of the one before, in one step."""
    beside = folder / ".manifest.json"
    with beside.open("w", encoding="utf-8") as file:
        json.dump(manifest, file)
        _settle(file)
    beside.replace(folder / "manifest.json")


def _settle(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())
