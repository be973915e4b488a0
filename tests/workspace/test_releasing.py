"""A release is one draft: looked at, signed by two, attacked with persons who were held out of it; a dataset owns its budget."""

import hashlib
from dataclasses import replace

import pytest

from clew.desk import ReleaseAsk
from clew.records import KINDS
from clew.safeguards.actors import Purpose, Role
from clew.safeguards.errors import Blocked, NotAllowed, UsageError
from clew.workspace.drafts import Draft, drop_drafts

from .conftest import INVENTED, make

COUNT = Purpose.STATISTICS
ASK = ReleaseAsk(
    title="Held",
    recipient="the public",
    method="anonymise",
    parameter=11,
    columns=("gender", "citizenship"),
    hold_out=0.2,
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("releasing")
    rows = "".join(f"C{n},{('Woman', 'Man')[n % 2]},{('PHL', 'NGA', 'ROU')[n % 3]}\n" for n in range(300))
    (folder / "cases.csv").write_text("case_id,gender,citizenship\n" + rows)
    with make(folder) as workspace:
        workspace.add(KINDS["cases"], folder / "cases.csv", INVENTED, None, workspace.account())
        yield workspace


def test_what_two_persons_saw_and_signed_is_what_leaves(kept):
    anna, other = kept.account("anna"), kept.add_account("other", (Role.STEWARD,))
    first = kept.preview_release(anna, COUNT, ASK)
    assert first.report["attacks"]["rows"]["control"] == first.report["held_out"] > 30
    assert first.report["attacks"]["found"] == []
    # Who is held out is drawn by chance: only a draft that was kept can be the same again.
    assert kept.preview_release(other, COUNT, ASK).report == first.report
    with pytest.raises(Blocked, match="another person"):
        kept.release(anna, COUNT, ASK)
    (waiting,) = kept.waiting_releases(other, COUNT)
    assert (waiting.ask, waiting.by) == (ASK, ("anna",))
    seen = kept.preview_release(other, COUNT, waiting.ask)
    assert (seen.second, seen.signed_by) == (True, ("anna",))
    made = kept.release(other, COUNT, waiting.ask)
    file = (kept.folder / "releases" / f"{made.id}.csv").read_bytes()
    assert hashlib.sha256(file).hexdigest() == made.sha256
    assert made.rows == 300 - first.report["held_out"]
    assert kept.waiting_releases(other, COUNT) == []
    assert not list((kept.folder / "drafts").iterdir())
    assert kept.vault.verify() == []


def test_holding_others_out_does_not_make_the_same_data_new(kept):
    anna = kept.account("anna")
    assert "k-anonymously before" in kept.preview_release(anna, COUNT, replace(ASK, hold_out=0.0)).blocked
    assert "k-anonymously before" in kept.preview_release(anna, COUNT, replace(ASK, hold_out=0.18)).blocked
    with pytest.raises(UsageError, match="hold out: with this share 516 rows"):
        kept.preview_release(anna, COUNT, replace(ASK, hold_out=0.1))
    for share in (0.5, 0.01, -0.1):
        with pytest.raises(UsageError, match="hold out"):
            kept.preview_release(anna, COUNT, replace(ASK, hold_out=share))


def test_a_signature_under_a_draft_that_is_gone_lets_nothing_leave(kept):
    anna, third = kept.account("anna"), kept.add_account("third", (Role.STEWARD,))
    ask = replace(ASK, columns=("citizenship",), parameter=20)
    kept.sign_release(anna, COUNT, ask)
    drop_drafts(kept.folder, all_of_them=True)
    with pytest.raises(Blocked, match="another person"):
        kept.release(third, COUNT, ask)


def test_a_person_more_does_not_make_the_same_data_new(kept, tmp_path):
    anna = kept.account("anna")
    (tmp_path / "more.csv").write_text("case_id,gender,citizenship\nD1,Woman,PHL\n")
    kept.add(KINDS["cases"], tmp_path / "more.csv", INVENTED, None, anna)
    for ask in (ASK, replace(ASK, hold_out=0.0, parameter=20), replace(ASK, hold_out=0.0, columns=("gender",))):
        assert "fewer persons than k" in kept.preview_release(anna, COUNT, ask).blocked


def test_who_opens_the_workspace_leaves_a_release_in_the_making_alone(kept, monkeypatch):
    anna, fourth = kept.account("anna"), kept.add_account("fourth", (Role.STEWARD,))
    ask = replace(ASK, method="table", parameter=5, columns=("citizenship",), hold_out=0.0)
    kept.sign_release(fourth, COUNT, ask)
    copied = Draft.copied_to

    def opened_meanwhile(draft, place):
        copied(draft, place)
        kept.recover_releases()  # as another process does when it opens the workspace
        assert place.is_file()

    with monkeypatch.context() as patched:
        patched.setattr(Draft, "copied_to", opened_meanwhile)
        made = kept.release(anna, COUNT, ask)
    assert (kept.folder / "releases" / f"{made.id}.csv").is_file()
    left = kept.folder / "releases" / ".pending-never.csv"
    left.write_text("never entered")
    kept.recover_releases()
    assert not left.exists()


def test_the_dataset_owns_its_budget_and_a_steward_sets_it_with_a_reason(kept):
    anna = kept.account("anna")
    assert (kept.release_budget(anna, COUNT).total, kept.release_budget(anna, COUNT).is_default) == (4.0, True)
    for epsilon, reason, said in ((0.5, " ", "reason"), (0, "less", "above 0"), (21, "more", "at most 20")):
        with pytest.raises(UsageError, match=said):
            kept.set_budget(anna, COUNT, epsilon, reason)
    with pytest.raises(NotAllowed):
        kept.set_budget(kept.add_account("analyst", (Role.ANALYST,)), COUNT, 9, "more")
    kept.set_budget(anna, COUNT, 0.5, "small and old data")
    assert kept.release_budget(anna, COUNT).is_default is False
    with pytest.raises(Blocked, match=r"0\.5 of epsilon left"):
        kept.budget().spend(1)
    assert kept.vault.verify() == []
