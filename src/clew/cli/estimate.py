"""`clew estimate`: how many persons there are beyond those that are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clew.cli import files
from clew.safeguards.errors import UsageError

if TYPE_CHECKING:
    from clew.insight.population import Estimate, Search

app = typer.Typer(help="Estimates: how many there are beyond those that are known.", no_args_is_help=True)


@app.callback()
def _estimates() -> None:
    """Estimates: how many there are beyond those that are known."""


@app.command()
def population(
    file: files.Input,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Where the JSON goes (default: standard output).")
    ] = None,
    count: Annotated[
        str | None, typer.Option("--count", metavar="COLUMN", help="The column of counts, where it has no usual name.")
    ] = None,
    search: Annotated[
        str | None,
        typer.Option(
            "--search", help="all, downhill or stepwise (default: all and downhill; downhill from six lists)."
        ),
    ] = None,
    order: Annotated[
        int | None, typer.Option("--order", help="The most lists that one term of the model joins.")
    ] = None,
    bootstraps: Annotated[int, typer.Option("--bootstraps", help="Draws for the interval.")] = 1000,
    level: Annotated[float, typer.Option("--level", help="Of the interval.")] = 0.95,
    threshold: Annotated[float, typer.Option("--threshold", help="The p-value of the stepwise search.")] = 0.02,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same interval.")] = 1,
    encoding: files.Encoding = None,
    sheet: files.Sheet = None,
) -> None:
    """Estimates a population from lists that overlap (multiple systems estimation), as JSON with interval and checks.

    FILE has one row a combination of lists (a 0/1 column a list, and a column of counts), one row a person (0/1
    columns only), or one row a person and list (columns person, list). The interval counts the choice of the model.
    """
    from clew.insight.population import estimate
    from clew.records.raw import read_raw
    from clew.safeguards.errors import UnreadableInput

    _check_out(out, file)
    raw = read_raw(file, files.layout(encoding, sheet=sheet))
    if len(raw.rejects):
        raise UnreadableInput(
            f"{file}: {len(raw.rejects)} rows cannot be read; an estimate without them would be wrong"
        )
    with files.working("Fitting models, drawing anew"):
        found = estimate(
            raw.table, count=count, search=_search(search), order=order, draws=bootstraps, level=level,
            threshold=threshold, seed=seed,
        )  # fmt: skip
    if out is None:
        typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    else:
        files.write_json(found.as_json(), out)
    _say(found)


def _search(name: str | None) -> Search | None:
    from clew.insight.population import Search

    try:
        return None if name is None else Search(name)
    except ValueError:
        raise UsageError("--search: choose all, downhill or stepwise") from None


def _check_out(out: Path | None, file: Path) -> None:
    if out is None:
        return
    if not out.parent.is_dir():
        raise UsageError(f"{out}: there is no such folder to write to")
    if out.resolve() == file.resolve():
        raise UsageError(f"{out}: the output would replace the input")


def _say(found: Estimate) -> None:
    """The estimate in one line for each search; never a point without its interval."""
    for each in found.selections:
        high = "no upper bound" if each.limits.high == float("inf") else f"{each.limits.high:,.0f}"
        files.say(
            f"{each.search}: {each.total:,.0f} persons, interval {each.limits.low:,.0f} to {high} ({each.limits.level:.0%})"
        )
    for warning in found.as_json()["checks"]["warnings"]:
        files.say(f"Take care: {warning}")
