"""Where anything of a person can rest in a workspace, and what a refusal and an erasure do there: one row a place.

The lake takes no table that has no row here, and a test holds the tables of the vault and the files of the folder to it:
whoever adds a place says first how a person's data leave it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from clew.records.kinds import KINDS


class Rests(StrEnum):
    """What a place holds, and so when it lets go of it."""

    RECORD = "the record itself"
    """Stays for support when a person refuses what is made of it; goes when it is erased."""
    DERIVED = "made of records and names them"
    """Goes when a person takes back that they be kept, and when they are erased."""
    DRAFT = "made of records and not left yet"
    """Goes with any refusal, and with any erasure."""
    COUNT = "made of many records and names none"
    """Stays as it is until it is made anew; the record is not in the next one."""
    ACT = "what the house did, under a record's id"
    """Stays: it shows that the house did right by the person. Ids are random or keyed, and no words of the person are in it."""
    HOUSE = "of the house, its staff and settings"


@dataclass(frozen=True, slots=True)
class Place:
    holds: Rests
    why: str = ""
    """Why what stays after an erasure may stay; required for a count and an act."""


def _all(holds: Rests, *names: str, why: str = "") -> dict[str, Place]:
    return dict.fromkeys(names, Place(holds, why))


LAKE: Final[Mapping[str, Place]] = {
    **_all(Rests.RECORD, *(kind.plural for kind in KINDS.values()), "cases_superseded", "adverts_superseded", "arrivals"),
    **_all(
        Rests.DERIVED,
        "claims", "failures", "texts_read", "clusters", "edges", "evidence", "members", "features", "signs", "anchors", "leads",
        "reasons", "groups", "followed", "classed", "person_sets", "person_clusters", "person_steps",
    ),
    "hubs": Place(Rests.COUNT, "a keyed pseudonym that many share; it goes with the last claim of it"),
    "renamed_texts": Place(Rests.COUNT, "numbers of texts and nothing else"),
    "local_prices": Place(Rests.COUNT, "of twelve askers or more; the next run counts without the record"),
    "class_trust": Place(Rests.COUNT, "how far each rule is trusted, over all leads"),
    "person_runs": Place(Rests.COUNT, "totals of a linkage"),
    "area_ranks": Place(Rests.COUNT, "of areas, from a file of counts"),
    "area_ranking": Place(Rests.COUNT, "how areas were ranked"),
}  # fmt: skip
"""Tables of the lake."""

_KEYED = "sealed under the record's own key, which is gone: nothing of it can be read"
_ID = "ids alone, in a log that only grows"

VAULT: Final[Mapping[str, Place]] = {
    "sealed_records": Place(Rests.RECORD, "emptied; the row stays so that the record does not come back"),
    "person_keys": Place(Rests.RECORD, "the key is gone; the row says when it was destroyed"),
    "backup_keys": Place(Rests.RECORD),
    "contacts": Place(Rests.RECORD, "emptied but for who logged it and when"),
    **_all(Rests.RECORD, "contact_versions", "case_events", "referrals", "referral_events", why=_KEYED),
    "contact_events": Place(Rests.ACT, "emptied of status and case; who noted it and when stays"),
    "judgements": Place(Rests.ACT, "an answer that a person signed; its reason names nobody (the pages say so)"),
    "releases": Place(Rests.ACT, "what left: anonymous tables, and of a disclosure its format and its digest"),
    **_all(Rests.ACT, "audit", "safeguard_acts", "hold_events", why=_ID),
    "audit_head": Place(Rests.HOUSE),
    "erasures": Place(Rests.ACT, "keyed hashes of ids, so that nothing comes back"),
    "certificates": Place(Rests.ACT, "how many of each kind were erased, and where"),
    **_all(
        Rests.HOUSE,
        "meta", "sources", "accounts", "attempts", "sessions", "once_tokens", "services", "factors", "known_devices",
        "sign_in_steps", "retention_events", "audit_checkpoints",
    ),
}  # fmt: skip
"""Tables of the vault."""

FOLDER: Final[Mapping[str, Place]] = {
    "vault.db": Place(Rests.RECORD, "encrypted; see the tables of the vault"),
    "lake.duckdb": Place(Rests.RECORD, "written anew; see the tables of the lake"),
    "rejects": Place(Rests.RECORD, "rows that name the person are taken out; the rest goes after 30 days"),
    "disclosed": Place(
        Rests.DERIVED,
        "what went to a named partner, sealed: kept for the ledger until it is erased, handed out no more",
    ),
    "drafts": Place(Rests.DRAFT),
    "releases": Place(Rests.COUNT, "anonymous or synthetic, and out of reach"),
    "models": Place(Rests.COUNT, "weights learnt from many leads, until they are learnt anew; the certificate says so"),
    "fairness": Place(Rests.COUNT, "rates of groups, none of few, sealed; the next report is made without the record"),
    "dpia": Place(Rests.HOUSE),
    "keys.json": Place(Rests.HOUSE),
    "clew.toml": Place(Rests.HOUSE),
    "field-uses.json": Place(Rests.HOUSE),
}
"""What is in a workspace's folder, by its first name."""


def is_known(table: str) -> bool:
    """Whether the lake may hold a table of this name."""
    return table in LAKE
