"""A vault's rows go into another vault, from SQLCipher and from PostgreSQL, without any key and with nothing lost."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from vault_backends import ANALYST, AUDITOR, CASE_WORKER, CHEAP, RING, SOURCE, STEWARD, Backend

from clew.safeguards.actors import Purpose
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Conflict, UnreadableInput, UsageError
from clew.safeguards.permissions import Action
from clew.safeguards.retention import RetentionRule
from clew.store.helpline import NewContact
from clew.store.key_book import read_book, write_book
from clew.store.vault import Vault

REVIEW, SUPPORT, OVERSIGHT = Purpose.LEAD_REVIEW, Purpose.CASE_SUPPORT, Purpose.OVERSIGHT


@pytest.fixture
def filled(vault: Vault, backend: Backend) -> Vault:
    vault.add_source(SOURCE, actor=ANALYST, purpose=REVIEW)
    tips = pa.table({"record_id": ["rec_0", "rec_1"], "text": ["canary of zero", "canary of one"]})
    vault.seal_records("tips", SOURCE.id, tips, actor=ANALYST, purpose=REVIEW)
    new = NewContact(id="c1", channel="phone", received=backend.clock(), text="canary call", status="open")
    vault.log_contacts(CASE_WORKER, SUPPORT, SOURCE.id, [new])
    first = vault.append_judgement(ANALYST, REVIEW, "lead", Verdict.YES, "seen")
    vault.append_judgement(ANALYST, REVIEW, "lead", Verdict.NO, "seen again", first.id)
    vault.set_retention(STEWARD, OVERSIGHT, RetentionRule(kind="tips", days=30, reason="agreed"))
    vault.checkpoint(AUDITOR, OVERSIGHT)
    return vault


def test_every_row_comes_back_and_who_was_erased_since_does_not(filled: Vault, tmp_path: Path) -> None:
    rows = list(filled.dump())
    assert "canary" not in repr(rows)
    assert all(row["wrapped"] is None for name, row in rows if name == "person_keys")
    filled.erase(["rec_1"], STEWARD, OVERSIGHT, why="asked")
    book = filled.key_book()
    write_book(book, tmp_path / "book", RING, "{}")
    assert read_book(tmp_path / "book", RING) == book
    with Vault.undump(tmp_path / "again.db", RING, rows, book, cost=CHEAP) as again:
        assert again.erase_again(book, STEWARD, OVERSIGHT)[0] == 1
        assert again.verify() == []
        assert again.live_ids("tips") == {"rec_0"}
        opened = again.unseal(["rec_0"], ANALYST, REVIEW, why="x", action=Action.READ_SEALED_TEXT)
        assert opened["rec_0"]["text"] == "canary of zero"
        assert again.judgements() == filled.judgements()
        assert again.retention_rules() == filled.retention_rules()
        assert again.newest_checkpoint() == filled.newest_checkpoint()
    with pytest.raises(Conflict):
        Vault.undump(tmp_path / "again.db", RING, rows, book)


def test_a_dump_or_a_book_that_does_not_fit_makes_no_vault(filled: Vault, tmp_path: Path) -> None:
    rows, place = list(filled.dump()), tmp_path / "none.db"
    book = filled.key_book()
    for given, error in (
        ([("step", {"step": "9999"}), *rows[1:]], UsageError),
        ([*rows, ("nothing", {"a": 1})], UnreadableInput),
        ([row for row in rows if row[0] != "person_keys"], UnreadableInput),
        ([], UsageError),
    ):
        with pytest.raises(error):
            Vault.undump(place, RING, given, book)
        assert not place.exists()
    lacking = type(book)(ring=book.ring, entries=book.entries, persons={}, records={}, erased={})
    with Vault.undump(place, RING, rows, lacking, cost=CHEAP) as again, pytest.raises(UnreadableInput, match="newest"):
        again.erase_again(lacking, STEWARD, OVERSIGHT)
