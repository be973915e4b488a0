"""Which detectors there are: a folder each, with a literal manifest and one class. Listing them runs none of their code."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from clew.safeguards.errors import UsageError
from clew.safeguards.second import BIOMETRIC_KINDS
from clew.signals.base import Detector, Manifest, Settings
from clew.signals.detector import TextDetector

OFF = ("name",)
"""Detectors that run only where somebody asks for them by name."""
_ROOM = Path(__file__).parent
_TYPES = {"name": str, "version": int, "kinds": tuple, "about": str, "never_for": str, "needs": tuple}


@cache
def manifests() -> tuple[Manifest, ...]:
    """What each detector says of itself, in order of their names."""
    return tuple(read_manifest(path) for path in sorted(_ROOM.glob("*/__manifest__.py")))


def read_manifest(path: Path) -> Manifest:
    """Reads one manifest as a literal; raises UsageError naming the folder and the key that is wrong."""
    folder = path.parent.name
    try:
        said: Any = ast.literal_eval(path.read_text(encoding="utf-8"))
    except (ValueError, SyntaxError) as trouble:
        raise UsageError(f"detector {folder}: the manifest is not a literal") from trouble
    if not isinstance(said, dict) or set(said) != set(_TYPES):
        raise UsageError(f"detector {folder}: the manifest must have exactly {', '.join(_TYPES)}")
    for key, kind in _TYPES.items():
        if not isinstance(said[key], kind):
            raise UsageError(f"detector {folder}: {key} must be {kind.__name__}")
    if said["name"] != folder:
        raise UsageError(f"detector {folder}: name must be the folder's")
    if BIOMETRIC_KINDS & set(said["kinds"]):
        raise UsageError(
            f"detector {folder}: kinds read from a body are for one case with recorded authority, never for a scan"
        )
    return Manifest(**said)


def load(name: str, settings: Settings | None = None) -> Detector:
    """Makes the detector of that name; its code is imported here and not before."""
    manifest = next((m for m in manifests() if m.name == name), None)
    if manifest is None:
        raise UsageError(f"no such detector; there are: {', '.join(m.name for m in manifests())}")
    made = _class(name)
    return made(manifest, settings or Settings()) if issubclass(made, TextDetector) else made()


def chosen(names: Sequence[str] | None) -> tuple[str, ...]:
    """The names to run, each known and once, in the order of the registry; None means all but those that are off."""
    known = tuple(m.name for m in manifests())
    if names is None:
        return tuple(name for name in known if name not in OFF)
    if any(name not in known for name in names):
        raise UsageError(f"detectors: unknown name; there are: {', '.join(known)}")
    return tuple(name for name in known if name in names)


def _class(name: str) -> type[Detector]:
    module = importlib.import_module(f"clew.signals.{name}.detect")
    own = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and hasattr(thing, "detect") and thing.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise UsageError(f"detector {name}: detect.py must hold exactly one detector class")
    return own[0]
