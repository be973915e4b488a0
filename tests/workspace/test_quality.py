"""Quality and qualification of a workspace's cases: counted over open fields, sealed dates only as a recorded act."""

import json

import pytest

from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.errors import NotAllowed, NotFound

from .conftest import make

REVIEW = Purpose.LEAD_REVIEW
HEADER = (
    "case_id,gender,birthdate,registered,exploited_in,isForcedLabour,meansThreats,meansDebtBondageEarnings,first_name\n"
)


def rows(prefix, gender, *, empty_after):
    for n in range(20):
        registered = "1990" if prefix == "b" and n < 6 else "2020"
        country = "QAT" if n < empty_after else ""
        yield f"{prefix}{n},{gender},2000-01-01,{registered},{country},{n % 2},1,,Nobody{n}"


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quality")
    with make(folder) as workspace:
        for prefix, gender, empty_after in (("a", "Woman", 20), ("b", "Feminine", 10)):
            file = folder / f"{prefix}.csv"
            file.write_text(HEADER + "\n".join(rows(prefix, gender, empty_after=empty_after)) + "\n", encoding="utf-8")
            source = Source(name=f"House {prefix}", basis=LegalBasis.SYNTHETIC)
            workspace.add(KINDS["cases"], file, source, None, workspace.account())
        yield workspace


def test_measures_by_field_and_by_source(measured):
    page = measured.quality(measured.account("anna"), REVIEW)
    fields = {line.field: line for line in page.view.fields}
    assert fields["exploited_in"].complete == "30 of 40 (75 %)"
    assert fields["gender"].valid == "40 of 40 (100 %)"  # two words for one answer
    assert fields["forced_labour"].rule == "yes or no"
    assert page.shares["exploited_in"] == (75.0, False)
    own = measured.quality(measured.account("anna"), REVIEW, contributor="House b")
    assert {line.field: line.complete for line in own.view.fields}["exploited_in"] == "10 of 20 (50 %)"
    with pytest.raises(NotFound):
        measured.quality(measured.account("anna"), REVIEW, contributor="Nobody")


def test_sealed_dates_are_not_read_unless_asked(measured):
    head = measured.vault.head().count
    page = measured.quality(measured.account("anna"), REVIEW)
    assert page.view.checks == ()
    assert any("birth dates are sealed" in text for text in page.view.not_measured)
    entries, _ = measured.vault.audit(measured.account("anna"), Purpose.OVERSIGHT, limit=50)
    assert [e.action for e in entries if e.seq > head] == ["read_case"]


def test_sealed_dates_are_a_recorded_machine_read(measured):
    page = measured.quality(measured.account("anna"), REVIEW, birth_dates=True)
    assert [(check.fields, check.passes) for check in page.view.checks] == [("birthdate registered", "34 of 40 (85 %)")]
    entries, _ = measured.vault.audit(measured.account("anna"), Purpose.OVERSIGHT, about="cases", limit=50)
    assert json.loads(next(e.detail for e in entries if e.action == "chain_read"))["fields"] == ["birthdate"]
    steward = measured.add_account("sam", (Role.STEWARD,))
    measured.quality(steward, Purpose.STATISTICS)
    with pytest.raises(NotAllowed):
        measured.quality(steward, Purpose.STATISTICS, birth_dates=True)


def test_no_value_of_a_case_and_no_name_is_in_it(measured):
    page = measured.quality(measured.account("anna"), REVIEW, birth_dates=True)
    text = str(page)
    assert "Nobody" not in text
    assert "2000-01-01" not in text


def test_qualification_is_checked_recorded_and_about_the_record(measured):
    who = measured.account("anna")
    number = measured.cases(who, REVIEW, limit=100)[0][0].number
    view = measured.qualification(who, REVIEW, number, jurisdiction="eu")
    assert {element.name: element.answer.value for element in view.elements}["means"] == "yes"
    assert any(one.id == "palermo" for one in view.instruments)
    entries, _ = measured.vault.audit(who, Purpose.OVERSIGHT, limit=1)
    assert (entries[0].action, entries[0].object) == ("read_case", view.id)
    with pytest.raises(NotFound):
        measured.qualification(who, REVIEW, "none")
    with pytest.raises(NotAllowed):
        measured.qualification(measured.add_account("ann", (Role.ADMINISTRATOR,)), REVIEW, number)
