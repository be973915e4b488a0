"""Every module says what it promises, its examples run, and what a package offers exists."""

from __future__ import annotations

import ast
import doctest
import importlib
from pathlib import Path
from types import FunctionType

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src"
FILES = sorted(path for path in (SOURCE / "clew").rglob("*.py") if path.name != "__manifest__.py")
"""Manifests are literals: a docstring would be a second one."""


def name_of(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.fixture(scope="session")
def trees(parsed) -> dict[Path, ast.Module]:
    return {each.path: each.tree for each in parsed}


def test_modules_each_have_a_docstring(trees: dict[Path, ast.Module]) -> None:
    assert [name_of(path) for path in FILES if trees[path].body and not ast.get_docstring(trees[path])] == []


def test_modules_share_no_docstring(trees: dict[Path, ast.Module]) -> None:
    """A copied docstring misleads."""
    said: dict[str, str] = {}
    for path in FILES:
        text = ast.get_docstring(trees[path]) or name_of(path)
        assert text not in said, f"{name_of(path)} says the same of itself as {said[text]}"
        said[text] = name_of(path)


@pytest.mark.parametrize("name", [name_of(path) for path in FILES if ">>> " in path.read_text(encoding="utf-8")])
def test_modules_examples_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("name", [name_of(path) for path in FILES if path.name == "__init__.py"])
def test_modules_offer_what_they_list(name: str, trees: dict[Path, ast.Module]) -> None:
    """What a package passes on from its own modules is listed in `__all__`, once, and is there."""
    module = importlib.import_module(name)
    offered = getattr(module, "__all__", None)
    if offered is None:
        body = trees[Path(str(module.__file__))].body
        sources = [node.module or "" for node in body if isinstance(node, ast.ImportFrom)]
        own = [source for source in sources if source.startswith(f"{name}.")]
        assert own == [], f"{name} passes names on without listing them in __all__"
        return
    assert [entry for entry in offered if not hasattr(module, entry)] == []
    assert len(set(offered)) == len(offered)


def shadowed(whole: type) -> list[str]:
    """Methods that two parts of a class both define, of which the first neither inherits from nor asks the second."""
    parts = [part for part in whole.__mro__ if part.__module__.startswith("clew.")]
    return [
        f"{first.__module__}.{name} hides {second.__module__}.{name}"
        for place, first in enumerate(parts)
        for name, method in vars(first).items()
        if isinstance(method, FunctionType) and not name.startswith("__") and "super" not in method.__code__.co_names
        for second in parts[place + 1 :]
        if isinstance(vars(second).get(name), FunctionType) and not issubclass(first, second)
    ]


@pytest.mark.parametrize(("module", "name"), [("clew.store.vault", "Vault"), ("clew.workspace", "Workspace")])
def test_parts_of_one_class_hide_no_method_of_each_other(module: str, name: str) -> None:
    """Of two private methods of one name, the wrong one would be called without a word."""
    assert shadowed(getattr(importlib.import_module(module), name)) == []


def test_a_hidden_method_is_seen() -> None:
    first = type("First", (), {"__module__": "clew.one", "_events": lambda self: 1})
    second = type("Second", (), {"__module__": "clew.two", "_events": lambda self, case: 2})
    whole = type("Whole", (first, second), {"__module__": "clew.three"})
    assert shadowed(whole) == ["clew.one._events hides clew.two._events"]
