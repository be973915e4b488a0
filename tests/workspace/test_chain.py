"""The chain on the invented world: what goes in is kept, what is sealed stays sealed, and the truth is found again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pyarrow as pa
import pytest

from clew.cli.demo import compare
from clew.desk import ReleaseAsk
from clew.records import KINDS, LegalBasis, Source, read_table
from clew.records.imprecise import Count
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.acts import Verdict
from clew.safeguards.errors import Blocked, Conflict, NotAllowed, NotFound, UsageError
from clew.safeguards.keys import Unlock
from clew.safeguards.permissions import Action
from clew.workspace import Workspace

from .conftest import CHEAP, FILES, INVENTED, create, make, reopen, second_signs, with_keys

ASK = ReleaseAsk(
    title="Yearly",
    recipient="the public",
    method="anonymise",
    parameter=11,
    columns=("registered", "gender", "exploited_in"),
)


def review(workspace):
    return workspace.account(), Purpose.LEAD_REVIEW


def test_every_row_of_every_file_is_there(walked, world):
    for plural, name in FILES.items():
        assert walked.lake.count(plural) == read_table(world / name).table.num_rows, plural
    cases = read_table(world / "cases_ctdc.csv").table.num_rows + read_table(world / "cases_htcds.xlsx").table.num_rows
    assert walked.lake.count("cases") == cases


def test_no_detector_failed_on_the_world(walked):
    assert walked.failed() == {}
    assert walked.ran.failures == 0


def test_the_chain_finds_again_what_is_true_of_the_world(walked, world):
    found = compare(walked, world, walked.ran.leads)
    assert found["texts"].precision >= 0.99
    assert found["texts"].recall >= 0.98
    assert found["phones"].found.rate >= 0.9
    assert found["phones"].right.rate >= 0.97
    assert found["leads"].networks.rate >= 0.5
    assert found["leads"].independents.rate <= 0.1


def test_the_same_records_give_the_same_leads(walked, world, tmp_path):
    with with_keys(tmp_path, walked.keys) as again:  # pseudonyms and ids are keyed
        for plural, name in reversed(FILES.items()):  # in another order
            again.add(KINDS[plural], world / name, INVENTED, None, again.account())
        again.run(again.account())
        one, other = (
            w.lake.read("leads", ["lead", "points", "adverts"]).sort_by("lead").to_pylist() for w in (walked, again)
        )
    assert [row["lead"] for row in one] == [row["lead"] for row in other]
    assert [row["points"] for row in one] == pytest.approx([row["points"] for row in other])


def test_dates_of_adverts_are_worked_out_from_the_day_of_posting(empty, tmp_path):
    file = tmp_path / "two.csv"
    file.write_text(
        "id,text,posted\na,Here until Friday,2026-04-29T20:00:00Z\nb,Here until Friday,\n", encoding="utf-8"
    )
    actor = empty.account()
    empty.add(KINDS["adverts"], file, INVENTED, None, actor)
    empty.run(actor)
    claims = empty.lake.read("claims", ["kind", "value"]).to_pylist()
    assert sorted(c["value"] for c in claims if c["kind"] == "date") == ["../2026-05-01", "../weekday-5"]


def test_adding_a_file_twice_doubles_nothing(empty, world):
    actor = empty.account()
    first = empty.add(KINDS["tips"], world / "tips.csv", INVENTED, None, actor)
    second = empty.add(KINDS["tips"], world / "tips.csv", INVENTED, None, actor)
    assert (second.new, second.known) == (0, first.new)
    assert empty.lake.count("tips") == empty.vault.sealed_count("tips") == first.new


def test_the_same_row_from_another_source_is_another_record(empty, world):
    actor = empty.account()
    empty.add(KINDS["areas"], world / "areas.csv", INVENTED, None, actor)
    other = Source(name="Another", basis=LegalBasis.SYNTHETIC)
    assert empty.add(KINDS["areas"], world / "areas.csv", other, None, actor).known == 0


def test_a_source_cannot_come_back_on_other_terms(empty, world):
    actor = empty.account()
    empty.add(KINDS["areas"], world / "areas.csv", INVENTED, None, actor)
    with pytest.raises(Conflict):
        empty.add(
            KINDS["areas"], world / "areas.csv", Source(name="Invented world", basis=LegalBasis.CONSENT), None, actor
        )


def test_rejected_rows_are_counted_and_kept_in_the_workspace(empty, tmp_path):
    path = tmp_path / "ads.csv"
    path.write_text("id,text,posted\n1,a,2024-01-01\n2,b,someday\n3,c,2024-01-01,x\n")
    added = empty.add(KINDS["adverts"], path, INVENTED, None, empty.account())
    assert (added.new, len(added.rejects)) == (1, 2)
    (kept,) = (read_table(path).table for path in (empty.folder / "rejects").iterdir())
    assert kept["rule"].to_pylist()[1].startswith("row has more or fewer cells")


def test_no_word_of_a_sealed_record_rests_in_the_lake(walked, world):
    said = [text for text in read_table(world / "tips.csv").table["text"].to_pylist() if len(text) > 20]
    names = [name for name in read_table(world / "cases_htcds.xlsx").table["prs_SecondName"].to_pylist() if name]
    ids = read_table(world / "cases_htcds.xlsx").table.column(0).to_pylist()
    walked.lake.query("CHECKPOINT")
    content = (walked.folder / "lake.duckdb").read_bytes()
    assert said
    assert names
    assert ids
    for value in said[:50] + [name for name in names if len(name) > 7]:
        assert value.encode() not in content
    sealed = walked.lake.query(
        "SELECT count(*) AS n FROM claims WHERE record_kind IN ('tip', 'call', 'conversation') AND kind NOT IN ('wording', 'language') AND value IS NOT NULL"
    )
    assert sealed["n"][0].as_py() == 0


def test_tips_join_adverts_by_pseudonym(walked):
    joined = walked.lake.query(
        "SELECT count(DISTINCT t.record_id) AS n FROM members t JOIN members a USING (network) WHERE t.record_kind = 'tip' AND a.record_kind = 'advert'"
    )
    assert joined["n"][0].as_py() > 0


def test_a_lead_explains_itself_and_that_it_was_read_is_recorded(walked):
    actor, purpose = review(walked)
    rows, total = walked.leads(actor, purpose)
    assert total == walked.ran.leads > 0
    view = walked.lead(actor, purpose, rows[0].id)
    assert sum(c.points for c in view.contributions) == pytest.approx(rows[0].points, abs=0.06)
    assert view.label.startswith("Points, not a probability")
    assert any(item.spans for item in view.evidence)
    for item in view.evidence:
        for start, end, _ in item.spans:
            assert 0 <= start < end <= len(item.text)
    assert {edge.source for edge in view.edges} <= {node.id for node in view.nodes}
    (newest, *_), _ = walked.vault.audit(actor, Purpose.OVERSIGHT, about=rows[0].id)
    assert newest.action == "read_lead"


def test_searching_finds_leads_by_what_their_adverts_say(walked):
    actor, purpose = review(walked)
    rows, _ = walked.leads(actor, purpose, limit=1)
    advert = next(item for item in walked.lead(actor, purpose, rows[0].id).evidence if item.kind == "advert")
    found, _ = walked.leads(actor, purpose, query=advert.external_id)
    assert rows[0].id in [row.id for row in found]
    assert walked.leads(actor, purpose, query="100%_\\ nothing '; DROP TABLE leads")[1] == 0


def test_only_a_judgement_changes_a_lead_and_it_can_be_taken_back(walked):
    actor, purpose = review(walked)
    lead = walked.leads(actor, purpose)[0][-1].id
    before = walked.leads(actor, purpose, judged=False)[1]
    with pytest.raises(UsageError, match="reason"):
        walked.judge(actor, purpose, lead, Verdict.NO, "  ")
    made = walked.judge(actor, purpose, lead, Verdict.NO, "Two colleagues who share a flat.")
    assert walked.leads(actor, purpose, judged=False)[1] == before - 1
    assert walked.lead(actor, purpose, lead).row.verdict is Verdict.NO
    back = walked.judge(actor, purpose, lead, Verdict.NOT_SURE, "The flat is in another city.", made.id)
    assert walked.lead(actor, purpose, lead).row.verdict is Verdict.NOT_SURE
    with pytest.raises(Conflict):
        walked.judge(actor, purpose, lead, Verdict.YES, "again", made.id)
    walked.judge(actor, purpose, lead, Verdict.NO, "They wrote to us.", back.id)
    with pytest.raises(NotFound):
        walked.judge(actor, purpose, "lead_0", Verdict.YES, "x")
    assert walked.vault.verify() == []


def test_a_case_shows_its_identity_only_by_a_recorded_act(walked):
    actor = walked.account()
    rows, total = walked.cases(actor, Purpose.CASE_SUPPORT, limit=500)
    assert total == walked.lake.count("cases")
    view = walked.case(actor, Purpose.CASE_SUPPORT, rows[0].number)
    assert view.identity is None
    assert set(view.answers.values()) <= {"yes", "no", "unknown", "not_asked"}
    opened = walked.case(actor, Purpose.CASE_SUPPORT, rows[0].number, open_identity=True)
    assert opened.identity["id"]
    (newest, *_), _ = walked.vault.audit(actor, Purpose.OVERSIGHT)
    assert newest.action == "read_identity"
    with pytest.raises(NotAllowed):
        walked.case(actor, Purpose.STATISTICS, rows[0].number, open_identity=True)


def test_flows_suppress_small_cells(walked):
    view = walked.flows(walked.account(), Purpose.STATISTICS)
    assert view.flows
    for row in (*view.flows, *view.counts):
        ends = Count.parse(row.count)
        assert row.suppressed == row.count.startswith("<")
        assert row.suppressed or ends.low == 0 or ends.low >= 5
    assert {row.dimension for row in view.counts} == {
        "year",
        "form",
        "sex",
        "sector",
        "age",
        "age_when_trafficked",
    }


def test_a_release_is_one_event_and_cannot_be_made_twice(world, tmp_path):
    with make(tmp_path) as workspace:
        actor = workspace.account()
        workspace.add(KINDS["cases"], world / "cases_ctdc.csv", INVENTED, None, actor)
        preview = workspace.preview_release(actor, Purpose.STATISTICS, ASK)
        assert preview.blocked is None
        assert not (workspace.folder / "releases").exists()
        second_signs(workspace, ASK)
        made = workspace.release(actor, Purpose.STATISTICS, ASK)
        assert made.fingerprint == preview.fingerprint
        assert read_table(workspace.folder / "releases" / f"{made.id}.csv").table.column_names == list(ASK.columns)
        assert "before" in workspace.preview_release(actor, Purpose.STATISTICS, ASK).blocked
        with pytest.raises(Conflict):
            workspace.release(actor, Purpose.STATISTICS, ASK)
        assert len(list((workspace.folder / "releases").iterdir())) == 2
        assert workspace.releases(actor, Purpose.STATISTICS) == [made]


def test_a_spent_budget_and_a_small_k_block_a_release(world, tmp_path):
    with make(tmp_path) as workspace:
        actor = workspace.account()
        workspace.add(KINDS["cases"], world / "cases_ctdc.csv", INVENTED, None, actor)
        dp = ReleaseAsk(title="t", recipient="r", method="synthesise", parameter=3, columns=("gender", "exploited_in"))
        more = ReleaseAsk(title="t", recipient="r", method="synthesise", parameter=2, columns=("gender", "age"))
        small = ReleaseAsk(title="t", recipient="r", method="anonymise", parameter=2, columns=("gender",))
        for each in (dp, more, small):
            second_signs(workspace, each)
        workspace.release(actor, Purpose.STATISTICS, dp)
        assert workspace.preview_release(actor, Purpose.STATISTICS, more).blocked
        with pytest.raises(Blocked, match="budget"):
            workspace.release(actor, Purpose.STATISTICS, more)
        with pytest.raises(Blocked, match="k = 11"):
            workspace.release(actor, Purpose.STATISTICS, small)
        assert len(workspace.releases(actor, Purpose.STATISTICS)) == 1
        assert not list((workspace.folder / "releases").glob(".*"))


def test_a_failed_detector_blocks_every_release(world, tmp_path, monkeypatch):
    from clew.workspace import chain

    def broken(texts, **options):
        import pyarrow as pa

        from clew.signals import FAILURES, SIGNALS, Detection

        rows = pa.table([[0], ["phone/1"], ["broken on purpose"]], schema=FAILURES).slice(0, min(1, len(texts)))
        return Detection(SIGNALS.empty_table(), rows)

    with make(tmp_path) as workspace:
        actor = workspace.account()
        workspace.add(KINDS["cases"], world / "cases_ctdc.csv", INVENTED, None, actor)
        workspace.add(KINDS["tips"], world / "tips.csv", INVENTED, None, actor)
        monkeypatch.setattr(chain, "scan", broken)
        assert workspace.run(actor).failures > 0
        assert workspace.overview(actor).failed == {"phone/1": workspace.run(actor).failures}
        assert "could not be read" in workspace.preview_release(actor, Purpose.STATISTICS, ASK).blocked
        with pytest.raises(Blocked):
            workspace.release(actor, Purpose.STATISTICS, ASK)
        assert workspace.releases(actor, Purpose.STATISTICS) == []


def test_sealed_columns_are_never_released(walked):
    actor = walked.account()
    for columns in (("first_name",), ("id",), ("nose",), ()):
        with pytest.raises(UsageError, match="columns"):
            walked.preview_release(
                actor,
                Purpose.STATISTICS,
                ReleaseAsk(title="t", recipient="r", method="anonymise", parameter=11, columns=columns),
            )


def test_roles_decide_what_an_account_may_do(world, tmp_path):
    with make(tmp_path) as workspace:
        auditor = workspace.add_account("Audit", (Role.AUDITOR,))
        with pytest.raises(NotAllowed):
            workspace.add(KINDS["areas"], world / "areas.csv", INVENTED, None, auditor)
        with pytest.raises(NotAllowed):
            workspace.run(auditor)
        with pytest.raises(NotAllowed):
            workspace.purpose_for(auditor, Action.JUDGE)
        with pytest.raises(UsageError, match="--as"):
            workspace.account()
        assert workspace.account("audit") == auditor


def test_a_workspace_is_made_once_and_opens_only_with_its_key(tmp_path):
    create(tmp_path).close()
    with pytest.raises(Conflict):
        create(tmp_path)
    with reopen(tmp_path) as workspace:
        assert workspace.account().name == "anna"
    from clew.safeguards.errors import WrongKey
    from clew.safeguards.keys import make_key_file

    make_key_file(tmp_path / "other.key")
    with pytest.raises(WrongKey):
        Workspace.open(tmp_path / "w", Unlock(key_file=tmp_path / "other.key"), cost=CHEAP)
    with pytest.raises(UsageError, match="clew init"):
        Workspace.open(tmp_path / "none", Unlock(key_file=tmp_path / "other.key"))


def test_settings_are_read_once_and_refused_when_they_are_not_known(tmp_path):
    make(tmp_path).close()
    settings = tmp_path / "w" / "clew.toml"
    settings.write_text('region = "GB"\nk = 20\n')
    with reopen(tmp_path) as workspace:
        assert (workspace.settings.region, workspace.settings.k) == ("GB", 20)
    settings.write_text('regoin = "GB"\nk = "many"\n')
    with pytest.raises(UsageError, match=r"regoin is not known; k must be of type int"):
        reopen(tmp_path)
    settings.write_text("k = 1\nepsilon = 99.0\n")
    with pytest.raises(UsageError, match="k must be at least 2; epsilon"):
        reopen(tmp_path)


def test_pages_may_ask_at_the_same_time(walked):
    actor, purpose = review(walked)
    rows, total = walked.leads(actor, purpose, limit=5)
    expected = (total, rows[0].strongest_for, walked.lake.count("adverts"), dict(walked.failed()))

    def ask(_):
        found, number = walked.leads(actor, purpose, limit=5)
        return number, found[0].strongest_for, walked.lake.count("adverts"), dict(walked.failed())

    with ThreadPoolExecutor(6) as pool:
        assert set(map(repr, pool.map(ask, range(36)))) == {repr(expected)}


def test_texts_that_no_run_has_read_block_a_release(empty, world, tmp_path):
    actor = empty.account()
    empty.add(KINDS["cases"], world / "cases_ctdc.csv", INVENTED, None, actor)
    (tmp_path / "ads.csv").write_text("id,text\n1,call 020 7946 0123\n")
    empty.add(KINDS["adverts"], tmp_path / "ads.csv", INVENTED, None, actor)
    assert empty.failed() == {"not read yet": 1}
    with pytest.raises(Blocked):
        empty.release(actor, Purpose.STATISTICS, ASK)
    empty.run(actor)
    assert empty.failed() == {}


def unreadable(workspace, tmp_path):
    (tmp_path / "ads.csv").write_text("id,text\n1,\u20ac 1\n")
    workspace.add(KINDS["adverts"], tmp_path / "ads.csv", INVENTED, None, workspace.account())


def test_failures_cannot_be_deleted_from_the_lake_and_only_a_person_sets_one_aside(empty, tmp_path, monkeypatch):
    from clew.signals import FAILURES, SIGNALS, Detection
    from clew.workspace import chain

    rows = pa.table([[0], ["price/1"], ["broken on purpose"]], schema=FAILURES)
    monkeypatch.setattr(
        chain,
        "scan",
        lambda texts, **options: Detection(SIGNALS.empty_table(), rows if len(texts) else rows.slice(0, 0)),
    )
    unreadable(empty, tmp_path)
    actor, purpose = review(empty)
    empty.run(actor)
    assert empty.failed() == {"price/1": 1}
    record = empty.lake.read("failures")["record_id"][0].as_py()
    kept = empty.lake.read("failures")
    empty.lake.replace({"failures": kept.slice(0, 0)})
    assert empty.failed() == {"failures that left the lake": 1}
    empty.lake.replace({"failures": kept})
    with pytest.raises(NotFound):
        empty.set_aside(actor, purpose, "nobody", "x")
    made = empty.set_aside(actor, purpose, record, "A price list without words.")
    assert empty.failed() == {}
    empty.vault.append_judgement(actor, purpose, f"aside:{record}", Verdict.NO, "It matters.", made.id)
    assert empty.failed() == {"price/1": 1}


def test_ids_of_sealed_records_cannot_be_guessed_without_the_key(tmp_path):
    (tmp_path / "tips.csv").write_text("id,text\nt1,somebody\n")
    ids = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with create(tmp_path / name) as workspace:
            workspace.add(KINDS["tips"], tmp_path / "tips.csv", INVENTED, None, workspace.account())
            ids.append(workspace.lake.read("tips")["record_id"][0].as_py())
    assert ids[0] != ids[1]


def test_rejects_of_sealed_kinds_are_sealed_and_their_opening_is_recorded(empty, tmp_path):
    actor = empty.account()
    (tmp_path / "tips.csv").write_text("id,text,received\nt1,Zaphod saw it,someday\n")
    empty.add(KINDS["tips"], tmp_path / "tips.csv", INVENTED, None, actor)
    (kept,) = (empty.folder / "rejects").iterdir()
    assert b"Zaphod" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0
    assert b"Zaphod saw it" in empty.open_rejects(kept.name, actor)
    (newest, *_), _ = empty.vault.audit(actor, Purpose.OVERSIGHT)
    assert newest.action == "read_identity"
    for name in ("../keys.json", "none.sealed"):
        with pytest.raises(NotFound):
            empty.open_rejects(name, actor)


def test_rejects_of_two_files_of_one_name_are_both_kept(empty, tmp_path):
    for folder, day in (("a", "someday"), ("b", "never")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ads.csv").write_text(f"id,text,posted\n1,a,{day}\n")
        empty.add(KINDS["adverts"], tmp_path / folder / "ads.csv", INVENTED, None, empty.account())
    assert len(list((empty.folder / "rejects").iterdir())) == 2


def test_a_release_that_was_entered_gets_its_file_when_the_last_step_was_interrupted(world, tmp_path, monkeypatch):
    from clew.workspace import releasing

    with make(tmp_path) as workspace:
        actor = workspace.account()
        workspace.add(KINDS["cases"], world / "cases_ctdc.csv", INVENTED, None, actor)

        second_signs(workspace, ASK)

        def full(pending, final):
            raise OSError("disk full")

        with monkeypatch.context() as patched:
            patched.setattr(releasing, "_settle", full)
            with pytest.raises(OSError, match="disk full"):
                workspace.release(actor, Purpose.STATISTICS, ASK)
        (workspace.folder / "releases" / ".pending-other.csv").write_text("never entered")
    with reopen(tmp_path) as workspace:
        (made,) = workspace.releases(actor, Purpose.STATISTICS)
        assert sorted(p.name for p in (workspace.folder / "releases").iterdir()) == [
            f"{made.id}.csv",
            f"{made.id}.report.json",
        ]


def test_the_log_is_verified_while_another_has_the_lake_and_a_lost_lake_is_said(tmp_path):
    make(tmp_path).close()
    (tmp_path / "w" / "lake.duckdb").unlink()
    with reopen(tmp_path) as workspace:
        assert workspace.vault.verify() == []
        with pytest.raises(NotFound, match="missing"):
            workspace.overview(workspace.account())


def test_a_table_is_looked_at_beside_what_the_ledger_says_left(world, tmp_path):
    def asked(*by):
        return ReleaseAsk(title="Counts", recipient="the public", method="table", parameter=5, columns=by)

    with make(tmp_path) as workspace:
        actor = workspace.account()
        workspace.add(KINDS["cases"], world / "cases_ctdc.csv", INVENTED, None, actor)
        first, second = asked("gender,exploited_in"), asked("gender,age", "exploited_in")
        for each in (first, second):
            second_signs(workspace, each)
        made = workspace.release(actor, Purpose.STATISTICS, first)
        assert workspace.preview_release(actor, Purpose.STATISTICS, second).report["earlier"] == 1
        path = workspace.folder / "releases" / f"{made.id}.csv"
        kept = path.read_bytes()
        path.write_bytes(kept + b"\n")
        with pytest.raises(Blocked, match=made.id):
            workspace.preview_release(actor, Purpose.STATISTICS, second)
        path.write_bytes(kept)
        second_signs(workspace, second)  # beside the first it is another table than the one that was signed
        assert "1 tables published before" in workspace.release(actor, Purpose.STATISTICS, second).guarantee
        with pytest.raises(UsageError, match="below"):
            workspace.preview_release(actor, Purpose.STATISTICS, replace(first, parameter=3))
