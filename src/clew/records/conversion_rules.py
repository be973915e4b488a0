"""Makes one column of a layout from cases in HTCDS, by one rule of the crosswalk. Columns in, a column out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from clew.records.conversion_ages import Ages, age_column
from clew.records.htcds_values import alpha2_of, country_words
from clew.records.imprecise import Answer
from clew.standards.crosswalks import Crosswalk, Rule, regions
from clew.standards.htcds import fields, sublevels

NOTHING = pa.scalar(None, pa.string())
Mask = npt.NDArray[np.bool_]


def written(rule: Rule, cases: pa.Table, ages: Ages, layout: Crosswalk) -> pa.Array:
    """The column as the layout writes it; null where nothing is known."""
    if rule.form == "ticks":
        return flagged(answers(rule, cases), layout)
    return pc.coalesce(_MAKERS[rule.form](rule, cases, ages), _kept(rule, cases))


def _kept(rule: Rule, cases: pa.Table) -> pa.Array:
    """What an extension kept of this column from an earlier layout, where this one has the same words."""
    kept = _column(cases, rule.carrier)
    if rule.spec.get("age") == "band":  # its bounds are counted already
        return pa.nulls(len(kept), pa.string())
    if rule.form == "codes" and not rule.spec.get("other"):
        return mapped(kept, {word: word for word in rule.spec["map"].values()})
    return kept


def answers(rule: Rule, cases: pa.Table) -> pa.Array:
    """Yes, no, unknown or not_asked. A ticked code is yes; a list that is answered without it says nothing of it."""
    ticked, listed = np.zeros(cases.num_rows, dtype=bool), np.zeros(cases.num_rows, dtype=bool)
    for name, codes in rule.spec["ticks"].items():
        ticked |= has_code(cases, name, codes)
        listed |= _given(cases, name)
    own, parts = _column(cases, rule.carrier), _parts(rule, cases)
    whole = _whole(rule, cases)
    rest = pc.if_else(pa.array(listed), pa.scalar(str(Answer.UNKNOWN)), pa.scalar(str(Answer.NOT_ASKED)))
    return pc.if_else(pa.array(ticked), pa.scalar(str(Answer.YES)), pc.coalesce(own, parts, whole, rest))


def _parts(rule: Rule, cases: pa.Table) -> pa.Array:
    """What answers to narrower questions say of a wider one: yes if one is yes, no only if all are no."""
    given = [_column(cases, f"clew_{part}") for part in rule.spec.get("parts", ())]
    if not given or all(part.null_count == len(part) for part in given):
        return pa.nulls(cases.num_rows, pa.string())
    some, every = np.zeros(cases.num_rows, dtype=bool), np.ones(cases.num_rows, dtype=bool)
    present = np.zeros(cases.num_rows, dtype=bool)
    for part in given:
        some |= _equals(part, Answer.YES)
        every &= _equals(part, Answer.NO)
        present |= np.asarray(pc.is_valid(part))
    said = pc.if_else(
        pa.array(some), pa.scalar("yes"), pc.if_else(pa.array(every), pa.scalar("no"), pa.scalar("unknown"))
    )
    return pc.if_else(pa.array(present), said, NOTHING)


def _whole(rule: Rule, cases: pa.Table) -> pa.Array:
    """What a wider question says of this narrower one: no if it is no; a yes does not say which."""
    if "whole" not in rule.spec:
        return pa.nulls(cases.num_rows, pa.string())
    wide = _column(cases, f"clew_{rule.spec['whole']}")
    return pc.if_else(pc.equal(wide, "yes"), pa.scalar("unknown"), wide)


def flagged(given: pa.Array, layout: Crosswalk) -> pa.Array:
    """Answers as the layout writes them; null where it cannot say them."""
    made = pa.nulls(len(given), pa.string())
    for answer, word in layout.flags.items():
        if word:
            made = pc.if_else(pc.equal(given, answer), pa.scalar(word), made)
    return made


def has_code(cases: pa.Table, name: str, codes: Sequence[str] | str) -> Mask:
    """Where the list of this field holds one of the codes, or `any` at all."""
    if name not in cases.column_names:
        return np.zeros(cases.num_rows, dtype=bool)
    if codes == "any":
        return _given(cases, name)
    if not codes:
        return np.zeros(cases.num_rows, dtype=bool)
    pattern = f"(?:^|;)(?:{'|'.join(codes)})(?:;|$)"
    return np.asarray(pc.fill_null(pc.match_substring_regex(cases[name].combine_chunks(), pattern), False))


def with_industries(cases: pa.Table) -> pa.Table:
    """Finer levels of industry as the industry that they belong to: no other layout has them."""
    name = "vic_ForcedLabourIndustry"
    if name not in cases.column_names:
        return cases
    wide = {level.label: level.industry for level in sublevels().values()}
    return cases.set_column(cases.column_names.index(name), name, mapped(cases[name], wide, keep=True))


def mapped(column: pa.ChunkedArray | pa.Array, words: Mapping[str, str], *, keep: bool = False) -> pa.Array:
    """Each value replaced by its word; others null, or kept."""
    column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    place = pc.index_in(column, pa.array(list(words), pa.string()))
    made = pa.array(list(words.values()), pa.string()).take(place)
    return pc.coalesce(made, column) if keep else made


def _column(cases: pa.Table, name: str) -> pa.Array:
    if name in cases.column_names:
        return cases[name].combine_chunks()
    return pa.nulls(cases.num_rows, pa.string())


def _given(cases: pa.Table, name: str) -> Mask:
    return np.asarray(pc.is_valid(_column(cases, name)))


def _equals(column: pa.Array, word: str) -> Mask:
    return np.asarray(pc.fill_null(pc.equal(column, str(word)), False))


def _year(rule: Rule, cases: pa.Table, _: Ages) -> pa.Array:
    """The year, where the date lies within one."""
    text = _column(cases, rule.spec["year"])
    return pc.if_else(pc.match_substring(text, "/"), NOTHING, pc.utf8_slice_codeunits(text, 0, 4))


def _codes(rule: Rule, cases: pa.Table, _: Ages) -> pa.Array:
    return mapped(_column(cases, rule.spec["codes"]), rule.spec["map"])


def _carried(rule: Rule, cases: pa.Table, _: Ages) -> pa.Array:
    return _column(cases, rule.carrier)


def _copy(rule: Rule, cases: pa.Table, _: Ages) -> pa.Array:
    made = pc.coalesce(*[_column(cases, name) for name in rule.spec["copy"]])
    if rule.spec.get("exact_date"):
        return pc.if_else(pc.match_substring_regex(made, r"^\d{4}-\d\d-\d\d$"), made, NOTHING)
    return made


def _country(rule: Rule, cases: pa.Table, _: Ages) -> pa.Array:
    """One country of the list: the first, or the one that the rule asks for."""
    coded = _column(cases, rule.spec["country"]).dictionary_encode()
    style, nth, but = rule.spec["style"], rule.spec.get("nth", 0), rule.spec.get("except")

    def one(value: str) -> str | None:
        parts = [country_words().get(part.casefold()) for part in value.split(";")]
        code = parts[nth] if nth < len(parts) else None
        if code is None or code == but:
            return None
        words: dict[str, str | None] = {"alpha3": code, "alpha2": alpha2_of().get(code), "region": regions().get(code)}
        return words[style]

    return pa.array([one(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _country_is(rule: Rule, cases: pa.Table, _: Ages) -> pa.Array:
    words = rule.spec["words"]
    column = _column(cases, rule.spec["country_is"])
    known = pa.array(sorted(set(country_words().values())), pa.string())
    made = mapped(column, {code: word for code, word in words.items() if code != "other"})
    return pc.coalesce(made, pc.if_else(pc.is_in(column, known), pa.scalar(words["other"]), NOTHING))


def _age(rule: Rule, cases: pa.Table, ages: Ages) -> pa.Array:
    low, high = age_column(cases, rule.spec["of"]) if "of" in rule.spec else (ages.low, ages.high)
    made = pa.nulls(cases.num_rows, pa.string())
    if rule.spec["age"] == "under":
        words = rule.spec["words"]
        if "unsure" in words:
            made = pc.if_else(pa.array(~np.isnan(low)), pa.scalar(words["unsure"]), made)
        made = pc.if_else(pa.array(high < 18), pa.scalar(words["under"]), made)
        return pc.if_else(pa.array(low >= 18), pa.scalar(words["over"]), made)
    for band in rule.spec["bands"]:
        first, last = (float(edge) if edge else np.inf for edge in _edges(band))
        made = pc.if_else(pa.array((low >= first) & (high <= last)), pa.scalar(band), made)
    return made


def _edges(band: str) -> tuple[str, str]:
    if band.endswith("+"):
        return band[:-1], ""
    low, _, high = band.partition("--")
    return low, high


def _labels(rule: Rule, cases: pa.Table, _: Ages) -> pa.Array:
    """The words of the ticked codes, joined by `; `."""
    return _each(
        rule.spec["labels"], cases, lambda field, code: {c.name: c.label for c in fields()[field].codes}.get(code)
    )


def _list(rule: Rule, cases: pa.Table, _: Ages) -> pa.Array:
    """The layout's own codes of the ticked ones, joined by `;`."""
    spec = rule.spec["list"]
    wanted = {name: (list(own) if isinstance(own, Mapping) else "all") for name, own in spec.items()}

    def word(field: str, code: str) -> str | None:
        own = spec[field]
        return str(own.partition("=")[2]) if isinstance(own, str) else own.get(code)

    return _each(wanted, cases, word, mark=";")


