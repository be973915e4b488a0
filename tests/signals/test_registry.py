from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clew.safeguards.errors import UsageError
from clew.signals import load, manifests, registry


def test_listing_detectors_runs_none_of_their_code():
    code = (
        "import sys; from clew.signals.registry import manifests; print(len(manifests())); "
        "print([m for m in sys.modules if m.startswith('clew.signals.') and m.endswith('.detect') or m in ('phonenumbers', 'pycld2')])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split("\n")
    assert int(said[0]) == len(manifests())
    assert said[1] == "[]"


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        ("dict(name='x')", "not a literal"),
        ("{", "not a literal"),
        ("{'name': 'x'}", "must have exactly"),
        (
            "{'name': 'x', 'version': '1', 'kinds': (), 'about': '', 'never_for': '', 'needs': ()}",
            "version must be int",
        ),
        (
            "{'name': 'y', 'version': 1, 'kinds': (), 'about': '', 'never_for': '', 'needs': ()}",
            "name must be the folder's",
        ),
        (
            "{'name': 'x', 'version': 1, 'kinds': ('face',), 'about': '', 'never_for': '', 'needs': ()}",
            "read from a body",
        ),
    ],
)
def test_a_wrong_manifest_names_folder_and_key(tmp_path: Path, content, rule):
    path = tmp_path / "x" / "__manifest__.py"
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(UsageError, match=rule) as refused:
        registry.read_manifest(path)
    assert "detector x" in str(refused.value)


def test_an_unknown_detector_is_refused():
    with pytest.raises(UsageError, match="phone"):
        load("nobody")


def test_each_detector_explains_itself_and_no_two_alike():
    said = [type(load(m.name)).__doc__ for m in manifests()]
    assert all(said)
    assert len(set(said)) == len(said)


def test_the_page_of_detectors_is_in_step():
    page = (Path(__file__).parents[2] / "docs" / "signals.md").read_text(encoding="utf-8")
    for m in manifests():
        assert f"| {m.name} | {', '.join(m.kinds)} | {m.about} | {m.never_for} | {', '.join(m.needs) or '-'} |" in page
    assert page.count("\n| ") == len(manifests()) + 1
