"""STIX 2.1: one bundle with the lead as a grouping, identifiers as observables, reasons as notes, the answer as an opinion.

Written as plain JSON (OASIS STIX 2.1, 2021); ids follow from content, so that the same lead gives the same bundle.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from clew.publish.exports.shared import Identifier, Shared
from clew.records.source import Tlp

SUFFIX = ".json"
_OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""The namespace of observables' ids (STIX 2.1, 2.9)."""
_OURS = uuid5(NAMESPACE_URL, "clew:exports:stix")
_TLP = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
MARKS = {
    Tlp.CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    Tlp.GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    Tlp.AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    Tlp.AMBER_STRICT: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
}
"""The fixed markings of TLP 2.0 (OASIS, extension `tlp-2.0`). There is none for red: red does not leave."""


def write(shared: Shared) -> tuple[bytes, Sequence[str]]:
    """The bundle as JSON, and what it cannot hold."""
    held = [each for each in shared.identifiers if each.kind != "picture"]
    observables = [_observable(each, shared) for each in held]
    house = _object("identity", "clew", shared, name="A workspace of clew", identity_class="organization")
    seen = [_seen(each, made["id"], house["id"], shared) for each, made in zip(held, observables, strict=True)]
    parts = [*observables, *seen] or [house]
    lead = _object(
        "grouping", shared.lead, shared, created_by_ref=house["id"], name=shared.question, context="suspicious-activity",
        description=_about(shared), object_refs=[each["id"] for each in parts],
    )  # fmt: skip
    notes = [_note(shared, place, lead["id"], house["id"]) for place in range(len(shared.reasons))]
    answer = _object(
        "opinion", f"{shared.lead}/{shared.judged.id}", shared, created_by_ref=house["id"], opinion="agree",
        explanation="A person answered the question with yes and signed it. It is a judgement, not proof.",
        object_refs=[lead["id"]],
    )  # fmt: skip
    objects = [_mark(shared), _terms(shared), house, lead, *observables, *seen, *notes, answer]
    name = uuid5(_OURS, json.dumps([each["id"] for each in objects]))
    bundle = {"type": "bundle", "id": f"bundle--{name}", "objects": objects}
    return (json.dumps(bundle, ensure_ascii=False, indent=1) + "\n").encode(), _lost(shared)


def _about(shared: Shared) -> str:
    count = f"{len(shared.entries)} records." if len(shared.entries) != 1 else "1 record."
    return (
        f"{count} {shared.points:g} points. {shared.label} Disclosed to a named recipient, not anonymous, not proven."
    )


def _object(kind: str, key: str, shared: Shared, **fields: Any) -> dict[str, Any]:
    name = uuid5(_OURS, f"{kind}/{key}/{shared.recipient.name}/{shared.recipient.agreement}/{shared.mark}")
    at = instant(shared.at)
    refs = {"object_marking_refs": [MARKS[shared.mark], _terms_id(shared)]}
    made = {"type": kind, "spec_version": "2.1", "id": f"{kind}--{name}", "created": at, "modified": at}
    return {**made, **fields, **refs}


def _mark(shared: Shared) -> dict[str, Any]:
    level = {"extension_type": "property-extension", "tlp_2_0": shared.mark.value}
    return {
        "type": "marking-definition", "spec_version": "2.1", "id": MARKS[shared.mark], "created": "2022-10-01T00:00:00.000Z",
        "name": shared.tlp, "extensions": {_TLP: level},
    }  # fmt: skip


def _terms_id(shared: Shared) -> str:
    who = shared.recipient
    return f"marking-definition--{uuid5(_OURS, json.dumps([who.name, who.agreement, who.purpose, str(shared.at)]))}"


def _terms(shared: Shared) -> dict[str, Any]:
    who = shared.recipient
    words = (
        f"For {who.name} alone, under {who.agreement}, for {who.purpose}. Not anonymous and not for the public; "
        "points are not a probability; whoever is named by an identifier here may be a person in need."
    )
    return {
        "type": "marking-definition", "spec_version": "2.1", "id": _terms_id(shared), "created": instant(shared.at),
        "definition_type": "statement", "definition": {"statement": words},
    }  # fmt: skip


def _observable(each: Identifier, shared: Shared) -> dict[str, Any]:
    kind, fields = _fields(each)
    name = uuid5(_OBSERVABLES, json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False))
    marks = [MARKS[shared.mark], _terms_id(shared)]
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{name}", **fields, "object_marking_refs": marks}


def _fields(each: Identifier) -> tuple[str, Mapping[str, str]]:
    """STIX type and the properties from which its id follows."""
    if each.kind in ("email", "url", "domain"):
        return {"email": "email-addr", "url": "url", "domain": "domain-name"}[each.kind], {"value": each.value}
    if each.kind == "phone":
        return "user-account", {"account_type": "phone", "user_id": each.value}
    place, _, name = each.value.partition(":")
    known = {"account_type": place} if name and place != "unknown" else {}
    return "user-account", {**known, "account_login": name or place}


def _seen(each: Identifier, observable: str, house: str, shared: Shared) -> dict[str, Any]:
    return _object(
        "observed-data", f"{shared.lead}/{observable}", shared, created_by_ref=house,
        first_observed=seen_at(each.first or shared.at), last_observed=seen_at(each.last or shared.at),
        number_observed=len(each.records), object_refs=[observable],
    )  # fmt: skip


def _note(shared: Shared, place: int, lead: str, house: str) -> dict[str, Any]:
    reason = shared.reasons[place]
    return _object(
        "note", f"{shared.lead}/{reason.sign}", shared, created_by_ref=house,
        abstract=f"Reason {reason.direction}: {reason.points:+g} points",
        content=f"{reason.words} It would be innocent if: {reason.innocent or 'nothing known'} Source: {reason.source}",
        object_refs=[lead],
    )  # fmt: skip


def instant(at: datetime) -> str:
    """To the millisecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def seen_at(at: datetime) -> str:
    """Without a fraction that would be none."""
    return instant(at).replace(".000Z", "Z")


def _lost(shared: Shared) -> list[str]:
    kinds = [each.kind for each in shared.identifiers]
    places = sum(bool(entry.place) for entry in shared.entries)
    undated = sum(each.first is None for each in shared.identifiers if each.kind != "picture")
    said = [
        (kinds.count("picture"), "picture hashes: STIX has no perceptual hash of its own"),
        (places, "records' places: STIX observables have none"),
        (undated, "identifiers without a date: the judgement's date stands in their place"),
        (kinds.count("phone"), "phone numbers stand as user-account of type phone: STIX has no object for them"),
        (kinds.count("wallet"), "wallets stand as user-account with the currency as type: STIX has no object for them"),
        (kinds.count("url"), "web addresses stand as written, mostly without http: nothing is added to evidence"),
        (len(shared.reasons), "reasons: their points stand in words alone"),
    ]
    return [f"{number} {words}" for number, words in said if number]
