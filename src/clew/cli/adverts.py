"""`clew adverts`: what adverts say, and which of them belong together."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import adverts_authors, adverts_cluster, adverts_evaluate, adverts_expand, files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.records.kinds import Kind

app = typer.Typer(help="Adverts: what they say, and which of them belong together.", no_args_is_help=True)

Region = Annotated[
    str | None, typer.Option("--region", help="ISO country (as in GB) whose numbers are written without a prefix.")
]
Names = Annotated[
    bool,
    typer.Option("--names", help="Read working names too, as pseudonyms under a key that ends with this run."),
]
NamesKey = Annotated[
    Path | None,
    typer.Option(
        "--names-key", help="A file with the key (32 bytes or more), so that pseudonyms of several runs agree."
    ),
]
Engine = Annotated[str, typer.Option("--engine", help="local (this machine) or spark.")]


app.command("cluster")(adverts_cluster.cluster)
app.command("evaluate")(adverts_evaluate.evaluate)
app.command("authors")(adverts_authors.authors)
app.command("expand")(adverts_expand.expand)


@app.command()
def scan(
    file: files.Inputs,
    out: files.Out,
    id: files.IdColumn = None,
    text: files.TextColumn = None,
    map: files.Maps = None,  # noqa: A002
    rejects: files.RejectsFile = None,
    region: Region = None,
    names: Names = False,
    names_key: NamesKey = None,
    engine: Engine = "local",
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Finds what adverts say: contacts, prices, places, dates, ages, hours, languages, offers of work, published signs.

    A date such as "until Friday" is worked out from the day of posting (posted, where the file has it: 2024-05-31).
    Columns out: id, kind, value, start, end, confidence, detector. A text that a detector could not read has a
    row of kind `failed`: that is not the same as nothing found.
    """
    from clew.records import write_table

    files.check_output(out, rejects, inputs=file)
    scanned = _scanner(engine)
    key = _name_key(names_key) if names or names_key else None
    columns = files.given_columns(map, id=id, text=text)
    layout = files.layout(encoding, no_header, sheet)
    read = files.read_records(file, _any_posted(), columns, layout, ("id", "text", "posted"))
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows)
    if not read.table.num_rows:
        files.say("0 adverts read: there are no rows")
    with files.working("Reading adverts"):
        found = scanned(_with_days(read.table), region=region, name_key=key)
    write_table(found, out)
    failed = sum(kind == "failed" for kind in found["kind"].to_pylist())
    if failed:
        files.say(f"{failed} texts could not be read by a detector; they are marked failed in {out}")


def _any_posted() -> Kind:
    """The kind of adverts, with any writing for the day of posting: an advert is read also where its day cannot be."""
    import pyarrow as pa

    from clew.records import KINDS

    adverts = KINDS["adverts"]
    return replace(
        adverts, fields=tuple(replace(f, type=pa.string()) if f.name == "posted" else f for f in adverts.fields)
    )


def _with_days(table: pa.Table) -> pa.Table:
    """The table with `posted` as days; says how many could not be read."""
    from clew.signals.date.anchor import days

    posted = table["posted"]
    known = days(posted)
    if unread := known.null_count - posted.null_count:
        files.say(f"{unread} days of posting are not written as in 2024-05-31: dates in these texts stay as said")
    return table.set_column(table.column_names.index("posted"), "posted", known)


def _name_key(file: Path | None) -> bytes:
    """The key of pseudonyms: the file's, or one that nobody keeps."""
    if file is None:
        return secrets.token_bytes(32)
    key = file.read_bytes().strip() if file.is_file() else b""
    if len(key) < 32:
        raise UsageError("--names-key: a file that holds at least 32 bytes is needed")
    return key


def _scanner(engine: str) -> Callable[..., pa.Table]:
    """What reads the texts; an engine that is not known is refused before any work is done."""
    if engine == "spark":
        from clew.signals.spark import scan_table_on_spark

        return scan_table_on_spark
    if engine != "local":
        raise UsageError("--engine: choose local or spark")
    from clew.signals.frame import scan_table

    return scan_table
