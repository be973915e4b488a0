"""Countries as the map and the tables name them."""

from __future__ import annotations

from clew.standards import places


def country_name(code: str) -> str:
    """The short English name, or the code itself when it names no country we know.

    >>> country_name("NPL"), country_name("ZZZ")
    ('Nepal', 'ZZZ')
    """
    known = places.country(code)
    return known.name if known else code


def country_names(codes: str) -> str:
    """Several codes separated by `;` as names."""
    return ", ".join(country_name(code.strip()) for code in codes.split(";") if code.strip())


def numeric_code(code: str) -> str | None:
    """ISO 3166-1 numeric, three digits: what the map joins on, never a name. None for a place without one (Kosovo)."""
    known = places.country(code)
    return known.numeric if known and known.numeric.strip("0") else None
