"""How fast and how well detectors read generated adverts, beside phonenumbers' own matcher in the same run.

    python bench/signals_scan.py [ADVERTS]

Prints phones found by each way of hiding in the public suite, in the held-out suite and in the synthetic world, the same
for `phonenumbers.PhoneNumberMatcher`, which knows the region of every text; then what each detector and all together cost an
advert, in one process and in two, beside the matcher with plain patterns. Read on invented texts only.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable

import phonenumbers

from clew import world
from clew.signals import load, manifests, phones, scan
from clew.signals.phone import heldout, suite


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of processor and of wall."""
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - processor, time.perf_counter() - wall


def quickest(work: Callable[[], object]) -> float:
    """Seconds of processor, the least of five: what else runs on a machine only adds."""
    return min(timed(work)[0] for _ in range(5))


def matcher(text: str, region: str | None) -> list[tuple[str, int, int]]:
    found = phonenumbers.PhoneNumberMatcher(text, region)
    return [(phonenumbers.format_number(m.number, phonenumbers.PhoneNumberFormat.E164), m.start, m.end) for m in found]


def ours(text: str, region: str | None) -> list[tuple[str, int, int]]:
    return [(s.value, s.start, s.end) for s in phones(text, region=region)]


CONTACTS = ("phone", "email", "url", "handle", "wallet")


def speed(texts: list[str]) -> None:
    """Every rate is of processor time but the last; the peer reads the same texts in the same run."""
    letters = sum(map(len, texts)) / len(texts)
    print(f"{len(texts):,} adverts of {letters:.0f} characters on average; microseconds of processor time an advert")
    for manifest in manifests():
        detector = load(manifest.name)
        detector.detect(texts[:200])  # loads its tables
        seconds = quickest(lambda detector=detector: detector.detect(texts))  # type: ignore[misc]
        print(f"  {manifest.name:12} {seconds / len(texts) * 1e6:>7.1f}")
    scan(texts[:200], workers=1)
    contacts = quickest(lambda: scan(texts, workers=1, detectors=CONTACTS))
    alone = quickest(lambda: scan(texts, workers=1))
    sample = texts[: max(1, len(texts) // 10)]
    peer = quickest(lambda: [peer_reads(text) for text in sample])
    rate = len(sample) / peer
    _, shared = timed(lambda: scan(texts, workers=2))
    print(f"  contacts     {contacts / len(texts) * 1e6:>7.1f}  ({', '.join(CONTACTS)} and the frame)")
    print(f"  all          {alone / len(texts) * 1e6:>7.1f}")
    print("adverts a second")
    print(f"  one process, processor time      {len(texts) / alone:>8,.0f}")
    print(f"  two processors, from the above   {2 * len(texts) / alone:>8,.0f}")
    print(f"  two processes, wall, with start  {len(texts) / shared:>8,.0f}")
    print(f"  contacts only, processor time    {len(texts) / contacts:>8,.0f}")
    print(f"  peer, processor time             {rate:>8,.0f}  (PhoneNumberMatcher and plain regular expressions)")
    print(f"  contacts are {len(texts) / contacts / rate:.1f} times as fast as the peer")


def peer_reads(text: str) -> int:
    """What a short script does: the library's own matcher, and patterns for addresses written plainly."""
    return len(matcher(text, "US")) + sum(len(pattern.findall(text)) for pattern in PLAIN)


PLAIN = tuple(
    map(
        re.compile,
        (
            r"[\w.+-]+@[\w-]+\.[\w.-]+",
            r"https?://\S+|www\.\S+",
            r"@\w+",
            r"\b[13][a-km-zA-HJ-NP-Z1-9]{25,34}\b",
            r"\b0x[0-9a-fA-F]{40}\b",
        ),
    )
)


def quality(name: str, cases: list[suite.Case]) -> None:
    known = suite.score(cases, lambda case: ours(case.text, case.region))
    guessed = suite.score(cases, lambda case: ours(case.text, None))
    peer = suite.score(cases, lambda case: matcher(case.text, case.region))
    print(f"{name}: recall/precision/spans exact, region known; unknown; recall/precision of the peer (region known)")
    for hiding in known:
        ours_, theirs = (known[hiding], guessed[hiding]), peer[hiding]
        parts = [f"{s.recall:.3f}/{s.precision:.3f}/{s.exact / max(1, s.found) if s.planted else 1:.3f}" for s in ours_]
        print(
            f"  {hiding:22}{known[hiding].planted:>5}  {'  '.join(parts)}  {theirs.recall:.3f}/{theirs.precision:.3f}"
        )
    for who, scored in (("known", known), ("unknown", guessed), ("peer", peer)):
        planted, found, false = (
            sum(getattr(s, part) for s in scored.values()) for part in ("planted", "found", "false")
        )
        print(
            f"  all, {who:8} recall {found / planted:.4f}  precision {found / (found + false):.4f}  ({planted} planted)"
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
    quality("public suite, seed 2024", list(suite.cases(seed=2024, each=200)))
    quality("held-out suite, seed 2024", list(heldout.cases(seed=2024, each=200)))
    on_the_world(made)
    speed(made.adverts["text"].to_pylist())
