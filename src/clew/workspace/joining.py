"""The chain's second step: texts, identifiers and weaker evidence join records into networks. Replaces its tables whole."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from clew.links import near_duplicates, networks, shared, templates
from clew.links.bridges import bridges
from clew.links.evidence import SUPPORTED, author_pairs, evidence_kinds, place_time_pairs, supported, weighed
from clew.links.listings import listings, straddling
from clew.links.numbering import RENAMED, numbered
from clew.store.lake import Lake
from clew.workspace.chain import OPEN_TEXTS, SEALED_TEXTS, Progress

JOINING = ("phone", "email", "handle", "url", "picture", "wallet")
"""Kinds of identifiers that join records."""
GIANT = 60
"""Nodes from which a component is divided into communities."""
AUTHOR_LEAST = 0.95
"""Calibrated probability (on invented authors) from which two texts are asked whether they stood side by side."""


def _silent(step: str, done: int, total: int) -> None:
    pass


def link(lake: Lake, progress: Progress) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Clusters of adverts of one template, edges to shared identifiers, and hubs; each is stored."""
    adverts = lake.read("adverts", ["record_id", "text"])
    progress("Comparing texts", 0, adverts.num_rows)
    clusters = _templates(adverts["record_id"], pc.fill_null(adverts["text"], ""))
    clusters, renamed = _numbered(lake, clusters)
    lake.replace({"clusters": clusters, "renamed_texts": renamed})
    progress("Comparing texts", adverts.num_rows, adverts.num_rows)
    edges, hubs = _shared(lake, clusters)
    lake.replace({"edges": edges, "hubs": hubs})
    return clusters, edges, hubs


def _templates(ids: pa.ChunkedArray, texts: pa.ChunkedArray) -> pa.Table:
    """record_id, cluster: near-duplicate texts, without those that the template of their cluster does not describe."""
    near = pa.table({"id": ids, "cluster": pa.array(near_duplicates(texts), pa.int64())})
    if not near.num_rows:
        return near.rename_columns(["record_id", "cluster"])
    return templates(pa.table({"id": ids, "text": texts}), near).clusters.rename_columns(["record_id", "cluster"])


def _numbered(lake: Lake, clusters: pa.Table) -> tuple[pa.Table, pa.Table]:
    """The clusters by the numbers of the run before, so that a text's address stays; and where numbers that went lead to."""
    there = set(lake.names())
    old = lake.read("clusters", clusters.column_names) if "clusters" in there else clusters.slice(0, 0)
    renamed = lake.read("renamed_texts") if "renamed_texts" in there else RENAMED.empty_table()
    named = numbered(clusters.rename_columns(["id", "cluster"]), old.rename_columns(["id", "cluster"]), renamed)
    return named.clusters.rename_columns(["record_id", "cluster"]), named.renamed


