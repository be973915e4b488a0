"""What arrives: one frozen type a kind. The fields, their other names and their sensitivity are read from the types.

A record is kept as received and never changed; its id is the hash of its content and its source. In columns, a
`DateInterval` is `struct<first: date32, last: date32>`, an `AgeRange` is `struct<low: int16, high: int16>`, and times
carry their zone (UTC).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, get_type_hints

import pyarrow as pa

from clew.records.imprecise import AgeRange, Answer, DateInterval

DATE_INTERVAL = pa.struct([("first", pa.date32()), ("last", pa.date32())])
AGE_RANGE = pa.struct([("low", pa.int16()), ("high", pa.int16())])
INSTANT = pa.timestamp("us", tz="UTC")


class Sensitivity(StrEnum):
    """Who a value is about, and so where it may rest.

    `IDENTITY` and `PERSONAL` values rest only in the vault, sealed; the lake holds what is left.
    """

    OPEN = "open"
    PERSONAL = "personal"
    IDENTITY = "identity"


def column(*aliases: str, required: bool = False, sensitivity: Sensitivity = Sensitivity.OPEN, doc: str = "") -> Any:
    """A field of a record kind: its other names in the world, and how it must be kept."""
    metadata = {"aliases": aliases, "required": required, "sensitivity": sensitivity, "doc": doc}
    return field(metadata=metadata) if required else field(default=None, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advert:
    """An advert for services or for work, as it was published."""

    id: str = column("advert_id", "ad_id", required=True, doc="the file's own name for it")
    text: str = column("body", "description", "message", "content", required=True)
    posted: datetime | None = column("posted_at", "date", "timestamp", "created", doc="when it appeared")
    place: str | None = column("city", "location", doc="where it says it is")
    site: str | None = column("website", "source_site", "domain", doc="where it appeared")
    phone: str | None = column("contact", "telephone", doc="a contact given outside the text")
    pictures: str | None = column("images", "image_ids", doc="ids of its pictures, separated by ;")


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One appearance of an advert: the same advert may be posted again and elsewhere."""

    id: str = column("posting_id", required=True)
    advert: str = column("advert_id", "ad_id", required=True, doc="id of the advert in its own file")
    posted: datetime | None = column("posted_at", "date", "timestamp")
    place: str | None = column("city", "location")
    site: str | None = column("website", "domain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A web page as it was captured."""

    id: str = column("page_id", required=True)
    url: str = column("address", "uri", required=True)
    text: str | None = column("body", "content")
    captured: datetime | None = column("fetched", "timestamp", "date")
    sha256: str | None = column("digest", doc="of the page as captured")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture known by its hash. The picture itself is not kept unless the law allows."""

    id: str = column("image_id", "picture_id", required=True)
    pdq: str = column("hash", required=True, doc="256-bit PDQ perceptual hash, 64 hex digits")
    quality: int | None = column(doc="PDQ quality, 0 to 100; below 50 the hash is not matched")
    sha256: str | None = column("digest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A contact with a hotline or helpline. It may concern no case."""

    id: str = column("call_id", "contact_id", required=True, sensitivity=Sensitivity.IDENTITY)
    received: datetime | None = column("date", "timestamp", "received_at")
    area: str | None = column("region", "place")
    topic: str | None = column("category", "subject")
    language: str | None = column("lang")
    caller: str | None = column("caller_number", "phone", sensitivity=Sensitivity.IDENTITY)
    text: str | None = column("notes", "summary", sensitivity=Sensitivity.PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """What somebody reports having seen."""

    id: str = column("tip_id", "report_id", required=True, sensitivity=Sensitivity.IDENTITY)
    received: datetime | None = column("date", "timestamp", "received_at")
    area: str | None = column("region", "place")
    contact: str | None = column("reporter", sensitivity=Sensitivity.IDENTITY, doc="how to answer the reporter")
    text: str = column("body", "report", "message", required=True, sensitivity=Sensitivity.PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One message of a conversation; a conversation is the messages that share its name."""

    id: str = column("message_id", required=True, sensitivity=Sensitivity.IDENTITY)
    conversation: str = column("conversation_id", "chat", "chat_id", "thread", required=True)
    sender: str | None = column("author", "from", "user", sensitivity=Sensitivity.IDENTITY)
    sent: datetime | None = column("sent_at", "time", "timestamp", "date")
    text: str = column("message", "body", "content", required=True, sensitivity=Sensitivity.PERSONAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money moved from one account to another. Account names are pseudonyms of the sending institution."""

    id: str = column("payment_id", "transaction_id", "tx_id", required=True)
    sender: str = column("from_account", "from", "originator", "nameorig", required=True)
    receiver: str = column("to_account", "to", "beneficiary", "namedest", required=True)
    amount: float = column("value", "sum", required=True, doc="in units of `currency`")
    currency: str | None = column("ccy")
    sent: datetime | None = column("date", "timestamp", "time", "booked")
    memo: str | None = column("reference", "purpose", "remittance")


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A place that has numbers about it."""

    id: str = column("area_id", "code", required=True)
    name: str = column("area", "area_name", required=True)
    country: str | None = column("country_code", "iso3", doc="ISO 3166-1 alpha-3")
    population: int | None = column("inhabitants", doc="persons")
    latitude: float | None = column("lat", doc="degrees north, WGS 84")
    longitude: float | None = column("lon", "lng", doc="degrees east, WGS 84")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One person's case in the core fields of HTCDS 2.0 (IOM, CC BY 4.0); field names here are clew's own.

    The yes-or-no fields are `Answer`s: a ticked box is yes; what was not ticked among ticked ones is unknown, not no.
    """

    id: str = column("case_id", required=True, sensitivity=Sensitivity.IDENTITY)
    registered: DateInterval | None = column("cas_IncomingReferralDate", "yearOfRegistration", "yearRegister")
    status: str | None = column("cas_Status")
    first_name: str | None = column("prs_FirstName", "given_name", sensitivity=Sensitivity.IDENTITY)
    second_name: str | None = column(
        "prs_SecondName", "surname", "family_name", "last_name", sensitivity=Sensitivity.IDENTITY
    )
    birthdate: DateInterval | None = column("prs_Birthdate", "date_of_birth", "dob", sensitivity=Sensitivity.IDENTITY)
    phone: str | None = column("prs_MobilePhone", "prs_HomePhone", sensitivity=Sensitivity.IDENTITY)
    email: str | None = column("prs_Email", sensitivity=Sensitivity.IDENTITY)
    address: str | None = column("prs_MailingStreet", sensitivity=Sensitivity.IDENTITY)
    details: str | None = column("cas_IncomingReferralDetails", sensitivity=Sensitivity.PERSONAL)
    gender: str | None = column("prs_Gender")
    age: AgeRange | None = column("ageBroad", "age_range", "AgeAtRegistration", doc="at registration, in years")
    age_when_trafficked: AgeRange | None = column(
        "vic_AgeWhenTrafficked", doc="when trafficked, in years; often earlier"
    )
    citizenship: str | None = column("prs_Citizenship", doc="ISO 3166-1 alpha-3, several separated by ;")
    exploited_in: str | None = column("hte_Country", "CountryOfExploitation", doc="ISO 3166-1 alpha-3")
    trafficking_status: str | None = column("vic_TraffickingStatus")
    recruiter_relation: str | None = column("vic_RelationshipToTrafficker")
    sector: str | None = column("vic_ForcedLabourIndustry")
    consent: Answer | None = column("con_Consent")
    forced_labour: Answer | None = column("isForcedLabour")
    sexual_exploitation: Answer | None = column("isSexualExploit")
    other_exploitation: Answer | None = column("isOtherExploit")
    means_debt_bondage: Answer | None = column("meansDebtBondageEarnings", "meansOfControlDebtBondage")
    means_threats: Answer | None = column("meansThreats")
    means_abuse: Answer | None = column("meansAbusePsyPhySex")
    means_false_promises: Answer | None = column("meansFalsePromises")
    means_drugs_alcohol: Answer | None = column("meansDrugsAlcohol")
    means_deny_basic_needs: Answer | None = column("meansDenyBasicNeeds")
    means_excessive_hours: Answer | None = column("meansExcessiveWorkHours")
    means_withhold_documents: Answer | None = column("meansWithholdDocs")
    transit: str | None = column(
        "transit_countries",
        "transit_country",
        "countriesOfTransit",
        doc="countries passed through, ISO 3166-1 alpha-3, separated by ;",
    )


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a kind: its name here, its type in Arrow, its other names, how it must be kept."""

    name: str
    type: pa.DataType
    required: bool
    aliases: tuple[str, ...]
    sensitivity: Sensitivity
    doc: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A record kind: its name on the command line and its fields in order."""

    name: str
    plural: str
    type: type
    fields: tuple[Field, ...]

    @property
    def schema(self) -> pa.Schema:
        return pa.schema([(f.name, f.type) for f in self.fields])

    @property
    def sealed(self) -> tuple[str, ...]:
        """Fields that rest only in the vault."""
        return tuple(f.name for f in self.fields if f.sensitivity is not Sensitivity.OPEN)

    def field(self, name: str) -> Field:
        return next(f for f in self.fields if f.name == name)


_ARROW: Mapping[Any, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    float: pa.float64(),
    datetime: INSTANT,
    DateInterval: DATE_INTERVAL,
    AgeRange: AGE_RANGE,
    Answer: pa.string(),
}


def _kind(name: str, plural: str, cls: type) -> Kind:
    hints = get_type_hints(cls)
    fields = []
    for f in dataclasses.fields(cls):
        hint = next((part for part in getattr(hints[f.name], "__args__", ()) if part is not type(None)), hints[f.name])
        meta = f.metadata
        fields.append(Field(f.name, _ARROW[hint], meta["required"], meta["aliases"], meta["sensitivity"], meta["doc"]))
    return Kind(name, plural, cls, tuple(fields))


KINDS: Mapping[str, Kind] = {
    kind.plural: kind
    for kind in (
        _kind("case", "cases", Case),
        _kind("call", "calls", Call),
        _kind("tip", "tips", Tip),
        _kind("advert", "adverts", Advert),
        _kind("posting", "postings", Posting),
        _kind("page", "pages", Page),
        _kind("image", "images", Image),
        _kind("conversation", "conversations", Conversation),
        _kind("payment", "payments", Payment),
        _kind("area", "areas", Area),
    )
}
"""By the plural name that the command line uses."""


@cache
def answer_fields() -> tuple[str, ...]:
    """The fields of a case that are answered with yes, no, unknown or not asked, in order."""
    hints = get_type_hints(Case)
    return tuple(f.name for f in dataclasses.fields(Case) if Answer in getattr(hints[f.name], "__args__", ()))
