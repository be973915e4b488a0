import pytest

from clew.world.tables import routes

COLUMNS = ["yearOfRegistration", "gender", "ageBroad", "citizenship", "CountryOfExploitation", "isForcedLabour"]


@pytest.fixture(scope="session")
def drawn():
    """3,900 invented persons of one making: 1,800 in the data, 300 held out, 1,800 whom nobody ever saw."""
    table = routes(3_900, 7).select(COLUMNS)
    return table.slice(0, 1_800), table.slice(1_800, 300), table.slice(2_100)
