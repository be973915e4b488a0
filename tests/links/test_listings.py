import pyarrow as pa

from clew.links.listings import listings


def test_a_page_with_two_numbers_is_a_listing_and_one_with_many_accounts_is_not() -> None:
    rows = [("page", "phone", "1"), ("page", "phone", "2"), ("same", "phone", "1"), ("same", "phone", "1")]
    rows += [("own", "phone", "3"), ("own", "email", "e"), *(("own", "handle", f"h{n}") for n in range(4))]
    names = zip(("record", "kind", "key"), zip(*rows, strict=True), strict=True)
    seen = pa.table({name: pa.array(column) for name, column in names})
    assert listings(seen).to_pylist() == ["page"]
    assert listings(seen.slice(0, 0)).to_pylist() == []
