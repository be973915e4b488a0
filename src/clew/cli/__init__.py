"""The `clew` command: one module a noun, thin. Words go to standard error, results to files."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from functools import cache
from importlib import import_module

import typer

from clew.safeguards.errors import ClewError

app = typer.Typer(
    name="clew",
    help="Turns scattered traces of trafficking into explained leads that a person judges, and into public knowledge that identifies no one.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_NOUNS = (
    "adverts",
    "cases",
    "flows",
    "areas",
    "estimate",
    "media",
    "publish",
    "audit",
    "directory",
    "hotline",
    "models",
    "persons",
    "safeguards",
    "keys",
)
_COMMANDS = ("world", "workspace", "account", "erase", "backup", "demo", "serve")


@cache
def _load() -> Callable[[], object]:
    """The command with all its nouns, put together once: reading every option anew costs more than most commands."""
    for noun in _NOUNS:
        app.add_typer(import_module(f"clew.cli.{noun}").app, name=noun)
    for module in _COMMANDS:
        import_module(f"clew.cli.{module}").register(app)
    return typer.main.get_command(app)


def main() -> None:
    """Runs the command. Exit 0 on success, 2 on bad usage or configuration, 1 on failure.

    An unknown error shows its type and a reference, never a message that may hold a value.
    """
    try:
        _load()()
    except ClewError as error:
        typer.echo(f"clew: {error}", err=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("clew: stopped; nothing was half-written", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        reference = uuid.uuid4().hex[:8]
        typer.echo(
            f"clew: something unforeseen went wrong ({type(error).__name__}); nothing was half-written. Reference {reference}",
            err=True,
        )
        typer.echo(f"Where: {_place(error)}", err=True)
        sys.exit(1)


def _place(error: BaseException) -> str:
    """File and line of the trouble inside clew: enough for a report, and no value."""
    trace, place = error.__traceback__, "unknown"
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("clew"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
