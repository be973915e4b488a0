"""How good the recorded cases are, by field and by source, and which elements of trafficking one of them supports."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clew.desk import QualityPage
from clew.insight.quality import QualityReport, quality
from clew.insight.quality_view import FieldQuality, QualityView, quality_view
from clew.leads.qualification_view import QualificationView, qualification_view
from clew.leads.qualify import qualify
from clew.records import Answer
from clew.records.kinds import answer_fields
from clew.records.write import textual
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotFound, UsageError
from clew.safeguards.permissions import Action
from clew.standards.instruments import Jurisdiction
from clew.standards.palermo import fold
from clew.workspace.access import Access

CONTRIBUTOR = "source"
KNOWN_AS = {
    "age": "ageBroad",
    "age_when_trafficked": "vic_AgeWhenTrafficked",
    "citizenship": "prs_Citizenship",
    "exploited_in": "CountryOfExploitation",
    "forced_labour": "isForcedLabour",
    "sexual_exploitation": "isSexualExploit",
    "other_exploitation": "isOtherExploit",
}
"""Our fields -> the names under which the report knows a rule for them."""
GENDERS = {
    "feminine": "Woman",
    "masculine": "Man",
    "transgenderfeminine": "Transgender",
    "transgendermasculine": "Transgender",
    "nonconforming": "TransgenderNonConforming",
    "nonspecifiedunknown": "Unknown",
}
"""HTCDS's words for gender in those of the releases: one word for one answer, whoever recorded it."""
_OURS = {theirs: ours for ours, theirs in KNOWN_AS.items()}
_THEIRS = re.compile(r"\b(" + "|".join(_OURS) + r")\b")
ON_THE_WAY_IN = (
    "valid: rows that could not be read were rejected when the file was added; they are in its rejects, not in here"
)
SEALED_DATES = "accurate: birth dates are sealed and were not read; checks against them are missing"
NO_EVENT = "timely: a case keeps no date of the event and none of its entry"


class Quality(Access):
    def quality(
        self, actor: Actor, purpose: Purpose, *, contributor: str = "", birth_dates: bool = False
    ) -> QualityPage:
        """The report of all cases here, shown for one source or all. With `birth_dates` these are read as a recorded act.

        Raises NotFound for a source that gave no case.
        """
        self.vault.require(actor, Action.READ_CASE, purpose, "quality")
        cases = self._cases_for_quality()
        if birth_dates:
            cases = cases.join(self._birth_dates(actor, purpose), "record_id", join_type="left outer")
            cases = cases.sort_by("record_id")
        self.vault.record(actor, Action.READ_CASE.value, "quality", purpose, {"cases": cases.num_rows})
        today = datetime.now(UTC).date()
        below = self.settings.suppress_below
        report = quality(cases, today=today, id="record_id", contributor=CONTRIBUTOR, below=below)
        if contributor and contributor not in report.contributors:
            raise NotFound("no source of that name gave a case")
        view = quality_view(report, contributor)
        return QualityPage(
            view=_in_our_words(view, birth_dates=birth_dates),
            shares=_shares(report, contributor),
            measures=[{**row, "field": _said(row["field"])} for row in report.measures.to_pylist()],
            as_of=today.isoformat(),
            below=below,
            birth_dates=birth_dates,
        )

    def _cases_for_quality(self) -> pa.Table:
        """Open fields as text under the names that rules are known for, with the source that gave each case."""
        cases = textual(self.countable(self.lake.read("cases"), "statistics").drop_columns(["external_id"]))
        for name in answer_fields():
            cases = cases.set_column(cases.column_names.index(name), name, _answers(cases[name]))
        gender = cases["gender"].to_pylist()
        told_alike = pa.array([GENDERS.get(fold(each or ""), each) for each in gender], pa.string())
        cases = cases.set_column(cases.column_names.index("gender"), "gender", told_alike)
        names = {source.id: source.name for source in self.vault.sources()}
        told = pa.array([names.get(each, each) for each in cases["source_id"].to_pylist()], pa.string())
        cases = cases.drop_columns(["source_id"]).append_column(CONTRIBUTOR, told)
        return cases.rename_columns([KNOWN_AS.get(name, name) for name in cases.column_names])

    def _birth_dates(self, actor: Actor, purpose: Purpose) -> pa.Table:
        batches = list(self.vault.sealed_batches("cases", actor, purpose, fields=["birthdate"]))
        empty = pa.schema([("record_id", pa.string()), ("birthdate", pa.string())]).empty_table()
        return pa.concat_tables([empty, *batches])

    def qualification(
        self, actor: Actor, purpose: Purpose, number: str, *, jurisdiction: str = "int"
    ) -> QualificationView | None:
        """Which elements the case's recorded fields support; None where no field speaks of any. About the record only."""
        self.vault.require(actor, Action.READ_CASE, purpose, number)
        row = self.lake.query("SELECT * FROM cases WHERE external_id = $1 ORDER BY record_id LIMIT 1", [number])
        if not row.num_rows:
            raise NotFound("there is no such case")
        record = row["record_id"][0].as_py()
        self.vault.record(actor, Action.READ_CASE.value, record, purpose, {"page": "qualification"})
        table = textual(row.drop_columns(["source_id", "external_id"]).rename_columns({"record_id": "id"}))
        try:
            return qualification_view(qualify(table, jurisdiction=Jurisdiction(jurisdiction)).table, record)
        except UsageError:
            return None


