"""Reads a JSON file that holds one list of objects, or one object with such a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from clew.records.raw import Format, Raw
from clew.records.rejects import REJECTS, Rejects
from clew.safeguards.errors import UnreadableInput, UsageError


def as_raw(path: Path, form: Format) -> Raw:
    """Every member of the objects as a column of text; lists are joined by `;`. A member of the list that is no object is rejected."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        content = json.loads(path.read_bytes().decode(form.encoding or "utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise UnreadableInput(f"{path.name}: not readable as JSON") from error
    items = _items(content)
    if not any(isinstance(item, dict) for item in items):
        raise UnreadableInput(f"{path.name}: holds no list of objects")
    rows = [number for number, item in enumerate(items, 1) if isinstance(item, dict)]
    kept = [item for item in items if isinstance(item, dict)]
    bad = [
        (n, None, "(row)", "not a JSON object", json.dumps(item))
        for n, item in enumerate(items, 1)
        if not isinstance(item, dict)
    ]
    names = dict.fromkeys(name for item in kept for name in item)
    table = pa.table({name: pa.array([_text(item.get(name)) for item in kept], pa.string()) for name in names})
    rejects = Rejects(pa.table(list(zip(*bad, strict=True)), schema=REJECTS)) if bad else Rejects.none()
    return Raw(table, np.array(rows, dtype=np.int64), rejects)


def _items(content: Any) -> list[Any]:
    if isinstance(content, list):
        return content
    if isinstance(content, dict):
        lists = [value for value in content.values() if isinstance(value, list)]
        return lists[0] if len(lists) == 1 else [content]
    return []


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return ";".join(map(str, value)) or None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
