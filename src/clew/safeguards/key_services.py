"""Key services that hold the wrapping key elsewhere: what clew asks of one, and a command on this machine as one.

A service wraps and opens 32 bytes and never sees data. Cloud services, hardware modules and smart cards differ in how
they are called, not in that: whatever has a command-line client becomes a service by a script of a few lines.
"""

from __future__ import annotations

import base64
import json
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from clew.safeguards.errors import WrongKey

TIMEOUT_S = 30


class KeyService(Protocol):
    """`context` is bound to what was wrapped: it opens only under the same. Raises WrongKey when it does not open."""

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes: ...

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes: ...


@dataclass(frozen=True, slots=True)
class CommandService:
    """A command that is run with `wrap` or `unwrap` behind it, reads one JSON object and writes Base64.

    The object has `data` (Base64) and `context`. What the command says on standard error is not shown: it may hold keys.
    """

    words: tuple[str, ...]

    @classmethod
    def from_line(cls, line: str) -> Self:
        """From a line as it is written for a shell; no shell is used."""
        try:
            words = tuple(shlex.split(line))
        except ValueError:
            words = ()
        if not words:
            raise WrongKey("key command: a command is needed")
        return cls(words)

    def wrap(self, plain: bytes, context: Mapping[str, str]) -> bytes:
        return self._ask("wrap", plain, context)

    def unwrap(self, wrapped: bytes, context: Mapping[str, str]) -> bytes:
        return self._ask("unwrap", wrapped, context)

    def _ask(self, what: str, data: bytes, context: Mapping[str, str]) -> bytes:
        given = json.dumps({"data": base64.b64encode(data).decode(), "context": dict(context)})
        said = _run([*self.words, what], given)
        try:
            return base64.b64decode(said.strip(), validate=True)
        except ValueError:
            raise WrongKey("key command: its answer cannot be read") from None


def _run(words: Sequence[str], given: str) -> str:
    try:
        done = subprocess.run(words, input=given, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        raise WrongKey("key command: cannot be run, or did not answer in time") from None
    if done.returncode:
        raise WrongKey("key command: refused")
    return done.stdout
