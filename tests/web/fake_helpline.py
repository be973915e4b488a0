"""The helpline, the directory and the record of a case behind the desk of invented data. Nobody here exists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from clew.desk import (
    AreaCount,
    CaseEntry,
    CaseRecordView,
    ConsentLine,
    ContactCounts,
    ContactLine,
    ContactNote,
    ContactVersion,
    ContactView,
    DayCount,
    DirectoryView,
    EarlierFile,
    FitPart,
    JourneyStage,
    Rectification,
    ReferralStep,
    ReferralView,
    ServiceAsk,
    ServiceLine,
)
from clew.leads.qualification_view import qualification_view
from clew.leads.qualify import qualify
from clew.safeguards.actors import Actor, Purpose
from clew.safeguards.errors import Blocked, NotAllowed, NotFound, UsageError

CODES = {
    "contact", "channel", "topic", "language", "status", "case", "reach", "services", "languages", "open", "near", "fit", "answer",
    "twin_id", "verified", "country", "facts", "child", "consents", "low", "words_open", "service", "day",
    "changed", "recognised", "on", "over", "to",
}  # fmt: skip
"""Fields that hold codes of ours, which no outsider writes."""


def restored(old: Any, new: Any) -> Any:
    """`new` with the fields in `CODES` as they are in `old`, all the way down."""
    if is_dataclass(old) and not isinstance(old, type):
        pairs = ((f.name, getattr(old, f.name), getattr(new, f.name)) for f in fields(old))
        return replace(new, **{name: a if name in CODES else restored(a, b) for name, a, b in pairs})
    if isinstance(old, list | tuple):
        return type(old)(restored(a, b) for a, b in zip(old, new, strict=True))
    return new


AT = datetime(2024, 5, 6, 8, 40, tzinfo=UTC)
CONTACT = f"ctc_{1:020x}"
SERVICE = f"svc_{1:016x}"
CASE = "K-2001"
JOURNEY = (
    ("recruitment", "Kathmandu, NP", "2021-02", "", 27.70, 85.32),
    ("transit", "Dubai, AE", "2021-03", "2021-04", 25.07, 55.17),
    ("exploitation", "Doha, QA", "2021-04", "2022-09-14", 25.29, 51.53),
)


def contact_line(number: int) -> ContactLine:
    return ContactLine(
        id=f"ctc_{number:020x}",
        channel=("call", "form", "message")[number % 3],
        received=AT - timedelta(hours=7 * number),
        area=("Lyon, FR", "Turin, IT", "")[number % 3],
        topic=("situation", "help", "information")[number % 3],
        language=("fre", "ara", "")[number % 3],
        status=("possible", "not_known", "no_person")[number % 3],
        case=CASE if number % 5 == 1 else "",
        numbered=number % 4 != 3,
        others=2 if number % 4 == 1 else 0,
        erased=number == 11,
        by="Mira Holm",
    )


def service_line(number: int) -> ServiceLine:
    answers = ("yes", "unknown", "no")
    parts = [
        FitPart(name="age", answer=answers[number % 3], words="takes 18 or older; of the person: not known", ask="How old is the person now?"),
        FitPart(name="gender", answer="yes", words="takes everybody", ask=""),
        FitPart(name="status in a recognition procedure", answer="unknown", words="the directory does not say", ask="Ask the service."),
    ]  # fmt: skip
    return ServiceLine(
        id=f"svc_{number:016x}",
        organisation=f"Harbour House {number}.example",
        name="Night desk" if number % 2 else "",
        place=("Lyon", "Paris", "")[number % 3],
        country="FRA",
        reach=("local", "national", "international")[number % 3],
        services=("shelter", "legal_aid"),
        languages=("fre", "eng"),
        phone="+33 1 99 00 00 00",
        email="desk@harbour.example",
        url="https://harbour.example/help",
        hours="Mo-Fr 09:00-17:00",
        timezone="Europe/Paris",
        note="",
        verified=("2024-04-01", "2022-01-01", "")[number % 3],
        stale=number % 3 != 0,
        open=("yes", "no", "unknown")[number % 3],
        near=("here", "country", "everywhere")[number % 3],
        fit=answers[number % 3],
        parts=parts,
        twin="Harbour House 1.example: same phone, another name" if number == 2 else "",
        twin_id=SERVICE if number == 2 else "",
    )


def counts(days: int = 30) -> ContactCounts:
    areas = (
        ("Lyon, FR", "FRA", 45.75, 4.85, 25),
        ("Turin, IT", "ITA", 45.07, 7.69, 10),
        ("Lichtenstein, AT", "AUT", None, None, 5),
    )
    week = [(AT - timedelta(days=back)).date().isoformat() for back in range(days - 1, -1, -1)]
    return ContactCounts(
        until=AT,
        total="40 to 44",
        total_suppressed=False,
        areas=[
            AreaCount(area=a, country=c, latitude=lat, longitude=lon, low=n, words=f"{n} to {n + 4}")
            for a, c, lat, lon, n in areas
        ],
        elsewhere="<5",
        elsewhere_suppressed=True,
        days=[
            DayCount(day=day, low=5 * (n % 3), words=f"{5 * (n % 3)} to {5 * (n % 3) + 4}" if n % 3 else "<5", suppressed=not n % 3)
            for n, day in enumerate(week)
        ],
        below=5,
    )  # fmt: skip


def entry(number: int, kind: str, codes: Mapping[str, str], texts: Mapping[str, str], **more: Any) -> CaseEntry:
    return CaseEntry(
        **{"id": f"evt_{number:020x}", "kind": kind, "about": None, "codes": codes, "texts": texts, "by": "Mira Holm",
           "at": AT + timedelta(hours=number), "taken_back": False, "why_taken_back": "", **more}
    )  # fmt: skip


def first_entries() -> list[CaseEntry]:
    journey = [
        entry(n, "journey", {"stage": s, "place": p, "first": f, "last": t}, {"note": "As told on the phone."})
        for n, (s, p, f, t, _, _) in enumerate(JOURNEY, 1)
    ]
    return [
        *journey,
        entry(4, "control", {"control": "withhold_documents"}, {}),
        entry(5, "recruiter", {"recruiter": "agency"}, {"note": "An agency with an office."}),
        entry(
            6, "support", {"need": "shelter", "state": "planned", "due": "2024-06-01"}, {"goal": "A room of her own."}
        ),
        entry(
            7, "support", {"need": "shelter", "state": "under_way"}, {"note": "Two rooms seen."}, about=f"evt_{6:020x}"
        ),
        entry(8, "consent", {"layer": "keep", "answer": "yes", "way": "spoken"}, {}),
        entry(9, "document", {"sha256": "ab" * 32}, {"title": "Work contract", "note": "A copy."}),
        entry(10, "exploitation", {"form": "forced_labour"}, {}, taken_back=True, why_taken_back="Entered twice."),
    ]


def first_referral() -> ReferralView:
    steps = [ReferralStep(status="drafted", exception=False, on="", answer="", reason="", by="Mira Holm", at=AT)]
    return ReferralView(
        id=f"ref_{1:020x}", service=SERVICE, organisation="Harbour House 1.example", need="shelter", shares=("share_contact",),
        note="She can come any evening.", steps=steps, next=("sent", "closed"), missing=("refer", "share_contact"),
        signed=(), signed_by_other=False,
    )  # fmt: skip


class FakeHelpline:
    """Keeps what is logged, recorded and referred in memory."""

    nasty: bool
    empty: bool

    def _kept(self) -> Any:
        if not hasattr(self, "helpline"):
            self.helpline: dict[str, Any] = {
                "contacts": [] if self.empty else [contact_line(n) for n in range(60)],
                "entries": [] if self.empty else first_entries(),
                "referrals": [] if self.empty else [first_referral()],
                "opened": [],
                "reasons": [],
                "watched": 0,
                "forms": [],
            }
        return self.helpline

    def _told(self, value: Any) -> Any:
        """The value as the desk says it: its texts poisoned where the desk is nasty, codes and ids left alone."""
        return restored(value, self._said(value)) if self.nasty else value  # type: ignore[attr-defined]

    def listener(self, session: str) -> tuple[Actor, Purpose] | None:
        actor = self.actor(session)  # type: ignore[attr-defined]
        return None if actor is None else (actor, self.purpose(session))  # type: ignore[attr-defined]

    def contacts(
        self, actor: Actor, purpose: Purpose, *, status: str | None, offset: int, limit: int
    ) -> tuple[Sequence[ContactLine], int]:
        rows = [row for row in self._kept()["contacts"] if status in (None, row.status)]
        return self._told(rows[offset : offset + limit]), len(rows)

    def _line(self, contact: str) -> ContactLine:
        found = next((row for row in self._kept()["contacts"] if row.id == contact), None)
        if found is None:
            raise NotFound("there is no such contact")
        return found

    def contact(
        self, actor: Actor, purpose: Purpose, contact: str, *, open_number: bool, open_words: bool, why: str
    ) -> ContactView:
        line = self._line(contact)
        if open_number:
            if purpose is not Purpose.CASE_SUPPORT:
                raise NotAllowed("read_identity: only under the purpose case-support")
            self._kept()["opened"].append(contact)
        if open_words or open_number:
            self._kept()["reasons"].append(why)
        others = [row for row in self._kept()["contacts"][1:3] if row.id != contact] if line.others else []
        notes = [ContactNote(status=line.status, case=None, at=line.received, by="Mira Holm")]
        notes += [ContactNote(status=None, case=line.case, at=line.received, by="Mira Holm")] if line.case else []
        number = "+33 1 99 00 00 00" if open_number else None
        text = "They keep my papers until the debt is paid." if open_words else None
        words = "the blue house by the mill" if open_words else None
        version = ContactVersion(
            changed=("area", "text"),
            by="Mira Holm",
            at=AT,
            text="They keep my papers." if open_words else "",
            area_words="",
            number="",
            was={"area": "Turin, IT"} if open_words else {},
        )
        return self._told(
            ContactView(
                line=line, recognised=contact != CONTACT, text=text, area_words=words, number=number, others=others, notes=notes,
                earlier=[version],
            )
        )  # fmt: skip

    def correct_area(self, actor: Actor, purpose: Purpose, contact: str, area: str) -> None:
        line = self._line(contact)
        if area != "Lyon":
            raise UsageError("area: not a town or a country that the gazetteer knows; a larger place near by will do")
        made = replace(line, area="Lyon, FR")
        self._kept()["contacts"] = [made if row.id == contact else row for row in self._kept()["contacts"]]

    def log_contact(self, actor: Actor, purpose: Purpose, form: Mapping[str, str]) -> str:
        if not form.get("channel"):
            raise UsageError("channel: required")
        made = replace(
            contact_line(1), id=f"ctc_{900 + len(self._kept()['contacts']):020x}", channel=form["channel"], received=AT,
            case="", numbered=bool(form.get("caller")), others=0,
        )  # fmt: skip
        self._kept()["contacts"].insert(0, made)
        self._kept()["forms"].append(dict(form))
        return made.id

    def note_contact(
        self, actor: Actor, purpose: Purpose, contact: str, *, status: str | None, case: str | None
    ) -> None:
        line = self._line(contact)
        if case and not case.startswith("K-"):
            raise NotFound("there is no such case")
        made = replace(line, status=status) if status is not None else replace(line, case=case or "")
        self._kept()["contacts"] = [made if row.id == contact else row for row in self._kept()["contacts"]]

    def watch_contacts(self, actor: Actor, purpose: Purpose, days: int) -> Callable[[], ContactCounts]:
        self._kept()["watched"] += 1
        bare = replace(
            counts(days), total="<5", total_suppressed=True, areas=(),
            days=[DayCount(day=day.day, low=0, words="<5", suppressed=True) for day in counts(days).days],
        )  # fmt: skip
        return lambda: self._told(bare if self.empty else counts(days))

    def services(self, actor: Actor, purpose: Purpose, ask: ServiceAsk, *, offset: int, limit: int) -> DirectoryView:
        if ask.facts.get("age") == "old":
            raise UsageError("age: not an age of the forms N, N-N, N--N or N+")
        rows = [] if self.empty else [service_line(n) for n in range(1, 48)]
        return self._told(
            DirectoryView(
                rows=rows[offset : offset + limit], total=len(rows), unfit=0 if ask.with_unfit else 12, entries=60 if rows else 0,
                place="Lyon, FR" if ask.place else "", same_name=1 if ask.place else 0, stale_days=180,
                facts={"age": "17"} if ask.facts.get("age") else {},
            )
        )  # fmt: skip

    def service(self, actor: Actor, purpose: Purpose, service: str) -> ServiceLine:
        found = next((service_line(n) for n in range(1, 48) if service_line(n).id == service), None)
        if found is None or self.empty:
            raise NotFound("there is no such entry in the directory")
        return self._told(found)

    def services_for_case(
        self, actor: Actor, purpose: Purpose, number: str, ask: ServiceAsk, *, offset: int, limit: int
    ) -> DirectoryView:
        return replace(self.services(actor, purpose, ask, offset=offset, limit=limit), facts={"gender": "woman"})

    def case_record(self, actor: Actor, purpose: Purpose, number: str) -> CaseRecordView:
        kept = self._kept()
        gone = {e.id for e in kept["entries"] if e.taken_back}
        placed = {(s, p): (lat, lon) for s, p, _, _, lat, lon in JOURNEY}
        journey = [
            JourneyStage(
                entry=e.id, stage=e.codes["stage"], place=e.codes["place"], first=e.codes.get("first", ""),
                last=e.codes.get("last", ""), latitude=placed.get((e.codes["stage"], e.codes["place"]), (None, None))[0],
                longitude=placed.get((e.codes["stage"], e.codes["place"]), (None, None))[1],
            )
            for e in kept["entries"]
            if e.kind == "journey" and e.id not in gone
        ]  # fmt: skip
        consents = {
            e.codes["layer"]: [
                ConsentLine(
                    answer=e.codes["answer"], to=e.codes.get("to", ""), to_name="Harbour House 1.example" if e.codes.get("to") else "",
                    until=e.codes.get("until", ""), over=False,
                )
            ]
            for e in kept["entries"]
            if e.kind == "consent" and e.id not in gone
        }  # fmt: skip
        earlier = [EarlierFile(added=AT, changed=("age", "exploited_in"))]
        answers = pa.table(
            {"id": [number], "forced_labour": ["yes"], "means_debt_bondage": ["unknown"], "age": ["9--17"]}
        )
        view = CaseRecordView(
            facts={"recruiter_relation": "Unaquainted", "sector": "", "trafficking_status": "PossibleVictimOfTrafficking"},
            child="unknown", entries=(), journey=journey, contacts=[] if self.empty else [contact_line(1)],
            referrals=kept["referrals"], consents={}, words_open=True, qualification=None,
            services={SERVICE: "Harbour House 1.example"}, earlier=earlier,
        )  # fmt: skip
        told = self._told(replace(view, journey=(), referrals=()))
        entries = [
            replace(
                e,
                texts={k: self._told(v) for k, v in (e.texts or {}).items()},
                why_taken_back=self._told(e.why_taken_back),
            )
            for e in kept["entries"]
        ]
        return replace(
            told, entries=entries, journey=journey, referrals=kept["referrals"], consents=consents, child="unknown",
            qualification=qualification_view(qualify(answers).table, number),
        )  # fmt: skip

    def rectifiable(self) -> Sequence[str]:
        return ("first_name", "gender", "age")

    def _fields_of(self, name: str) -> Sequence[str]:
        contact, advert = ("text", "caller", "area"), ("text", "place")
        return contact if name.startswith("ctc_") else advert if name.startswith("rec_") else self.rectifiable()

    def rectifications(self, actor: Actor, purpose: Purpose, number: str) -> Sequence[Rectification]:
        put = self._kept().setdefault("rectified", [Rectification(at=AT, field="age", why="papers", by="Anna")])
        return [] if self.empty else list(self._told(put))

    def rectify(self, actor: Actor, purpose: Purpose, name: str, field: str, value: str, why: str) -> object:
        if field not in self._fields_of(name):
            raise UsageError("field: none of that name on a case")
        made = Rectification(at=AT, field=field, why=why, by="Anna")
        self._kept().setdefault("rectified", []).append(made)
        return made

    def record_on_case(
        self, actor: Actor, purpose: Purpose, number: str, kind: str, form: Mapping[str, str], about: str | None
    ) -> str:
        kept = self._kept()["entries"]
        needed = {"journey": "place", "document": "title", "correction": "reason"}.get(kind)
        if needed and not form[needed].strip():
            raise UsageError(f"{needed}: required")
        texts = {name: form[name] for name in ("goal", "note", "title", "reason") if form.get(name)}
        codes = {name: value for name, value in form.items() if value and name not in texts}
        made = entry(100 + len(kept), kind, codes, texts, about=about)
        if kind == "correction":
            kept[:] = [replace(e, taken_back=True, why_taken_back=form["reason"]) if e.id == about else e for e in kept]
        kept.append(made)
        return made.id

    def draft_referral(
        self, actor: Actor, purpose: Purpose, number: str, service: str, form: Mapping[str, str], shares: Sequence[str]
    ) -> str:
        kept = self._kept()["referrals"]
        made = replace(
            first_referral(), id=f"ref_{50 + len(kept):020x}", service=service, need=form["need"], shares=tuple(shares),
            note=form["note"], missing=("refer", *shares),
        )  # fmt: skip
        kept.insert(0, made)
        return made.id

    def step_referral(
        self, actor: Actor, purpose: Purpose, number: str, referral: str, status: str, form: Mapping[str, str]
    ) -> None:
        kept = self._kept()["referrals"]
        found = next((r for r in kept if r.id == referral), None)
        if found is None:
            raise NotFound("there is no such referral on this case")
        consents = self.case_record(actor, purpose, number).consents
        given = {
            layer
            for layer, lines in consents.items()
            if lines[-1].answer == "yes" and lines[-1].to in (SERVICE, "any:shelter")
        }
        missing = tuple(layer for layer in ("refer", *found.shares) if layer not in given)
        excepted = bool(form.get("best_interest") and form.get("child") == "yes")
        if status == "sent" and missing and not excepted:
            raise Blocked("referral: it is not sent, consent is not recorded: to be referred")
        step = ReferralStep(
            status=status,
            exception=excepted and bool(missing),
            on="recorded-age" if excepted and missing else "",
            answer=form.get("answer", ""),
            reason=form.get("best_interest", ""),
            by="Mira Holm",
            at=AT,
        )
        after = {"sent": ("accepted", "declined", "closed"), "closed": ()}.get(status, ("closed",))
        made = replace(found, steps=[*found.steps, step], next=after, missing=missing)
        kept[:] = [made if r.id == referral else r for r in kept]
