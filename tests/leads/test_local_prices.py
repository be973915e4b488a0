"""Prices against the place: each asker once, never for few, and never across units."""

import pyarrow as pa
import pytest

from clew.leads.local_prices import against_local, local_prices, priced
from clew.safeguards.errors import MissingColumn, UsageError
from clew.signals.price.money import NO_CURRENCY


def claims(*rows):
    return pa.table(
        {"record": pa.array([r for r, _ in rows], pa.string()), "value": pa.array([v for _, v in rows], pa.string())}
    )


def adverts(rows):
    record, place, asker = zip(*rows, strict=True)
    return pa.table({"record": record, "place": pa.array(place, pa.string()), "asker": pa.array(asker, pa.string())})


def town(askers, *, each=1):
    rows = [(f"r{n}-{i}", "Lyon", f"net{n}") for n in range(askers) for i in range(each)]
    said = [(record, f"{100 + 10 * int(asker[3:])} EUR/h") for record, _, asker in rows]
    return priced(claims(*said)), adverts(rows)


def test_prices_are_read_as_the_detector_writes_them():
    found = priced(claims(("a", "80 EUR/h"), ("a", "90 EUR/1h"), ("b", "40.50 GBP/30min"), ("c", "150 EUR/2h"), ("d", "5 EUR"),
                          ("e", "100-120 EUR"), ("f", f"70 {NO_CURRENCY}/h"), ("g", "80 roses"), ("h", None), ("i", "60 EUR/day")))  # fmt: skip
    assert {(r["record"], r["amount"], r["currency"], r["hours"]) for r in found.to_pylist()} == {
        ("a", 80.0, "EUR", 1.0), ("b", 40.5, "GBP", 0.5), ("c", 150.0, "EUR", 2.0), ("d", 5.0, "EUR", None)
    }  # fmt: skip


def test_few_askers_have_no_figure_however_much_they_post():
    assert local_prices(*town(11, each=9)).num_rows == 0
    found = local_prices(*town(12, each=2)).to_pylist()
    assert [(r["place"], r["askers"], r["median"]) for r in found] == [("Lyon", 12, 155.0)]
    with pytest.raises(UsageError, match="two"):
        local_prices(*town(3), fewest=1)


def test_one_asker_counts_once():
    prices, ads = town(12)
    loud = [(f"x{n}", "Lyon", "net0") for n in range(500)]
    more = pa.concat_tables([prices, priced(claims(*((r, "100 EUR/h") for r, _, _ in loud)))])
    assert (
        local_prices(more, pa.concat_tables([ads, adverts(loud)])).to_pylist() == local_prices(prices, ads).to_pylist()
    )


def test_a_network_is_set_beside_the_place_or_the_wider_area_or_nothing():
    prices, ads = town(12)
    local = local_prices(prices, ads)
    own = against_local(prices, ads, "net0", local).to_pylist()
    assert [(r["own"], r["median"], r["area"], r["ratio"]) for r in own] == [(100.0, 155.0, "Lyon", 0.645)]
    here = adverts([("q", "Nice", "me")])
    mine = priced(claims(("q", "310 EUR/h")))
    assert against_local(mine, here, "me", local).to_pylist()[0]["median"] is None
    country = local.set_column(0, "place", pa.array(["all of FR"]))
    wide = against_local(mine, here, "me", country, {"Nice": "all of FR"}).to_pylist()[0]
    assert (wide["area"], wide["ratio"]) == ("all of FR", 2.0)
    assert (
        against_local(priced(claims(("q", "310 EUR/30min"))), here, "me", country, {"Nice": "all of FR"})["ratio"][
            0
        ].as_py()
        is None
    )


def test_missing_columns_are_named():
    with pytest.raises(MissingColumn, match="value"):
        priced(pa.table({"record": ["r"]}))
    with pytest.raises(MissingColumn, match="asker"):
        local_prices(priced(claims(("a", "1 EUR"))), pa.table({"record": ["a"], "place": ["p"]}))
