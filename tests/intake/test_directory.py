"""Directories as they come: what is read, what is refused and kept whole, what is flagged, and who fits where."""

from __future__ import annotations

import csv
import itertools
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from clew.intake.directory import Directory, Service, as_body, from_body, read_directory, twins
from clew.intake.directory_rules import Facts, Rule, fits
from clew.intake.directory_search import Ask, Nearness, language_codes, term_codes, where
from clew.intake.directory_search import Directory as Searchable
from clew.records.imprecise import AgeRange, Answer
from clew.safeguards.errors import MissingColumn, UsageError

TODAY = date(2026, 1, 5)
NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)
HEADER = (
    "Organization", "City", "Country", "Services", "Languages", "Opening Hours", "Time zone", "min age", "max age", "Gender",
    "Status", "Forms", "Funding", "Last verified", "Phone", "Website", "Reach",
)  # fmt: skip


def row(**given: str) -> dict[str, str]:
    usual = {
        "Organization": "Harbour House.example", "City": "Lyon", "Country": "France", "Services": "shelter; legal advice",
        "Languages": "French, Arabic", "Opening Hours": "Mo-Fr 09:00-17:00", "Time zone": "Europe/Paris",
        "Last verified": "2025-12-01",
    }  # fmt: skip
    return dict.fromkeys(HEADER, "") | usual | given


def read(folder: Path, *rows: dict[str, str]) -> Directory:
    path = folder / "directory.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return read_directory(path, today=TODAY)


def test_a_row_becomes_a_service_in_codes(tmp_path: Path) -> None:
    (service,) = read(
        tmp_path, row(**{"min age": "18", "Gender": "women", "Funding": "any", "Website": "harbour.example"})
    ).services
    assert (service.organisation, service.place, service.country) == ("Harbour House.example", "Lyon", "FRA")
    assert service.services == ("shelter", "legal_aid")
    assert service.languages == ("fre", "ara")
    assert service.rules == {
        "age": Rule(low=18), "gender": Rule(values=frozenset({"woman"})), "funding": Rule(anyone=True),
    }  # fmt: skip
    assert service.url == "https://harbour.example"
    assert from_body(as_body(service)) == service


