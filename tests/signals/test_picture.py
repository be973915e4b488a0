from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest
from typer.testing import CliRunner

from clew.cli.media import app
from clew.safeguards.errors import UsageError
from clew.signals.base import Failed
from clew.signals.picture import (
    ORIENTATIONS,
    PictureHash,
    decode,
    dihedral,
    hamming_matches,
    hamming_pairs,
    pdq,
    pdq_many,
    pdq_pixels,
)

Image = pytest.importorskip("PIL.Image")


def drawn(seed: int, size: tuple[int, int] = (240, 320)) -> np.ndarray:
    """Invented pixels: smooth blobs of light."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : size[0], 0 : size[1]]
    light = np.zeros(size)
    for _ in range(25):
        down, across, radius = rng.random() * size[0], rng.random() * size[1], 8 + rng.random() * 60
        light += np.where((x - across) ** 2 + (y - down) ** 2 < radius**2, rng.random() * 120 - 50, 0)
    grey = np.clip(light + 110, 0, 255).astype(np.uint8)
    return np.stack([grey, grey, grey], axis=2)


def file_of(pixels: np.ndarray, form: str = "PNG", **options: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, form, **options)
    return buffer.getvalue()


def bits(one: PictureHash, other: PictureHash) -> int:
    return (int(one.hash, 16) ^ int(other.hash, 16)).bit_count()


def test_a_resized_jpeg_stays_near_and_another_picture_is_far() -> None:
    first = pdq(file_of(drawn(1)))
    small = np.asarray(Image.fromarray(drawn(1)).resize((200, 150)))
    again = pdq(file_of(small, "JPEG", quality=60))
    other = pdq(file_of(drawn(2)))
    assert isinstance(first, PictureHash)
    assert isinstance(again, PictureHash)
    assert isinstance(other, PictureHash)
    assert len(first.hash) == 64
    assert bits(first, again) <= 31 < 60 < bits(first, other)
    assert first.matchable


def test_a_blank_picture_is_of_no_quality() -> None:
    blank = pdq_pixels(np.full((100, 100, 3), 127, np.uint8))
    assert blank.quality < 50
    assert not blank.matchable


def test_dihedral_hashes_are_those_of_the_turned_pixels() -> None:
    pixels = drawn(1)
    named = dict(zip(ORIENTATIONS, dihedral(pixels), strict=True))
    turns = {
        "0": pixels,
        "rot90": np.rot90(pixels),
        "rot180": pixels[::-1, ::-1],
        "rot270": np.rot90(pixels, 3),
        "flipv": pixels[::-1],
        "fliph": pixels[:, ::-1],
        "transpose": pixels.transpose(1, 0, 2),
        "transverse": pixels[::-1, ::-1].transpose(1, 0, 2),
    }
    assert set(turns) == set(ORIENTATIONS)
    assert {name: pdq_pixels(turned) for name, turned in turns.items()} == named
    assert min(bits(named["0"], one) for name, one in named.items() if name != "0") > 60


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n broken", file_of(drawn(1))[:300]])
def test_what_is_no_picture_is_failed_not_nothing(content: bytes) -> None:
    answer = pdq(content)
    assert isinstance(answer, Failed)
    assert answer.reason


def test_a_picture_bomb_is_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clew.signals.picture._MAX_PIXELS", 1000)
    assert decode(file_of(drawn(1))) == Failed("too many pixels")


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pdqhash", None)
    with pytest.raises(UsageError, match=r"clew\[media\]"):
        pdq(file_of(drawn(1)))


def test_many_files_one_by_one(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.png", tmp_path / "b.png"
    good.write_bytes(file_of(drawn(1)))
    bad.write_bytes(b"x")
    answers = dict(pdq_many([good, bad, tmp_path / "missing.png"]))
    assert isinstance(answers[good], PictureHash)
    assert isinstance(answers[bad], Failed)
    assert isinstance(answers[tmp_path / "missing.png"], Failed)


def near(rng: np.random.Generator, row: np.ndarray, flips: int) -> np.ndarray:
    copy = np.unpackbits(row)
    copy[rng.choice(256, flips, replace=False)] ^= 1
    return np.packbits(copy)


def test_pairs_equal_brute_force_at_the_boundary() -> None:
    rng = np.random.default_rng(1)
    rows = [rng.integers(0, 256, 32, dtype=np.uint8) for _ in range(600)]
    rows += [near(rng, rows[k], flips) for k, flips in enumerate((0, 1, 30, 31, 32, 33) * 20)]
    texts = [row.tobytes().hex() for row in rows]
    found = {(p["i"], p["j"]): p["distance"] for p in hamming_pairs(pa.array(texts)).to_pylist()}
    numbers = [int(text, 16) for text in texts]
    truth = {
        (i, j): d
        for i, one in enumerate(numbers)
        for j in range(i + 1, len(numbers))
        if (d := (one ^ numbers[j]).bit_count()) <= 31
    }
    assert found == truth
    assert 31 in found.values()
    assert 32 not in found.values()


def test_matches_of_two_lists_equal_brute_force() -> None:
    rng = np.random.default_rng(2)
    bank = [rng.integers(0, 256, 32, dtype=np.uint8) for _ in range(50)]
    queries = [near(rng, bank[k], k) for k in range(40)]
    found = hamming_matches(*(pa.array([row.tobytes().hex() for row in rows]) for rows in (queries, bank)))
    assert [(row["query"], row["bank"], row["distance"]) for row in found.to_pylist()] == [(k, k, k) for k in range(32)]


def test_no_hashes_no_pairs_and_a_bad_hash_is_refused() -> None:
    assert len(hamming_pairs(pa.array([], pa.string()))) == 0
    with pytest.raises(ValueError, match="64 hex digits"):
        hamming_pairs(pa.array(["abc"]))


def test_commands_hash_and_match(tmp_path: Path) -> None:
    run = CliRunner().invoke
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "one.png").write_bytes(file_of(drawn(1)))
    (tmp_path / "p" / "two.jpg").write_bytes(file_of(drawn(1), "JPEG", quality=50))
    (tmp_path / "p" / "broken.png").write_bytes(b"x")
    (tmp_path / "q").mkdir()
    (tmp_path / "q" / "mirror.png").write_bytes(file_of(np.ascontiguousarray(drawn(1)[:, ::-1])))
    result = run(app, ["hash", str(tmp_path / "p"), "--out", str(tmp_path / "bank.csv")])
    assert result.exit_code == 0
    bank = pyarrow.csv.read_csv(tmp_path / "bank.csv")
    assert bank.column_names == ["path", "kind", "hash", "quality"]
    assert len(bank) == 2
    rejected = pyarrow.csv.read_csv(tmp_path / "bank.rejects.csv").to_pylist()
    assert [(row["field"], Path(row["id"]).name) for row in rejected] == [("path", "broken.png")]
    assert run(app, ["hash", str(tmp_path / "q"), "--dihedral", "-o", str(tmp_path / "q.csv")]).exit_code == 0
    result = run(app, ["match", str(tmp_path / "q.csv"), str(tmp_path / "bank.csv"), "--out", str(tmp_path / "m.csv")])
    assert result.exit_code == 0
    matches = pyarrow.csv.read_csv(tmp_path / "m.csv").to_pylist()
    assert {Path(row["bank_id"]).name for row in matches} == {"one.png", "two.jpg"}
    assert {row["orientation"] for row in matches} == {"fliph"}


def test_command_fails_when_no_file_is_a_picture(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"x")
    result = CliRunner().invoke(app, ["hash", str(tmp_path / "x.png"), "--out", str(tmp_path / "out.csv")])
    assert result.exit_code == 1
    assert not (tmp_path / "out.csv").exists()
