"""`clew adverts cluster`: which adverts are one text, edited, and the template behind it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.links import Templates

TemplatesFile = Annotated[
    Path | None,
    typer.Option(
        "--templates",
        metavar="FILE",
        help="Where the templates go, one row each; what adverts say in the slots goes beside it, as NAME.slots.EXT (t.csv: t.slots.csv).",
    ),
]
Index = Annotated[
    Path | None,
    typer.Option("--index", metavar="FOLDER", help="A set of clusters that these adverts join; made when not there."),
]
LARGE = 50_000_000
"""Bytes of files beside whose reading there is time for something else."""
Engine = Annotated[str, typer.Option("--engine", help="local (this machine) or spark.")]


def cluster(
    file: files.Inputs,
    out: files.Out,
    templates: TemplatesFile = None,
    index: Index = None,
    engine: Engine = "local",
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
    cluster of its own. That two adverts share a text says nothing of who wrote them. With --templates, an advert that its
    cluster's template does not describe is let go into a cluster of its own. With --index, numbers stay what they were; two
    clusters that prove to be one are told beside the output (out.merges.csv).
    """
    from clew.records import KINDS, write_table

    slots, merges = _beside(templates, "slots"), _beside(out if index else None, "merges")
    files.check_output(out, rejects, templates, slots, merges, inputs=file)
    if engine not in {"local", "spark"}:
        raise UsageError("--engine: choose local or spark")
    if index and (templates or engine == "spark"):
        raise UsageError("--index: cannot be used with --templates or --engine spark")
    columns = files.given_columns(map, id=id, text=text)
    form = files.layout(encoding, no_header, sheet)
    with _loading(file, with_templates=templates is not None):
        read = files.read_records(file, KINDS["adverts"], columns, form, ("id", "text"))
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows or not len(read.rejects))
    held = [read.table]
    del read
    if index and merges:
        _join(held.pop(), index, out, merges)
        return
    with files.working("Comparing adverts"):
        clusters, found = _clusters(held, engine, with_templates=templates is not None)
    if templates and slots and found:
        write_table(found.templates, templates)
        write_table(found.slots, slots)
    write_table(clusters, out)


@contextmanager
def _loading(file: list[Path], *, with_templates: bool) -> Iterator[None]:
    """Loads what compares texts while a large file is read."""
    if sum(path.stat().st_size for path in file if path.is_file()) < LARGE:
        yield
        return
    from clew.links import warm

    with ThreadPoolExecutor(1) as beside:
        loaded = [beside.submit(warm.of_clusters)] + ([beside.submit(warm.of_templates)] if with_templates else [])
        yield
    for each in loaded:
        each.result()


def _clusters(held: list[pa.Table], engine: str, *, with_templates: bool) -> tuple[pa.Table, Templates | None]:
    """Of the table in this list of one, which is emptied: where nothing more is asked for, texts go as they are read."""
    if engine == "spark":
        from clew.links.spark import cluster_table_on_spark, templates_on_spark

        if not with_templates:
            return cluster_table_on_spark(held.pop()), None
        found = templates_on_spark(held.pop())
        return found.clusters, found
    if not with_templates:
        from clew.links.near_texts import cluster_held

        return cluster_held(held), None
    from clew.links import templates

    found = templates(held.pop())
    return found.clusters, found


def _join(table: pa.Table, index: Path, out: Path, merges: Path) -> None:
    from clew.links.increments import join
    from clew.records import write_table

    with files.working("Joining the set"):
        joined = join(index, table)
    write_table(joined.clusters, out)
    merges.unlink(missing_ok=True)
    if joined.merges.num_rows:
        write_table(joined.merges, merges)
    said = [f"{table.num_rows - joined.known} adverts added to {index}, {joined.total} in all"]
    if joined.known:
        said.append(f"{joined.known} were there already")
    if joined.merges.num_rows:
        said.append(f"{joined.merges.num_rows} clusters proved to be part of others: see {merges}")
    files.say("; ".join(said))


def _beside(path: Path | None, what: str) -> Path | None:
    return path.with_suffix(f".{what}{path.suffix}") if path else None
