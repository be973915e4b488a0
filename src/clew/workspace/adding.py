"""Takes files in: every row becomes a record with an id of its own, or a reject that is kept whole."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from clew.records import Kind, Mapping, Read, Source, read_file
from clew.records.rejects import Rejects
from clew.records.write import textual
from clew.safeguards.keys import KeyRing
from clew.store.lake import record_columns
from clew.store.vault import Vault


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a file's rows. `new` + `known` + `rejected` is every row of it."""

    kind: str
    new: int
    known: int
    rejects: Rejects
    corrected: int = 0
    """Of those known: how many came with other content, which stands from now on."""


@dataclass(frozen=True, slots=True)
class Parted:
    """Records of a kind in two halves: what may rest in the lake, and what must be sealed."""

    open: pa.Table
    sealed: pa.Table


def part(read: Read, kind: Kind, source: Source, keys: KeyRing) -> Parted:
    """Gives each row its record id (a hash of content and source) and parts open fields from sealed ones.

    Kinds that hold anything sealed also hide the file's own ids: the lake has a keyed pseudonym of them.
    """
    table = read.table
    ids = record_ids(table, kind, source, keys)
    with_ids = table.append_column("record_id", ids).append_column(
        "source_id", pa.repeat(pa.scalar(source.id), len(ids))
    )
    external = table["id"].combine_chunks()
    if not kind.sealed:
        whole = with_ids.append_column("external_id", external)
        return Parted(whole.select(record_columns(kind).names), pa.table({"record_id": pa.array([], pa.string())}))
    hidden = with_ids.append_column("external_id", _pseudonyms(f"{kind.plural}/{source.id}", external, keys))
    if kind.name == "conversation":
        thread = _pseudonyms(f"thread/{source.id}", table["conversation"].combine_chunks(), keys)
        hidden = hidden.set_column(hidden.column_names.index("conversation"), "conversation", thread)
    sealed = textual(table.select(list(kind.sealed))).append_column("record_id", ids)
    return Parted(hidden.select(record_columns(kind).names), sealed)


def without_erased(vault: Vault, kind: Kind, parted: Parted) -> Parted:
    """What of a file may come in: records that were erased do not come back, nor what stands in their place."""
    rows = zip(*(parted.open[name].to_pylist() for name in ("record_id", "source_id", "external_id")), strict=True)
    gone = pa.array(sorted(vault.erased_among(kind.plural, rows)), pa.string())
    if not len(gone):
        return parted
    return Parted(*(each.filter(pc.invert(pc.is_in(each["record_id"], gone))) for each in (parted.open, parted.sealed)))


def _pseudonyms(kind: str, values: pa.Array, keys: KeyRing) -> pa.Array:
    return keys.pseudonyms(pa.repeat(pa.scalar(kind), len(values)), values)


LATER = frozenset({"transit"})
"""Fields, last of their kind, that kinds did not always have: where empty, a record keeps the id it had without them."""


def record_ids(table: pa.Table, kind: Kind, source: Source, keys: KeyRing) -> pa.Array:
    """Each row's id: SHA-256 over kind, source and all fields, with lengths so that no two rows can be written alike.

    For kinds with sealed fields the hash is keyed: without the workspace's key nobody can test a guess of a name or a
    number against an id, nor after the record was erased.
    """
    text = textual(table)
    parts = []
    for name in text.column_names:
        column = text[name].cast(pa.string())
        absent = "" if name in LATER else "-"
        parts.append(f"coalesce(length(\"{name}\") || ':' || \"{name}\", '{absent}')")
        text = text.set_column(text.column_names.index(name), name, column)
    salt = hashlib.sha256(f"{kind.name}/{source.id}".encode()).hexdigest()
    if kind.sealed:
        salt = hmac.digest(keys.key("record-id"), salt.encode(), "sha256").hex()
    with duckdb.connect() as connection:
        connection.register("given", text)
        query = f"SELECT left(sha256($1 || {' || '.join(parts)}), 32) AS id FROM given"  # noqa: S608 (names are ours)
        ids = connection.execute(query, [salt]).to_arrow_table()["id"].combine_chunks()
    return cast(pa.Array, ids.cast(pa.string()))


def read_source_file(path: Path, kind: Kind, mapping: Mapping | None) -> Read:
    """Reads a file for a workspace; a row that repeats an id is rejected like any other that cannot be read."""
    if path.name.endswith((".warc", ".warc.gz")):
        from clew.intake.archive import read_pages

        return read_pages(path)
    return read_file(path, kind, mapping)


def count_new(table: pa.Table, known: pa.Array) -> int:
    return int(pc.sum(pc.invert(pc.is_in(table["record_id"], known))).as_py() or 0)
