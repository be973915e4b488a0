"""The vault on each backend; see `tests/store/vault_backends.py`."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / "store"), str(Path(__file__).parent)]

from vault_backends import backend, clock, opened, postgresql, sqlcipher, vault

__all__ = ["backend", "clock", "opened", "postgresql", "sqlcipher", "vault"]
