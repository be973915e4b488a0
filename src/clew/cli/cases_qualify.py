"""`clew cases qualify` and `clew cases quality`: what the record supports, and how good a record it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.standards.instruments import Jurisdiction

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.leads.qualify import Qualified

JurisdictionOption = Annotated[
    Jurisdiction,
    typer.Option("--jurisdiction", help="int: worldwide; coe: also the Council of Europe's; eu: also the EU's."),
]


def register(app: typer.Typer) -> None:
    """Adds the two verbs to the noun `cases`."""
    app.command()(qualify)


def qualify(
    file: files.Input,
    out: files.Out,
    jurisdiction: JurisdictionOption = Jurisdiction.INT,
    id: files.IdColumn = None,
    map: files.Maps = None,  # noqa: A002
    indicators: Annotated[
        Path | None,
        typer.Option(
            "--indicators",
            metavar="FILE",
            help="Also writes the Delphi dimensions of cases with indicator columns (delphi_1_01, ...).",
        ),
    ] = None,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Says which elements of trafficking (act, means, purpose) each case's recorded fields support. A review aid.

    Columns out: id, act, means, purpose, child (yes, no, unknown, not_asked), qualified (supported, partly,
    not_supported, too_little_recorded), evidence, missing, question, readings, instruments. It is about the record: a
    person decides what it means.
    """
    from clew.cli.case_tables import ID, read_case_table
    from clew.leads.qualify import qualify as read_cases

    files.check_output(out, indicators, rejects, inputs=[file])
    read = read_case_table(file, files.layout(encoding, sheet=sheet), files.given_columns(map), id)
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows or not len(read.rejects))
    result = read_cases(read.table, id=ID, jurisdiction=jurisdiction)
    if indicators is not None:
        _assess(indicators, read.table, result)
    _finish(out, result)


def _assess(out: Path, cases: pa.Table, result: Qualified) -> None:
    from clew.cli.case_tables import ID
    from clew.leads.qualification_indicators import assess, indicator_columns
    from clew.records import write_table

    write_table(assess(cases, result.table["child"], id=ID), out)
    found = len(indicator_columns(cases))
    if not found:
        files.say("indicators: not assessed; the file has no indicator columns (delphi_1_01 to delphi_6_07)")
    else:
        files.say(f"indicators: {found} columns read; transcribed weights, check them against the original")


def _finish(out: Path, result: Qualified) -> None:
    from clew.records import write_table

    write_table(result.table, out)
    for one in result.unread:
        files.say(f"{one.field}: {one.rows} x {one.rule}; left open in those cases")
    for name in result.without_columns:
        files.say(f"{name}: no column of this file speaks of it; it was not asked")
    counted = ", ".join(f"{count} {standing}" for standing, count in sorted(result.counts().items()))
    files.say(
        f"{result.table.num_rows} cases: {counted}. This is about what is recorded; a person decides what it means."
    )