def _shared(lake: Lake, clusters: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Identifiers that join, and hubs that do not: too common, or a bridge between people reachable on their own."""
    claims = lake.read("claims", ["record_id", "record_kind", "kind", "key"])
    claims = claims.filter(pc.is_in(claims["kind"], pa.array(JOINING)))
    pages = claims.filter(pc.equal(claims["record_kind"], "page")).rename_columns(
        ["record", "record_kind", "kind", "key"]
    )
    several = listings(pages)  # a page of several adverts joins nobody
    claims = claims.filter(pc.invert(pc.is_in(claims["record_id"], several))).select(["record_id", "kind", "key"])
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
    return weighed(taken), pa.concat_tables([common, more.cast(common.schema)])


def join_networks(
    lake: Lake, clusters: pa.Table, edges: pa.Table, progress: Progress = _silent, *, hands_up_to: int = 300_000
) -> pa.Table:
    """record_id, record_kind, network: records held together by evidence. What joins them is kept, each edge by its kind.

    Identifiers and threads join; a text joins where few hands use it; habits of writing and the same place and time join
    where both speak of one pair. Table `evidence`: record, kind, key, weight; two rows of one kind and key are an edge.
    """
    hands = _hands(clusters, edges)
    bulk = hands.filter(pc.greater_equal(hands["hands"], BULK_HANDS))["cluster"].combine_chunks()
    sent = clusters.filter(pc.is_in(clusters["cluster"], bulk))["record_id"].combine_chunks()
    joining = edges.filter(pc.invert(pc.is_in(edges["record"], sent)))
    few = hands.filter(pc.less_equal(hands["hands"], MOST_HANDS))["cluster"].combine_chunks()
    own = pa.concat_arrays([few, bulk])
    borrowed = hands.filter(pc.greater(hands["hands"], MOST_HANDS))["cluster"].combine_chunks()
    compared = clusters.num_rows <= hands_up_to
    pairs = supported_pairs(lake, clusters, borrowed, progress) if compared else SUPPORTED.empty_table()
    kinds = _record_kinds(lake)
    rest = [part.cast(_EDGE) for part in (_thread_edges(lake), _text_edges(clusters, own), pairs.select(_EDGE.names))]
    joining = _without_listings(joining, rest, kinds)
    found = networks(pa.concat_tables([_identifier_edges(joining), *rest]), giant=GIANT)
    members = found.join(kinds, keys="node", right_keys="record_id", join_type="inner")
    table = members.select(["node", "record_kind", "community"]).rename_columns(["record_id", "record_kind", "network"])
    lake.replace({"members": table, "evidence": _told(joining, clusters, own, pairs)})
    return table


def supported_pairs(lake: Lake, clusters: pa.Table, borrowed: pa.Array, progress: Progress = _silent) -> pa.Table:
    """a, b, kinds, weight: adverts of texts that perhaps one hand wrote, and that stood in one place at one time.

    Texts under many contacts are left out: who copied them did not write them.
    """
    adverts = lake.read("adverts", ["record_id", "text", "phone", "place", "posted", "site"])
    told = adverts.join(clusters, "record_id")
    told = told.filter(pc.and_(pc.is_valid(told["text"]), pc.invert(pc.is_in(told["cluster"], borrowed)))).sort_by(
        "record_id"
    )
    if told.num_rows < 2:
        return SUPPORTED.empty_table()
    from clew.links.authors import author_links

    progress("Comparing hands", 0, told.num_rows)
    links = author_links(told, id="record_id", least=AUTHOR_LEAST)
    group = pa.table({"id": told["record_id"], "group": pc.cast(told["cluster"], pa.string())})
    ends = links.append_column("at", pa.array(range(links.num_rows), pa.int64()))
    ends = ends.join(group, "a", right_keys="id").rename_columns([*ends.column_names, "text_a"])
    ends = ends.join(group, "b", right_keys="id").rename_columns([*ends.column_names, "text_b"]).sort_by("at")
    texts = pa.table({"a": ends["text_a"], "b": ends["text_b"], "probability": ends["probability"]})
    seen = told.select(["record_id", "place", "posted", "site"]).rename_columns(["id", "place", "posted", "site"])
    seen = seen.append_column("group", group["group"])
    hands = author_pairs(texts)
    near = place_time_pairs(seen, texts)
    agreed = supported(pa.concat_tables([hands, near]))
    progress("Comparing hands", told.num_rows, told.num_rows)
    first = group.group_by("group").aggregate([("id", "min")])
    named = agreed.join(first, "a", right_keys="group").rename_columns([*agreed.column_names, "id_a"])
    named = named.join(first, "b", right_keys="group").rename_columns([*named.column_names, "id_b"])
    found = pa.table([named["id_a"], named["id_b"], named["kinds"], named["weight"]], schema=SUPPORTED)
    return found.sort_by([("a", "ascending"), ("b", "ascending")])


def _told(joining: pa.Table, clusters: pa.Table, own: pa.Array, pairs: pa.Table) -> pa.Table:
    """Every edge by what it says: record, kind, key, weight. Keys of texts and pairs are numbers, never another record's id."""
    texts = clusters.filter(pc.is_in(clusters["cluster"], own))
    said = pa.table(
        {
            "record": texts["record_id"],
            "kind": pa.repeat(pa.scalar("text"), texts.num_rows),
            "key": pc.binary_join_element_wise("text", pc.cast(texts["cluster"], pa.string()), ":"),
            "weight": pa.repeat(pa.scalar(evidence_kinds()["text"].weight), texts.num_rows),
        }
    )
    number = pc.binary_join_element_wise("pair", pc.cast(pa.array(range(pairs.num_rows), pa.int64()), pa.string()), ":")
    ends = [
        pa.table({"record": pairs[end], "kind": pairs["kinds"], "key": number, "weight": pairs["weight"]})
        for end in ("a", "b")
    ]
    named = joining.select(_EVIDENCE.names)
    return pa.concat_tables([part.cast(_EVIDENCE) for part in (named, said, *ends)])


def _without_listings(joining: pa.Table, rest: list[pa.Table], kinds: pa.Table) -> pa.Table:
    """The identifiers without pages on which adverts of several networks stand side by side: a number of one, a handle of another."""
    pages = kinds.filter(pc.equal(kinds["record_kind"], "page"))["record_id"].combine_chunks()
    listed = straddling(pa.concat_tables([_identifier_edges(joining), *rest]), pages)
    return joining.filter(pc.invert(pc.is_in(joining["record"], listed)))


_EVIDENCE = pa.schema([("record", pa.string()), ("kind", pa.string()), ("key", pa.string()), ("weight", pa.float64())])


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
    return pa.table(
        {
            "a": named["record_id"],
            "b": thread,
            "weight": pa.repeat(pa.scalar(evidence_kinds()["thread"].weight), named.num_rows),
        }
    )


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
    return pa.table(
        {
            "a": named["record_id"],
            "b": text,
            "weight": pa.repeat(pa.scalar(evidence_kinds()["text"].weight), named.num_rows),
        }
    )


def _record_kinds(lake: Lake) -> pa.Table:
    parts = []
    for plural in (*OPEN_TEXTS, *SEALED_TEXTS):
        ids = lake.read(plural, ["record_id"])["record_id"].combine_chunks()
        parts.append(pa.table({"record_id": ids, "record_kind": pa.repeat(pa.scalar(plural[:-1]), len(ids))}))
    return pa.concat_tables(parts)
