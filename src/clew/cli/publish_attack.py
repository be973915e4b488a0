"""`clew publish attack`: what attacks get out of a release, before anybody relies on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.publishing import Drop
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa

    from clew.publish.attacks import Audit

Released = Annotated[Path | None, typer.Argument(metavar="[RELEASED]", help="The release; none for a rehearsal.")]
Report = Annotated[Path, typer.Option("--out", "-o", metavar="FILE.json", help="Where the report goes.")]
Control = Annotated[
    Path | None,
    typer.Option("--control", metavar="FILE", help="Rows of the same kind that took no part in making the release."),
]


def register(app: typer.Typer) -> None:
    """Adds the command to the noun."""
    app.command()(attack)


def attack(
    original: files.Input,
    out: Report,
    released: Released = None,
    control: Control = None,
    k: Annotated[int | None, typer.Option("--k", help="Rehearsal: anonymise with this k.")] = None,
    epsilon: Annotated[float | None, typer.Option("--epsilon", help="Rehearsal: synthesise with this epsilon.")] = None,
    hold_out: Annotated[float, typer.Option("--hold-out", help="Rehearsal: the share of rows kept out.")] = 0.1,
    canaries: Annotated[
        int | None,
        typer.Option("--canaries", help="Rehearsal: invented persons planted (default: 100, in a small file fewer)."),
    ] = None,
    drop: Drop = None,
    attacks: Annotated[int, typer.Option("--attacks", help="How many persons are attacked in each way.")] = 1_000,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same figures.")] = 1,
    encoding: files.Encoding = None,
    no_header: files.Headless = False,
    sheet: files.Sheet = None,
) -> None:
    """Attacks a release: is a person in it, can one be singled out, linked, or be told what was not known.

    ORIGINAL is what the release was made from, --control rows that were held out before it was made. With --k or --epsilon
    and no RELEASED it is a rehearsal: a share is held out, canaries are planted, the release is made, attacked and thrown away.
    The report is for the steward, not for release.
    """
    form = files.layout(encoding, no_header, sheet)
    rehearsed = k is not None or epsilon is not None
    _check(out, released, control, rehearsed=rehearsed, both=k is not None and epsilon is not None)
    _check_out(out, [path for path in (original, released, control) if path])
    with files.working("Attacking"):
        if released is not None and control is not None:
            from clew.publish.attacks import audit

            tables = [_read(path, form, drop or ()) for path in (original, released, control)]
            found = audit(*tables, seed=seed, attacks=attacks)
        else:
            found = _rehearsed(
                _read(original, form, drop or ()),
                k,
                epsilon,
                seed=seed,
                attacks=attacks,
                share=hold_out,
                canaries=canaries,
            )
    files.write_json(found.report(), out)
    _say(found, out)


def _check(out: Path, released: Path | None, control: Path | None, *, rehearsed: bool, both: bool) -> None:
    if both:
        raise UsageError("attack: give --k or --epsilon, one of the two")
    if rehearsed and (released is not None or control is not None):
        raise UsageError("attack: a rehearsal makes its own release and control; leave RELEASED and --control out")
    if not rehearsed and released is None:
        raise UsageError("attack: name the released file, or --k or --epsilon for a rehearsal")
    if not rehearsed and control is None:
        raise UsageError(
            "attack: --control is needed: rows held out before the release was made. Without them nobody can tell what the "
            "release gives away from what is true of everybody"
        )
    if out.suffix.lower() != ".json":
        raise UsageError(f"{out.name}: the report is JSON; name it .json")


def _check_out(out: Path, inputs: list[Path]) -> None:
    if not out.parent.is_dir():
        raise UsageError(f"{out}: there is no such folder to write to")
    if out.is_dir():
        raise UsageError(f"{out}: is a folder")
    if out.resolve() in {path.resolve() for path in inputs}:
        raise UsageError(f"{out}: the report would replace an input")


def _read(path: Path, form: object, drop: object) -> pa.Table:
    from clew.records.read import read_table

    read = read_table(path, form)  # type: ignore[arg-type]
    if len(read.rejects):
        files.say(f"{path.name}: {len(read.rejects)} rows could not be read and are left out of the attack")
    wanted = set(drop) if isinstance(drop, list) else set()
    return read.table.drop_columns([name for name in read.table.column_names if name in wanted])


def _rehearsed(
    table: pa.Table,
    k: int | None,
    epsilon: float | None,
    *,
    seed: int,
    attacks: int,
    share: float,
    canaries: int | None,
) -> Audit:
    from clew.publish import anonymise, synthesise
    from clew.publish.attacks import rehearse

    def make(rows: pa.Table) -> pa.Table:
        return anonymise(rows, k=k).table if k is not None else synthesise(rows, epsilon=epsilon or 0.0).table

    return rehearse(table, make, seed=seed, attacks=attacks, share=share, canaries=canaries)


def _say(found: Audit, out: Path) -> None:
    report = found.report()
    membership, singled, linked = report["membership"], report["singling_out"], report["linkability"]
    files.say(
        f"membership: AUC {membership['auc']:.2f} ({membership['low']:.2f} to {membership['high']:.2f}); 0.5 tells nothing"
    )
    for name, risk in (("singling out", singled), ("linkability", linked)):
        if risk is not None:
            files.say(f"{name}: risk {risk['risk']:.2f} ({risk['low']:.2f} to {risk['high']:.2f})")
    worst = report["inference"]["worst_column"]
    if worst is not None:
        risk = report["inference"]["by_column"][worst]
        files.say(
            f"inference, worst of all columns ({worst}): risk {risk['risk']:.2f} ({risk['low']:.2f} to {risk['high']:.2f})"
        )
    said = ", ".join(found.found)
    files.say(f"found beyond chance: {said}" if said else "no attack found more than chance gives")
    files.say(f"see {out} (not for release)")
