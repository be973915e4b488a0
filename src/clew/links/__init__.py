"""What records say together: shared identifiers, near-duplicate texts, networks. Proposes; never merges.

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from clew.links.expansion import Budget, Expansion, expand
    from clew.links.expansion_index import EvidenceIndex
    from clew.links.identifiers import Shared, SharedOptions, shared
    from clew.links.near_texts import NearDuplicateOptions, cluster, near_duplicates
    from clew.links.network import networks
    from clew.links.template_tables import Templates, aligned, templates

__all__ = [
    "Budget",
    "EvidenceIndex",
    "Expansion",
    "NearDuplicateOptions",
    "Shared",
    "SharedOptions",
    "Templates",
    "aligned",
    "cluster",
    "expand",
    "near_duplicates",
    "networks",
    "shared",
    "templates",
]

_HOMES = {
    "Budget": "expansion",
    "EvidenceIndex": "expansion_index",
    "Expansion": "expansion",
    "NearDuplicateOptions": "near_texts",
    "Shared": "identifiers",
    "SharedOptions": "identifiers",
    "Templates": "template_tables",
    "aligned": "template_tables",
    "cluster": "near_texts",
    "expand": "expansion",
    "near_duplicates": "near_texts",
    "networks": "network",
    "shared": "identifiers",
    "templates": "template_tables",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
