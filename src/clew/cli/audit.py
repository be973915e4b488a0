"""`clew audit`: whether the log is as it was written."""

from __future__ import annotations

import sys

import typer

from clew.cli import files
from clew.cli.unlocking import HERE, Folder, opened

app = typer.Typer(help="The log of who saw and did what.", no_args_is_help=True)


@app.callback()
def _audit() -> None:
    """The log of who saw and did what."""


@app.command()
def verify(folder: Folder = HERE) -> None:
    """Checks the whole chain: exit 0 when nothing was changed, removed or inserted, 1 with what was found."""
    with opened(folder) as workspace:
        findings = workspace.vault.verify()
        head = workspace.vault.head()
    for finding in findings:
        typer.echo(finding.words)
    if findings:
        files.say(f"The log does not verify: {len(findings)} findings.")
        sys.exit(1)
    files.say(
        f"The log verifies: {head.count} entries, head {head.hash[:16]}. Keep this line elsewhere: it shows later whether all was put back."
    )
