"""The source of the package, parsed once for all tests that read it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Parsed:
    path: Path
    tree: ast.Module
    nodes: tuple[ast.AST, ...]
    """All of the tree, as `ast.walk` gives them."""


@pytest.fixture(scope="session")
def parsed(project_root: Path) -> tuple[Parsed, ...]:
    """Every module of the package, in the order of their paths."""
    found = []
    for path in sorted((project_root / "src" / "clew").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.append(Parsed(path, tree, tuple(ast.walk(tree))))
    return tuple(found)
