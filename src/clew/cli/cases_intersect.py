"""`clew cases intersect`: how many identifiers two parties share, in three files that show none of them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.case_persons import PersonMaps, check_json, people_of
from clew.safeguards.errors import NotAllowed, UsageError

if TYPE_CHECKING:
    import pyarrow as pa

app = typer.Typer(help="Intersect: how many identifiers two parties share, in three files.", no_args_is_help=True)

Field = Annotated[str, typer.Option("--field", help="phone, email or document.")]
Agreement = Annotated[str, typer.Option("--agreement", help="The name of the agreement both sides signed.")]
Reveal = Annotated[
    bool,
    typer.Option(
        "--reveal", help="Tells the asker which of its rows are shared, not only how many. Both sides must say it."
    ),
]
Exact = Annotated[
    bool, typer.Option("--exact", help="Tells the asker small counts as they are. Both sides must say it.")
]
Least = Annotated[
    int,
    typer.Option("--least", help="Fewer shared identifiers are told as <5 (this number). Never lower than 5.", min=5),
]


@app.command("request")
def request(
    file: files.Input,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The request, for the other side.")],
    private: Annotated[
        Path, typer.Option("--private", metavar="FILE", help="What you need to read the answer. It stays with you.")
    ],
    field: Field,
    agreement: Agreement,
    reveal: Reveal = False,
    exact: Exact = False,
    id: files.IdColumn = None,
    map: PersonMaps = None,  # noqa: A002
) -> None:
    """First step, by the asker: a request that shows no identifier."""
    from clew.links.persons import intersection

    terms = intersection.Terms(agreement=agreement, field=field, reveal=reveal, exact=exact)
    _check_place(out, file, private)
    table = _people(file, files.given_columns(map, id=id), field, out)
    with files.working("Encrypting"):
        made = intersection.request(intersection.identifiers(table, field), terms)
    _write_private(made.private, private)
    _write_bytes(made.file, out)
    files.say(
        f"{made.items} identifiers asked for under the agreement {agreement!r}; keep {private} to read the answer"
    )


@app.command("answer")
def answer(
    request: Annotated[Path, typer.Argument(metavar="REQUEST", help="What the asker sent.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Your persons.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The answer, for the asker.")],
    field: Field,
    agreement: Agreement,
    reveal: Reveal = False,
    exact: Exact = False,
    a_day: Annotated[int, typer.Option("--a-day", help="Answers to one agreement within 24 hours.", min=1)] = 3,
    largest: Annotated[
        int, typer.Option("--largest", help="Identifiers of a request that is still answered.", min=20)
    ] = 200_000,
    least: Least = 5,
    id: files.IdColumn = None,
    map: PersonMaps = None,  # noqa: A002
) -> None:
    """Second step, by the answerer: written into your ledger first, refused when the day's answers are used up.

    The ledger lies in your account (.local/state/clew), or where the file /etc/clew/intersections says.
    """
    from datetime import UTC, datetime

    from clew.links.persons import intersection, ledger

    terms = intersection.Terms(agreement=agreement, field=field, reveal=reveal, exact=exact)
    _check_place(out, file, request)
    asked = _read_bytes(request)
    table = _people(file, files.given_columns(map, id=id), field, out)
    known = intersection.identifiers(table, field)
    kept, now, named = ledger.Ledger(ledger.place(), a_day), datetime.now(UTC), intersection.digest(asked)
    try:
        items = intersection.check_request(asked, terms, largest=largest)
    except NotAllowed as refusal:
        kept.refuse(agreement=agreement, request=named, because=str(refusal), now=now)
        raise
    kept.admit(agreement=agreement, request=named, items=items, field=field, reveal=reveal, now=now)
    with files.working("Answering"):
        _write_bytes(intersection.answer(asked, known, terms, largest=largest, least=least), out)
    files.say(f"answered a request for {items} identifiers; written into {kept.path}")


@app.command("count")
def count(
    answer: Annotated[Path, typer.Argument(metavar="ANSWER", help="What the answerer sent.")],
    private: Annotated[Path, typer.Option("--private", metavar="FILE", help="What `intersect request` wrote for you.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The result (.json).")],
    least: Least = 5,
) -> None:
    """Last step, by the asker: how many identifiers are shared (and which of your rows, where both agreed to reveal)."""
    from clew.links.persons import intersection

    check_json(out)
    with files.working("Counting"):
        made = intersection.count(_read_bytes(answer), _read_bytes(private), least=least)
    result: dict[str, object] = {"shared": made.told, "asked": made.asked}
    if made.ids is not None:
        result["ids"] = list(made.ids)
    files.write_json(result, out)
    files.say(f"{made.told} of {made.asked} identifiers are shared")


def _check_place(out: Path, *taken: Path) -> None:
    """Refuses an output, or rejects beside it, that would replace a file that is read or kept."""
    if not out.parent.is_dir():
        raise UsageError(f"{out}: there is no such folder to write to")
    files.check_rejects(_rejects(out), taken)
    if out.resolve() in {path.resolve() for path in (*taken, _rejects(out))}:
        raise UsageError(f"{out}: the output would replace an input or another output")


def _rejects(out: Path) -> Path:
    return out.with_suffix(".rejects.csv")


def _people(file: Path, columns: dict[str, str], field: str, out: Path) -> pa.Table:
    """The persons of a file; rows that cannot be read are counted and kept whole beside the output."""
    table, rejects = people_of([file], columns, False, None, None, enough=field)
    files.keep_rejects(out, rejects, _rejects(out), readable=table.num_rows or not len(rejects))
    return table


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise UsageError(f"{path}: there is no such file, or it cannot be read") from None


def _write_bytes(content: bytes, path: Path) -> None:
    from clew.records.write import whole_file

    with whole_file(path) as part:
        part.write_bytes(content)


def _write_private(content: bytes, path: Path) -> None:
    """A new file that only its owner may read; one that is there is not overwritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise UsageError(f"{path}: exists already, or cannot be written") from None
    with os.fdopen(handle, "wb") as file:
        file.write(content)
