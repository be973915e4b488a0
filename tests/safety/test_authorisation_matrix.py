"""Role x action x record, whole: what a table written by hand says, what the rules say, what the workspace and its pages do."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest

from clew.desk import DisclosureAsk, ServiceAsk
from clew.leads.queue import LEADS
from clew.records import KINDS, LegalBasis, Source
from clew.records.source import Tlp
from clew.safeguards.access import RECORD_ACTIONS, By, Scope, explain
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Blocked, NotAllowed
from clew.safeguards.keys import Cost, Unlock
from clew.safeguards.permissions import Action, decide
from clew.store.lake import record_columns
from clew.workspace import Workspace
from clew.workspace.access import acts_on
from clew.workspace.chain import CLAIMS

sys.path.append(str(Path(__file__).parents[1] / "web"))
from client import Client

ROLES = tuple(Role)
PLACES = ("house", "team", "north")
"""Where an account is: in the house, in the house and in a case's team, or in another organisation."""

SOURCES: Mapping[str, tuple[Tlp, str, str]] = {
    "house": (Tlp.AMBER, "", "anti-trafficking"),
    "north": (Tlp.AMBER, "North", "anti-trafficking"),
    "shared": (Tlp.AMBER, "North", "anti-trafficking"),
    "strict": (Tlp.AMBER_STRICT, "North", "anti-trafficking"),
    "red": (Tlp.RED, "", "anti-trafficking"),
    "green": (Tlp.GREEN, "North", "anti-trafficking"),
    "helped": (Tlp.AMBER, "", "assistance"),
    "team": (Tlp.AMBER, "", "anti-trafficking"),
    "unknown": (Tlp.AMBER, "", "something else"),
}
"""Source -> sharing level, whose data they are, what they were collected for. Each has one case and one advert."""

HAND: Mapping[str, frozenset[str]] = {
    "house": frozenset({"house", "team"}),
    "north": frozenset({"north"}),
    "shared": frozenset({"north", "team"}),  # with the team, by a share
    "strict": frozenset({"north"}),  # the share that names the team does not reach it
    "red": frozenset({"team"}),  # whom a share names, and nobody else
    "green": frozenset(PLACES),
    "helped": frozenset({"house", "team"}),
    "team": frozenset({"team"}),  # a row of the case
    "unknown": frozenset(),
}
"""By hand: where an account must be to be let in to a record of a source, whatever its role."""

PARTNER_HAND: Mapping[str, frozenset[str]] = {
    **{source: frozenset() for source in SOURCES},
    "north": frozenset({"north"}),  # its own data
    "strict": frozenset({"north"}),
    "green": frozenset({"north"}),  # whoever works here is let in: a partner does not
    "shared": frozenset({"north", "team"}),
    "red": frozenset({"team"}),
}
"""The same for partners: without an organisation of their own, and without a share, nothing."""

COLLECTED_FOR = {"helped": {Purpose.CASE_SUPPORT, Purpose.STATISTICS, Purpose.OVERSIGHT}}
"""By hand: the uses that a source's purpose allows, where not all do."""


@dataclass(frozen=True)
class House:
    workspace: Workspace
    people: Mapping[tuple[Role, str], Actor]
    cases: Mapping[str, str]
    """Source -> the number of its case."""
    contacts: Mapping[str, str]
    leads: Mapping[str, str]


def expected(role: Role, place: str, source: str, action: Action, purpose: Purpose) -> bool:
    """The hand-written tables, put together: the role's, the record's, the purpose's."""
    role_says = decide(Actor(id="x", name="x", roles=frozenset({role})), action, purpose).allowed
    fits = purpose in COLLECTED_FOR.get(source, set(Purpose) - {Purpose.ADMINISTRATION})
    hand = PARTNER_HAND if role is Role.PARTNER else HAND
    return role_says and place in hand[source] and fits


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("matrix")
    unlock = Unlock(key_file=folder / "k" / "w.key")
    with Workspace.create(folder / "w", unlock, cost=Cost(passes=1, memory_kib=64, lanes=1), owner="anna") as made:
        made.settings = replace(made.settings, helpline_basis="synthetic")  # no assessment is asked for invented calls
        anna = made.account()
        people = {
            (role, place): made.add_account(f"{role} {place}", (role,), "North" if place == "north" else "")
            for role, place in itertools.product(ROLES, PLACES)
        }
        team = [each.name for (_, place), each in people.items() if place == "team"]
        for name, (tlp, owner, collected) in SOURCES.items():
            source = Source(name=name, basis=LegalBasis.SYNTHETIC, purpose=collected, tlp=tlp)
            made.vault.add_source(source, actor=anna, purpose=Purpose.OVERSIGHT)
            sealed = pa.table({"record_id": [f"rec_{name}"], "first_name": ["Canary"]})
            made.vault.seal_records("cases", source.id, sealed, actor=anna, purpose=Purpose.OVERSIGHT)
            _put(made, "cases", record_id=f"rec_{name}", external_id=_number(name), source_id=source.id, gender="Woman")
            _put(made, "adverts", record_id=f"adv_{name}", external_id="1", source_id=source.id, text="Massage in town")
            if owner:
                made.own_source(anna, name, owner, "their data")
        cases = {name: _number(name) for name in SOURCES}
        for who in team:
            for name in ("shared", "strict", "red"):
                made.share(anna, Scope.SOURCE, [name], By.ACCOUNT, who, "works with them")
        contacts = {}
        for name in ("house", "team"):
            contacts[name] = made.log_contact(anna, Purpose.CASE_SUPPORT, {"channel": "call", "text": f"words {name}"})
            made.note_contact(anna, Purpose.CASE_SUPPORT, contacts[name], case=cases[name])
        leads = _leads(made)
        for named in (cases["team"], leads["team"], "adv_team"):
            made.narrow(anna, Scope.RECORD, [named], By.ACCOUNT, team, "the case's team")
        yield House(made, people, cases, contacts, leads)


