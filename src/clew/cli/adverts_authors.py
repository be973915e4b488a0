"""`clew adverts authors`: which adverts one hand may have written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clew.cli import files

Explain = Annotated[
    Path | None,
    typer.Option("--explain", metavar="FILE", help="Where the habits that an author's texts share go, in words."),
]
Precision = Annotated[
    float, typer.Option("--precision", help="Share of joined pairs that shall be expected to be of one hand.")
]


def authors(
    file: files.Inputs,
    out: files.Out,
    id: files.IdColumn = None,
    text: files.TextColumn = None,
    map: files.Maps = None,  # noqa: A002
    rejects: files.RejectsFile = None,
    explain: Explain = None,
    precision: Precision = 0.995,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Proposes which adverts one hand wrote, by habits and not by subject. Columns out: id, author, confidence, basis, template.

    Copies of one template count once and are no evidence; a text too short to tell has an author of its own. An author is
    a question for a person, never proof: an agency writes for many, templates are copied, translators leave their own marks.
    """
    from clew.links.authors import AuthorOptions
    from clew.links.authors import authors as find
    from clew.records import KINDS, write_table

    files.check_output(out, rejects, explain, inputs=file)
    options = AuthorOptions(precision=precision)
    columns = files.given_columns(map, id=id, text=text)
    read = files.read_records(
        file, KINDS["adverts"], columns, files.layout(encoding, no_header, sheet), ("id", "text", "phone")
    )
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows or not len(read.rejects))
    with files.working("Comparing hands"):
        found = find(read.table, options=options)
    write_table(found.authors, out)
    if explain is not None:
        write_table(found.habits, explain)
