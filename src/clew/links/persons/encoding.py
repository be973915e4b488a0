"""Persons as keyed Bloom filters (CLK): a few strings of bits a person, alike where the persons are, readable by nobody.

What is put in are whole words and pairs of letters of names and places, and parts of dates and numbers (Schnell, Bachteler and Reiher
2011, cryptographic long-term keys). Hardened as published:

- one HMAC-SHA256 key for each field from a secret the hub does not have, so that no dictionary can be tried without it;
- each bit position is drawn by itself from the keyed hash (random hashing), because double hashing has patterns that
  are broken (Niedermeyer, Steinmetzer, Kroll and Schnell 2014; Schnell and Borgs 2016);
- fields that are compared together share one string (`strings`), more bits for what tells more (Durham et al. 2014);
- each string is folded in half by exclusive or (Schnell and Borgs 2016), so that a set bit is no longer a sign of one word.

What this does not stop is said in docs/person-linkage.md: whoever has the secret can try guesses, and similar persons
stay similar, which frequency attacks on large sets use.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from clew.links.persons.fields import PERSON_FIELDS
from clew.links.persons.prepare import profiles
from clew.links.persons.secret import Secret
from clew.links.persons.strings import GROUPS, PER_FEATURE, Feature, features
from clew.safeguards.errors import UsageError

FEWEST_FEATURES = 6
"""A person of whom less is known is not encoded: so little would match anyone, and is easy to guess."""
VERSION = "clk/2"

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
    sizes = [(group.name, group.bits) for group in GROUPS]
    schema = json.dumps([VERSION, sizes, sorted(PER_FEATURE.items()), FEWEST_FEATURES, reading(), sorted(fields)])
    return hmac.digest(secret.key("fingerprint"), schema.encode(), "sha256")[:16].hex()


@cache
def reading() -> str:
    """Stands for how input is read: the code and tables that fold names, dates and numbers.

    Two contributors whose clew folds a name another way would match less and not know it.
    """
    content = sha256()
    for name in ("names.py", "nicknames.txt", "prepare.py", "strings.py"):
        content.update(files("clew.links.persons").joinpath(name).read_bytes())
    return content.hexdigest()


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
    """Folded strings, one row a profile, side by side; and which profiles have enough in them."""
    sizes = {group.name: group.bits for group in GROUPS}
    raw = {name: np.zeros((table.num_rows, 2 * bits), dtype=bool) for name, bits in sizes.items()}
    key = {f"{name}/{kind}": secret.key(f"field/{name}/{kind}") for name in sizes for kind in PER_FEATURE}
    known: dict[Feature, npt.NDArray[np.int64]] = {}
    enough = np.zeros(table.num_rows, dtype=bool)
    columns = {name: table[name].to_pylist() for name in table.column_names if name != "row"}
    for row in range(table.num_rows):
        found = set(features({name: values[row] for name, values in columns.items()}))
        enough[row] = len(found) >= FEWEST_FEATURES
        for each in found:
            name, kind, text = each
            if each not in known:
                known[each] = _positions(key[f"{name}/{kind}"], text, PER_FEATURE[kind], 2 * sizes[name])
            raw[name][row, known[each]] = True
    return np.concatenate(
        [both[:, : sizes[name]] ^ both[:, sizes[name] :] for name, both in raw.items()], axis=1
    ), enough


def _positions(key: bytes, feature: str, count: int, size: int) -> npt.NDArray[np.int64]:
    """Up to 16 positions in a string, each drawn by itself: `size` divides 65,536."""
    drawn = np.frombuffer(hmac.digest(key, feature.encode(), "sha256"), dtype="<u2")[:count]
    return drawn.astype(np.int64) % size
