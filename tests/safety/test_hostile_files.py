"""Files of strangers: bombs, lies about what they are, and bytes at random. A reader answers with a table or an error of ours,
never with another exception, and never after the memory is gone.

The longer run is `make fuzz` (fuzz/).
"""

from __future__ import annotations

import gzip
import io
import json
import re
import resource
import subprocess
import sys
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from clew.records import KINDS, read_file, read_table
from clew.records.write import write_table
from clew.safeguards.errors import ClewError

QUICK = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
SUFFIXES = (".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx")
SHEET = (
    b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b"%s</sheetData></worksheet>"
)
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b']><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
    b'<c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row></sheetData></worksheet>'
)
OUTSIDE = SHEET.replace(b"<worksheet", b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet', 1) % (
    b'<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>'
)


def book(sheet: bytes) -> bytes:
    """A spreadsheet with one sheet of these bytes."""
    made = io.BytesIO()
    write_table(pa.table({"id": ["1"], "text": ["t"]}), path := Path(SCRATCH[0]) / "b.xlsx")
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in whole.namelist():
            out.writestr(name, sheet if "worksheets/sheet" in name else whole.read(name))
    return made.getvalue()


SCRATCH: list[Path] = []


@pytest.fixture(scope="module", autouse=True)
def _scratch(tmp_path_factory: pytest.TempPathFactory) -> None:
    SCRATCH[:] = [tmp_path_factory.mktemp("hostile")]


def read(content: bytes, suffix: str) -> str:
    """What came of reading: the rows, or the error of ours in words."""
    path = SCRATCH[0] / f"x{suffix}"
    path.write_bytes(content)
    said = []
    for reading in (lambda: read_table(path), lambda: read_file(path, kind=KINDS["adverts"])):
        try:
            said.append(str(reading().table.num_rows))
        except ClewError as error:
            said.append(str(error))
    return " | ".join(said)


def bomb() -> bytes:
    """A spreadsheet that unpacks to 400 MB."""
    made = io.BytesIO()
    write_table(pa.table({"id": ["1"]}), path := SCRATCH[0] / "b.xlsx")
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out:
        for name in whole.namelist():
            if "worksheets/sheet" not in name:
                out.writestr(name, whole.read(name))
        with out.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(SHEET[: SHEET.index(b"%s")] + b'<row r="1"><c r="A1" t="inlineStr"><is><t>')
            for _ in range(400):
                sheet.write(b"A" * 1_000_000)
    return made.getvalue()


def test_a_bomb_of_a_spreadsheet_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    """In a process of its own that may have 1.5 GB: 400 MB of one cell in 2 MB of file."""
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(bomb())
    assert path.stat().st_size < 4_000_000
    code = (
        "import sys, clew.records as r\nfrom pathlib import Path\nfrom clew.safeguards.errors import ClewError\n"
        "try:\n    r.read_table(Path(sys.argv[1]))\nexcept ClewError as e:\n    print('refused:', e)\n"
    )
    limit = 1_500_000_000
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
    )  # fmt: skip
    assert done.stdout.startswith("refused:"), done.stdout[-300:] + done.stderr[-300:]


@pytest.mark.parametrize("sheet", [LAUGHS, OUTSIDE], ids=["a billion laughs", "a file of this machine"])
def test_entities_of_xml_are_not_followed(sheet: bytes) -> None:
    said = read(book(sheet), ".xlsx")
    assert "root:" not in said
    path = SCRATCH[0] / "x.xlsx"
    try:
        table = read_table(path).table
    except ClewError:
        return
    assert "root:" not in str(table.to_pylist()) + str(table.column_names)
    assert table.nbytes < 1_000_000


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 64, b"PK\x03\x04" + b"\x00" * 40, b"PAR1" + b"\xff" * 40 + b"PAR1", gzip.compress(b"id\n1\n"), b"\xff\xfe", b"\xef\xbb\xbf",
     b"id,text\n" + b'"' * 501, b"[" * 50_000, b'{"a":' * 20_000, b'{"id": 1e999}\n', b"\x89PNG\r\n\x1a\n", b"%PDF-1.7", b"<html>"],
    ids=["empty", "zeros", "zip", "parquet", "gzip", "utf-16", "mark", "quotes", "deep list", "deep object", "infinite", "png", "pdf", "html"],
)  # fmt: skip
def test_a_file_that_is_not_what_it_says_is_refused_in_words(content: bytes, suffix: str) -> None:
    assert read(content, suffix)


