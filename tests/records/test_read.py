"""The mess that files bring: each is named by field and rule, nothing is lost, the rest goes on."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clew.records import KINDS, Answer, Format, Mapping, guess, load_mapping, read_file, read_table, write_table
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError

ADVERTS = KINDS["adverts"]


def read(tmp_path, content, name="a.csv", **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_file(path, ADVERTS, **options)


def rules(result):
    return {(row["row"], row["field"], row["rule"].split(" (")[0]) for row in result.rejects.table.to_pylist()}


def test_a_quoted_line_break_is_part_of_the_text(tmp_path):
    result = read(tmp_path, 'id,text\n1,"one\nand ""two"""\n2,b\n')
    assert result.table["text"].to_pylist() == ['one\nand "two"', "b"]
    assert len(result.rejects) == 0


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.xlsx"])
def test_an_empty_file_is_named_as_such(tmp_path, name):
    with pytest.raises(UnreadableInput, match="empty"):
        read(tmp_path, b"", name)


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.xlsx"])
def test_a_binary_file_is_refused(tmp_path, name):
    with pytest.raises(UnreadableInput):
        read(tmp_path, bytes(range(256)) * 50, name)


def test_a_row_in_another_encoding_is_rejected_and_the_rest_is_read(tmp_path):
    result = read(tmp_path, b"id,text\n1,caf\xe9\n2,tea\n")
    assert result.table["id"].to_pylist() == ["2"]
    assert rules(result) == {(1, "text", "not UTF-8 text")}
    assert "xe9" in result.rejects.table["raw"][0].as_py()


def test_the_same_file_reads_whole_once_its_encoding_is_named(tmp_path):
    mapping = Mapping(columns={"id": "id", "text": "text"}, layout=Format(encoding="cp1252"))
    result = read(tmp_path, b"id,text\n1,caf\xe9\n2,tea\n", mapping=mapping)
    assert result.table["text"].to_pylist() == ["café", "tea"]


def test_utf_16_is_known_by_its_mark(tmp_path):
    assert read(tmp_path, "id,text\n1,Жанна\n".encode("utf-16")).table["text"].to_pylist() == ["Жанна"]


def test_ragged_rows_are_kept_whole_with_their_row_number(tmp_path):
    result = read(tmp_path, "id,text\n1,a\n2\n3,c,too much\n4,d\n")
    assert result.table["id"].to_pylist() == ["1", "4"]
    assert {(r["row"], r["raw"]) for r in result.rejects.table.to_pylist()} == {(2, "2"), (3, "3,c,too much")}
    assert result.seen == 4


@pytest.mark.parametrize("size", [10_000_000, 20_000_000])
def test_a_cell_of_megabytes_is_rejected_not_truncated(tmp_path, size):
    result = read(tmp_path, b"id,text\n1," + b"x" * size + b"\n2,ok\n")
    assert result.table["id"].to_pylist() == ["2"]
    assert rules(result) == {(1, "text", "cell larger than 1 MiB")}
    assert len(result.rejects.table["raw"][0].as_py()) > size


def test_a_missing_column_names_what_is_missing_and_what_is_there(tmp_path):
    with pytest.raises(MissingColumn, match=r"missing column: text\. The file has: id, words\. Name it with --text"):
        read(tmp_path, "id,words\n1,a\n")


def test_a_repeated_id_rejects_the_later_row(tmp_path):
    result = read(tmp_path, "id,text\n1,a\n2,b\n1,c\n")
    assert result.table["text"].to_pylist() == ["a", "b"]
    assert rules(result) == {(3, "id", "id given before")}


def test_a_row_is_rejected_once_by_the_first_rule_it_breaks(tmp_path):
    result = read(tmp_path, "id,text,posted\n1,,soon\n1,b,2024-01-01\n")
    assert result.seen == 2
    assert len(result.rejects) == 2


