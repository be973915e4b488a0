"""One text as a person sees it: its adverts beside each other, cut into what they share and what each fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clew.leads.network_view import CutText, TextPiece, TextView
from clew.links import aligned
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import NotFound
from clew.safeguards.permissions import Action
from clew.workspace.network_parts import network_id
from clew.workspace.reading import Reading

SHOWN_ADVERTS = 60
"""Adverts that are cut and shown; the template is fitted to these."""


class Texts(Reading):
    def text(self, actor: Actor, purpose: Purpose, cluster: int) -> TextView:
        """The adverts of one text. A number stays from run to run; where two texts became one, both lead to it."""
        self.vault.require(actor, Action.READ_LEAD, purpose, f"text {cluster}")
        if not {"clusters", "members", "anchors"} <= set(self.lake.names()):
            raise NotFound("there is no such text")
        cluster = self._today(cluster)
        rows = self.lake.query(
            "SELECT a.record_id, a.external_id, a.posted, a.place, a.text, n.record_id AS anchor, count(*) OVER () AS total "
            "FROM clusters k JOIN adverts a USING (record_id) LEFT JOIN members m USING (record_id) "
            "LEFT JOIN anchors n ON n.network = m.network WHERE k.cluster = $1 AND a.text IS NOT NULL "
            "ORDER BY a.posted, a.record_id LIMIT $2",
            [cluster, SHOWN_ADVERTS],
        ).to_pylist()
        if not rows:
            raise NotFound("there is no such text")
        self.vault.record(actor, Action.READ_LEAD.value, f"text {cluster}", purpose)
        shown = tuple(
            CutText(
                record=row["record_id"],
                external_id=row["external_id"],
                posted=row["posted"],
                place=row["place"] or "",
                network=network_id(row["anchor"]) if row["anchor"] else "",
                pieces=tuple(TextPiece(text=part.text, kind=part.kind, slot=part.slot) for part in pieces),
            )
            for row, pieces in zip(rows, aligned([row["text"] for row in rows]), strict=True)
        )
        return TextView(cluster=cluster, adverts=int(rows[0]["total"]), shown=shown)

    def _today(self, cluster: int) -> int:
        if "renamed_texts" not in self.lake.names():  # a workspace whose last run was before numbers stayed
            return cluster
        into = self.lake.query('SELECT "into" FROM renamed_texts WHERE cluster = $1', [cluster]).to_pylist()
        return int(into[0]["into"]) if into else cluster

    def texts_of(self, actor: Actor, purpose: Purpose, records: Sequence[str]) -> Mapping[str, int]:
        """Of these records, those that share their text with another advert, and that text's number."""
        self.vault.require(actor, Action.READ_LEAD, purpose, "texts")
        if "clusters" not in self.lake.names():
            return {}
        rows = self.lake.query(
            "SELECT record_id, cluster FROM clusters WHERE record_id IN (SELECT unnest($1::VARCHAR[])) AND cluster IN "
            "(SELECT cluster FROM clusters GROUP BY cluster HAVING count(*) > 1)",
            [list(records)],
        ).to_pylist()
        return {row["record_id"]: row["cluster"] for row in rows}
