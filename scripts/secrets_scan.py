"""Looks for secrets in what git keeps or would keep: `python scripts/secrets_scan.py`. Says where and of what kind, never what.

Answers 1 where something was found. What only looks like a secret is left out by what it is (an invented password of a test
has words in it), not by a list of places, so that a real one at the same place is still found.
"""

from __future__ import annotations

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# In halves, so that this file does not hold what it looks for.
KINDS = {
    "private key": re.compile("-----BEGIN (?:[A-Z]+ )*PRIVATE KEY" + "-----|AGE-SECRET-" + "KEY-1[0-9A-Z]{20}"),
    "key of a cloud": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b"),
    "token of a service": re.compile(
        r"\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_\w{60,}|glpat-[\w-]{20}|xox[abprs]-[0-9A-Za-z-]{10,}|sk_live_[0-9A-Za-z]{20,}"
        r"|npm_[0-9A-Za-z]{36}|pypi-[\w-]{60,}|hf_[0-9A-Za-z]{30,}|sk-(?:ant-|proj-)?[\w-]{32,})"
    ),
    "signed token": re.compile(r"\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}"),
    "password in an address": re.compile(r"\b[a-z][a-z+]{2,12}://[^\s:/@\"'<>{}]+:(?P<said>[^\s:/@\"'<>{}$]{3,})@"),
    "value given to a secret's name": re.compile(
        r"(?i)(?:passw(?:or)?d|passphrase|secret|api_?key|access_?key|auth_?token|private_?key)\w*[\"']?\s*[:=]\s*[\"'](?P<said>[^\s\"'{}<>$]{12,})[\"']"
    ),
}
GUESSED = frozenset({"password in an address", "value given to a secret's name"})
"""Kinds that are a secret only where what stands there is not made of words."""


def bits(text: str) -> float:
    """Shannon entropy of its characters."""
    counts = Counter(text)
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts.values())


def looks_made(text: str) -> bool:
    """Whether it looks drawn at random: much in it, of two sorts of characters, and no word of more than five letters."""
    sorts = sum(bool(re.search(each, text)) for each in ("[a-z]", "[A-Z]", "[0-9]"))
    wordy = sum(map(len, re.findall(r"[A-Za-z][a-z]{4,}", text))) > len(text) / 2
    return len(text) >= 12 and bits(text) > 3.2 and sorts >= 2 and not wordy


def found_in(text: str) -> Iterator[tuple[int, str]]:
    """Line and kind of each."""
    for kind, pattern in KINDS.items():
        for match in pattern.finditer(text):
            if kind not in GUESSED or looks_made(match["said"]):
                yield text.count("\n", 0, match.start()) + 1, kind


def kept(root: Path) -> list[Path]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=root, capture_output=True, check=True)  # noqa: S603 (ours)
    return [path for name in done.stdout.split(b"\0") if name and (path := root / name.decode()).is_file()]


def scan(root: Path) -> list[str]:
    """Where something stands that looks like a secret: file, line, kind."""
    places = []
    for path in kept(root):
        content = path.read_bytes()
        if b"\0" not in content[:8192]:
            found = found_in(content.decode("utf-8", errors="replace"))
            places += [f"{path.relative_to(root)}:{number}: {kind}" for number, kind in found]
    return places


if __name__ == "__main__":
    said = scan(ROOT)
    sys.stdout.write("\n".join([*said, f"secrets: {len(said)} found"]) + "\n")
    sys.exit(bool(said))
