"""The published signs that leads weigh, as data: words, source, innocent reading, points, phrases by language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One sign. Positive points ask a person to look, negative ones speak against; they estimate nothing."""

    name: str
    scope: str
    """advert: about one poster's text; offer: about an offer of work."""
    points: float
    words: str
    innocent: str
    source: str
    terms: Mapping[str, tuple[str, ...]]
    """Language (BCP 47) -> phrases."""


@cache
def signs() -> tuple[Sign, ...]:
    """All signs, in the order of their file."""
    content = yaml.safe_load(files("clew.standards").joinpath("signs.yaml").read_text(encoding="utf-8"))
    return tuple(
        Sign(**{**item, "terms": {lang: tuple(terms) for lang, terms in item["terms"].items()}}) for item in content
    )


def sign(name: str) -> Sign:
    """The sign of that name; raises KeyError for another."""
    return next(s for s in signs() if s.name == name)
