"""Who keeps a checkpoint, a proof or a copy of the log finds out what was cut, changed or forked; and who asks, finds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Connection
from vault_backends import ANALYST, AUDITOR, RING, SOURCE, STEWARD, Backend

from clew.safeguards import checkpoint as notes
from clew.safeguards import merkle
from clew.safeguards.actors import Purpose
from clew.safeguards.acts import Verdict
from clew.safeguards.audit_proof import CHECKPOINT, ENTRIES, LEAVES, check_copy, check_proof
from clew.safeguards.errors import NotAllowed, NotFound, Tampered, UnreadableInput
from clew.safeguards.keys import KeyRing
from clew.safeguards.permissions import Action
from clew.store.checkpoints import Asked
from clew.store.vault import Vault
from clew.workspace.settings import Settings
from clew.workspace.shipping import Shipping

OVERSIGHT, KEY = Purpose.OVERSIGHT, RING.public_key
OTHER = KeyRing.from_master(bytes(32))
RFC6962 = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]


def test_the_tree_is_that_of_the_standard() -> None:
    """Roots published with RFC 6962's reference implementation."""
    leaves = [merkle.leaf_hash(bytes.fromhex(data)) for data in RFC6962]
    assert merkle.root(leaves).hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert merkle.root(leaves[:7]).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


def test_every_proof_holds_for_its_own_leaf_and_beginning_alone() -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(20)]
    roots = [merkle.root(leaves[:size]) for size in range(21)]
    for size in range(1, 21):
        for index in range(size):
            proof = merkle.inclusion_proof(leaves[:size], index)
            assert merkle.included(leaves[index], index, size, proof, roots[size])
            assert not merkle.included(leaves[index - 1], index, size, proof, roots[size]) or size == 1
            assert not merkle.included(leaves[index], index, size, proof, roots[size - 1])
        for first in range(size + 1):
            proof = merkle.consistency_proof(leaves[:size], first)
            assert merkle.consistent(first, roots[first], size, roots[size], proof)
            if 0 < first < size:
                assert not merkle.consistent(first, roots[first - 1], size, roots[size], proof)
                assert not merkle.consistent(first, roots[first], size, roots[size - 1], proof)
                assert not merkle.consistent(first, roots[first], size, roots[size], proof[:-1])


def test_a_checkpoint_is_a_signed_note() -> None:
    note = notes.sign(RING, 7, bytes(32))
    assert note.split("\n")[:4] == [f"clew/{RING.id}", "7", "A" * 43 + "=", ""]
    assert notes.checked(note, KEY) == notes.Checkpoint(f"clew/{RING.id}", 7, bytes(32))
    for false in (
        note.replace("\n7\n", "\n8\n"),
        notes.sign(OTHER, 7, bytes(32)),
        notes.Checkpoint("x", 1, bytes(32)).text(),
    ):
        with pytest.raises(Tampered):
            notes.checked(false, KEY)
    for none in ("", "a\nb\nc\n", "clew/x\n-1\nAAAA\n"):
        with pytest.raises(UnreadableInput):
            notes.checked(none, KEY)


