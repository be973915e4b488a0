"""Reads a file in another layout as cases in HTCDS, by the rules of its crosswalk.

Where HTCDS has no field or only finer ones, the answer is kept in an extension field (`clew_` and the column's name), so
that nothing is guessed and nothing is lost. A value that is none of the layout's rejects its row.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.case_layouts import without_empties
from clew.records.conversion_rules import joined, mapped
from clew.records.htcds_values import country_words
from clew.records.imprecise import AgeRange, DateInterval
from clew.records.raw import Raw, rejects_of
from clew.standards.crosswalks import Crosswalk, Rule
from clew.standards.htcds import fields

FOREIGN = "not a value of this layout"

Understood = dict[str, pa.Array]


def read_back(raw: Raw, layout: Crosswalk) -> tuple[Raw, pa.Table, dict[str, str]]:
    """The rows that are of the layout, as cases; the file's columns that it has a rule for (column -> the layout's name)."""
    present = _present(raw, layout)
    parts: list[Understood] = []
    broken = np.zeros(raw.table.num_rows, dtype=bool)
    rejects = raw.rejects
    for column, rule in present.items():
        values = without_empties(raw.table[column], country=rule.form == "country").combine_chunks()
        made, misfits = _understood(rule, values, layout)
        fresh = misfits & ~broken
        if fresh.any():
            rejects += rejects_of(raw.table.filter(pa.array(fresh)), raw.rows[fresh], rule.column, FOREIGN)
            broken |= fresh
        parts.append(made)
    columns = _merged(parts)
    cases = pa.table({"id": pa.array(raw.rows).cast(pa.string()), **columns})
    kept = pa.array(~broken)
    names = {column: rule.column for column, rule in present.items()}
    return Raw(raw.table.filter(kept), raw.rows[~broken], rejects), cases.filter(kept), names


def _present(raw: Raw, layout: Crosswalk) -> dict[str, Rule]:
    found = {}
    for rule in layout.rules:
        column = next((name for name in (rule.column, *rule.names) if name in raw.table.column_names), None)
        if column is not None:
            found[column] = rule
    return found


def _understood(rule: Rule, values: pa.Array, layout: Crosswalk) -> tuple[Understood, npt.NDArray[np.bool_]]:
    """What HTCDS says of the column, by field, and where the value is none of the layout's."""
    if rule.form == "ticks":
        return _ticks(rule, values, layout)
    coded = values.dictionary_encode()
    words = {word: _one(rule, word) for word in coded.dictionary.to_pylist()}
    misfits = np.isin(
        np.asarray(coded.indices.fill_null(-1)), [n for n, word in enumerate(words) if words[word] is None]
    )
    made: Understood = {}
    for target in dict.fromkeys(field for found in words.values() if found for field in found):
        made[target] = mapped(
            values, {word: found[target] for word, found in words.items() if found and target in found}
        )
    return made, misfits


def _one(rule: Rule, word: str) -> Mapping[str, str] | None:
    """HTCDS field -> value for one written value; None if the layout has no such value."""
    kept = {rule.carrier: word}
    if rule.form == "codes":
        return _code(rule, word, kept)
    if rule.form == "year":
        year = word.removesuffix(".0")
        return {rule.spec["year"]: year} if year.isdecimal() and len(year) == 4 else None
    if rule.form == "country":
        found = country_words().get(word.casefold())
        if rule.spec["style"] == "region":
            return kept
        return ({rule.spec["country"]: found} if not rule.spec.get("nth") else kept) if found else None
    if rule.form == "age":
        return _age(rule, word, kept)
    if rule.form == "copy":
        if rule.spec.get("exact_date") and not _is_date(word):
            return None
        return {rule.spec["copy"][0]: word}
    return kept


def _is_date(word: str) -> bool:
    try:
        DateInterval.parse(word)
    except ValueError:
        return False
    return True


def _code(rule: Rule, word: str, kept: Mapping[str, str]) -> Mapping[str, str] | None:
    same = [code for code, theirs in rule.spec["map"].items() if theirs == word]
    if len(same) == 1:
        return {rule.spec["codes"]: same[0]}
    if word in rule.spec.get("read", {}):
        return {rule.spec["codes"]: rule.spec["read"][word]}
    return kept if same or rule.spec.get("other") else None


def _age(rule: Rule, word: str, kept: Mapping[str, str]) -> Mapping[str, str] | None:
    if rule.spec["age"] == "under":
        return kept if word in rule.spec["words"].values() else None
    try:
        return {rule.carrier: str(AgeRange.parse(word))}
    except ValueError:
        return None


def _ticks(rule: Rule, values: pa.Array, layout: Crosswalk) -> tuple[Understood, npt.NDArray[np.bool_]]:
    """The four-valued answer in the extension; the code ticked as well where yes says just that code."""
    words = {"1": "yes", "1.0": "yes", "0": "no", "0.0": "no"}
    words |= {word: answer for answer, word in layout.flags.items() if word}
    given = mapped(values, words)
    misfits = np.asarray(pc.and_(pc.is_valid(values), pc.is_null(given)))
    made: Understood = {rule.carrier: pc.fill_null(given, "unknown")}
    for name, code in rule.spec.get("says", {}).items():
        made[name] = pc.if_else(
            pc.fill_null(pc.equal(given, "yes"), False), pa.scalar(code), pa.scalar(None, pa.string())
        )
    return made, misfits


def _merged(parts: list[Understood]) -> Understood:
    """Ticks of one list joined in the standard's order; a field for one value takes none where columns name several."""
    gathered: dict[str, list[pa.Array]] = {}
    for part in parts:
        for name, values in part.items():
            gathered.setdefault(name, []).append(values)
    return {name: _joined(name, arrays) for name, arrays in gathered.items()}


def _joined(name: str, arrays: list[pa.Array]) -> pa.Array:
    if len(arrays) == 1:
        return arrays[0]
    coded = joined(arrays, ";").dictionary_encode()
    field = fields().get(name)
    order = {code.name: place for place, code in enumerate(field.codes)} if field else {}

    def ordered(value: str) -> str | None:
        several = sorted(set(value.split(";")), key=lambda code: order.get(code, 0))
        return ";".join(several) if field is None or field.multiple or len(several) == 1 else None

    return pa.array([ordered(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)
