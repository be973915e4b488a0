"""Every error class has its exit code and its status, and a new one is not forgotten here."""

from __future__ import annotations

import pytest

from clew.safeguards import errors
from clew.safeguards.errors import ClewError, MissingColumn, TryLater

TABLE = {
    "ClewError": (1, 500),
    "UsageError": (2, 400),
    "UnreadableInput": (1, 422),
    "WrongKey": (2, 400),
    "MissingColumn": (2, 422),
    "NotAllowed": (1, 403),
    "TryLater": (1, 429),
    "NotFound": (1, 404),
    "Conflict": (1, 409),
    "Erased": (1, 410),
    "Blocked": (1, 409),
    "Tampered": (1, 500),
}


def classes() -> dict[str, type[ClewError]]:
    return {n: c for n, c in vars(errors).items() if isinstance(c, type) and issubclass(c, ClewError)}


@pytest.mark.parametrize("name", sorted(classes()))
def test_every_error_has_its_exit_code_and_status(name: str) -> None:
    assert name in TABLE, "write a new error class into the table"
    assert (classes()[name].exit_code, classes()[name].status) == TABLE[name]
    assert classes()[name].__doc__


def test_the_table_names_no_error_that_is_gone() -> None:
    assert TABLE.keys() == classes().keys()


def test_messages_say_what_to_do() -> None:
    assert (
        str(MissingColumn("text", present=("a", "b"), hint="Name it."))
        == "missing column: text. The file has: a, b. Name it."
    )
    assert "12 seconds" in str(TryLater(12))
