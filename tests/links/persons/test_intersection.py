"""Three files between two parties; what is not agreed on is not answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from clew.links.persons import intersection as meet
from clew.links.persons.fields import persons
from clew.links.persons.ledger import Ledger
from clew.safeguards.errors import Conflict, NotAllowed, Tampered, TryLater, UnreadableInput, UsageError

pytest.importorskip("private_set_intersection.python")

TERMS = meet.Terms(agreement="north and south 2026", field="phone")
REVEAL = meet.Terms(agreement="north and south 2026", field="phone", reveal=True)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def party(first, count, style="0{}"):
    phones = [style.format(100_000_000 + number) for number in range(first, first + count)]
    return meet.identifiers(
        persons(pa.table({"id": [f"p{n}" for n in range(count)], "phone": phones, "surname": ["x"] * count})), "phone"
    )


@pytest.fixture(scope="module")
def north():
    return party(0, 60)


@pytest.fixture(scope="module")
def south():
    return party(40, 60, style="+44 {}")  # the same numbers, written in another way


def test_only_the_size_is_told(north, south):
    asked = meet.request(north, TERMS)
    assert b"100000000" not in asked.file
    made = meet.count(meet.answer(asked.file, south, TERMS), asked.private)
    assert (made.shared, made.asked, made.ids) == (20, 60, None)


def test_rows_are_told_only_where_both_agreed(north, south):
    asked = meet.request(north, REVEAL)
    with pytest.raises(NotAllowed, match="--reveal"):
        meet.answer(asked.file, south, TERMS)
    with pytest.raises(NotAllowed, match="--reveal"):
        meet.answer(meet.request(north, TERMS).file, south, REVEAL)
    made = meet.count(meet.answer(asked.file, south, REVEAL), asked.private)
    assert made.ids == tuple(f"p{number}" for number in range(40, 60))


def test_another_agreement_or_field_is_refused(north, south):
    asked = meet.request(north, TERMS)
    with pytest.raises(NotAllowed, match="agreement"):
        meet.answer(asked.file, south, meet.Terms(agreement="another one", field="phone"))
    with pytest.raises(NotAllowed, match="field"):
        meet.answer(asked.file, south, meet.Terms(agreement=TERMS.agreement, field="email"))
    with pytest.raises(UsageError, match="agreement"):
        meet.Terms(agreement=" ", field="phone")
    with pytest.raises(UsageError, match="field"):
        meet.Terms(agreement="north and south", field="surname")


def test_an_answer_belongs_to_its_request(north, south):
    first, second = meet.request(north, TERMS), meet.request(north, TERMS)
    with pytest.raises(Conflict):
        meet.count(meet.answer(first.file, south, TERMS), second.private)


def test_requests_too_small_or_too_large_are_refused(north, south):
    with pytest.raises(UnreadableInput, match="20 are needed"):
        party(0, 5)
    with pytest.raises(NotAllowed, match="60 identifiers"):
        meet.answer(meet.request(north, TERMS).file, south, TERMS, largest=50)


def test_a_request_that_understates_itself_is_refused(north, south):
    content = json.loads(meet.request(north, TERMS).file)
    content["items"] = 30
    with pytest.raises(NotAllowed, match="does not hold"):
        meet.answer(json.dumps(content).encode(), south, TERMS)


@pytest.mark.parametrize("file", [b"", b"{}", b"\x00\xff", b'{"clew": "psi-answer/1"}', b"[]"])
def test_broken_files_are_refused(file, south):
    with pytest.raises(UnreadableInput):
        meet.answer(file, south, TERMS)
    with pytest.raises(UnreadableInput):
        meet.count(file, file)


@pytest.mark.parametrize(("exact", "told"), [(False, "<5"), (True, 3)])
def test_small_counts_are_told_only_where_both_agreed(exact, told):
    pytest.importorskip("private_set_intersection.python")
    terms = meet.Terms(agreement="north and south 2026", field="phone", exact=exact)
    north = {f"{n:09}": [str(n)] for n in range(30)}
    south = {f"{n:09}": [str(n)] for n in range(27, 60)}
    asked = meet.request(north, terms)
    assert meet.count(meet.answer(asked.file, south, terms), asked.private).told == told
    with pytest.raises(NotAllowed, match="--exact"):
        meet.answer(asked.file, south, meet.Terms(agreement=terms.agreement, field="phone", exact=not exact))


def test_the_larger_threshold_of_both_holds_and_none_is_below_five():
    pytest.importorskip("private_set_intersection.python")
    north = {f"{n:09}": [str(n)] for n in range(30)}
    asked = meet.request(north, TERMS)
    answered = meet.answer(asked.file, {f"{n:09}": [str(n)] for n in range(20, 50)}, TERMS, least=12)
    assert meet.count(answered, asked.private).told == "<12"
    with pytest.raises(UsageError, match="--least"):
        meet.answer(asked.file, north, TERMS, least=1)


def test_the_ledger_has_one_place_an_account(monkeypatch, tmp_path):
    from clew.links.persons import ledger

    named = tmp_path / "named"
    monkeypatch.setattr(ledger, "NAMED_BY_ADMINISTRATOR", named)
    named.write_text(f"{tmp_path}\n")
    assert ledger.place().parent == tmp_path
    named.write_text("not/there\n")
    with pytest.raises(UsageError, match="named"):
        ledger.place()


def admit(ledger, now, agreement="north"):
    ledger.admit(agreement=agreement, request="r", items=30, field="phone", reveal=False, now=now)


def test_the_ledger_limits_answers_a_day_and_writes_refusals(tmp_path):
    ledger = Ledger(tmp_path / "ledger", a_day=2)
    admit(ledger, NOW)
    admit(ledger, NOW + timedelta(hours=1))
    with pytest.raises(TryLater) as later:
        admit(ledger, NOW + timedelta(hours=2))
    assert later.value.seconds == 22 * 3600 + 1
    admit(ledger, NOW + timedelta(hours=2), agreement="east")
    admit(ledger, NOW + timedelta(hours=25))
    actions = [json.loads(line)["action"] for line in ledger.path.read_text().splitlines()]
    assert actions == ["answered", "answered", "refused", "answered", "answered"]


@pytest.mark.parametrize("harm", ["changed", "cut", "emptied", "headless", "keyless", "garbled"])
def test_a_ledger_that_was_changed_answers_nothing(tmp_path, harm):
    ledger = Ledger(tmp_path / "ledger")
    admit(ledger, NOW)
    admit(ledger, NOW)
    lines = ledger.path.read_text().splitlines(keepends=True)
    if harm == "changed":
        ledger.path.write_text(lines[0].replace("answered", "refused") + lines[1])
    elif harm == "cut":
        ledger.path.write_text(lines[0])
    elif harm == "emptied":
        ledger.path.write_text("")
    elif harm == "headless":
        (tmp_path / "ledger.head").unlink()
    elif harm == "keyless":
        (tmp_path / "ledger.key").unlink()
    else:
        ledger.path.write_text(lines[0] + "{\n")
    with pytest.raises(Tampered):
        admit(ledger, NOW)


def test_without_the_library_the_extra_is_named(north, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "private_set_intersection.python", None)
    with pytest.raises(UsageError, match="linkage"):
        meet.request(north, TERMS)
