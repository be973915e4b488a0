"""Persons as keyed Bloom filters (CLK): one string of bits a person, alike where the persons are, readable by nobody.

What is put in are whole words and pairs of letters of names and places, and parts of dates and numbers (Schnell, Bachteler and Reiher
2011, cryptographic long-term keys). Hardened as published:

- one HMAC-SHA256 key for each field from a secret the hub does not have, so that no dictionary can be tried without it;
- each bit position is drawn by itself from the keyed hash (random hashing), because double hashing has patterns that
  are broken (Niedermeyer, Steinmetzer, Kroll and Schnell 2014; Schnell and Borgs 2016);
- all fields in one filter, more bits for what tells more (Durham et al. 2014), so that no field can be counted alone;
- the filter is folded in half by exclusive or (Schnell and Borgs 2016), so that a set bit is no longer a sign of one word.

What this does not stop is said in docs/person-linkage.md: whoever has the secret can try guesses, and similar persons
stay similar, which frequency attacks on large sets use.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Sequence
from hashlib import sha256

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.persons.fields import PERSON_FIELDS
from clew.links.persons.prepare import profiles
from clew.links.persons.secret import Secret
from clew.safeguards.errors import UsageError

BITS = 1024
"""Of an encoding. The filter has twice as many before it is folded."""
FEWEST_FEATURES = 6
"""A person of whom less is known is not encoded: so little would match anyone, and is easy to guess."""
VERSION = "clk/1"

_PER_FEATURE = {
    "word": 10, "name": 5, "root": 10, "year": 10, "part": 6, "date": 14, "digit": 3, "spot": 8, "place": 3, "code": 10,
    "postcode": 6, "number": 6, "gender": 4, "occupation": 8, "citizenship": 4,
}  # fmt: skip
"""Bits each feature sets. Part of the schema: another number is another schema."""

SCHEMA = pa.schema(
    [("id", pa.string()), ("encoding", pa.string()), ("check", pa.string()), ("fingerprint", pa.string())]
)


def encode(people: pa.Table, secret: Secret, *, contributor: str, fields: Sequence[str] | None = None) -> pa.Table:
    """Encodings of the table of `persons`: id (a pseudonym), encoding in hex, check, fingerprint; in the order of ids.

    `fields` are those that all contributors agreed on, default those of the table. A person with too little recorded is
    left out. Raises UsageError for a field the table does not have.
    """
    chosen = _chosen(people, fields)
    names = pseudonyms(people["id"].to_pylist(), secret, contributor)
    mark = fingerprint(secret, chosen)
    prepared = profiles(people.select(["id", *chosen]))
    filters, enough = _filters(prepared.table, secret)
    rows = sorted((name, int(profile)) for name, profile in zip(names, prepared.of_row, strict=True))
    rows = [(name, profile) for name, profile in rows if enough[profile]]
    packed = np.packbits(filters, axis=1)
    texts = [packed[profile].tobytes().hex() for _, profile in rows]
    ids = [name for name, _ in rows]
    checks = [check_of(name, text, mark) for name, text in zip(ids, texts, strict=True)]
    return pa.table([ids, texts, checks, [mark] * len(ids)], schema=SCHEMA)


def pseudonyms(ids: Sequence[str], secret: Secret, contributor: str) -> list[str]:
    """Names that only holders of the secret can lead back to the ids of one contributor: 128 bits in hex."""
    key = secret.key(f"id/{contributor}")
    return [hmac.digest(key, name.encode(), "sha256")[:16].hex() for name in ids]


def fingerprint(secret: Secret, fields: Sequence[str]) -> str:
    """The same for the same secret and schema, another for any other; tells nothing of the secret. 128 bits in hex."""
    schema = json.dumps([VERSION, BITS, sorted(_PER_FEATURE.items()), sorted(fields)])
    return hmac.digest(secret.key("fingerprint"), schema.encode(), "sha256")[:16].hex()


def check_of(name: str, encoding: str, mark: str) -> str:
    """Finds a row that was cut, edited or mixed up on its way. It is no signature: who rewrites a row can rewrite this."""
    return sha256(f"{mark}|{name}|{encoding}".encode()).hexdigest()[:16]


def _chosen(people: pa.Table, fields: Sequence[str] | None) -> list[str]:
    present = [name for name in people.column_names if name != "id"]
    if fields is None:
        return present
    known = {f.name for f in PERSON_FIELDS}
    wrong = [name for name in fields if name not in known or name not in present]
    if wrong:
        raise UsageError(
            f"--fields: {', '.join(wrong)}: the file has no such field of a person; it has {', '.join(present)}"
        )
    return list(dict.fromkeys(fields))


def _filters(table: pa.Table, secret: Secret) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Folded filters, one row a profile, and which profiles have enough in them."""
    key = {kind: secret.key(f"field/{kind}") for kind in _PER_FEATURE}
    known: dict[tuple[str, str], npt.NDArray[np.int64]] = {}
    filters = np.zeros((table.num_rows, 2 * BITS), dtype=bool)
    enough = np.zeros(table.num_rows, dtype=bool)
    columns = {name: table[name].to_pylist() for name in table.column_names if name != "row"}
    for row in range(table.num_rows):
        features = set(_features({name: values[row] for name, values in columns.items()}))
        enough[row] = len(features) >= FEWEST_FEATURES
        for feature in features:
            if feature not in known:
                known[feature] = _positions(key[feature[0]], feature[1], _PER_FEATURE[feature[0]])
            filters[row, known[feature]] = True
    return filters[:, :BITS] ^ filters[:, BITS:], enough


def _positions(key: bytes, feature: str, count: int) -> npt.NDArray[np.int64]:
    """Up to 16 positions in the filter, each drawn by itself: 2,048 divides 65,536."""
    drawn = np.frombuffer(hmac.digest(key, feature.encode(), "sha256"), dtype="<u2")[:count]
    return drawn.astype(np.int64) % (2 * BITS)


def _features(person: dict[str, object]) -> Iterator[tuple[str, str]]:
    """Kind and word of all that is put in. Names have no place in the order, so exchanged ones stay alike."""
    tokens = person.get("tokens")
    for word in tokens if isinstance(tokens, list) else ():
        yield "word", word
        yield from (("name", pair) for pair in _pairs(word))
    if person.get("root"):
        yield "root", str(person["root"])
    if person.get("birth_date"):
        yield from _birth(str(person["birth_date"]))
    for field in ("birth_place", "place", "address"):
        if person.get(field):
            yield "spot", f"{field}|{person[field]}"
            for word in str(person[field]).split():
                yield from (("place", f"{field}|{pair}") for pair in _pairs(word))
    if person.get("postcode"):
        yield "code", str(person["postcode"])
        yield from (("postcode", f"{place}{pair}") for place, pair in enumerate(_pairs(str(person["postcode"]))))
    for field in ("phone", "email", "document"):
        if person.get(field):
            yield from (("number", f"{field}|{place}{pair}") for place, pair in enumerate(_pairs(str(person[field]))))
    for field in ("gender", "occupation", "citizenship"):
        if person.get(field):
            yield field, str(person[field])


def _birth(digits: str) -> Iterator[tuple[str, str]]:
    yield "year", digits[:4]
    if len(digits) >= 6:
        yield "part", f"month{digits[4:6]}"
    if len(digits) == 8:
        yield "part", f"day{digits[6:]}"
        yield "date", digits
    yield from (("digit", f"{place}{digit}") for place, digit in enumerate(digits))


def _pairs(word: str) -> list[str]:
    padded = f"_{word}_"
    return [padded[at : at + 2] for at in range(len(padded) - 1)]
