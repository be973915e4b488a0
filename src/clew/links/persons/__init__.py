"""One person, once: linkage within an organisation, and between organisations without showing anyone a name.

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clew.links.persons.judgements import Edge, standing
    from clew.links.persons.linkage import Linkage, LinkOptions, link

__all__ = ["Edge", "LinkOptions", "Linkage", "link", "standing"]

_HOMES = {
    "Edge": "judgements",
    "LinkOptions": "linkage",
    "Linkage": "linkage",
    "link": "linkage",
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
