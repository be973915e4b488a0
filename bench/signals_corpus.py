"""How much of an invented corpus the detectors of ages, dates, hours, offers, places, prices, languages and signs read.

    python bench/signals_corpus.py [--differences]

Prints precision, recall and exact spans by kind for the texts the detectors were made beside (`tuned`) and for the held-out
ones, which kinds the synthetic world's classes of advert are taken for offers of work, and the processor time of these
detectors an advert beside the language library's own call in the same run. Invented texts only: real ones will do worse.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pycld2

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from clew import world
from clew.signals import manifests, scan
from signals import corpus

OURS = ("age", "availability", "date", "language", "offer", "place", "price", "wording")


def quality(name: str) -> None:
    print(f"{name}: precision, recall, planted, spans exact")
    for kind, s in corpus.score(corpus.read(f"corpus_{name}.txt")).items():
        print(f"  {kind:13} {s.precision:.2f}  {s.recall:.2f}  {s.right + s.missed:>3}  {s.exact}/{s.right}")


def offers(made: world.World) -> None:
    classes = made.truth["adverts"]["class"].to_pylist()
    found = scan(made.adverts["text"], detectors=["offer"], workers=1).signals["row"].to_pylist()
    taken, planted = Counter(classes[row] for row in set(found)), Counter(classes)
    print("taken for offers of work, by the synthetic world's class")
    for name, number in sorted(planted.items()):
        print(f"  {name:12} {taken[name]}/{number}")


def seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def speed(texts: list[str]) -> None:
    names = [m.name for m in manifests() if m.name in OURS]
    scan(texts[:500], detectors=names, workers=1)
    ours = min(seconds(lambda: scan(texts, detectors=names, workers=1)) for _ in range(3)) / len(texts)
    peer = min(seconds(lambda: [pycld2.detect(t, bestEffort=True) for t in texts]) for _ in range(3)) / len(texts)
    letters = sum(map(len, texts)) / len(texts)
    print(
        f"{len(texts):,} different texts of {letters:.0f} characters: {ours * 1e6:.0f} microseconds each for {', '.join(names)}"
    )
    print(f"  pycld2.detect alone {peer * 1e6:.0f}; all of ours are {ours / peer:.1f} times that")


if __name__ == "__main__":
    for name in ("tuned", "heldout"):
        quality(name)
        if "--differences" in sys.argv:
            print("\n".join(corpus.differences(corpus.read(f"corpus_{name}.txt"))))
    made = world.build(11, 20_000)
    offers(made)
    speed(list(dict.fromkeys(text[:220].rsplit(" ", 1)[0] for text in made.adverts["text"].to_pylist()))[:6000])