def test_required_values_and_types_are_checked(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text("id,sender,receiver,amount,sent\n1,a,b,12.50,2024-01-02\n2,a,b,much,\n3,a,,1,\n4,a,b,1,someday\n")
    result = read_file(path, KINDS["payments"])
    assert result.table["amount"].to_pylist() == [12.5]
    assert rules(result) == {
        (2, "amount", "not a number"),
        (3, "receiver", "required and empty"),
        (4, "sent", "not a time of ISO 8601"),
    }


def test_times_are_converted_to_utc_not_relabelled(tmp_path):
    result = read(tmp_path, "id,text,posted\n1,a,2024-05-31T18:00:00+02:00\n2,b,2024-05-31\n")
    assert result.table["posted"].to_pylist() == [
        datetime(2024, 5, 31, 16, tzinfo=UTC),
        datetime(2024, 5, 31, tzinfo=UTC),
    ]


def test_a_formula_in_a_cell_is_rejected_with_its_text(tmp_path):
    book = openpyxl.Workbook()
    for row in (["id", "text"], ["1", "plain"], ["2", '=HYPERLINK("x","y")'], ["3", "=1+1"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    result = read_file(tmp_path / "a.xlsx", ADVERTS)
    assert result.table["id"].to_pylist() == ["1"]
    assert rules(result) == {(2, "text", "formula in a cell"), (3, "text", "formula in a cell")}
    assert "HYPERLINK" in result.rejects.table["raw"][0].as_py()


def test_spreadsheet_cells_keep_whole_numbers_and_dates_as_written(tmp_path):
    book = openpyxl.Workbook()
    for row in (["case_id", "prs_Birthdate", "vic_AgeWhenTrafficked"], [7, date(2001, 2, 3), 17]):
        book.active.append(row)
    book.save(tmp_path / "c.xlsx")
    (case,) = read_file(tmp_path / "c.xlsx", KINDS["cases"]).table.to_pylist()
    assert case["id"] == "7"
    assert case["birthdate"] == {"first": date(2001, 2, 3), "last": date(2001, 2, 3)}
    assert (case["age"], case["age_when_trafficked"]) == (None, {"low": 17, "high": 17})


def test_json_lines_that_are_no_objects_are_rejected(tmp_path):
    lines = ['{"id": 1, "text": "a", "pictures": ["x", "y"]}', "[1]", '{"id": "2", "text": "b"}', "{broken", ""]
    result = read(tmp_path, "\n".join(lines), "a.jsonl")
    assert result.table["id"].to_pylist() == ["1", "2"]
    assert result.table["pictures"].to_pylist() == ["x;y", None]
    assert rules(result) == {(2, "(row)", "not a JSON object"), (4, "(row)", "not a JSON object")}


def test_tsv_keeps_stray_quotes_and_takes_off_balanced_ones(tmp_path):
    assert read(tmp_path, 'id\ttext\n1\t"loud" cat\n2\t5" nail\n', "a.tsv").table["text"].to_pylist() == [
        '"loud" cat',
        '5" nail',
    ]
    assert read(tmp_path, 'id\ttext\n1\t"a ""b"""\n2\tc\n', "a.tsv").table["text"].to_pylist() == ['a "b"', "c"]
    assert read(tmp_path, 'id\ttext\n1\t"a\nb"\n2\tc\n', "a.tsv").table["text"].to_pylist() == ["a\nb", "c"]


def test_semicolons_are_found_as_the_separator(tmp_path):
    assert read(tmp_path, "id;text\n1;a, b\n").table["text"].to_pylist() == ["a, b"]


def test_a_column_name_given_twice_is_refused(tmp_path):
    with pytest.raises(UnreadableInput, match="given twice: text"):
        read(tmp_path, "id,text,text\n1,a,b\n")


def test_unknown_extensions_and_missing_files_are_usage_errors(tmp_path):
    with pytest.raises(UsageError, match="format not known"):
        read(tmp_path, "x", "a.doc")
    with pytest.raises(UsageError, match="no such file"):
        read_file(tmp_path / "none.csv", ADVERTS)


def test_rows_can_be_numbered_when_asked(tmp_path):
    mapping = Mapping(columns={"id": "row", "text": "c2"}, layout=Format(header=False))
    result = read(tmp_path, "ham\thello\nspam\twin\n", "s.tsv", mapping=mapping)
    assert result.table.select(["id", "text"]).to_pylist() == [{"id": "1", "text": "hello"}, {"id": "2", "text": "win"}]


def test_answers_stay_four_values(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("case_id,means_threats,consent\n1,yes,1\n2,no,0\n3,unknown,\n4,,\n5,perhaps,\n")
    result = read_file(path, KINDS["cases"])
    assert result.table["means_threats"].to_pylist() == ["yes", "no", "unknown", "not_asked"]
    assert rules(result) == {(5, "means_threats", "not yes, no, unknown or not_asked")}


def test_an_empty_flag_of_a_ctdc_release_is_unknown_and_zero_is_no(tmp_path):
    path = tmp_path / "ctdc.csv"
    path.write_text("case_id,isForcedLabour,isSexualExploit,ageBroad\n1,1,,9--17\n2,0,1,48+\n")
    table = read_file(path, KINDS["cases"]).table
    assert table["forced_labour"].to_pylist() == [Answer.YES, Answer.NO]
    assert table["sexual_exploitation"].to_pylist() == [Answer.UNKNOWN, Answer.YES]
    assert table["age"].to_pylist() == [{"low": 9, "high": 17}, {"low": 48, "high": None}]


def test_guess_prefers_exact_names_and_uses_no_column_twice():
    mapping = guess(ADVERTS, ["Ad_ID", "TEXT", "body", "posted at"])
    assert mapping.columns == {"id": "Ad_ID", "text": "TEXT", "posted": "posted at"}


def test_a_mapping_in_yaml_reads_formats_values_and_constants(tmp_path):
    (tmp_path / "m.yaml").write_text(
        "kind: cases\ncolumns: {id: no, gender: sex, registered: {column: day, format: '%d/%m/%Y'}}\n"
        "values: {gender: {F: Feminine}}\nconstants: {exploited_in: NLD}\nempty_answer: unknown\n"
    )
    mapping = load_mapping(tmp_path / "m.yaml", KINDS["cases"])
    (tmp_path / "c.csv").write_text("no,sex,day\n1,F,31/05/2024\n")
    (case,) = read_file(tmp_path / "c.csv", KINDS["cases"], mapping).table.to_pylist()
    assert (case["gender"], case["exploited_in"], case["consent"]) == ("Feminine", "NLD", "unknown")
    assert case["registered"]["first"] == date(2024, 5, 31)


def test_a_bad_mapping_lists_all_its_problems(tmp_path):
    (tmp_path / "m.yaml").write_text("kind: tips\ncolumns: {nose: x}\ncolour: red\nempty_answer: maybe\n")
    with pytest.raises(UsageError) as error:
        load_mapping(tmp_path / "m.yaml", ADVERTS)
    for problem in ("colour is not known", "kind is not adverts", "no field nose", "empty_answer"):
        assert problem in str(error.value)


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.jsonl", "t.parquet", "t.xlsx"])
def test_every_format_gives_back_the_same_text(tmp_path, name):
    texts = ["plain", 'with "quotes", commas', "=1+1", "+4915550100", "Жанна 🌹", "línea"]
    table = pa.table({"id": [str(i) for i in range(len(texts))], "text": texts})
    write_table(table, tmp_path / name)
    assert read_table(tmp_path / name).table.select(["id", "text"]).to_pydict() == table.to_pydict()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_text("old")
    with pytest.raises(TypeError):
        write_table(pa.table({"x": pa.array([b"\xff"], pa.binary())}), path)
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["t.jsonl"]


def test_messages_never_hold_a_value(tmp_path):
    secret = "Zaphod-Beeblebrox-7"
    result = read(tmp_path, f"id,text,posted\n1,{secret},{secret}\n")
    assert all(secret not in row["rule"] + row["field"] for row in result.rejects.table.to_pylist())
    assert secret in json.loads(result.rejects.table["raw"][0].as_py())["text"]


def test_parquet_keeps_its_times(tmp_path):
    table = pa.table(
        {"id": ["1"], "text": ["a"], "posted": pa.array([datetime(2024, 1, 1, tzinfo=UTC)], pa.timestamp("ns", "UTC"))}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    assert read_file(tmp_path / "a.parquet", ADVERTS).table["posted"].to_pylist() == [datetime(2024, 1, 1, tzinfo=UTC)]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_an_empty_text_is_rejected_in_every_format(tmp_path, name):
    path = tmp_path / name
    write_table(pa.table({"id": ["1", "2"], "text": ["call", ""]}), path)
    read = read_file(path, kind=KINDS["adverts"])
    assert read.table["id"].to_pylist() == ["1"]
    assert list(read.rejects.by_rule()) == [("text", "required and empty")]
