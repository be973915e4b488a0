"""Records that name the same identifier: a phone, an address, a handle, a picture.

The answer is a bipartite structure, record to identifier, not pairs of records: its size is the number of mentions. An
identifier weighs less the more texts name it, 1 / log2(1 + n); above a limit it is a hub (the desk phone of a hotel, a
stock photo, the site's own address) and joins nothing, but is reported. A text posted many times over counts once where the
cluster of each record is known: one advert repeated is one poster's habit, many different adverts with one phone are not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa
import pyarrow.compute as pc

from clew.links.evidence import evidence_kinds
from clew.safeguards.errors import MissingColumn, UsageError

IDENTIFYING = ("phone", "email", "handle", "url", "picture", "account", "wallet")
"""The kinds of signal that identify."""
LIMITS: Mapping[str, int] = MappingProxyType({kind: evidence_kinds()[kind].limit for kind in IDENTIFYING})
"""From how many different texts on an identifier of each kind is a hub (`evidence.yaml`)."""

_EDGES = pa.schema([("record", pa.string()), ("kind", pa.string()), ("key", pa.string()), ("weight", pa.float64())])
_HUBS = pa.schema([("kind", pa.string()), ("key", pa.string()), ("records", pa.int64()), ("texts", pa.int64())])


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedOptions:
    """Which kinds of signal join records, each with the most texts it may be in before it is a hub."""

    limits: Mapping[str, int] = field(default_factory=lambda: LIMITS)

    def __post_init__(self) -> None:
        low = sorted(kind for kind, limit in self.limits.items() if limit < 2)
        if low:
            raise UsageError(f"shared identifiers: the limit must be at least 2 for: {', '.join(low)}")


@dataclass(frozen=True, slots=True)
class Shared:
    """Identifiers that two records or more name: those that join, and the hubs that do not.

    `edges` is record, kind, key, weight; `hubs` is kind, key, records, texts (how many different ones).
    """

    edges: pa.Table
    hubs: pa.Table


def shared(signals: pa.Table, options: SharedOptions | None = None) -> Shared:
    """Which records share which identifiers. Reads the columns record, kind, key and, where there is one, cluster.

    Kinds without a limit in the options do not identify anybody and are left out, as are rows with a missing value.

    >>> table = pa.table({"record": ["r1", "r2", "r3"], "kind": ["phone"] * 3, "key": ["+1555", "+1555", "+1777"]})
    >>> shared(table).edges.to_pylist()[0]
    {'record': 'r1', 'kind': 'phone', 'key': '+1555', 'weight': 0.6309297535714575}
    """
    limits = (options or SharedOptions()).limits
    mentions = _mentions(signals, limits)
    common = _common(mentions)
    limit = pc.take(pa.array(limits.values(), pa.int64()), pc.index_in(common["kind"], pa.array(limits, pa.string())))
    is_hub = pc.greater(common["texts"], limit)
    hubs = common.filter(is_hub).sort_by([("records", "descending"), ("kind", "ascending"), ("key", "ascending")])
    weight = pc.divide(1.0, pc.log2(pc.add(pc.cast(common["texts"], pa.float64()), 1.0)))
    joining = common.append_column("weight", weight).filter(pc.invert(is_hub))
    edges = mentions.join(joining, ["kind", "key"], join_type="inner").select(_EDGES.names)
    order = [(name, "ascending") for name in ("record", "kind", "key")]
    return Shared(edges.sort_by(order).cast(_EDGES), hubs.select(_HUBS.names).cast(_HUBS))


def _mentions(signals: pa.Table, limits: Mapping[str, int]) -> pa.Table:
    """Each mention once: record, kind, key and the text it stands in (the record itself where no cluster is known)."""
    for name in ("record", "kind", "key"):
        if name not in signals.column_names:
            raise MissingColumn(name, present=tuple(signals.column_names))
    columns = {name: pc.cast(signals[name], pa.string()) for name in ("record", "kind", "key")}
    text = columns["record"]
    if "cluster" in signals.column_names:
        text = pc.coalesce(pc.binary_join_element_wise("c", pc.cast(signals["cluster"], pa.string()), ":"),
                           pc.binary_join_element_wise("r", text, ":"))  # fmt: skip
    table = pa.table({**columns, "text": text}).filter(pc.is_in(columns["kind"], pa.array(limits, pa.string())))
    return table.drop_null().group_by(["record", "kind", "key"]).aggregate([("text", "min")])


def _common(mentions: pa.Table) -> pa.Table:
    """The identifiers that two records or more name, with how many records and how many different texts."""
    counted = mentions.group_by(["kind", "key"]).aggregate([("record", "count"), ("text_min", "count_distinct")])
    counted = counted.rename_columns({"record_count": "records", "text_min_count_distinct": "texts"})
    return counted.filter(pc.greater(counted["records"], 1))
