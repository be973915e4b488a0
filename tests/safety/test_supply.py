"""No secret is kept in the repository, and the audit of what clew stands on finds what is planted."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "scripts"))
import audit
import secrets_scan


def test_the_repository_holds_no_secret() -> None:
    try:
        assert secrets_scan.scan(secrets_scan.ROOT) == []
    except (OSError, secrets_scan.subprocess.CalledProcessError):
        pytest.skip("not a git work tree")


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN RSA PRIVATE" + " KEY-----", "-----BEGIN PRIVATE" + " KEY-----", "aws = 'AKIA" + "ABCDEFGHIJKLMNOP'",
        "t: gh" + "p_" + "aB3" * 12, "postgresql://clew:x7Kq" + "9ZpL2mWd4@db/clew", 'api_key = "Zx81kQ' + 'pLm20vWn73Rt"',
        '"client_secret": "8f3kQ9' + 'zLp2XvT6wY"', "eyJ" + "hbGciOiJIUzI1NiJ9.eyJ" + "zdWIiOiIxMjM0NTY3ODkwIn0." + "a" * 30,
    ],
)  # fmt: skip
def test_planted_secrets_are_found(line: str) -> None:
    assert list(secrets_scan.found_in(f"first\n{line}\n")), "planted, and not found"
    assert {number for number, _ in secrets_scan.found_in(f"first\n{line}\n")} == {2}


@pytest.mark.parametrize(
    "line",
    ['password = "a long enough password"', "postgresql://u:secret-word@host/v", 'secret = "canary-of-a-text"', "token: str = new_secret()",
     'PASSPHRASE = "correct horse battery"', "-----BEGIN PUBLIC KEY-----"],
)  # fmt: skip
def test_invented_words_are_no_secret(line: str) -> None:
    assert list(secrets_scan.found_in(line)) == []


def osv(folder: Path, *entries: dict[str, object]) -> Path:
    path = folder / "all.zip"
    with zipfile.ZipFile(path, "w") as out:
        for number, entry in enumerate(entries):
            out.writestr(f"OSV-{number}.json", json.dumps({"id": f"OSV-{number}", "summary": "bad", **entry}))
    return path


def affected(
    name: str, *events: dict[str, str], system: str = "PyPI", versions: tuple[str, ...] = ()
) -> dict[str, object]:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    return {
        "affected": [{"package": {"ecosystem": system, "name": name}, "ranges": ranges, "versions": list(versions)}]
    }


def test_known_vulnerabilities_are_matched_as_osv_says(tmp_path: Path) -> None:
    packages = {("PyPI", "some-thing"): "1.10", ("npm", "htmx.org"): "2.0.4", ("PyPI", "odd"): "2024b!x"}
    export = osv(
        tmp_path,
        affected("Some_Thing", {"introduced": "0"}, {"fixed": "1.9"}),  # older ones only
        affected("some.thing", {"introduced": "1.2"}, {"fixed": "1.11"}),
        affected("some-thing", {"introduced": "0"}, {"last_affected": "1.9.9"}, {"introduced": "1.10"}, {"fixed": "2"}),
        affected("some-thing", versions=("1.10",)),
        {**affected("some-thing", versions=("1.10",)), "withdrawn": "2026-01-01T00:00:00Z"},
        affected("htmx.org", {"introduced": "0"}, system="npm"),
        affected("htmx.org", {"introduced": "0"}, system="PyPI"),
        affected("odd", {"introduced": "0"}, {"fixed": "1"}),  # a version that cannot be read is not called safe
    )
    found = [line.split(": ")[1].split()[0] for line in audit.vulnerable(packages, [export])]
    assert found == ["OSV-1", "OSV-2", "OSV-3", "OSV-5", "OSV-7"]


def test_everything_that_is_locked_has_a_hash_and_a_licence_that_is_taken() -> None:
    packages, loose = audit.locked(audit.ROOT)
    assert len(packages) > 60
    assert {system for system, _ in packages} == {"PyPI", "npm"}
    assert loose == []
    assert audit.unwelcome(packages, audit.distributions()) == []


def test_a_check_that_could_not_be_made_is_not_called_passed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CLEW_OSV", raising=False)
    monkeypatch.setattr(audit, "find_spec", lambda name: None)
    monkeypatch.setattr(audit, "distributions", list)
    monkeypatch.setattr(secrets_scan, "scan", lambda root: [])
    assert audit.main([]) == 0
    assert "vulnerabilities: NOT CHECKED (no list" in capsys.readouterr().out
