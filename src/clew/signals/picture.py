"""Perceptual hashes of pictures: what looks alike has hashes a few bits apart. The picture itself is not kept.

PDQ (Facebook, 2019): 256 bits; two pictures within 31 bits look alike; a hash of quality under 50 says too little to be
matched at all. Needs the `media` extra (pdqhash, Pillow).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.safeguards.errors import UsageError
from clew.signals.base import Failed

MATCH_DISTANCE = 31
"""Bits, included: the distance that PDQ's authors advise."""
MATCH_QUALITY = 50
"""A hash of lower quality is never matched (PDQ's authors)."""
ORIENTATIONS = ("0", "rot90", "rot180", "rot270", "flipv", "fliph", "transpose", "transverse")
"""How `dihedral` turns a picture (anticlockwise), in order."""

_BLOCK = 512
_MAX_PIXELS = 100_000_000

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class PictureHash:
    """A PDQ hash as 64 hex digits, and its quality, 0 to 100."""

    hash: str
    quality: int

    @property
    def matchable(self) -> bool:
        return self.quality >= MATCH_QUALITY


def _library() -> Any:
    try:
        import pdqhash
    except ImportError as missing:
        raise UsageError("pictures: hashing needs the extra 'media': pip install 'clew[media]'") from missing
    return pdqhash


def _hex(bits: npt.NDArray[np.uint8]) -> str:
    return np.packbits(bits.astype(np.uint8)).tobytes().hex()


def pdq_pixels(pixels: Pixels) -> PictureHash:
    """The hash of a decoded picture: height, width, 3 (red, green, blue)."""
    bits, quality = _library().compute(np.ascontiguousarray(pixels))
    return PictureHash(_hex(bits), int(quality))


def dihedral(pixels: Pixels) -> list[PictureHash]:
    """The hashes of the picture turned and mirrored in all eight ways, in the order of `ORIENTATIONS`.

    The turned pixels themselves are hashed: the library's shortcut through the first hash is up to 44 bits off.
    """
    swapped = pixels.transpose(1, 0, 2)
    turns = (*(np.rot90(pixels, k) for k in range(4)), pixels[::-1], pixels[:, ::-1], swapped, np.rot90(swapped, 2))
    return [pdq_pixels(turned) for turned in turns]


def decode(image: bytes | Path) -> Pixels | Failed:
    """The pixels of a picture file, upright by its own note of orientation; `Failed` when it cannot be read."""
    _library()
    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as missing:
        raise UsageError("pictures: reading needs the extra 'media': pip install 'clew[media]'") from missing
    try:
        with Image.open(io.BytesIO(image) if isinstance(image, bytes) else image) as opened:
            if opened.width * opened.height > _MAX_PIXELS:
                return Failed("too many pixels")
            return np.asarray(ImageOps.exif_transpose(opened).convert("RGB"), dtype=np.uint8)
    except UnidentifiedImageError:
        return Failed("not a picture of a known format")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return Failed("cannot be read as a picture")


def pdq(image: bytes | Path) -> PictureHash | Failed:
    """The PDQ hash of a picture given as bytes or path; `Failed` when it cannot be read as one."""
    pixels = decode(image)
    return pixels if isinstance(pixels, Failed) else pdq_pixels(pixels)


def pdq_many(paths: Iterable[Path]) -> Iterator[tuple[Path, PictureHash | Failed]]:
    """The hash of every file, one at a time, in order."""
    for path in paths:
        yield path, pdq(path)


def _packed(hashes: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    """Hex hashes as rows of four 64-bit words; raises ValueError on what is not 64 hex digits."""
    texts = hashes.to_pylist()
    try:
        rows = [bytes.fromhex(text) for text in texts]
    except (TypeError, ValueError):
        raise ValueError("hash: not 64 hex digits") from None
    if any(len(row) != 32 for row in rows):
        raise ValueError("hash: not 64 hex digits")
    return np.frombuffer(b"".join(rows), dtype=">u8").astype(np.uint64).reshape(len(rows), 4)


def _distances(left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64]) -> npt.NDArray[np.int16]:
    total = np.zeros((len(left), len(right)), np.int16)
    for word in range(4):
        total += np.bitwise_count(left[:, word, None] ^ right[None, :, word])
    return total


def hamming_pairs(hashes: pa.Array | pa.ChunkedArray, max_distance: int = MATCH_DISTANCE) -> pa.Table:
    """All pairs of hashes at most `max_distance` bits apart: i, j (i < j, positions), distance. Exact.

    Leave out hashes of quality under 50 before: this sees only the hashes. Time grows with the square of their number.

    >>> hamming_pairs(pa.array(["00" * 32, "00" * 31 + "01", "ff" * 32])).to_pylist()
    [{'i': 0, 'j': 1, 'distance': 1}]
    """
    words = _packed(hashes)
    found = []
    for begin in range(0, len(words), _BLOCK):
        distances = _distances(words[begin : begin + _BLOCK], words[begin:])
        i, j = np.nonzero(distances <= max_distance)
        upper = i < j
        found.append((i[upper] + begin, j[upper] + begin, distances[i[upper], j[upper]]))
    return _table(("i", "j", "distance"), found)


def hamming_matches(
    queries: pa.Array | pa.ChunkedArray, bank: pa.Array | pa.ChunkedArray, max_distance: int = MATCH_DISTANCE
) -> pa.Table:
    """All query-bank pairs at most `max_distance` bits apart: query, bank (positions), distance. Exact."""
    left, right = _packed(queries), _packed(bank)
    found = []
    for begin in range(0, len(left), _BLOCK):
        for start in range(0, len(right), 65_536):
            distances = _distances(left[begin : begin + _BLOCK], right[start : start + 65_536])
            i, j = np.nonzero(distances <= max_distance)
            found.append((i + begin, j + start, distances[i, j]))
    return _table(("query", "bank", "distance"), found)


def _table(names: tuple[str, ...], found: list[tuple[Any, ...]]) -> pa.Table:
    columns = [np.concatenate([part[k] for part in found]) if found else np.zeros(0, np.int64) for k in range(3)]
    return pa.table([pa.array(column, pa.int64()) for column in columns], names=list(names))
