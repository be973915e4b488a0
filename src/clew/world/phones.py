"""Telephone numbers that ring nowhere, and the ways people write them.

Every number lies in a range that its country keeps for drama and examples, so no number of the world is anybody's:
United States NPA-555-0100 to 0199 (NANPA), Great Britain (Ofcom, geographic drama ranges), France (ARCEP, five
geographic ranges for audiovisual works), Germany (Bundesnetzagentur, Berlin, Frankfurt, Hamburg, Cologne, Munich) and
Australia (ACMA, 5550 and 7010). Spain, Portugal, Romania and other countries keep no such range: posters there use a
number of another country, written internationally. Ranges that `phonenumbers` calls invalid (Ofcom's 07700 900,
ARCEP's 06 39 98) are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from clew.world.dice import Dice
from clew.world.language import book

STYLES = ("plain", "dotted", "spaced", "words", "letters", "keycaps", "split", "symbols")
COLUMN_ONLY, NO_PHONE = "column", "none"

_US = """
201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 220 223 224 225 227 228 229 231 234 235 239 240
248 251 252 253 254 256 260 262 267 269 270 272 274 276 279 281 283 301 302 303 304 305 307 308 309 310 312 313 314
315 316 317 318 319 320 321 323 325 326 327 329 330 331 332 334 336 337 339 341 346 347 351 352 360 361 364 380 385
386 401 402 404 405 406 407 408 409 410 412 413 414 415 417 419 423 424 425 430 432 434 435 440 442 443 447 458 463
464 469 470 475 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 515 516 517 518 520 530 531 534 539 540
541 551 557 559 561 562 563 564 567 570 571 572 573 574 575 580 582 585 586 601 602 603 605 606 607 608 609 610 612
614 615 616 617 618 619 620 623 626 628 629 630 631 636 640 641 646 650 651 656 657 659 660 661 662 667 669 678 680
681 682 689 701 702 703 704 706 707 708 712 713 714 715 716 717 718 719 720 724 725 726 727 731 732 734 737 740 743
747 754 757 760 762 763 765 769 770 772 773 774 775 779 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815
816 817 818 820 826 828 830 831 832 835 838 839 840 843 845 847 848 850 854 856 857 858 859 860 862 863 864 865 870
872 878 901 903 904 906 907 908 909 910 912 913 914 915 916 917 918 919 920 925 928 929 930 931 934 936 937 938 940
941 943 945 947 948 949 951 952 954 956 959 970 971 972 973 975 978 979 980 984 985 986 989
"""

_PREFIXES: dict[str, tuple[tuple[str, ...], int]] = {
    "USA": (tuple(f"1{npa}55501" for npa in _US.split()), 2),
    "GBR": (
        tuple(
            f"44{area}"
            for area in [
                "2079460",
                "1134960",
                "1144960",
                "1164960",
                "1174960",
                "1184960",
                "1214960",
                "1314960",
                "1414960",
                "1514960",
                "1614960",
                "1914980",
                "2896496",
                "2920180",
            ]
        ),
        3,
    ),
    "FRA": (("3319900", "3326191", "3335301", "3346571", "3353649"), 4),
    "DEU": (("493023125", "496990009", "494066969", "492214710", "498999998"), 3),
    "AUS": (tuple(f"61{area}{block}" for area in (2, 3, 7, 8) for block in (5550, 7010)), 4),
}
COUNTRIES = tuple(_PREFIXES)
_CODES = {"USA": "1", "GBR": "44", "FRA": "33", "DEU": "49", "AUS": "61"}
_GROUPS = {
    "USA": (3, 3, 4),
    "FRA": (2, 2, 2, 2, 2),
    "AUS": (2, 4, 4),
    "DEU": (3, 4, 4),
    "GBR": (3, 4, 4),
}
_ABROAD = ("GBR", "FRA", "AUS", "USA", "DEU")  # where numbers come from when a country has none, or none left


def _pool(country: str, dice: Dice) -> Iterator[int]:
    prefixes, digits = _PREFIXES[country]
    size = 10**digits
    numbers = [int(prefix) * size + last for prefix in prefixes for last in range(size)]
    while numbers:
        at = dice.below(len(numbers))
        numbers[at], numbers[-1] = numbers[-1], numbers[at]
        yield numbers.pop()


class Exchange:
    """Hands out each number once. A country without numbers, or with none left, gets one from abroad."""

    def __init__(self, dice: Dice) -> None:
        self._pools = {country: _pool(country, dice) for country in COUNTRIES}

    def take(self, country: str) -> int:
        """A number nobody else has, as the digits of its E.164 form; raises LookupError when the world has run out."""
        for place in (country, *_ABROAD):
            number = next(self._pools[place], None) if place in self._pools else None
            if number is not None:
                return number
        raise LookupError("the ranges kept for fiction are used up: ask for fewer adverts")


@cache
def _country(head: str) -> str:
    return next(country for country, code in _CODES.items() if head.startswith(code))


def country_of(number: int) -> str:
    """ISO 3166-1 alpha-3 of a number of the world (its United States numbers are the only ones under +1)."""
    return _country(str(number)[:2])


def e164(number: int) -> str:
    return f"+{number}" if number else ""


def _groups(number: int, *, international: bool) -> tuple[str, list[str]]:
    country = country_of(number)
    digits = str(number)[len(_CODES[country]) :]
    trunk = "" if country == "USA" else "0"
    sizes = (4, 3, 4) if country == "GBR" and digits[0] == "1" else _GROUPS[country]
    local, groups, at = trunk + digits, [], 0
    for size in (*sizes, 9):
        if local[at : at + size]:
            groups.append(local[at : at + size])
        at += size
    if international:
        groups[0] = groups[0][len(trunk) :]
        return f"+{_CODES[country]}", [group for group in groups if group]
    return "", groups


_LETTERS = str.maketrans({"0": "O", "1": "l"})
_KEYCAP = "\ufe0f\u20e3"


def render(number: int, style: str, language: str, *, international: bool) -> str:
    """The number as it stands in a text.

    >>> render(442079460123, "letters", "en", international=False)
    'O2O 7946 Ol23'
    >>> render(442079460123, "split", "en", international=True)
    '+44 20 then 7946 then 0123'
    """
    code, groups = _groups(number, international=international)
    lead = f"{code} " if code else ""
    if style == "plain":
        return lead + " ".join(groups)
    if style == "dotted":
        return (f"{code}." if code else "") + ".".join(groups)
    if style == "symbols":
        return lead + "*".join([f"({groups[0]})", *groups[1:]])
    if style == "letters":
        return lead + " ".join(groups).translate(_LETTERS)
    if style == "split":
        return lead + f" {book(language)['join'][0]} ".join(groups)
    digits = "".join(groups)
    if style == "keycaps":
        return lead + "".join(digit + _KEYCAP for digit in digits)
    if style == "words":
        names = book(language)["digits"]
        return lead + " ".join(names[int(digit)] for digit in digits)
    if style == "spaced":
        return lead + " ".join(digits)
    raise ValueError("no such style of writing a number")
