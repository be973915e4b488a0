from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest


@pytest.fixture(scope="session")
def people():
    """2,000 invented rows with a planted group of 2% (gender X) and codes that must come back as text."""
    rng = np.random.default_rng(11)
    size = 2_000
    gender = np.where(rng.random(size) < 0.6, "Woman", "Man").astype(object)
    gender[:40] = "X"
    return pa.table(
        {
            "gender": gender,
            "ageBroad": rng.choice(["09--17", "18--20", "21--23", "48+", ""], size),
            "citizenship": rng.choice(["NGA", "GHA", "ROU", "UKR", "PHL"], size, p=[0.5, 0.2, 0.15, 0.1, 0.05]),
            "flag": rng.choice(["1", ""], size, p=[0.3, 0.7]),
            "zeros": rng.choice(["007", "0", "a;b", 'c,"d"'], size),
        }
    )


@pytest.fixture
def source() -> Path:
    return Path(__file__).parents[2] / "src" / "clew"
