"""Rooms import downwards only. Every import of the package is read from its source, also those inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

WALK = ("standards", "records", "signals", "links", "leads", "insight", "publish")
"""A room may import those before it."""

MAY: dict[str, frozenset[str]] = {room: frozenset(WALK[:place]) for place, room in enumerate(WALK)}
MAY |= {
    "safeguards": frozenset({"standards"}),
    "intake": frozenset({"standards", "records"}),
    "store": frozenset({"standards", "records"}),
    "world": frozenset({"standards", "records", "signals"}),
    "desk": frozenset({"leads", "insight"}),
    "workspace": frozenset({*WALK, "intake", "store", "desk"}),
    "web": frozenset({*WALK, "desk"}),
    "cli": frozenset({*WALK, "intake", "store", "world", "desk", "workspace", "web"}),
    "__main__": frozenset({"cli"}),
    "__init__": frozenset(),
}
FOR_ALL = frozenset({"safeguards", "__init__"})
"""What every room may use; safeguards itself imports only standards. `clew` alone is the version."""

SELF = "clew"


def room_of(module: str) -> str:
    """The room of a dotted module name: `clew.records.kinds` lies in `records`, `clew` itself in `__init__`."""
    _, _, rest = module.partition(".")
    return rest.partition(".")[0] or "__init__"


def imported(nodes: Iterable[ast.AST], module: str, *, package: bool) -> Iterator[tuple[int, str]]:
    """Line and full name of every import of clew's own modules among `nodes`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, package=package)
            # `from clew import signals` names a room only in its second half.
            names = [f"{base}.{alias.name}" for alias in node.names] if base == SELF else [base]
        else:
            continue
        yield from ((node.lineno, name) for name in names if name == SELF or name.startswith(f"{SELF}."))


def _absolute(node: ast.ImportFrom, module: str, *, package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    here = parts[: len(parts) - node.level + package]
    return ".".join([*here, node.module] if node.module else here)


def trespasses(source: str | Iterable[ast.AST], module: str, *, package: bool = False) -> list[str]:
    """Each import of `source`, text or nodes, that `module` may not make, in words."""
    nodes = ast.walk(ast.parse(source)) if isinstance(source, str) else source
    room = room_of(module)
    allowed = MAY[room] | {room} | (FOR_ALL if room != "safeguards" else frozenset({"__init__"}))
    return [
        f"{module}:{line} imports {name}"
        for line, name in imported(nodes, module, package=package)
        if not (room_of(name) in allowed or name == f"{SELF}.__version__")
    ]


def name_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root / "src").with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_imports_run_one_way(parsed, project_root: Path) -> None:
    wrong = [
        line
        for each in parsed
        for line in trespasses(each.nodes, name_of(each.path, project_root), package=each.path.stem == "__init__")
    ]
    assert not wrong, "\n".join(wrong)


def test_imports_every_room_has_its_place(parsed, project_root: Path) -> None:
    rooms = {room_of(name_of(each.path, project_root)) for each in parsed}
    assert rooms <= MAY.keys()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("clew.signals.phone", "from clew.links import cluster"),
        ("clew.signals.phone", "def f():\n    import clew.publish.release"),
        ("clew.signals.phone", "from clew import leads"),
        ("clew.signals.phone", "from ..links import cluster"),
        ("clew.safeguards.chain", "from clew.records.kinds import KINDS"),
        ("clew.store.vault", "from clew.signals import scan"),
        ("clew.intake.portal", "import clew.store.vault as v"),
        ("clew.publish.release", "from clew.workspace import Workspace"),
        ("clew.workspace", "from clew.web.app import app"),
    ],
)
def test_imports_reader_sees_each_form(module: str, source: str) -> None:
    assert len(trespasses(source, module)) == 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("clew.links.networks", "from clew.signals.base import SIGNALS\nfrom clew.safeguards.errors import ClewError"),
        ("clew.links.networks", "from .union import find\nfrom clew import __version__\nimport clewless"),
        ("clew.publish.release", "from clew.insight.flows import flows"),
        ("clew.cli.serve", "from clew.web.app import build"),
    ],
)
def test_imports_reader_lets_lawful_ones_be(module: str, source: str) -> None:
    assert trespasses(source, module) == []


def test_imports_of_a_package_are_relative_to_itself() -> None:
    assert trespasses("from .base import SIGNALS", "clew.signals", package=True) == []
    assert len(trespasses("from ..links import cluster", "clew.signals", package=True)) == 1
