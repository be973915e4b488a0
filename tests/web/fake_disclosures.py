"""Disclosures as pages see them: one that waits, one that left."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from clew.desk import DisclosureAsk, DisclosurePreview, WaitingDisclosure
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Release
from clew.safeguards.errors import Blocked

AT = datetime(2026, 11, 1, tzinfo=UTC)
ASK = DisclosureAsk(
    subject="lead_0000",
    to="stix",
    recipient="Partner <b>A</b>",
    agreement="MoU 2026-3",
    purpose="joint review",
    spelled=True,
)


class FakeDisclosures:
    """Keeps what was signed. The first signature of anything is kept and nothing leaves; the second lets it leave."""

    def _partners(self) -> dict[str, Any]:
        return self.__dict__.setdefault("_disclosures", {"signed": [], "left": []})  # type: ignore[no-any-return]

    def preview_disclosure(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> DisclosurePreview:
        if ask.recipient == "nobody":
            raise Blocked("export: nobody has judged this lead")
        report = {
            "notice": "This is not anonymous.", "leaves": {"records": 3, "phone": 2}, "stays_behind": {"records marked red": 1},
            "format_cannot_hold": ["1 picture hashes: STIX has none"],
        }  # fmt: skip
        return DisclosurePreview(
            report=report, content=b"%PDF-1.7" if (pdf := ask.to == "dossier") else b'{"name": "<script>x</script>"}', suffix=".pdf" if pdf else ".json", fingerprint=f"mark-{ask.recipient}",
            signed_by=tuple(self._partners()["signed"]), blocked=None,
        )  # fmt: skip

    def disclose(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> Release:
        kept = self._partners()
        kept["signed"].append(actor.name)
        if len(kept["signed"]) < 2:
            raise Blocked("export: nothing has left; another person signs it next")
        kept["left"].append(_left(ask))
        return _left(ask)

    def waiting_disclosures(self, actor: Actor, purpose: Purpose) -> Sequence[WaitingDisclosure]:
        return [WaitingDisclosure(ask=ASK, fingerprint="mark", by=("Anna <i>",), until=AT)]

    def disclosures(self, actor: Actor, purpose: Purpose) -> Sequence[Release]:
        return [_left(ASK), *self._partners()["left"]]

    def disclosed_file(self, actor: Actor, purpose: Purpose, release: str) -> tuple[bytes, str]:
        return b"%PDF-", ".pdf"


def _left(ask: DisclosureAsk) -> Release:
    return Release(
        id="rel_1", title=f"{ask.subject} as {ask.to}", dataset="leads", method="disclose", guarantee="not anonymous", epsilon=0.0,
        recipient=ask.recipient, rows=3, sha256="ab" * 32, fingerprint="mark", actor="Mira Holm", at=AT, report="{}",
    )  # fmt: skip
