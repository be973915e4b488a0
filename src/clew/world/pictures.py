"""Drawn rooms: pictures of nobody, each a few rectangles and discs, and near copies of them as the web makes them.

Drawing and PNG writing use whole numbers only and no image library: the same seed gives the same bytes anywhere.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.records.kinds import KINDS
from clew.world.cast import Cast
from clew.world.dice import Dice, stream

WIDTH, HEIGHT = 192, 144
CHANGES = ("same", "smaller", "brighter", "blocks", "caption", "mirror", "crop")
"""What was done to a copy. The last two are hard: plain PDQ does not find them."""
_WEIGHTS = (2, 4, 4, 4, 3, 1, 1)

Grey = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: the seed of its drawing and what was done to it."""

    id: str
    base: int
    change: str
    seed: int

    def grey(self) -> Grey:
        """Its brightness, 0 to 255, rows first."""
        return _changed(_draw(stream(self.seed, f"picture {self.base}")), self.change)

    def tint(self) -> npt.NDArray[np.uint8]:
        """The colour of every brightness: 256 rows of red, green, blue."""
        return _palette(self.base)

    def png(self) -> bytes:
        return _png(self.grey(), self.tint())


def _draw(rng: np.random.Generator) -> Grey:
    """A room: wall, floor, window, furniture, a lamp, a few things on the wall."""

    def below(count: int) -> int:
        return int(rng.random() * count)

    y, x = np.arange(HEIGHT)[:, None], np.arange(WIDTH)[None, :]
    horizon = 70 + below(45)
    canvas = np.where(y < horizon, 150 + below(80) - y // (1 + below(4)), 50 + below(60) + (y - horizon) // 2) + 0 * x
    for _ in range(9 + below(8)):
        left, top, width, height = below(WIDTH - 20), below(HEIGHT - 16), 12 + below(70), 10 + below(56)
        shade, fade = below(256), 2 + below(5)
        canvas[top : top + height, left : left + width] = shade + np.arange(min(width, WIDTH - left)) // fade
    for _ in range(3 + below(5)):
        across, down, radius, shade = below(WIDTH), below(HEIGHT), 6 + below(26), below(256)
        rows, columns = slice(max(0, down - radius), down + radius), slice(max(0, across - radius), across + radius)
        inside = (x[:, columns] - across) ** 2 + (y[rows] - down) ** 2 < radius**2
        canvas[rows, columns][inside] = shade
    drawn: Grey = np.clip(canvas, 0, 255).astype(np.int64)
    return drawn


def _changed(grey: Grey, change: str) -> Grey:
    height, width = grey.shape
    copy: Grey = grey.copy()
    if change == "smaller":
        rows, columns = np.arange(height * 3 // 4) * 4 // 3, np.arange(width * 3 // 4) * 4 // 3
        copy = grey[rows][:, columns]
    elif change == "brighter":
        copy = np.minimum(grey * 11 // 10 + 8, 255)
    elif change == "blocks":
        means = grey.reshape(height // 4, 4, width // 4, 4).sum(axis=(1, 3)) // 16
        copy = (grey + means.repeat(4, axis=0).repeat(4, axis=1)) // 2 // 8 * 8
    elif change == "caption":
        copy[-8:, 8:60] = 240
    elif change == "mirror":
        copy = grey[:, ::-1]
    elif change == "crop":
        copy = grey[height // 12 :, : width - width // 12]
    return copy


def _palette(base: int) -> npt.NDArray[np.uint8]:
    level = np.arange(256)
    warm = base * 37 % 60
    return np.stack([np.minimum(level + warm // 2, 255), level, np.maximum(level - warm, 0)], axis=1).astype(np.uint8)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _stored(data: bytes) -> bytes:
    """A zlib stream of stored blocks: larger than a compressed one, but the same with every version of zlib."""
    blocks = [data[at : at + 65_535] for at in range(0, len(data), 65_535)]
    body = b"".join(
        struct.pack("<BHH", at == len(blocks) - 1, len(block), 65_535 - len(block)) + block
        for at, block in enumerate(blocks)
    )
    return b"\x78\x01" + body + struct.pack(">I", zlib.adler32(data))


def _png(grey: Grey, palette: npt.NDArray[np.uint8]) -> bytes:
    height, width = grey.shape
    lines = np.concatenate([np.zeros((height, 1), np.uint8), grey.astype(np.uint8)], axis=1).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        _chunk(b"IHDR", head),
        _chunk(b"PLTE", palette.tobytes()),
        _chunk(b"IDAT", _stored(lines)),
        _chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def hang(cast: Cast, count: int, seed: int) -> tuple[list[Picture], pa.Table]:
    """Gives pictures to voices; answers the pictures and what is true of each: id, base, change, poster, network.

    A controller's persons share pictures, an independent worker has their own, and stock pictures go to posters who
    have nothing to do with each other (no poster is named for those).
    """
    dice = Dice(stream(seed, "pictures"))
    pictures: list[Picture] = []
    owners: list[tuple[str | None, str | None]] = []
    bases = 0

    def add(base: int, change: str, owner: tuple[str | None, str | None]) -> str:
        name = f"img_{len(pictures) + 1:05d}"
        pictures.append(Picture(name, base, change, seed))
        owners.append(owner)
        return name

    stock = []
    for _ in range(min(8, count // 10)):
        bases += 1
        stock += [add(bases, change, (None, None)) for change in ("same", dice.weighted(CHANGES, _WEIGHTS))]
    posters = [p for p in cast.posters if p.kind in ("controller", "independent", "spa", "spam")]
    for poster in dice.some(posters, min(len(posters), count)):
        voices = [cast.voices[number] for number in poster.voices]
        if stock and dice.chance(0.6 if poster.kind == "spam" else 0.06):
            for voice in voices:
                voice.pictures.append(dice.pick(stock))
            continue
        wanted = dice.between(2, 5) if poster.kind == "controller" else 2
        if len(pictures) + wanted > count:
            continue
        bases += 1
        owner = (poster.id, poster.network or None)
        own = [add(bases, "same" if k == 0 else dice.weighted(CHANGES, _WEIGHTS), owner) for k in range(wanted)]
        for voice in voices:
            voice.pictures += dice.some(own, 2)
    truth = pa.table(
        {
            "id": pa.array([p.id for p in pictures], pa.string()),
            "base": pa.array([f"base_{p.base:05d}" for p in pictures], pa.string()),
            "change": pa.array([p.change for p in pictures], pa.string()),
            "poster": pa.array([owner for owner, _ in owners], pa.string()),
            "network": pa.array([network for _, network in owners], pa.string()),
        }
    )
    return pictures, truth


def images(pictures: Iterable[Picture]) -> pa.Table:
    """The pictures as hashes (records.kinds.Image). Needs the `media` extra."""
    from clew.signals.picture import pdq_pixels

    rows: list[tuple[Any, ...]] = []
    for picture in pictures:
        grey = picture.grey()
        found = pdq_pixels(picture.tint()[grey])
        rows.append((picture.id, found.hash, found.quality, hashlib.sha256(_png(grey, picture.tint())).hexdigest()))
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    schema = KINDS["images"].schema
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
