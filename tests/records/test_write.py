"""What the disk refuses is said in plain words, and leaves nothing behind."""

from __future__ import annotations

import errno
import os
import subprocess
import sys

import pytest

from clew.records.write import whole_file
from clew.safeguards.errors import UsageError

FULL = """
import resource, signal, sys
from pathlib import Path
import pyarrow as pa
from clew.records.write import write_table
from clew.safeguards.errors import UsageError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
import openpyxl, pyarrow.csv, pyarrow.parquet
table = pa.table({"id": [str(i * 7919 % 100003) for i in range(20000)]})
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), -1))
try:
    write_table(table, Path(sys.argv[1]))
except UsageError as error:
    print(error)
"""


@pytest.mark.parametrize("name", ["o.csv", "o.jsonl", "o.parquet", "o.xlsx"])
def test_a_disk_that_takes_no_more_is_named_and_nothing_is_left(tmp_path, name):
    (tmp_path / name).write_text("old")
    limit = "20000"
    ended = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / name), limit], capture_output=True, text=True, check=True
    )
    assert f"{name}: cannot be written (file too large)" in ended.stdout
    assert ended.stderr == ""
    assert (tmp_path / name).read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_the_systems_reason_is_given(tmp_path, number):
    with pytest.raises(UsageError, match=os.strerror(number).lower()), whole_file(tmp_path / "o.csv"):
        raise OSError(number, os.strerror(number))
    with pytest.raises(UsageError, match=os.strerror(number).lower()), whole_file(tmp_path / "o.csv"):
        raise OSError(f"Error writing bytes to file. Detail: [errno {number}] y")
    assert not list(tmp_path.iterdir())
