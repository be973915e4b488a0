"""Whatever moment the power fails at: what was acknowledged is there, nothing is there by half, and the log verifies.

`make crashes` (CLEW_CRASHES=20 pytest tests/safety/test_crash.py) kills that often, each time at another random moment. It is not part of the
core suite: each kill walks the whole chain again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = int(os.environ.get("CLEW_CRASHES", "0"))


@pytest.mark.skipif(not KILLS, reason="CLEW_CRASHES says how often to kill")
def test_what_was_acknowledged_survives_a_kill_at_any_moment(tmp_path: Path) -> None:
    seed = os.environ.get("CLEW_CRASH_SEED", "1")
    script = Path(__file__).with_name("crash_run.py")
    words = [sys.executable, str(script), str(tmp_path), str(KILLS), seed]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["done"]["added"] > 0
    assert (result["failed"], result["found"]) == ([], [])
    assert result["kills"] == KILLS
