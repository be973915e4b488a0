"""Persons in a workspace: linked over sealed fields that nobody is shown, put to a person, and bound by what is signed."""

import json
import random

import pytest

from clew.links.persons import LinkOptions
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Conflict, NotAllowed, NotFound, UsageError
from clew.workspace import person_linking as persons
from clew.workspace.person_subjects import edges_of, members_of, subject_of

from .conftest import make

GIVEN = "Amara Bilal Chika Dusan Elif Farid Goran Hana Ivana Joana Kofi Lena Marta Nadia Omar Petra".split()
FAMILY = "Okafor Petrov Silva Haddad Kovac Nguyen Mensah Costa Yilmaz Novak Diallo Rahman Ivanov Sousa".split()
HEADER = "case_id,first_name,second_name,birthdate,phone,email,gender,citizenship\n"
REVIEW = Purpose.LEAD_REVIEW
DOUBLES = 6
ASK = LinkOptions(review_below=1.0)
"""Every proposal waits: none is certain."""


def written(path):
    """Sixty persons, six of them twice with a slip, and two cases that name nobody."""
    dice = random.Random(4)
    rows = []
    for n in range(60):
        given, family = dice.choice(GIVEN), dice.choice(FAMILY)
        birth = f"{dice.randint(1975, 2004)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        phone = f"+4479{dice.randint(10**7, 10**8 - 1)}"
        rows.append([f"A{n}", given, family, birth, phone, f"{given}{n}@mail.example".lower(), "Woman", "GHA"])
    for n in range(DOUBLES):
        rows.append([f"B{n}", rows[n][1], rows[n][2][:-1], *rows[n][3:5], "", "Woman", "GHA"])
    rows += [[f"C{n}", "", "", "", "", "", "Man", "NPL"] for n in range(2)]
    path.write_text(HEADER + "\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    return rows


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("persons")
    rows = written(folder / "cases.csv")
    with make(folder) as workspace:
        source = Source(name="Shelter", basis=LegalBasis.SYNTHETIC)
        workspace.add(KINDS["cases"], folder / "cases.csv", source, None, workspace.account())
        workspace.rows = rows
        workspace.linked = workspace.link_persons(workspace.account(), ASK)
        yield workspace


def waiting(workspace):
    return workspace.persons(workspace.account(), REVIEW, limit=100).rows


def test_the_doubles_are_proposed_and_wait(linked):
    assert (linked.linked.compared, linked.linked.unnamed) == (66, 2)
    assert linked.linked.clusters == linked.linked.waiting == DOUBLES
    view = linked.persons(linked.account(), REVIEW)
    assert view.persons == 66  # what waits is counted apart
    assert {row.state for row in view.rows} == {"waiting"}


def test_nothing_sealed_rests_in_the_lake(linked):
    words = {cell for row in linked.rows for cell in row[:6] if cell}
    for name in persons.TABLES:
        text = json.dumps(linked.lake.read(name).to_pylist(), default=str)
        assert not [word for word in words if f'"{word}"' in text], name
        assert "@mail.example" not in text


def test_the_machine_read_is_one_recorded_act_that_names_the_fields(linked):
    entries, _ = linked.vault.audit(linked.account(), Purpose.OVERSIGHT, about="cases", limit=500)
    reads = [json.loads(e.detail) for e in entries if e.action == "chain_read"]
    assert [sorted(each["fields"]) for each in reads] == [sorted(persons.SEALED)] * len(reads)
    assert any(e.action == "link_persons" for e in entries)
    assert not [e for e in entries if e.action == "read_identity"]


def test_a_proposal_shows_fields_and_weights(linked):
    row = waiting(linked)[0]
    view = linked.proposal(linked.account(), REVIEW, row.subject)
    steps = {step.field: step for step in view.pairs[0].steps}
    assert {"start", "given_name", "family_name", "birth_date", "weight"} <= set(steps)
    assert steps["family_name"].words != "the same"
    assert len(view.cases) == 2
    entries, _ = linked.vault.audit(linked.account(), Purpose.OVERSIGHT, limit=3)
    assert any(e.action == "read_case" and row.subject in e.object for e in entries)


def test_a_judgement_joins_and_another_takes_it_back(linked):
    who, subject = linked.account(), waiting(linked)[0].subject
    yes = linked.judge_persons(who, REVIEW, subject, Verdict.YES, "Both shelters say so.")
    assert linked.proposal(who, REVIEW, subject).line.state == "accepted"
    assert linked.persons(who, REVIEW).persons == 65
    assert linked.persons(who, REVIEW).newer == 1
    no = linked.judge_persons(who, REVIEW, subject, Verdict.NO, "Other mothers.", reverses=yes.id)
    before = {row.subject for row in linked.persons(who, REVIEW, show="all", limit=100).rows}
    assert linked.proposal(who, REVIEW, subject).line.state == "refused"
    linked.link_persons(who, ASK)
    after = {row.subject for row in linked.persons(who, REVIEW, show="all", limit=100).rows}
    assert after == before - {subject}  # the same cases give the same proposals, but for what was refused
    judged = linked.persons(who, REVIEW, show="judged").rows
    assert [(row.subject, row.state) for row in judged] == [(subject, "refused")]
    linked.judge_persons(who, REVIEW, subject, Verdict.NOT_SURE, "I do not know.", reverses=no.id)
    linked.link_persons(who, ASK)
    assert {row.subject: row.state for row in waiting(linked)}[subject] == "not_sure"
    assert linked.vault.verify() == []


def test_a_judgement_needs_a_reason_a_proposal_and_the_right_to_judge(linked):
    who, subject = linked.account(), waiting(linked)[-1].subject
    with pytest.raises(UsageError, match="reason"):
        linked.judge_persons(who, REVIEW, subject, Verdict.YES, "  ")
    with pytest.raises(NotFound):
        linked.judge_persons(who, REVIEW, "a:b", Verdict.YES, "x")
    with pytest.raises(NotFound):
        linked.proposal(who, REVIEW, "set_" + "0" * 40)
    with pytest.raises(NotAllowed):
        linked.judge_persons(who, Purpose.STATISTICS, subject, Verdict.YES, "x")
    auditor = linked.add_account("ada", (Role.AUDITOR,))
    for refused in (
        lambda: linked.persons(auditor, Purpose.OVERSIGHT),
        lambda: linked.proposal(auditor, Purpose.OVERSIGHT, subject),
        lambda: linked.link_persons(auditor),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_of_a_child_one_yes_joins_nothing_and_a_second_persons_does(linked, monkeypatch):
    anna, bo, subject = (
        linked.account("anna"),
        linked.add_account("bo", (Role.ANALYST,)),
        linked.persons(linked.account("anna"), REVIEW, limit=100).rows[-1].subject,
    )
    before, one = linked.persons(anna, REVIEW).persons, members_of(subject, linked._sets())[0]
    assert linked.proposal(anna, REVIEW, subject).two == ()
    monkeypatch.setattr(linked, "_children", lambda: frozenset({one}))
    linked.judge_persons(anna, REVIEW, subject, Verdict.YES, "The same school.")
    linked.judge_persons(anna, REVIEW, subject, Verdict.YES, "The same school, said again.")
    view = linked.proposal(anna, REVIEW, subject)
    assert view.line.state != "accepted"
    assert "child" in view.two[0]
    assert linked.persons(anna, REVIEW).persons == before
    linked.judge_persons(bo, REVIEW, subject, Verdict.YES, "I read both files.")
    assert linked.proposal(anna, REVIEW, subject).line.state == "accepted"
    assert linked.persons(anna, REVIEW).persons == before - 1


def test_without_splink_it_says_which_extra_and_opens_nothing(linked, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "splink", None)
    head = linked.vault.head().count
    with pytest.raises(UsageError, match="linkage"):
        linked.link_persons(linked.account("anna"))
    assert linked.vault.head().count == head


def test_no_case_with_a_name_is_no_error(empty, tmp_path):
    (tmp_path / "c.csv").write_text("case_id,gender\n1,Woman\n2,Man\n", encoding="utf-8")
    source = Source(name="Release", basis=LegalBasis.SYNTHETIC)
    empty.add(KINDS["cases"], tmp_path / "c.csv", source, None, empty.account())
    linked = empty.link_persons(empty.account())
    assert (linked.compared, linked.unnamed, linked.clusters) == (0, 2, 0)
    assert empty.persons(empty.account(), REVIEW).linked


def test_a_set_is_named_by_its_members():
    name = subject_of(["c", "a", "b"])
    assert members_of(name, {name: ("a", "b", "c")}) == ("a", "b", "c")
    with pytest.raises(UsageError, match="changed"):
        members_of(name, {name: ("a", "b", "d")})
    with pytest.raises(UsageError):
        subject_of(["a", "a"])


def test_verdicts_become_edges_and_contradictions_are_refused():
    name = subject_of("abc")
    sets = {name: ("a", "b", "c")}
    joined = edges_of({name: Verdict.YES}, sets).to_pylist()
    assert [(row["left"], row["right"]) for row in joined] == [("a", "b"), ("a", "c")]
    assert edges_of({name: Verdict.NO}, sets).num_rows == 0
    assert edges_of({"a:b": Verdict.NO}, sets).to_pylist() == [{"left": "a", "right": "b", "verdict": "no"}]
    with pytest.raises(Conflict):
        edges_of({name: Verdict.YES, "a:b": Verdict.NO}, sets)
    with pytest.raises(Conflict):
        persons.Joined(edges_of({name: Verdict.YES, "b:c": Verdict.NO}, sets)).check()


def test_a_judgement_on_a_set_that_is_no_longer_known_joins_nothing():
    held = {"set_" + "0" * 40: Verdict.YES, "a:b": Verdict.YES}
    assert persons.resolved(held, {}) == {"a:b": Verdict.YES}


@pytest.mark.parametrize("loose", [{"review_size": 100_000}, {"review_below": 0.0}])
def test_no_option_takes_a_proposal_from_a_person(tmp_path, loose):
    with make(tmp_path) as workspace, pytest.raises(UsageError, match="always wait for a person"):
        workspace.link_persons(workspace.account(), LinkOptions(**loose))
