"""CSV and TSV that other readers repair or lose in silence: each broken row is named and kept, the others are read."""

from __future__ import annotations

import csv
import gzip
import io
import random

import numpy as np
import pytest

from clew.records import Format, read_table
from clew.records.delimited_rows import orderly, rows_of
from clew.safeguards.errors import UnreadableInput


def read(tmp_path, content, name="a.csv", **form):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, Format(**form))


def rejected(result):
    return [(row["row"], row["rule"].split(" (")[0], row["raw"]) for row in result.rejects.table.to_pylist()]


RAGGED = "row has more or fewer cells than the 2 of the header"


def test_ragged_rows_that_are_no_utf_8_are_kept_and_nothing_is_printed(tmp_path, capfd):
    content = "1,ok\n2,Maria Popescu,call 0712345678\n3,café,éxtra\n4,thé\n5,ok\n"
    result = read(tmp_path, b"id,text\n" + content.encode("cp1252"))
    assert result.table["id"].to_pylist() == ["1", "5"]
    assert [(row, rule) for row, rule, _ in rejected(result)] == [(2, RAGGED), (3, RAGGED), (4, "not UTF-8 text")]
    assert rejected(result)[1][2] == r"3,caf\xe9,\xe9xtra"
    assert capfd.readouterr() == ("", "")


def test_a_quote_left_open_costs_its_own_row_only(tmp_path):
    result = read(tmp_path, 'id,text\n1,a\n2,"open starts here\n3,three\n4,four\n5,"five"\n6,six\n')
    assert result.table["id"].to_pylist() == ["1", "3", "4", "5", "6"]
    assert result.table["text"].to_pylist() == ["a", "three", "four", "five", "six"]
    assert rejected(result) == [(2, "quote not closed", '2,"open starts here')]


def test_a_quote_left_open_to_the_end_of_the_file_swallows_nothing(tmp_path):
    result = read(tmp_path, 'id,text\n1,"a\nb"\n2,"never closed\n3,c\n')
    assert result.table["text"].to_pylist() == ["a\nb", "c"]
    assert rejected(result) == [(2, "quote not closed", '2,"never closed')]


def test_text_after_a_closing_quote_is_not_glued_to_the_cell(tmp_path):
    result = read(tmp_path, 'id,text\n1,"a" b\n2,"c ""d"""\n3,5" nail\n')
    assert result.table["text"].to_pylist() == ['c "d"', '5" nail']
    assert rejected(result) == [(1, "quote not closed", '1,"a" b')]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_count_as_lines_and_are_no_rows(tmp_path, end):
    result = read(tmp_path, end.join(["id,text", "", "1,a", "", '2,"x', "", 'y"', "3,b,c", ""]))
    assert result.table["id"].to_pylist() == ["1", "2"]
    assert rejected(result) == [(5, RAGGED, "3,b,c")]
    late = read(tmp_path, end.join(["id,text", "", "1,a", "2,caf"]).encode() + b"\xe9")
    assert [row for row, _, _ in rejected(late)] == [3]


def test_rows_with_a_nul_byte_are_rejected_and_many_of_them_are_no_text(tmp_path):
    result = read(tmp_path, "id,text\n1,a\n2,b\0c\n3,d\n")
    assert result.table["id"].to_pylist() == ["1", "3"]
    assert rejected(result) == [(2, "NUL byte", r"2,b\x00c")]
    late = read(tmp_path, "id,text\n" + "1,a\n" * 100_000 + "2,b\0c\n")
    assert (late.table.num_rows, rejected(late)) == (100_000, [(100_001, "NUL byte", r"2,b\x00c")])
    with pytest.raises(UnreadableInput, match="binary"):
        read(tmp_path, "id,text\n" + "1,a\0\n" * 50)


def test_a_header_alone_needs_no_line_end(tmp_path):
    for content in ("id,text", "id,text\n", "\nid,text\n\n"):
        result = read(tmp_path, content)
        assert (result.table.column_names, result.table.num_rows, len(result.rejects)) == (["id", "text"], 0, 0)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_known(tmp_path, encoding):
    assert read(tmp_path, "id,text\n1,Жанна\n".encode(encoding)).table.to_pylist() == [{"id": "1", "text": "Жанна"}]


def test_gzip_is_unpacked_and_a_broken_one_is_refused(tmp_path):
    packed = gzip.compress(b"id,text\n1,a\n")
    assert read(tmp_path, packed, "a.csv.gz").table["text"].to_pylist() == ["a"]
    for broken in (packed[:-9], b"id,text\n1,a\n", packed[:12] + b"\xff\xff" + packed[14:]):
        with pytest.raises(UnreadableInput, match="gzip"):
            read(tmp_path, broken, "a.csv.gz")


def test_a_tsv_with_a_bad_row_keeps_its_quotes(tmp_path):
    result = read(tmp_path, 'id\ttext\n1\t"loud" cat\n2\n3\tb\0\n', "a.tsv")
    assert result.table["text"].to_pylist() == ['"loud" cat']
    assert [(row, rule) for row, rule, _ in rejected(result)] == [(2, RAGGED), (3, "NUL byte")]


def test_rows_agree_with_python_wherever_the_text_is_orderly():
    chance = random.Random(3)
    for _ in range(300):
        cells = [["".join(chance.choices('ab,"\n\r', k=chance.randint(1, 6))) for _ in range(2)] for _ in range(5)]
        out = io.StringIO(newline="")
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows(cells)
        data = out.getvalue().encode()
        rows = rows_of(data, b",", 2, quoted=True)
        assert orderly(data, b",", quoted=True)
        assert len(rows.starts) == 5
        assert not np.any(rows.rules != "")


def test_whatever_the_quotes_no_byte_is_lost(tmp_path):
    chance = random.Random(5)
    for _ in range(300):
        body = "".join(chance.choices('ab,"\n', k=40))
        rows = rows_of(body.encode(), b",", 2, quoted=True)
        assert b"".join(body.encode()[a:b] for a, b in zip(rows.starts, rows.ends, strict=True)) == body.encode()
        result = read(tmp_path, "x,y\n" + body)
        assert result.seen == int(np.sum(~rows.blank))
