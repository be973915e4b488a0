"""`clew persons`: links a workspace's cases, lists what waits, shows why, and signs an answer."""

import re

import pytest
from typer.testing import CliRunner

from clew.cli.persons import app

HEADER = "case_id,first_name,second_name,birthdate,phone\n"
NAMES = (("Amara", "Okafor"), ("Bilal", "Petrov"), ("Chika", "Silva"), ("Dusan", "Haddad"), ("Elif", "Kovac"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    from clew.records import KINDS, LegalBasis, Source
    from clew.safeguards.keys import Cost, Unlock
    from clew.workspace import Workspace

    key = tmp_path / "k" / "w.key"
    monkeypatch.setenv("CLEW_KEY_FILE", str(key))
    rows = [f"A{n},{g},{f},19{80 + n}-03-1{n},+44791234560{n}" for n, (g, f) in enumerate(NAMES)]
    rows += [f"B{n},{g},{f},19{80 + n}-03-1{n},+44791234560{n}" for n, (g, f) in enumerate(NAMES[:2])]
    (tmp_path / "c.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    cheap = Cost(passes=1, memory_kib=64, lanes=1)
    with Workspace.create(tmp_path / "w", Unlock(key_file=key), cost=cheap, owner="anna") as workspace:
        source = Source(name="Shelter", basis=LegalBasis.SYNTHETIC)
        workspace.add(KINDS["cases"], tmp_path / "c.csv", source, None, workspace.account())
    return tmp_path / "w"


def said(folder, *words):
    answer = CliRunner().invoke(app, [*words, "-w", str(folder)])
    assert answer.exception is None, answer.exception
    return answer.stdout + answer.stderr


def test_link_list_show_and_sign(folder):
    assert "not linked yet" in said(folder, "review")
    assert "7 cases compared" in said(folder, "link", "--review-below", "1")
    listed = said(folder, "review", "--show", "all")
    subject = re.search(r"^([0-9a-f]{32}:[0-9a-f]{32})  2 cases  waiting", listed, re.MULTILINE)
    assert subject, listed
    shown = said(folder, "review", subject[1])
    assert "Okafor" not in shown
    assert "Petrov" not in shown
    signed = said(folder, "review", subject[1], "--verdict", "yes", "--reason", "Same contact at both doors.")
    assert "signed by anna: yes" in signed
    assert "accepted" in said(folder, "review", "--show", "judged")


def test_a_verdict_needs_a_proposal_and_is_one_of_three(folder):
    for words in (
        ["review", "--verdict", "yes"],
        ["review", "a:b", "--verdict", "maybe"],
        ["review", "--show", "none"],
    ):
        answer = CliRunner().invoke(app, [*words, "-w", str(folder)])
        assert type(answer.exception).__name__ == "UsageError", words
