"""Which column of a file is which field. Written in YAML by whoever knows the file, or guessed and then confirmed.

kind: adverts
columns:
  id: advert_no
  text: body
  posted: {column: when, format: "%d/%m/%Y"}
values:
  gender: {F: Feminine, M: Masculine}
constants: {site: example}
empty_answer: unknown
encoding: cp1252
header: true
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from clew.records.imprecise import Answer
from clew.records.kinds import KINDS, Kind
from clew.records.raw import Format
from clew.safeguards.errors import UsageError

ROW_NUMBER = "row"
"""As the column of `id`: number the rows where the file has no id and no column of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """Field -> column, with what else is needed to read the file."""

    columns: MappingOf[str, str]
    formats: MappingOf[str, str] = field(default_factory=dict)
    values: MappingOf[str, MappingOf[str, str]] = field(default_factory=dict)
    constants: MappingOf[str, str] = field(default_factory=dict)
    empty_answer: Answer = Answer.NOT_ASKED
    layout: Format = field(default_factory=Format)


def plain(name: str) -> str:
    """A column name without case and punctuation, for comparison."""
    return re.sub(r"[^a-z0-9]+", "", name.lower())


def guess(kind: Kind, present: Sequence[str], *, given: MappingOf[str, str] | None = None) -> Mapping:
    """Matches columns to fields by their names and the kind's other names; what a person gave stays as given.

    A column serves one field. A field without a column is left out: whether that matters is the reader's to say.
    """
    columns = dict(given or {})
    free = {plain(name): name for name in reversed(present) if name not in columns.values()}
    for names in (lambda f: (f.name,), lambda f: f.aliases):  # exact names first, in all fields
        for f in kind.fields:
            match = next((free[plain(name)] for name in names(f) if plain(name) in free), None)
            if f.name not in columns and match is not None:
                columns[f.name] = match
                free = {key: name for key, name in free.items() if name != match}
    return Mapping(columns=columns)


def load_mapping(path: Path, kind: Kind) -> Mapping:
    """Reads a YAML mapping; raises UsageError listing all its problems at once."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 (text only: "no" stays "no")
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"mapping: {path.name} cannot be read as YAML") from error
    if not isinstance(content, dict):
        raise UsageError(f"mapping: {path.name} must hold keys such as 'columns'")
    problems = _problems(content, kind)
    if problems:
        raise UsageError(f"mapping: {path.name}: " + "; ".join(problems))
    columns, formats = {}, {}
    for name, column in content["columns"].items():
        columns[name] = str(column["column"] if isinstance(column, dict) else column)
        if isinstance(column, dict) and "format" in column:
            formats[name] = str(column["format"])
    return Mapping(
        columns=columns,
        formats=formats,
        values={name: {str(k): str(v) for k, v in table.items()} for name, table in content.get("values", {}).items()},
        constants={name: str(value) for name, value in content.get("constants", {}).items()},
        empty_answer=Answer(content.get("empty_answer", Answer.NOT_ASKED)),
        layout=Format(
            encoding=content.get("encoding"), header=content.get("header", "true") == "true", sheet=content.get("sheet")
        ),
    )


_KEYS = {"kind", "columns", "values", "constants", "empty_answer", "encoding", "header", "sheet"}


def _problems(content: dict[str, Any], kind: Kind) -> list[str]:
    fields = {f.name for f in kind.fields}
    found = [f"key {key} is not known" for key in content if key not in _KEYS]
    if content.get("kind", kind.plural) != kind.plural:
        found.append(f"kind is not {kind.plural}")
    for part in ("columns", "values", "constants"):
        table = content.get(part, {})
        if not isinstance(table, dict):
            found.append(f"{part} must be a table of fields")
            continue
        found += [f"{part}: {kind.plural} have no field {name}" for name in table if name not in fields]
    if not content.get("columns"):
        found.append("columns is missing")
    if content.get("empty_answer", "not_asked") not in set(Answer):
        found.append("empty_answer must be unknown or not_asked")
    if content.get("header", "true") not in ("true", "false"):
        found.append("header must be true or false")
    return found


def kind_named(name: str) -> Kind:
    """The kind by its plural (or singular) name; raises UsageError naming the known ones."""
    for kind in KINDS.values():
        if name in (kind.plural, kind.name):
            return kind
    raise UsageError(f"kind: not known; choose one of {', '.join(KINDS)}")
