"""Audits what clew stands on: `python scripts/audit.py [--osv all.zip ...]`. Answers 1 where something is wrong.

Without a network it checks that every locked package is pinned by hash, that what is installed is what is locked, that no
licence is one the project does not take, and that nothing that git keeps looks like a secret. Known vulnerabilities need a
list from outside: a database export of OSV (osv.dev, one zip file an ecosystem, PyPI and npm), given by `--osv` or by
CLEW_OSV (paths joined by `:`), is read here; where none is given and pip-audit is installed, that is asked, and what it
cannot reach is said. A check that could not be made is never called passed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

sys.path.append(str(Path(__file__).parent))
import secrets_scan

ROOT = secrets_scan.ROOT
LOCKS = ("requirements.lock", "requirements-bench.lock", "requirements-interop.lock")
Packages = Mapping[tuple[str, str], str]
"""Ecosystem and name -> version."""
NOT_TAKEN = re.compile(r"\b(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)
LESSER = re.compile(r"LGPL|Lesser|exception|\bOR\b|MIT|BSD|Apache|MPL", re.IGNORECASE)


def plain(name: str) -> str:
    """As PEP 503 writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(root: Path) -> tuple[dict[tuple[str, str], str], list[str]]:
    """What is locked, and what is locked without a hash."""
    packages: dict[tuple[str, str], str] = {}
    loose = []
    for lock in LOCKS:
        text = (root / lock).read_text(encoding="utf-8").replace("\\\n", " ")
        for line in text.splitlines():
            if match := re.match(r"([\w.-]+)(?:\[[^\]]*\])?==([^\s;]+)", line):
                packages["PyPI", plain(match[1])] = match[2]
                if "--hash=sha256:" not in line:
                    loose.append(f"{lock}: {match[1]} has no hash")
            elif line.strip() and not line.lstrip().startswith(("#", "--")):
                loose.append(f"{lock}: a line is no pinned package")
    for path, entry in json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"].items():
        if path:
            name = path.rpartition("node_modules/")[2]
            packages["npm", name] = entry["version"]
            if "integrity" not in entry:
                loose.append(f"package-lock.json: {name} has no hash")
    return packages, loose


def differing(packages: Packages, installed: Iterable[Distribution]) -> list[str]:
    """What is installed here in another version than the locked one."""
    here = {plain(each.metadata["Name"]): each.version for each in installed}
    wanted = ((name, version) for (system, name), version in packages.items() if system == "PyPI")
    return [f"{n}: {here[n]} is installed, {v} is locked" for n, v in sorted(wanted) if n in here and here[n] != v]


def unwelcome(packages: Packages, installed: Iterable[Distribution]) -> list[str]:
    """Locked packages under a licence that the project does not take."""
    found = []
    for each in installed:
        name, said = plain(each.metadata["Name"]), each.metadata
        words = [said.get("License-Expression") or "", *(said.get_all("Classifier") or [])]
        licence = " ".join(w for w in words if "License" in w or w == words[0]) or (said.get("License") or "")[:200]
        if ("PyPI", name) in packages and NOT_TAKEN.search(licence) and not LESSER.search(licence):
            found.append(f"{name}: {licence.strip()}")
    return sorted(found)


def vulnerable(packages: Packages, exports: Iterable[Path]) -> Iterator[str]:
    """What the lists say of the locked versions. A version or range that cannot be read counts as affected."""
    for export in exports:
        with zipfile.ZipFile(export) as entries:
            for name in entries.namelist():
                if name.endswith(".json"):
                    yield from _affected(packages, json.loads(entries.read(name)))


def _affected(packages: Packages, entry: Mapping[str, Any]) -> Iterator[str]:
    if entry.get("withdrawn"):
        return
    for each in entry.get("affected", ()):
        said = each.get("package", {})
        system, name = said.get("ecosystem", ""), said.get("name", "")
        key = (system, plain(name) if system == "PyPI" else name)
        version = packages.get(key)
        ranges = [r for r in each.get("ranges", ()) if r.get("type") != "GIT"]
        if version and (version in each.get("versions", ()) or any(_within(version, r["events"]) for r in ranges)):
            yield f"{key[1]} {version}: {entry['id']} {entry.get('summary', '')}".strip()


def _within(version: str, events: Iterable[Mapping[str, str]]) -> bool:
    """OSV 1.6, evaluation of ranges: affected from `introduced` until before `fixed`, or through `last_affected`."""
    try:
        mine, inside = Version(version), False
        for event in events:
            for kind, limit in event.items():
                at = Version("0" if limit == "0" else limit)
                if kind == "introduced" and mine >= at:
                    inside = True
                if (kind == "fixed" and mine >= at) or (kind == "last_affected" and mine > at):
                    inside = False
    except InvalidVersion:
        return True
    return inside


def _asked_of_pip_audit(root: Path) -> tuple[list[str], str]:
    """What pip-audit says, and why it could not say anything."""
    if find_spec("pip_audit") is None:
        return [], "no list of vulnerabilities: give an OSV export with --osv, or install pip-audit and go online"
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--disable-pip",
        "--require-hashes",
        "-r",
        str(root / LOCKS[0]),
        "-f",
        "json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (ours)
    try:
        said = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return [], "pip-audit could not reach its service"
    return [f"{d['name']} {d['version']}: {v['id']}" for d in said for v in d.get("vulns", ())], ""


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--osv", type=Path, action="append", default=[])
    exports = parser.parse_args(arguments).osv or [Path(p) for p in os.environ.get("CLEW_OSV", "").split(":") if p]
    packages, loose = locked(ROOT)
    here = list(distributions())
    checks = {
        "pinned by hash": (loose, ""),
        "installed as locked": (differing(packages, here), ""),
        "licences": (unwelcome(packages, here), ""),
        "secrets": (secrets_scan.scan(ROOT), ""),
        "vulnerabilities": (sorted(vulnerable(packages, exports)), "") if exports else _asked_of_pip_audit(ROOT),
    }
    for name, (wrong, why_not) in checks.items():
        state = f"NOT CHECKED ({why_not})" if why_not else f"{len(wrong)} found" if wrong else "none found"
        sys.stdout.write("\n".join([f"{name}: {state}", *(f"  {line}" for line in wrong)]) + "\n")
    return int(any(wrong for wrong, _ in checks.values()))


if __name__ == "__main__":
    sys.exit(main())
