"""Second factors, known browsers and sessions in the vault, on each backend."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from vault_backends import ADMINISTRATOR, ANALYST, Clock

from clew.safeguards import totp
from clew.safeguards.actors import Role
from clew.safeguards.errors import NotAllowed, NotFound, TryLater, UsageError
from clew.safeguards.people import Caller, Way
from clew.store.account_models import FactorRow, StepRow
from clew.store.models import SessionRow
from clew.store.vault import Vault

PASSWORD = "a long enough password"
WRONG = "wrong wrong wrong"
STRANGER = Caller(source="203.0.113.9", client="Mozilla/5.0 (X11; Linux) Firefox/140.0")
HOME = Caller(source="192.0.2.7", client="Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36")


@pytest.fixture
def anna(vault: Vault) -> str:
    return vault.add_account("Anna", PASSWORD, [Role.ANALYST], actor=ADMINISTRATOR).id


def signed_in(vault: Vault, caller: Caller = HOME) -> tuple[str, str]:
    admitted = vault.enter("anna", PASSWORD, caller)
    assert admitted
    return admitted.session, admitted.device


def half_in(vault: Vault) -> str:
    admitted = vault.enter("anna", PASSWORD, HOME)
    assert admitted
    return admitted.step


def roles(vault: Vault, session: str) -> frozenset[Role]:
    found = vault.session(session)
    assert found
    return found[0].roles


def with_codes(vault: Vault, clock: Clock) -> tuple[str, bytes]:
    """A session whose account has just set up codes from an app, and the secret."""
    session, _ = signed_in(vault)
    step, written, _ = vault.begin_totp(session)
    secret = totp.b32(written)
    return vault.finish_totp(session, step, code(secret, clock), "telephone"), secret


def code(secret: bytes, clock: Clock, ahead: int = 0) -> str:
    return totp.code_at(secret, int(clock.now.timestamp()) // totp.STEP_S + ahead)


def test_a_second_factor_is_asked_for_and_each_code_works_once(vault: Vault, anna: str, clock: Clock) -> None:
    session, secret = with_codes(vault, clock)
    assert vault.session(session)
    assert vault.sign_in("anna", PASSWORD) is None  # the password alone opens nothing any more
    admitted = vault.enter("anna", PASSWORD, HOME)
    assert admitted
    assert (admitted.session, admitted.ways) == ("", (Way.TOTP,))
    assert vault.session(admitted.step) is None
    used = code(secret, clock)  # the one that set it up
    assert vault.enter_second(admitted.step, Way.TOTP, used, HOME) is None
    clock.forward(seconds=30)
    fresh = code(secret, clock)
    let_in = vault.enter_second(admitted.step, Way.TOTP, f"{fresh[:3]} {fresh[3:]}", HOME)
    assert let_in
    assert vault.session(let_in.session)
    assert vault.enter_second(admitted.step, Way.TOTP, code(secret, clock, 1), HOME) is None  # the step is over
    again = vault.enter("anna", PASSWORD, HOME)
    assert again
    assert vault.enter_second(again.step, Way.TOTP, fresh, HOME) is None
    assert vault.verify() == []


def test_codes_cannot_be_guessed_on(vault: Vault, anna: str, clock: Clock) -> None:
    _, secret = with_codes(vault, clock)
    step = half_in(vault)
    for _ in range(5):
        assert vault.enter_second(step, Way.TOTP, "000000", HOME) is None
    assert vault.waiting(step) == ()
    other = half_in(vault)
    with pytest.raises(TryLater):
        vault.enter_second(other, Way.TOTP, code(secret, clock, 1), HOME)
    clock.forward(minutes=11)
    assert vault.waiting(other) == ()  # ten minutes


def test_a_recovery_code_works_once_and_new_ones_end_the_old(vault: Vault, anna: str, clock: Clock) -> None:
    session, _ = signed_in(vault)
    with pytest.raises(UsageError):
        vault.new_recovery_codes(session)
    session, _ = with_codes(vault, clock)
    codes = vault.new_recovery_codes(session)
    assert len(set(codes)) == 10
    step = half_in(vault)
    assert vault.waiting(step) == (Way.TOTP, Way.RECOVERY)
    assert vault.enter_second(step, Way.RECOVERY, codes[0].upper().replace("-", " "), HOME)
    assert vault.own_account(session).recovery_left == 9
    step = half_in(vault)
    assert vault.enter_second(step, Way.RECOVERY, codes[0], HOME) is None
    vault.new_recovery_codes(session)
    assert vault.enter_second(step, Way.RECOVERY, codes[1], HOME) is None
    vault.remove_factor(session, vault.own_account(session).factors[0].id)
    assert vault.sign_in("anna", PASSWORD)  # the codes went with what they stood in for
    assert vault.verify() == []


def test_what_checks_a_factor_is_kept_sealed_and_a_changed_one_shows(vault: Vault, anna: str, clock: Clock) -> None:
    session, secret = with_codes(vault, clock)
    codes = vault.new_recovery_codes(session)
    ben = vault.add_account("Ben", PASSWORD, [Role.ANALYST], actor=ADMINISTRATOR).id
    with vault._write() as tx:
        kept = repr([row.__dict__ for row in tx.scalars(select(FactorRow))]).encode()
        assert secret not in kept
        assert not any(each.encode() in kept for each in codes)
        tx.execute(update(FactorRow).where(FactorRow.kind == "totp").values(account=ben))
    assert [finding.rule for finding in vault.verify()] == ["factor-changed"]


def test_an_administrator_takes_lost_factors_off_and_nobody_else(vault: Vault, anna: str, clock: Clock) -> None:
    session, _ = with_codes(vault, clock)
    with pytest.raises(NotAllowed):
        vault.reset_factors(anna, actor=ANALYST)
    vault.link_elsewhere(anna, "https://id.example", "s-1", actor=ADMINISTRATOR)
    with vault._read() as tx:
        assert vault._of_subject(tx, "https://id.example", "s-1")
    assert vault.reset_factors(anna, actor=ADMINISTRATOR) == 2
    with vault._read() as tx:
        assert vault._of_subject(tx, "https://id.example", "s-1") is None  # else whoever has it comes in at once
    assert vault.session(session) is None
    assert vault.sign_in("anna", PASSWORD)
    assert vault.verify() == []


def test_a_one_time_link_does_not_go_round_the_second_factor(vault: Vault, anna: str, clock: Clock) -> None:
    with_codes(vault, clock)
    token = vault.issue_once(anna, 10, actor=ADMINISTRATOR)
    admitted = vault.enter_once(token, HOME)
    assert admitted
    assert not admitted.session
    assert admitted.ways


# Strangers and known browsers.


def test_a_stranger_does_not_hold_up_a_browser_that_is_known(vault: Vault, anna: str, clock: Clock) -> None:
    _, device = signed_in(vault)
    at_home = Caller(device=device, source=HOME.source, client=HOME.client)
    for number in range(130):  # from ever other places, as fast as the waits allow
        where = Caller(source=f"203.0.113.{number}", client=STRANGER.client)
        while True:
            try:
                assert vault.enter("anna", WRONG, where) is None
                break
            except TryLater as later:
                clock.forward(seconds=later.seconds)
    with pytest.raises(TryLater) as refused:
        vault.enter("anna", PASSWORD, STRANGER)
    assert 60 < refused.value.seconds <= 900
    admitted = vault.enter("anna", PASSWORD, at_home)  # at once
    assert admitted
    assert admitted.session
    assert vault.enter_once(vault.issue_once(anna, 10, actor=ADMINISTRATOR), STRANGER)  # and the way for a new browser


def test_a_stolen_or_invented_token_of_a_browser_does_not_pass_for_a_known_one(vault: Vault, anna: str) -> None:
    vault.add_account("Ben", PASSWORD, [Role.ANALYST], actor=ADMINISTRATOR)
    ben = vault.enter("ben", PASSWORD, STRANGER)
    assert ben
    invented = Caller(device="x" * 43, source="198.51.100.1")
    for guess in (Caller(device=ben.device, source="198.51.100.2"), invented):
        for _ in range(2):
            assert vault.enter("anna", WRONG, guess) is None
    assert vault.enter("anna", WRONG, STRANGER) is None
    with pytest.raises(TryLater):  # all counted as strangers, by the name
        vault.enter("anna", WRONG, invented)
    admitted = vault.enter("ben", PASSWORD, invented)
    assert admitted
    assert admitted.device != invented.device
    # A browser that is known is held up by its own failures all the same.
    mine = Caller(device=ben.device, source="192.0.2.99")
    for _ in range(5):
        assert vault.enter("ben", WRONG, mine) is None
    with pytest.raises(TryLater):
        vault.enter("ben", PASSWORD, mine)


def test_one_source_that_tries_many_names_is_slowed_down(vault: Vault, anna: str) -> None:
    for number in range(20):
        assert vault.enter(f"name {number}", WRONG, Caller(source="2001:db8::1")) is None
    with pytest.raises(TryLater):
        vault.enter("anna", PASSWORD, Caller(source="2001:db8::2"))  # the same network
    assert vault.enter("anna", PASSWORD, Caller(source="2001:db8:1::1"))


# Sessions.


def test_a_session_is_over_when_it_comes_from_another_browser(vault: Vault, anna: str) -> None:
    session, _ = signed_in(vault)
    assert vault.session(session, HOME.client)
    assert vault.session(session, STRANGER.client) is None
    assert vault.session(session, HOME.client) is None  # for its person too: they sign in anew and learn of it
    session, _ = signed_in(vault)
    assert vault.session(session, "") is None  # one that does not say what it is is another one


def test_a_person_sees_and_ends_their_own_sessions_alone(vault: Vault, anna: str) -> None:
    first, second = signed_in(vault)[0], signed_in(vault, STRANGER)[0]
    vault.add_account("Ben", PASSWORD, [Role.ANALYST], actor=ADMINISTRATOR)
    bens = vault.sign_in("ben", PASSWORD) or ""
    seen = {each.client: each for each in vault.own_account(first).sessions}
    assert set(seen) == {"Chromium on Windows", "Firefox on Linux"}
    assert seen["Chromium on Windows"].here
    other = seen["Firefox on Linux"].id
    with pytest.raises(NotFound):
        vault.end_session(bens, other)
    vault.end_session(first, other)
    assert vault.session(second) is None
    third = signed_in(vault)[0]
    assert vault.end_other_sessions(third) == 1
    assert [bool(vault.session(each)) for each in (first, third, bens)] == [False, True, True]


def test_changes_need_a_late_proof_and_renew_the_session(vault: Vault, anna: str, clock: Clock) -> None:
    session, _ = signed_in(vault)
    clock.forward(minutes=11)
    for change in (
        lambda: vault.begin_totp(session), lambda: vault.change_password(session, "another long password"),
        lambda: vault.new_recovery_codes(session), lambda: vault.remove_factor(session, "fac_1"),
    ):  # fmt: skip
        with pytest.raises(NotAllowed, match="prove first"):
            change()
    with pytest.raises(NotAllowed):
        vault.prove_self(session, Way.PASSWORD, WRONG)
    fresh = vault.prove_self(session, Way.PASSWORD, PASSWORD)
    assert vault.session(session) is None
    elsewhere = signed_in(vault)[0]
    changed = vault.change_password(fresh, "another long password")
    assert [bool(vault.session(each)) for each in (fresh, elsewhere, changed)] == [False, False, True]
    assert vault.sign_in("anna", PASSWORD) is None
    assert vault.sign_in("anna", "another long password")
    assert vault.verify() == []


def test_a_password_is_no_proof_where_there_is_a_second_factor(vault: Vault, anna: str, clock: Clock) -> None:
    session, secret = with_codes(vault, clock)
    clock.forward(minutes=11)
    with pytest.raises(NotAllowed):
        vault.prove_self(session, Way.PASSWORD, PASSWORD)
    assert vault.prove_self(session, Way.TOTP, code(secret, clock))


def test_where_a_second_factor_is_required_a_session_without_one_has_no_role(
    vault: Vault, anna: str, clock: Clock
) -> None:
    vault.second_factor = "required"
    session, _ = signed_in(vault)
    assert roles(vault, session) == frozenset()
    assert vault.own_account(session).needs_second
    session, _ = with_codes(vault, clock)
    assert roles(vault, session) == {Role.ANALYST}


def test_half_open_sign_ins_are_sealed_and_go(vault: Vault, anna: str, clock: Clock) -> None:
    session, _ = signed_in(vault)
    _, written, _ = vault.begin_totp(session)
    with vault._read() as tx:
        (row,) = tx.scalars(select(StepRow)).all()
        assert totp.b32(written) not in row.sealed
        assert totp.b32(written).hex().encode() not in row.sealed
    clock.forward(minutes=11)
    signed_in(vault)
    with_codes(vault, clock)
    with vault._read() as tx:
        assert tx.scalars(select(StepRow)).all() == []
        assert all(len(each) == 64 for each in tx.scalars(select(SessionRow.token)))
