"""`clew publish dossier`: a lead or a case as PDF/UA for a court or a partner, once two persons have signed it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clew.cli.publish_export import (
    Agreement,
    For,
    House,
    Level,
    Order,
    OrderBy,
    OrderDate,
    OrderWhy,
    OutFile,
    Recipient,
    Sign,
    What,
    leave,
)
from clew.cli.unlocking import HERE, As, Folder
from clew.safeguards.errors import UsageError

Subject = Annotated[str, typer.Argument(metavar="LEAD|CASE", help="A lead's name, or a case's number.")]


def register(app: typer.Typer) -> None:
    """Adds the command to the noun."""
    app.command()(dossier)


def dossier(
    subject: Subject,
    recipient: Recipient,
    agreement: Agreement,
    used_for: For = "combating trafficking in persons",
    level: Level = "amber",
    organisation: House = "",
    out: OutFile = None,
    identities: Annotated[
        str,
        typer.Option("--open-identity", metavar="REASON", help="Why the recipient is entitled to who the person is."),
    ] = "",
    kind: What = "",
    order: Order = "",
    order_by: OrderBy = "",
    order_date: OrderDate = "",
    order_why: OrderWhy = "",
    fonts: Annotated[
        list[Path] | None, typer.Option("--fonts", metavar="FOLDER", help="Further fonts, as of Noto; may be repeated.")
    ] = None,
    spell: Annotated[
        bool, typer.Option("--spell", help="Write characters that no font has by number, as [U+1F48B KISS MARK].")
    ] = False,
    sign: Sign = False,
    folder: Folder = HERE,
    actor: As = None,
) -> None:
    """Writes evidence with hashes and custody, reasons for and against, judgements, method and limits.

    Marked on every page with the recipient and the sharing level. The same content gives the same bytes. Who the person of
    a case is stays sealed unless --open-identity says why the recipient is entitled to it; that is recorded. --kind
    says what the recipient is: law enforcement and courts get something of a person only with their recorded yes to law
    enforcement, or under the --order of a court, which lifts no other no and is kept for auditors. A text with
    a character that no font here has is refused rather than set without it. Signing is as in `clew publish export`.
    """
    from clew.desk import DisclosureAsk

    if out is not None and out.suffix.lower() != ".pdf":
        raise UsageError("--out: a dossier is a .pdf")
    ask = DisclosureAsk(
        subject=subject, to="dossier", recipient=recipient, agreement=agreement, purpose=used_for, level=level,
        organisation=organisation, identities=identities, kind=kind, order=order,
        order_by=order_by, order_date=order_date, order_why=order_why, fonts=tuple(str(each) for each in fonts or ()), spelled=spell,
    )  # fmt: skip
    leave(ask, out, sign=sign, folder=folder, actor=actor)
