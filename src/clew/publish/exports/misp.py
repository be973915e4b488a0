"""MISP: one event (core format, JSON) with identifiers as attributes, never to be blocked on by machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from clew.publish.exports.shared import Identifier, Shared

SUFFIX = ".misp.json"
_OURS = uuid5(NAMESPACE_URL, "clew:exports:misp")
_TYPES = {
    "phone": ("Other", "phone-number"), "email": ("Network activity", "email"), "url": ("Network activity", "url"),
    "domain": ("Network activity", "domain"), "handle": ("Social network", "text"),
    "wallet": ("Financial fraud", "text"), "picture": ("Other", "text"),
}  # fmt: skip
"""Kind -> category and type. A phone is no `Person`: whose it is, nobody said."""
_COINS = {"btc": "btc", "xmr": "xmr", "dash": "dash"}
"""Currencies that MISP has a type for."""


def write(shared: Shared) -> tuple[bytes, Sequence[str]]:
    """The event as JSON, and what it cannot hold. It goes to the recipient's own organisation alone, unpublished."""
    words = f"{shared.question} {shared.points:g} points. {shared.label}"
    who = shared.recipient
    terms = f"Not anonymous. For {who.name} alone, under {who.agreement}, for {who.purpose}."
    attributes = [
        *(_attribute(shared, *_typed(each), _seen(each)) for each in shared.identifiers),
        *(_attribute(shared, "Other", "comment", _reason(shared, n), {}) for n in range(len(shared.reasons))),
        _attribute(shared, "Other", "comment", _judgement(shared), {}),
        _attribute(shared, "Other", "comment", terms, {}),
    ]
    event = {
        "uuid": _name(shared, "event"), "info": words, "date": shared.at.astimezone(UTC).date().isoformat(),
        "timestamp": str(int(shared.at.timestamp())), "threat_level_id": "4", "analysis": "1", "distribution": "0",
        "published": False, "Tag": [{"name": shared.tlp.lower()}], "Attribute": attributes,
    }  # fmt: skip
    return (json.dumps({"Event": event}, ensure_ascii=False, indent=1) + "\n").encode(), _lost(shared)


def _name(shared: Shared, what: str) -> str:
    return str(uuid5(_OURS, json.dumps([shared.lead, shared.recipient.name, shared.recipient.agreement, what])))


def _typed(each: Identifier) -> tuple[str, str, str]:
    category, kind = _TYPES[each.kind]
    coin, _, address = each.value.partition(":")
    if each.kind == "wallet" and coin in _COINS:
        return category, _COINS[coin], address
    return category, kind, each.value


def _seen(each: Identifier) -> dict[str, Any]:
    dated = (
        {"first_seen": each.first.isoformat(), "last_seen": each.last.isoformat()} if each.first and each.last else {}
    )
    return {"comment": f"{each.kind} in {len(each.records)} adverts", **dated}


def _attribute(shared: Shared, category: str, kind: str, value: str, more: dict[str, Any]) -> dict[str, Any]:
    return {
        "uuid": _name(shared, f"{kind}/{value}"), "category": category, "type": kind, "value": value, "to_ids": False,
        "distribution": "0", "disable_correlation": False, "timestamp": str(int(shared.at.timestamp())), **more,
    }  # fmt: skip


def _reason(shared: Shared, place: int) -> str:
    reason = shared.reasons[place]
    innocent = f" It would be innocent if: {reason.innocent}" if reason.innocent else ""
    return f"Reason {reason.direction} ({reason.points:+g} points): {reason.words}{innocent} Source: {reason.source}"


def _judgement(shared: Shared) -> str:
    return f"A person answered the question with yes on {shared.at.astimezone(UTC):%Y-%m-%d} and signed it. It is no proof."


def _lost(shared: Shared) -> list[str]:
    text = [each for each in shared.identifiers if _typed(each)[1] == "text"]
    places = sum(bool(entry.place) for entry in shared.entries)
    said = [
        (len(text), "accounts, wallets or picture hashes stand as text: MISP has no attribute type for them"),
        (places, "records' places"),
        (len(shared.reasons), "reasons: their points stand in words alone"),
    ]
    return [f"{number} {words}" for number, words in said if number]
