import hashlib
import io
from datetime import UTC, datetime

import pyarrow.csv as csv
import pytest

from clew.publish import anonymise, count_table
from clew.publish.stories import cite
from clew.publish.types import Raw
from clew.safeguards.acts import Release
from clew.world.tables import routes

COLUMNS = ["yearOfRegistration", "gender", "ageBroad", "citizenship", "CountryOfExploitation"]


def entered(release, **changed):
    """A release as it lies in the folder, and its entry in the ledger."""
    text = io.BytesIO()
    csv.write_csv(release.value, text)
    content = text.getvalue()
    entry = {
        "id": "rel_rows", "title": "Cases <2021>", "dataset": "cases", "method": str(release.guarantee.method), "epsilon": 0.0,
        "guarantee": release.guarantee.words, "recipient": "The  public", "rows": release.value.num_rows, "actor": "anna",
        "sha256": hashlib.sha256(content).hexdigest(), "fingerprint": "f", "report": "{}", "at": datetime(2026, 11, 24, tzinfo=UTC),
    }  # fmt: skip
    return Raw(content), Release(**{**entry, **changed})


@pytest.fixture(scope="session")
def cases():
    return routes(3_000, 5).select(COLUMNS)


@pytest.fixture(scope="session")
def rows(cases):
    return entered(anonymise(cases.select(["citizenship", "CountryOfExploitation"]), k=11).release)


@pytest.fixture(scope="session")
def cited(cases, rows):
    counts = entered(count_table(cases, ["gender", "ageBroad"]).release, id="rel_counts")
    return {"rel_rows": cite(*rows), "rel_counts": cite(*counts)}
