from __future__ import annotations

import unicodedata

import pytest

from clew.safeguards.accounts import (
    FEWEST_GUESSES,
    LONG_WAIT_S,
    LONGEST_WAIT_S,
    MANY_FAILURES,
    Passwords,
    new_token,
    require_unguessable,
    token_hash,
    wait_s,
)
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


def test_waiting_grows_to_a_minute_and_never_past_a_quarter_of_an_hour() -> None:
    waits = [wait_s(failures) for failures in range(10_000)]
    assert waits == sorted(waits)
    assert waits[4] == 0
    assert max(waits[:MANY_FAILURES]) == LONGEST_WAIT_S
    assert max(waits) == LONG_WAIT_S
    # What guesses in a year of trying come to at most: nothing against a password of the fewest guesses.
    assert 100 + 366 * 86_400 // LONG_WAIT_S < 10**FEWEST_GUESSES / 100_000


@pytest.mark.parametrize(
    "password",
    ["passwordpassword", "aaaaaaaaaaaaaaaaaa", "123456789012345678", "qwertyuiopasdfgh", "anna anna anna anna",
     "Harbour House Anna", "Password123456!"],
)  # fmt: skip
def test_common_repeated_and_own_words_are_refused(password: str) -> None:
    with pytest.raises(UsageError, match="too easily guessed") as refused:
        require_unguessable(password, ("Anna", "Harbour House"))
    assert password not in str(refused.value)


@pytest.mark.parametrize(
    "password", ["correct horse battery staple", "viele grüne züge im märz", "語彙が少し多い合言葉をここに書く練習"]
)
def test_no_kind_of_sign_is_asked_for(password: str) -> None:
    require_unguessable(password)


def test_one_spelling_of_what_looks_the_same() -> None:
    kept = CHEAP.hash("viele grüne züge im märz")
    assert CHEAP.check(kept, unicodedata.normalize("NFD", "viele grüne züge im märz"))
