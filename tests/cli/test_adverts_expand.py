"""`clew adverts expand`: from a seed, within a budget, through no hub; values stay out of what it says."""

import pyarrow as pa
import pytest

from clew.records import read_table, write_table

ROWS = [
    ("a", "phone", "+441"),
    ("b", "phone", "+441"),
    ("b", "email", "x@y.example"),
    ("c", "email", "x@y.example"),
    ("c", "price", "80 EUR"),
]


@pytest.fixture
def signals(tmp_path):
    path = tmp_path / "signals.csv"
    record, kind, value = zip(*ROWS, strict=True)
    write_table(pa.table({"id": record, "kind": kind, "value": value, "start": [1] * len(ROWS)}), path)
    return path


def test_a_seed_leads_to_what_hangs_together_with_it(clew, signals, tmp_path):
    out = tmp_path / "found.csv"
    ended = clew("adverts", "expand", signals, "--seed", "phone:+441", "--out", out)
    assert (ended.code, ended.err) == (0, "")
    table = read_table(out).table
    assert table.column_names == ["node", "kind", "hops", "strength", "via", "via_kind", "texts", "hub"]
    assert table["node"].to_pylist() == ["+441", "a", "b", "x@y.example", "c"]


def test_seeds_from_a_file_and_a_budget_that_is_spent(clew, signals, tmp_path):
    (tmp_path / "seeds.txt").write_text("\ufeffphone:+441\nemail:nobody@y.example\n", encoding="utf-8")
    ended = clew(
        "adverts", "expand", signals, "--seeds", tmp_path / "seeds.txt", "--nodes", "2", "--out", tmp_path / "f.jsonl"
    )
    assert ended.code == 0
    assert "seed 2: no record names it (kind email)" in ended.err
    assert "there is more" in ended.err
    assert "nobody" not in ended.err


def test_other_names_of_columns(clew, signals, tmp_path):
    table = read_table(signals).table.rename_columns(["advert", "what", "val", "at"])
    write_table(table, tmp_path / "other.parquet")
    maps = ["--map", "id=advert", "--map", "kind=what", "--map", "value=val"]
    assert (
        clew(
            "adverts", "expand", tmp_path / "other.parquet", "--seed", "phone:+441", *maps, "--out", tmp_path / "f.csv"
        ).code
        == 0
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--seed", "phone:+449"], "names any of them"),
        (["--seed", "secret"], "KIND:VALUE"),
        (["--seed", "horoscope:lion"], "a kind of"),
        ([], "at least one"),
        (["--seed", "phone:+441", "--hops", "0"], "hops"),
        (["--seeds", "no-such-file.txt"], "no such file"),
        (["--seed", "phone:+441", "--map", "text=x"], "no field text"),
        (["--seed", "phone:+441", "--map", "kind=nose"], "kind (nose)"),
    ],
)
def test_bad_use_is_named_and_no_value_repeated(clew, signals, tmp_path, options, said):
    ended = clew("adverts", "expand", signals, *options, "--out", tmp_path / "f.csv")
    assert ended.code == 2
    assert said in ended.err
    assert not {"secret", "lion", "+449"} & set(ended.err.split())
    assert not (tmp_path / "f.csv").exists()


def test_rows_that_cannot_be_read_are_kept_and_counted(clew, tmp_path):
    path, out = tmp_path / "s.csv", tmp_path / "found.csv"
    path.write_bytes(
        b"id,kind,value\na,phone,+441\nb,phone,+441,more\nc\xff,phone,+441\n,phone,+441\nd,phone,\ne,phone,+441\n"
    )
    ended = clew("adverts", "expand", path, "--seed", "phone:+441", "--out", out)
    assert ended.code == 0
    assert "4 rows could not be read" in ended.err
    assert "+441" not in ended.err
    assert read_table(out).table["node"].to_pylist() == ["+441", "a", "e"]
    assert read_table(tmp_path / "found.rejects.csv").table["row"].to_pylist() == ["2", "3", "4", "5"]
    (tmp_path / "seeds.txt").write_bytes(b"phone:\xff\n")
    ended = clew("adverts", "expand", path, "--seeds", tmp_path / "seeds.txt", "--out", out)
    assert (ended.code, "not UTF-8" in ended.err) == (2, True)
