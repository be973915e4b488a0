"""`clew flows`: who was taken from where to where, in counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files, flows_compared, flows_crossed, flows_read
from clew.safeguards.errors import MissingColumn, UsageError

if TYPE_CHECKING:
    from clew.insight.flows import FlowTables
    from clew.records import Format
    from clew.records.kinds import Kind

app = typer.Typer(help="Flows: from where to where, in counts that hide small cells.", no_args_is_help=True)


@app.callback()
def _flows() -> None:
    """Flows: from where to where, in counts that hide small cells."""


@app.command()
def count(
    file: files.Input,
    out: files.Out,
    counts: Annotated[
        Path | None,
        typer.Option(
            "--counts", metavar="FILE", help="Also writes counts by year, form, sex, age, sector and transit."
        ),
    ] = None,
    effort: Annotated[
        Path | None,
        typer.Option("--effort", metavar="FILE", help="Also writes how many reported, by destination and by year."),
    ] = None,
    contributor: Annotated[
        str | None,
        typer.Option("--contributor", metavar="COLUMN", help="The column that names who recorded the case."),
    ] = None,
    map: files.Maps = None,  # noqa: A002 (the contract's name)
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Counts flows between countries from a file of cases, from UNODC's GLOTIP file, or from the FBI's counts, known by their columns.

    Columns out: origin, destination, count_low, count_high, suppressed, text, and beside them how many reported from
    the destination and for how many years (reporters, years; empty where that would tell a small count). A cell below
    five stays `<5`, an interval from 1 to 4; what would tell it, and sums of such cells, are intervals too.
    """
    from clew.insight import beside
    from clew.records import write_table

    files.check_output(out, rejects, counts, effort, inputs=[file])
    tables = _tables(
        file,
        files.given_columns(map),
        files.layout(encoding, sheet=sheet),
        contributor,
        (out, rejects),
        counts=counts is not None,
    )
    for table, path in ((tables.counts, counts), (tables.effort, effort)):
        if path is not None:
            write_table(table, path)
    write_table(beside(tables.flows, tables.effort), out)
    files.say(
        f"{tables.flows.num_rows} {'flow' if tables.flows.num_rows == 1 else 'flows'} of {tables.persons} persons; in no flow, because origin or destination is not recorded: {tables.unknown}."
    )
    files.say(tables.how)


def _tables(
    file: Path,
    columns: dict[str, str],
    form: Format,
    contributor: str | None,
    where: tuple[Path, Path | None],
    *,
    counts: bool,
) -> FlowTables:
    """With `counts`, a file that names no countries is counted all the same; no person is in a flow then."""
    from clew.insight import case_flows, glotip_flows
    from clew.insight.fbi import COLUMNS as FBI
    from clew.insight.fbi import fbi_counts
    from clew.insight.glotip import COLUMNS
    from clew.records import KINDS
    from clew.records.mapping import guess
    from clew.records.raw import read_raw
    from clew.records.read import mapped

    raw = read_raw(file, form)
    if set(COLUMNS) <= set(raw.table.column_names):
        if contributor is not None:
            raise UsageError("--contributor: this is UNODC's file; its countries are the reporters")
        tables = glotip_flows(raw.table)
        files.keep_rejects(where[0], raw.rejects + tables.rejects, where[1])
        return tables
    if set(FBI) <= set(raw.table.column_names):
        if contributor is not None:
            raise UsageError("--contributor: this is the FBI's file; its agencies are the reporters")
        tables = fbi_counts(raw.table)
        files.keep_rejects(where[0], raw.rejects + tables.rejects, where[1])
        return tables
    if contributor is not None and contributor not in raw.table.column_names:
        raise MissingColumn(contributor, present=tuple(raw.table.column_names))
    kind = _with_reporters(KINDS["cases"])
    given = {**columns, **({REPORTER: contributor} if contributor else {})}
    mapping = guess(kind, raw.table.column_names, given=given)
    for name in ("citizenship", "exploited_in"):
        if name not in mapping.columns and not counts:
            raise MissingColumn(name, present=tuple(raw.table.column_names), hint=f"--map {name}=COLUMN names it.")
    read = mapped(raw, kind, mapping)
    files.keep_rejects(where[0], read.rejects, where[1], readable=read.table.num_rows or not len(read.rejects))
    return case_flows(read.table, contributor=REPORTER if read.table[REPORTER].null_count < len(read.table) else None)


REPORTER = "contributor"


def _with_reporters(kind: Kind) -> Kind:
    """A case with who recorded it, because what a count is worth depends on who counts."""
    from dataclasses import replace

    import pyarrow as pa

    from clew.records.kinds import Field, Sensitivity

    names = ("organisation", "organization", "reporting_organisation", "data_provider")
    return replace(kind, fields=(*kind.fields, Field(REPORTER, pa.string(), False, names, Sensitivity.OPEN, "")))


flows_compared.register(app)
flows_crossed.register(app)
flows_read.register(app)
