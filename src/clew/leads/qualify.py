"""Which elements of trafficking in persons the recorded facts of a case support, by field: a review aid for a person.

Palermo Protocol, art. 3: act, means and purpose; for a child no means are needed (art. 3(c)); consent does not matter once
a means was used (art. 3(b)), so no consent field is read. The result is about the record. It never says what a person is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clew.leads.qualification_age import ORDER, read_ages
from clew.leads.qualification_finding import Finding, age_finding, element_finding, missing, readings_said, standing
from clew.leads.qualification_reading import Codes, FieldReadings, Unread, known_columns, read_elements, words_of
from clew.records.column_names import counted, shown
from clew.records.imprecise import Answer
from clew.safeguards.errors import MissingColumn, UsageError
from clew.standards.instruments import Jurisdiction, instruments_for
from clew.standards.palermo import ELEMENTS, fold

QUALIFIED = pa.schema(
    [(name, pa.string()) for name in (
        "id", "act", "means", "purpose", "child", "qualified", "evidence", "missing", "question", "readings", "instruments"
    )]
)  # fmt: skip
ANSWERS = tuple(Answer)
_OTHER_LAYOUT = (
    "no column speaks of an act, a means or a purpose: the file is of another layout. Read are HTCDS (vic_*, per_*, hte_*), "
    "CTDC (means*, is*Exploit, recruiterRelation*), the UK first-responder form (types-of-exploitation-*) and clew's own "
    "names; name others with --map OURS=THEIRS. "
)
_UNNAMED = "No instrument looked at names {}; their lists are open, so argue it from the facts. "
_ONLINE = ("vic_RecruitmentWebsitesAndApps", "vic_ExploitationWebsitesAndApps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualified:
    """The cases, one row each in the order given (`QUALIFIED`), and what the file could not say."""

    table: pa.Table
    unread: tuple[Unread, ...]
    """Fields with values that could not be read; their cases are kept, with the field left open."""
    without_columns: tuple[str, ...]
    """Elements (and `age`) that no column of the file speaks of."""

    def counts(self) -> dict[str, int]:
        """How many cases stand where, by `qualified`."""
        return dict(Counter(self.table["qualified"].to_pylist()))


@dataclass(frozen=True, slots=True)
class _Found:
    """The different findings of a file and which row has which."""

    codes: Codes
    findings: tuple[Finding, ...]

    def column(self, pick: Callable[[Finding], str]) -> pa.Array:
        return pa.array([pick(one) for one in self.findings], pa.string()).take(pa.array(self.codes))

    def answers(self) -> Codes:
        """Places in `ANSWERS`."""
        return np.array([ANSWERS.index(one.answer) for one in self.findings], dtype=np.int64)[self.codes]


def qualify(cases: pa.Table, *, id: str = "id", jurisdiction: Jurisdiction = Jurisdiction.INT) -> Qualified:
    """The elements that each row's fields support, with the field names, what is missing and what to ask.

    `cases` holds one row a case under the names of HTCDS, CTDC, the UK first-responder form or clew, as text.
    Raises MissingColumn without `id`, UsageError where no column speaks of any element.
    """
    if id not in cases.column_names:
        raise MissingColumn(id, present=tuple(cases.column_names))
    present = known_columns(cases)
    fields, unread = read_elements(cases, present)
    ages, unread_ages = read_ages(cases, present)
    without = [name for name in ELEMENTS if not any(not one.is_text for one in fields[name])]
    if len(without) == len(ELEMENTS):
        raise UsageError(_OTHER_LAYOUT + _present([name for name in cases.column_names if name != id]))
    found = {name: _element(name, fields[name], cases.num_rows) for name in ELEMENTS}
    found["child"] = _age(ages, cases.num_rows)
    table = _table(cases[id], found, _online(cases), jurisdiction)
    return Qualified(
        table=table, unread=(*unread, *unread_ages), without_columns=(*without, *(() if ages else ("age",)))
    )


def _element(name: str, fields: Sequence[FieldReadings], rows: int) -> _Found:
    codes, first = _patterns([one.codes for one in fields], [len(one.readings) for one in fields], rows)
    findings = [
        element_finding(name, [(one.field, one.readings[one.codes[row]]) for one in fields]) for row in first.tolist()
    ]
    return _Found(codes, tuple(findings))


def _age(ages: Mapping[str, tuple[Codes, bool]], rows: int) -> _Found:
    codes, first = _patterns([places for places, _ in ages.values()], [len(ORDER)] * len(ages), rows)
    findings = [
        age_finding([(field, ORDER[places[row]], exact) for field, (places, exact) in ages.items()])
        for row in first.tolist()
    ]
    return _Found(codes, tuple(findings))


def _patterns(columns: Sequence[Codes], sizes: Sequence[int], rows: int) -> tuple[Codes, Codes]:
    """Numbers the different rows of several coded columns: the number of each row, and one row of each number."""
    codes = np.zeros(rows, dtype=np.int64)
    for column, size in zip(columns, sizes, strict=True):
        codes = np.unique(codes * size + column, return_inverse=True)[1].astype(np.int64)
    first = np.unique(codes, return_index=True)[1].astype(np.int64)
    return codes, first


def _online(cases: pa.Table) -> Codes:
    """1 where a website or app is recorded, by which recruitment or exploitation went."""
    online = np.zeros(cases.num_rows, dtype=np.int64)
    for name in cases.column_names:
        if fold(name) in {fold(one) for one in _ONLINE}:
            online |= np.asarray(pc.is_valid(words_of(cases[name])))
    return online


def _table(ids: pa.ChunkedArray, found: Mapping[str, _Found], online: Codes, jurisdiction: Jurisdiction) -> pa.Table:
    answers = [found[name].answers() for name in (*ELEMENTS, "child")]
    said = {name: _words(places) for name, places in zip((*ELEMENTS, "child"), answers, strict=True)}
    which, first = _patterns(answers, [len(ANSWERS)] * 4, len(ids))
    four = [tuple(ANSWERS[places[row]] for places in answers) for row in first.tolist()]
    instruments, unnamed = _instruments(found["purpose"], answers[3], online, jurisdiction)
    return pa.table(
        {
            "id": ids.combine_chunks().cast(pa.string()),
            **said,
            "qualified": _taken([str(standing(*one)) for one in four], which),
            "evidence": _evidence(found),
            "missing": _taken([";".join(missing(*one)) for one in four], which),
            "question": _questions(found, unnamed),
            "readings": _taken([readings_said(*one) for one in four], which),
            "instruments": instruments,
        },
        schema=QUALIFIED,
    )


def _words(places: Codes) -> pa.Array:
    return _taken([str(answer) for answer in ANSWERS], places)


def _taken(words: Sequence[str], codes: Codes) -> pa.Array:
    return pa.array(words, pa.string()).take(pa.array(codes))


def _evidence(found: Mapping[str, _Found]) -> pa.Array:
    """`act: recruitment (field); means: ...; child: field`, without the elements that have none."""
    said = {name: one.column(lambda finding: finding.evidence) for name, one in found.items()}
    parts = [
        pc.if_else(pc.equal(words, ""), "", pc.binary_join_element_wise(f"{name}: ", words, "; ", ""))
        for name, words in said.items()
    ]
    return _trimmed(parts, " ;")


def _questions(found: Mapping[str, _Found], unnamed: pa.Array) -> pa.Array:
    """Notes first, then what would settle each element; a child's means are not asked for (art. 3(c))."""
    is_child = pa.array(found["child"].answers() == ANSWERS.index(Answer.YES))
    notes = [
        found[name].column(lambda finding: f"{finding.note} " if finding.note else "") for name in ("child", *ELEMENTS)
    ]
    asked = {
        name: found[name].column(lambda finding: f"{finding.question} " if finding.question else "")
        for name in ("child", *ELEMENTS)
    }
    asked["means"] = pc.if_else(is_child, pa.scalar(""), asked["means"])
    return _trimmed([*notes, unnamed, *asked.values()], " ")


