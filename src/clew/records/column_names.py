"""Names of columns in messages: shown where they can be names, and not where they may be a first row of data."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

_NAME = re.compile(r"(?=.*[^\W\d])[\w(][\w .()-]{0,39}")
_WORD = re.compile(r"[a-z_][a-z0-9_.-]*")
_LONG_NUMBER = re.compile(r"\d{5}")
HINT = "If its first row holds no names, add --no-header (and --id row to number the rows)."


def shown(names: Sequence[str]) -> tuple[str, ...]:
    """The names, or none of them where one cannot be a name, or where no name is known and not all are plain words."""
    if not all(_NAME.fullmatch(name) and not _LONG_NUMBER.search(name) for name in names):
        return ()
    plausible = any(_plain(name) in _known() for name in names) or all(_WORD.fullmatch(name) for name in names)
    return tuple(names) if plausible else ()


def counted(names: Sequence[str]) -> str:
    """What is said in their place."""
    return f"The file has {len(names)} columns, whose names may be data and are not shown. {HINT}"


def twice(names: Sequence[str]) -> str:
    """Which columns have a name that came before, by number, and by name where it is a plain word."""
    seen: dict[str, int] = {}
    pairs = []
    for number, name in enumerate(names, 1):
        first = seen.setdefault(name, number)
        if first != number:
            word = f"{name} " if name in shown(names) and " " not in name else ""
            pairs.append(f"{word}(columns {first} and {number})")
    return ", ".join(pairs[:5])


@cache
def _known() -> frozenset[str]:
    from clew.records.kinds import KINDS

    fields = [f for kind in KINDS.values() for f in kind.fields]
    return frozenset(_plain(name) for f in fields for name in (f.name, *f.aliases))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.lower())
