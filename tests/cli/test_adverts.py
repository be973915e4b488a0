"""The file commands on adverts: the contract's columns and exit codes, and the bad files of the real world."""

from __future__ import annotations

import openpyxl
import pyarrow as pa
import pytest

from clew.records import read_table, write_table

TEXTS = [
    "Massage studio by the river, evenings only, call +44 20 7946 0123, 80€ per hour",
    "Massage studio by the river, mornings only, call +44 20 7946 0999, 90€ per hour",
    "Cleaning job in Lisbon, room included, write to jobs@example.com",
]


@pytest.fixture
def adverts(tmp_path):
    path = tmp_path / "ads.csv"
    write_table(pa.table({"id": ["a", "b", "c"], "text": TEXTS}), path)
    return path


def column(path, name):
    return read_table(path).table[name].to_pylist()


def test_scan_writes_the_contract_columns_and_exact_spans(clew, adverts, tmp_path):
    out = tmp_path / "signals.csv"
    ended = clew("adverts", "scan", adverts, "--out", out)
    assert (ended.code, ended.err) == (0, "")
    table = read_table(out).table
    assert table.column_names == ["id", "kind", "value", "start", "end", "confidence", "detector"]
    texts = dict(zip("abc", TEXTS, strict=True))
    found = {
        (row["id"], row["kind"], row["value"]): texts[row["id"]][int(row["start"]) : int(row["end"])]
        for row in table.to_pylist()
    }
    assert found["a", "phone", "+442079460123"] == "+44 20 7946 0123"
    assert found["c", "email", "jobs@example.com"] == "jobs@example.com"


def test_scan_of_a_file_without_rows_says_so(clew, tmp_path):
    source, out = tmp_path / "ads.csv", tmp_path / "signals.csv"
    source.write_text("id,text\n", encoding="utf-8")
    ended = clew("adverts", "scan", source, "--out", out)
    assert (ended.code, ended.err) == (0, "0 adverts read: there are no rows\n")
    assert read_table(out).table.num_rows == 0


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet", ".xlsx"])
def test_cluster_writes_every_format_with_every_id(clew, adverts, tmp_path, suffix):
    out = tmp_path / f"clusters{suffix}"
    assert clew("adverts", "cluster", adverts, "--out", out).code == 0
    table = read_table(out).table
    assert table.column_names == ["id", "cluster"]
    assert table["id"].to_pylist() == ["a", "b", "c"]
    first, second, third = table["cluster"].to_pylist()
    assert first == second != third


def test_columns_may_have_other_names(clew, tmp_path):
    path = tmp_path / "ads.csv"
    write_table(pa.table({"no": ["1", "2"], "says": TEXTS[:2], "when": ["2024", "2024"]}), path)
    assert clew("adverts", "cluster", path, "--id", "no", "--text", "says", "--out", tmp_path / "o.csv").code == 0
    assert (
        clew("adverts", "cluster", path, "--map", "id=no", "--map", "text=says", "--out", tmp_path / "p.csv").code == 0
    )
    assert column(tmp_path / "o.csv", "id") == column(tmp_path / "p.csv", "id") == ["1", "2"]


def test_several_files_are_read_as_one_and_a_repeated_id_is_rejected(clew, adverts, tmp_path):
    other = tmp_path / "more.jsonl"
    write_table(pa.table({"id": ["c", "d"], "text": TEXTS[:2]}), other)
    ended = clew("adverts", "cluster", adverts, other, "--out", tmp_path / "o.csv")
    assert ended.code == 0
    assert column(tmp_path / "o.csv", "id") == ["a", "b", "c", "d"]
    assert "id given before in another file (c)" in ended.err


def test_rejected_rows_are_counted_named_and_kept_beside_the_output(clew, tmp_path):
    path = tmp_path / "ads.csv"
    path.write_text("id,text\na,one two three\nb\na,again\nd,\n")
    ended = clew("adverts", "cluster", path, "--out", tmp_path / "o.csv")
    assert ended.code == 0
    assert "3 rows could not be read" in ended.err
    kept = read_table(tmp_path / "o.rejects.csv").table
    assert kept.column_names == ["row", "id", "field", "rule", "raw"]
    assert list(zip(kept["row"].to_pylist(), kept["field"].to_pylist(), strict=True)) == [
        ("2", "(row)"),
        ("3", "id"),
        ("4", "text"),
    ]
    assert column(tmp_path / "o.csv", "id") == ["a"]


def test_rejects_go_where_they_are_told(clew, tmp_path):
    path = tmp_path / "ads.csv"
    path.write_text("id,text\na,one two\nb\n")
    assert clew("adverts", "scan", path, "--out", tmp_path / "o.csv", "--rejects", tmp_path / "r.jsonl").code == 0
    assert read_table(tmp_path / "r.jsonl").table.num_rows == 1
    assert not (tmp_path / "o.rejects.csv").exists()


def test_the_rejects_may_not_replace_an_input_either(clew, tmp_path):
    path = tmp_path / "o.rejects.csv"
    path.write_text("id,text\na,one two\nb\n")
    before = path.read_bytes()
    ended = clew("adverts", "scan", path, "--out", tmp_path / "o.csv")
    assert (ended.code, path.read_bytes()) == (2, before)
    assert "would replace an input" in ended.err
    assert not (tmp_path / "o.csv").exists()


def test_rejects_are_checked_before_any_work(adverts, tmp_path):
    from clew.cli.files import check_rejects
    from clew.safeguards.errors import UsageError

    check_rejects(None, [adverts])
    check_rejects(tmp_path / "r.csv", [adverts])
    for place in (adverts, tmp_path / "nowhere" / "r.csv", tmp_path / "r.pdf"):
        with pytest.raises(UsageError):
            check_rejects(place, [adverts])


