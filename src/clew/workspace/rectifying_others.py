"""Puts a contact or an advert right (GDPR art. 16). What it said before is kept, and what was made of it goes, to be made anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from clew.intake.hotline import check
from clew.records import KINDS
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Conflict, UsageError
from clew.safeguards.permissions import Action
from clew.store.lake import ARRIVALS
from clew.workspace.access import SUPERSEDED_ADVERTS
from clew.workspace.rectifying import KEPT, Rectified, Rectifying, typed_value

ADVERTS: Final = "adverts"
OF_CONTACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "channel": ("channel",), "received": ("received",), "area": ("area", "country", "area_words"), "topic": ("topic",),
    "language": ("language",), "caller": ("number",), "text": ("text",),
}  # fmt: skip
"""Field of a contact, as its form calls it -> what it stands in."""
_KEPT = (*KINDS, *KEPT, SUPERSEDED_ADVERTS)


class RectifyingOthers(Rectifying):
    def rectify(self, actor: Actor, purpose: Purpose, name: str, field: str, value: str, why: str) -> Rectified:
        """As for a case; `name` may also be a contact's id or an advert's record id."""
        given = name.strip()
        if given.startswith("ctc_"):
            return self._rectify_contact(actor, purpose, given, field, value.strip(), why)
        row = self.lake.query("SELECT * FROM adverts WHERE record_id = $1", [given])
        if row.num_rows:
            return self._rectify_advert(actor, purpose, row, field, value.strip(), why)
        return super().rectify(actor, purpose, name, field, value, why)

    def _rectify_contact(
        self, actor: Actor, purpose: Purpose, contact: str, field: str, value: str, why: str
    ) -> Rectified:
        self.allow(actor, Action.RECTIFY, purpose, contact)
        if field not in OF_CONTACTS:
            raise UsageError(f"field: none of that name on a contact; there are {', '.join(OF_CONTACTS)}")
        if not value and field in ("channel", "received"):
            raise UsageError(f"{field}: is required and cannot be emptied")
        form = {"channel": "call", field: value}
        checked = check(form, now=datetime.now(UTC), region=self.settings.region)
        right: dict[str, Any] = {part: getattr(checked, part) for part in OF_CONTACTS[field]}
        self.vault.rectify_contact(actor, purpose, contact, field, right, why=why)
        gone = self.lake.forget([contact], keep=_KEPT)
        self._tell_lake([contact])
        return Rectified(number=contact, record=contact, replaces=contact, field=field, derived=gone, judge_again=())

    def _rectify_advert(
        self, actor: Actor, purpose: Purpose, row: pa.Table, field: str, value: str, why: str
    ) -> Rectified:
        """A new record takes the advert's place; the one before rests beside it. It is kept as long as the one before would be."""
        kind, old = KINDS[ADVERTS], str(row["record_id"][0])
        self.allow(actor, Action.RECTIFY, purpose, old)
        typed = typed_value(kind, field, value)
        if row[field].to_pylist() == typed.to_pylist():
            raise Conflict(f"{field}: the record says so already")
        new = self._name_of(old, field, value)
        right = row.set_column(row.column_names.index(field), row.schema.field(field), typed.cast(row[field].type))
        right = right.set_column(right.column_names.index("record_id"), "record_id", pa.array([new], pa.string()))
        self.vault.note_rectified(actor, purpose, old, new, field, why=why)
        adverts, arrivals = self.lake.read(ADVERTS), self.lake.read(ARRIVALS)
        before = self.lake.read(SUPERSEDED_ADVERTS) if SUPERSEDED_ADVERTS in self.lake.names() else row.slice(0, 0)
        came = arrivals.filter(pc.equal(arrivals["record_id"], old))
        came = came.set_column(0, arrivals.schema.field(0), pa.array([new] * came.num_rows, pa.string()))
        rest = adverts.filter(pc.not_equal(adverts["record_id"], old))
        self.lake.replace(
            {
                ADVERTS: pa.concat_tables([rest, right.cast(adverts.schema)]),
                SUPERSEDED_ADVERTS: pa.concat_tables([before, row.cast(before.schema)]),
                ARRIVALS: pa.concat_tables([arrivals, came]),
            }
        )
        gone = self.lake.forget([old], keep=_KEPT)
        return Rectified(number=new, record=new, replaces=old, field=field, derived=gone, judge_again=())
