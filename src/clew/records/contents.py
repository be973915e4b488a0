"""A text file's bytes: unpacked, and as UTF-8 whatever its encoding."""

from __future__ import annotations

import codecs
import gzip
import zlib
from pathlib import Path

from clew.safeguards.errors import UnreadableInput, UsageError

_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",  # begins like UTF-16's, so it is tried first
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def contents(path: Path) -> bytes:
    """The file's bytes, unpacked where it is gzip by its extension."""
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.suffix.lower() == ".gz" else data
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnreadableInput(f"{path.name}: not a readable gzip file") from error
    except OSError as error:
        raise UnreadableInput(f"{path.name}: cannot be opened") from error


def utf8(path: Path, encoding: str | None) -> bytes:
    """The file as UTF-8 without its byte order mark; what is no text stays as bytes that are not UTF-8.

    Without an encoding it is that of the byte order mark, or UTF-8, which is not checked here.
    """
    data = contents(path)
    try:
        name = codecs.lookup(encoding or _marked(data)).name
    except LookupError as error:
        raise UsageError(f"encoding: {encoding} is not known") from error
    if name not in {"utf-8", "utf-8-sig"}:
        try:
            data = data.decode(name, "surrogateescape").encode("utf-8", "surrogateescape")
        except (UnicodeError, LookupError) as error:
            raise UnreadableInput(f"{path.name}: is not text in {name}") from error
    return data.removeprefix(codecs.BOM_UTF8)


def _marked(data: bytes) -> str:
    return next((name for mark, name in _BOMS.items() if data.startswith(mark)), "utf-8")
