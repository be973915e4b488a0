"""Where rates by audit data rest: one sealed file, written anew by each measurement. Whose data they were rests nowhere."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from clew.records.write import whole_file
from clew.safeguards.fairness import Fairness
from clew.safeguards.fairness_kept import KeptRates, from_bytes, kept_of, to_bytes
from clew.workspace.reading import Reading

FOLDER, NAME = "fairness", "rates.sealed"
ABOUT = f"{FOLDER}/{NAME}"


class FairnessRates(Reading):
    def kept_rates(self) -> KeptRates | None:
        """None before audit data were measured once. Raises Tampered where it is not what was sealed."""
        path = self._rates_path
        return from_bytes(self.keys.unseal(path.read_bytes(), ABOUT)) if path.is_file() else None

    def _keep_rates(self, report: Fairness) -> None:
        self._rates_path.parent.mkdir(mode=0o700, exist_ok=True)
        with whole_file(self._rates_path) as part:
            part.write_bytes(self.keys.seal(to_bytes(kept_of(report, datetime.now(UTC))), ABOUT))
        self._rates_path.chmod(0o600)

    @property
    def _rates_path(self) -> Path:
        return self.folder / FOLDER / NAME
