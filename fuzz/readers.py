"""Feeds the readers of files what a fuzzer makes: `python fuzz/readers.py --seconds 60 [FOLDER]`, or `make fuzz`.

With atheris (`pip install atheris`, Linux, CPython 3.11 to 3.13) inputs follow the coverage of clew.records and
clew.intake; without it they are whole files damaged at random, from a seed. Anything but a result or an error of clew's own
is a find: its input is kept in FOLDER (default: fuzz-out) and the run answers 1.
"""

# ruff: noqa: E402 (what is watched is imported under the watch)
from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import pkgutil
import random
import sys
import tempfile
import time
import traceback
from pathlib import Path

import pyarrow as pa

try:
    import atheris
except ImportError:
    atheris = None

GUIDED = atheris is not None and "--random" not in sys.argv
with atheris.instrument_imports(include=["clew.records", "clew.intake"]) if GUIDED else contextlib.nullcontext():
    import clew.records

    for each in pkgutil.iter_modules(clew.records.__path__):
        importlib.import_module(f"clew.records.{each.name}")
from clew.records import KINDS, read_file, read_table
from clew.records.write import write_table
from clew.safeguards.errors import ClewError
from clew.signals import scan

SUFFIXES = (".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx")
KIND_NAMES = tuple(KINDS)
SEEDS = (
    b"id,text\n1,call +44 7911 123456\n", b"\xef\xbb\xbfid;text\r\n1;\"a\"\"b\"\r\n", b'{"id": "1", "text": "a"}\n', b'[{"id": "1"}]',
    b"id\ttext\n1\ta\n", "id,text\n1,عشاء\n".encode("utf-16"), b"case_id,gender,age\n1,Woman,9--17\n",
)  # fmt: skip


def one(content: bytes, folder: Path) -> None:
    """Reads one input as a file of a kind and an ending that its first two bytes choose, and has its text scanned."""
    if len(content) < 3:
        return
    path = folder / f"x{SUFFIXES[content[0] % len(SUFFIXES)]}"
    path.write_bytes(content[2:])
    kind = KINDS[KIND_NAMES[content[1] % len(KIND_NAMES)]]
    for reading in (lambda: read_table(path), lambda: read_file(path, kind=kind)):
        with contextlib.suppress(ClewError):
            reading()
    found = scan([content[2:].decode("utf-8", "replace")[:2_000]])
    assert found.failures.num_rows == 0, str(found.failures["reason"].to_pylist())


def seeds(folder: Path) -> list[bytes]:
    """Whole files of every ending, each under the bytes that choose its ending."""
    made = [bytes((number % 256, 0)) + seed for number, seed in enumerate(SEEDS)]
    table = pa.table({"id": ["1", "2"], "text": ["call +44 7911 123456", "a"]})
    for number, suffix in enumerate(SUFFIXES):
        write_table(table, path := folder / f"seed{suffix}") if suffix != ".json" else None
        if suffix != ".json":
            made.append(bytes((number, 0)) + path.read_bytes())
    return made


def damaged(content: bytes, dice: random.Random) -> bytes:
    """The content with a few bytes changed, doubled or lost."""
    changed = bytearray(content)
    for _ in range(dice.randint(1, 8)):
        at = dice.randrange(len(changed))
        what = dice.random()
        if what < 0.5:
            changed[at] = dice.randrange(256)
        elif what < 0.75:
            changed[at:at] = changed[at : at + dice.randint(1, 64)] * dice.randint(1, 4)
        elif len(changed) > 8:
            del changed[at : at + dice.randint(1, 16)]
    return bytes(changed)


def kept(content: bytes, out: Path, error: BaseException) -> str:
    out.mkdir(exist_ok=True)
    path = out / hashlib.sha256(content).hexdigest()[:16]
    path.write_bytes(content)
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}, input kept in {path}"


def at_random(seconds: float, seed: int, out: Path) -> int:
    """Without atheris. Answers how many inputs broke something, each place counted once."""
    dice, finds, done = random.Random(seed), dict[str, str](), 0  # noqa: S311 (not for secrets)
    with tempfile.TemporaryDirectory() as scratch:
        start, whole = time.monotonic(), seeds(Path(scratch))
        while time.monotonic() - start < seconds:
            content, done = damaged(dice.choice(whole), dice), done + 1
            try:
                one(content, Path(scratch))
            except Exception as error:  # noqa: BLE001 (what a fuzzer is for)
                finds.setdefault(repr(traceback.extract_tb(error.__traceback__)[-1]), kept(content, out, error))
    sys.stdout.write("\n".join([*finds.values(), f"{done} inputs (seed {seed}), {len(finds)} finds"]) + "\n")
    return len(finds)


def guided(seconds: float, out: Path, corpus: Path) -> None:
    """With atheris; it ends the process itself, with 77 after a find."""
    scratch = Path(tempfile.mkdtemp())
    corpus.mkdir(parents=True, exist_ok=True)
    out.mkdir(exist_ok=True)
    for seed in seeds(scratch):
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)
    arguments = [
        sys.argv[0],
        f"-max_total_time={int(seconds)}",
        "-max_len=8192",
        "-timeout=20",
        f"-artifact_prefix={out}/",
        str(corpus),
    ]
    atheris.Setup(arguments, lambda content: one(content, scratch))
    atheris.Fuzz()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--random", action="store_true", help="at random even where atheris is installed")
    parser.add_argument("folder", type=Path, nargs="?", default=Path("fuzz-out"))
    asked = parser.parse_args()
    if GUIDED:
        guided(asked.seconds, asked.folder, asked.folder / "corpus")
    return int(at_random(asked.seconds, asked.seed, asked.folder) > 0)


if __name__ == "__main__":
    sys.exit(main())
