"""Fifty persons at once on the pages, with the vault on PostgreSQL: no error, nobody stuck, nothing lost that was acknowledged."""

from __future__ import annotations

import asyncio
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pyarrow as pa
import pytest
from vault_backends import PostgresqlBackend

from clew.leads.queue import LEADS
from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Actor, Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.keys import Cost, Unlock
from clew.store.lake import record_columns
from clew.workspace import Workspace
from clew.workspace.chain import CLAIMS

sys.path.append(str(Path(__file__).parents[1] / "web"))
from client import application, token_in

pytestmark = pytest.mark.postgres
USERS = 50
LEAD = "lead_{}"
SITE = Source(name="Site", basis=LegalBasis.SYNTHETIC)


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgresqlBackend) -> Iterator[Workspace]:
    """A workspace whose vault is on the server, with one lead a user and one for all."""
    folder = tmp_path_factory.mktemp("many")
    unlock = Unlock(key_file=folder / "k" / "w.key")
    place = postgresql.new_database("many")
    cost = Cost(passes=1, memory_kib=64, lanes=1)
    Workspace.create(folder / "w", unlock, cost=cost, owner="anna", vault=place).close()
    with Workspace.open(folder / "w", unlock, cost=cost) as made:
        assert made.vault.backend == "postgresql"
        made.vault.add_source(SITE, actor=made.account(), purpose=Purpose.OVERSIGHT)
        adverts = [
            {"record_id": f"adv_{n}", "external_id": str(n), "source_id": SITE.id, "text": "Massage in town"}
            for n in range(USERS + 1)
        ]
        made.lake.append_records(KINDS["adverts"], pa.Table.from_pylist(adverts, record_columns(KINDS["adverts"])))
        made.lake.replace(_leads())
        yield made


def _leads() -> dict[str, pa.Table]:
    rows = [
        {"lead": LEAD.format(n), "network": n, "question": "Do these belong together?", "points": 3.0, "adverts": 1,
         "places": 1, "first": None, "last": None} for n in range(USERS + 1)
    ]  # fmt: skip
    members = [{"network": n, "record_id": f"adv_{n}", "record_kind": "advert"} for n in range(USERS + 1)]
    text = pa.string()
    columns = {
        "edges": {"record": text, "kind": text, "key": text, "weight": pa.float64()},
        "hubs": {"kind": text, "key": text, "records": pa.int64()},
        "signs": {"network": pa.int64(), "sign": text, "evidence": pa.list_(text)},
        "reasons": {"lead": text, "sign": text, "number": pa.float64(), "points": pa.float64()},
    }
    empty = {name: pa.schema(list(fields.items())).empty_table() for name, fields in columns.items()}
    return {
        "leads": pa.Table.from_pylist(rows, LEADS), "members": pa.Table.from_pylist(members),
        "claims": CLAIMS.empty_table(), **empty,
    }  # fmt: skip


def _session(made: Workspace, actor: Actor) -> str:
    token = made.vault.sign_in_once(made.one_time_login(actor))
    assert token
    return token


async def _day(number: int, session: str, start: asyncio.Barrier) -> tuple[Counter[int], list[str]]:
    """One person: looks around, answers a lead of their own and the one that all answer, logs a call, is refused."""
    seen: Counter[int] = Counter()
    app = application(False)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://127.0.0.1",
        timeout=60,
        cookies={"clew-session": session},
    ) as http:
        await start.wait()
        csrf = token_in((await http.get("/break")).text)
        said = []
        mine, everybody = LEAD.format(number), LEAD.format(USERS)
        seen[(await http.get(f"/leads/{mine}")).status_code] += 1
        for lead in (mine, everybody):
            reason = f"reason {number} {lead}"
            form = {"csrf": csrf, "verdict": Verdict.NOT_SURE.value, "reason": reason}
            answer = await http.post(f"/leads/{lead}/judgements", data=form)
            seen[answer.status_code] += 1
            said.append(f"{lead} {reason}")
        seen[(await http.get("/releases")).status_code] += 1  # closed to analysts: a refusal is recorded too
    return seen, said


async def _all(sessions: list[str]) -> list[tuple[Counter[int], list[str]]]:
    start = asyncio.Barrier(len(sessions))
    days = [_day(number, session, start) for number, session in enumerate(sessions)]
    return await asyncio.wait_for(asyncio.gather(*days), timeout=100)


def test_fifty_persons_at_once_lose_nothing(busy: Workspace) -> None:
    people = [busy.add_account(f"user {n}", (Role.ANALYST,)) for n in range(USERS)]
    application(False).state.desk = busy
    before = busy.vault.head().count
    sessions = [_session(busy, actor) for actor in people]
    days = asyncio.run(_all(sessions))
    seen = sum((counted for counted, _ in days), Counter[int]())
    assert seen == {200: USERS, 303: 2 * USERS, 403: USERS}
    kept = Counter(f"{each.lead} {each.reason}" for each in busy.vault.judgements())
    assert kept == Counter(line for _, said in days for line in said)
    assert {each.actor for each in busy.vault.judgements()} == {actor.id for actor in people}
    assert busy.vault.head().count > before + 4 * USERS
    assert busy.vault.verify() == []
    assert re.fullmatch(r"Vault\(backend='postgresql', keys='\w+'\)", repr(busy.vault))


def test_no_transaction_waits_for_a_second_connection_while_it_holds_one(busy: Workspace) -> None:
    """A thread that holds a connection and asks for another is what fifty at once would stop on."""
    pool = busy.vault._engine.pool
    held = [pool.connect() for _ in range(14)]  # one of fifteen is left
    try:
        actor = busy.account("anna")
        busy.leads(actor, Purpose.LEAD_REVIEW)
        busy.lead(actor, Purpose.LEAD_REVIEW, LEAD.format(0))
        busy.judge(actor, Purpose.LEAD_REVIEW, LEAD.format(0), Verdict.NOT_SURE, "alone")
        busy.cases(actor, Purpose.CASE_SUPPORT)
        contact = busy.log_contact(actor, Purpose.CASE_SUPPORT, {"channel": "call", "text": "words"})
        busy.contact(actor, Purpose.CASE_SUPPORT, contact)
        busy.overview(actor)
        assert busy.vault.verify() == []
    finally:
        for each in held:
            each.close()
