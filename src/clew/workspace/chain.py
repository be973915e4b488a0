"""Walks records through the rooms: signals, links, networks, leads. Every step replaces its tables whole.

Texts that are sealed are read from the vault, one recorded act for the whole run, and never rest in the lake: of what
detectors find in them the lake keeps a keyed pseudonym, enough to join and not enough to read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.features import movement, network_features, sign_counts
from clew.leads.queue import build_queue
from clew.links import near_duplicates, networks, shared
from clew.links.bridges import bridges
from clew.safeguards.keys import KeyRing
from clew.signals import scan
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
JOINING = ("phone", "email", "handle", "url", "picture")
"""Kinds of identifiers that join records."""
OPEN_TEXTS = {"adverts": "text", "pages": "text", "payments": "memo"}
SEALED_TEXTS = ("tips", "calls", "conversations")
GIANT = 60
"""Nodes from which a component is divided into communities."""
TEXT_WEIGHT = 1.0
"""Of one text against a shared contact, which weighs 1 / log2(1 + texts)."""
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Texts:
    """A batch of texts to read. `sealed` texts leave no value in the lake."""

    record_kind: str
    ids: pa.Array
    texts: pa.Array
    sealed: bool


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
        table = lake.read(plural, ["record_id", column])
        table = table.filter(pc.is_valid(table[column]))
        for batch in table.to_batches(max_chunksize=_BATCH):
            yield Texts(plural[:-1], batch["record_id"], batch[column], sealed=False)


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
    values = found["value"].combine_chunks()
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


def field_claims(lake: Lake, keys: KeyRing, settings: Settings) -> pa.Table:
    """Contacts and pictures that adverts name outside their text."""
    adverts = lake.read("adverts", ["record_id", "phone", "pictures", "source_id"])
    given = adverts.filter(pc.is_valid(adverts["phone"]))
    phones = Texts("advert", given["record_id"].combine_chunks(), given["phone"].combine_chunks(), sealed=False)
    detection = scan(phones.texts, detectors=["phone"], region=settings.region or None)
    return pa.concat_tables(
        [_without_spans(_claims(phones, detection.signals, keys)), _picture_claims(lake, adverts, keys)]
    )


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


def link(lake: Lake, progress: Progress) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Clusters of near-duplicate texts, edges to shared identifiers, and hubs; each is stored."""
    adverts = lake.read("adverts", ["record_id", "text"])
    progress("Comparing texts", 0, adverts.num_rows)
    labels = near_duplicates(adverts["text"])
    clusters = pa.table({"record_id": adverts["record_id"], "cluster": pa.array(labels, pa.int64())})
    lake.replace({"clusters": clusters})
    progress("Comparing texts", adverts.num_rows, adverts.num_rows)
    edges, hubs = _shared(lake, clusters)
    lake.replace({"edges": edges, "hubs": hubs})
    return clusters, edges, hubs


