"""How fast and how well detectors read generated adverts, beside phonenumbers' own matcher in the same run.

    python bench/signals_scan.py [ADVERTS]

Prints adverts a second for each detector and for all together (one process, then one a processor; processor time and
wall time), phones found by each way of hiding in the public suite and in the synthetic world, and the same for
`phonenumbers.PhoneNumberMatcher`, which knows the region of every text. Read on invented texts only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import phonenumbers

from clew import world
from clew.signals import load, manifests, phones, scan
from clew.signals.phone import suite


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of processor and of wall."""
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - wall


def matcher(text: str, region: str | None) -> list[tuple[str, int, int]]:
    found = phonenumbers.PhoneNumberMatcher(text, region)
    return [(phonenumbers.format_number(m.number, phonenumbers.PhoneNumberFormat.E164), m.start, m.end) for m in found]


def ours(text: str, region: str | None) -> list[tuple[str, int, int]]:
    return [(s.value, s.start, s.end) for s in phones(text, region=region)]


def speed(texts: list[str]) -> None:
    letters = sum(map(len, texts)) / len(texts)
    print(f"{len(texts):,} adverts of {letters:.0f} characters on average; adverts a second of processor time")
    seconds = {}
    for manifest in manifests():
        detector = load(manifest.name)
        detector.detect(texts[:200])  # loads its tables
        seconds[manifest.name], _ = timed(lambda detector=detector: detector.detect(texts))  # type: ignore[misc]
        print(f"  {manifest.name:10} {len(texts) / seconds[manifest.name]:>10,.0f}")
    alone = timed(lambda: scan(texts, workers=1))
    shared = timed(lambda: scan(texts, workers=2))
    print(f"  all        {len(texts) / alone[0]:>10,.0f}  (wall: {len(texts) / alone[1]:,.0f})")
    print(f"  all, two processes, wall, with their start: {len(texts) / shared[1]:,.0f}")
    sample = texts[: max(1, len(texts) // 10)]
    peer, _ = timed(lambda: [matcher(text, "US") for text in sample])
    rate = len(sample) / peer
    print(f"  peer, PhoneNumberMatcher: {rate:,.0f}; phone is {len(texts) / seconds['phone'] / rate:.1f} times as fast")


def quality(each: int = 300) -> None:
    cases = list(suite.cases(seed=2024, each=each))
    known = suite.score(cases, lambda case: ours(case.text, case.region))
    guessed = suite.score(cases, lambda case: ours(case.text, None))
    peer = suite.score(cases, lambda case: matcher(case.text, case.region))
    print(f"public suite, {each} texts a way of hiding: recall/precision, region known; unknown; peer (region known)")
    for hiding in known:
        scores = (known[hiding], guessed[hiding], peer[hiding])
        print(f"  {hiding:18}" + "".join(f"  {s.recall:.3f}/{s.precision:.3f}" for s in scores))
    for name, scored in (("known", known), ("unknown", guessed), ("peer", peer)):
        planted, found, false = (
            sum(getattr(s, part) for s in scored.values()) for part in ("planted", "found", "false")
        )
        print(
            f"  all, {name:8} recall {found / planted:.4f}  precision {found / (found + false):.4f}  ({planted} planted)"
        )


def on_the_world(made: world.World) -> None:
    """Numbers of the synthetic world's adverts, with no region given."""
    truth = made.truth["adverts"]
    shown, true = truth["phone_in_text"].to_pylist(), truth["phone_true"].to_pylist()
    found, false, planted = 0, 0, sum(shown)
    signals = scan(made.adverts["text"], detectors=["phone"]).signals
    for row, value in zip(signals["row"].to_pylist(), signals["value"].to_pylist(), strict=True):
        right = value == true[row]
        found, false = found + right, false + (not right)
    print(
        f"synthetic world, no region: recall {found / planted:.4f}  precision {found / (found + false):.4f}  ({planted} planted)"
    )


if __name__ == "__main__":
    made = world.build(7, int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
    quality()
    on_the_world(made)
    speed(made.adverts["text"].to_pylist())