@QUICK
@given(content=st.binary(max_size=400), suffix=st.sampled_from(SUFFIXES))
@example(content=b'\xef\xbb\xbfid,text\r\n1,"a\r\n', suffix=".csv")
def test_bytes_at_random_are_a_table_or_an_error_of_ours(content: bytes, suffix: str) -> None:
    assert read(content, suffix)


@QUICK
@given(
    cells=st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=4), suffix=st.sampled_from(SUFFIXES)
)
def test_text_at_random_is_a_table_or_an_error_of_ours(cells: list[tuple[str, str]], suffix: str) -> None:
    lines = [("id", "text"), *cells]
    whole = (
        json.dumps([dict(zip(lines[0], row, strict=True)) for row in cells])
        if "json" in suffix
        else "\n".join(map(",".join, lines))
    )
    assert read(whole.encode("utf-8", "surrogatepass"), suffix)


@QUICK
@given(data=st.data(), suffix=st.sampled_from((".parquet", ".xlsx")))
def test_a_damaged_file_is_a_table_or_an_error_of_ours(data: st.DataObject, suffix: str) -> None:
    path = SCRATCH[0] / f"whole{suffix}"
    if not path.exists():
        write_table(pa.table({"id": ["1", "2"], "text": ["a", "b"]}), path)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    assert read(bytes(content[: data.draw(st.integers(1, len(content)))]), suffix)


@pytest.mark.parametrize(
    "spoil", [b"\0l/worksheets/sheet1.xml", b"xl/worksheets/sheet9.xml"], ids=["name-with-zero", "another-name"]
)
def test_a_member_that_its_list_names_otherwise_is_an_error_of_ours(spoil: bytes, tmp_path: Path) -> None:
    path = tmp_path / "whole.xlsx"
    write_table(pa.table({"id": ["1", "2"], "text": ["a", "b"]}), path)
    content = path.read_bytes()
    assert content.count(b"xl/worksheets/sheet1.xml") == 2
    assert "sheet" in read(content.replace(b"xl/worksheets/sheet1.xml", spoil, 1), ".xlsx")


# What reaches outside.


MAY: dict[str, frozenset[str]] = {
    "subprocess": frozenset({"safeguards/key_services.py", "signals/workers.py"}),
    "pickle": frozenset({"links/spark.py"}),
}
"""Modules that may be imported, and where: each was looked at."""
FETCHES: frozenset[str] = frozenset({"safeguards/elsewhere.py"})
"""Modules that speak to a server that the settings name, never one that a record or a visitor names."""
NEVER = (
    "socket",
    "http",
    "urllib.request",
    "requests",
    "httpx",
    "aiohttp",
    "ftplib",
    "smtplib",
    "telnetlib",
    "webbrowser",
    "marshal",
    "shelve",
)


def imported(source: str) -> set[str]:
    """Modules by the lines that import them; of `from a import b` also a.b."""
    found: set[str] = set()
    for line in re.findall(r"^\s*(?:import|from) [^\n#]+", source, re.MULTILINE):
        words = re.findall(r"[\w.]+", line)
        found |= {words[1], f"{words[1]}.{words[-1]}"} if words[0] == "from" else set(words[1:])
    return found


def test_no_code_of_ours_can_be_made_to_fetch_an_address() -> None:
    """Against SSRF: there is nothing that fetches, so an address in a record, a form or a file is text and stays text."""
    room = Path(__file__).parents[2] / "src" / "clew"
    files = sorted(room.rglob("*.py"))
    assert len(files) > 300
    for path in files:
        here, source = path.relative_to(room).as_posix(), path.read_text(encoding="utf-8")
        names = imported(source)
        for name in names:
            assert here in FETCHES or not any(name == never or name.startswith(f"{never}.") for never in NEVER), (
                here,
                name,
            )
            top = name.split(".")[0]
            assert top not in MAY or here in MAY[top], (here, name)
        assert not re.search(r"shell\s*=\s*True|os\.system\(|os\.popen\(|(?<![\w.])(eval|exec)\(", source), here
        assert not re.search(r"yaml\.(unsafe_|full_)?load\((?!.*(Base|Safe)Loader)", source), here


def test_reading_a_file_opens_no_address_that_is_in_it() -> None:
    """Sockets are closed in tests: whoever fetched would be found out (SocketBlockedError is no error of ours)."""
    for address in (
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "s3://bucket/x",
        "//elsewhere.example/x",
    ):
        said = read(f"id,text,url\n1,see {address},{address}\n".encode(), ".csv")
        assert said == "1 | 1"
        path = SCRATCH[0] / "page.csv"
        path.write_text(f"id,url\n1,{address}\n", encoding="utf-8")
        assert "root:" not in str(read_file(path, kind=KINDS["pages"]).table.to_pylist())