@pytest.fixture
def busy(vault: Vault) -> Vault:
    """A log with a search, a refusal, a judgement and two sources of entries."""
    vault.add_source(SOURCE, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    vault.append_judgement(ANALYST, Purpose.LEAD_REVIEW, "lead_1", Verdict.YES, "seen")
    vault.record(ANALYST, "search", "queue", Purpose.LEAD_REVIEW, {"leads": 2})
    with pytest.raises(NotAllowed):
        vault.require(AUDITOR, Action.JUDGE, OVERSIGHT, "lead_1")
    return vault


def test_an_auditor_asks_the_log(busy: Vault) -> None:
    found, total = busy.find_entries(AUDITOR, OVERSIGHT, Asked(actor=ANALYST.id))
    assert (total, [e.action for e in found]) == (3, ["search", "judge", "add_source"])
    assert [e.action for e in busy.find_entries(AUDITOR, OVERSIGHT, Asked(object="lead_1"))[0]] == ["refused"]
    assert busy.find_entries(AUDITOR, OVERSIGHT, Asked(action="search_audit"))[1] == 2  # asking is in it too
    at = found[1].at
    assert [e.action for e in busy.find_entries(AUDITOR, OVERSIGHT, Asked(since=at, actor=ANALYST.id))[0]] == [
        "search",
        "judge",
    ]
    assert busy.find_entries(AUDITOR, OVERSIGHT, Asked(until=at, actor=ANALYST.id), limit=1)[1] == 1
    with pytest.raises(NotAllowed):
        busy.find_entries(ANALYST, Purpose.LEAD_REVIEW, Asked())


def test_proofs_hold_without_the_log_and_not_when_changed(busy: Vault) -> None:
    earlier = busy.checkpoint(AUDITOR, OVERSIGHT)
    proof = busy.prove(AUDITOR, OVERSIGHT, 2)
    assert "entry 2 is in the log" in check_proof(proof, KEY)
    growth = busy.prove_growth(STEWARD, OVERSIGHT, earlier)
    assert "nothing before was changed" in check_proof(growth, KEY)
    false = [
        proof | {"entry": proof["entry"] | {"actor": "acc_other"}},
        proof | {"index": 2, "entry": proof["entry"] | {"seq": "3"}},
        growth | {"earlier": notes.sign(RING, notes.read(earlier).size, bytes(32))},
        growth | {"proof": growth["proof"][:-1]},
    ]
    for each in false:
        with pytest.raises(Tampered):
            check_proof(each, KEY)
    with pytest.raises(Tampered):
        check_proof(proof, OTHER.public_key)
    for none in ({}, {"clew": "x", **{k: v for k, v in proof.items() if k != "clew"}}, proof | {"proof": ["?"]}):
        with pytest.raises(UnreadableInput):
            check_proof(none, KEY)
    with pytest.raises(NotFound):
        busy.prove(AUDITOR, OVERSIGHT, 999)


def unguarded(backend: Backend, raw: Connection, table: str, verb: str) -> None:
    """Takes a guard away. On the shared server it is switched off, never dropped: `fresh` switches all on again."""
    if backend.name == "postgresql":
        raw.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    else:
        raw.exec_driver_sql(f"DROP TRIGGER {table}_no_{verb}")


def forget_the_end(busy: Vault, backend: Backend, place: object, to: int) -> None:
    """As someone would who holds every key: the log is cut and its head made anew, so that the chain itself verifies."""
    from clew.safeguards.chain import _head_mac
    from clew.safeguards.keys import Use

    with backend.raw(place) as raw, raw.begin():  # type: ignore[arg-type]
        unguarded(backend, raw, "audit", "delete")
        unguarded(backend, raw, "audit_checkpoints", "delete")
        raw.exec_driver_sql(f"DELETE FROM audit WHERE seq > {to}")
        raw.exec_driver_sql("DELETE FROM audit_checkpoints")
        last = raw.exec_driver_sql(f"SELECT hash FROM audit WHERE seq = {to}").scalar_one()
        mac = _head_mac(RING.key(Use.AUDIT), to, last)
        raw.exec_driver_sql(f"UPDATE audit_head SET count = {to}, hash = '{last}', mac = '{mac}'")


def test_who_holds_every_key_is_found_out_by_a_kept_checkpoint(
    busy: Vault, backend: Backend, opened: tuple[Vault, str | Path], tmp_path: Path
) -> None:
    ship = Shipping(tmp_path, RING, busy, Settings())
    assert ship.ship_log(STEWARD, OVERSIGHT, tmp_path / "copy", with_entries=True)[0] == 6
    kept = busy.checkpoint(AUDITOR, OVERSIGHT)
    busy.record(ANALYST, "search", "queue", Purpose.LEAD_REVIEW)
    assert busy.against(kept) == busy.verify() == []
    forget_the_end(busy, backend, opened[1], 4)
    assert busy.verify() == []  # the log alone cannot show it
    assert [f.rule for f in busy.against(kept)] == ["cut"]
    for _ in range(4):  # grown again, longer than before: another branch
        busy.record(ANALYST, "search", "queue", Purpose.LEAD_REVIEW)
    assert [f.rule for f in busy.against(kept)] == ["fork"]
    with pytest.raises(Tampered):
        busy.prove_growth(STEWARD, OVERSIGHT, kept)
    with pytest.raises(Tampered, match="copy is left as it is"):
        ship.ship_log(STEWARD, OVERSIGHT, tmp_path / "copy")
    assert check_copy(tmp_path / "copy", KEY).size == 6


def test_a_copy_with_another_party_grows_and_tells_what_was_changed_in_it(busy: Vault, tmp_path: Path) -> None:
    ship, copy = Shipping(tmp_path, RING, busy, Settings()), tmp_path / "copy"
    first, _ = ship.ship_log(STEWARD, OVERSIGHT, copy)
    assert "lead" not in "".join(path.read_text() for path in copy.iterdir())  # hashes tell nothing
    busy.record(ANALYST, "search", "queue", Purpose.LEAD_REVIEW)
    size, new = ship.ship_log(STEWARD, OVERSIGHT, copy, with_entries=True)
    assert new == size - first > 0
    ship.ship_log(STEWARD, OVERSIGHT, copy)
    said = check_copy(copy, KEY)
    lines = (copy / ENTRIES).read_text().splitlines()
    assert said.size == len(lines)
    assert json.loads(lines[-1])["action"] == "checkpoint"
    whole = {name: (copy / name).read_text() for name in (ENTRIES, LEAVES, CHECKPOINT)}
    for name, changed in (
        (ENTRIES, whole[ENTRIES].replace('"search"', '"read"', 1)),
        (ENTRIES, "".join(f"{line}\n" for line in (*lines[:2], *lines[3:]))),  # one removed
        (ENTRIES, "".join(f"{line}\n" for line in (*lines[:2], lines[3], lines[2], *lines[4:]))),  # two exchanged
        (ENTRIES, "".join(f"{line}\n" for line in (*lines[:2], lines[1], *lines[2:]))),  # one twice
        (ENTRIES, "".join(f"{line}\n" for line in lines[:-1])),  # the end cut off
        (ENTRIES, ""),
        (LEAVES, whole[LEAVES].split("\n", 1)[1]),
        (CHECKPOINT, whole[CHECKPOINT].replace(f"\n{said.size}\n", f"\n{said.size - 1}\n")),
    ):
        (copy / name).write_text(changed)
        with pytest.raises(Tampered):
            check_copy(copy, KEY)
        (copy / name).write_text(whole[name])
    with pytest.raises(UnreadableInput):
        check_copy(tmp_path / "none", KEY)


def test_verify_holds_the_log_against_its_own_checkpoints(
    busy: Vault, backend: Backend, opened: tuple[Vault, str | Path]
) -> None:
    busy.checkpoint(AUDITOR, OVERSIGHT)
    assert busy.verify() == []
    with backend.raw(opened[1]) as raw, raw.begin():
        unguarded(backend, raw, "audit_checkpoints", "update")
        raw.exec_driver_sql(f"UPDATE audit_checkpoints SET root = '{'00' * 32}'")
    assert [f.rule for f in busy.verify()] == ["checkpoint"]
