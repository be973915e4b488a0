"""`clew cases`: what case files are worth under the standard, and what they become in another one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
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
    file: CaseFile,
    standard: Annotated[str, typer.Option("--standard", help="The standard: htcds.")] = "htcds",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Also writes the report here (.json).")
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="FILE",
            help="Where rejected rows go, whole (default: beside --out). They can be mended and given again.",
        ),
    ] = None,
    id: files.IdColumn = None,
    map: CaseMaps = None,  # noqa: A002
    date_order: DateOrder = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Checks cases against HTCDS 2.0. A JSON report on standard output: rows, rejected, by field and rule.

    Every problem names row, id, field and rule, and the code it is near; never the value. A rejects file of an earlier
    run is read as the rows it holds. Exit 0 when the file could be checked, also when rows were rejected.
    """
    from datetime import UTC, datetime

    from clew.records.htcds import read_htcds
    from clew.records.htcds_validation import validate as check

    if standard != "htcds":
        raise UsageError("--standard: htcds is the only one")
    _check_order(date_order)
    beside = rejects or (out.with_suffix(".rejects.csv") if out else None)
    _check_json(out, inputs=(file,))
    if beside is not None:
        files.check_output(beside, inputs=(file, *([out] if out else [])))
    arrival = read_htcds(
        file, files.layout(encoding, sheet=sheet), given=files.given_columns(map), id_column=None if id == "row" else id
    )
    checked = check(arrival, date_order=date_order, today=datetime.now(UTC).date())
    _keep(checked.rejects, beside)
    _write_json(checked.report, out)
    typer.echo(json.dumps(checked.report, ensure_ascii=False, indent=1))
    _say_report(checked.report)


@app.command()
def schema(
    plain: Annotated[bool, typer.Option("--plain", help="Without clew's extensions.")] = False,
) -> None:
    """Prints the JSON Schema (draft 2020-12) of HTCDS 2.0 that is made from the standard's own fields."""
    from clew.standards.htcds_schema import json_schema

    typer.echo(json.dumps(json_schema(with_extensions=not plain), ensure_ascii=False, indent=1))


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


def _write_json(content: Mapping[str, Any], path: Path | None) -> None:
    from clew.records.write import whole_file

    if path is not None:
        with whole_file(path) as part:
            part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


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


for _module in ("cases_qualify", "cases_link"):  # more verbs of the same noun, each in a module of its own
    if find_spec(f"clew.cli.{_module}") is not None:
        import_module(f"clew.cli.{_module}").register(app)
