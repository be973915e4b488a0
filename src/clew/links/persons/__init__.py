"""One person, once: linkage within an organisation, and between organisations without showing anyone a name.

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clew.links.persons.encoding import encode
    from clew.links.persons.fields import persons
    from clew.links.persons.judgements import Edge, standing
    from clew.links.persons.linkage import link
    from clew.links.persons.matching import match
    from clew.links.persons.run import Linkage, LinkOptions
    from clew.links.persons.secret import Secret

__all__ = ["Edge", "LinkOptions", "Linkage", "Secret", "encode", "link", "match", "persons", "standing"]

_HOMES = {
    "Edge": "judgements",
    "LinkOptions": "run",
    "Linkage": "run",
    "Secret": "secret",
    "encode": "encoding",
    "link": "linkage",
    "match": "matching",
    "persons": "fields",
    "standing": "judgements",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
