"""`clew media`: hashes of pictures, and which of them look alike. The pictures themselves are not kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import MissingColumn, UnreadableInput, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.signals.base import Failed

app = typer.Typer(help="Pictures: their hashes, and which look alike.", no_args_is_help=True)

Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Picture files, or folders of them.")]
Hashes = Annotated[Path, typer.Argument(metavar="HASHES", help="What `clew media hash` wrote.")]
Bank = Annotated[Path, typer.Argument(metavar="BANK", help="Hashes to look among: the same columns, or id and pdq.")]
Distance = Annotated[int, typer.Option("--distance", min=0, max=128, help="Most bits that may differ.")]
Dihedral = Annotated[
    bool, typer.Option("--dihedral", help="Also hash each picture turned and mirrored: kinds pdq-rot90, pdq-fliph, ...")
]


@app.command("hash")
def hash_pictures(paths: Paths, out: files.Out, rejects: files.RejectsFile = None, dihedral: Dihedral = False) -> None:
    """Writes the PDQ hash of every picture. Columns out: path, kind, hash, quality.

    A file that cannot be read as a picture goes to the rejects with the rule it broke. Exit 1 when none could be read.
    """
    import pyarrow as pa

    from clew.records import write_table
    from clew.records.rejects import REJECTS, Rejects
    from clew.signals.base import Failed

    files.check_output(out, rejects)
    rows: list[tuple[str, str, str, int]] = []
    bad: list[dict[str, object]] = []
    with files.working("Hashing pictures"):
        for number, path in enumerate(_files(paths), 1):
            found = _hashes(path, dihedral)
            if isinstance(found, Failed):
                raw = json.dumps({"path": str(path)}, ensure_ascii=False)
                bad.append({"row": number, "id": str(path), "field": "path", "rule": found.reason, "raw": raw})
            else:
                rows += [(str(path), kind, hashed, quality) for kind, hashed, quality in found]
    files.keep_rejects(out, Rejects(pa.Table.from_pylist(bad, schema=REJECTS)), rejects, readable=len(rows))
    if not rows:
        raise UnreadableInput("no picture was found; nothing was written")
    types = (pa.string(), pa.string(), pa.string(), pa.int64())
    columns = [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), types, strict=True)]
    write_table(pa.table(columns, names=["path", "kind", "hash", "quality"]), out)


@app.command("match")
def match_pictures(hashes: Hashes, bank: Bank, out: files.Out, distance: Distance = 31) -> None:
    """Writes which pictures look like one of the bank. Columns out: query, bank_id, distance, orientation.

    Orientation tells how the query was turned to match ("0": not at all); it needs hashes made with --dihedral.
    Hashes of quality under 50 are never matched. That two pictures look alike says nothing of who took them.
    """
    import pyarrow as pa

    from clew.records import write_table
    from clew.signals.picture import hamming_matches

    files.check_output(out, inputs=(hashes, bank))
    queries, known = _read_hashes(hashes), _read_hashes(bank)
    known = known.filter(pa.compute.equal(known["orientation"], "0"))
    try:
        pairs = hamming_matches(queries["hash"], known["hash"], distance)
    except ValueError as error:
        raise UnreadableInput(str(error)) from None
    found = queries.take(pairs["query"])
    table = pa.table(
        {
            "query": found["id"],
            "bank_id": known["id"].take(pairs["bank"]),
            "distance": pairs["distance"],
            "orientation": found["orientation"],
        }
    )
    write_table(table.sort_by([("query", "ascending"), ("distance", "ascending"), ("bank_id", "ascending")]), out)


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(inside for inside in path.rglob("*") if inside.is_file())
        elif path.exists():
            yield path
        else:
            raise UsageError(f"{path}: there is no such file")


def _hashes(path: Path, dihedral: bool) -> list[tuple[str, str, int]] | Failed:
    """Kind, hash and quality of one file; or `Failed`."""
    import numpy as np

    from clew.signals import picture

    pixels = picture.decode(path)
    if not isinstance(pixels, np.ndarray):
        return pixels
    if not dihedral:
        one = picture.pdq_pixels(pixels)
        return [("pdq", one.hash, one.quality)]
    turned = zip(picture.ORIENTATIONS, picture.dihedral(pixels), strict=True)
    return [("pdq" if name == "0" else f"pdq-{name}", one.hash, one.quality) for name, one in turned]


def _read_hashes(path: Path) -> pa.Table:
    """id, hash, orientation of the hashes that may be matched, from the columns of `hash` or those of image records."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from clew.records.read import read_table
    from clew.signals.picture import MATCH_QUALITY

    table = read_table(path).table
    names, values = _first(table, "path", "id", "image_id"), _first(table, "hash", "pdq")
    kind = table["kind"] if "kind" in table.column_names else pa.array(["pdq"] * len(table))
    turned = pc.replace_substring_regex(kind, "^pdq-?", "")
    read = pa.table({"id": names, "hash": values, "orientation": pc.if_else(pc.equal(turned, ""), "0", turned)})
    good = pc.starts_with(kind, "pdq")
    if "quality" in table.column_names:
        good = pc.and_(good, pc.greater_equal(table["quality"].cast(pa.float64()), MATCH_QUALITY))
    return read.filter(good)


def _first(table: pa.Table, *names: str) -> pa.ChunkedArray:
    for name in names:
        if name in table.column_names:
            return table[name].cast("string")
    raise MissingColumn(names[0], present=tuple(table.column_names))
