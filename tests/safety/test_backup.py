"""A backup gives back everything but who was erased since; whatever was done to it or to its key book is found."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
from small_workspace import OVERSIGHT, SHELTER, made, number_of

from clew.records import KINDS
from clew.safeguards.actors import Purpose
from clew.safeguards.errors import Blocked, ClewError, Conflict, Erased, Tampered, UnreadableInput, UsageError, WrongKey
from clew.safeguards.keys import Cost, KeyRing, Unlock
from clew.store.key_book import read_book
from clew.store.vault import Vault
from clew.workspace import Workspace
from clew.workspace.backing import drill, restore

CHEAP = Cost(passes=1, memory_kib=64, lanes=1)


@dataclass
class Kept:
    folder: Path
    workspace: Workspace

    @property
    def unlock(self) -> Unlock:
        return Unlock(key_file=self.folder / "k" / "w.key")

    @property
    def backup(self) -> Path:
        return self.folder / "first.backup"

    @property
    def book(self) -> Path:
        return self.folder / "book" / "w.book"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """A workspace that was backed up with Amara in it and Berta, and from which Amara was erased afterwards."""
    folder = tmp_path_factory.mktemp("backup")
    with made(folder) as workspace:
        kept, anna = Kept(folder, workspace), workspace.account()
        with pytest.raises(UsageError, match="key book"):
            workspace.back_up(anna, OVERSIGHT, kept.backup)
        object.__setattr__(workspace.settings, "key_books", (str(kept.book),))
        with pytest.raises(Blocked):  # its folder is not there
            workspace.back_up(anna, OVERSIGHT, folder / "no.backup")
        kept.book.parent.mkdir()
        (folder / "w" / "dpia").mkdir(exist_ok=True)
        (folder / "w" / "dpia" / "answers.toml").write_text('why = "to help"\n', encoding="utf-8")
        (folder / "w" / "field-uses.json").write_text('{"since": "2026-11-01", "uses": []}', encoding="utf-8")
        done = workspace.back_up(anna, OVERSIGHT, kept.backup)
        assert (done.books, done.missed) == ([str(kept.book)], [])
        shutil.copy(kept.book, folder / "old.book")
        workspace.records = (
            workspace._case_of(number_of(workspace, "AM-0001")),
            workspace._case_of(number_of(workspace, "ZZ-0002")),
        )
        before = drill(kept.backup, kept.book, kept.unlock, cost=CHEAP)
        assert (before.readable, before.erased_since, before.lake_rows_erased, before.findings) == (3, 0, 0, [])
        found = workspace.person_records(anna, OVERSIGHT, "+447911123456")
        workspace.erase_person(anna, OVERSIGHT, found, "asked in writing")
        workspace.erased = found
        yield kept


def test_an_old_backup_gives_back_everybody_but_who_was_erased(kept: Kept) -> None:
    there = kept.folder / "again"
    result = restore(kept.backup, kept.book, there, kept.unlock, cost=CHEAP)
    assert (result.readable, result.erased_since, result.findings) == (1, 2, [])
    assert result.lake_rows_erased >= len(kept.workspace.erased.ids)
    assert (there / "dpia" / "answers.toml").read_bytes() == (kept.folder / "w" / "dpia" / "answers.toml").read_bytes()
    assert "2026-11-01" in (there / "field-uses.json").read_text(encoding="utf-8")
    with Workspace.open(there, kept.unlock) as again:
        anna = again.account()
        amara, berta = kept.workspace.records
        assert again.vault.unseal([berta], anna, OVERSIGHT, why="restored")[berta]["first_name"] == "Berta"
        with pytest.raises(Erased):
            again.vault.unseal([amara], anna, OVERSIGHT, why="restored")
        assert again.vault.verify() == []
        assert again.lake.read("adverts")["text"].to_pylist() == ["Another massage by the sea with a view"]
        assert [
            r
            for r in kept.workspace.erased.ids
            if r in str([again.lake.read(n).to_pylist() for n in again.lake.names()])
        ] == []
        before, after = (w.lake.read("cases").sort_by("record_id") for w in (kept.workspace, again))
        assert before.equals(after)
        again.run(anna)
        assert again.add(KINDS["cases"], kept.folder / "cases.csv", SHELTER, None, anna).new == 0  # Amara stays out
        acts = [e.action for e in again.vault.audit(anna, OVERSIGHT, limit=30)[0]]
        assert "restore" in acts
        assert acts.count("erase") == 2


def test_who_has_backup_and_passphrase_but_only_the_new_book_cannot_read_who_was_erased(kept: Kept) -> None:
    """The cryptography, not the software's good will: the keys are nowhere."""
    amara, berta = kept.workspace.records
    new, old = (read_book(path, kept.workspace.keys) for path in (kept.book, kept.folder / "old.book"))
    assert berta in new.records
    assert amara in old.records
    assert amara not in new.records
    assert len(old.persons) - len(new.persons) == 2
    assert b"Amaracanary" not in kept.backup.read_bytes()


