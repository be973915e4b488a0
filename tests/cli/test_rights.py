"""`clew safeguards rectify` and the options of `clew account`, as a person types them."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest

from .conftest import Ended


@pytest.fixture
def room(empty_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copytree(empty_workspace, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("CLEW_KEY_FILE", str(tmp_path / "k" / "room.key"))
    return tmp_path / "room"


def test_a_value_is_read_from_a_file_and_never_said_again(
    room: Path, tmp_path: Path, clew: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "c.csv").write_text("case_id,age,first_name\nA1,30,Amara\n", encoding="utf-8")
    assert (
        clew("add", "cases", tmp_path / "c.csv", "--source", "s", "--basis", "synthetic", "--yes", "-w", room).code == 0
    )
    right = ("safeguards", "rectify", "A1", "-w", room, "--why", "she said so", "--field")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("﻿Amirá\r\n".encode())))
    done = clew(*right, "first_name", "--value-file", "-")
    assert (done.code, "Amir" in done.out + done.err) == (0, False)
    assert clew("safeguards", "export", "A1", "--why", "asked", "--out", tmp_path / "copy", "-w", room).code == 0
    copy = (tmp_path / "copy" / "data.json").read_text(encoding="utf-8")
    assert '"first_name": "Amirá"' in copy
    assert '"first_name": "Amara"' in copy
    assert "What was put right in it" in (tmp_path / "copy" / "read-me.html").read_text(encoding="utf-8")
    (tmp_path / "age").write_bytes(b"\xff\xfe\x00Canary")
    assert clew(*right, "age", "--value-file", tmp_path / "age").code == 1
    (tmp_path / "age").write_text("Canary", encoding="utf-8")
    refused = clew(*right, "age", "--value-file", tmp_path / "age")
    assert (refused.code, "Canary" in refused.err) == (2, False)
    for lacking in ((), ("--not-known", "--value-file", tmp_path / "age")):
        assert clew(*right, "age", *lacking).code == 2
    assert clew(*right, "age", "--not-known").code == 0


def test_accounts_are_opened_changed_helped_and_closed(
    room: Path, clew: Callable[..., Ended], monkeypatch: pytest.MonkeyPatch
) -> None:
    def account(*given: str) -> Ended:
        return clew("account", *given, "-w", room)

    assert account("Paula", "--role", "partner").code == 2  # of which organisation?
    opened = account("Paula", "--role", "partner", "--organisation", "Shelter North")
    assert (opened.code, opened.err.startswith("Paula (partner)"), bool(opened.out.strip())) == (0, True, True)
    assert account("Paula", "--role", "partner", "--organisation", "North").code != 0  # is there already
    assert account("Paula", "--change-roles").code == 2  # to which?
    assert account("Paula", "--change-roles", "--close", "--role", "analyst").code == 2
    assert "case_worker" in account("Paula", "--change-roles", "--role", "case_worker").err
    assert "Paula (case_worker)" in account("Paula").err
    assert re.match(r"0 second factors", account("Paula", "--reset-factors").err)
    assert account("Paula", "--link", "subject-1").code == 2  # no provider is named in the settings
    with (room / "clew.toml").open("a", encoding="utf-8") as settings:
        settings.write('\noidc_issuer = "https://issuer.example"\noidc_client = "clew"\n')
    monkeypatch.setenv("CLEW_OIDC_SECRET", "invented")
    assert "can sign in" in account("Paula", "--link", "subject-1").err
    assert account("nobody", "--close").code == 1
    assert "closed" in account("Paula", "--close").err
    assert account("Paula").code == 1
