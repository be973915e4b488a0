"""`clew adverts`: what adverts say, and which of them belong together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import adverts_evaluate, files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

app = typer.Typer(help="Adverts: what they say, and which of them belong together.", no_args_is_help=True)

Region = Annotated[
    str | None, typer.Option("--region", help="ISO country (as in GB) whose numbers are written without a prefix.")
]
Engine = Annotated[str, typer.Option("--engine", help="local (this machine) or spark.")]


app.command("evaluate")(adverts_evaluate.evaluate)


@app.command()
def scan(
    file: files.Inputs,
    out: files.Out,
    id: files.IdColumn = None,
    text: files.TextColumn = None,
    map: files.Maps = None,  # noqa: A002
    rejects: files.RejectsFile = None,
    region: Region = None,
    engine: Engine = "local",
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Finds phones, e-mails, links, handles, prices, places and languages in adverts.

    Columns out: id, kind, value, start, end, confidence, detector. A text that a detector could not read has a
    row of kind `failed`: that is not the same as nothing found.
    """
    from clew.records import KINDS, write_table

    files.check_output(out, rejects, inputs=file)
    scanned = _scanner(engine)
    columns = files.given_columns(map, id=id, text=text)
    read = files.read_records(file, KINDS["adverts"], columns, files.layout(encoding, no_header, sheet), ("id", "text"))
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows)
    with files.working("Reading adverts"):
        found = scanned(read.table, region=region)
    write_table(found, out)
    failed = sum(kind == "failed" for kind in found["kind"].to_pylist())
    if failed:
        files.say(f"{failed} texts could not be read by a detector; they are marked failed in {out}")


def _scanner(engine: str) -> Callable[..., pa.Table]:
    """What reads the texts; an engine that is not known is refused before any work is done."""
    if engine == "spark":
        from clew.signals.spark import scan_table_on_spark

        return scan_table_on_spark
    if engine != "local":
        raise UsageError("--engine: choose local or spark")
    from clew.signals.frame import scan_table

    return scan_table


@app.command()
def cluster(
    file: files.Inputs,
    out: files.Out,
    id: files.IdColumn = None,
    text: files.TextColumn = None,
    map: files.Maps = None,  # noqa: A002
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Groups adverts whose texts are nearly the same. Columns out: id, cluster.

    The same text with other names, numbers and a few other words is one cluster; an advert like no other has a
    cluster of its own. That two adverts share a text says nothing of who wrote them.
    """
    from clew.links import cluster as near_duplicates
    from clew.records import KINDS, write_table

    files.check_output(out, rejects, inputs=file)
    columns = files.given_columns(map, id=id, text=text)
    read = files.read_records(file, KINDS["adverts"], columns, files.layout(encoding, no_header, sheet), ("id", "text"))
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows or not len(read.rejects))
    with files.working("Comparing adverts"):
        clusters = near_duplicates(read.table)
    write_table(clusters, out)
