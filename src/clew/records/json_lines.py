"""Reads JSON Lines: one object a line. A line that is no object is rejected; the others go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pajson

from clew.records.raw import Format, Raw
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import UnreadableInput

_SAMPLED_LINES = 200


def read(path: Path, layout: Format) -> Raw:
    """Strings, numbers and truth values become columns; lists are joined by `;`, objects stay as JSON text."""
    if (layout.encoding or "utf-8").lower().replace("_", "-") in {"utf-8", "utf8"}:
        table = _fast(path)
        if table is not None:
            return Raw(table, np.arange(1, table.num_rows + 1), Rejects.none())
    return _line_by_line(path, layout.encoding or "utf-8")


def _fast(path: Path) -> pa.Table | None:
    """The whole file by pyarrow where every line has the same plain text fields; None where it does not."""
    with path.open("rb") as file:
        head = [line for line, _ in zip(file, range(_SAMPLED_LINES), strict=False)]
    try:
        sample = [json.loads(line) for line in head if line.strip()]
    except (json.JSONDecodeError, UnicodeDecodeError):
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
        return pajson.read_json(str(path), pajson.ReadOptions(block_size=1 << 24), options)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None


def _line_by_line(path: Path, encoding: str) -> Raw:
    items: list[dict[str, Any]] = []
    rows: list[int] = []
    bad: list[tuple[int, None, str, str, str]] = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            item = json.loads(line.decode(encoding))
        except UnicodeDecodeError:
            bad.append((number, None, "(row)", f"not text in {encoding}", line.decode("utf-8", "backslashreplace")))
            continue
        except (json.JSONDecodeError, RecursionError):
            bad.append((number, None, "(row)", "not a JSON object", line.decode(encoding)))
            continue
        if not isinstance(item, dict):
            bad.append((number, None, "(row)", "not a JSON object", line.decode(encoding)))
            continue
        items.append(item)
        rows.append(number)
    if not items:
        raise UnreadableInput(f"{path.name}: no line is a JSON object")
    names = dict.fromkeys(name for item in items for name in item)
    table = pa.table({name: pa.array([_text(item.get(name)) for item in items], pa.string()) for name in names})
    rejects = Rejects(pa.table(list(zip(*bad, strict=True)), schema=REJECTS)) if bad else Rejects.none()
    return Raw(table, np.array(rows, dtype=np.int64), rejects)


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return ";".join(map(str, value))
    return json.dumps(value, ensure_ascii=False)
