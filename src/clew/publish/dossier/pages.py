"""A dossier as PDF/UA-1: tagged, numbered, marked on every page with its recipient and sharing level.

The same content gives the same bytes with the same typst and fonts; nothing of the machine or the hour goes in. Nothing is
dropped: where no font has a character the dossier is refused, or the character is written by its number where asked.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Literal

from clew.safeguards.document import Block
from clew.safeguards.errors import UsageError

_MISSING = re.compile(r'the text `("(?:[^"\\]|\\.)*")` could not be displayed')
_ROUNDS = 4
"""Times that missing characters are looked for: typst names many at once, not always all."""
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Quote:
    """Words as received: shown as they are, set apart from ours."""

    text: str
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    title: str
    mark: str
    """On every page: recipient and sharing level."""
    at: datetime
    """What it is dated by."""
    blocks: tuple[Block | Quote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fonts:
    folders: tuple[Path, ...] = ()
    """Beside those of the system, for scripts that it lacks (Noto has most)."""
    spelled: bool = False
    """Writes what no font has by number and name, as in [U+1F48B KISS MARK]."""


def typeset(dossier: Dossier, fonts: Fonts = Fonts()) -> bytes:
    """The PDF. Raises UsageError without the extra `reports`, and naming scripts where a character has no font."""
    content = json.dumps(asdict(dossier) | {"at": _moment(dossier.at)}, ensure_ascii=False)
    content = _printable(content)
    for _ in range(_ROUNDS):
        made = _compiled(content, fonts.folders)
        if isinstance(made, bytes):
            return made
        if not fonts.spelled:
            raise UsageError(_refusal(made, dossier))
        for character in made:
            content = content.replace(character, _spelled(character))
    raise UsageError("dossier: characters without a font are left after they were written by number")


def _moment(at: datetime) -> Mapping[str, int]:
    utc = at.astimezone(UTC)
    return {name: getattr(utc, name) for name in ("year", "month", "day", "hour", "minute", "second")}


def _printable(content: str) -> str:
    """Characters that are no text and have no shape, by number: control, private and unassigned ones."""
    odd = {c for c in content if unicodedata.category(c) in ("Cc", "Co", "Cn", "Cs") and c != "\n"}
    for character in odd:
        content = content.replace(character, _spelled(character))
    return content


def _compiled(content: str, folders: Sequence[Path]) -> bytes | list[str]:
    """The PDF, or the characters that no font has."""
    try:
        import typst
    except ImportError:
        raise UsageError("dossier: the extra 'reports' is needed (pip install clew[reports])") from None
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"--fonts: {folder}: there is no such folder")
    template = files("clew.publish.dossier").joinpath("dossier.typ").read_bytes()
    try:
        made = typst.compile(
            template,
            sys_inputs={"dossier": content},
            pdf_standards="ua-1",
            font_paths=typst.Fonts(font_paths=list(folders)),
        )
    except typst.TypstError as error:
        found = {c for text in _MISSING.findall(str(getattr(error, "diagnostic", error))) for c in _unquoted(text)}
        missing = sorted(c for c in found if not c.isascii())
        if missing:
            return missing
        raise UsageError("dossier: it cannot be set as PDF/UA") from None
    assert isinstance(made, bytes)
    return made


def _unquoted(text: str) -> str:
    """As typst (Rust) quotes it."""
    return re.sub(r"\\u\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), text[1:-1])


def _spelled(character: str) -> str:
    """By number and name.

    >>> _spelled("💋")
    '[U+1F48B KISS MARK]'
    """
    name = unicodedata.name(character, "")
    return f"[U+{ord(character):04X}{' ' + name if name else ''}]"


def _refusal(missing: Sequence[str], dossier: Dossier) -> str:
    """Names scripts and where they stand, never the text itself."""
    scripts = sorted({unicodedata.name(c, "UNNAMED").split()[0] for c in missing})
    shown = ", ".join(scripts[:_NAMED]) + (", ..." if len(scripts) > _NAMED else "")
    return (
        f"dossier: no font here has {len(missing)} of its characters ({shown}; {_where(missing, dossier)}). Nothing is dropped: "
        "give a folder with fonts that have them (--fonts, as of Noto), or have them written by number (--spell)"
    )


def _where(missing: Sequence[str], dossier: Dossier) -> str:
    heading, places = "", []
    for block in dossier.blocks:
        if block.kind == "heading":
            heading = block.text
        if any(c in json.dumps(asdict(block), ensure_ascii=False) for c in missing) and heading not in places:
            places.append(heading)
    return "under " + "; ".join(places[:_NAMED]) if places else "in its head"
