"""An invented lead of two adverts, with canaries in all that never leaves."""

from datetime import UTC, datetime

from clew.leads.types import Contribution, Direction
from clew.publish.exports import Entry, Known, Mention, Recipient
from clew.records.source import Tlp
from clew.safeguards.acts import Judgement, Verdict

AT = datetime(2026, 11, 2, 9, 30, 15, 123000, tzinfo=UTC)


def judged(verdict=Verdict.YES, id="jdg_1", reverses=None, at=AT):
    return Judgement(
        id=id, lead="lead_1", verdict=verdict, reason="CANARY-REASON", actor="CANARY-ACTOR", at=at, reverses=reverses,
        signature="ab",
    )  # fmt: skip


def advert(id, level=Tlp.AMBER, organisation="", **more):
    given = {
        "id": id, "kind": "advert", "source": "Site A", "level": level, "organisation": organisation,
        "posted": datetime(2026, 3, int(id[1:]), 8, tzinfo=UTC), "place": "Lyon, FR", "text": "CANARY-TEXT",
    }  # fmt: skip
    return Entry(**{**given, **more})


def reason(sign, points, *evidence):
    return Contribution(
        sign=sign, direction=Direction.FOR if points > 0 else Direction.AGAINST, points=points, words=f"Sign {sign}.",
        innocent="Friends share a phone.", source="T-Net 2024", evidence=evidence,
    )  # fmt: skip


MENTIONS = [
    Mention("r1", "phone", "+33465718589"), Mention("r2", "phone", "+33465718589"), Mention("r1", "email", "a@jobs.example"),
    Mention("r1", "handle", "telegram:lola_88"), Mention("r2", "handle", "unknown:lola_89"), Mention("r2", "url", "eve.example/a?b=1"),
    Mention("r2", "domain", "eve.example"), Mention("r1", "wallet", "btc:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    Mention("r2", "picture", "89" * 32), Mention("r1", "name", "CANARY-NAME"),
]  # fmt: skip


def known(**more):
    given = {
        "lead": "lead_1", "question": "Do these 2 adverts have one organiser?", "points": 4.5,
        "label": "Points, not a probability.", "entries": [advert("r1"), advert("r2")], "mentions": MENTIONS,
        "reasons": [reason("shared_phone", 5.0, "r1", "r2"), reason("own_rules", -0.5)], "judgements": [judged()],
    }  # fmt: skip
    return Known(**{**given, **more})


def to(**more):
    return Recipient(**{"name": "Partner A", "agreement": "MoU 2026-3", "purpose": "joint review", **more})
