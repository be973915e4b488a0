"""What the commands on persons share: their options, how persons are read from several files, how reports are written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.records.rejects import Rejects

PersonMaps = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="FIELD=COLUMN", help="Names a column that the file calls otherwise; may be repeated."
    ),
]


def people_of(
    paths: list[Path],
    columns: dict[str, str],
    no_header: bool,
    encoding: str | None,
    sheet: str | None,
    enough: str | None = None,
) -> tuple[pa.Table, Rejects]:
    """The persons of all files; rows without an id of their own are refused, and ids that two files use are prefixed.

    `enough` names a field that is enough by itself.
    """
    from clew.links.persons.fields import read_persons
    from clew.records.raw import read_raw
    from clew.records.rejects import Rejects

    tables, refused = [], Rejects.none()
    for path in paths:
        raw = read_raw(path, files.layout(encoding, no_header, sheet))
        table, broken = read_persons(raw, columns, enough=enough)
        tables.append(table)
        refused += raw.rejects + broken
    return in_one(tables, paths), refused


def in_one(tables: list[pa.Table], paths: list[Path]) -> pa.Table:
    """All rows in one table; where two files use one id, all ids get the name of their file in front."""
    import pyarrow as pa

    if len(tables) > 1 and len(set().union(*(t["id"].to_pylist() for t in tables))) < sum(t.num_rows for t in tables):
        names = _file_names(paths)
        files.say(f"ids repeat between the files: they are written as FILE:ID ({', '.join(names)})")
        tables = [
            t.set_column(
                t.column_names.index("id"),
                "id",
                pa.array([f"{name}:{each}" for each in t["id"].to_pylist()], pa.string()),
            )
            for t, name in zip(tables, names, strict=True)
        ]
    return pa.concat_tables(tables, promote_options="default")


def _file_names(paths: list[Path]) -> list[str]:
    stems = [path.name.split(".")[0] for path in paths]
    return stems if len(set(stems)) == len(stems) else [f"{number}-{stem}" for number, stem in enumerate(stems, 1)]


def check_json(path: Path | None) -> None:
    if path is not None and (path.suffix.lower() != ".json" or not path.parent.is_dir()):
        raise UsageError(f"{path}: a report is a .json file in a folder that exists")