def _each(
    wanted: Mapping[str, Any], cases: pa.Table, word: Callable[[str, str], str | None], *, mark: str = "; "
) -> pa.Array:
    parts = []
    for name, codes in wanted.items():
        coded = _column(cases, name).dictionary_encode()
        made = []
        for value in coded.dictionary.to_pylist():
            chosen = [word(name, code) for code in value.split(";") if codes == "all" or code in codes]
            made.append(mark.join(dict.fromkeys(filter(None, chosen))) or None)
        parts.append(pa.array(made, pa.string()).take(coded.indices))
    return joined(parts, mark)


def joined(parts: Sequence[pa.Array], mark: str) -> pa.Array:
    """What is there of each row, joined by the mark; null where nothing is.

    Not by `binary_join_element_wise(null_handling="skip")`: pyarrow 26 leaves out rows in which all are null.
    """
    ended = [pc.fill_null(pc.binary_join_element_wise(part, "", mark), "") for part in parts]
    whole = pc.utf8_rtrim(pc.binary_join_element_wise(*ended, ""), mark)
    return pc.if_else(pc.equal(whole, ""), NOTHING, whole)


def _number(rule: Rule, cases: pa.Table, _: Ages) -> pa.Array:
    words = rule.spec["words"]
    number = _column(cases, rule.spec["number"]).cast(pa.float64())
    return pc.if_else(pc.greater(number, 0), pa.scalar(words["some"]), pa.scalar(words["none"]))


_MAKERS: Mapping[str, Callable[[Rule, pa.Table, Ages], pa.Array]] = {
    "year": _year,
    "codes": _codes,
    "carried": _carried,
    "copy": _copy,
    "country": _country,
    "country_is": _country_is,
    "age": _age,
    "labels": _labels,
    "list": _list,
    "number": _number,
}
