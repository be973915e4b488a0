"""The helpline, the directory and a case's record through the workspace: normalised, matched, suppressed, consented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clew.desk import ServiceAsk
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.access import By, Scope
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import Blocked, Conflict, Erased, NotAllowed, NotFound, UnreadableInput, UsageError
from clew.safeguards.keys import Cost, Unlock
from clew.workspace import Workspace

from .conftest import assess

SUPPORT, COUNT, REVIEW = Purpose.CASE_SUPPORT, Purpose.STATISTICS, Purpose.LEAD_REVIEW
INVENTED = Source(name="Invented", basis=LegalBasis.SYNTHETIC)
HELPLINE = Source(name="Own helpline", basis=LegalBasis.LEGITIMATE_INTERESTS)
CASES = (
    "case_id,first_name,gender,age,citizenship,exploited_in,forced_labour,means_threats\n"
    "A1,Ada-canary,Woman,9--17,NPL,QAT,yes,yes\nA2,Bo-canary,Man,30,ROU,ITA,no,unknown\n"
)
MORE_CASES = "case_id,gender,age,citizenship\nB1,Woman,,VNM\nB2,Woman,30,KHM\n"
DIRECTORY = (
    "organization,city,country,services,languages,hours,timezone,age_min,gender,verified,reach\n"
    "Harbour.example,Lyon,FR,shelter;legal,fr;ar,24/7,Europe/Paris,18,women,2020-01-01,\n"
    "Night Line.example,Paris,FR,hotline,fr,24/7,Europe/Paris,,any,,national\n"
    "Sheltr.example,Lyon,FR,sheltr,fr,,,,,,\n"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("helping")
    (folder / "cases.csv").write_text(CASES, encoding="utf-8")
    (folder / "more.csv").write_text(MORE_CASES, encoding="utf-8")
    (folder / "directory.csv").write_text(DIRECTORY, encoding="utf-8")
    unlock = Unlock(key_file=folder / "k" / "w.key")
    with Workspace.create(folder / "w", unlock, cost=Cost(passes=1, memory_kib=64, lanes=1), owner="anna") as workspace:
        anna = workspace.account()
        workspace.add(KINDS["cases"], folder / "cases.csv", INVENTED, None, anna)
        workspace.add(KINDS["cases"], folder / "more.csv", INVENTED, None, anna)
        put, read = workspace.import_directory(folder / "directory.csv", anna)
        assert (put.new, len(read.rejects)) == (2, 1)
        assess(workspace, (HELPLINE, "calls"), (INVENTED, "calls"), (INVENTED, "cases"))
        yield workspace


@pytest.fixture(scope="module")
def anna(made: Workspace) -> Actor:
    return made.account()


@pytest.fixture(scope="module")
def child(made: Workspace, anna: Actor) -> str:
    return next(row.number for row in made.cases(anna, SUPPORT)[0] if row.citizenship == "NPL")


@pytest.fixture(scope="module")
def grown(made: Workspace, anna: Actor) -> str:
    return next(row.number for row in made.cases(anna, SUPPORT)[0] if row.citizenship == "ROU")


def test_a_child_is_known_by_the_age_of_the_case(made: Workspace, anna: Actor, child: str, grown: str) -> None:
    numbers = {made._numbers()[record] for record in made._children()}
    assert child in numbers
    assert grown not in numbers
    then = [made.case_record(anna, SUPPORT, each).child for each in (child, grown)]
    assert then == ["yes", "unknown"]  # who is grown up when registered may have been a child before


def test_a_number_is_the_same_however_it_is_written(made: Workspace, anna: Actor, child: str) -> None:
    spellings = ("+44 20 7946 0100", "0044 (0)20 7946-0100", "tel:+442079460100")
    ids = [
        made.log_contact(anna, SUPPORT, {"channel": "call", "caller": number, "area": "lyon"}) for number in spellings
    ]
    view = made.contact(anna, SUPPORT, ids[2])
    assert {each.id for each in view.others} == set(ids[:2])
    assert view.number is None
    assert made.contact(anna, SUPPORT, ids[0], open_number=True, why="to call back").number == "+442079460100"
    made.note_contact(anna, SUPPORT, ids[0], case=child)
    assert made.contact(anna, SUPPORT, ids[0]).line.case == child
    assert [line.id for line in made.case_record(anna, SUPPORT, child).contacts] == [ids[0]]
    with pytest.raises(NotFound):
        made.note_contact(anna, SUPPORT, ids[0], case="none")
    made.note_contact(anna, SUPPORT, ids[0], case="")
    assert made.case_record(anna, SUPPORT, child).contacts == []


def test_a_logged_contact_is_a_record_for_the_chain(made: Workspace, anna: Actor) -> None:
    id = made.log_contact(anna, SUPPORT, {"channel": "message", "text": "They drive us to the farm.", "area": "Nice"})
    row = made.lake.query("SELECT * FROM calls WHERE record_id = $1", [id]).to_pylist()[0]
    assert (row["area"], row["external_id"]) == ("Nice, FR", id)
    assert "farm" not in str(row)
    assert made.contact(anna, SUPPORT, id).text is None
    assert made.contact(anna, SUPPORT, id, open_words=True, why="to go on").text == "They drive us to the farm."
    with pytest.raises(UsageError, match="why"):
        made.contact(anna, SUPPORT, id, open_words=True)


def test_a_form_that_is_sent_twice_is_kept_once(made: Workspace, anna: Actor) -> None:
    form = {"channel": "call", "text": "Twice.", "once": "ab" * 16}
    first, total = made.log_contact(anna, SUPPORT, form), made.contacts(anna, SUPPORT)[1]
    assert (made.log_contact(anna, SUPPORT, form), made.contacts(anna, SUPPORT)[1]) == (first, total)
    assert made.contact(anna, SUPPORT, first).earlier == []


def test_an_area_that_is_not_recognised_is_nowhere_in_the_open_and_can_be_corrected(
    made: Workspace, anna: Actor
) -> None:
    id = made.log_contact(anna, SUPPORT, {"channel": "call", "area": "12 Canary Lane, flat 3"})
    row = "SELECT * FROM calls WHERE record_id = $1"
    view = made.contact(anna, SUPPORT, id)
    assert (view.line.area, view.recognised, view.area_words) == ("area not recognised", False, None)
    assert "Canary" not in str(made.lake.query(row, [id]).to_pylist()) + str(made.contacts(anna, SUPPORT)[0])
    assert made.contact(anna, SUPPORT, id, open_words=True, why="where?").area_words == "12 Canary Lane, flat 3"
    with pytest.raises(UsageError, match="gazetteer"):
        made.correct_area(anna, SUPPORT, id, "the blue house")
    made.correct_area(anna, SUPPORT, id, "Lyon")
    assert (made.contact(anna, SUPPORT, id).line.area, made.contact(anna, SUPPORT, id).recognised) == ("Lyon, FR", True)
    assert made.lake.query(row, [id]).to_pylist()[0]["area"] == "Lyon, FR"
    opened = made.contact(anna, SUPPORT, id, open_words=True, why="where?")
    assert (opened.area_words, opened.earlier[0].area_words) == ("", "12 Canary Lane, flat 3")


def test_a_contact_that_missed_the_lake_gets_there(
    made: Workspace, anna: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lake cannot be written once: the contact is kept, sent again without a double, and in the lake at the next."""

    def fail(*_: object, **__: object) -> None:
        raise UnreadableInput("the disk is full")

    form, seen = (
        {"channel": "call", "area": "Basel", "once": "cd" * 16},
        "SELECT count(*) AS n FROM calls WHERE area = $1",
    )
    with monkeypatch.context() as broken:
        broken.setattr(made.lake, "put_records", fail)
        with pytest.raises(UnreadableInput):
            made.log_contact(anna, SUPPORT, form)
    assert made.vault.lake_is_owed()
    assert made.lake.query(seen, ["Basel, CH"])["n"].to_pylist() == [0]
    made.log_contact(anna, SUPPORT, {"channel": "message"})  # somebody else's is logged: what is owed goes too
    assert made.lake.query(seen, ["Basel, CH"])["n"].to_pylist() == [1]
    made.log_contact(anna, SUPPORT, form)
    assert made.lake.query(seen, ["Basel, CH"])["n"].to_pylist() == [1]
    assert not made.vault.lake_is_owed()


