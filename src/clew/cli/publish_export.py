"""`clew publish export`: a lead to one named partner, in a format of the field, once two persons have signed it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, As, Folder, opened
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    from clew.desk import DisclosureAsk

Subject = Annotated[
    str, typer.Argument(metavar="LEAD|RELEASE|flows", help="A lead's name, a release's id, or 'flows'.")
]
Recipient = Annotated[str, typer.Option("--recipient", help="Who gets it, by name.")]
Agreement = Annotated[str, typer.Option("--agreement", help="Under which agreement, as in 'MoU 2026-3'.")]
For = Annotated[str, typer.Option("--for", help="What the recipient may use it for.")]
Level = Annotated[str, typer.Option("--level", help="amber or amber+strict (TLP 2.0): how far they may pass it on.")]
House = Annotated[
    str,
    typer.Option("--organisation", help="The recipient's organisation, as sources name it (default: the recipient)."),
]
Sign = Annotated[
    bool,
    typer.Option("--sign", help="Sign it. It leaves once another person has signed the same, one of them a steward."),
]
What = Annotated[
    str,
    typer.Option(
        "--kind", help="What the recipient of a lead or a case is: law_enforcement, court, service or partner."
    ),
]
Order = Annotated[
    str, typer.Option("--order", metavar="REFERENCE", help="A court's order, where the person did not say yes.")
]
OrderBy = Annotated[str, typer.Option("--order-by", metavar="COURT", help="The court that made the order.")]
OrderDate = Annotated[str, typer.Option("--order-date", metavar="DATE", help="Its date, as 2026-05-31.")]
OrderWhy = Annotated[str, typer.Option("--order-why", metavar="REASON", help="Why it is obeyed; write no names.")]
OutFile = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where the file goes once it leaves.")
]


def register(app: typer.Typer) -> None:
    """Adds the command to the noun."""
    app.command()(export)


def export(
    subject: Subject,
    to: Annotated[
        str, typer.Option("--to", help="A lead: stix, misp, ftm, geojson or csv. A release: htcds, ctdc or csv.")
    ],
    recipient: Recipient,
    agreement: Agreement = "",
    used_for: For = "combating trafficking in persons",
    level: Level = "amber",
    organisation: House = "",
    kind: What = "",
    order: Order = "",
    order_by: OrderBy = "",
    order_date: OrderDate = "",
    order_why: OrderWhy = "",
    out: OutFile = None,
    sign: Sign = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Shows what a partner would get of a lead, what stays behind and what the format loses; with --sign, signs it.

    This is no public release: it holds identifiers that persons use. Only a lead that a person answered with yes leaves;
    records marked red never do. The first signature is kept for a week (exit 1: nothing has left); with the second, of
    another person, the file is written and its SHA-256 printed.

    A release was signed before: it is written in another layout, to whom it was released, and what that layout cannot
    hold is said.
    """
    from clew.desk import DisclosureAsk

    if subject.startswith("rel_"):
        _export_release(subject, to, recipient, out, folder=folder, actor=actor)
        return
    ask = DisclosureAsk(
        subject=subject, to=to, recipient=recipient, agreement=agreement, purpose=used_for, level=level,
        organisation=organisation, kind=kind, order=order, order_by=order_by, order_date=order_date, order_why=order_why,
    )  # fmt: skip
    leave(ask, out, sign=sign, folder=folder, actor=actor)


def leave(ask: DisclosureAsk, out: Path | None, *, sign: bool, folder: Path, actor: str | None) -> None:
    """Shows a disclosure, or signs it and writes it where it leaves."""
    from clew.safeguards.permissions import Action

    if sign and out is None:
        raise UsageError("--out: say where the file goes")
    if out is not None:
        check_place(out)
    with opened(folder) as workspace:
        who = workspace.account(actor)
        purpose = workspace.purpose_for(who, Action.DISCLOSE)
        if not sign:
            preview = workspace.preview_disclosure(who, purpose, ask)
            typer.echo(json.dumps(preview.report, ensure_ascii=False, indent=1))
            signed = (
                f"signed so far by {', '.join(preview.signed_by)}" if preview.signed_by else "signed by nobody so far"
            )
            files.say(preview.blocked or f"Nothing has left; {signed}. Sign it with --sign.")
            return
        made = workspace.disclose(who, purpose, ask)
        content, _ = workspace.disclosed_file(who, purpose, made.id)
    assert out is not None
    _write(content, out)
    files.say(f"Release {made.id}: {made.rows} records to {made.recipient}, {made.guarantee}; in {out}.")
    typer.echo(f"{made.sha256}  {out.name}")


def _export_release(
    release: str, to: str, recipient: str, out: Path | None, *, folder: Path, actor: str | None
) -> None:
    from clew.publish.door import write_content
    from clew.safeguards.permissions import Action

    if out is None or out.suffix.lower() != ".csv":
        raise UsageError("--out: name a .csv file")
    check_place(out)
    with opened(folder) as workspace:
        who = workspace.account(actor)
        made = workspace.export_release(who, workspace.purpose_for(who, Action.RELEASE), release, to, recipient)
    digest = write_content(made.release, out)
    for line in made.report["format_cannot_hold"]:
        files.say(f"not in it: {line}")
    files.say(f"{made.records} rows to {recipient}, {made.release.guarantee.words}; in {out}.")
    typer.echo(f"{digest}  {out.name}")


def check_place(out: Path) -> None:
    if out.is_dir():
        raise UsageError(f"{out}: is a folder")
    if not out.parent.is_dir():
        raise UsageError(f"{out}: there is no such folder to write to")


def _write(content: bytes, out: Path) -> None:
    from clew.records.write import whole_file

    with whole_file(out) as part:
        part.write_bytes(content)
