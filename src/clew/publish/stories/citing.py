"""What a story may stand on: releases of the ledger that went to the public, exactly as they left."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as csv

from clew.publish.types import Method, Raw
from clew.safeguards.acts import Release
from clew.safeguards.errors import Blocked, Tampered, UnreadableInput, UsageError

PUBLIC = frozenset({"public", "the public"})
TABLE_TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Cited:
    """A release that passed `cite`: its entry in the ledger, and its table as it left."""

    entry: Release
    table: pa.Table

    @property
    def is_counts(self) -> bool:
        return self.entry.method == Method.TABLE


def cite(file: Raw[bytes], entry: Release) -> Cited:
    """A release as a story may cite it. Raises Blocked for what is not for the public, Tampered for another file than left."""
    if entry.method not in (Method.ANONYMISE, Method.SYNTHESISE, Method.TABLE):
        raise Blocked(f"story: {entry.id} is no public release: {entry.guarantee}")
    if " ".join(entry.recipient.split()).casefold() not in PUBLIC:
        raise Blocked(
            f"story: {entry.id} was released to somebody else; a story cites what was released to 'the public'"
        )
    if hashlib.sha256(file.value).hexdigest() != entry.sha256:
        raise Tampered(f"story: the file of {entry.id} is not what was signed")
    return Cited(entry, _table(file.value, entry.id))


def _table(content: bytes, release: str) -> pa.Table:
    try:
        names = csv.read_csv(io.BytesIO(content)).column_names
        as_text = csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True)
        return csv.read_csv(io.BytesIO(content), convert_options=as_text)
    except pa.ArrowInvalid:
        raise UnreadableInput(f"story: the file of {release} cannot be read as a table") from None


def column(cited: Cited, name: str) -> pa.ChunkedArray:
    """A column of the release; raises UsageError naming those it has."""
    has = [each for each in cited.table.column_names if not (cited.is_counts and each == "count")]
    if name not in has:
        raise UsageError(f"story: {cited.entry.id} has no column {name}; it has {', '.join(has)}")
    return cited.table[name]
