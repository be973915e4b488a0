"""`clew cases`: what case files are worth under the standard, and what they become in another one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.records.rejects import Rejects

app = typer.Typer(help="Cases: checked against the standard, and carried into others.", no_args_is_help=True)

CaseFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="XLSX (also the official templates), CSV, TSV, JSON, JSONL or Parquet.")
]
CaseMaps = Annotated[
    list[str] | None,
    typer.Option(
        "--map", metavar="FIELD=COLUMN", help="Names a column that the file calls otherwise; may be repeated."
    ),
]
DateOrder = Annotated[
    str | None,
    typer.Option("--date-order", metavar="dmy|mdy", help="How the file writes dates, where it is not year-month-day."),
]


@app.command()
def validate(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="XLSX (also the official templates), CSV, TSV, JSON, JSONL or Parquet."),
    ],
    standard: Annotated[str, typer.Option("--standard", help="The standard: htcds.")] = "htcds",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Also writes the report here (.json).")
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="FILE",
            help="Where rejected rows go, whole (default: beside --out). They can be mended and given again. Of several files each has its own, by its name.",
        ),
    ] = None,
    id: files.IdColumn = None,
    map: CaseMaps = None,  # noqa: A002
    date_order: DateOrder = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Checks cases against HTCDS 2.0. A JSON report on standard output: rows, rejected, by field and rule.

    Every problem names row, id, field and rule, and the code it is near; never the value. Of several files the report
    is of all together and of each (`files`), and says which ids and named persons stand in more than one. A rejects file
    of an earlier run is read as the rows it holds. Exit 0 when the files could be checked, also when rows were rejected.
    """
    from datetime import UTC, datetime

    from clew.records.htcds import read_htcds
    from clew.records.htcds_files import together
    from clew.records.htcds_validation import validate as check

    if standard != "htcds":
        raise UsageError("--standard: htcds is the only one")
    _check_order(date_order)
    if len({path.resolve() for path in paths}) < len(paths):
        raise UsageError("the same file is named twice")
    beside = rejects or (out.with_suffix(".rejects.csv") if out else None)
    _check_json(out, inputs=tuple(paths))
    kept = _rejects_of(beside, paths)
    for path in kept:
        if path is not None:
            files.check_output(path, inputs=(*paths, *([out] if out else [])))
    form, today = files.layout(encoding, sheet=sheet), datetime.now(UTC).date()
    named, own = files.given_columns(map), None if id == "row" else id
    arrivals = [read_htcds(path, form, given=named, id_column=own) for path in paths]
    checked = [check(arrival, date_order=date_order, today=today) for arrival in arrivals]
    for one, path in zip(checked, kept, strict=True):
        _keep(one.rejects, path)
    report = checked[0].report if len(paths) == 1 else together(_names(paths), arrivals, checked)
    if out is not None:
        files.write_json(report, out)
    typer.echo(json.dumps(report, ensure_ascii=False, indent=1))
    _say_report(report)


def _names(paths: list[Path]) -> list[str]:
    """What the report calls each file: its name, or its path where two are named alike."""
    names = [path.name for path in paths]
    return [path.name if names.count(path.name) == 1 else str(path) for path in paths]


def _rejects_of(base: Path | None, paths: list[Path]) -> list[Path | None]:
    """Where each file's rejected rows go: one place for one file, else one a file beside each other."""
    if base is None or len(paths) == 1:
        return [base] * len(paths)
    stems = [path.stem for path in paths]
    marks = [stem if stems.count(stem) == 1 else f"{stem}-{place + 1}" for place, stem in enumerate(stems)]
    return [base.with_name(f"{base.stem}.{mark}{base.suffix}") for mark in marks]


@app.command()
def schema(
    plain: Annotated[bool, typer.Option("--plain", help="Without clew's extensions.")] = False,
) -> None:
    """Prints the JSON Schema (draft 2020-12) of HTCDS 2.0 that is made from the standard's own fields."""
    from clew.standards.htcds_schema import json_schema

    typer.echo(json.dumps(json_schema(with_extensions=not plain), ensure_ascii=False, indent=1))


