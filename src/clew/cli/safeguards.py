"""`clew safeguards`: who may do what and for how long, what a person is given of their data, what must go."""

from __future__ import annotations

import typer

from clew.cli import access, assessment, fairness, rights, waiting

app = typer.Typer(
    help="Rights as code: who may see a record and why, copies for persons, retention, holds, impact.",
    no_args_is_help=True,
)
rights.register(app)
access.register(app)
assessment.register(app)
fairness.register(app)
waiting.register(app)