def _answers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Answers as a report reads them: what was not asked is empty, and a flag is 1, 0 or unknown."""
    asked = pc.if_else(pc.equal(column, Answer.NOT_ASKED.value), pa.scalar(None, pa.string()), column)
    for word, digit in (("yes", "1"), ("no", "0")):
        asked = pc.if_else(pc.equal(asked, word), pa.scalar(digit), asked)
    return asked


def _said(text: str) -> str:
    """The text with our names of fields.

    >>> _said("complete: isForcedLabour is 1 or empty")
    'complete: forced_labour is 1 or empty'
    """
    return _THEIRS.sub(lambda found: _OURS[found[0]], text)


def _shares(report: QualityReport, contributor: str) -> dict[str, tuple[float, bool]]:
    """By field the share that says something, in percent: its upper end, where it is hidden."""
    mine = [r for r in report.measures.to_pylist() if r["measure"] == "complete" and r["contributor"] == contributor]
    return {_said(row["field"]): (round(100 * row["share_high"], 1), row["suppressed"]) for row in mine}


def _in_our_words(view: QualityView, *, birth_dates: bool) -> QualityView:
    missing = [each for each in map(_said, view.not_measured) if not each.startswith("timely:")]
    own = [ON_THE_WAY_IN, NO_EVENT, *([] if birth_dates else [SEALED_DATES])]
    return replace(
        view,
        fields=tuple(sorted(map(_ruled, _renamed(view.fields)), key=lambda one: one.field)),
        checks=_renamed(view.checks),
        differences=_renamed(view.differences),
        not_measured=(*missing, *own),
    )


def _renamed(lines: Iterable[Any]) -> tuple[Any, ...]:
    """The lines with every text in our names of fields."""
    return tuple(replace(line, **_texts(line)) for line in lines)


def _ruled(line: FieldQuality) -> FieldQuality:
    """Answers are yes or no here, whatever digits the report read them as."""
    return replace(line, rule="yes or no") if line.field in answer_fields() else line


def _texts(line: Any) -> Mapping[str, str]:
    names = [f.name for f in fields(line) if f.name in ("field", "fields", "code", "group")]
    said = {name: _said(getattr(line, name)) for name in names}
    if said.get("field") in answer_fields() and "code" in said:
        said["code"] = {"1": "yes", "0": "no"}.get(said["code"], said["code"])
    return said
