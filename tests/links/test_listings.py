import pyarrow as pa

from clew.links.listings import listings, straddling


def test_a_page_with_two_numbers_is_a_listing_and_one_with_many_accounts_is_not() -> None:
    rows = [("page", "phone", "1"), ("page", "phone", "2"), ("same", "phone", "1"), ("same", "phone", "1")]
    rows += [("own", "phone", "3"), ("own", "email", "e"), *(("own", "handle", f"h{n}") for n in range(4))]
    names = zip(("record", "kind", "key"), zip(*rows, strict=True), strict=True)
    seen = pa.table({name: pa.array(column) for name, column in names})
    assert listings(seen).to_pylist() == ["page"]
    assert listings(seen.slice(0, 0)).to_pylist() == []


def test_a_page_with_a_number_of_one_and_an_account_of_another_joins_neither():
    rows = [("one", "phone:1"), ("two", "handle:x"), ("page", "phone:1"), ("page", "handle:x")]
    rows += [("own", "phone:1"), ("own", "email:new"), ("same", "phone:1"), ("same", "text:t"), ("one", "text:t")]
    edges = pa.table({"a": [a for a, _ in rows], "b": [b for _, b in rows]})
    assert straddling(edges, pa.array(["page", "own", "same"])).to_pylist() == ["page"]
    assert straddling(edges.slice(0, 0), pa.array([], pa.string())).to_pylist() == []