def test_an_erased_contact_leaves_the_lake_and_all_that_was_found_in_it(made: Workspace, anna: Actor) -> None:
    import pyarrow as pa

    id = made.log_contact(anna, SUPPORT, {"channel": "call", "area": "Genoa", "text": "Ring me."})
    made.lake.replace({"texts_read": pa.table({"record_id": [id, "other"]})})
    made.erase_contact(anna, Purpose.OVERSIGHT, id, "asked")
    assert made.lake.query("SELECT * FROM calls WHERE record_id = $1", [id]).num_rows == 0
    assert made.lake.read("texts_read")["record_id"].to_pylist() == ["other"]
    line = made.contact(anna, SUPPORT, id).line
    assert (line.erased, line.area, line.topic, line.status, line.case) == (True, "", "", "", "")


def test_added_calls_go_through_the_helplines_log(made: Workspace, anna: Actor, tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("id,area,caller,text,topic\n1,Genoa,+442079460177,hello,\n2,Genoa,12,hello,\n3,Genoa,,x,situaton\n")
    added = made.add(KINDS["calls"], file, INVENTED, None, anna)
    assert (added.new, added.known, len(added.rejects)) == (1, 0, 2)
    (line,) = [row for row in made.contacts(anna, SUPPORT)[0] if row.area == "Genoa, IT"]
    assert line.numbered
    file.write_text("id,area,caller,text,topic\n1,Nice,+442079460177,hello,\n")
    added = made.add(KINDS["calls"], file, INVENTED, None, anna)
    assert (added.new, added.known, added.corrected) == (0, 1, 1)
    view = made.contact(anna, SUPPORT, line.id)
    assert (view.line.area, view.earlier[0].changed) == ("Nice, FR", ("area", "country"))
    ben = made.add_account("cleo", (Role.ANALYST,))
    with pytest.raises(NotAllowed):
        made.add(KINDS["calls"], file, INVENTED, None, ben)


def test_a_contact_that_cannot_be_leaves_no_trace_of_its_values(made: Workspace, anna: Actor) -> None:
    before = made.contacts(anna, SUPPORT)[1]
    with pytest.raises(UsageError) as refused:
        made.log_contact(anna, SUPPORT, {"channel": "call", "caller": "canary-12", "text": "canary"})
    assert "canary" not in str(refused.value)
    assert made.contacts(anna, SUPPORT)[1] == before
    log = "".join(str(entry) for entry in made.vault.audit(anna, Purpose.OVERSIGHT, limit=500)[0])
    assert "canary" not in log
    assert "2079460" not in log


def test_counts_are_watched_in_steps_and_name_no_small_area(made: Workspace, anna: Actor, tmp_path: Path) -> None:
    when = (datetime.now(UTC) - timedelta(hours=30)).isoformat()
    lines = [f"t{n},{when},Turin,+4420794602{n:02}" for n in range(12)]
    lines += [f"x{n},{when},Bolzano,+442079460300" for n in range(6)]  # one person, six times
    lines += [f"y{n},{when},Trento," for n in range(9)]  # nobody can tell how many
    (tmp_path / "calls.csv").write_text("id,received,area,caller\n" + "\n".join(lines) + "\n", encoding="utf-8")
    logged, read = made.import_contacts(tmp_path / "calls.csv", INVENTED, anna)
    assert (len(logged.new), len(read.rejects)) == (27, 0)
    assert made.import_contacts(tmp_path / "calls.csv", INVENTED, anna)[0].new == ()
    count = made.watch_contacts(anna, COUNT, 7)
    counted = count()
    assert [(area.area, area.words, area.country) for area in counted.areas] == [("Turin, IT", "10 to 14", "ITA")]
    assert not {"Bolzano", "Trento"} & set(str(counted).replace(",", "'").split("'"))
    assert all(day.suppressed or day.low >= 5 for day in counted.days)
    reads = [e for e in made.vault.audit(anna, Purpose.OVERSIGHT, limit=500)[0] if e.action == "count_contacts"]
    count()
    assert len(
        [e for e in made.vault.audit(anna, Purpose.OVERSIGHT, limit=500)[0] if e.action == "count_contacts"]
    ) == len(reads)
    with pytest.raises(UsageError):
        made.watch_contacts(anna, COUNT, 1000)
    made.add_account("cora", (Role.STEWARD,))
    row = made.narrow(anna, Scope.SOURCE, [INVENTED.name], By.ACCOUNT, ["cora"], "for cora alone")
    assert not count().areas  # what is withheld from whoever counts is in no count of theirs
    made.vault.end_row(anna, Purpose.OVERSIGHT, row, reason="over")
    assert count().areas


def test_services_are_found_with_reasons(made: Workspace, anna: Actor) -> None:
    view = made.services(
        anna, SUPPORT, ServiceAsk(place="Lyon", facts={"age": "17", "gender": "woman"}, with_unfit=True)
    )
    harbour = next(row for row in view.rows if row.organisation == "Harbour.example")
    assert (harbour.fit, harbour.open, harbour.stale) == ("no", "yes", True)
    assert harbour.parts[0].words == "takes 18 or older; of the person: 17"
    assert [row.near for row in view.rows] == ["country", "here"]
    assert view.facts == {"age": "17", "gender": "woman"}
    assert made.services(anna, SUPPORT, ServiceAsk(place="Lyon", facts={"age": "17"})).unfit == 1
    with pytest.raises(UsageError, match="did you mean shelter"):
        made.services(anna, SUPPORT, ServiceAsk(service="sheltr"))
    with pytest.raises(UsageError, match="age"):
        made.services(anna, SUPPORT, ServiceAsk(facts={"age": "old"}))
    with pytest.raises(NotFound):
        made.service(anna, SUPPORT, "svc_none")


def test_a_case_brings_its_own_facts_to_the_search(made: Workspace, anna: Actor, child: str, grown: str) -> None:
    assert made.services_for_case(anna, SUPPORT, child, ServiceAsk()).facts == {
        "age": "9 or older", "gender": "woman", "form of exploitation": "forced labour",
    }  # fmt: skip
    assert made.services_for_case(anna, SUPPORT, grown, ServiceAsk()).unfit == 1  # women only
    made.record_on_case(anna, SUPPORT, grown, "exploitation", {"form": "forced criminality"})
    assert (
        "forced criminality" in made.services_for_case(anna, SUPPORT, grown, ServiceAsk()).facts["form of exploitation"]
    )


def test_a_journey_is_put_in_the_order_of_its_dates(made: Workspace, anna: Actor, child: str) -> None:
    stages = (
        ("exploitation", "Doha", "2021", "2022"),
        ("recruitment", "Kathmandu", "2020-02", ""),
        ("transit", "the old mill", "", ""),
    )
    for stage, place, first, last in stages:
        made.record_on_case(
            anna, SUPPORT, child, "journey", {"stage": stage, "place": place, "first": first, "last": last}
        )
    wrong = made.record_on_case(
        anna, SUPPORT, child, "journey", {"stage": "transit", "place": "Delhi", "first": "2020-03"}
    )
    made.record_on_case(anna, SUPPORT, child, "correction", {"reason": "another person"}, about=wrong)
    record = made.case_record(anna, SUPPORT, child)
    assert [stage.place for stage in record.journey] == ["Kathmandu, NP", "Doha, QA", "the old mill"]
    assert record.journey[0].latitude == pytest.approx(27.7, abs=0.1)
    assert record.journey[2].latitude is None
    gone = next(entry for entry in record.entries if entry.id == wrong)
    assert (gone.taken_back, gone.why_taken_back) == (True, "another person")
    assert record.child == "yes"
    assert record.qualification is not None


def test_a_referral_needs_consent_for_it_or_a_child(made: Workspace, anna: Actor, child: str, grown: str) -> None:
    service = made.services(anna, SUPPORT, ServiceAsk(place="Lyon", service="shelter")).rows[0].id
    for_grown = made.draft_referral(anna, SUPPORT, grown, service, {"need": "shelter"}, ["share_contact"])
    exception = {"best_interest": "in danger", "child": "yes"}
    with pytest.raises(Blocked, match="no consent to this service"):
        made.step_referral(anna, SUPPORT, grown, for_grown, "sent", {})
    with pytest.raises(Conflict, match="no child now"):
        made.step_referral(anna, SUPPORT, grown, for_grown, "sent", exception)
    for_child = made.draft_referral(anna, SUPPORT, child, service, {})
    with pytest.raises(NotFound):
        made.step_referral(anna, SUPPORT, grown, for_child, "sent", exception)
    made.step_referral(anna, SUPPORT, child, for_child, "sent", exception)
    made.step_referral(anna, SUPPORT, child, for_child, "declined", {"answer": "no room"})
    (referral,) = made.case_record(anna, SUPPORT, child).referrals
    assert [(s.status, s.exception, s.on, s.answer) for s in referral.steps][1:] == [
        ("sent", True, "recorded-age", ""),
        ("declined", False, "", "no room"),
    ]
    until = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    yes = {"answer": "yes", "way": "spoken", "until": until}
    made.record_on_case(anna, SUPPORT, grown, "consent", yes | {"layer": "refer", "to": service})
    made.record_on_case(anna, SUPPORT, grown, "consent", yes | {"layer": "share_contact", "to": "any:legal_aid"})
    with pytest.raises(UsageError, match="no such entry in the directory"):
        made.record_on_case(anna, SUPPORT, grown, "consent", yes | {"layer": "refer", "to": f"svc_{0:016x}"})
    record = made.case_record(anna, SUPPORT, grown)
    assert record.referrals[0].missing == ("share_contact",)
    assert (record.consents["refer"][0].to_name, record.services) == ("Harbour.example", {service: "Harbour.example"})
    made.record_on_case(anna, SUPPORT, grown, "consent", yes | {"layer": "share_contact", "to": "any:shelter"})
    made.step_referral(anna, SUPPORT, grown, for_grown, "sent", {})
    with pytest.raises(NotFound):
        made.draft_referral(anna, SUPPORT, grown, "svc_none", {})
    with pytest.raises(UsageError, match="does not say that this service offers it"):
        made.draft_referral(anna, SUPPORT, grown, service, {"need": "medical"})


def test_without_an_age_in_the_file_somebody_else_signs_first(made: Workspace, anna: Actor) -> None:
    ageless = next(row.number for row in made.cases(anna, SUPPORT)[0] if row.citizenship == "VNM")
    service = made.services(anna, SUPPORT, ServiceAsk(place="Lyon")).rows[0].id
    referral = made.draft_referral(anna, SUPPORT, ageless, service, {})
    exception = {"best_interest": "in danger", "child": "yes"}
    with pytest.raises(Blocked, match="somebody else must sign first"):
        made.step_referral(anna, SUPPORT, ageless, referral, "sent", exception)
    dora = made.add_account("dora", (Role.CASE_WORKER,))
    made.record_on_case(dora, SUPPORT, ageless, "signature", {"referral": referral, "reason": "Seen at school."})
    (view,) = made.case_record(anna, SUPPORT, ageless).referrals
    assert (view.signed, view.signed_by_other) == (("dora",), True)
    assert not made.case_record(dora, SUPPORT, ageless).referrals[0].signed_by_other
    made.step_referral(anna, SUPPORT, ageless, referral, "sent", exception)


def test_a_corrected_case_is_one_case_and_keeps_what_was_recorded(made: Workspace, anna: Actor, tmp_path: Path) -> None:
    """The same id with other content: the newest stands everywhere, an old file takes nothing back, records stay."""
    number = next(row.number for row in made.cases(anna, SUPPORT)[0] if row.citizenship == "KHM")
    service = made.services(anna, SUPPORT, ServiceAsk(place="Lyon", service="shelter")).rows[0].id
    consent = {
        "layer": "refer",
        "answer": "yes",
        "way": "spoken",
        "to": service,
        "until": datetime.now(UTC).date().isoformat(),
    }
    made.record_on_case(anna, SUPPORT, number, "consent", consent)
    entry = made.record_on_case(anna, SUPPORT, number, "support", {"need": "shelter", "state": "planned"})
    first = made.log_contact(anna, SUPPORT, {"channel": "call"})
    made.note_contact(anna, SUPPORT, first, case=number)
    before, total = made._case_of(number), made.cases(anna, SUPPORT)[1]
    (tmp_path / "cases.csv").write_text(MORE_CASES.replace("B2,Woman,30", "B2,Woman,16"), encoding="utf-8")
    made.add(KINDS["cases"], tmp_path / "cases.csv", INVENTED, None, anna)
    (tmp_path / "old.csv").write_text(MORE_CASES, encoding="utf-8")
    assert made.add(KINDS["cases"], tmp_path / "old.csv", INVENTED, None, anna).new == 0
    assert (made.cases(anna, SUPPORT)[1], made.case(anna, SUPPORT, number).row.age) == (total, "16")
    assert made._records_of(number)[1] == before != made._case_of(number)
    record = made.case_record(anna, SUPPORT, number)
    assert ([c.id for c in record.contacts], record.child) == ([first], "yes")
    assert made.contact(anna, SUPPORT, first).line.case == number
    assert [one.changed for one in record.earlier] == [("age",)]
    made.record_on_case(anna, SUPPORT, number, "support", {"need": "shelter", "state": "done"}, about=entry)
    assert [e.kind for e in made.case_record(anna, SUPPORT, number).entries] == ["consent", "support", "support"]
    referral = made.draft_referral(anna, SUPPORT, number, service, {"need": "shelter"})
    made.step_referral(anna, SUPPORT, number, referral, "sent", {})  # the consent given before the correction counts
    assert made.vault.verify() == []


def test_an_analyst_sees_the_file_and_not_the_record(made: Workspace, child: str) -> None:
    ben = made.add_account("ben", (Role.ANALYST,))
    assert made.case(ben, REVIEW, child).row.number == child
    for refused in (
        lambda: made.case_record(ben, REVIEW, child),
        lambda: made.contacts(ben, REVIEW),
        lambda: made.services_for_case(ben, REVIEW, child, ServiceAsk()),
        lambda: made.record_on_case(ben, REVIEW, child, "support", {"need": "shelter", "state": "planned"}),
        lambda: made.log_contact(ben, REVIEW, {"channel": "call"}),
        lambda: made.watch_contacts(ben, REVIEW, 7),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert made.watch_contacts(ben, COUNT, 7)().below == 5


def test_the_log_verifies_and_erasing_a_case_takes_its_record(made: Workspace, anna: Actor, child: str) -> None:
    assert made.vault.verify() == []
    record = made.lake.query("SELECT record_id FROM cases WHERE external_id = $1", [child])["record_id"].to_pylist()
    made.vault.erase(record, anna, Purpose.OVERSIGHT, why="asked")
    with pytest.raises(Erased):
        made.case_record(anna, SUPPORT, child)
    assert made.vault.verify() == []


def test_windows_of_counts_are_fixed_so_that_none_gives_a_contact_away(empty):
    anna = empty.account()
    for days in (1, 19, 20, 91):
        with pytest.raises(UsageError, match="one of 7, 30, 90"):
            empty.watch_contacts(anna, SUPPORT, days)
