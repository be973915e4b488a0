"""`clew hotline`: a helpline's contacts, taken in from a file, and counted so that nobody can be counted out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.desk import ContactCounts

app = typer.Typer(help="The helpline's log: take contacts in, count callers, erase a contact.", no_args_is_help=True)


@app.command("import")
@app.command("add", help="The same as 'import'.")
def import_(
    file: files.Input,
    source: Annotated[str, typer.Option("--source", help="Whose helpline it is, under which agreement.")],
    basis: Annotated[str, typer.Option("--basis", help="Legal ground, as for 'clew add'.")],
    map: files.Maps = None,  # noqa: A002 (the contract's name)
    rejects: files.RejectsFile = None,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Takes contacts in: what was said and the number are sealed, the number is matched by a keyed hash.

    Columns: id, received, area, topic, language, caller, text, and where there are channel and status. A contact that is
    here with other content is corrected, and what it was before is kept. Rejected rows are written whole, with their
    row in the file; that file of rejects can be given in again as it is.
    """
    from clew.cli.workspace import _one_of
    from clew.records import LegalBasis, Source

    kept = rejects or file.with_suffix(".rejects.csv")
    files.check_output(kept, inputs=[file])
    terms = Source(name=source, basis=_one_of(LegalBasis, basis, "basis"))
    with opened(folder) as workspace:
        columns, form = files.given_columns(map), files.layout(encoding, sheet=sheet)
        logged, read = workspace.import_contacts(file, terms, workspace.account(actor), columns=columns, layout=form)
    files.keep_rejects(kept, read.rejects, kept)
    files.say(
        f"{len(logged.new)} contacts added, {len(logged.corrected)} corrected, {len(logged.same)} were here already, "
        f"{len(read.rejects)} rejected."
    )
    if logged.earlier:
        files.say(f"{len(logged.earlier)} came as they were before a correction: the correction stands.")
    if logged.erased:
        files.say(f"{len(logged.erased)} were erased before and do not come back.")


@app.command()
def erase(
    contact: Annotated[str, typer.Argument(metavar="CONTACT", help="Its id: ctc_ and 20 hexadecimal digits.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for the log.")],
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Erases a contact: words, number, area, topic, language, time and whose case it was. It cannot be undone."""
    from clew.safeguards.permissions import Action

    with opened(folder) as workspace:
        who = workspace.account(actor)
        workspace.erase_contact(who, workspace.purpose_for(who, Action.ERASE), contact, why)
    files.say("Erased. A backup made before still holds it until it is replaced.")


@app.command()
def counts(
    out: files.Out,
    days: Annotated[int, typer.Option("--days", help="Up to today, in UTC.")] = 30,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Counts different callers by area and day, in steps of the threshold; what lies below it is not named.

    Contacts without a number cannot be told apart and count for nothing.

    Columns out: dimension, value, count_low, count_high, suppressed, text.
    """
    from clew.records import write_table
    from clew.safeguards.permissions import Action

    files.check_output(out)
    with opened(folder) as workspace:
        who = workspace.account(actor)
        counted = workspace.watch_contacts(who, workspace.purpose_for(who, Action.COUNT_CONTACTS), days)()
    write_table(_table(counted), out)
    files.say(
        f"{counted.total} different callers in {days} days, by their numbers. Every count is an interval as wide as the threshold ({counted.below})."
    )


def _table(counted: ContactCounts) -> pa.Table:
    import pyarrow as pa

    rows = [("total", "", counted.total), ("area", "elsewhere or not known", counted.elsewhere)]
    rows += [("area", area.area, area.words) for area in counted.areas]
    rows += [("day", day.day, day.words) for day in counted.days]
    names = ("dimension", "value", "count_low", "count_high", "suppressed", "text")
    return pa.table(
        [list(column) for column in zip(*(_row(*row, counted.below) for row in rows), strict=True)], names=list(names)
    )


def _row(dimension: str, value: str, words: str, below: int) -> tuple[str, str, int, int, str, str]:
    if words.startswith("<"):
        return dimension, value, 0, below - 1, "true", words
    low, _, high = words.partition(" to ")
    return dimension, value, int(low), int(high), "false", words
