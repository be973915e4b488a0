"""What a network asks against what is asked around it: prices an hour by place and currency, never for few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.safeguards.errors import MissingColumn, UsageError
from clew.signals.price.money import NO_CURRENCY

FEWEST = 12
"""Askers behind a local figure; below it none is shown: the price of few is the price of somebody."""
HOURLY = pa.schema(
    [("record", pa.string()), ("amount", pa.float64()), ("currency", pa.string()), ("hours", pa.float64())]
)
LOCAL = pa.schema(
    [
        ("place", pa.string()),
        ("currency", pa.string()),
        ("hours", pa.float64()),
        ("askers", pa.int64()),
        ("low", pa.float64()),
        ("median", pa.float64()),
        ("high", pa.float64()),
    ]
)
COMPARED = pa.schema(
    [
        ("place", pa.string()),
        ("currency", pa.string()),
        ("hours", pa.float64()),
        ("own", pa.float64()),
        ("own_adverts", pa.int64()),
        ("area", pa.string()),
        ("askers", pa.int64()),
        ("low", pa.float64()),
        ("median", pa.float64()),
        ("high", pa.float64()),
        ("ratio", pa.float64()),
    ]
)
_VALUE = r"^(?P<amount>\d+(?:\.\d+)?) (?P<currency>[A-Z]{3})(?:/(?P<n>\d+(?:\.\d+)?)?(?P<unit>min|h))?$"


def priced(claims: pa.Table) -> pa.Table:
    """record, amount, currency, hours: one price each (the first of its currency and time), from claims record, value.

    `value` as the detector `price` gives it. Hours are null where no time is said. Ranges, other units and sums without a
    known currency are passed over.
    """
    for name in ("record", "value"):
        if name not in claims.column_names:
            raise MissingColumn(name, present=tuple(claims.column_names))
    values = claims["value"].combine_chunks() if isinstance(claims["value"], pa.ChunkedArray) else claims["value"]
    parts = pc.extract_regex(values, _VALUE)
    kept = pc.fill_null(parts.is_valid(), False)
    parts, record = parts.filter(kept), claims["record"].filter(kept)
    fields = {name: pc.struct_field(parts, name) for name in ("amount", "currency", "n", "unit")}
    number = pc.cast(pc.if_else(pc.equal(fields["n"], ""), "1", fields["n"]), pa.float64())
    share = pc.if_else(pc.equal(fields["unit"], "min"), 1 / 60, 1.0)
    hours = pc.if_else(pc.equal(fields["unit"], ""), pa.scalar(None, pa.float64()), pc.multiply(number, share))
    table = pa.table(
        [record, pc.cast(fields["amount"], pa.float64()), fields["currency"], pc.round(hours, 4)], schema=HOURLY
    )
    table = table.filter(pc.and_(pc.not_equal(table["currency"], NO_CURRENCY), pc.greater(table["amount"], 0)))
    first = table.group_by(["record", "currency", "hours"], use_threads=False).aggregate([("amount", "first")])
    return first.rename_columns(["record", "currency", "hours", "amount"]).select(HOURLY.names).cast(HOURLY)


def local_prices(prices: pa.Table, adverts: pa.Table, *, fewest: int = FEWEST) -> pa.Table:
    """place, currency, hours, askers, low, median, high: quartiles of what different askers ask in a place.

    `adverts` has record, place, asker (who asks: a network, a contact). Each asker counts once, with its own median, however
    often it posts. Places with fewer than `fewest` askers are left out.
    """
    if fewest < 2:
        raise UsageError("local prices: at least two askers are needed")
    own = _own(prices, adverts)
    keys = ["place", "currency", "hours"]
    group, first = _grouped(own, keys)
    amounts = np.asarray(own["own"], np.float64)
    rows = []
    for number, at in enumerate(first.tolist()):
        here = amounts[group == number]
        if len(here) >= fewest:
            low, median, high = np.percentile(here, [25, 50, 75])
            rows.append((*(own[k][at].as_py() for k in keys), len(here), float(low), float(median), float(high)))
    found = pa.Table.from_pylist([dict(zip(LOCAL.names, row, strict=True)) for row in rows], schema=LOCAL)
    return found.sort_by([(k, "ascending") for k in keys])


def against_local(
    prices: pa.Table, adverts: pa.Table, asker: str, local: pa.Table, wider: Mapping[str, str] | None = None
) -> pa.Table:
    """What one asker asks in each place beside the local figures. See `COMPARED`.

    Where too few ask in a place, the figures are those of the wider area that it lies in (`wider`: place -> area in `local`),
    named in `area`; null where there are too few there as well.
    """
    mine = adverts.filter(pc.equal(adverts["asker"], asker))
    own = _own(prices, mine).drop_columns(["asker"])
    figures = {(r["place"], r["currency"], r["hours"]): r for r in local.to_pylist()}
    rows = []
    for row in own.sort_by([(k, "ascending") for k in ("place", "currency", "hours")]).to_pylist():
        areas = (row["place"], (wider or {}).get(row["place"], ""))
        there: dict[str, Any] = next(
            (figures[a, row["currency"], row["hours"]] for a in areas if (a, row["currency"], row["hours"]) in figures),
            {},
        )
        median = there.get("median")
        ratio = round(row["own"] / median, 3) if median else None
        kept = {k: there.get(k) for k in ("askers", "low", "median", "high")}
        rows.append({**row, **kept, "area": there.get("place"), "ratio": ratio})
    return pa.Table.from_pylist(rows, schema=COMPARED)


def _own(prices: pa.Table, adverts: pa.Table) -> pa.Table:
    """place, currency, hours, asker, own (median), own_adverts."""
    for name in ("record", "place", "asker"):
        if name not in adverts.column_names:
            raise MissingColumn(name, present=tuple(adverts.column_names))
    keys = ["place", "currency", "hours", "asker"]
    joined = prices.join(adverts.select(["record", "place", "asker"]), "record", join_type="inner")
    joined = joined.filter(pc.and_(joined["place"].is_valid(), joined["asker"].is_valid())).sort_by(
        [(k, "ascending") for k in (*keys, "amount", "record")]
    )
    _, first = _grouped(joined, keys)
    amounts = np.asarray(joined["amount"], np.float64)
    ends = np.append(first[1:], len(amounts))[: len(first)]  # nothing is priced: no ends
    middle = [float(np.median(amounts[low:high])) for low, high in zip(first.tolist(), ends.tolist(), strict=True)]
    found = joined.select(keys).take(pa.array(first))
    return found.append_column("own", pa.array(middle, pa.float64())).append_column(
        "own_adverts", pa.array(ends - first)
    )


def _grouped(table: pa.Table, keys: list[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The group of each row by equal keys, numbered as they first appear, and each group's first row."""
    codes = np.zeros(table.num_rows, np.int64)
    for key in keys:
        column = table[key].combine_chunks().dictionary_encode(null_encoding="encode")
        codes = codes * (len(column.dictionary) + 1) + np.asarray(column.indices, np.int64)
    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[which].astype(np.int64), np.sort(first).astype(np.int64)
