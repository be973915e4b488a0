"""Dossiers through the door: the sharing levels and the answer are asked as for any export; then the pages are set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clew.publish.dossier.case import CaseFacts, case_dossier
from clew.publish.dossier.lead import lead_dossier
from clew.publish.dossier.pages import Fonts, typeset
from clew.publish.exports.leaving import Exported, disclosed_as, made_with
from clew.publish.exports.shared import STRICTNESS, Known, Recipient, Shared
from clew.publish.types import Raw, _releasable
from clew.records.source import Tlp
from clew.safeguards.errors import Blocked

SUFFIX = ".pdf"


def lead_pdf(
    known: Raw[Known], recipient: Recipient, names: Mapping[str, str], *, key: str, version: str, fonts: Fonts
) -> Exported:
    """A lead's dossier for a recipient. Raises Blocked where nothing of it may leave."""

    def write(shared: Shared) -> tuple[bytes, Sequence[str]]:
        without = [1 for entry in shared.entries if not entry.text]
        lost = [f"{len(without)} records without a text"] if without else []
        return typeset(lead_dossier(known.value, shared, names, key=key, version=version), fonts), lost

    return made_with(known, recipient, "dossier", SUFFIX, write)


def case_pdf(
    case: Raw[CaseFacts], recipient: Recipient, names: Mapping[str, str], *, key: str, version: str, fonts: Fonts
) -> Exported:
    """A case's dossier for a recipient. Raises Blocked where the sharing level or the person's own answer forbids it."""
    facts = case.value
    entry = facts.entry
    own = bool(entry.organisation) and entry.organisation.casefold() == recipient.house.casefold()
    if entry.level is Tlp.RED or (entry.level is Tlp.AMBER_STRICT and not own):
        raise Blocked(f"dossier: this case is marked {entry.level}; it does not go to this recipient")
    if STRICTNESS[entry.level] > STRICTNESS[recipient.level]:
        raise Blocked("dossier: this case is stricter than the level that the recipient is let in to")
    if facts.identity and not facts.entitled.strip():
        raise Blocked("dossier: an identity is opened for a recipient only with the reason why they are entitled to it")
    mark = max(recipient.level, entry.level, key=STRICTNESS.__getitem__)
    content = typeset(case_dossier(facts, recipient, mark, names, key=key, version=version), fonts)
    report = {
        "notice": "This is not anonymous. It is for one recipient under an agreement; nobody may take it for a public release.",
        "dataset": "case dossiers",
        "format": "dossier",
        "recipient": {
            "name": recipient.name, "organisation": recipient.house, "agreement": recipient.agreement,
            "purpose": recipient.purpose, "sharing_level": f"TLP:{mark.value.upper()}",
        },
        "leaves": {"cases": 1, "facts": len(facts.facts), "answers": len(facts.answers), "identity fields": len(facts.identity)},
        "consent": facts.consent,
        "order": facts.order,
        "identity": facts.entitled or "sealed",
    }  # fmt: skip
    words = disclosed_as(recipient, f"TLP:{mark.value.upper()}")
    return Exported(release=_releasable(content, words), suffix=SUFFIX, records=1, report=report)