def _number(source: str) -> str:
    return sha256(source.encode()).hexdigest()[:32]


def _put(made: Workspace, kind: str, **row: str) -> None:
    made.lake.append_records(KINDS[kind], pa.Table.from_pylist([row], record_columns(KINDS[kind])))


def _leads(made: Workspace) -> Mapping[str, str]:
    """One lead a source, each standing on its one advert, as a run would leave them."""
    leads = {name: f"lead_{name}" for name in SOURCES}
    rows = [
        {"lead": lead, "network": n, "question": "Do these belong together?", "points": 3.0, "adverts": 1, "places": 1,
         "first": None, "last": None} for n, lead in enumerate(leads.values())
    ]  # fmt: skip
    members = [{"network": n, "record_id": f"adv_{name}", "record_kind": "advert"} for n, name in enumerate(leads)]
    text = pa.string()
    made.lake.replace(
        {
            "leads": pa.Table.from_pylist(rows, LEADS),
            "members": pa.Table.from_pylist(members),
            "claims": CLAIMS.empty_table(),
            "edges": _empty(record=text, kind=text, key=text, weight=pa.float64()),
            "hubs": _empty(kind=text, key=text, records=pa.int64()),
            "signs": _empty(network=pa.int64(), sign=text, evidence=pa.list_(text)),
            "reasons": _empty(lead=text, sign=text, number=pa.float64(), points=pa.float64()),
        }
    )
    return leads


def _empty(**columns: pa.DataType) -> pa.Table:
    return pa.schema(list(columns.items())).empty_table()


def records(house: House) -> Iterator[tuple[str, str, tuple[Action, ...]]]:
    """Every record: its source in the tables by hand, its name, and what can be done with it."""
    for names in (house.cases, house.leads, house.contacts):
        for source, name in names.items():
            yield source, name, acts_on(house.workspace.facts_of(name))


def test_every_cell_is_as_written_by_hand(house: House) -> None:
    standing, now, cells = house.workspace.vault.access_standing(), datetime.now(UTC), 0
    for source, name, actions in records(house):
        facts = house.workspace.facts_of(name)
        for (role, place), actor in house.people.items():
            for action, purpose in itertools.product(actions, Purpose):
                told = explain(actor, action, purpose, facts, standing, now).decision
                # a lead is of many sources: what its records keep out is asked below, of the workspace
                of = source if facts.kind != "leads" else ("team" if source == "team" else "green")
                assert told.allowed is expected(role, place, of, action, purpose), (role, place, name, action, purpose)
                assert len(told.reason) > 8
                cells += 1
    assert cells > 10_000 / 2


def test_nothing_is_done_to_a_record_that_no_test_here_knows(house: House) -> None:
    asked = {action for _, _, actions in records(house) for action in actions}
    assert asked == RECORD_ACTIONS


def attempt(house: House, name: str, action: Action, actor: Actor, purpose: Purpose) -> None:
    """Does it for real, as a page or a command would."""
    made = house.workspace
    sealed = {Action.READ_IDENTITY, Action.READ_SEALED_TEXT}
    if name.startswith("ctc_"):
        if action in sealed:
            made.vault.open_contact(actor, purpose, name, number=action is Action.READ_IDENTITY, why="x")
        elif action is Action.LOG_CONTACT:
            made.note_contact(actor, purpose, name, status="possible")
        else:
            made.contact(actor, purpose, name)
    elif action in sealed:
        made.vault.unseal([made._case_of(name)], actor, purpose, why="x", action=action)
    elif action is Action.READ_CASE:
        made.case(actor, purpose, name)
    elif action is Action.READ_SUPPORT:
        made.case_record(actor, purpose, name)
    elif action is Action.RECORD_SUPPORT:
        made.record_on_case(actor, purpose, name, "recruiter", {"recruiter": "stranger"})
    elif action is Action.REFER:
        made.services_for_case(actor, purpose, name, ServiceAsk())
    elif action is Action.RECTIFY:
        gender = "Man" if made._case_row(name)["gender"] == "Woman" else "Woman"
        made.rectify(actor, purpose, name, "gender", gender, "said so")
    elif action is Action.JUDGE_PERSONS:
        made.vault.require_access(actor, action, purpose, [made.facts_of(name)])
    elif action is Action.DISCLOSE:
        to = "stix" if name.startswith("lead_") else "dossier"
        ask = DisclosureAsk(
            subject=name,
            to=to,
            recipient="a partner",
            agreement="2026/1",
            purpose="to support a person",
            kind="partner",
        )
        with suppress(Blocked):  # let in; what of it may leave is asked after that
            made.preview_disclosure(actor, purpose, ask)
    elif action is Action.READ_LEAD:
        made.lead(actor, purpose, name)
    else:
        assert action is Action.JUDGE, f"{action}: say here how it is done"
        made.judge(actor, purpose, name, Verdict.NOT_SURE, "because")


