import json

import numpy as np
import pyarrow as pa
import pytest

from clew.links import NearDuplicateOptions, cluster, increments
from clew.safeguards.errors import UsageError


def adverts(seed: int, texts: int, copies: int) -> pa.Table:
    rng = np.random.default_rng(seed)
    rows = []
    for n in range(texts):
        words = [f"w{w}" for w in rng.integers(0, 3000, 30)]
        for copy in range(1 + n % copies):
            edited = [f"x{rng.integers(0, 3000)}" if rng.random() < 0.1 else word for word in words]
            rows.append((f"t{n}c{copy}", " ".join([*edited, f"room {copy}"])))
    order = rng.permutation(len(rows))
    return pa.table({"id": [rows[i][0] for i in order], "text": [rows[i][1] for i in order]})


def pairs(labels: dict[str, int]) -> set[tuple[str, str]]:
    by: dict[int, list[str]] = {}
    for name, label in labels.items():
        by.setdefault(label, []).append(name)
    return {(a, b) for each in by.values() for a in each for b in each if a < b}


def numbers(table: pa.Table) -> dict[str, int]:
    return dict(zip(table["id"].to_pylist(), table["cluster"].to_pylist(), strict=True))


def test_days_that_come_one_by_one_end_where_all_at_once_does(tmp_path) -> None:
    table = adverts(1, 120, 6)
    first = increments.join(tmp_path, table.slice(0, 200))
    assert first.clusters.equals(cluster(table.slice(0, 200)))
    second = increments.join(tmp_path, table.slice(200, 100))
    third = increments.join(tmp_path, table.slice(300))
    assert (second.total, third.total) == (300, table.num_rows)
    joined = numbers(increments.members(tmp_path))
    once = pairs(numbers(cluster(table)))
    assert len(pairs(joined) & once) >= 0.99 * len(pairs(joined) | once)
    # The numbers of old adverts stay, but for merges that were told.
    told = {row["cluster"]: row["into"] for part in (second, third) for row in part.merges.to_pylist()}
    for name, number in numbers(first.clusters).items():
        assert joined[name] == told.get(number, number)


def test_a_bridge_between_two_clusters_is_told_and_renumbers_nothing(tmp_path) -> None:
    words = [f"word{i}" for i in range(40)]
    left = [f"left{i}" if i % 10 < 3 else word for i, word in enumerate(words)]
    right = [f"right{i}" if i % 10 in {5, 6, 7} else word for i, word in enumerate(words)]
    options = NearDuplicateOptions(similarity=0.75)
    old = pa.table({"id": ["l", "r"], "text": [" ".join(left), " ".join(right)]})
    assert increments.join(tmp_path, old, options=options).clusters["cluster"].to_pylist() == [0, 1]
    new = increments.join(tmp_path, pa.table({"id": ["m"], "text": [" ".join(words)]}), options=options)
    assert new.clusters["cluster"].to_pylist() == [0]
    assert new.merges.to_pydict() == {"cluster": [1], "into": [0]}
    assert increments.members(tmp_path)["cluster"].to_pylist() == [0, 0, 0]


def test_the_same_day_again_changes_nothing(tmp_path) -> None:
    table = adverts(2, 30, 3)
    once = increments.join(tmp_path, table)
    before = (tmp_path / "manifest.json").read_text()
    again = increments.join(tmp_path, table)
    assert again.known == table.num_rows
    assert again.clusters.equals(once.clusters)
    assert (tmp_path / "manifest.json").read_text() == before


def test_a_crash_before_the_manifest_leaves_the_set_as_it_was(tmp_path, monkeypatch) -> None:
    table = adverts(3, 40, 3)
    increments.join(tmp_path, table.slice(0, 30))
    before = increments.members(tmp_path)

    def crash(*_: object) -> None:
        raise OSError("power")

    with monkeypatch.context() as patched:
        patched.setattr(increments, "keep", crash)
        with pytest.raises(OSError, match="power"):
            increments.join(tmp_path, table.slice(30))
    assert increments.members(tmp_path).equals(before)
    assert increments.join(tmp_path, table.slice(30)).total == table.num_rows


def test_empty_texts_and_no_rows_join_too(tmp_path) -> None:
    first = increments.join(tmp_path, pa.table({"id": ["a", "b"], "text": ["", None]}))
    assert first.clusters["cluster"].to_pylist() == [0, 1]
    nothing = increments.join(tmp_path, pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())}))
    assert (nothing.total, nothing.clusters.num_rows) == (2, 0)
    assert increments.join(tmp_path, pa.table({"id": ["c"], "text": [""]})).clusters["cluster"].to_pylist() == [2]


def test_folders_that_are_no_set_are_refused(tmp_path) -> None:
    table = pa.table({"id": ["a"], "text": ["one two three four five six"]})
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="something else"):
        increments.join(tmp_path, table)
    with pytest.raises(UsageError, match="is a file"):
        increments.join(tmp_path / "notes.txt", table)
    made = tmp_path / "set"
    increments.join(made, table)
    with pytest.raises(UsageError, match="other options"):
        increments.join(made, table, options=NearDuplicateOptions(similarity=0.9))
    manifest = json.loads((made / "manifest.json").read_text())
    (made / "manifest.json").write_text(json.dumps(manifest | {"version": 99}))
    with pytest.raises(UsageError, match="another version"):
        increments.join(made, table)
    (made / "manifest.json").write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        increments.join(made, table)


def test_a_damaged_set_is_refused_by_file_and_rule_and_left_as_it_is(tmp_path) -> None:
    made = tmp_path / "set"
    table = adverts(4, 20, 3)
    increments.join(made, table.slice(0, 30))
    manifest, part = made / "manifest.json", made / "part-000001"
    whole = {path: path.read_bytes() for path in [manifest, *part.iterdir()]}
    counts = np.load(part / "counts.npy")
    said = json.loads(whole[manifest])
    damages = {path: [None, b"", b"\x93NUMPY", whole[path][: len(whole[path]) // 2]] for path in part.iterdir()}
    damages[manifest] = [
        json.dumps(said | changed).encode()
        for changed in (
            {"parts": ["../set/part-000001"]}, {"parts": [3]}, {"parts": {}}, {"clusters": -1}, {"clusters": 1},
            {"merges": [[0, 1]]}, {"merges": [[1, "0"]]}, {"learnt_in": 5}, {"similarity": None}, {"learnt_from": True},
        )
    ] + [b"[]", b'{"kind": "clew adverts"}', b"\xff"]  # fmt: skip
    for name, array in {
        "counts": counts + 1, "clusters": np.full(len(counts), 1 << 40), "content": np.zeros(3, np.uint64),
        "key_texts": np.zeros(2, np.uint32), "boilerplate": np.array([1 << 31], np.uint32), "values": np.zeros(4),
    }.items():  # fmt: skip
        np.save(tmp_path / "wrong.npy", array)
        damages[part / f"{name}.npy"].append((tmp_path / "wrong.npy").read_bytes())
    for path, contents in damages.items():
        for content in contents:
            path.write_bytes(content) if content is not None else path.unlink()
            with pytest.raises(UsageError, match=f"{path.stem}|set"):
                increments.join(made, table.slice(30))
            path.write_bytes(whole[path])
    key_texts = np.load(part / "key_texts.npy")
    np.save(part / "key_texts.npy", key_texts + np.uint32(1 << 20))
    with pytest.raises(UsageError, match="key_texts"):
        increments.join(made, table.slice(30))
    np.save(part / "key_texts.npy", key_texts)
    assert increments.join(made, table.slice(30)).total == table.num_rows
