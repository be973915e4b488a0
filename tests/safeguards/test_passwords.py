from __future__ import annotations

import pytest

from clew.safeguards.accounts import LONGEST_WAIT_S, Passwords, new_token, token_hash, wait_s
from clew.safeguards.errors import UsageError
from clew.safeguards.keys import Cost

CHEAP = Passwords(Cost(passes=1, memory_kib=8, lanes=1))


def test_a_password_is_kept_as_argon2id_and_checks() -> None:
    kept = CHEAP.hash("a long enough password")
    assert kept.startswith("$argon2id$")
    assert kept != CHEAP.hash("a long enough password")
    assert CHEAP.check(kept, "a long enough password")
    assert not CHEAP.check(kept, "a long enough Password")


def test_the_default_cost_is_the_one_the_standard_recommends() -> None:
    assert "m=65536,t=3,p=4" in Passwords().hash("a long enough password")
    assert Passwords().is_outdated(CHEAP.hash("a long enough password"))


@pytest.mark.parametrize("kept", [None, "", "nonsense", "$argon2id$broken"])
def test_no_password_is_right_where_none_is_kept(kept: str | None) -> None:
    assert not CHEAP.check(kept, "")
    assert not CHEAP.check(kept, "a long enough password")


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 129])
def test_short_and_endless_passwords_are_refused(password: str) -> None:
    with pytest.raises(UsageError, match="password") as refused:
        CHEAP.hash(password)
    assert not password or password not in str(refused.value)


def test_tokens_are_long_unlike_and_kept_as_hashes() -> None:
    tokens = [new_token() for _ in range(100)]
    assert len({token for token, _ in tokens}) == 100
    assert all(len(token) >= 43 and kept == token_hash(token) and token not in kept for token, kept in tokens)


def test_waiting_grows_and_never_passes_a_minute() -> None:
    waits = [wait_s(failures) for failures in range(10_000)]
    assert waits == sorted(waits)
    assert waits[4] == 0
    assert max(waits) == LONGEST_WAIT_S
