"""`clew flows`: who was taken from where to where, in counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files, flows_compared, flows_read

if TYPE_CHECKING:
    from clew.insight.flows import FlowTables
    from clew.records import Format

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
        typer.Option("--counts", metavar="FILE", help="Also writes counts by year, form, sex and age."),
    ] = None,
    map: files.Maps = None,  # noqa: A002 (the contract's name)
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Counts flows between countries from a file of cases, or from UNODC's GLOTIP file, known by its columns.

    Columns out: origin, destination, count_low, count_high, suppressed, text. A cell below five stays `<5`, an
    interval from 1 to 4; sums of such cells are intervals too.
    """
    from clew.records import write_table

    files.check_output(out, rejects, counts, inputs=[file])
    tables = _tables(file, files.given_columns(map), files.layout(encoding, sheet=sheet), out, rejects)
    if counts is not None:
        write_table(tables.counts, counts)
    write_table(tables.flows, out)
    files.say(
        f"{tables.flows.num_rows} flows of {tables.persons} persons; {tables.unknown} are in no flow, their origin or destination is not recorded."
    )
    files.say(tables.how)


def _tables(file: Path, columns: dict[str, str], form: Format, out: Path, rejects: Path | None) -> FlowTables:
    from clew.insight import case_flows, glotip_flows
    from clew.insight.glotip import COLUMNS
    from clew.records import KINDS
    from clew.records.mapping import guess
    from clew.records.raw import read_raw
    from clew.records.read import mapped

    raw = read_raw(file, form)
    if set(COLUMNS) <= set(raw.table.column_names):
        tables = glotip_flows(raw.table)
        files.keep_rejects(out, raw.rejects + tables.rejects, rejects)
        return tables
    kind = KINDS["cases"]
    read = mapped(raw, kind, guess(kind, raw.table.column_names, given=columns))
    files.keep_rejects(out, read.rejects, rejects, readable=read.table.num_rows or not len(read.rejects))
    return case_flows(read.table)


flows_compared.register(app)
flows_read.register(app)
