"""What all file commands share: their options, how they read, how they write and what they say of rejected rows."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.safeguards.errors import UnreadableInput, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.records import Format, Kind, Mapping, Read
    from clew.records.rejects import Rejects

Inputs = Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV, TSV, JSONL, Parquet or XLSX.")]
Input = Annotated[Path, typer.Argument(metavar="FILE", help="CSV, TSV, JSONL, Parquet or XLSX.")]
Out = Annotated[
    Path, typer.Option("--out", "-o", metavar="FILE", help="Where the result goes; its format is its extension.")
]
IdColumn = Annotated[
    str | None, typer.Option("--id", metavar="COLUMN", help="The column that names the rows, or 'row' to number them.")
]
TextColumn = Annotated[str | None, typer.Option("--text", metavar="COLUMN", help="The column with the text.")]
Maps = Annotated[
    list[str] | None, typer.Option("--map", metavar="OURS=THEIRS", help="Names any other column; may be repeated.")
]
RejectsFile = Annotated[
    Path | None,
    typer.Option(
        "--rejects", metavar="FILE", help="Where rows that cannot be read go, whole (default: beside the output)."
    ),
]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Character encoding, when it is not UTF-8.")]
Headless = Annotated[
    bool, typer.Option("--no-header", help="The file has no header; its columns are called c1, c2, ...")
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="The sheet of a spreadsheet.")]


def layout(encoding: str | None = None, no_header: bool = False, sheet: str | None = None) -> Format:
    from clew.records import Format

    return Format(encoding=encoding, header=not no_header, sheet=sheet)


def say(message: str) -> None:
    """To standard error: results go to files, words to the person."""
    typer.echo(message, err=True)


def rejects_beside(out: Path) -> Path:
    """Where rejected rows go when nobody says: out.csv -> out.rejects.csv."""
    return out.with_suffix(f".rejects{out.suffix}")


def check_output(out: Path, *also: Path | None, inputs: Sequence[Path] = ()) -> None:
    """Refuses an output that cannot be written, or that is one of the inputs, before any work is done.

    Where no file is named for rejects, the one beside the output may be none of the inputs either.
    """
    taken = {path.resolve() for path in inputs}
    for path in (out, *also):
        if path is None:
            continue
        _check_place(path)
        if path.resolve() in taken:
            raise UsageError(f"{path}: the output would replace an input or another output")
        taken.add(path.resolve())
    if rejects_beside(out).resolve() in {path.resolve() for path in inputs}:
        raise UsageError(f"{rejects_beside(out)}: rejected rows would replace an input; choose another --out")


def check_rejects(rejects: Path | None, inputs: Sequence[Path]) -> None:
    """Refuses a file for rejects that cannot be written, or that is one of the inputs, before any work is done."""
    if rejects is None:
        return
    _check_place(rejects)
    if rejects.resolve() in {path.resolve() for path in inputs}:
        raise UsageError(f"--rejects: {rejects} would replace an input")


def _check_place(path: Path) -> None:
    from clew.records.write import writer_for

    writer_for(path)
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no such folder to write to")
    if path.is_dir():
        raise UsageError(f"{path}: is a folder")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f"{path}: cannot be written (the folder is read-only)")


def given_columns(maps: Sequence[str] | None, **named: str | None) -> dict[str, str]:
    """Field -> column from --id, --text and --map."""
    columns = {ours: theirs for ours, theirs in named.items() if theirs}
    for item in maps or ():
        ours, equals, theirs = item.partition("=")
        if not (ours and equals and theirs):
            raise UsageError("--map: write it as OURS=THEIRS")
        columns[ours] = theirs
    return columns


def read_records(files: Sequence[Path], kind: Kind, columns: dict[str, str], form: Format, only: Sequence[str]) -> Read:
    """The rows of one or several files as one kind; ids may not repeat between files either."""
    import pyarrow as pa

    from clew.records.mapping import guess
    from clew.records.raw import read_columns
    from clew.records.read import Read, mapped
    from clew.records.rejects import Rejects

    fields = {f.name for f in kind.fields}
    unknown = [name for name in columns if name not in fields]
    if unknown:
        raise UsageError(
            f"--map: {kind.plural} have no field {', '.join(unknown)}; they have {', '.join(sorted(fields))}"
        )
    raws = [read_columns(path, form) for path in files]
    mappings: list[Mapping] = [guess(kind, raw.table.column_names, given=columns) for raw in raws]
    reads = [mapped(raw, kind, mapping, only) for raw, mapping in zip(raws, mappings, strict=True)]
    if len(reads) == 1:
        return reads[0]
    table, repeated = _without_repeats(pa.concat_tables([read.table for read in reads]))
    rejects = sum((read.rejects for read in reads), Rejects.none()) + repeated
    return Read(table, rejects)


def _without_repeats(table: pa.Table) -> tuple[pa.Table, Rejects]:
    import numpy as np
    import pyarrow as pa

    from clew.records.raw import rejects_of

    codes = table["id"].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    repeated = np.ones(len(codes), dtype=bool)
    repeated[np.unique(codes, return_index=True)[1]] = False
    rows = np.flatnonzero(repeated)
    rejects = rejects_of(table.take(rows), rows + 1, "id", "id given before in another file", "id")
    return table.filter(pa.array(~repeated)), rejects


def finish(out: Path, table: pa.Table, rejects: Rejects, rejects_path: Path | None) -> None:
    """Writes the result, and the rejects beside it where there are any; says what was rejected, by field and rule."""
    from clew.records import write_table

    keep_rejects(out, rejects, rejects_path)
    write_table(table, out)


def keep_rejects(out: Path, rejects: Rejects, rejects_path: Path | None, *, readable: int = 1) -> None:
    """Writes rejected rows whole and counts them on standard error; raises UnreadableInput when no row is left."""
    from clew.records import write_table

    path = rejects_path or rejects_beside(out)
    if not len(rejects):
        return
    write_table(rejects.table, path)
    say(f"{len(rejects)} {'row' if len(rejects) == 1 else 'rows'} could not be read; kept whole in {path}")
    for (field, rule), count in list(rejects.by_rule().items())[:20]:
        ids = [
            row["id"] or f"row {row['row']}"
            for row in rejects.table.slice(0, 2000).to_pylist()
            if (row["field"], row["rule"]) == (field, rule)
        ]
        say(f"  {count} x {field}: {rule} ({', '.join(ids[:3])}{', ...' if count > 3 else ''})")
    if not readable:
        raise UnreadableInput("no row could be read; nothing was written but the rejects")


@contextmanager
def working(what: str) -> Iterator[None]:
    """A spinner on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def write_json(value: object, path: Path) -> None:
    """Writes the whole file or none of it."""
    import json

    from clew.records.write import whole_file

    with whole_file(path) as part:
        part.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