def test_a_spreadsheet_is_read_like_a_text_file(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    given = row(**{"min age": "18"})
    sheet.append(list(given))
    sheet.append(list(given.values()))
    book.save(tmp_path / "directory.xlsx")
    assert read_directory(tmp_path / "directory.xlsx", today=TODAY).services == read(tmp_path, given).services


@pytest.mark.parametrize(
    ("given", "field", "rule"),
    [
        ({"Organization": " "}, "organisation", "required and empty"),
        ({"City": ""}, "place", "required and empty; without one a service must reach a whole country"),
        ({"Opening Hours": "Mo 25:00-26:00"}, "hours", "hours that no day has"),
        ({"Time zone": "Central Europe"}, "timezone", "not a time zone of the IANA database, such as Europe/Paris"),
        ({"Services": "shelter; legal advise"}, "services", "a word that is not known; did you mean legal_aid?"),
        ({"Services": "qzqzqz"}, "services", "a word that is not known"),
        ({"Languages": "Klingonese"}, "languages", "a language that ISO 639-2 does not name in English or by code"),
        ({"Country": "Ruritania"}, "country", "not a country of ISO 3166-1 by code or English name"),
        ({"Last verified": "2026-01-06"}, "verified", "lies in the future"),
        ({"Last verified": "yesterday"}, "verified", "not a date of the form YYYY-MM-DD"),
        ({"min age": "18", "max age": "12"}, "age_max", "lies below age_min"),
        ({"min age": "adult"}, "age_min", "not a whole number of years from 0 to 130"),
        ({"Gender": "femal"}, "gender", "a word that is not known; did you mean woman?"),
        ({"Reach": "galactic"}, "reach", "not a known word"),
        ({"Website": "javascript:alert(1)"}, "url", "not a web address"),
    ],
)
def test_what_cannot_be_is_kept_whole_with_its_rule(
    tmp_path: Path, given: dict[str, str], field: str, rule: str
) -> None:
    found = read(tmp_path, row(**given), row(Organization="Other.example", City="Nice"))
    assert [service.organisation for service in found.services] == ["Other.example"]
    (reject,) = found.rejects.table.to_pylist()
    assert (reject["row"], reject["field"]) == (1, field)
    assert reject["rule"].startswith(rule)
    for value in given.values():
        assert value.strip() in reject["raw"]
        assert len(value.strip()) < 5 or value not in reject["rule"]


def test_every_row_is_a_service_or_a_reject(tmp_path: Path) -> None:
    rows = [row(City="" if n % 3 == 0 else f"Town {n}") for n in range(30)] + [row(City="Town 1")]
    found = read(tmp_path, *rows)
    assert len(found.services) + len(found.rejects) == 31
    assert found.rejects.by_rule()[("id", "given before")] == 1


def test_a_national_line_needs_no_town(tmp_path: Path) -> None:
    (service,) = read(tmp_path, row(City="", Reach="nationwide")).services
    assert (service.place, service.reach) == ("", "national")


def test_a_file_without_organisation_or_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("who,town\nHarbour.example,Lyon\n", encoding="utf-8")
    with pytest.raises(MissingColumn, match="organisation"):
        read_directory(tmp_path / "d.csv", today=TODAY)
    found = read_directory(tmp_path / "d.csv", today=TODAY, columns={"organisation": "who", "place": "town"})
    assert len(found.services) == 1
    with pytest.raises(MissingColumn, match="absent"):
        read_directory(tmp_path / "d.csv", today=TODAY, columns={"organisation": "absent"})


def test_doubles_are_flagged_and_never_merged(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        row(),
        row(Organization="HARBOUR HOUSE.example e.V.", City="lyon", Services="legal aid; shelter"),
        row(Organization="Night Line.example", City="Nice", Phone="+33 1 99 00 00 00"),
        row(Organization="Day Line.example", City="Paris", Phone="0033 199000000"),
        row(City="Nice"),
    )
    assert len(found.services) == 5
    why = [(t.why, {found.services[0].id, found.services[1].id} == {t.id, t.other}) for t in found.twins]
    assert why == [("same organisation and place", True), ("same phone, another name", False)]


# Rules.


def test_an_answer_needs_every_rule() -> None:
    """Kleene's three values, over all that two rules can answer."""
    rules = {Answer.YES: Rule(anyone=True), Answer.NO: Rule(low=90), Answer.UNKNOWN: None}
    genders = {Answer.YES: Rule(anyone=True), Answer.NO: Rule(values=frozenset({"man"})), Answer.UNKNOWN: None}
    rest = {code: Rule(anyone=True) for code in ("status", "form", "funding")}
    person = Facts(age=AgeRange(20, 20), gender="woman")
    for (a, age), (b, gender) in itertools.product(rules.items(), genders.items()):
        told = rest | {code: rule for code, rule in (("age", age), ("gender", gender)) if rule}
        answer, parts = fits(told, person)
        expected = Answer.NO if Answer.NO in (a, b) else Answer.UNKNOWN if Answer.UNKNOWN in (a, b) else Answer.YES
        assert answer is expected
        assert [part.answer for part in parts[:2]] == [a, b]


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (AgeRange(17, 17), Answer.NO),
        (AgeRange(18, 18), Answer.YES),
        (AgeRange(16, 18), Answer.UNKNOWN),
        (AgeRange(16, None), Answer.UNKNOWN),
        (AgeRange(21, None), Answer.UNKNOWN),
        (AgeRange(31, None), Answer.NO),
        (None, Answer.UNKNOWN),
    ],
)
def test_an_age_that_is_not_exact_is_not_guessed(age: AgeRange | None, expected: Answer) -> None:
    _, parts = fits({"age": Rule(low=18, high=30)}, Facts(age=age))
    assert parts[0].answer is expected
    assert bool(parts[0].ask) is (expected is Answer.UNKNOWN)


