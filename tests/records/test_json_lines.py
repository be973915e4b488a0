"""JSON Lines: one bad line costs one row, and rows keep the number of their line."""

from __future__ import annotations

import gzip

import pytest

from clew.records import Format, read_table
from clew.safeguards.errors import UnreadableInput


def read(tmp_path, content, name="a.jsonl", **form):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, Format(**form))


def rejected(result):
    return [(row["row"], row["rule"].split(" (")[0]) for row in result.rejects.table.to_pylist()]


def test_half_a_surrogate_pair_costs_its_own_row(tmp_path):
    result = read(tmp_path, '{"id":"1","t":"\\ud83d\\ude00"}\n{"id":"2","t":"x\\uD800y"}\n{"id":"3","\\udc00":"z"}\n')
    assert result.table.to_pylist() == [{"id": "1", "t": "😀"}]
    assert rejected(result) == [(2, "not valid Unicode"), (3, "not valid Unicode")]
    assert result.rejects.table["raw"][0].as_py() == '{"id":"2","t":"x\\uD800y"}'


@pytest.mark.parametrize("before", [0, 5000])
def test_a_key_given_twice_is_rejected_wherever_it_stands(tmp_path, before):
    result = read(tmp_path, '{"id":"0","t":"a"}\n' * before + '{"id":"1","id":"2","t":"a"}\n{"id":"3","t":"b"}\n')
    assert result.table.num_rows == before + 1
    assert rejected(result) == [(before + 1, "key given twice")]


def test_bytes_that_are_no_utf_8_cost_their_own_row(tmp_path):
    result = read(tmp_path, b'{"id":"1"}\n{"id":"caf\xe9"}\n')
    assert result.table["id"].to_pylist() == ["1"]
    assert rejected(result) == [(2, "not UTF-8 text")]


def test_blank_lines_do_not_shift_the_row_numbers(tmp_path):
    result = read(tmp_path, '\n{"id":"1"}\n\n{"id":"2"}\n3\n')
    assert result.table["id"].to_pylist() == ["1", "2"]
    assert rejected(result) == [(5, "not a JSON object")]


def test_two_objects_in_a_line_are_not_one_object(tmp_path):
    assert rejected(read(tmp_path, '{"id":"1"} {"id":"2"}\n{"id":"3"}\n')) == [(1, "not a JSON object")]


def test_gzip_and_byte_order_marks_are_read(tmp_path):
    line = '{"id":"Жанна"}\n'
    assert read(tmp_path, gzip.compress(line.encode()), "a.jsonl.gz").table["id"].to_pylist() == ["Жанна"]
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert read(tmp_path, line.encode(encoding)).table["id"].to_pylist() == ["Жанна"]
    assert read(tmp_path, line.encode("cp1251"), encoding="cp1251").table["id"].to_pylist() == ["Жанна"]


@pytest.mark.parametrize("content", ["\n\n", "  \n", "[1]\n"])
def test_a_file_without_an_object_says_so(tmp_path, content):
    with pytest.raises(UnreadableInput, match="no line is a JSON object"):
        read(tmp_path, content)
