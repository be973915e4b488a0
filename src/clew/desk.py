"""What the pages need from a workspace. Pages know this and the rooms' types, never the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from clew.insight.area_view import AreasView
from clew.insight.quality_view import QualityView
from clew.leads.classing import ClassModel, LeadClass
from clew.leads.network_view import ExpansionView, NetworkRow, NetworkView, TextView
from clew.leads.qualification_view import QualificationView
from clew.leads.types import LeadRow, LeadView
from clew.safeguards.access import Grant
from clew.safeguards.access import Standing as AccessRows
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.acts import Judgement, Release, Verdict
from clew.safeguards.blind import Agreement
from clew.safeguards.document import Document
from clew.safeguards.dpia import Standing
from clew.safeguards.fairness import Fairness
from clew.safeguards.fairness_kept import KeptRates
from clew.safeguards.people import People
from clew.safeguards.reviews import Review
from clew.safeguards.waiting import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Home: what is here and what waits for a person."""

    records: Mapping[str, int]
    """Kind (plural) -> number of records."""
    failed: Mapping[str, int]
    """Detector -> texts it could not read. Any of these blocks a release."""
    leads_open: int
    leads_judged: int
    sources: Sequence[Mapping[str, Any]]
    """name, basis, purpose, retention_days, tlp, records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case without anything that identifies the person. `number` is a pseudonym."""

    number: str
    registered: str
    gender: str
    age: str
    citizenship: str
    exploited_in: str
    forms: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    row: CaseRow
    answers: Mapping[str, str]
    """Field -> yes, no, unknown or not_asked."""
    source: str
    identity: Mapping[str, str] | None
    """Only after a deliberate, recorded act; None while sealed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    origin: str
    """ISO 3166-1 alpha-3."""
    destination: str
    count: str
    """A number, `<5` for a suppressed cell, or `18 to 21` for one that would tell such a cell."""
    suppressed: bool
    reporters: int | None = None
    """How many contributors reported cases at the destination; None where not recorded, or where it would tell a small count."""
    years: int | None = None
    """In how many years."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    dimension: str
    """year, form, sex, age, age_when_trafficked, sector, transit."""
    value: str
    count: str
    suppressed: bool
    reporters: int | None = None
    """How many contributors reported in a year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowsView:
    flows: Sequence[FlowRow]
    counts: Sequence[CountRow]
    source: str
    as_of: str
    how: str
    """How this was counted, in one or two sentences."""
    unknown: str
    """A count of the cases whose origin or destination is not recorded (they are in no flow)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    seq: int
    at: datetime
    actor: str
    action: str
    object: str
    purpose: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    rows: Sequence[AuditRow]
    total: int
    intact: bool
    findings: Sequence[str]
    """What verification found, in words; empty when intact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseAsk:
    """What a release asks for. `parameter` is k for anonymise, epsilon for synthesise, and for table the smallest count shown.

    `columns`: of a table, the columns of each table of counts in one text, as `gender,age`.
    """

    title: str
    recipient: str
    method: str
    parameter: float
    columns: tuple[str, ...]
    hold_out: float = 0.0
    """The share of persons kept out of the release, so that attacks on it can be measured against them; 0 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePreview:
    """What would leave, shown before a person signs."""

    rows: int
    report: Mapping[str, Any]
    fingerprint: str
    blocked: str | None
    """Why this cannot be released now, in words; None when it can."""
    signed_by: tuple[str, ...] = ()
    """Names of those who signed exactly this."""
    second: bool = True
    """Whether another person signed it before: then the next signature lets it leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingRelease:
    """What one person signed and that leaves only once another one does."""

    id: str
    ask: ReleaseAsk
    by: tuple[str, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetView:
    """What a dataset may give away in all, in epsilon, and what is spent."""

    dataset: str
    total: float
    spent: float
    is_default: bool
    """Whether nobody has set it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureAsk:
    """What of a lead or a case goes to whom, on which terms. It is not anonymous."""

    subject: str
    """A lead's name, or a case's number."""
    to: str
    """The format: stix, misp, ...; or dossier."""
    recipient: str
    agreement: str
    purpose: str
    level: str = "amber"
    organisation: str = ""
    """Of the recipient, as sources name it."""
    identities: str = ""
    """Why the recipient is entitled to who the person is; empty leaves it sealed. For the dossier of a case."""
    kind: str = ""
    """What the recipient is, of `safeguards.consent.RECIPIENTS`; for a lead and a case it must be said."""
    order: str = ""
    """Reference of a court's order to give this to an authority, where the person did not say yes. The dossier says it."""
    order_by: str = ""
    """The court."""
    order_date: str = ""
    """ISO 8601."""
    order_why: str = ""
    """Why it is obeyed; without names."""
    fonts: tuple[str, ...] = ()
    """Folders with fonts for a dossier, beside those of the system."""
    spelled: bool = False
    """In a dossier: writes characters that no font has by number."""


