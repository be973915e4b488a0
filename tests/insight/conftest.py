from pathlib import Path

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files that are never part of this project; tests on them skip where they are missing."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared/data is not here")
    return SHARED
