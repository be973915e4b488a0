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
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), -1))
for path in sys.argv[2:]:
    try:
        write_table(table, Path(path))
    except UsageError as error:
        print(error)
"""


def test_a_disk_that_takes_no_more_is_named_and_nothing_is_left(tmp_path):
    names = ["o.csv", "o.jsonl", "o.parquet", "o.xlsx"]
    paths = [tmp_path / name / name for name in names]
    for path in paths:
        path.parent.mkdir()
        path.write_text("old")
    limit = "20000"
    ended = subprocess.run([sys.executable, "-c", FULL, limit, *map(str, paths)], capture_output=True, text=True, check=True)  # fmt: skip
    assert ended.stderr == ""
    for said, path in zip(ended.stdout.splitlines(), paths, strict=True):
        assert f"{path.name}: cannot be written (file too large)" in said, path.name
        assert path.read_text() == "old", path.name
        assert list(path.parent.iterdir()) == [path], path.name


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_the_systems_reason_is_given(tmp_path, number):
    with pytest.raises(UsageError, match=os.strerror(number).lower()), whole_file(tmp_path / "o.csv"):
        raise OSError(number, os.strerror(number))
    with pytest.raises(UsageError, match=os.strerror(number).lower()), whole_file(tmp_path / "o.csv"):
        raise OSError(f"Error writing bytes to file. Detail: [errno {number}] y")
    assert not list(tmp_path.iterdir())
