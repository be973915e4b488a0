"""Persons made comparable: names folded, dates as digits, numbers bare; rows that say the same become one profile.

A profile is what is compared. Hundreds of identical rows are one profile with a count, so that they cost one
comparison and not a quadratic number of them. Profiles are in the order of their content: the order of the rows in the
file changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.links.persons.names import fold, name_tokens, root_of

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Profiles:
    """`table` has one row a profile (column `row` numbers them), `of_row[i]` is the profile of row i of the file."""

    table: pa.Table
    of_row: Numbers
    fields: tuple[str, ...]
    """Of the file, those that are compared."""

    @property
    def sizes(self) -> Numbers:
        return np.bincount(self.of_row, minlength=self.table.num_rows).astype(np.int64)


def profiles(people: pa.Table, *, apart: Sequence[int] = ()) -> Profiles:
    """One row for each distinct person as written, from the table of `persons`. Rows in `apart` share theirs with no other."""
    table = pa.table({**_names(people), **_others(people)})
    flat = [column if not pa.types.is_list(column.type) else pc.binary_join(column, " ") for column in table.columns]
    joined = pc.binary_join_element_wise(
        *[pc.fill_null(pc.cast(column, pa.string()), "") for column in flat], pa.scalar("\x1f")
    )
    words = np.asarray(joined.combine_chunks().to_numpy(zero_copy_only=False), dtype=object)
    for row in apart:
        words[row] += f"\x1f{people['id'][row].as_py()}"
    _, first, of_row = np.unique(words, return_index=True, return_inverse=True)
    table = table.take(pa.array(first)).combine_chunks()
    numbers = pa.array(np.arange(table.num_rows, dtype=np.int64))
    fields = tuple(name for name in people.column_names if name != "id")
    return Profiles(table.add_column(0, "row", numbers), of_row.ravel().astype(np.int64), fields)


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})[a-z]*\b", re.IGNORECASE)


def birth_digits(text: str) -> str | None:
    """A date of birth as YYYYMMDD, YYYYMM or YYYY, as much as was written; the day comes first where both could be.

    >>> birth_digits("1960-02-10"), birth_digits("10.2.1960"), birth_digits("1960"), birth_digits("02/1960")
    ('19600210', '19600210', '1960', '196002')
    >>> birth_digits("2/28/1960"), birth_digits("3 March 1960"), birth_digits("unknown")
    ('19600228', '19600303', None)
    """
    text = _MONTH.sub(lambda word: f" {_MONTHS.index(word[0][:3].casefold()) + 1} ", text)
    text = text.split("T")[0].split(" ")[0] if re.match(r"\d{4}-\d\d-\d\d[T ]", text) else text
    parts: list[str] = re.findall(r"\d+", text)
    if len(parts) == 1:
        digits = parts[0]
        return digits if len(digits) in (4, 6, 8) else None
    if not 2 <= len(parts) <= 3 or max(map(len, parts)) != 4 or re.search(r"[^\W\d_]", text):
        return None
    if len(parts[0]) == 4:
        return parts[0] + "".join(part.zfill(2) for part in parts[1:])
    if len(parts[-1]) != 4:
        return None
    first, *rest = parts[:-1]
    if rest and int(rest[0]) > 12 >= int(first):
        first, rest = rest[0], [first]
    return parts[-1] + "".join(part.zfill(2) for part in [*rest, first])


def bare(text: str) -> str | None:
    """A number or code without case and punctuation.

    >>> bare("AB 12-34"), bare("--")
    ('ab1234', None)
    """
    return re.sub(r"[\W_]+", "", text.casefold()) or None


def phone_digits(text: str) -> str | None:
    """The last nine digits: the prefix of the country is written in many ways, or not at all."""
    digits = re.sub(r"\D", "", text)
    return digits[-9:] if len(digits) >= 5 else None


def _folded(text: str) -> str | None:
    return fold(text) or None


def _address(text: str) -> str | None:
    return fold(text) or None


def _gender(text: str) -> str | None:
    word = fold(text)
    return {
        "f": "female",
        "m": "male",
        "feminine": "female",
        "masculine": "male",
        "woman": "female",
        "man": "male",
    }.get(word, word or None)


READ: Mapping[str, Callable[[str], str | None]] = {
    "birth_date": birth_digits,
    "birth_place": _folded,
    "place": _folded,
    "address": _address,
    "house": bare,
    "postcode": bare,
    "gender": _gender,
    "occupation": _folded,
    "citizenship": _folded,
    "phone": phone_digits,
    "email": lambda text: text.strip().casefold() or None,
    "document": bare,
}


def each(column: pa.Array | pa.ChunkedArray, read: Callable[[str], str | None]) -> pa.Array:
    """The column with `read` applied once to each distinct value."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    coded = column.dictionary_encode()
    values = pa.array([read(value) for value in coded.dictionary.to_pylist()], pa.string())
    return values.take(coded.indices)


def _others(people: pa.Table) -> dict[str, pa.Array]:
    read = {name: each(people[name], how) for name, how in READ.items() if name in people.column_names}
    house = read.pop("house", None)
    if house is not None and "address" in read:
        both = pc.binary_join_element_wise(pc.fill_null(house, ""), read["address"], " ")
        read["address"] = pc.utf8_trim_whitespace(both)
    return read


def _names(people: pa.Table) -> dict[str, pa.Array]:
    present = [name for name in ("full_name", "given_name", "family_name") if name in people.column_names]
    if not present:
        return {}
    blank = pa.nulls(people.num_rows, pa.string())
    columns = [people[name] if name in present else blank for name in ("full_name", "given_name", "family_name")]
    rows = list(zip(*(column.to_pylist() for column in columns), strict=True))
    known = {row: _parts(*row) for row in set(rows)}
    parts = [known[row] for row in rows]
    return {
        "given": pa.array([given for given, _, _ in parts], pa.string()),
        "root": pa.array([root_of(given) if given else None for given, _, _ in parts], pa.string()),
        "family": pa.array([family for _, family, _ in parts], pa.string()),
        "tokens": pa.array([tokens for _, _, tokens in parts], pa.list_(pa.string())),
    }


def _parts(full: str | None, given: str | None, family: str | None) -> tuple[str | None, str | None, list[str]]:
    """First given name, family name and all words. The full name, where there is one, holds the most."""
    whole = name_tokens(full)
    if whole:
        last = name_tokens(family)
        tokens = list(dict.fromkeys(whole + (last if given is None else [])))
        return whole[0], (whole[-1] if len(whole) > 1 else None), sorted(tokens)
    first, last = name_tokens(given), name_tokens(family)
    tokens = sorted(dict.fromkeys(first + last))
    return (first[0] if first else None), ("".join(last) or None), tokens
