"""FollowTheMoney: one entity a line (JSON), the lead as a Note that points at accounts and wallets.

The topic `crime.traffick.human` or `forced.labor` stands on the note alone: it says what was asked and answered, and calls
no account, and no person behind one, anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from clew.publish.exports.shared import Identifier, Shared

SUFFIX = ".ftm.json"


def write(shared: Shared) -> tuple[bytes, Sequence[str]]:
    """The entities, and what they cannot hold."""
    entities = [each for identifier in shared.identifiers if (each := _entity(identifier, shared))]
    lines = [json.dumps(each, ensure_ascii=False) for each in (*entities, _note(shared, entities))]
    return ("\n".join(lines) + "\n").encode(), _lost(shared)


def topic(shared: Shared) -> str:
    """Forced labour where the question is about offers of work, else trafficking in persons."""
    return "forced.labor" if "work" in shared.question else "crime.traffick.human"


def _entity(each: Identifier, shared: Shared) -> dict[str, Any] | None:
    service, _, name = each.value.partition(":")
    if each.kind in ("phone", "email"):
        return _made("UserAccount", each, shared, {"username": each.value, each.kind: each.value})
    if each.kind == "handle":
        known = {"service": service} if name and service != "unknown" else {}
        return _made("UserAccount", each, shared, {"username": name or service, **known})
    if each.kind == "wallet":
        return _made("CryptoWallet", each, shared, {"publicKey": name or service, "currency": service.upper()})
    return None


def _made(schema: str, each: Identifier, shared: Shared, given: Mapping[str, str]) -> dict[str, Any]:
    properties = {name: [value] for name, value in given.items()}
    if schema == "CryptoWallet":
        properties = {name: value for name, value in properties.items() if name != "currency"} | (
            {"currencySymbol": properties["currency"]} if ":" in each.value else {}
        )
    properties["summary"] = [_summary(each, shared)]
    return {"id": _id(f"{each.kind}/{each.value}"), "schema": schema, "properties": properties}


def _summary(each: Identifier, shared: Shared) -> str:
    dates = f", {_day(each.first)} to {_day(each.last)}" if each.first and each.last else ""
    count = f"{len(each.records)} adverts" if len(each.records) != 1 else "1 advert"
    return f"In {count}{dates}. {shared.tlp}. Whose it is, is not known."


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def _note(shared: Shared, entities: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    who = shared.recipient
    words = [f"{r.direction} ({r.points:+g} points): {r.words} Innocent if: {r.innocent}" for r in shared.reasons]
    terms = f"{shared.tlp}. Not anonymous. For {who.name} alone, under {who.agreement}, for {who.purpose}. Not proven."
    urls = [f"http://{each.value}" for each in shared.identifiers if each.kind == "url"]
    properties = {
        "name": [shared.question],
        "description": [f"{shared.points:g} points. {shared.label} A person answered with yes on {_day(shared.at)}."],
        "summary": [terms],
        "notes": words,
        "topics": [topic(shared)],
        "keywords": [shared.tlp],
        "entity": [each["id"] for each in entities],
        "sourceUrl": urls,
        "modifiedAt": [_day(shared.at)],
    }
    filled = {name: values for name, values in properties.items() if values}
    return {"id": _id(f"lead/{shared.lead}/{who.name}"), "schema": "Note", "properties": filled}


def _id(key: str) -> str:
    return "clew-" + hashlib.sha256(key.encode()).hexdigest()[:32]


def _lost(shared: Shared) -> list[str]:
    kinds = [each.kind for each in shared.identifiers]
    said = [
        (kinds.count("domain"), "domains: FollowTheMoney has no entity for one"),
        (kinds.count("picture"), "picture hashes: FollowTheMoney has no property for them"),
        (kinds.count("url"), "web addresses stand as sources of the note, with http:// before them"),
        (sum(bool(entry.place) for entry in shared.entries), "records' places"),
        (len(shared.identifiers), "sharing levels and dates of identifiers stand in words alone"),
        (len(shared.reasons), "reasons: their points stand in words alone"),
    ]
    return [f"{number} {words}" for number, words in said if number]
