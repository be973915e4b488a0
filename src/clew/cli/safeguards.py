"""`clew safeguards`: who may do what and for how long, what a person is given of their data, what must go."""

from __future__ import annotations

import typer

from clew.cli import rights

app = typer.Typer(help="Rights of persons: copies of their data, retention, holds.", no_args_is_help=True)
rights.register(app)
