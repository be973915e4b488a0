"""A person who asks for it is gone: from the vault, the lake, files and backups; and who asks for their data gets them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_workspace import CASES, FILES, OVERSIGHT, SHELTER, SITE, bytes_of, made, number_of

from clew.records import KINDS, LegalBasis, Source
from clew.safeguards.actors import Purpose
from clew.safeguards.acts import Verdict
from clew.safeguards.erasure import is_true, read_certificate
from clew.safeguards.errors import Conflict, Erased, NotAllowed, NotFound, UnreadableInput, UsageError
from clew.safeguards.keys import Unlock
from clew.safeguards.retention import RetentionRule
from clew.workspace import Workspace
from clew.workspace.person_copy import readable
from clew.workspace.person_subjects import LEAD, subject_of

pytestmark = pytest.mark.xdist_group("erasure")  # the tests of one workspace go on from each other, in their order


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory):
    """A workspace with Amara in two cases that somebody judged to be one person, an advert of hers, and a rejected row."""
    folder = tmp_path_factory.mktemp("erasure")
    with made(folder) as workspace:
        anna = workspace.account()
        first, second = (workspace._case_of(number_of(workspace, case)) for case in ("AM-0001", "AM-0777"))
        lead = LEAD + subject_of([first, second])
        workspace.vault.append_judgement(anna, Purpose.LEAD_REVIEW, lead, Verdict.YES, "the same person")
        again = folder / "again.csv"  # the same id twice: the second row is rejected whole
        again.write_text(CASES.replace("AM-0777", "AM-0001"), encoding="utf-8")
        workspace.add(KINDS["cases"], again, Source(name="Twice", basis=LegalBasis.SYNTHETIC), None, anna)
        workspace.run(anna)
        workspace.records = (first, second)
        yield workspace


def test_a_person_is_found_as_far_as_somebody_judged(kept: Workspace) -> None:
    anna = kept.account()
    found = kept.person_records(anna, OVERSIGHT, number_of(kept, "AM-0001"))
    assert set(found.ids) == set(kept.records)
    assert kept.person_records(anna, OVERSIGHT, kept.records[1]) == found
    hers = kept.person_records(anna, OVERSIGHT, "+44 7911 123456")
    assert hers.kinds() == {"adverts": 1, "cases": 3, "images": 1, "postings": 1}  # p2 is also another advert's
    for nobody in ("+447911000000", "nothing-by-this-name"):
        with pytest.raises(NotFound):
            kept.person_records(anna, OVERSIGHT, nobody)
    with pytest.raises(UsageError):
        kept.person_records(anna, OVERSIGHT, "AM")


def test_a_person_gets_their_data_and_nobody_elses(kept: Workspace) -> None:
    anna = kept.account()
    found = kept.person_records(anna, OVERSIGHT, number_of(kept, "AM-0001"))
    copy = kept.person_copy(anna, OVERSIGHT, found, "asked in person")
    text = json.dumps(copy, default=str)
    for word in ("Amaracanary", "Okaforcanary", "+447911123456", "Words of Amara", "Shelter", "synthetic"):
        assert word in text
    assert "Berta" not in text
    assert "anna" not in text
    page = readable(copy)
    assert "Okaforcanary" in page
    assert "&lt;b&gt;bold" in page
    assert "<b>bold" not in page
    assert "<script" not in page
    reads = [e for e in kept.vault.audit(anna, OVERSIGHT, limit=20)[0] if e.action == "read_identity"]
    assert {e.object for e in reads} >= set(kept.records)
    with pytest.raises(NotAllowed):
        kept.person_copy(anna, Purpose.STATISTICS, found, "counting")


def test_what_is_held_is_not_erased(kept: Workspace) -> None:
    anna = kept.account()
    found = kept.person_records(anna, OVERSIGHT, kept.records[0])
    hold = kept.vault.place_hold(anna, OVERSIGHT, "record", kept.records[0], reason="a court asked for it")
    with pytest.raises(Conflict):
        kept.erase_person(anna, OVERSIGHT, found, "asked")
    assert kept.vault.live_ids("cases") >= set(found.ids)
    kept.vault.lift_hold(anna, OVERSIGHT, hold, reason="the court is done")
    with pytest.raises(NotFound):
        kept.vault.lift_hold(anna, OVERSIGHT, hold, reason="again")


def test_an_erased_person_is_gone_from_every_file_and_does_not_come_back(kept: Workspace) -> None:
    anna = kept.account()
    book = kept.folder.parent / "book" / "w.book"
    object.__setattr__(kept.settings, "key_books", (str(book), "/nowhere/at/all.book"))
    book.parent.mkdir()
    found = kept.person_records(anna, OVERSIGHT, "+447911123456")
    assert set(kept.records) < set(found.ids)
    seen = [b"Canarytext", *(record.encode() for record in found.ids)]
    before = bytes_of(kept)
    assert all(canary in before for canary in seen)  # the search below can fail
    done = kept.erase_person(anna, OVERSIGHT, found, "asked in writing")
    facts = done.certificate.facts
    assert (facts["records"], facts["keys_destroyed"]) == ({"adverts": 1, "cases": 3, "images": 1, "postings": 1}, 3)
    assert facts["rejected_rows_removed"] == 1
    assert (facts["key_books_written"], facts["key_books_not_reached"]) == ([str(book)], ["/nowhere/at/all.book"])
    after = bytes_of(kept)
    assert not [canary for canary in seen if canary in after]
    assert b"sea with a view" in b"".join(t.encode() for t in kept.lake.read("adverts")["text"].to_pylist())
    for name in kept.lake.names():
        shown = json.dumps(kept.lake.read(name).to_pylist(), default=str)
        assert not [record for record in found.ids if record in shown], name
    with pytest.raises(Erased):
        kept.vault.unseal([kept.records[0]], anna, OVERSIGHT, why="curious")
    with pytest.raises(NotFound):
        kept.person_records(anna, OVERSIGHT, kept.records[0])
    # The same files, and the same case with other words, bring nobody back.
    folder = kept.folder.parent
    changed = folder / "changed.csv"
    changed.write_text(CASES.replace("Words of Amara", "Other words"), encoding="utf-8")
    for kind, path, source in (
        ("cases", folder / "cases.csv", SHELTER), ("cases", changed, SHELTER), ("adverts", folder / "adverts.csv", SITE),
    ):  # fmt: skip
        assert kept.add(KINDS[kind], path, source, None, anna).new == 0
    kept.run(anna)
    assert kept.lake.count("adverts") == 1
    assert kept.vault.verify() == []
    _is_true_only_as_it_was_signed(kept)


def _is_true_only_as_it_was_signed(kept: Workspace) -> None:
    anna = kept.account()
    certificate = kept.vault.certificates(anna, OVERSIGHT)[-1]
    text = certificate.text()
    assert "canary" not in text.lower()
    assert "Amara" not in text
    assert is_true(read_certificate(text), kept.keys.public_key)
    assert not is_true(read_certificate(text), "00" * 32)
    with pytest.raises(UnreadableInput):
        read_certificate(text.replace('"keys_destroyed": 3', '"keys_destroyed": 2', 1))
    raised = certificate.body.replace('"keys_destroyed": 3', '"keys_destroyed": 2')
    assert not is_true(type(certificate)(raised, certificate.signature, certificate.public_key), kept.keys.public_key)


def test_what_stops_after_the_keys_went_is_finished_at_the_next_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with made(tmp_path, {kind: FILES[kind] for kind in ("adverts", "cases")}) as workspace:
        anna = workspace.account()
        again = tmp_path / "again.csv"  # the same id twice: the second row is rejected whole
        again.write_text(CASES.replace("AM-0777", "AM-0001"), encoding="utf-8")
        workspace.add(KINDS["cases"], again, Source(name="Twice", basis=LegalBasis.SYNTHETIC), None, anna)
        workspace.run(anna)
        found = workspace.person_records(anna, OVERSIGHT, "+447911123456")
        (rejected,) = (workspace.folder / "rejects").iterdir()
        assert b"Amara" in workspace.keys.unseal(rejected.read_bytes(), f"rejects/{rejected.name}")
        with monkeypatch.context() as patch:
            patch.setattr(type(workspace.lake), "forget", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                workspace.erase_person(anna, OVERSIGHT, found, "asked")
        assert workspace.lake.count("adverts") == 2
    with Workspace.open(tmp_path / "w", Unlock(key_file=tmp_path / "k" / "w.key")) as workspace:
        assert workspace.lake.count("adverts") == 1
        assert b"Amara" not in workspace.keys.unseal(rejected.read_bytes(), f"rejects/{rejected.name}")
        assert workspace.vault.owed_marks() == frozenset()


def test_what_may_not_stay_longer_goes_by_itself_but_not_what_is_held(tmp_path: Path) -> None:
    with made(tmp_path, {kind: FILES[kind] for kind in ("cases", "adverts")}) as workspace:
        anna, now = workspace.account(), datetime.now(UTC)
        shown = {(k.source_name, k.kind): k for k in workspace.retention(anna, OVERSIGHT)}
        assert (shown["Site", "adverts"].days, shown["Shelter", "cases"].days) == (30, 365)
        assert workspace.expire(anna, OVERSIGHT, now + timedelta(days=29)).records == 0
        kept = workspace.lake.read("adverts")["record_id"].to_pylist()
        workspace.vault.place_hold(anna, OVERSIGHT, "record", kept[1], reason="asked for by a court")
        done = workspace.expire(anna, OVERSIGHT, now + timedelta(days=31))
        assert (done.records, done.held) == (1, 1)
        assert done.certificate is not None
        assert done.certificate.facts["ground"] == "GDPR art. 5(1)(e)"
        assert workspace.lake.read("adverts")["record_id"].to_pylist() == [kept[1]]
        assert kept[0].encode() not in bytes_of(workspace)
        rule = RetentionRule(kind="cases", purpose="anti-trafficking", days=10, reason="agreed with the shelter")
        workspace.vault.set_retention(anna, OVERSIGHT, rule)
        longer = RetentionRule(source=SHELTER.id, days=9000, reason="a rule does not lengthen")
        workspace.vault.set_retention(anna, OVERSIGHT, longer)
        assert workspace.expire(anna, OVERSIGHT, now + timedelta(days=11)).records == 3
        assert workspace.vault.live_ids("cases") == frozenset()
        assert workspace.expire(anna, OVERSIGHT, now + timedelta(days=11)).certificate is None
        assert workspace.vault.verify() == []