def test_a_person_in_the_first_row_is_not_in_the_message(clew, tmp_path):
    (tmp_path / "h.csv").write_text("a1,Maria Popescu +40712345678\n")
    ended = clew("adverts", "scan", tmp_path / "h.csv", "--out", tmp_path / "o.csv")
    assert ended.code == 2
    assert "--no-header" in ended.err
    assert "Maria" not in ended.err


def spreadsheet_of_formulas(path):
    book = openpyxl.Workbook()
    for row in (["id", "text"], ["1", "=1+1"]):
        book.active.append(row)
    book.save(path)


UNREADABLE = {
    "empty.csv": (b"", 1, "empty"),
    "binary.csv": (bytes(range(256)) * 40, 1, "binary"),
    "binary.parquet": (b"\x00" * 100, 1, "Parquet"),
    "not.xlsx": (b"id,text\n1,a\n", 1, "XLSX"),
    "latin.csv": (b"id,text\n1,caf\xe9\n", 1, "not UTF-8"),
    "no_text.csv": (b"id,words\n1,a\n", 2, "missing column: text"),
    "no_id.csv": (b"text\na\n", 2, "missing column: id"),
    "twice.csv": (b"id,text,text\n1,a,b\n", 1, "given twice"),
    "huge.csv": (b"id,text\n1," + b"x" * 10_000_000 + b"\n", 1, "cell larger than 1 MiB"),
    "ads.docx": (b"PK", 2, "format not known"),
}


@pytest.mark.parametrize("verb", ["scan", "cluster"])
@pytest.mark.parametrize("name", UNREADABLE)
def test_bad_files_end_with_a_clear_message_and_no_output(clew, tmp_path, name, verb):
    content, code, words = UNREADABLE[name]
    (tmp_path / name).write_bytes(content)
    ended = clew("adverts", verb, tmp_path / name, "--out", tmp_path / "o.csv")
    assert ended.code == code
    assert words in ended.err
    assert "Traceback" not in ended.err
    assert "Reference" not in ended.err
    assert not (tmp_path / "o.csv").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_spreadsheet_of_formulas_is_rejected_row_by_row(clew, tmp_path):
    spreadsheet_of_formulas(tmp_path / "f.xlsx")
    ended = clew("adverts", "scan", tmp_path / "f.xlsx", "--out", tmp_path / "o.csv")
    assert ended.code == 1
    assert "formula in a cell" in ended.err
    assert "=1+1" in read_table(tmp_path / "o.rejects.csv").table["raw"][0].as_py()


def test_a_header_without_rows_gives_an_empty_result(clew, tmp_path):
    (tmp_path / "h.csv").write_text("id,text\n")
    for verb, columns in (("scan", 7), ("cluster", 2)):
        assert clew("adverts", verb, tmp_path / "h.csv", "--out", tmp_path / f"{verb}.csv").code == 0
        assert len(read_table(tmp_path / f"{verb}.csv").table.column_names) == columns


def test_usage_errors_end_with_two_and_change_nothing(clew, adverts, tmp_path):
    before = adverts.read_bytes()
    for arguments in (
        ("adverts", "cluster", adverts),
        ("adverts", "cluster", tmp_path / "none.csv", "--out", tmp_path / "o.csv"),
        ("adverts", "cluster", adverts, "--out", tmp_path / "o.pdf"),
        ("adverts", "cluster", adverts, "--out", tmp_path / "nowhere" / "o.csv"),
        ("adverts", "cluster", adverts, "--out", adverts),
        ("adverts", "cluster", adverts, "--map", "text", "--out", tmp_path / "o.csv"),
        ("adverts", "cluster", adverts, "--map", "nose=text", "--out", tmp_path / "o.csv"),
        ("adverts", "cluster", adverts, "--text", "absent", "--out", tmp_path / "o.csv"),
        ("adverts", "wash", adverts),
    ):
        ended = clew(*arguments)
        assert ended.code == 2, arguments
        assert ended.err, arguments
    assert adverts.read_bytes() == before
    assert not (tmp_path / "o.csv").exists()


def test_real_text_messages_scan_and_cluster(clew, shared_data, tmp_path):
    spam = shared_data / "text" / "sms_spam.tsv"
    common = ("--no-header", "--id", "row", "--text", "c2")
    assert clew("adverts", "scan", spam, *common, "--region", "GB", "--out", tmp_path / "s.parquet").code == 0
    assert clew("adverts", "cluster", spam, *common, "--out", tmp_path / "c.parquet").code == 0
    signals, clusters = read_table(tmp_path / "s.parquet").table, read_table(tmp_path / "c.parquet").table
    assert clusters.num_rows == 5574
    assert "failed" not in signals["kind"].to_pylist()
    assert signals["kind"].to_pylist().count("phone") > 350
    labels = read_table(spam, layout_without_header()).table["c1"].to_pylist()
    shared_by = clusters["cluster"].to_pylist()
    sizes = {label: shared_by.count(label) for label in set(shared_by)}
    repeated = [sizes[label] > 1 for label in shared_by]
    spam_repeats = sum(r for r, kind in zip(repeated, labels, strict=True) if kind == "spam") / labels.count("spam")
    ham_repeats = sum(r for r, kind in zip(repeated, labels, strict=True) if kind == "ham") / labels.count("ham")
    assert spam_repeats > 0.4 > 2 * ham_repeats  # the spam half is full of templates


def layout_without_header():
    from clew.records import Format

    return Format(header=False)
