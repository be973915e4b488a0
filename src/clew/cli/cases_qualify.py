"""`clew cases qualify` and `clew cases quality`: what the record supports, and how good a record it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError
from clew.standards.instruments import Jurisdiction

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.insight.quality import QualityReport
    from clew.leads.qualify import Qualified
    from clew.records import Format

JurisdictionOption = Annotated[
    Jurisdiction,
    typer.Option("--jurisdiction", help="int: worldwide; coe: also the Council of Europe's; eu: also the EU's."),
]


def register(app: typer.Typer) -> None:
    """Adds the two verbs to the noun `cases`."""
    app.command()(qualify)
    app.command()(quality)


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

    files.check_output(out, indicators, rejects or files.rejects_beside(out), inputs=[file])
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


def quality(
    file: files.Inputs,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="Where the report goes (.json).")],
    table: Annotated[
        Path | None,
        typer.Option("--table", metavar="FILE", help="Also writes the measures as a table, one row a measure."),
    ] = None,
    faults: Annotated[
        Path | None,
        typer.Option(
            "--faults", metavar="FILE", help="Also writes which case breaks which rule. It names cases: keep it."
        ),
    ] = None,
    contributor: Annotated[
        str | None,
        typer.Option(
            "--contributor",
            metavar="COLUMN",
            help="The column that names who recorded the case (default: the file's name).",
        ),
    ] = None,
    id: files.IdColumn = None,
    map: files.Maps = None,  # noqa: A002
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="The day of the report (default: today).")
    ] = None,
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Reports how good case files are, by field and by contributor: valid, accurate, complete, timely, consistent, impartial.

    Counts under five are hidden. Each measure is defined in the report, and what could not be measured is named.
    """
    from clew.cli.case_tables import ID
    from clew.insight.quality import quality as measured
    from clew.records import write_table

    _check_report(out, file)
    beside = [
        path for path in (rejects or files.rejects_beside(out.with_suffix(".csv")), table, faults) if path is not None
    ]
    files.check_output(*beside, inputs=[*file, out])
    cases, column = _contributed(
        file, files.layout(encoding, sheet=sheet), files.given_columns(map), id, contributor, (out, rejects)
    )
    report = measured(cases, today=_day(as_of), id=ID, contributor=column)
    files.write_json(report.as_dict(), out)
    if table is not None:
        write_table(report.measures, table)
    if faults is not None:
        write_table(report.faults, faults)
    _say_quality(report)


def _check_report(out: Path, inputs: list[Path]) -> None:
    if out.suffix.lower() != ".json":
        raise UsageError(f"{out.name}: the report is JSON; name it .json")
    if not out.parent.is_dir():
        raise UsageError(f"{out}: there is no such folder to write to")
    if out.resolve() in {path.resolve() for path in inputs}:
        raise UsageError(f"{out}: the output would replace an input")


def _contributed(
    paths: list[Path],
    form: Format,
    given: dict[str, str],
    id: str | None,
    contributor: str | None,
    where: tuple[Path, Path | None],
) -> tuple[pa.Table, str]:
    """The rows of all files with who recorded them. Files of different layouts are refused: they have other fields."""
    import pyarrow as pa

    from clew.cli.case_tables import CONTRIBUTOR, ID, read_case_table
    from clew.records.rejects import Rejects
    from clew.safeguards.errors import MissingColumn

    if len({path.resolve() for path in paths}) < len(paths):
        raise UsageError("the same file is named twice")
    reads = [read_case_table(path, form, given, id) for path in paths]
    layouts = {path.name: read.layout or "its own" for path, read in zip(paths, reads, strict=True)}
    if len(set(layouts.values())) > 1:
        said = ", ".join(f"{name} is {layout}" for name, layout in layouts.items())
        raise UsageError(f"the files have different layouts ({said}): bring them into one with `clew cases convert`")
    tables = []
    for called, read in zip(_contributors(paths), reads, strict=True):
        names = read.table.column_names
        if contributor is not None and contributor not in names:
            raise MissingColumn(contributor, present=tuple(name for name in names if name != ID))
        who = read.table[contributor] if contributor else pa.array([called] * read.table.num_rows, pa.string())
        plain = read.table.drop_columns([contributor]) if contributor else read.table
        text = pa.table({name: plain[name].cast(pa.string()) for name in plain.column_names})
        tables.append(text.append_column(CONTRIBUTOR, who))
    rejects = sum((read.rejects for read in reads), Rejects.none())
    files.keep_rejects(
        where[0].with_suffix(".csv"),
        rejects,
        where[1],
        readable=sum(one.num_rows for one in tables) or not len(rejects),
    )
    return pa.concat_tables(tables, promote_options="default"), CONTRIBUTOR


def _contributors(paths: list[Path]) -> list[str]:
    """What each file's contributor is called: its name; where files are named alike, with their folders or a number."""
    for names in ([path.stem for path in paths], [f"{path.resolve().parent.name}/{path.stem}" for path in paths]):
        if len(set(names)) == len(names):
            return names
    return [f"{number}-{path.stem}" for number, path in enumerate(paths, 1)]


def _day(as_of: str | None) -> date:
    if as_of is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(as_of)
    except ValueError as error:
        raise UsageError("--as-of: not a date (as in 2025-05-31)") from error


def _say_quality(report: QualityReport) -> None:
    files.say(
        f"{report.as_dict()['rows']} cases of {len(report.contributors)} contributors, {report.measures.num_rows} measures"
    )
    for line in report.not_measured:
        files.say(f"Not measured: {line}")
