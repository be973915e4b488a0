"""Someone with the database's key, but not the seal's, changes sealed rows or the file itself: `verify` names it."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from vault_backends import ANALYST, CASE_WORKER, RING, SOURCE, STEWARD, Backend

from clew.records.source import LegalBasis, Source
from clew.safeguards.actors import Purpose
from clew.safeguards.errors import WrongKey
from clew.safeguards.keys import Use
from clew.store.helpline import NewContact
from clew.store.sealed_check import mark, total
from clew.store.vault import Vault

OTHER = Source(name="Another hotline", basis=LegalBasis.SYNTHETIC)
IDS = [f"rec_{number}" for number in range(6)]


@pytest.fixture
def kept(vault: Vault, backend: Backend) -> Vault:
    """Six tips of two sources, one of which was erased, and a contact."""
    for source, ids in ((SOURCE, IDS[:2]), (SOURCE, IDS[2:4]), (OTHER, IDS[4:])):
        vault.add_source(source, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
        tips = pa.table({"record_id": ids, "text": [f"words of {i}" for i in ids]})
        vault.seal_records("tips", source.id, tips, actor=ANALYST, purpose=Purpose.LEAD_REVIEW)
    new = NewContact(id="c1", channel="phone", received=backend.clock(), text="a call", status="open")
    vault.log_contacts(CASE_WORKER, Purpose.CASE_SUPPORT, SOURCE.id, [new])
    vault.erase(["rec_3"], STEWARD, Purpose.OVERSIGHT, why="asked for")
    assert vault.verify() == []
    return vault


COPIED_KEY = "SELECT 'key_new', wrapped, NULL FROM person_keys WHERE wrapped IS NOT NULL LIMIT 1"
CHANGES = {
    "a blob changed": (["UPDATE sealed_records SET blob = {junk} WHERE record_id = 'rec_0'"], {"sealed-changed"}),
    "a key changed": (
        [
            "UPDATE person_keys SET wrapped = {junk} WHERE id = (SELECT person_key FROM sealed_records WHERE record_id = 'rec_0')"
        ],
        {"sealed-changed"},
    ),
    "another's words": (
        [
            (
                "UPDATE sealed_records SET blob = (SELECT blob FROM sealed_records WHERE record_id = 'rec_1'), "
                "person_key = (SELECT person_key FROM sealed_records WHERE record_id = 'rec_1') WHERE record_id = 'rec_0'"
            )
        ],
        {"sealed-changed", "sealed-refiled"},
    ),
    "a record removed": (["DELETE FROM sealed_records WHERE record_id = 'rec_0'"], {"sealed-removed"}),
    "an erased record removed": (["DELETE FROM sealed_records WHERE record_id = 'rec_3'"], {"sealed-removed"}),
    "a record put in": (
        [
            (
                "INSERT INTO sealed_records (record_id, kind, source, person_key, blob, sealed_at) "
                "SELECT 'rec_9', kind, source, person_key, blob, sealed_at FROM sealed_records WHERE record_id = 'rec_0'"
            )
        ],
        {"sealed-inserted", "sealed-changed"},
    ),
    "a record of another source": (
        [f"UPDATE sealed_records SET source = '{OTHER.id}' WHERE record_id = 'rec_0'"],
        {"sealed-removed", "sealed-inserted"},
    ),
    "two records in each other's source": (
        [
            f"UPDATE sealed_records SET source = '{OTHER.id}' WHERE record_id = 'rec_0'",
            f"UPDATE sealed_records SET source = '{SOURCE.id}' WHERE record_id = 'rec_4'",
        ],
        {"sealed-refiled"},
    ),
    "a record kept for longer": (
        ["UPDATE sealed_records SET sealed_at = '2031-01-05T09:00:00.000000+00:00' WHERE record_id = 'rec_0'"],
        {"sealed-refiled"},
    ),
    "a record erased beside the log": (
        [
            "UPDATE person_keys SET wrapped = NULL WHERE id = (SELECT person_key FROM sealed_records WHERE record_id = 'rec_0')"
        ],
        {"sealed-erased"},
    ),
    "an erased record's key put back": (
        [
            "UPDATE person_keys SET wrapped = {junk} WHERE id = (SELECT person_key FROM sealed_records WHERE record_id = 'rec_3')"
        ],
        {"sealed-restored"},
    ),
    "a contact of another source": (
        [f"UPDATE sealed_records SET source = '{OTHER.id}' WHERE kind = 'calls'"],
        {"sealed-refiled"},
    ),
    "a source on other terms": (["UPDATE sources SET retention_days = 9000"], {"source-changed"}),
    "a source put in": (
        [
            (
                "INSERT INTO sources (id, name, basis, purpose, retention_days, tlp, added_at) "
                "SELECT 'src_x', 'x', basis, purpose, retention_days, tlp, added_at FROM sources LIMIT 1"
            )
        ],
        {"source-inserted"},
    ),
}


@pytest.mark.parametrize(("statements", "rules"), list(CHANGES.values()), ids=list(CHANGES))
def test_verify_names_what_was_changed(
    backend: Backend, opened: tuple[Vault, str | Path], kept: Vault, statements: list[str], rules: set[str]
) -> None:
    junk = "x'0102'" if backend.name == "sqlcipher" else "'\\x0102'::bytea"
    with backend.raw(opened[1]) as raw, raw.begin():
        for statement in statements:
            raw.exec_driver_sql(statement.format(junk=junk))
    findings = kept.verify()
    assert {f.rule for f in findings} == rules
    assert "words of" not in repr(findings)


def test_marks_add_up_in_any_order_and_tell_every_field(backend: Backend) -> None:
    key, at = RING.key(Use.AUDIT), backend.clock()
    fields = ("rec_1", "tips", "src_1", "key_1", at)
    marks = [mark(key, *fields), mark(key, "rec_2", *fields[1:])]
    assert total(marks) == total(reversed(marks)) != total(marks[:1])
    for place in range(4):
        changed = [*fields]
        changed[place] = "other"
        assert mark(key, *changed) != marks[0]
    assert mark(bytes(32), *fields) != marks[0]


def filled(sqlcipher: Backend) -> Path:
    vault, place = sqlcipher.vault()
    with vault:
        for number in range(60):
            vault.record(ANALYST, "search", f"query_{number}", Purpose.LEAD_REVIEW, "x" * 2_000)
    return Path(place)


def said(sqlcipher: Backend, place: Path) -> list[str]:
    """What is found of a file, or that it does not open: pages that opening reads are refused there."""
    try:
        with sqlcipher.open(place) as vault:
            return [f"{f.rule}: {f.words}" for f in vault.verify()]
    except WrongKey:
        return ["refused"]


def test_a_bit_turned_on_any_page_is_found(sqlcipher: Backend) -> None:
    place = filled(sqlcipher)
    whole = place.read_bytes()
    pages = len(whole) // 4096
    found = 0
    for page in range(1, pages, 5):
        content = bytearray(whole)
        content[page * 4096 + 100] ^= 1
        place.write_bytes(content)
        words = said(sqlcipher, place)
        damaged = len(words) == 1 and words[0].startswith("damaged") and words[0].endswith(f"page {page + 1}")
        assert damaged or words == ["refused"], page
        found += damaged
    assert found > pages // 10
    place.write_bytes(whole)
    assert said(sqlcipher, place) == []


def test_a_file_that_was_cut_is_found(sqlcipher: Backend) -> None:
    place = filled(sqlcipher)
    whole = place.read_bytes()
    for cut in (100, 4096, 20 * 4096):
        place.write_bytes(whole[:-cut])
        assert said(sqlcipher, place), cut


def test_damage_to_a_file_that_is_open_is_found(sqlcipher: Backend) -> None:
    place = filled(sqlcipher)
    with sqlcipher.open(place) as vault:
        assert vault.verify() == []
        content = bytearray(place.read_bytes())
        content[-2000] ^= 1
        place.write_bytes(content)
        assert [f.rule for f in vault.verify()] == ["damaged"]
