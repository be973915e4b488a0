"""Makes pages from templates. Everything that is put into a page is escaped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from clew.safeguards import permissions
from clew.safeguards.actors import Purpose
from clew.safeguards.acts import Verdict
from clew.standards import services
from clew.web import openings, words
from clew.web.countries import country_name, country_names
from clew.web.visit import Visit, local_path

HERE = Path(__file__).parent

_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def script_json(data: object) -> Markup:
    r"""JSON that no text inside can end or comment out of its `<script>` element.

    >>> str(script_json("</script><!--"))
    '"\\u003c/script\\u003e\\u003c!--"'
    """
    return Markup(json.dumps(data, ensure_ascii=False, allow_nan=False).translate(_ESCAPES))  # noqa: S704  escaped above


def bar_width(points: float, most: float, *, full: int = 96) -> int:
    """How long a bar is, in pixels: at least 2, so that a small thing is still seen."""
    share = abs(points) / abs(most) if most else 0.0
    return max(2, min(full, round(full * share)))


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(
        day=words.day,
        instant=words.instant,
        number=words.number,
        plain=words.plain,
        country=country_name,
        countries=country_names,
        language=services.language_name,
        script_json=script_json,
    )
    env.globals.update(
        bar_width=bar_width,
        count=words.count,
        purposes=words.PURPOSES,
        roles=words.ROLES,
        ways=words.WAYS,
        verdicts=words.VERDICTS,
        answers=words.ANSWERS,
        named=services.name_of,
        terms=services.terms,
        dimensions=services.dimensions,
        Purpose=Purpose,
        Verdict=Verdict,
    )
    return env


ENVIRONMENT = _environment()


def _back(here: str, section: str, status: int) -> str:
    """Where a form of this page leads back to. An address that was refused as typed is not repeated."""
    if status in (200, 403):
        return local_path(here)
    return f"/{section}" if section in openings.READS else "/"


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The template as a page for who is visiting (also nobody)."""
    visit: Visit | None = getattr(request.state, "visit", None)
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    section = request.url.path.split("/")[1]
    html = ENVIRONMENT.get_template(template).render(
        visit=visit,
        csrf=visit.csrf if visit else "",
        section=section,
        walks=openings.open_to(visit.actor, openings.WALKS) if visit else (),
        safeguards=openings.open_to(visit.actor, openings.SAFEGUARDS) if visit else (),
        may_search=visit is not None and bool(openings.purposes_for(visit.actor, openings.READS["leads"])),
        stated=permissions.purposes(visit.actor) if visit else (),
        here=_back(here, section, status) if request.method == "GET" else "/",
        **context,
    )
    return HTMLResponse(html, status_code=status)
