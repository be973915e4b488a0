"""Which country a name in a published table means. What names no country is left unnamed, never guessed."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

ALIASES: Mapping[str, str] = {
    "china, taiwan province of china": "TWN",
    "cote d'ivoire": "CIV",
    "c\u00f4te d'ivoire": "CIV",
    "c\u00f4te d\u2019ivoire": "CIV",
    "c\u00e3\u00b4te d\u00e2\u20ac\u2122ivoire": "CIV",  # UTF-8 read as Windows-1252 before publication
    "c\ufffdte d'ivoire": "CIV",
    "democratic people's republic of korea": "PRK",
    "eritrea": "ERI",
    "kosovo (under unsc res. 1244)": "XKX",  # user-assigned in ISO 3166-1, as in CTDC
    "sao tome and principe": "STP",
    "somalia": "SOM",
    "state of palestine": "PSE",
    "t\u00fcrkiye": "TUR",
    "t\u00e3\u00bcrkiye": "TUR",
    "turkey": "TUR",
    "uae": "ARE",
    "western sahara": "ESH",
}
"""Names that a table uses without giving their code; lower case, spaces trimmed -> ISO 3166-1 alpha-3."""


def codes(names: pa.Array | pa.ChunkedArray, known: Mapping[str, str]) -> pa.Array:
    """ISO 3166-1 alpha-3 codes of names, null where a name is no country.

    `known` maps names as the table itself writes them (any case) and wins over `ALIASES`.
    """
    table = {**ALIASES, **{name.strip().lower(): code for name, code in known.items()}}
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(names.cast(pa.string())))
    plain = plain.combine_chunks() if isinstance(plain, pa.ChunkedArray) else plain
    place = pc.index_in(plain, pa.array(list(table), pa.string()))
    return pa.array(list(table.values()), pa.string()).take(place)