def allowed(house: House, *what: object) -> bool:
    try:
        attempt(house, *what)  # type: ignore[arg-type]
    except NotAllowed:
        return False
    return True


def test_the_workspace_does_what_the_tables_say(house: House) -> None:
    """Every act on every record from every place, by the first role that may do it at all; and every role's every act on
    one record, also where it may not."""
    tried: set[tuple[Action, Purpose]] = set()
    for source, name, actions in records(house):
        if source not in {"house", "north", "team", "helped", "red"}:
            continue  # the lists and pages below ask for all of them
        for action, purpose in itertools.product(actions, Purpose):
            able = [role for role in ROLES if decide(house.people[role, "house"], action, purpose).allowed]
            asked = {(role, place) for role in able[:1] for place in PLACES}
            if source == "house" and (action, purpose) not in tried:
                tried.add((action, purpose))
                asked |= {(role, "house") for role in ROLES}
            for role, place in sorted(asked):
                want = expected(role, place, source, action, purpose)
                did = allowed(house, name, action, house.people[role, place], purpose)
                assert did is want, (role, place, name, action, purpose)
    assert house.workspace.vault.verify() == []


def test_lists_hold_what_is_open_and_count_nothing_else(house: House) -> None:
    for (role, place), actor in house.people.items():
        for purpose in Purpose:
            if decide(actor, Action.READ_CASE, purpose).allowed:
                open_ones = {house.cases[s] for s in SOURCES if expected(role, place, s, Action.READ_CASE, purpose)}
                rows, total = house.workspace.cases(actor, purpose)
                assert ({row.number for row in rows}, total) == (open_ones, len(open_ones)), (role, place, purpose)
            if decide(actor, Action.READ_LEAD, purpose).allowed:
                mine = {house.leads[s] for s in SOURCES if expected(role, place, s, Action.READ_LEAD, purpose)}
                leads, count = house.workspace.leads(actor, purpose)
                assert ({row.id for row in leads}, count) == (mine, len(mine)), (role, place, purpose)
            if decide(actor, Action.READ_CONTACTS, purpose).allowed:
                lines, many = house.workspace.contacts(actor, purpose)
                kept = {
                    house.contacts[s] for s in house.contacts if expected(role, place, s, Action.READ_CONTACTS, purpose)
                }
                assert ({line.id for line in lines}, many) == (kept, len(kept)), (role, place, purpose)


@pytest.mark.parametrize("role", ROLES)
def test_the_pages_answer_as_the_tables_say(house: House, role: Role) -> None:
    pages = {
        **{f"/cases/{number}": (source, Action.READ_CASE) for source, number in house.cases.items()},
        **{f"/cases/{number}/refer": (source, Action.REFER) for source, number in house.cases.items()},
        **{f"/leads/{lead}": (source, Action.READ_LEAD) for source, lead in house.leads.items()},
        **{f"/hotline/contacts/{id}": (source, Action.READ_CONTACTS) for source, id in house.contacts.items()},
    }
    for place in PLACES if role is Role.CASE_WORKER else ("house", "north") if role is Role.ANALYST else ("house",):
        actor = house.people[role, place]
        with Client(house.workspace) as browser:
            token = house.workspace.vault.sign_in_once(house.workspace.one_time_login(actor))
            browser.cookies.set("clew-session", token or "", domain="127.0.0.1")
            purpose = house.workspace.purpose(token or "")
            for address, (source, action) in pages.items():
                answer = browser.get(address)
                want = expected(role, place, source, action, purpose)
                assert answer.status_code == (200 if want else 403), (role, place, address, purpose)
                if action is Action.READ_CASE and source in {"house", "north", "team"}:
                    opened = browser.post(f"{address}/identity", purpose=purpose.value, sure="yes")
                    sees = expected(role, place, source, Action.READ_IDENTITY, purpose)
                    assert (opened.status_code == 200, "Canary" in opened.text) == (sees, sees), (role, place, address)
                if not want:
                    assert not re.search(r"Canary|Massage", answer.text)
