"""Prints every requirement that pyproject.toml names, one a line: the input of the lock file (`make lock`).

`python scripts/lock.py` prints the core, every extra, the build system's needs and the `dev` group;
`python scripts/lock.py bench` prints one group alone.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def requirements(group: str | None = None) -> list[str]:
    """The named dependency group, or all that a developer's environment holds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = project["dependency-groups"]
    if group is not None:
        return sorted(groups[group])
    extras: dict[str, list[str]] = project["project"]["optional-dependencies"]
    hook = project["tool"]["hatch"]["build"]["hooks"]["custom"]
    built_with = [*project["build-system"]["requires"], *hook["gazetteer-needs"]]
    everything = [project["project"]["dependencies"], *extras.values(), groups["dev"], built_with]
    return sorted({line for part in everything for line in part})


if __name__ == "__main__":
    sys.stdout.write("\n".join(requirements(*sys.argv[1:2])) + "\n")
