"""Which runs of digits are telephone numbers somewhere: the numbering plans of the countries, from phonenumbers.

A run written without its country counts only where the country's own way of writing is kept: its trunk prefix if it has
one. Numbers reserved for fiction and tests count too, since nobody holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import phonenumbers

DEFAULT_REGIONS = ("US", "GB", "FR", "DE", "NL", "ES", "RO", "IT", "PT", "PL", "BE", "IE")
"""Tried in this order when nothing says where a number is from."""

FICTION = re.compile(
    r"\+(?:447700900\d{3}|441632960\d{3}|44(?:113|114|115|116|117|118|121|131|141|151|161|191)496\d{4}|442079460\d{3}"
    r"|61[2378](?:5550|7010)\d{4}|6149157\d{4}|4930231250\d{2}|4917139200\d{2}|49176040690\d{2}|353209[1]\d{6}"
    r"|3319900\d{4}|3326191\d{4}|3335301\d{4}|3346571\d{4}|3353649\d{4}|3363998\d{4}|1\d{3}55501\d{2})"
)
"""Numbers set aside for drama: Ofcom (GB), Arcep (FR), NANPA (+1), ACMA (AU), Bundesnetzagentur (DE), ComReg (IE)."""
_FICTION_SIGNS = range(12, 15)
_STAGES = (("1", ""), ("44", "0"), ("33", "0"), ("49", "0"), ("61", "0"), ("353", "0"))
"""Calling codes of those, and what is dialled before the number at home."""

_LEAST_DIGITS = 8
_LEAST_NATIONAL, _MOST_NATIONAL = 9, 13
_SPOKEN_TYPES = frozenset((0, 1, 2, 3, 4, 5, 6, 7, 8, 10))
_IDD = ("00", "011")


@dataclass(frozen=True, slots=True)
class Reading:
    """A run of digits read as a number. `sure` is how sure the country is, 0 to 1; a bare one has no prefix at all."""

    e164: str
    sure: float
    bare: bool


def is_staged(e164: str) -> bool:
    """Whether it is set aside for drama. A run of digits is that by chance once in a million, so it beats other readings."""
    return len(e164) in _FICTION_SIGNS and FICTION.fullmatch(e164) is not None


def staged(digits: str) -> str | None:
    """E.164 of digits that, written as in their own country, are set aside for drama."""
    for code, trunk in _STAGES:
        if digits.startswith(trunk) and is_staged(e164 := f"+{code}{digits[len(trunk) :]}"):
            return e164
    return None


@lru_cache(maxsize=262_144)
def international(digits: str) -> str | None:
    """E.164 of digits that start with a country's calling code, None when there is no such number."""
    if digits[0] == "0" or not _LEAST_DIGITS <= len(digits) <= 17:
        return None
    for length in (1, 2, 3):
        if (code := int(digits[:length])) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return _known(code, digits[length:]) or _dialled(
                code, digits[length:], phonenumbers.region_code_for_country_code(code)
            )
    return None


def with_prefix(digits: str) -> str | None:
    """E.164 of digits that start with 00 or 011, the ways to dial another country."""
    for prefix in _IDD:
        if digits.startswith(prefix) and len(digits) > 9 and (found := international(digits[len(prefix) :])):
            return found
    return None


@lru_cache(maxsize=262_144)
def national(digits: str, region: str) -> str | None:
    """E.164 of digits as they are written inside a region, None when the region has no such number."""
    if not _LEAST_NATIONAL - _is_short(region) <= len(digits) <= _MOST_NATIONAL or not _gate(region).fullmatch(digits):
        return None
    prefix = _prefix(region)
    if region in ONE_WAY and digits.startswith(prefix):
        return _known(_code(region), digits[len(prefix) :])
    return _dialled(_code(region), digits, region)


ONE_WAY = frozenset(("GB", "FR", "DE", "NL", "RO", "BE", "IE"))
"""Regions where a number is dialled after its 0 and nothing else stands before it: no need to try several ways."""


@cache
def _is_short(region: str) -> bool:
    """Whether the region's usual numbers have seven or eight digits; they count only when something says the region."""
    return (
        region not in DEFAULT_REGIONS and min(map(len, map(_digits_of, _examples(region))), default=9) < _LEAST_NATIONAL
    )


def _examples(region: str) -> list[str]:
    """A mobile number and one of a house, as the region writes them."""
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    examples = [phonenumbers.example_number_for_type(region, kind) for kind in kinds]
    return [phonenumbers.format_number(each, phonenumbers.PhoneNumberFormat.NATIONAL) for each in examples if each]