def _trimmed(parts: Sequence[pa.Array], rest: str) -> pa.Array:
    return pc.utf8_rtrim(pc.binary_join_element_wise(*parts, ""), rest)


def _present(names: list[str]) -> str:
    if not names:
        return "The file has no column but the id."
    told = shown(names)
    return f"The file has: {', '.join(told)[:400]}." if told else counted(names)


def _instruments(purpose: _Found, child: Codes, online: Codes, jurisdiction: Jurisdiction) -> tuple[pa.Array, pa.Array]:
    """Ids of the instruments to read the case under, and a note on purposes that none of them names."""
    looked_at = instruments_for(jurisdiction)
    which, first = _patterns([purpose.codes, child, online], [len(purpose.findings), len(ANSWERS), 2], len(child))
    ids, notes = [], []
    for row in first.tolist():
        parts = frozenset(purpose.findings[purpose.codes[row]].parts)
        may_be_child = ANSWERS[child[row]] is not Answer.NO
        bearing = [one for one in looked_at if one.bears_on(parts, may_be_child=may_be_child, online=bool(online[row]))]
        ids.append(";".join(one.id for one in bearing))
        unnamed = sorted(parts - {"unnamed"} - frozenset().union(*(one.purposes for one in bearing)))
        notes.append(_UNNAMED.format(", ".join(unnamed)) if unnamed else "")
    return _taken(ids, which), _taken(notes, which)
