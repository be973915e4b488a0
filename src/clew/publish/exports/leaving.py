"""Makes what may leave of a lead in one of the field's formats, with a report of what stays behind and what the format loses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clew.publish.exports import flat, ftm, misp, places, stix
from clew.publish.exports.shared import Known, Recipient, Shared, share
from clew.publish.types import Guarantee, Method, Raw, Releasable, _releasable
from clew.safeguards.errors import UsageError

Writer = Callable[[Shared], tuple[bytes, Sequence[str]]]
FORMATS: Mapping[str, tuple[str, Writer]] = {
    "stix": (stix.SUFFIX, stix.write),
    "misp": (misp.SUFFIX, misp.write),
    "ftm": (ftm.SUFFIX, ftm.write),
    "geojson": (places.SUFFIX, places.write),
    "csv": (flat.SUFFIX, flat.write),
}
"""Name -> the ending of its files, and its writer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    release: Releasable[bytes]
    suffix: str
    records: int
    report: Mapping[str, Any]
    """For whoever signs: what leaves, what stays behind and why, what the format cannot hold."""


def export(known: Raw[Known], recipient: Recipient, to: str) -> Exported:
    """What this recipient may have of a lead, in a format of `FORMATS`. Raises Blocked where nothing may leave."""
    if to not in FORMATS:
        raise UsageError(f"format: not known; choose of {', '.join(FORMATS)}")
    return made_with(known, recipient, to, *FORMATS[to])


def made_with(known: Raw[Known], recipient: Recipient, to: str, suffix: str, write: Writer) -> Exported:
    """As `export`, by a writer of another package of `publish`, such as dossiers."""
    shared = share(known.value, recipient)
    content, lost = write(shared)
    return Exported(
        release=_releasable(content, disclosed_as(recipient, shared.tlp)),
        suffix=suffix,
        records=len(shared.entries),
        report=_report(shared, to, lost),
    )


def disclosed_as(recipient: Recipient, tlp: str) -> Guarantee:
    """The guarantee of a disclosure promises no anonymity to anybody, and says so."""
    words = f"not anonymous: disclosed to {recipient.name} alone, {tlp}, under {recipient.agreement}"
    return Guarantee(method=Method.DISCLOSE, words=words)


def _report(shared: Shared, to: str, lost: Sequence[str]) -> Mapping[str, Any]:
    kinds: dict[str, int] = {}
    for each in shared.identifiers:
        kinds[each.kind] = kinds.get(each.kind, 0) + 1
    who = shared.recipient
    return {
        "notice": "This is not anonymous. It is for one recipient under an agreement; nobody may take it for a public release.",
        "format": to,
        "recipient": {
            "name": who.name, "organisation": who.house, "agreement": who.agreement, "purpose": who.purpose,
            "sharing_level": shared.tlp,
        },
        "leaves": {"records": len(shared.entries), **kinds, "reasons": len(shared.reasons), "judgements": 1},
        "stays_behind": dict(shared.left_out),
        "format_cannot_hold": list(lost),
    }  # fmt: skip
