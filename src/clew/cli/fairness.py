"""`clew safeguards fairness`: who is flagged, missed and wrongly flagged, by group, with intervals and minimum sizes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import assessment, files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.safeguards.fairness import Fairness

_SMALLEST, _BOUND = 20, 0.05


def register(app: typer.Typer) -> None:
    app.command()(fairness)


def fairness(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Flags and truth, a row each. Without it: the judged leads of a workspace."
        ),
    ] = None,
    flags: Annotated[
        str | None, typer.Option("--flags", metavar="A,B", help="Columns of yes and no that are measured.")
    ] = None,
    truth: Annotated[str, typer.Option("--truth", help="The column that says for whom a flag is right.")] = "truth",
    id: Annotated[str, typer.Option("--id", help="The column that joins FILE with the audit data.")] = "id",
    audit: Annotated[
        Path | None,
        typer.Option(
            "--audit",
            metavar="FILE",
            help="Gender, age, language, nationality, held apart; of a workspace rates alone are kept, sealed.",
        ),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="A,B", help="Columns of groups, where they have other names.")
    ] = None,
    smallest: Annotated[int, typer.Option("--smallest", help="Fewer than this and no rate is said.")] = _SMALLEST,
    bound: Annotated[float, typer.Option("--bound", help="Wrong flags that a group may have.")] = _BOUND,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="A table (.csv .parquet ...), or .md or .pdf.")
    ] = None,
    rejects: files.RejectsFile = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Measures every rule and model by group. Exit 1 where something speaks against relying on one: a gate for scripts."""
    from clew.records import write_table
    from clew.records.read import read_table
    from clew.safeguards.fairness import report_document, table

    told = read_table(audit).table if audit else None
    if file is None:
        report = _of_workspace(folder, actor, told)
    else:
        report = _of_file(file, told, id, truth, _names(flags), _names(by), smallest, bound, out, rejects)
    if out is not None and out.suffix.lower() not in (".md", ".pdf"):
        write_table(table(report), out)
    else:
        assessment.write(report_document(report), out)
    for reason in report.reasons:
        files.say(reason)
    if report.reasons:
        sys.exit(1)
    files.say(f"Nothing that was measured speaks against: {report.answers} answers.")


def _of_workspace(folder: Path, actor: str | None, audit: pa.Table | None) -> Fairness:
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        return workspace.fairness(who, workspace.purpose_for(who, Action.ENABLE_MODEL), audit)


def _of_file(
    file: Path, audit: pa.Table | None, id: str, truth: str, flags: list[str], by: list[str], smallest: int, bound: float,
    out: Path | None, rejects: Path | None,
) -> Fairness:  # fmt: skip
    import numpy as np
    import pyarrow as pa

    from clew.records.raw import rejects_of
    from clew.records.read import read_table
    from clew.safeguards.fairness_columns import from_tables, unreadable

    if not flags:
        raise UsageError("--flags: name the columns to measure")
    if not 0 < bound < 1:
        raise UsageError("--bound: between 0 and 1")
    read = read_table(file)
    bad = unreadable(read.table, [truth, *flags])
    left, named = read.rejects, id if id in read.table.column_names else None
    for column, rows in bad.items():
        left = left + rejects_of(read.table.take(rows), rows + 1, column, "yes or no is needed", named)
    files.keep_rejects(file if out is None or out.suffix.lower() in (".md", ".pdf") else out, left, rejects)
    keep = np.ones(read.table.num_rows, bool)
    for rows in bad.values():
        keep[rows] = False
    return from_tables(
        read.table.filter(pa.array(keep)),
        audit,
        id=id,
        truth=truth,
        flags=flags,
        by=by,
        measured_on=file.name,
        smallest=smallest,
        bound=bound,
    )


def _names(text: str | None) -> list[str]:
    return [name.strip() for name in (text or "").split(",") if name.strip()]
