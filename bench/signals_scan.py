"""How fast and how well detectors read generated adverts, beside phonenumbers' own matcher in the same run.

    python bench/signals_scan.py [ADVERTS] [SEED]
    python bench/signals_scan.py speed [SEED]

Prints phones found by each way of hiding in the public suite, in the held-out suite and in the synthetic world, the same
for `phonenumbers.PhoneNumberMatcher`, which knows the region of every text; then what each detector and all together cost an
advert that was never read before, in one process and in two and by the command on a file, beside the matcher with plain patterns and a
language library. Read on invented texts only.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import phonenumbers
import pycld2

from clew import world
from clew.records import write_table
from clew.signals import phones, scan, scanning
from clew.signals.language.detect import guess
from clew.signals.phone import heldout, suite

_EACH = 4_096
"""Texts a round; every round reads texts that nothing has read before."""
_ROUNDS = 2


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


CONTACTS = ("phone", "email", "url", "handle", "wallet")


def unseen(seed: int) -> list[str]:
    """Adverts of the synthetic world that no other seed has."""
    return list(dict.fromkeys(world.build(seed, _EACH * 5 // 4).adverts["text"].to_pylist()))[:_EACH]


def stages(texts: list[str]) -> dict[str, float]:
    """Microseconds of processor time an advert, by detector, as they run in one scan, and of the whole."""
    spent: dict[str, float] = {}
    run, ahead = scanning.run_on, scanning.looked_ahead

    def timed_run(detector: Any, batch: Sequence[str]) -> Any:
        seconds = time.process_time()
        try:
            return run(detector, batch)
        finally:
            name = getattr(detector, "mark", "other").partition("/")[0]
            spent[name] = spent.get(name, 0.0) + time.process_time() - seconds

    @contextmanager
    def timed_ahead(*given: Any) -> Iterator[None]:
        seconds = time.process_time()
        with ahead(*given):
            spent["look-ahead"] = spent.get("look-ahead", 0.0) + time.process_time() - seconds
            yield

    scanning.run_on, scanning.looked_ahead = timed_run, timed_ahead
    try:
        whole, _ = timed(lambda: scan(texts, workers=1))
    finally:
        scanning.run_on, scanning.looked_ahead = run, ahead
    spent["all else"] = whole - sum(spent.values())
    spent["ALL"] = whole
    return {name: seconds / len(texts) * 1e6 for name, seconds in spent.items()}


def speed(seed: int) -> None:
    """Every text is met for the first time; the least of the rounds counts, since what else a machine runs only adds."""
    scan(unseen(seed), workers=1)  # loads the tables
    rounds = [unseen(seed + 1 + at) for at in range(_ROUNDS)]
    languages = Counter(tag for tag in map(guess, rounds[0]) if tag)
    measured = [stages(texts) for texts in (unseen(seed + 101 + at) for at in range(_ROUNDS))]
    least = {name: min(each[name] for each in measured) for name in measured[0]}
    letters = sum(map(len, rounds[0])) / len(rounds[0])
    load = os.getloadavg()[0]
    print(f"unseen adverts of {letters:.0f} characters, languages {dict(languages.most_common(7))}; load {load:.1f}")
    print("microseconds of processor time an advert, least of the rounds")
    for name, cost in sorted(least.items(), key=lambda item: item[1]):
        print(f"  {name:14}{cost:>8.1f}")
    contacts = min(timed(lambda t=t: scan(t, workers=1, detectors=CONTACTS))[0] / len(t) for t in rounds) * 1e6  # type: ignore[misc]
    sample = rounds[0][:1500]
    peer = min(timed(lambda: [peer_reads(text) for text in sample])[0] for _ in range(2)) / len(sample) * 1e6
    print(f"  contacts      {contacts:>8.1f}  ({', '.join(CONTACTS)})")
    print(f"  peer          {peer:>8.1f}  (PhoneNumberMatcher, plain regular expressions, pycld2)")
    print(f"all detectors take {least['ALL'] / peer:.2f} times the peer's time")
    many = [text for at in range(4) for text in unseen(seed + 201 + at)]
    (own, wall), children = timed(lambda: scan(many, workers=2)), resource.getrusage(resource.RUSAGE_CHILDREN)
    of_children = children.ru_utime + children.ru_stime
    print(
        f"{len(many):,} unseen adverts, two processes: {wall:.1f} s of wall with their start ({len(many) / wall:,.0f} adverts/s), "
        f"{own + of_children:.1f} s of processor; by processor time two cores read {2e6 / least['ALL']:,.0f} adverts/s"
    )


def command(seed: int) -> None:
    """`clew adverts scan` on 40,000 unseen adverts."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "adverts.csv"), Path(folder, "signals.parquet")
        write_table(world.build(seed, 40_000).adverts, source)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall = time.perf_counter()
        subprocess.run([sys.executable, "-m", "clew", "adverts", "scan", str(source), "--out", str(out)], check=True)
        wall = time.perf_counter() - wall
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"clew adverts scan, 40,000 adverts: {wall:.1f} s of wall, {spent:.1f} s of processor, {40_000 / wall:,.0f} adverts/s"
    )


def peer_reads(text: str) -> int:
    """What a short script does: the library's own matcher, plain patterns, and a language library's own call."""
    pycld2.detect("".join(sign for sign in text if sign.isprintable()), bestEffort=True)
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
            r"[$€£]\s?\d[\d.,]*|\d[\d.,]*\s?(?:[$€£]|eur|usd|gbp)",
            r"\b\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?\b|\b\d{4}-\d\d-\d\d\b",
            r"\b\d{1,2}:\d\d\s?(?:am|pm)?\b",
            r"\b\d\d\s?(?:years? old|yo|y/o|ans|años|jahre)\b",
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
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 300
    if "speed" not in sys.argv:
        made = world.build(7, int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
        quality("public suite, seed 2024", list(suite.cases(seed=2024, each=200)))
        quality("held-out suite, seed 2024", list(heldout.cases(seed=2024, each=200)))
        on_the_world(made)
    speed(seed)
    command(seed + 500)
