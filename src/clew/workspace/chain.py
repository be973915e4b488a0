"""The chain's first step: what detectors claim of every text, and what fields outside the text name.

Texts that are sealed are read from the vault, one recorded act for the whole run, and never rest in the lake: of what
detectors find in them the lake keeps a keyed pseudonym, enough to join and not enough to read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.keys import KeyRing
from clew.signals import scan
from clew.signals.frame import dated
from clew.store.lake import Lake
from clew.workspace.settings import Settings

Progress = Callable[[str, int, int], None]
"""Step, done, of how many."""

CLAIMS = pa.schema(
    [
        ("record_id", pa.string()),
        ("record_kind", pa.string()),
        ("kind", pa.string()),
        ("value", pa.string()),  # null where the record is sealed
        ("key", pa.string()),  # keyed pseudonym of kind and value
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("confidence", pa.float32()),
        ("detector", pa.string()),
    ]
)
FAILURES = pa.schema(
    [("record_id", pa.string()), ("record_kind", pa.string()), ("detector", pa.string()), ("reason", pa.string())]
)
READ = pa.schema([("record_id", pa.string()), ("record_kind", pa.string())])
"""Which texts a run has read, whatever it found."""
OPEN_TEXTS = {"adverts": "text", "pages": "text", "payments": "memo"}
POSTED = ("adverts",)
"""Kinds of open texts that say when they appeared."""
SEALED_TEXTS = ("tips", "calls", "conversations")
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Texts:
    """A batch of texts to read. `sealed` texts leave no value in the lake."""

    record_kind: str
    ids: pa.Array
    texts: pa.Array
    sealed: bool
    posted: pa.Array | None = None
    """When each appeared, where its kind says: "until Friday" is worked out from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a run found."""

    texts: int
    claims: int
    failures: int
    clusters: int
    networks: int
    leads: int
    hubs: int


def open_texts(lake: Lake) -> Iterator[Texts]:
    """Texts of the lake in batches."""
    for plural, column in OPEN_TEXTS.items():
        has_days = plural in POSTED
        table = lake.read(plural, ["record_id", column, *(["posted"] if has_days else [])])
        table = table.filter(pc.is_valid(table[column]))
        for batch in table.to_batches(max_chunksize=_BATCH):
            posted = batch["posted"] if has_days else None
            yield Texts(plural[:-1], batch["record_id"], batch[column], sealed=False, posted=posted)


def read_signals(
    batches: Iterator[Texts], keys: KeyRing, settings: Settings, tick: Callable[[int], None]
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """What detectors claim of all texts, where one failed, and which records were read at all."""
    claims, failures, seen = [CLAIMS.empty_table()], [FAILURES.empty_table()], 0
    read = [READ.empty_table()]
    for batch in batches:
        detection = scan(batch.texts, region=settings.region or None)
        claims.append(_claims(batch, detection.signals, keys))
        failures.append(_failures(batch, detection.failures))
        read.append(pa.table([batch.ids, pa.repeat(pa.scalar(batch.record_kind), len(batch.ids))], schema=READ))
        seen += len(batch.ids)
        tick(seen)
    return pa.concat_tables(claims), pa.concat_tables(failures), pa.concat_tables(read)


def _claims(batch: Texts, found: pa.Table, keys: KeyRing) -> pa.Table:
    values = found["value"].combine_chunks() if batch.posted is None else dated(found, batch.posted)
    kinds = found["kind"].combine_chunks()
    plain = pc.is_in(kinds, pa.array(["wording", "language"]))  # says nothing of who: stays readable
    shown = pc.if_else(pc.or_(plain, not batch.sealed), values, pa.scalar(None, pa.string()))
    size = found.num_rows
    columns = [
        batch.ids.take(found["row"].combine_chunks()),
        pa.repeat(pa.scalar(batch.record_kind), size),
        kinds,
        shown,
        keys.pseudonyms(kinds, values),
        *(found[name].combine_chunks() for name in ("start", "end", "confidence", "detector")),
    ]
    return pa.table(columns, schema=CLAIMS)


def _failures(batch: Texts, failed: pa.Table) -> pa.Table:
    ids = batch.ids.take(failed["row"].combine_chunks())
    kinds = pa.repeat(pa.scalar(batch.record_kind), failed.num_rows)
    return pa.table(
        [ids, kinds, failed["detector"].combine_chunks(), failed["reason"].combine_chunks()], schema=FAILURES
    )


def field_claims(lake: Lake, keys: KeyRing, settings: Settings) -> tuple[pa.Table, pa.Table]:
    """Contacts and pictures that adverts name outside their text, and the fields that could not be read."""
    adverts = lake.read("adverts", ["record_id", "phone", "pictures", "source_id"])
    given = adverts.filter(pc.is_valid(adverts["phone"]))
    phones = Texts("advert", given["record_id"].combine_chunks(), given["phone"].combine_chunks(), sealed=False)
    detection = scan(phones.texts, detectors=["phone"], region=settings.region or None)
    claims = [_without_spans(_claims(phones, detection.signals, keys)), _picture_claims(lake, adverts, keys)]
    return pa.concat_tables(claims), _failures(phones, detection.failures)


def together(failures: pa.Table, more: pa.Table) -> pa.Table:
    """Failures of texts and of fields; what failed on both alike is one."""
    return pa.concat_tables([failures, more]).group_by(FAILURES.names).aggregate([]).cast(FAILURES)


def _without_spans(claims: pa.Table) -> pa.Table:
    none = pa.nulls(claims.num_rows, pa.int32())
    return claims.set_column(5, "start", none).set_column(6, "end", none)


def _picture_claims(lake: Lake, adverts: pa.Table, keys: KeyRing) -> pa.Table:
    """Adverts that show near-copies of one picture share its group; the group's name is its first picture's hash."""
    images = lake.read("images", ["external_id", "source_id", "pdq", "quality"])
    if not images.num_rows:
        return CLAIMS.empty_table()
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    from clew.signals.picture import hamming_pairs

    fit = pc.greater_equal(pc.fill_null(images["quality"], 100), 50)
    images = images.filter(fit)
    left, right, _ = hamming_pairs(images["pdq"].combine_chunks())
    size = images.num_rows
    _, group = connected_components(
        coo_matrix((np.ones(len(left), bool), (left, right)), shape=(size, size)), directed=False
    )
    first = np.full(group.max(initial=-1) + 1, -1)
    first[group[::-1]] = np.arange(size)[::-1]
    named = images["pdq"].combine_chunks().take(pa.array(first[group]))
    shown = _listed(adverts).join(
        pa.table({"picture": images["external_id"], "source_id": images["source_id"], "value": named}),
        ["picture", "source_id"],
        join_type="inner",
    )
    values = shown["value"].combine_chunks()
    kinds = pa.repeat(pa.scalar("picture"), len(values))
    none = pa.nulls(len(values), pa.int32())
    columns = [
        shown["record_id"].combine_chunks(),
        pa.repeat(pa.scalar("advert"), len(values)),
        kinds,
        values,
        keys.pseudonyms(kinds, values),
        none,
        none,
        pa.repeat(pa.scalar(0.9, pa.float32()), len(values)),
        pa.repeat(pa.scalar("picture/1"), len(values)),
    ]
    return pa.table(columns, schema=CLAIMS)


def _listed(adverts: pa.Table) -> pa.Table:
    """record_id, source_id, picture: one row a picture an advert names."""
    split = pc.split_pattern(adverts["pictures"].combine_chunks(), ";")
    parents = pc.list_parent_indices(split)
    return pa.table(
        {
            "record_id": adverts["record_id"].combine_chunks().take(parents),
            "source_id": adverts["source_id"].combine_chunks().take(parents),
            "picture": pc.utf8_trim_whitespace(pc.list_flatten(split)),
        }
    )
