import pyarrow as pa

from clew.links.numbering import RENAMED, numbered


def clusters(**of: int) -> pa.Table:
    return pa.table({"id": pa.array(list(of), pa.string()), "cluster": pa.array(list(of.values()), pa.int64())})


def test_numbers_stay_and_new_ones_were_nobodys() -> None:
    first = numbered(clusters(a=0, b=0, c=1), clusters(), RENAMED.empty_table())
    assert first.clusters["cluster"].to_pylist() == [0, 0, 1]
    again = numbered(clusters(z=0, c=1, a=2, b=2), first.clusters, first.renamed)
    assert again.clusters["cluster"].to_pylist() == [2, 1, 0, 0]
    # Cluster 2 is erased; its number is not given to somebody else.
    third = numbered(clusters(a=0, b=0, c=1, y=2), clusters(a=0, b=0, c=1), again.renamed)
    assert third.clusters["cluster"].to_pylist() == [0, 0, 1, 3]


def test_what_became_one_leads_on_and_what_split_keeps_the_larger_part() -> None:
    old = numbered(clusters(a=0, b=0, c=1, d=2, e=2, f=2), clusters(), RENAMED.empty_table())
    one = numbered(clusters(a=5, b=5, c=5, d=6, e=6, f=7), old.clusters, old.renamed)
    assert one.clusters["cluster"].to_pylist() == [0, 0, 0, 2, 2, 3]
    assert (1, 0) in zip(*one.renamed.to_pydict().values(), strict=True)
    more = numbered(clusters(a=0, b=0, c=0, d=0, e=0, f=0), one.clusters, one.renamed)
    assert set(more.clusters["cluster"].to_pylist()) == {0}
    assert more.renamed.to_pydict() == {"cluster": [1, 2, 3], "into": [0, 0, 0]}
    assert numbered(clusters(), more.clusters, more.renamed).clusters.num_rows == 0
