"""A desk with invented data and no store behind it. Nobody here exists, and nothing here ever happened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cached_property
from typing import Any

from fake_assessment import FakeAssessment
from fake_disclosures import FakeDisclosures
from fake_helpline import FakeHelpline
from fake_models import FakeModels, class_view
from fake_networks import FakeNetworks
from fake_people import FakePeople
from fake_persons import FakePersons
from fake_rights import FakeRights

from clew.desk import (
    AuditRow,
    AuditView,
    BudgetView,
    CaseRow,
    CaseView,
    CountRow,
    FlowRow,
    FlowsView,
    Overview,
    ReleaseAsk,
    ReleasePreview,
    WaitingRelease,
)
from clew.insight.area_view import AreaRow, AreasView, Standing
from clew.leads.classing import LeadClass
from clew.leads.types import Contribution, Direction, Evidence, GraphEdge, GraphNode, LeadRow, LeadView
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.acts import Judgement, Release, Verdict
from clew.safeguards.errors import Blocked, Conflict, NotAllowed, NotFound
from clew.safeguards.waiting import Matter, Waiting, may_sign

NASTY = "</script><!--<img src=x onerror=alert(1)>\"'`{{7*7}}&"
START = datetime(2024, 3, 3, 9, 30, tzinfo=UTC)
_RISK = {"risk": 0.02, "low": 0.0, "high": 0.05, "success_rate": 0.1, "control_success_rate": 0.08}
ATTACKS = {
    "limits": "An attack that finds nothing proves nothing.",
    "found": ["singling out"],
    "rows": {"control": 41},
    "membership": {"auc": 0.51, "low": 0.48, "high": 0.54, "members": 371, "found_at_one_percent": 0.01},
    "singling_out": _RISK,
    "linkability": None,
    "inference": {"worst_column": "citizenship", "by_column": {"citizenship": _RISK}},
}
PLACES = ("Lyon, FR", "Turin, IT", "Basel, CH", "Nice, FR")
LONG = (
    "New in town for a few days only, dinner and good company, quiet rooms near the station. "
    "Call or write to five five five 0142 between ten and midnight. No hidden numbers please. "
) * 6
ARABIC = "عشاء هادئ وغرف قريبة من المحطة، اتصل على ٠١٤٢-٥٥٥ بعد العاشرة"

PERSON = Actor(
    id="usr_7",
    name="Mira Holm",
    roles=frozenset({Role.ANALYST, Role.CASE_WORKER, Role.STEWARD}),
    organisation="Harbour House",
)


def poisoned(value: Any) -> Any:
    """The same value with every free text in it made as hostile as it can be. Ids, codes and counts stay."""
    keep = {
        "id",
        "lead",
        "record",
        "number",
        "origin",
        "destination",
        "count",
        "dimension",
        "source_id",
        "reverses",
        "looks",
        "hash",
        "sha256",
        "fingerprint",
        "citizenship",
        "exploited_in",
    }
    if isinstance(value, str) and not isinstance(value, Enum):
        return value + NASTY
    if is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for f in fields(value):
            old = getattr(value, f.name)
            graph_end = isinstance(value, GraphEdge) and f.name in {"source", "target"}
            changed[f.name] = old if f.name in keep or graph_end or f.name == "spans" else poisoned(old)
            if isinstance(value, Contribution) and f.name == "evidence":
                changed[f.name] = old
            if isinstance(value, ReleasePreview) and f.name == "blocked":
                changed[f.name] = old
        return replace(value, **changed)
    if isinstance(value, Mapping):
        plain = {"name", "basis", "purpose", "retention_days", "tlp", "records"}  # keys of a source, which are ours
        return {k if k in plain else poisoned(k): poisoned(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(poisoned(item) for item in value)
    return value


def evidence(number: int) -> Evidence:
    posted = START + timedelta(days=3 * number + (number % 3) * 9, hours=number % 7)
    text = f"Massage and dinner, rooms by the lake, ask for unit {number}. Phone 0142-555-{number % 3}."
    spans = ((text.index("0142"), text.index("0142") + 10, "phone"), (33, 37, "place"))
    item = Evidence(
        record=f"rec_{number:04x}9c1f",
        kind="advert",
        external_id=f"A-{1000 + number}",
        source="Advert board export, spring 2024",
        posted=posted,
        place=PLACES[number * number % 4],
        text=text,
        spans=spans,
    )
    if number == 2:
        at = LONG.index("five five five")
        return replace(item, text=LONG, spans=((at, at + 19, "phone"),))
    if number == 3:
        at = ARABIC.index("٠١٤٢")
        return replace(item, text=ARABIC, spans=((at, at + 8, "phone"),), place="بازل")
    if number == 4:
        return replace(item, text=None, spans=())
    if number == 5:
        return replace(
            item,
            kind="conversation",
            external_id="C-88-" + "x" * 60,
            text="I was told the debt grew again. They keep my card.",
            spans=((15, 19, "sign"),),
        )
    if number == 6:
        return replace(item, posted=None, place=None)
    return item


def lead_row(number: int) -> LeadRow:
    first = START + timedelta(days=number)
    return LeadRow(
        id=f"lead_{number:04d}",
        question=f"Do these {41 - number} adverts have one organiser?",
        points=round(11.4 - 0.31 * number, 2),
        adverts=41 - number,
        places=1 + number % 4,
        first=first if number % 9 else None,
        last=first + timedelta(days=40) if number % 9 else None,
        looks="organised_control" if number % 3 else "unclear",
        sure="72 of 100 points for organised control, from signs alone: points, not a probability",
        asked="organised control and independent work lie close, and none like it was judged yet"
        if number == 1
        else "",
        strongest_for="One phone number, written three different ways, is in 12 of them",
        strongest_against=""
        if number % 5 == 4
        else "The adverts set their own limits and rules, as people do who work for themselves",
        verdict=None if number < 34 else (Verdict.YES, Verdict.NO, Verdict.NOT_SURE)[number % 3],
    )


def lead_view(row: LeadRow, judgements: Sequence[Judgement]) -> LeadView:
    items = tuple(evidence(n) for n in range(1, 15))
    ids = tuple(item.record for item in items)
    phone = GraphNode(id="phone:+33142555", kind="phone", label="+33 1 42 55 50 00")
    handle = GraphNode(id="handle:lakerooms", kind="handle", label="@lake.rooms")
    address = GraphNode(id="url:hotel", kind="url", label="hotel-by-the-lake.example/booking", hub=True)
    nodes = (*(GraphNode(id=i.record, kind="advert", label=i.external_id) for i in items), phone, handle, address)
    edges = (
        *(GraphEdge(source=record, target=phone.id, relation="shares", weight=0.9) for record in ids[:8]),
        *(GraphEdge(source=record, target=handle.id, relation="shares", weight=0.6) for record in ids[6:12]),
        *(GraphEdge(source=record, target=address.id, relation="shares", weight=0.1) for record in ids[2:14:2]),
    )
    return LeadView(
        row=row,
        contributions=(
            Contribution(
                sign="shared-phone",
                direction=Direction.FOR,
                points=4.2,
                words="One phone number, written three different ways, is in 8 of the adverts.",
                innocent="An agency or a shop gives one number for several people who work for themselves.",
                source="Own records, detector phone/1",
                evidence=ids[:8],
            ),
            Contribution(
                sign="one-template",
                direction=Direction.FOR,
                points=2.6,
                words="The texts are one text with changed words.",
                innocent="People copy a text that works, and boards offer templates.",
                source="Near-duplicate texts, word shingles",
                evidence=ids[8:12],
            ),
            Contribution(
                sign="short-stays",
                direction=Direction.FOR,
                points=1.1,
                words="The adverts move between four towns within days.",
                innocent="Touring is lawful and common; workers choose it to earn more or to stay unseen by neighbours.",
                source="FinCEN 2020, behavioural indicator 12",
                evidence=(*ids[1:5], "rec_not_shown"),
            ),
            Contribution(
                sign="own-limits",
                direction=Direction.AGAINST,
                points=-2.0,
                words="Three of the adverts set their own limits and rules.",
                innocent="",
                source="T-Net (AAAI 2024), in our words",
                evidence=ids[2:5],
            ),
            Contribution(
                sign="screening",
                direction=Direction.AGAINST,
                points=-0.4,
                words="Appointments are asked for a day ahead.",
                innocent="",
                source="T-Net (AAAI 2024), in our words",
            ),
        ),
        innocent="A shared flat or a small agency in which each person decides about her own work would look the same from here.",
        evidence=items,
        nodes=nodes,
        edges=edges,
        hidden_nodes=27,
        judgements=tuple(judgements),
        label="Points, not a probability: 12 judged so far, too few to say how often such leads were confirmed.",
        classing=class_view(),
        grown={"jdg_1": "lead_9999"},
    )


def case_row(number: int) -> CaseRow:
    return CaseRow(
        number=f"K-{2000 + number}",
        registered=str(2015 + number % 9),
        gender=("woman", "man", "")[number % 3],
        age=("9--17", "18--20", "48+", "")[number % 4],
        citizenship=("NPL", "NGA;GHA", "ROU", "")[number % 4],
        exploited_in=("QAT", "ITA", "DEU", "")[number % 4],
        forms=(("forced_labour",), ("sexual_exploitation", "forced_labour"), ())[number % 3],
        status=("open", "closed", "referred")[number % 3],
    )


FLOWS = (
    ("NPL", "QAT", "132"),
    ("ROU", "DEU", "644"),
    ("NGA", "ITA", "97"),
    ("UKR", "POL", "310"),
    ("PHL", "SAU", "58"),
    ("MMR", "THA", "41"),
    ("BRA", "ESP", "23"),
    ("COL", "CHL", "12"),
    ("GHA", "ITA", "<5"),
    ("KEN", "OMN", "<5"),
    ("USA", "USA", "210"),
    ("IND", "GBR", "17"),
    ("BGR", "NLD", "75"),
    ("MEX", "USA", "88"),
    ("VNM", "GBR", "54"),
    ("UGA", "BHR", "<5"),
    ("IDN", "SGP", "19"),
)
COUNTS = (
    *(("year", str(2015 + i), str(c)) for i, c in enumerate((61, 75, 140, 188, 240, 133, 171, 402, 377))),
    ("year", "unknown", "14"),
    ("form", "forced_labour", "812"),
    ("form", "sexual_exploitation", "1011"),
    ("form", "other_exploitation", "<5"),
    ("sex", "woman", "1240"),
    ("sex", "man", "488"),
    ("sex", "other", "<5"),
    ("sex", "unknown", "59"),
    ("age", "9--17", "201"),
    ("age", "18--20", "333"),
    ("age", "21--23", "270"),
    ("age", "48+", "<5"),
    ("sector", "agriculture", "211"),
)


def digest(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


@dataclass
class FakeDesk(FakeHelpline, FakePersons, FakeModels, FakeNetworks, FakeAssessment, FakeRights, FakeDisclosures):
    """Keeps sessions and acts in memory. `nasty` poisons every text, `empty` has nothing, `broken` raises in `overview`."""

    nasty: bool = False
    empty: bool = False
    intact: bool = True
    broken: Exception | None = None
    sessions: dict[str, Purpose] = field(default_factory=dict)
    once: set[str] = field(default_factory=lambda: {"one-time-token"})
    judgements: dict[str, list[Judgement]] = field(default_factory=dict)
    made: list[Release] = field(default_factory=list)
    signed: list[WaitingRelease] = field(default_factory=list)
    opened: list[tuple[str, Purpose]] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    enabled: dict[str, str] = field(default_factory=dict)
    named: list[tuple[str, LeadClass]] = field(default_factory=list)

    def _said(self, value: Any) -> Any:
        return poisoned(value) if self.nasty else value

    def sign_in(self, name: str, password: str) -> str | None:
        return self._session() if (name, password) == ("mira", "correct horse") else None

    def sign_in_once(self, token: str) -> str | None:
        if token not in self.once:
            return None
        self.once.remove(token)
        return self._session()

    def _session(self) -> str:
        token = digest("session", len(self.sessions))
        self.sessions[token] = Purpose.LEAD_REVIEW
        return token

    @cached_property
    def people(self) -> FakePeople:
        return FakePeople(self)

    def actor(self, session: str, client: str | None = None) -> Actor | None:
        return self._said(PERSON) if session in self.sessions else None

    def purpose(self, session: str) -> Purpose:
        return self.sessions[session]

    def set_purpose(self, session: str, purpose: Purpose) -> None:
        self.sessions[session] = purpose

    def sign_out(self, session: str) -> None:
        self.sessions.pop(session, None)

    def overview(self, actor: Actor) -> Overview:
        if self.broken:
            raise self.broken
        if self.empty:
            return Overview(records={}, failed={}, leads_open=0, leads_judged=0, sources=())
        sources = [
            {
                "name": "Advert board export, spring 2024",
                "basis": "legitimate-interests",
                "purpose": "anti-trafficking",
                "retention_days": 365,
                "tlp": "amber",
                "records": 20000,
            },
            {
                "name": "Harbour House case files",
                "basis": "consent",
                "purpose": "case support",
                "retention_days": 1095,
                "tlp": "red",
                "records": 412,
            },
        ]
        return self._said(
            Overview(
                records={"adverts": 20000, "cases": 412, "conversations": 96, "payments": 3100},
                failed={"price/1": 12},
                leads_open=34,
                leads_judged=6,
                sources=sources,
            )
        )

    def _rows(self) -> list[LeadRow]:
        rows = [] if self.empty else [lead_row(n) for n in range(40)]
        return [replace(row, verdict=self._standing(row)) for row in rows]

    def _standing(self, row: LeadRow) -> Verdict | None:
        undone = {j.reverses for j in self.judgements.get(row.id, [])}
        return next((j.verdict for j in reversed(self.judgements.get(row.id, [])) if j.id not in undone), row.verdict)

    def leads(
        self, actor: Actor, purpose: Purpose, *, judged: bool | None, query: str, offset: int, limit: int,
        asked: bool = False,
    ) -> tuple[Sequence[LeadRow], int]:  # fmt: skip
        rows = [r for r in self._rows() if not asked or r.asked] if asked else self._rows()
        rows = [r for r in rows if judged is None or (r.verdict is not None) == judged]
        rows = [r for r in rows if query.casefold() in r.question.casefold()]
        return self._said(rows[offset : offset + limit]), len(rows)

    def _row(self, lead: str) -> LeadRow:
        found = next((r for r in self._rows() if r.id == lead), None)
        if found is None:
            raise NotFound("lead: no lead has this id")
        return found

    def lead(self, actor: Actor, purpose: Purpose, lead: str) -> LeadView:
        if purpose is Purpose.ADMINISTRATION:
            raise NotAllowed("read_lead: no rule allows it under the purpose administration")
        self.reads.append(lead)
        return self._said(lead_view(self._row(lead), self.judgements.get(lead, [])))

    def judge(
        self, actor: Actor, purpose: Purpose, lead: str, verdict: Verdict, reason: str, reverses: str | None
    ) -> Judgement:
        self._row(lead)
        past = self.judgements.setdefault(lead, [])
        if reverses and reverses in {j.reverses for j in past}:
            raise Conflict("judgement: it was taken back before")
        made = Judgement(
            id=f"jdg_{len(past) + 1}",
            lead=lead,
            verdict=verdict,
            reason=reason,
            actor="Mira Holm",
            at=START + timedelta(days=200 + len(past)),
            reverses=reverses,
            signature="00" * 64,
        )
        past.append(made)
        return made

    def cases(self, actor: Actor, purpose: Purpose, *, offset: int, limit: int) -> tuple[Sequence[CaseRow], int]:
        rows = [] if self.empty else [case_row(n) for n in range(60)]
        return self._said(rows[offset : offset + limit]), len(rows)

    def case(self, actor: Actor, purpose: Purpose, number: str, *, open_identity: bool) -> CaseView:
        row = next((case_row(n) for n in range(60) if case_row(n).number == number), None)
        if row is None or self.empty:
            raise NotFound("case: no case has this number")
        if open_identity:
            if purpose is not Purpose.CASE_SUPPORT:
                raise NotAllowed("read_identity: only under the purpose case-support")
            self.opened.append((number, purpose))
        answers = {
            "consent": "yes",
            "forced_labour": "yes",
            "sexual_exploitation": "no",
            "means_debt_bondage": "unknown",
            "means_threats": "not_asked",
        }
        identity = (
            {"first_name": "Ada", "second_name": "Invented", "birthdate": "2001", "phone": ""}
            if open_identity
            else None
        )
        view = CaseView(row=row, answers=answers, source="Harbour House case files", identity=identity)
        return replace(self._said(view), answers=answers)

    def flows(self, actor: Actor, purpose: Purpose) -> FlowsView:
        flows = (
            []
            if self.empty
            else [
                FlowRow(
                    origin=o,
                    destination=d,
                    count=c,
                    suppressed=c == "<5",
                    reporters=None if c == "<5" else 2,
                    years=1 + len(c),
                )
                for o, d, c in FLOWS
            ]
        )
        counts = (
            []
            if self.empty
            else [
                CountRow(dimension=d, value=v, count=c, suppressed=c == "<5", reporters=2 if d == "year" else None)
                for d, v, c in COUNTS
            ]
        )
        how = "One case is one person registered by a contributor. A person known to two of them may be counted twice."
        return self._said(
            FlowsView(
                flows=flows,
                counts=counts,
                source="Harbour House case files",
                as_of="3 March 2024",
                how=how,
                unknown="73",
            )
        )

    def areas(self, actor: Actor, purpose: Purpose) -> AreasView:
        names = () if self.empty else ("Lower Delta", "Hill country", "Old port", "North bank", "Salt flats", "Capital")
        rows = [
            AreaRow(
                area=name, risk=1 - n / 5, rank=n + 1, rank_low=max(1, n), rank_high=min(6, n + 2), indicators=4,
                place=None if n == 5 else (48.0 + n, 7.5 + n % 3), standing=(Standing.FIRST, Standing.OPEN, Standing.LAST)[n // 2],
            )
            for n, name in enumerate(names)
        ]  # fmt: skip
        share = {"share": 0.31, "low": 0.2, "high": 0.4}
        report = {
            "interval": "90% of 500 other ways to build the index", "weights": {"poverty": 0.5, "literacy": 0.5},
            "mean_change_of_rank_by_choice": {"without poverty": 1.3}, "notes": ["taken as up by name: poverty"],
            "validation": {"index": share, "population_alone": share, "verdict": "not shown to be better than population alone"},
        }  # fmt: skip
        return self._said(AreasView(areas=rows, report={} if self.empty else report))

    def releases(self, actor: Actor, purpose: Purpose) -> Sequence[Release]:
        return self._said(list(self.made))

    def released_to(self, actor: Actor, purpose: Purpose) -> Sequence[Release]:
        return self.releases(actor, purpose)

    def preview_release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> ReleasePreview:
        report = {
            "notice": "For the steward, not for release.",
            "k_reached": 11,
            "rows": {"in": 412, "kept": 371, "suppressed": 41},
            "1-way": {"suppressed": 2, "suppressed_share": 0.0997, "coarser": 0},
            "gone_values": [
                {"group": {"citizenship": "GHA"}, "before": 7, "after": 0},
                {"group": {"age": "48+"}, "before": 4, "after": 0},
            ],
            "read_by": None,
        }
        if ask.hold_out:
            report["attacks"] = ATTACKS
        blocked = "price/1 failed on 12 texts of this data" if ask.title.startswith("blocked") else None
        return self._said(
            ReleasePreview(
                rows=371,
                report=report,
                fingerprint=digest(ask.method, ask.parameter, ask.columns),
                blocked=blocked,
                second="alone" not in ask.title or bool(self.signed),
            )
        )

    def sign_release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> None:
        self.signed.append(WaitingRelease(id="w" * 64, ask=ask, by=(actor.name,), until=START + timedelta(days=7)))

    def waiting(self, actor: Actor) -> Sequence[Waiting]:
        if not may_sign(actor):
            raise NotAllowed("waiting is not allowed: no role of yours signs anything")
        first = Waiting(
            matter=Matter.RELEASE, about="Counts <b>2026</b>", asked="Release to a university: two persons sign it.", by=("Anna <i>",),
            since=datetime(2026, 11, 20, 9, 0, tzinfo=UTC), until=datetime(2026, 11, 27, 9, 0, tzinfo=UTC), own=True, at="/releases",
        )  # fmt: skip
        return [first] if Matter.RELEASE in may_sign(actor) else []

    def waiting_releases(self, actor: Actor, purpose: Purpose) -> Sequence[WaitingRelease]:
        return self._said(list(self.signed))

    def release_budget(self, actor: Actor, purpose: Purpose) -> BudgetView:
        return BudgetView(dataset="cases", total=4.0, spent=sum(r.epsilon for r in self.made), is_default=True)

    def release(self, actor: Actor, purpose: Purpose, ask: ReleaseAsk) -> Release:
        if "alone" in ask.title and not self.signed:
            self.sign_release(actor, purpose, ask)
            raise Blocked("release: nothing has left; your signature is kept for a week")
        preview = self.preview_release(actor, purpose, ask)
        if preview.blocked:
            raise Blocked(f"release: {preview.blocked}")
        if any(r.fingerprint == preview.fingerprint for r in self.made):
            raise Conflict("release: the same release was made before; it cannot be made twice")
        synthetic = ask.method == "synthesise"
        made = Release(
            id=f"rel_{len(self.made) + 1}",
            title=ask.title,
            dataset="cases",
            method=ask.method,
            guarantee=f"epsilon = {ask.parameter:g}"
            if synthetic
            else f"k = {ask.parameter:g} over {', '.join(ask.columns)}",
            epsilon=ask.parameter if synthetic else 0.0,
            recipient=ask.recipient,
            rows=preview.rows,
            sha256=digest("file", ask),
            fingerprint=preview.fingerprint,
            actor="Mira Holm",
            at=START + timedelta(days=210),
            report=json.dumps(dict(preview.report)),
        )
        self.made.append(made)
        return made

    def audit(self, actor: Actor, purpose: Purpose, *, offset: int, limit: int) -> AuditView:
        total = 0 if self.empty else 120
        actions = ("read_lead", "read_identity", "judge", "release", "sign_in")
        rows = [
            AuditRow(
                seq=n,
                at=START + timedelta(hours=n),
                actor="Mira Holm",
                action=actions[n % 5],
                object=f"lead_{n:04d}-{digest(n)[: 8 * (n % 4)]}",
                purpose="lead-review",
                hash=digest("entry", n),
            )
            for n in range(total, 0, -1)
        ]
        findings = (
            []
            if self.intact
            else [
                "entry 17: its hash does not fit its content, it was changed",
                "between entries 40 and 42: one entry is missing",
            ]
        )
        return self._said(
            AuditView(rows=rows[offset : offset + limit], total=total, intact=self.intact, findings=findings)
        )