DISCLOSURE_TERMS = (
    "subject", "to", "recipient", "organisation", "agreement", "purpose", "level", "identities", "kind", "order", "order_by",
    "order_date", "order_why",
)  # fmt: skip
"""What a person types and a signature is under, by the names of `DisclosureAsk`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtOrder:
    """An order of a court as a person signed under it."""

    subject: str
    """The one lead or case that it lifts the no to law enforcement for."""
    reference: str
    authority: str
    date: str
    reason: str
    recipient: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosurePreview:
    """What would leave to a named recipient, shown before a person signs."""

    report: Mapping[str, Any]
    content: bytes
    suffix: str
    fingerprint: str
    signed_by: tuple[str, ...]
    """Names of those whose signature under exactly this holds today."""
    blocked: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingDisclosure:
    """What one person signed and that leaves only once another one does."""

    ask: DisclosureAsk
    fingerprint: str
    by: tuple[str, ...]
    """Names of those who signed."""
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """A model of classes: itself, its card, and what keeps it from being enabled."""

    digest: str
    model: ClassModel
    card: str
    """Markdown, made from the model's own data."""
    reasons: tuple[str, ...]
    """Why it cannot be enabled; empty when it can."""
    enabled: bool
    by: str
    at: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsView:
    models: Sequence[ModelRow]
    judged: int
    """Judged leads that a model can learn from."""
    named: Mapping[str, int]
    """Class -> judged leads of it."""
    too_few: str
    """Why no model can be learnt yet; empty when one can."""
    bound: float
    """Highest upper 95% limit of wrong flags on independent workers."""
    trouble: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentView:
    """The impact assessment as it would be now, how it stands, and what changed since the last approved one."""

    name: str
    standing: Standing
    document: Document
    open_points: Sequence[str]
    before: str
    """Name of the last approved one, empty for none."""
    before_is_here: bool
    """False where its file is gone or was changed: nothing can be compared."""
    changes: Sequence[tuple[str, str]]
    """added, removed or changed; and what."""
    by: str
    at: datetime | None
    why: str
    until: datetime | None


