"""The error tree. Messages carry field names, rules and ids, never the values themselves."""

from __future__ import annotations

import re
from typing import ClassVar

_NAME = re.compile(r"(?!.*\d{5})[^\W\d][\w.()-]{0,39}")
"""What is shown as the name of a column: one word, without long numbers."""


class ClewError(Exception):
    """Anything clew refuses or cannot do, in words that a stranger can act on.

    `exit_code` is what a command ends with, `status` what a page answers with.
    """

    exit_code: ClassVar[int] = 1
    status: ClassVar[int] = 500


class UsageError(ClewError):
    """The command, the configuration or the form asks for something that cannot be (exit code 2)."""

    exit_code = 2
    status = 400


class UnreadableInput(ClewError):
    """A whole input cannot be read: empty, binary, of an unknown format. Nothing was written."""

    status = 422


class WrongKey(UsageError):
    """The passphrase or key file given does not open what it was given for, or none was given."""


class MissingColumn(UsageError):
    """An input lacks a column that the command needs."""

    status = 422

    def __init__(self, column: str, *, present: tuple[str, ...] = (), hint: str = "") -> None:
        self.column = column
        likely = all(_NAME.fullmatch(name) for name in present)  # a first row of data is no list of names
        here = f" The file has: {', '.join(present[:20])}." if present and likely else ""
        super().__init__(f"missing column: {column}.{here}{' ' + hint if hint else ''}")


class NotAllowed(ClewError):
    """The actor may not do this. The reason says which rule decided."""

    status = 403


class TryLater(ClewError):
    """Too many failed attempts; the same attempt may be made again after the seconds named. Never a permanent lock."""

    status = 429

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many failed attempts: try again in {seconds} seconds")


class NotFound(ClewError):
    """Nothing by that id is here, or the actor may not know that it is."""

    status = 404


class Conflict(ClewError):
    """The thing was done before and cannot be done twice (a release, a judgement already reversed)."""

    status = 409


class Erased(ClewError):
    """The key of these data was destroyed. Nobody can read them again."""

    status = 410


class Blocked(ClewError):
    """A check that must pass did not run or failed, so what depends on it does not happen."""

    status = 409


class Tampered(ClewError):
    """A stored chain or signature no longer verifies."""

    status = 500
