"""What the code imports is declared, and what is declared is used: a light core, extras only where they are asked for."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

UNSEEN = {
    "pydantic": "fastapi reads what enters with it",
    "python-multipart": "fastapi reads forms with it",
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "sqlglot": "pinned for ibis-framework",
}
"""Declared and never imported by name, and why. Drivers of SQLAlchemy count as seen where their name stands in a string."""


def plain(name: str) -> str:
    """A requirement's name alone, as the index compares names (PEP 503)."""
    match = re.match(r"[A-Za-z0-9._-]+", name)
    assert match is not None
    return re.sub(r"[-_.]+", "-", match[0]).lower()


@pytest.fixture(scope="module")
def project(project_root: Path) -> dict[str, Any]:
    return tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def core(project: dict[str, Any]) -> set[str]:
    return {plain(line) for line in project["dependencies"]}


@pytest.fixture(scope="module")
def extras(project: dict[str, Any]) -> set[str]:
    return {plain(line) for lines in project["optional-dependencies"].values() for line in lines}


def foreign_imports(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Top names of the imports among `nodes` that are neither clew's own nor the standard library's."""
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        tops = {name.partition(".")[0] for name in names}
        yield from tops - {"clew", "__future__"} - sys.stdlib_module_names


def at_once(tree: ast.Module) -> ast.Module:
    """The statements that run when a module is imported: not those in functions, nor those for the type checker alone."""
    later = (ast.FunctionDef, ast.AsyncFunctionDef)
    body = [node for node in tree.body if not isinstance(node, later) and not _for_types(node)]
    return ast.Module(body=body, type_ignores=[])


def _for_types(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


@cache
def installed() -> Mapping[str, list[str]]:
    return packages_distributions()


def providers(top: str) -> set[str]:
    return {plain(name) for name in installed().get(top, [top])}


def test_dependencies_of_every_import_are_declared(parsed, core: set[str], extras: set[str]) -> None:
    used = {(each.path, top) for each in parsed for top in foreign_imports(each.nodes)}
    assert sorted(f"{where} imports {top}" for where, top in used if not providers(top) & (core | extras)) == []


def test_dependencies_of_extras_are_imported_when_asked_for(parsed, core: set[str]) -> None:
    used = {(each.path, top) for each in parsed for top in foreign_imports(ast.walk(at_once(each.tree)))}
    assert sorted(f"{where} imports {top} at once" for where, top in used if not providers(top) & core) == []


def test_dependencies_are_all_used(parsed, core: set[str], extras: set[str]) -> None:
    used = {name for each in parsed for top in foreign_imports(each.nodes) for name in providers(top)}
    words = {
        node.value
        for each in parsed
        for node in each.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    unused = {name for name in (core | extras) - used - UNSEEN.keys() if not any(name in word for word in words)}
    assert unused == set()