def _digits_of(written: str) -> str:
    return "".join(filter(str.isdigit, written))


@lru_cache(maxsize=1024)
def calling_codes(regions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(_code(region)) for region in regions))


def readings(digits: str, regions: Sequence[str], sure: float) -> Iterator[Reading]:
    """The number in each of the regions that has it, in their order."""
    for region in regions:
        if found := national(digits, region):
            yield Reading(found, sure, bare=digits[0] != "0")


@lru_cache(maxsize=65_536)
def kept_by(e164: str) -> tuple[bool, tuple[int, ...]]:
    """Whether a number is surely a mobile one, and the sizes of the groups in which its country writes it."""
    number = phonenumbers.parse(e164)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return mobile, tuple(map(len, _GROUPS.findall(written)))


_GROUPS = re.compile("[0-9]+")


def _dialled(code: int, digits: str, region: str) -> str | None:
    """E.164 of digits as they are dialled in a region, its trunk prefix taken off where one stands before a number."""
    if not _is_simple(region):
        return _parsed(digits, region)
    prefix = _prefix(region)
    if prefix and digits.startswith(prefix):
        whole = _general(region)
        if whole.fullmatch(digits, len(prefix)) or not whole.fullmatch(digits):
            digits = digits[len(prefix) :]
    return _known(code, digits)


def _parsed(digits: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    return _known(int(number.country_code or 0), phonenumbers.national_significant_number(number))


def _known(code: int, national_number: str) -> str | None:
    """E.164 where the plan of the code has this number, or it is set aside for drama."""
    e164 = f"+{code}{national_number}"
    return e164 if is_staged(e164) or _spoken(code).fullmatch(national_number) else None


_FIRST_KINDS = ("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager")
_LAST_KINDS = ("voicemail", "fixed_line", "mobile")


@cache
def _spoken(code: int) -> re.Pattern[str]:
    """Every number of a calling code that somebody may answer, as one expression: what `phonenumbers.number_type` says
    in seven steps. Numbers of companies (UAN) are none.
    """
    regions = phonenumbers.region_codes_for_country_code(code)
    return re.compile("|".join(filter(None, (_of_region(code, region) for region in regions))) or r"(?!)")


def _of_region(code: int, region: str) -> str:
    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    first, last, companies = _either(plan, _FIRST_KINDS), _either(plan, _LAST_KINDS), _either(plan, ("uan",))
    leading = f"(?={plan.leading_digits})" if plan.leading_digits else ""
    whole = f"(?=(?:{plan.general_desc.national_number_pattern})\\Z)"
    return f"{leading}{whole}(?:{first}|(?!{companies}\\Z){last})"


def _either(plan: Any, kinds: Sequence[str]) -> str:
    descriptions = [getattr(plan, kind) for kind in kinds]
    patterns = [d.national_number_pattern for d in descriptions if d is not None and d.national_number_pattern]
    return f"(?:{'|'.join(patterns)})" if patterns else "(?!)"


@cache
def _code(region: str) -> int:
    return int(phonenumbers.country_code_for_region(region))


@cache
def _is_simple(region: str) -> bool:
    """Whether nothing but one trunk prefix may stand before a number here; elsewhere carriers and short ways are dialled too."""
    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.national_prefix_transform_rule:
        return False
    return plan.national_prefix_for_parsing in (None, plan.national_prefix) or region == "GB"


@cache
def _general(region: str) -> re.Pattern[str]:
    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    return re.compile(plan.general_desc.national_number_pattern)


@cache
def _prefix(region: str) -> str:
    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    return str(plan.national_prefix or "")


@cache
def _gate(region: str) -> re.Pattern[str]:
    """A quick look before the full check: the trunk prefix (needed where it is 0) and any national number."""
    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if plan is None:  # the Pitcairn Islands, Antarctica: named in texts, and without numbers of their own
        return _NEVER
    prefix = _prefix(region)
    pattern = plan.general_desc.national_number_pattern
    dialled = all(_digits_of(written).startswith(prefix) for written in _examples(region)[:1])
    optional = "" if prefix in ("0", "06", "8") and dialled and region not in _LOOSE else "?"
    return re.compile(rf"(?:{prefix}){optional}(?:{pattern})" if prefix else rf"(?:{pattern})")


_NEVER = re.compile(r"(?!)")
_LOOSE = frozenset(("IN", "CN", "TR", "BR", "NG", "PH", "ID", "CO", "AR", "KR", "TH"))
"""Regions where mobile numbers are often written without the trunk prefix."""
