"""The helpline, the directory and a case's record through the workspace: normalised, matched, suppressed, consented."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clew.desk import ServiceAsk
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.errors import Blocked, Conflict, Erased, NotAllowed, NotFound, UsageError
from clew.safeguards.keys import Cost, Unlock
from clew.workspace import Workspace

SUPPORT, COUNT, REVIEW = Purpose.CASE_SUPPORT, Purpose.STATISTICS, Purpose.LEAD_REVIEW
INVENTED = Source(name="Invented", basis=LegalBasis.SYNTHETIC)
CASES = (
    "case_id,first_name,gender,age,citizenship,exploited_in,forced_labour,means_threats\n"
    "A1,Ada-canary,Woman,9--17,NPL,QAT,yes,yes\nA2,Bo-canary,Man,30,ROU,ITA,no,unknown\n"
)
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
    (folder / "directory.csv").write_text(DIRECTORY, encoding="utf-8")
    unlock = Unlock(key_file=folder / "k" / "w.key")
    with Workspace.create(folder / "w", unlock, cost=Cost(passes=1, memory_kib=64, lanes=1), owner="anna") as workspace:
        anna = workspace.account()
        workspace.add(KINDS["cases"], folder / "cases.csv", INVENTED, None, anna)
        put, read = workspace.import_directory(folder / "directory.csv", anna)
        assert (put.new, len(read.rejects)) == (2, 1)
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


def test_a_number_is_the_same_however_it_is_written(made: Workspace, anna: Actor, child: str) -> None:
    spellings = ("+44 20 7946 0100", "0044 (0)20 7946-0100", "tel:+442079460100")
    ids = [
        made.log_contact(anna, SUPPORT, {"channel": "call", "caller": number, "area": "lyon"}) for number in spellings
    ]
    view = made.contact(anna, SUPPORT, ids[2])
    assert {each.id for each in view.others} == set(ids[:2])
    assert view.number is None
    assert made.contact(anna, SUPPORT, ids[0], open_number=True).number == "+442079460100"
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
    assert made.contact(anna, SUPPORT, id).text == "They drive us to the farm."


def test_a_contact_that_cannot_be_leaves_no_trace_of_its_values(made: Workspace, anna: Actor) -> None:
    before = made.contacts(anna, SUPPORT)[1]
    with pytest.raises(UsageError) as refused:
        made.log_contact(anna, SUPPORT, {"channel": "call", "caller": "canary-12", "text": "canary"})
    assert "canary" not in str(refused.value)
    assert made.contacts(anna, SUPPORT)[1] == before
    log = "".join(str(entry) for entry in made.vault.audit(anna, Purpose.OVERSIGHT, limit=500)[0])
    assert "canary" not in log
    assert "7946" not in log


def test_counts_are_watched_in_steps_and_name_no_small_area(made: Workspace, anna: Actor, tmp_path: Path) -> None:
    when = (datetime.now(UTC) - timedelta(hours=30)).isoformat()
    lines = [f"{n},{when},Turin" for n in range(12)] + [f"x{n},{when},Bolzano" for n in range(4)]
    (tmp_path / "calls.csv").write_text("id,received,area\n" + "\n".join(lines) + "\n", encoding="utf-8")
    new, read = made.import_contacts(tmp_path / "calls.csv", INVENTED, anna)
    assert (new, len(read.rejects)) == (16, 0)
    assert made.import_contacts(tmp_path / "calls.csv", INVENTED, anna)[0] == 0
    count = made.watch_contacts(anna, COUNT, 7)
    counted = count()
    assert [(area.area, area.words, area.country) for area in counted.areas] == [("Turin, IT", "10 to 14", "ITA")]
    assert "Bolzano" not in str(counted)
    assert all(day.suppressed or day.low >= 5 for day in counted.days)
    reads = [e for e in made.vault.audit(anna, Purpose.OVERSIGHT, limit=500)[0] if e.action == "count_contacts"]
    count()
    assert len(
        [e for e in made.vault.audit(anna, Purpose.OVERSIGHT, limit=500)[0] if e.action == "count_contacts"]
    ) == len(reads)
    with pytest.raises(UsageError):
        made.watch_contacts(anna, COUNT, 1000)


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


def test_a_referral_needs_consent_or_a_child(made: Workspace, anna: Actor, child: str, grown: str) -> None:
    service = made.services(anna, SUPPORT, ServiceAsk(place="Lyon")).rows[0].id
    for_grown = made.draft_referral(anna, SUPPORT, grown, service, {"need": "shelter"}, ["share_contact"])
    exception = {"best_interest": "in danger", "child": "yes"}
    with pytest.raises(Blocked, match="consent is not recorded"):
        made.step_referral(anna, SUPPORT, grown, for_grown, "sent", {})
    with pytest.raises(Conflict, match="no child now"):
        made.step_referral(anna, SUPPORT, grown, for_grown, "sent", exception)
    for_child = made.draft_referral(anna, SUPPORT, child, service, {})
    with pytest.raises(NotFound):
        made.step_referral(anna, SUPPORT, grown, for_child, "sent", exception)
    made.step_referral(anna, SUPPORT, child, for_child, "sent", exception)
    made.step_referral(anna, SUPPORT, child, for_child, "declined", {"answer": "no room"})
    (referral,) = made.case_record(anna, SUPPORT, child).referrals
    assert [(s.status, s.exception, s.answer) for s in referral.steps][1:] == [
        ("sent", True, ""),
        ("declined", False, "no room"),
    ]
    for layer in ("refer", "share_contact"):
        made.record_on_case(anna, SUPPORT, grown, "consent", {"layer": layer, "answer": "yes", "way": "spoken"})
    made.step_referral(anna, SUPPORT, grown, for_grown, "sent", {})
    with pytest.raises(NotFound):
        made.draft_referral(anna, SUPPORT, grown, "svc_none", {})


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