def test_an_old_or_foreign_book_does_not_bring_them_back(kept: Kept, tmp_path: Path) -> None:
    later = kept.folder / "later.backup"
    kept.workspace.back_up(kept.workspace.account(), OVERSIGHT, later)
    result = drill(later, kept.folder / "old.book", kept.unlock, cost=CHEAP)
    assert (result.readable, result.findings) == (1, [])  # a later backup knows itself that she is gone
    for book in (tmp_path / "none.book", kept.backup):
        with pytest.raises(UnreadableInput):
            drill(kept.backup, book, kept.unlock, cost=CHEAP)


def test_whatever_was_done_to_a_backup_is_found(kept: Kept, tmp_path: Path) -> None:
    whole = kept.backup.read_bytes()
    changed = tmp_path / "changed.backup"
    for place in (3, whole.index(b'"made_at"') + 14, len(whole) // 2, len(whole) - 5):
        content = bytearray(whole)
        content[place] ^= 1
        changed.write_bytes(content)
        with pytest.raises((Tampered, UnreadableInput)):
            drill(changed, kept.book, kept.unlock, cost=CHEAP)
    for size in (0, 10, len(whole) - 1, len(whole) - 40):
        changed.write_bytes(whole[:size])
        with pytest.raises((Tampered, UnreadableInput)):
            drill(changed, kept.book, kept.unlock, cost=CHEAP)
    assert list(tmp_path.iterdir()) == [changed]  # nothing is left of a drill


def test_a_backup_opens_for_nobody_else_and_into_nothing_that_is_there(kept: Kept, tmp_path: Path) -> None:
    with pytest.raises(WrongKey):
        drill(kept.backup, kept.book, Unlock("a passphrase of another one"), cost=CHEAP)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    with pytest.raises(Conflict):
        restore(kept.backup, kept.book, tmp_path / "full", kept.unlock)
    with pytest.raises(UsageError):
        kept.workspace.back_up(kept.workspace.account(), OVERSIGHT, kept.backup)
    with pytest.raises(ClewError):
        kept.workspace.back_up(kept.workspace.account(), Purpose.CASE_SUPPORT, tmp_path / "x.backup")
    assert not (tmp_path / "x.backup").exists()


def test_keys_are_rotated_while_others_read_and_old_backups_open_with_the_new_book(kept: Kept) -> None:
    workspace, anna = kept.workspace, kept.workspace.account()
    berta = kept.workspace.records[1]
    # As another process would: a ring and a vault of its own on the same files.
    with Vault.open(
        kept.folder / "w" / "vault.db", KeyRing.open(kept.folder / "w" / "keys.json", kept.unlock)
    ) as reader:
        read: list[str] = []

        def between(_: int) -> None:
            opened = reader.unseal([berta], anna, OVERSIGHT, why="meanwhile")
            read.append(opened[berta]["first_name"])

        first = workspace.rotate_keys(anna, OVERSIGHT, tick=between)
        assert (first.generation, first.oldest) == (1, 0)
        assert first.keys > 0
        second = workspace.rotate_keys(anna, OVERSIGHT, drop=True, tick=between)
        assert (second.generation, second.oldest, second.keys) == (2, 2, first.keys)
        between(0)
        assert set(read) == {"Berta"}
        tips = pa.table({"record_id": ["rec_after"], "text": ["sealed by the other one after the rotation"]})
        reader.seal_records("tips", SHELTER.id, tips, actor=anna, purpose=Purpose.LEAD_REVIEW)
    assert workspace.vault.verify() == []
    assert workspace.vault.live_ids("tips") == {"rec_after"}
    result = drill(kept.backup, kept.book, kept.unlock, cost=CHEAP)
    assert (result.readable, result.erased_since, result.findings) == (1, 2, [])
    workspace.change_unlock(anna, OVERSIGHT, Unlock("another passphrase entirely"), cost=CHEAP)
    assert drill(kept.backup, kept.book, Unlock("another passphrase entirely"), cost=CHEAP).readable == 1
    with pytest.raises(WrongKey):
        drill(kept.backup, kept.book, kept.unlock, cost=CHEAP)
