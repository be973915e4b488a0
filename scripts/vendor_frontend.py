"""Copies the browser files that the pages use from npm packages into src/clew/web/static/vendor, with their licences.

Run by the build hook, by `make` and by hand; needs Node and npm only here. Versions and hashes are those of
package-lock.json: `npm ci` refuses anything else, and no package's own scripts run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

FILES = {
    "cytoscape": ("dist/cytoscape.min.js",),
    "d3-array": ("dist/d3-array.min.js",),
    "d3-geo": ("dist/d3-geo.min.js",),
    "echarts": ("dist/echarts.min.js",),
    "htmx.org": ("dist/htmx.min.js",),
    "topojson-client": ("dist/topojson-client.min.js",),
    "world-atlas": ("countries-50m.json",),
}
"""Package -> the files of it that a page loads."""

LICENCES = (*FILES, "internmap", "tslib", "zrender")
"""Packages whose licence text must travel with the files; the last three are inside the bundles of others."""


class VendorError(Exception):
    """The front-end files cannot be made here; the message says what to install or run."""


def vendor(root: Path) -> Path:
    """Puts the front-end files under `root` in place and answers with their folder. Does nothing when they are there."""
    target = root / "src" / "clew" / "web" / "static" / "vendor"
    stamp = (root / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    if _is_current(target, stamp):
        return target
    _install(root)
    fresh = target.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    _copy(root / "node_modules", fresh)
    (fresh / ".stamp").write_bytes(stamp)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    return target


def _is_current(target: Path, stamp: bytes) -> bool:
    mark = target / ".stamp"
    wanted = [target / Path(name).name for names in FILES.values() for name in names]
    return mark.is_file() and mark.read_bytes() == stamp and all(path.is_file() for path in wanted)


def _install(root: Path) -> None:
    """Runs `npm ci` unless node_modules already holds exactly what the lock names."""
    if _in_step(root):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise VendorError(
            "npm was not found: install Node 20 or newer, or use a wheel, which holds these files already"
        )
    done = subprocess.run([npm, "ci", "--ignore-scripts"], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise VendorError(f"npm ci failed with exit code {done.returncode}:\n{done.stderr[-2000:]}")


def _in_step(root: Path) -> bool:
    """Whether npm's own record of what it installed names the versions and hashes of the lock."""
    record = root / "node_modules" / ".package-lock.json"
    if not record.is_file():
        return False
    return _versions(record) == _versions(root / "package-lock.json")


def _versions(lock: Path) -> dict[str, tuple[str, str]]:
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {name: (facts["version"], facts.get("integrity", "")) for name, facts in packages.items() if name}


def _copy(modules: Path, target: Path) -> None:
    (target / "licences").mkdir(parents=True)
    for package, names in FILES.items():
        for name in names:
            shutil.copyfile(modules / package / name, target / Path(name).name)
    for package in LICENCES:
        texts = _licence_texts(modules / package)
        if not texts:
            raise VendorError(f"package {package}: no licence text beside it, so it may not be passed on")
        for path in texts:
            shutil.copyfile(path, target / "licences" / f"{package}.{path.stem}.txt")


def _licence_texts(folder: Path) -> list[Path]:
    """Licence and notice files of a package, and those of what it took from others (a folder named licenses)."""
    near = [*folder.iterdir(), *(folder / "licenses").glob("*")]
    return sorted(
        path
        for path in near
        if path.is_file() and path.name.upper().startswith(("LICENSE", "NOTICE")) and path.suffix in {"", ".txt", ".md"}
    )


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{vendor(Path(__file__).resolve().parent.parent)}\n")
    except VendorError as error:
        sys.exit(str(error))