def test_one_of_several_forms_is_enough_and_nothing_stated_is_unknown() -> None:
    rules = {"form": Rule(values=frozenset({"forced_labour"}))}
    told = Facts(form=frozenset({"forced_labour", "sexual_exploitation"}))
    form = next(part for part in fits(rules, told)[1] if part.dimension == "form")
    assert form.answer is Answer.YES
    assert "forced labour" in form.words
    silent = next(part for part in fits({}, told)[1] if part.dimension == "form")
    assert (silent.answer, silent.ask) == (Answer.UNKNOWN, "Ask the service.")


# Searching.


def service(number: int, **given: object) -> Service:
    usual = {"id": f"svc_{number:016x}", "organisation": f"House {number}.example", "place": "Lyon", "country": "FRA"}
    return Service(**(usual | given))  # type: ignore[arg-type]


PLACED = Searchable(
    [
        service(1),
        service(2, place="Paris"),
        service(3, place="Paris", reach="national", services=("hotline",), languages=("ara",)),
        service(4, place="Paris", country="USA"),
        service(5, place="", country="", reach="international", hours="24/7", timezone="Europe/Paris"),
        service(6, place="LYON", country="", verified=date(2025, 12, 1), services=("shelter", "legal_aid")),
        service(7, place="Lyon", rules={"gender": Rule(values=frozenset({"man"}))}, hours="Mo 23:00-24:00", timezone="Europe/Paris"),
    ]
)  # fmt: skip


def found(ask: Ask) -> list[int]:
    return sorted(int(each.service.id[4:], 16) for each in PLACED.search(ask, NOW, 180).found)


def test_a_town_is_served_from_its_country_and_from_everywhere() -> None:
    assert found(Ask(where=where("Lyon"))) == [1, 3, 5, 6, 7]
    assert found(Ask(where=where("lyon, FR"))) == [1, 3, 5, 6, 7]
    assert found(Ask(where=where("Paris, US"))) == [4, 5]
    assert found(Ask(where=where("France"))) == [1, 2, 3, 5, 7]
    assert found(Ask(where=where("the old mill"))) == [5]
    nearest = PLACED.search(Ask(where=where("Lyon")), NOW, 180).found
    assert nearest[-1].near is Nearness.EVERYWHERE


def test_services_are_found_by_language_service_hours_and_person() -> None:
    assert found(Ask(languages=language_codes(["Arabic"]))) == [3]
    assert found(Ask(services=term_codes("services", ["shelter", "legal aid"]))) == [6]
    assert found(Ask(open_now=True)) == [1, 2, 3, 4, 5, 6]  # closed is left out, not known stays
    woman = Ask(facts=Facts(gender="woman"))
    assert 7 not in found(woman)
    assert PLACED.search(woman, NOW, 180).unfit == 1
    assert 7 in found(Ask(facts=Facts(gender="woman"), with_unfit=True))


def test_an_old_or_missing_check_is_stale() -> None:
    stale = {each.service.id: each.stale for each in PLACED.search(Ask(), NOW, 180).found}
    assert [id for id, is_stale in stale.items() if not is_stale] == [f"svc_{6:016x}"]
    assert all(each.stale for each in PLACED.search(Ask(), NOW, 30).found)


def test_a_word_that_is_not_known_is_suggested_and_not_guessed() -> None:
    with pytest.raises(UsageError, match="did you mean shelter") as refused:
        term_codes("services", ["sheltrr"])
    assert "sheltrr" not in str(refused.value)
    with pytest.raises(UsageError, match="ISO 639"):
        language_codes(["Klingonese"])


def test_a_search_equals_reading_one_by_one_over_thousands() -> None:
    """Brute force over every entry is the oracle of the searchable directory."""
    entries = [
        service(n, place=("Lyon", "Nice", "Paris")[n % 3], languages=("fre",) if n % 2 else ("ara",), services=("shelter",) if n % 5 else ())
        for n in range(3000)
    ]  # fmt: skip
    ask = Ask(where=where("Nice"), languages=("fre",), services=("shelter",))
    expected = [e.id for e in entries if e.place == "Nice" and "fre" in e.languages and "shelter" in e.services]
    assert sorted(each.service.id for each in Searchable(entries).search(ask, NOW, 180).found) == sorted(expected)
    assert twins(entries[:3]) == ()
