"""Reads JSON Lines: one object a line. A line that is no object is rejected; the others go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pajson

from clew.records.contents import utf8
from clew.records.raw import Format, Raw
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import UnreadableInput

_SAMPLED_BYTES = 1 << 18


class _GivenTwice(ValueError):
    """A key stands twice in one object, and readers differ on which of the two holds."""


def read(path: Path, layout: Format) -> Raw:
    """Strings, numbers and truth values become columns; lists are joined by `;`, objects stay as JSON text.

    A line with a key given twice or with half a surrogate pair is rejected.
    """
    data = utf8(path, layout.encoding)
    table = _fast(data)
    if table is not None:
        return Raw(table, np.arange(1, table.num_rows + 1), Rejects.none())
    return _line_by_line(path.name, data)


def _fast(data: bytes) -> pa.Table | None:
    """The whole file by pyarrow where every line has the same plain text fields; None where it does not."""
    head = data[:_SAMPLED_BYTES].split(b"\n")
    try:
        sample = [_object(line) for line in (head[:-1] if len(data) > _SAMPLED_BYTES else head) if line.strip()]
    except (ValueError, RecursionError):  # a line nested thousands deep; line by line it becomes a reject
        return None
    names: dict[str, None] = {}
    for item in sample:
        if not isinstance(item, dict) or any(not isinstance(value, str | None) for value in item.values()):
            return None
        names |= dict.fromkeys(item)
    options = pajson.ParseOptions(
        explicit_schema=pa.schema([(name, pa.string()) for name in names]), unexpected_field_behavior="error"
    )
    try:
        table = pajson.read_json(pa.BufferReader(data), pajson.ReadOptions(block_size=1 << 24), options)
        table.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    lines = data.count(b"\n") + (not data.endswith(b"\n"))  # more where a line is blank, fewer where it holds two
    return table if table.num_rows == lines else None


def _object(line: bytes) -> Any:
    """Raises ValueError for what is not JSON, or is no Unicode, or has a key twice."""
    item = json.loads(line.decode("utf-8"), object_pairs_hook=_once)
    if b"\\u" in line:
        json.dumps(item, ensure_ascii=False).encode("utf-8")
    return item


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    item = dict(pairs)
    if len(item) < len(pairs):
        raise _GivenTwice
    return item


def _line_by_line(file: str, data: bytes) -> Raw:
    items: list[dict[str, Any]] = []
    rows: list[int] = []
    bad: list[tuple[int, None, str, str, str]] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        item, rule = _judged(line)
        if rule:
            bad.append((number, None, "(row)", rule, line.decode("utf-8", "backslashreplace")))
        else:
            items.append(item)
            rows.append(number)
    if not items:
        raise UnreadableInput(f"{file}: no line is a JSON object")
    names = dict.fromkeys(name for item in items for name in item)
    table = pa.table({name: pa.array([_text(item.get(name)) for item in items], pa.string()) for name in names})
    rejects = Rejects(pa.table(list(zip(*bad, strict=True)), schema=REJECTS)) if bad else Rejects.none()
    return Raw(table, np.array(rows, dtype=np.int64), rejects)


def _judged(line: bytes) -> tuple[Any, str]:
    """What the line holds, and the rule it breaks or ''."""
    try:
        item = _object(line)
    except _GivenTwice:
        return None, "key given twice"
    except UnicodeDecodeError:
        return None, "not UTF-8 text (or not of the encoding that --encoding names)"
    except UnicodeEncodeError:
        return None, "not valid Unicode (half a surrogate pair)"
    except (ValueError, RecursionError):
        return None, "not a JSON object"
    return item, "" if isinstance(item, dict) else "not a JSON object"


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return ";".join(map(str, value))
    return json.dumps(value, ensure_ascii=False)
