"""`clew directory`: services and hotlines, taken in from files and found by place, language, service and eligibility."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.desk import ServiceAsk, ServiceLine
    from clew.intake.directory import Directory

app = typer.Typer(help="The directory of services: take it in, search it.", no_args_is_help=True)

_MANY = 100_000


@app.command("import")
def import_(
    file: files.Input,
    map: files.Maps = None,  # noqa: A002 (the contract's name)
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Takes a directory's file into the workspace. Entries that may be doubled are flagged; none is merged."""
    kept = rejects or file.with_suffix(".rejects.csv")
    files.check_output(kept, inputs=[file])
    with opened(folder) as workspace:
        columns, form = files.given_columns(map), files.layout(encoding, sheet=sheet)
        put, read = workspace.import_directory(file, workspace.account(actor), columns=columns, layout=form)
    files.keep_rejects(kept, read.rejects, kept)
    files.say(f"{put.new} new entries, {put.changed} changed, {put.same} as they were, {len(read.rejects)} rejected.")
    _say_twins(read)


def _say_twins(read: Directory) -> None:
    for twin in read.twins[:20]:
        files.say(f"  {twin.id} may be the same as {twin.other}: {twin.why}")
    if read.twins:
        files.say(f"{len(read.twins)} may be doubled; all are kept, a person decides.")


@app.command()
def search(
    out: files.Out,
    place: Annotated[str, typer.Option("--place", help="A city, as in 'Lyon' or 'Paris, US', or a country.")] = "",
    language: Annotated[
        list[str] | None, typer.Option("--language", help="By code or English name; one of several.")
    ] = None,
    service: Annotated[list[str] | None, typer.Option("--service", help="By code or name; all of several.")] = None,
    open_now: Annotated[bool, typer.Option("--open", help="Leaves out what is closed now.")] = False,
    age: Annotated[str, typer.Option("--age", help="The person's age now, as 17, 16-18 or 18+.")] = "",
    gender: Annotated[str, typer.Option("--gender", help="woman, man, transgender or nonbinary.")] = "",
    status: Annotated[str, typer.Option("--status", help="possible, recognised or refused.")] = "",
    form: Annotated[str, typer.Option("--form", help="Forms of exploitation, separated by ;.")] = "",
    funding: Annotated[str, typer.Option("--funding", help="none, public, insurance or self.")] = "",
    unfit: Annotated[bool, typer.Option("--unfit", help="Also what does not fit the person, with the reason.")] = False,
    source: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Searches this file, not a workspace.")
    ] = None,
    map: files.Maps = None,  # noqa: A002 (the contract's name)
    rejects: files.RejectsFile = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Finds services, the surest and nearest first, and says why each fits or does not.

    Columns out: id, organisation, name, place, country, services, languages, phone, email, url, hours, timezone,
    open_now, near, verified, stale, fits, why, ask, may_be_doubled.
    """
    from clew.desk import ServiceAsk
    from clew.records import write_table

    files.check_output(out, rejects, inputs=[source] if source else [])
    facts = {"age": age, "gender": gender, "status": status, "form": form, "funding": funding}
    ask = ServiceAsk(
        place=place, language=";".join(language or ()), service=";".join(service or ()), open_now=open_now, facts=facts,
        with_unfit=unfit,
    )  # fmt: skip
    if source is not None:
        lines, left_out = _in_file(source, ask, files.given_columns(map), out, rejects)
    else:
        lines, left_out = _in_workspace(folder, actor, ask)
    write_table(_table(lines), out)
    stale = sum(line.stale for line in lines)
    files.say(
        f"{len(lines)} services found; {left_out} left out because they do not fit; {stale} were not verified lately."
    )


def _in_file(
    source: Path, ask: ServiceAsk, columns: dict[str, str], out: Path, rejects: Path | None
) -> tuple[list[ServiceLine], int]:  # fmt: skip
    from clew.intake.directory import read_directory
    from clew.intake.directory_search import Directory
    from clew.workspace.helping import asked, facts_of, service_line
    from clew.workspace.settings import Settings

    now = datetime.now(UTC)
    read = read_directory(source, today=now.date(), columns=columns)
    files.keep_rejects(out, read.rejects, rejects, readable=len(read.services) or not len(read.rejects))
    directory = Directory(read.services)
    results = directory.search(asked(ask, facts_of(ask.facts)), now, Settings().stale_days)
    return [service_line(found, directory) for found in results.found], results.unfit


def _in_workspace(folder: Path, actor: str | None, ask: ServiceAsk) -> tuple[list[ServiceLine], int]:
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        view = workspace.services(who, workspace.purpose_for(who, Action.READ_DIRECTORY), ask, limit=_MANY)
    return list(view.rows), view.unfit


def _table(lines: list[ServiceLine]) -> pa.Table:
    import pyarrow as pa

    columns = (
        "id organisation name place country services languages phone email url hours timezone open_now near verified stale "
        "fits why ask may_be_doubled"
    ).split()
    rows = [
        {
            **{name: getattr(line, name) for name in columns if hasattr(line, name)},
            "services": ";".join(line.services), "languages": ";".join(line.languages), "open_now": line.open,
            "stale": "yes" if line.stale else "no", "fits": line.fit, "may_be_doubled": line.twin,
            "why": "; ".join(f"{part.name}: {part.words} ({part.answer})" for part in line.parts),
            "ask": " ".join(dict.fromkeys(part.ask for part in line.parts if part.ask)),
        }
        for line in lines
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in columns]))