class Desk(Protocol):
    """Every method checks permission itself and raises NotAllowed, NotFound, Conflict or Blocked (safeguards.errors)."""

    # Accounts and sessions. Tokens are opaque; the store keeps only their hashes.
    @property
    def people(self) -> People: ...
    def actor(self, session: str, client: str | None = None) -> Actor | None:
        """Whose session it is; None once it has ended, or when it comes from another browser than it was opened in."""
        ...

    def purpose(self, session: str) -> Purpose: ...
    def set_purpose(self, session: str, purpose: Purpose) -> None: ...
    def sign_out(self, session: str) -> None: ...

    def overview(self, actor: Actor) -> Overview: ...
    def waiting(self, actor: Actor) -> Sequence[Waiting]:
        """What waits for a second signature that this person may give or has given, the longest first."""
        ...

    def leads(
        self,
        actor: Actor,
        purpose: Purpose,
        *,
        judged: bool | None,
        query: str,
        offset: int,
        limit: int,
        asked: bool = False,
    ) -> tuple[Sequence[LeadRow], int]: ...
    def lead(self, actor: Actor, purpose: Purpose, lead: str) -> LeadView: ...
    def judge(
        self, actor: Actor, purpose: Purpose, lead: str, verdict: Verdict, reason: str, reverses: str | None
    ) -> Judgement: ...
    def say_class(self, actor: Actor, purpose: Purpose, lead: str, named: LeadClass, reason: str) -> Judgement: ...
    def networks(
        self, actor: Actor, purpose: Purpose, *, offset: int, limit: int
    ) -> tuple[Sequence[NetworkRow], int]: ...
    def network(self, actor: Actor, purpose: Purpose, network: str) -> NetworkView: ...
    def text(self, actor: Actor, purpose: Purpose, cluster: int) -> TextView: ...
    def texts_of(self, actor: Actor, purpose: Purpose, records: Sequence[str]) -> Mapping[str, int]: ...
    def expand(self, actor: Actor, purpose: Purpose, text: str) -> ExpansionView: ...
    def models(self, actor: Actor) -> ModelsView: ...
    def fairness_audited(self, actor: Actor) -> KeptRates | None: ...
    def fairness_shown(self, actor: Actor) -> Fairness | None:
        """Every rule and the class given, against the judgements that stand, without audit data; None before a run."""
        ...

    def enable_model(self, actor: Actor, purpose: Purpose, name: str, reason: str) -> Judgement: ...
    def disable_model(self, actor: Actor, purpose: Purpose, name: str, reason: str) -> Judgement: ...
    def assessment(self, actor: Actor) -> AssessmentView: ...
    def approve_assessment(
        self, actor: Actor, purpose: Purpose, name: str, reason: str, *, accept_open: bool = False, demo: bool = False
    ) -> Judgement: ...
    def cases(self, actor: Actor, purpose: Purpose, *, offset: int, limit: int) -> tuple[Sequence[CaseRow], int]: ...
    def case(self, actor: Actor, purpose: Purpose, number: str, *, open_identity: bool) -> CaseView: ...
    def flows(self, actor: Actor, purpose: Purpose) -> FlowsView: ...
    def areas(self, actor: Actor, purpose: Purpose) -> AreasView: ...
    def releases(self, actor: Actor, purpose: Purpose) -> Sequence[Release]: ...
    def released_to(self, actor: Actor, purpose: Purpose) -> Sequence[Release]:
        """What left for the actor's own organisation, the newest first."""
        ...

    def preview_release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> ReleasePreview: ...
    def release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> Release: ...
    def sign_release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> None: ...
    def waiting_releases(self, actor: Actor, purpose: Purpose) -> Sequence[WaitingRelease]: ...
    def release_budget(self, actor: Actor, purpose: Purpose) -> BudgetView: ...
    def preview_disclosure(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> DisclosurePreview: ...
    def disclose(self, actor: Actor, purpose: Purpose, ask: DisclosureAsk) -> Release: ...
    def waiting_disclosures(self, actor: Actor, purpose: Purpose) -> Sequence[WaitingDisclosure]: ...
    def disclosures(self, actor: Actor, purpose: Purpose) -> Sequence[Release]: ...
    def disclosed_file(self, actor: Actor, purpose: Purpose, release: str) -> tuple[bytes, str]: ...
    def audit(self, actor: Actor, purpose: Purpose, *, offset: int, limit: int) -> AuditView: ...

    # Rows on records, emergency access, reviews that persons ask for.

    def names(self) -> Mapping[str, str]:
        """Account id -> name."""
        ...

    def access_rows(self, actor: Actor) -> AccessRows: ...
    def emergency_accesses(self, actor: Actor) -> Sequence[Grant]: ...
    def break_glass(self, actor: Actor, purpose: Purpose, name: str, reason: str, hours: float) -> Grant: ...
    def review_access(self, actor: Actor, grant: str, justified: bool, reason: str) -> None: ...
    def court_orders(self, actor: Actor) -> Sequence[CourtOrder]: ...
    def answer_agreement(self, actor: Actor) -> Agreement: ...
    def reviews(self, actor: Actor, purpose: Purpose) -> Sequence[Review]: ...
    def ask_review(
        self,
        actor: Actor,
        purpose: Purpose,
        subject: str,
        *,
        matter: str,
        came: str,
        told_in: str,
        received: date | None,
    ) -> str: ...
    def answer_review(self, actor: Actor, purpose: Purpose, review: str, outcome: str, reason: str) -> None: ...

    # The helpline, the directory of services, and the support that a case gets.

    def listener(self, session: str) -> tuple[Actor, Purpose] | None:
        """Whose session it is and its purpose now, without counting as a use of it; None once it has ended."""
        ...

    def contacts(
        self, actor: Actor, purpose: Purpose, *, status: str | None, offset: int, limit: int
    ) -> tuple[Sequence[ContactLine], int]: ...
    def contact(
        self, actor: Actor, purpose: Purpose, contact: str, *, open_number: bool, open_words: bool, why: str
    ) -> ContactView:
        """Sealed, but for what is opened by an act with a reason."""
        ...

    def correct_area(self, actor: Actor, purpose: Purpose, contact: str, area: str) -> None: ...
    def log_contact(self, actor: Actor, purpose: Purpose, form: Mapping[str, str]) -> str: ...
    def note_contact(
        self, actor: Actor, purpose: Purpose, contact: str, *, status: str | None, case: str | None
    ) -> None: ...
    def watch_contacts(self, actor: Actor, purpose: Purpose, days: int) -> Callable[[], ContactCounts]:
        """Checked and recorded once; each call of the answer counts anew."""
        ...

    def services(
        self, actor: Actor, purpose: Purpose, ask: ServiceAsk, *, offset: int, limit: int
    ) -> DirectoryView: ...
    def service(self, actor: Actor, purpose: Purpose, service: str) -> ServiceLine: ...
    def services_for_case(
        self, actor: Actor, purpose: Purpose, number: str, ask: ServiceAsk, *, offset: int, limit: int
    ) -> DirectoryView:
        """What is known of the person comes from the case, not from `ask`."""
        ...

    def case_record(self, actor: Actor, purpose: Purpose, number: str) -> CaseRecordView: ...
    def rectifiable(self) -> Sequence[str]:
        """Fields of a case that can be put right."""
        ...

    def rectify(self, actor: Actor, purpose: Purpose, name: str, field: str, value: str, why: str) -> object:
        """Puts a field right; what it said before is kept. Raises UsageError, Conflict; NotAllowed."""
        ...

    def rectifications(self, actor: Actor, purpose: Purpose, number: str) -> Sequence[Rectification]:
        """What was put right in a case, the oldest first, without values."""
        ...

    def record_on_case(
        self, actor: Actor, purpose: Purpose, number: str, kind: str, form: Mapping[str, str], about: str | None
    ) -> str: ...
    def draft_referral(
        self, actor: Actor, purpose: Purpose, number: str, service: str, form: Mapping[str, str], shares: Sequence[str]
    ) -> str: ...
    def step_referral(
        self, actor: Actor, purpose: Purpose, number: str, referral: str, status: str, form: Mapping[str, str]
    ) -> None: ...

    # Persons, quality and qualification.

    def quality(self, actor: Actor, purpose: Purpose, *, contributor: str, birth_dates: bool) -> QualityPage: ...
    def qualification(
        self, actor: Actor, purpose: Purpose, number: str, *, jurisdiction: str
    ) -> QualificationView | None:
        """None where no field of the case speaks of any element."""
        ...

    def persons(self, actor: Actor, purpose: Purpose, *, show: str, offset: int, limit: int) -> PersonsView: ...
    def proposal(self, actor: Actor, purpose: Purpose, subject: str) -> ProposalView: ...
    def judge_persons(
        self, actor: Actor, purpose: Purpose, subject: str, verdict: Verdict, reason: str, reverses: str | None
    ) -> Judgement: ...


# The helpline, the directory of services, and the support that a case gets. -----------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactLine:
    """A contact without what was said and without its number."""

    id: str
    channel: str
    received: datetime
    area: str
    topic: str
    language: str
    """ISO 639-2, empty where not recorded."""
    status: str
    case: str
    """The number of the case it belongs to; empty for none."""
    numbered: bool
    """A number is sealed with it."""
    others: int
    """Further contacts from the same number."""
    erased: bool
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNote:
    """What was recorded of a contact after it: a status, or the number of a case ('' for none)."""

    status: str | None
    case: str | None
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactVersion:
    """What a contact was before a correction. Words and number are empty while they stay sealed."""

    changed: tuple[str, ...]
    """Names of what the correction changed."""
    by: str
    at: datetime
    text: str
    area_words: str
    number: str
    was: Mapping[str, str]
    """What the correction changed of channel, received, area, topic and language, as it was; opens with the words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    line: ContactLine
    recognised: bool
    """False where an area was given that the gazetteer does not know: its words are sealed."""
    text: str | None
    """What was said; None while it stays sealed: it opens by an act with a reason."""
    area_words: str | None
    """The area as it was given, where it was not recognised; None while it stays sealed."""
    number: str | None
    """Only after a deliberate, recorded act."""
    earlier: Sequence[ContactVersion]
    """What it was before each correction, the oldest first."""
    others: Sequence[ContactLine]
    """Contacts from the same number, the newest first."""
    notes: Sequence[ContactNote]


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaCount:
    """An area that reaches the threshold. `low` is the lower end of the interval in `words`."""

    area: str
    country: str
    """ISO 3166-1 alpha-3, empty where the gazetteer does not know the area."""
    latitude: float | None
    longitude: float | None
    low: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    day: str
    low: int
    """0 for a suppressed day."""
    words: str
    suppressed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCounts:
    """Counts of different callers that may be watched while they change, in steps of the threshold, nothing below it."""

    until: datetime
    total: str
    total_suppressed: bool
    areas: Sequence[AreaCount]
    elsewhere: str
    elsewhere_suppressed: bool
    days: Sequence[DayCount]
    below: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAsk:
    """What is looked for, in words as they were typed. `facts`: age, gender, status, form, funding."""

    place: str = ""
    language: str = ""
    service: str = ""
    open_now: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)
    with_unfit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FitPart:
    """One rule: yes, no or unknown, why, and what to ask where it is unknown."""

    name: str
    answer: str
    words: str
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLine:
    """One entry of the directory, with what was asked of it. Codes of services and languages stand for their names."""

    id: str
    organisation: str
    name: str
    place: str
    country: str
    reach: str
    services: Sequence[str]
    languages: Sequence[str]
    phone: str
    email: str
    url: str
    hours: str
    timezone: str
    note: str
    verified: str
    """ISO 8601 date, empty for never."""
    stale: bool
    open: str
    """yes, no or unknown, now and there."""
    near: str
    """here, country or everywhere."""
    fit: str
    parts: Sequence[FitPart]
    twin: str
    """The entry that may be the same, and why; empty for none."""
    twin_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryView:
    rows: Sequence[ServiceLine]
    total: int
    unfit: int
    """Left out because they do not fit the person."""
    entries: int
    """Of the whole directory."""
    place: str
    """What the place was understood as; empty where none was asked for."""
    same_name: int
    """Other places of that name that were not looked for."""
    stale_days: int
    facts: Mapping[str, str]
    """What was known of the person, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEntry:
    """One thing recorded on a case. `texts` is None where words stay sealed to whoever asks."""

    id: str
    kind: str
    about: str | None
    codes: Mapping[str, str]
    texts: Mapping[str, str] | None
    by: str
    at: datetime
    taken_back: bool
    why_taken_back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JourneyStage:
    """One stage of the journey. `first` and `last` are dates as precisely as they are known."""

    entry: str
    stage: str
    place: str
    first: str
    last: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralStep:
    status: str
    exception: bool
    """Sent in a child's best interest, without full consent."""
    on: str
    """What the exception stood on: recorded-age or second-signature."""
    answer: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralView:
    id: str
    service: str
    organisation: str
    need: str
    shares: tuple[str, ...]
    note: str
    steps: Sequence[ReferralStep]
    next: tuple[str, ...]
    """The statuses that may follow."""
    missing: tuple[str, ...]
    """Layers of consent that it needs and that no yes for this service covers today."""
    signed: tuple[str, ...]
    """Who signed that it is in a child's best interest."""
    signed_by_other: bool
    """Whether any of them is not who asks."""

    @property
    def status(self) -> str:
        return self.steps[-1].status


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentLine:
    """An answer that stands. `to`: a service's id, `any:` and a kind of service, or empty for whatever it may be."""

    answer: str
    to: str
    to_name: str
    until: str
    """ISO 8601 date, empty where it has no end."""
    over: bool
    """A yes that no referral can rest on: its time is over, or it was given for no service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierFile:
    """What a case's file was before a correction."""

    added: datetime
    changed: tuple[str, ...]
    """Fields that the correction changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectification:
    """A field of a case that was put right. What it said before and says now is not in it."""

    at: datetime
    field: str
    why: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRecordView:
    """What support needs to know of a case. Who the person is stays sealed apart."""

    facts: Mapping[str, str]
    """recruiter_relation, sector, trafficking_status as the file has them; empty where it has not."""
    child: str
    """Whether the person was a child when it began: yes, no or unknown."""
    entries: Sequence[CaseEntry]
    journey: Sequence[JourneyStage]
    contacts: Sequence[ContactLine]
    referrals: Sequence[ReferralView]
    consents: Mapping[str, Sequence[ConsentLine]]
    """Layer -> the answers that stand, each for a service; a layer that is not there was not asked for."""
    services: Mapping[str, str]
    """Services that a referral is drafted to: id -> organisation. Consent can be asked for them."""
    words_open: bool
    """Whether the words of entries are shown to whoever asks."""
    qualification: QualificationView | None
    earlier: Sequence[EarlierFile]
    """What the case's file was before each correction, the newest first."""


# Persons, quality and qualification: how good the record is, and which cases may be one person. ----------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityPage:
    """How good the recorded cases are. Small cells are hidden; single cases are not in it."""

    view: QualityView
    shares: Mapping[str, tuple[float, bool]]
    """Field -> upper end of the share of cases that say something, in percent, and whether it is suppressed."""
    measures: Sequence[Mapping[str, Any]]
    """All measures of all contributors, as the file has them."""
    as_of: str
    below: int
    birth_dates: bool
    """Whether sealed birth dates were read for it, as a recorded act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """Cases that may be one person. Nothing is joined by it where it waits."""

    subject: str
    cases: int
    numbers: Sequence[str]
    """Pseudonyms of the first of them."""
    probability: float
    """The model's own, of the least sure case; not calibrated on judgements."""
    reasons: tuple[str, ...]
    """Why a person must look: size, confidence, not_sure."""
    state: str
    """waiting, not_sure, accepted, refused or sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsView:
    """The proposals asked for, and what the last linkage came to."""

    rows: Sequence[ProposalLine]
    total: int
    linked: str
    """When the cases were last linked (ISO 8601), empty for never."""
    compared: int
    unnamed: int
    """Cases in which nothing tells a person apart: they were not compared."""
    persons: int
    """Compared cases with what is joined counted once."""
    waiting: int
    cut_bits: float
    precision: float
    recall: float
    """What the model expects of itself at the cut. No measurement."""
    newer: int
    """Judgements made after the last linkage: it does not know them yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterfallStep:
    """What one field adds or takes, in bits, and the sum so far. Never a value."""

    field: str
    words: str
    bits: float
    total: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPair:
    subject: str
    left: str
    right: str
    """Numbers of the two cases."""
    bits: float
    steps: Sequence[WaterfallStep]
    verdict: Verdict | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedCase:
    row: CaseRow
    source: str
    probability: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalView:
    """One proposal: its cases without identities, why they were put together, and what persons said."""

    line: ProposalLine
    cases: Sequence[ProposedCase]
    pairs: Sequence[ComparedPair]
    """The least sure first."""
    hidden_pairs: int
    alike: int
    """Cases that agree with another one in everything that is compared: that one stands for them."""
    judgements: Sequence[Judgement]
    standing: Judgement | None
    whole: str
    """The proposal that this pair is a part of; empty for none."""
    two: Sequence[str] = ()
    """Why a yes counts only once two persons gave it; none where one is enough."""


WINDOWS = (7, 30, 90)
"""Days over which contacts are counted. Windows a day apart would give single contacts away by what appears between them."""
