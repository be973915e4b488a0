"""The life of a workspace whose vault is on a real server: added, run, judged, released, refused, erased, backed up, restored."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_workspace import FILES, OVERSIGHT, SHELTER, number_of
from vault_backends import PostgresqlBackend

from clew.desk import ReleaseAsk
from clew.records import KINDS
from clew.safeguards.actors import Purpose, Role, operator
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Conflict, Erased
from clew.safeguards.keys import Cost, Unlock
from clew.workspace import Workspace
from clew.workspace.backing import restore

pytestmark = pytest.mark.postgres
CHEAP = Cost(passes=1, memory_kib=64, lanes=1)
COUNT, SUPPORT = Purpose.STATISTICS, Purpose.CASE_SUPPORT
ASK = ReleaseAsk(title="t", recipient="r", method="anonymise", parameter=11, columns=("gender",))


def test_a_workspace_lives_on_a_server_as_it_does_in_a_file(tmp_path: Path, postgresql: PostgresqlBackend) -> None:
    unlock, place = Unlock(key_file=tmp_path / "k" / "w.key"), postgresql.new_database("life")
    Workspace.create(tmp_path / "w", unlock, cost=CHEAP, owner="anna", vault=place).close()
    more = "".join(f"O{n},Berta{n},Kovac,,Said,Woman,HRV\n" for n in range(12))
    texts = {**FILES, "cases": (FILES["cases"][0] + more, SHELTER)}
    with Workspace.open(tmp_path / "w", unlock, cost=CHEAP) as made:
        anna = made.account()
        assert made.vault.backend == "postgresql"
        for kind, (text, source) in texts.items():
            (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
            made.add(KINDS[kind], tmp_path / f"{kind}.csv", source, None, anna)
        made.run(anna)
        assert made.vault.append_judgement(anna, Purpose.LEAD_REVIEW, "lead_1", Verdict.NO, "a spa").lead == "lead_1"
        made.sign_release(operator("second", Role.STEWARD), COUNT, ASK)
        assert made.release(anna, COUNT, ASK).rows == 15
        with pytest.raises(Conflict):
            made.release(anna, COUNT, ASK)
        number = number_of(made, "AM-0001")
        answer = {"layer": "statistics", "answer": "withdrawn", "way": "spoken"}
        made.record_on_case(anna, SUPPORT, number, "consent", answer)
        assert number not in {row.number for row in made.cases(anna, COUNT)[0]}
        made.rectify(anna, OVERSIGHT, number, "citizenship", "NGA", "her papers")
        assert number not in {row.number for row in made.cases(anna, COUNT)[0]}
    book = tmp_path / "book" / "w.book"
    book.parent.mkdir()
    with Workspace.open(tmp_path / "w", unlock, cost=CHEAP) as made:
        object.__setattr__(made.settings, "key_books", (str(book),))
        anna = made.account()
        record = made._case_of(number)
        made.back_up(anna, OVERSIGHT, tmp_path / "w.backup")
        found = made.person_records(anna, OVERSIGHT, number)
        assert made.erase_person(anna, OVERSIGHT, found, "asked").certificate.facts["keys_destroyed"] == 2
        assert made.vault.verify() == []
        with pytest.raises(Erased):
            made.vault.unseal([record], anna, OVERSIGHT, why="curious")
    restore(tmp_path / "w.backup", book, tmp_path / "w2", unlock, cost=CHEAP)
    with Workspace.open(
        tmp_path / "w2", unlock, cost=CHEAP
    ) as again:  # a file again: no command restores into a database
        assert again.vault.backend == "sqlite"
        assert again.lake.count("cases") == 14
        assert again.vault.verify() == []