def _shared(lake: Lake, clusters: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Identifiers that join, and hubs that do not: too common, or a bridge between people reachable on their own."""
    claims = lake.read("claims", ["record_id", "kind", "key"])
    claims = claims.filter(pc.is_in(claims["kind"], pa.array(JOINING)))
    texts = clusters.rename_columns(["record", "cluster"])
    seen = claims.rename_columns(["record", "kind", "key"]).join(texts, keys="record")
    found = shared(seen)
    bridging = bridges(seen.group_by(["record", "kind", "key"]).aggregate([]), texts)
    taken = found.edges.join(bridging, ["kind", "key"], join_type="left anti").sort_by(
        [("record", "ascending"), ("key", "ascending")]
    )
    counted = (
        found.edges.group_by(["kind", "key"])
        .aggregate([("record", "count")])
        .join(bridging, ["kind", "key"], join_type="inner")
    )
    more = pa.table(
        {"kind": counted["kind"], "key": counted["key"], "records": counted["record_count"], "parts": counted["parts"]}
    )
    common = found.hubs.select(["kind", "key", "records"]).append_column(
        "parts", pa.nulls(found.hubs.num_rows, pa.int64())
    )
    return taken, pa.concat_tables([common, more.cast(common.schema)])


def join_networks(lake: Lake, clusters: pa.Table, edges: pa.Table) -> pa.Table:
    """record_id, record_kind, network: records held together by shared identifiers, threads and few-handed texts."""
    hands = _hands(clusters, edges)
    bulk = hands.filter(pc.greater_equal(hands["hands"], BULK_HANDS))["cluster"].combine_chunks()
    sent = clusters.filter(pc.is_in(clusters["cluster"], bulk))["record_id"].combine_chunks()
    joining = edges.filter(pc.invert(pc.is_in(edges["record"], sent)))
    parts = [_identifier_edges(joining)]
    parts.append(_thread_edges(lake))
    few = hands.filter(pc.less_equal(hands["hands"], MOST_HANDS))["cluster"].combine_chunks()
    parts.append(_text_edges(clusters, pa.concat_arrays([few, bulk])))
    found = networks(pa.concat_tables([part.cast(_EDGE) for part in parts]), giant=GIANT)
    kinds = _record_kinds(lake)
    members = found.join(kinds, keys="node", right_keys="record_id", join_type="inner")
    table = members.select(["node", "record_kind", "community"]).rename_columns(["record_id", "record_kind", "network"])
    lake.replace({"members": table})
    return table


def _identifier_edges(joining: pa.Table) -> pa.Table:
    """Record to identifier, which is named by the records that have it: pseudonyms differ between workspaces, and what
    communities are found must not depend on their order.
    """
    sorted_edges = joining.sort_by([("kind", "ascending"), ("key", "ascending"), ("record", "ascending")])
    groups = sorted_edges.group_by(["kind", "key"], use_threads=False).aggregate([("record", "list")])
    joined = pc.binary_join(groups["record_list"].combine_chunks(), ",")
    place = pc.utf8_lpad(pc.rank(joined, tiebreaker="dense").cast(pa.string()), 12, "0")
    named = groups.select(["kind", "key"]).append_column("name", place)
    with_names = joining.join(named, ["kind", "key"])
    node = pc.binary_join_element_wise(with_names["kind"], with_names["name"], ":")
    return pa.table({"a": with_names["record"], "b": node, "weight": with_names["weight"]})


_EDGE = pa.schema([("a", pa.string()), ("b", pa.string()), ("weight", pa.float64())])


def _thread_edges(lake: Lake) -> pa.Table:
    """Messages of one conversation belong together by themselves."""
    talk = lake.read("conversations", ["record_id", "conversation"])
    first = talk.group_by("conversation").aggregate([("record_id", "min")])
    named = talk.join(first, "conversation")
    thread = pc.binary_join_element_wise(pa.scalar("thread"), named["record_id_min"], ":")
    return pa.table({"a": named["record_id"], "b": thread, "weight": pa.repeat(pa.scalar(1.0), named.num_rows)})


MOST_HANDS = 6
"""Contacts under which one text may run and still join its adverts: under more it is a borrowed text."""
BULK_HANDS = 12
"""Contacts from which one text is sent in bulk. Its adverts stay together and join nobody else: the numbers of bulk
senders change hands, and whoever holds one next has nothing to do with them."""


def _hands(clusters: pa.Table, edges: pa.Table) -> pa.Table:
    """cluster, hands: how many contacts each text of two adverts or more runs under."""
    contacts = edges.filter(pc.is_in(edges["kind"], pa.array(["phone", "email", "handle"])))
    used = contacts.select(["record", "key"]).join(clusters, keys="record", right_keys="record_id", join_type="inner")
    hands = used.group_by("cluster").aggregate([("key", "count_distinct")])
    sizes = clusters.group_by("cluster").aggregate([("record_id", "count")])
    both = sizes.filter(pc.greater(sizes["record_id_count"], 1)).join(hands, "cluster").sort_by("cluster")
    return pa.table({"cluster": both["cluster"], "hands": pc.fill_null(both["key_count_distinct"], 0)})


def _text_edges(clusters: pa.Table, joining: pa.Array) -> pa.Table:
    """Adverts of one text, for the texts that join. A text is named by its first record, whatever its number is."""
    rows = clusters.filter(pc.is_in(clusters["cluster"], joining))
    first = rows.group_by("cluster").aggregate([("record_id", "min")])
    named = rows.join(first, "cluster")
    text = pc.binary_join_element_wise(pa.scalar("text"), named["record_id_min"], ":")
    return pa.table({"a": named["record_id"], "b": text, "weight": pa.repeat(pa.scalar(TEXT_WEIGHT), named.num_rows)})


def _record_kinds(lake: Lake) -> pa.Table:
    parts = []
    for plural in (*OPEN_TEXTS, *SEALED_TEXTS):
        ids = lake.read(plural, ["record_id"])["record_id"].combine_chunks()
        parts.append(pa.table({"record_id": ids, "record_kind": pa.repeat(pa.scalar(plural[:-1]), len(ids))}))
    return pa.concat_tables(parts)


def find_leads(lake: Lake, settings: Settings) -> pa.Table:
    """Leads and their reasons; both are stored, with up to 12 records of evidence for each sign of wording."""
    at, ads, claims, clusters = (lake.table(name) for name in ("members", "adverts", "claims", "clusters"))
    features = network_features(at, ads, claims, clusters)
    moves = movement(at, ads)
    joined = lake.evaluate(features.left_join(moves, "network").drop("network_right"))
    signs = lake.evaluate(sign_counts(at, claims))
    leads, reasons = build_queue(
        joined, signs, _anchors(lake), smallest=settings.smallest_lead, switched_off=frozenset(settings.switched_off)
    )
    lake.replace({"features": joined, "signs": signs, "leads": leads, "reasons": reasons})
    return leads


def _anchors(lake: Lake) -> pa.Table:
    """network, record_id of its earliest advert (the smaller id among the same time)."""
    members = lake.table("members")
    ads = members.join(lake.table("adverts").select("record_id", "posted"), "record_id")
    first = ads.group_by("network").aggregate(record_id=ads.record_id.first(order_by=[ads.posted, ads.record_id]))
    return lake.evaluate(first)
