"""How well phones are read in the texts of strangers of tests/signals, beside phonenumbers' own matcher in the same run.

    python bench/phones_strangers.py [third|fourth|fifth ...]

Prints, by way of hiding and for each set as a whole, recall, precision and the share of exact spans, with the region of each text given and
without. Texts whose class is a label, a score, a price and so on hold no phone; all that is read there is false.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import phonenumbers

from clew.signals import phones
from signals import strangers  # type: ignore[import-not-found]


def ours(advert: strangers.Advert, *, known: bool) -> list[tuple[str, int, int]]:
    return [(s.value, s.start, s.end) for s in phones(advert.text, region=advert.region if known else None)]


def matchers(advert: strangers.Advert, *, known: bool) -> list[tuple[str, int, int]]:
    found = phonenumbers.PhoneNumberMatcher(advert.text, advert.region if known else None)
    return [(phonenumbers.format_number(m.number, phonenumbers.PhoneNumberFormat.E164), m.start, m.end) for m in found]


def told(name: str, planted: int, found: int, exact: int, false: int) -> str:
    recall = f"{found / planted:.3f}" if planted else "    -"
    precision = f"{found / (found + false):.3f}" if planted else f"{false} false"
    return f"  {name:24}{planted:>5} {recall:>7} {precision:>9} {exact / found if found else 1:>7.3f}"


def main(names: list[str]) -> None:
    for name in names:
        adverts = strangers.adverts(name)
        for known in (True, False):
            print(
                f"{name}, {len(adverts)} texts, region {'given' if known else 'not given'}: planted, recall, precision, exact"
            )
            counts = strangers.counted(adverts, lambda advert, known=known: ours(advert, known=known))
            for way, each in counts.items():
                print(told(way, *each))
            print(told("ALL", *map(sum, zip(*counts.values(), strict=True))))
            peer = strangers.counted(adverts, lambda advert, known=known: matchers(advert, known=known))
            print(told("ALL, PhoneNumberMatcher", *map(sum, zip(*peer.values(), strict=True))))


if __name__ == "__main__":
    main(sys.argv[1:] or ["third", "fourth", "fifth"])
