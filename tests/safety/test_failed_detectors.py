"""Every detector, made to fail, blocks a release: parametrised by what the registry lists, so that a new one is not forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from small_workspace import FILES, SITE, made

from clew.desk import ReleaseAsk
from clew.publish.door import check
from clew.safeguards.actors import Purpose
from clew.safeguards.errors import Blocked
from clew.signals import manifests, scan
from clew.signals.base import Outcome
from clew.signals.detector import TextDetector
from clew.signals.registry import OFF, _class
from clew.workspace import Workspace
from clew.workspace.chain import open_texts, read_signals

ASK = ReleaseAsk(title="Cases", recipient="Ministry", method="anonymise", parameter=2, columns=("gender",))
UNREAD = "could not be read by a detector"
CANARY = "canary of a text"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with made(tmp_path_factory.mktemp("failing"), FILES) as workspace:
        yield workspace


def break_it(patch: pytest.MonkeyPatch, name: str) -> None:
    """As a fault in its code would: it raises at whatever it is given."""
    kind = _class(name)

    def fails(*_: object) -> Sequence[Outcome]:
        raise RuntimeError(CANARY)

    patch.setattr(kind, "read" if issubclass(kind, TextDetector) else "detect", fails)
    patch.setattr(kind, "screen", "", raising=False)


def blocked(workspace: Workspace) -> str:
    return workspace.preview_release(workspace.account(), Purpose.STATISTICS, ASK).blocked or ""


@pytest.mark.parametrize("name", [manifest.name for manifest in manifests()])
def test_a_detector_that_fails_blocks_a_release_until_it_runs_again(
    workspace: Workspace, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = workspace.account()
    with monkeypatch.context() as patch:
        break_it(patch, name)
        if name in OFF:  # runs only where somebody asks for it
            found = scan(["Call Mira on 555 0100"], detectors=[name], name_key=bytes(32))
            with pytest.raises(Blocked, match=UNREAD):
                check(found.failures.num_rows)
            return
        texts = open_texts(workspace.lake)
        _, failures, _ = read_signals(
            texts, workspace.keys, workspace.settings, lambda _: None
        )  # the run's own reading
        workspace.lake.replace({"failures": failures})
        failed = workspace.failed()
        assert sum(failed.values()) > 0, f"{name} failed and nobody was told"
        assert any(name in said for said in failed), failed
        assert UNREAD in blocked(workspace)
        with pytest.raises(Blocked, match=UNREAD):
            workspace.release(anna, Purpose.STATISTICS, ASK)
        assert CANARY not in f"{failed} {blocked(workspace)}"


def test_what_failed_and_runs_again_blocks_nothing(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        break_it(patch, "phone")
        workspace.run(workspace.account())
    assert UNREAD in blocked(workspace)
    workspace.lake._sql.execute("DELETE FROM failures")  # the log remembers how many there were
    assert UNREAD in blocked(workspace)
    workspace.run(workspace.account())
    assert not workspace.failed()
    assert UNREAD not in blocked(workspace)


def test_a_lead_says_which_of_its_records_could_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offers = "advert_id,text,phone\n" + "".join(
        f"ad-{n},We are hiring a cook. We keep your passport. You pay back your travel.,+447911123456\n" for n in (1, 2)
    )
    with made(tmp_path, {"adverts": (offers, SITE)}) as workspace:
        anna = workspace.account()
        workspace.run(anna)
        (lead,) = workspace._leads()["lead"].to_pylist()
        assert workspace.lead(anna, Purpose.LEAD_REVIEW, lead).unread == {}
        with monkeypatch.context() as patch:
            break_it(patch, "age")
            workspace.run(anna)
        assert workspace.lead(anna, Purpose.LEAD_REVIEW, lead).unread == {"age/1": 2}


def test_a_field_that_could_not_be_read_is_told_as_a_text_is(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = _class("phone").read

    def fails(self: TextDetector, text: str) -> object:
        if "+44" in text:  # the fields; the texts name no number
            raise RuntimeError(CANARY)
        return read(self, text)

    with monkeypatch.context() as patch:
        patch.setattr(_class("phone"), "read", fails)
        assert workspace.run(workspace.account()).failures == 2
    assert workspace.failed() == {"phone/1": 2}
    assert UNREAD in blocked(workspace)
    workspace.run(workspace.account())