@app.command()
def convert(
    file: CaseFile,
    to: Annotated[str, typer.Option("--to", metavar="LAYOUT", help="htcds, ctdc, niem, nrm or ic-tip.")],
    out: files.Out,
    layout: Annotated[
        str | None,
        typer.Option(
            "--layout", help="Which CTDC layout: ctdc-2024 (default), ctdc-2026, ctdc-2021, ctdc-k or ctdc-vp."
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", metavar="LAYOUT", help="The file's layout (default: known by its columns).")
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="HTCDS without clew's extensions.")] = False,
    codes: Annotated[
        Path | None,
        typer.Option("--codes", metavar="FILE", help="IC-TIP: your code list, with the columns variable, value, code."),
    ] = None,
    rejects: files.RejectsFile = None,
    id: files.IdColumn = None,
    map: CaseMaps = None,  # noqa: A002
    date_order: DateOrder = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Carries cases from one layout into another by way of HTCDS 2.0.

    What the target cannot hold is named in OUT with the ending .loss.json, by field, with how many rows and why.
    Names and whatever else finds a person never go into a CTDC layout. With --to niem, OUT may also be .xml.
    """
    from datetime import UTC, datetime

    from clew.records.conversion import Ask
    from clew.records.conversion import convert as carry

    _check_order(date_order)
    target = _target(to, layout)
    report = out.with_name(f"{out.name}.loss.json")
    _check_outputs(out, report, rejects, [file, *([codes] if codes else [])], target)
    ask = Ask(
        target=target,
        source=source,
        plain=plain,
        given=files.given_columns(map) or None,
        id_column=None if id == "row" else id,
        date_order=date_order,
        codes=_codes(codes, target),
    )
    with files.working("Converting cases"):
        made = carry(file, ask, files.layout(encoding, sheet=sheet), today=datetime.now(UTC).date())
    if out.suffix.lower() == ".xml":
        beside = rejects or out.with_suffix(".rejects.csv")
    else:
        beside = rejects or out.with_suffix(f".rejects{out.suffix}")
    files.keep_rejects(out, made.rejects, beside, readable=made.report["converted"])
    _write_table(made.table, out)
    if report is not None:
        files.write_json(made.report, report)
    _say_losses(made.report, report)


def _target(to: str, layout: str | None) -> str:
    from clew.standards.crosswalks import CTDC, NAMES

    if to == "ctdc":
        if layout is not None and layout not in CTDC:
            raise UsageError(f"--layout: not known; choose one of {', '.join(CTDC)}")
        return layout or "ctdc-2024"
    if layout not in (None, to):
        raise UsageError("--layout: only for --to ctdc")
    if to != "htcds" and to not in NAMES:
        raise UsageError(f"--to: not known; choose one of htcds, ctdc, {', '.join(NAMES)}")
    return to


def _check_outputs(out: Path, report: Path, rejects: Path | None, inputs: Sequence[Path], target: str) -> None:
    if out.suffix.lower() == ".xml":
        if target != "niem":
            raise UsageError(f"{out.name}: only niem is written as XML")
        _check_json(report, inputs=tuple(inputs))
        if out.resolve() in {path.resolve() for path in inputs}:
            raise UsageError(f"{out}: the output would replace an input")
        files.check_output(rejects or out.with_suffix(".rejects.csv"), inputs=(*inputs, out, report))
        return
    files.check_output(out, rejects, inputs=(*inputs, report))


def _codes(path: Path | None, target: str) -> dict[tuple[str, str], str] | None:
    from clew.records.conversion_units import load_codes
    from clew.standards.crosswalks import crosswalk

    if path is None:
        return None
    if target != "ic-tip":
        raise UsageError("--codes: only for --to ic-tip")
    return load_codes(path, crosswalk(target))


def _write_table(table: pa.Table, out: Path) -> None:
    from clew.records import write_table
    from clew.records.conversion_xml import write_xml

    (write_xml if out.suffix.lower() == ".xml" else write_table)(table, out)


def _say_losses(report: Mapping[str, Any], path: Path) -> None:
    lost = report["losses"]
    files.say(f"{report['converted']} of {report['rows']} cases converted from {report['from']} to {report['to']}")
    for entry in lost[:10]:
        files.say(f"  {entry['rows']} x {entry['field']}: {entry['why']}")
    files.say(
        f"{len(lost)} {'loss' if len(lost) == 1 else 'losses'} in {path}"
        if lost
        else f"Nothing was lost; {path} says so"
    )


def _check_order(date_order: str | None) -> None:
    if date_order not in (None, "dmy", "mdy"):
        raise UsageError("--date-order: dmy or mdy")


def _check_json(out: Path | None, *, inputs: tuple[Path, ...]) -> None:
    if out is None:
        return
    if out.suffix.lower() != ".json":
        raise UsageError(f"{out.name}: the report is JSON; name it .json")
    if out.resolve() in {path.resolve() for path in inputs}:
        raise UsageError(f"{out}: the output would replace an input")


def _keep(rejects: Rejects, path: Path | None) -> None:
    from clew.records import write_table

    if len(rejects) and path is not None:
        write_table(rejects.table, path)
        files.say(f"{len(rejects)} {'row' if len(rejects) == 1 else 'rows'} rejected; kept whole in {path}")


def _say_report(report: Mapping[str, Any]) -> None:
    files.say(
        f"{report['rows']} rows: {report['valid']} valid, {report['rejected']} rejected, {report['incomplete']} valid and incomplete"
    )
    for note in report["notes"]:
        files.say(f"Note: {note}")


for _module in (
    "cases_qualify",
    "cases_link",
    "cases_complete",
):  # more verbs of the same noun, each in a module of its own
    if find_spec(f"clew.cli.{_module}") is not None:
        import_module(f"clew.cli.{_module}").register(app)
