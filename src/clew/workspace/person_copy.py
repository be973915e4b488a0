"""Gives a person what is held of them, in words they can read and as data they can take elsewhere (GDPR arts. 15 and 20)."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from clew.records.write import textual
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.permissions import Action
from clew.store.erasing import Doomed
from clew.workspace.access import SUPERSEDED, SUPERSEDED_ADVERTS
from clew.workspace.person_records import PersonRecords, PersonRecordsFinding

FORMAT = "person-copy/1"

_BEFORE = {"cases": (SUPERSEDED,), "adverts": (SUPERSEDED_ADVERTS,)}
"""Kind -> tables of what its records were before they were put right."""


class CopyingPersons(PersonRecordsFinding):
    def person_copy(self, actor: Actor, purpose: Purpose, found: PersonRecords, why: str) -> dict[str, Any]:
        """All that is held of these records: what came in, what was recorded and derived, and what was done with it.

        Each record opened is a recorded act. Nothing of other persons' records is in it but that a network joins them.
        """
        self.vault.require(actor, Action.READ_IDENTITY, purpose, "person")
        sources = {source.id: source for source in self.vault.sources()}
        corrected = self.vault.rectifications(found.ids)
        records = []
        for each in found.records:
            source = sources.get(each.source)
            said: dict[str, Any] = {
                "kind": each.kind,
                "record": each.record,
                "source": None
                if source is None
                else {
                    "name": source.name, "legal_ground": str(source.basis), "purpose": source.purpose,
                    "sharing_level": str(source.tlp), "days_kept": source.retention_days,
                },
                "open": self._open_fields(each),
                "derived": self._derived(each.record),
                "leads": self._leads_with(each.record),
                "corrected": [
                    {"at": act.at.isoformat(), "field": act.body["field"], "why": act.body["why"], "was": act.body["replaces"]}
                    for act in corrected if act.about == each.record
                ],
            }  # fmt: skip
            if self.vault.sealed_records([each.record]):
                said |= self.vault.access_copy(each.record, actor, purpose, why=why)
            else:
                self.vault.record(actor, Action.READ_IDENTITY.value, each.record, purpose, {"why": why, "access": True})
            records.append(said)
        return {
            "clew": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "records": records,
            "left_out": "Names of staff, other persons' records, and records that nobody has judged to be about the same person"
            + (f" ({len(found.possible)} may be)." if found.possible else "."),
            "rights": [
                "You may have it corrected (GDPR art. 16) or erased (art. 17), or its use limited (art. 18).",
                "You may object to its use (art. 21) and complain to a supervisory authority (art. 77).",
                "No decision about you is made by a program alone (art. 22): a person signs each.",
            ],
        }

    def _open_fields(self, each: Doomed) -> dict[str, str]:
        for table in (each.kind, *(t for t in _BEFORE.get(each.kind, ()) if t in self.lake.names())):
            rows = self.lake.query(f'SELECT * FROM "{table}" WHERE record_id = $1', [each.record])  # noqa: S608 (ours)
            if rows.num_rows:
                kept = textual(rows.drop_columns(["record_id", "source_id"])).to_pylist()[0]
                return {name: value for name, value in kept.items() if value is not None}
        return {}

    def _derived(self, record: str) -> list[dict[str, Any]]:
        if "claims" not in self.lake.names():
            return []
        rows = self.lake.query(
            'SELECT kind, value, start, "end", confidence, detector FROM claims WHERE record_id = $1 ORDER BY start, kind',
            [record],
        )
        return [{name: value for name, value in row.items() if value is not None} for row in rows.to_pylist()]

    def _leads_with(self, record: str) -> list[dict[str, Any]]:
        """Leads of the network that the record is in, with the answer of whoever judged it."""
        if not {"members", "leads"} <= set(self.lake.names()):
            return []
        rows = self.lake.query(
            "SELECT lead, question, points FROM leads JOIN members USING (network) WHERE record_id = $1 ORDER BY lead",
            [record],
        ).to_pylist()
        return [
            {
                "lead": row["lead"],
                "question": row["question"],
                "points": round(row["points"], 1),
                "answers": [
                    {"answer": str(j.verdict), "at": j.at.isoformat()} for j in self.vault.judgements(row["lead"])
                ],
            }
            for row in rows
        ]


def readable(copy: Mapping[str, Any]) -> str:
    """The copy as one page of HTML that needs nothing else: no script, no style from elsewhere, every value escaped."""
    parts = [
        "<!doctype html>", '<html lang="en">', '<head><meta charset="utf-8"><title>What is held about you</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        ("<style>body{font:1rem/1.5 sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}"
        "dt{font-weight:600}dd{margin:0 0 .5rem;white-space:pre-wrap;overflow-wrap:anywhere}"
        "section{border-top:1px solid;margin-top:2rem}</style></head><body>"),
        "<h1>What is held about you</h1>", f"<p>Made on {_text(copy['made_at'])}. {_text(copy['left_out'])}</p>",
    ]  # fmt: skip
    for number, record in enumerate(copy["records"], start=1):
        parts.append(f"<section><h2>{number}. {_text(record['kind'])}</h2>")
        for title, key in _PARTS:
            if record.get(key):
                parts.append(f"<h3>{title}</h3>{_shown(record[key])}")
        parts.append("</section>")
    parts.append("<section><h2>Your rights</h2>" + _shown(copy["rights"]) + "</section></body></html>")
    return "\n".join(parts) + "\n"


_PARTS = (
    ("Who gave it, and for what", "source"),
    ("What was given", "open"),
    ("What was given and is kept sealed", "sealed"),
    ("Since when", "sealed_at"),
    ("What it said before it was corrected", "before"),
    ("What was put right in it, when and why", "corrected"),
    ("What was recorded", "recorded"),
    ("Referrals", "referrals"),
    ("What programs read from it", "derived"),
    ("Questions that a person was asked about it", "leads"),
    ("What was done with it", "acts"),
)


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = "".join(
            f"<dt>{_text(str(name).replace('_', ' '))}</dt><dd>{_shown(each)}</dd>" for name, each in value.items()
        )
        return f"<dl>{rows}</dl>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "<ul>" + "".join(f"<li>{_shown(each)}</li>" for each in value) + "</ul>"
    return _text(value)


def _text(value: Any) -> str:
    return html.escape(str(value))
