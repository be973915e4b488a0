import subprocess
import sys

import pytest

import clew.links
from clew.links.warm import warm


def test_the_surface_is_pinned() -> None:
    assert clew.links.__all__ == [
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
    for name in clew.links.__all__:
        assert callable(getattr(clew.links, name))
    assert dir(clew.links) == clew.links.__all__
    with pytest.raises(AttributeError, match="no attribute 'merge'"):
        _ = clew.links.merge


def test_importing_the_room_imports_nothing_heavy() -> None:
    code = "import sys, clew.links; print([m for m in ('numba', 'scipy', 'networkit', 'numpy', 'pyarrow') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_warming_runs_every_kernel() -> None:
    warm()
