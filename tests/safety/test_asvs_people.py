"""OWASP ASVS 5.0.0, levels 1 and 2: authentication (V6), sessions (V7), authorisation (V8), headers and
cookies (V3); OpenID Connect (V10) is in tests/store/test_elsewhere.py. Each test is named by the requirement it shows. Where another test shows one already, it is named in docs/sign-in.md.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from clew.safeguards import accounts, totp
from clew.safeguards.actors import Actor, Role
from clew.safeguards.errors import NotAllowed, TryLater, UsageError
from clew.safeguards.keys import Cost, Unlock
from clew.safeguards.people import Caller, Way
from clew.store import signing_in
from clew.store.models import SessionRow
from clew.workspace import Workspace

sys.path.append(str(Path(__file__).parents[1] / "web"))
from client import Client, Page, token_in

PASSWORD = "tired lamp under eleven rivers"
ADMINISTRATOR = Actor(id="acc_admin", name="admin", roles=frozenset({Role.ADMINISTRATOR}))
HOME = Caller(source="192.0.2.1")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("asvs")
    unlock = Unlock(key_file=folder / "k" / "w.key")
    with Workspace.create(folder / "w", unlock, cost=Cost(passes=1, memory_kib=64, lanes=1), owner="owner") as made:
        yield made


@pytest.fixture
def anna(house: Workspace, request: pytest.FixtureRequest) -> str:
    """The name of an account of the test's own."""
    name = request.node.name[:60]
    house.vault.add_account(name, PASSWORD, [Role.ANALYST], actor=ADMINISTRATOR, organisation="Harbour House")
    return name


@pytest.fixture
def browser(house: Workspace) -> Iterator[Client]:
    with Client(house, secure=True) as made:
        yield made


def enter(browser: Client, name: str, password: str = PASSWORD) -> int:
    form = {"csrf": token_in(browser.get("/sign-in").text), "name": name, "password": password, "then": "/account"}
    return browser.send("POST", "/sign-in", data=form).status_code


def session_of(browser: Client) -> str:
    return str(browser.cookies.get("__Host-clew-session") or "")


def grow_old(house: Workspace, token: str, **columns: timedelta) -> None:
    """As if time had gone by since these moments of a session."""
    with house.vault._write() as tx:
        row = tx.get_one(SessionRow, accounts.token_hash(token))
        for name, ago in columns.items():
            setattr(row, name, getattr(row, name) - ago)


def second_factor(house: Workspace, name: str) -> bytes:
    session = house.vault.sign_in(name, PASSWORD) or ""
    step, written, _ = house.vault.begin_totp(session)
    secret = totp.b32(written)
    now = int(house.vault._clock().timestamp()) // totp.STEP_S
    house.vault.finish_totp(session, step, totp.code_at(secret, now - 1), "app")
    return secret


# V6 Authentication.


def test_6_2_1_and_6_2_9_passwords_are_at_least_15_characters_and_may_be_128(house: Workspace) -> None:
    for bad in ("x7 kq vn pd wm", "q" * 129):
        with pytest.raises(UsageError, match="between 15 and 128"):
            accounts.require_unguessable(bad)
    accounts.require_unguessable(" ".join(f"lamp{n} river{n * 7}" for n in range(9))[:128])


def test_6_2_2_and_6_2_3_a_person_changes_their_password_after_showing_who_they_are(
    house: Workspace, anna: str, browser: Client
) -> None:
    assert enter(browser, anna) == 303
    fresh = {"password": "another eleven lamps by rivers", "again": "another eleven lamps by rivers"}
    grow_old(house, session_of(browser), proved_at=timedelta(minutes=11))
    assert browser.post("/account/password", **fresh).status_code == 403
    assert browser.post("/account/prove", way="password", answer="not the present one").status_code == 403
    assert browser.post("/account/prove", way="password", answer=PASSWORD).status_code == 303
    assert browser.post("/account/password", **fresh).status_code == 303
    assert (house.vault.sign_in(anna, PASSWORD), bool(house.vault.sign_in(anna, fresh["password"]))) == (None, True)


def test_6_2_4_the_most_common_passwords_of_this_length_are_refused() -> None:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    long_enough = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= accounts.MINIMUM_PASSWORD]
    assert long_enough
    for word in long_enough:
        with pytest.raises(UsageError, match="too easily guessed"):
            accounts.require_unguessable(word)


def test_6_2_5_no_kind_of_character_is_asked_for() -> None:
    accounts.require_unguessable("tired lamp under eleven rivers")
    accounts.require_unguessable("усталая лампа под одиннадцатью реками")


def test_6_2_6_and_6_2_7_password_fields_hide_and_can_be_pasted_into_and_filled(browser: Client, anna: str) -> None:
    fields = [f for f in Page(browser.get("/sign-in").text).of("input") if f.get("name") == "password"]
    enter(browser, anna)
    fields += [f for f in Page(browser.get("/account").text).of("input") if f.get("name") in ("password", "again")]
    assert len(fields) == 3
    assert {f["type"] for f in fields} == {"password"}
    assert {f["autocomplete"] for f in fields} == {"current-password", "new-password"}


def test_6_2_8_a_password_is_checked_whole(house: Workspace, anna: str) -> None:
    for near in (PASSWORD[:-1], PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD):
        assert house.vault.sign_in(anna, near) is None
        house.vault.sign_in(anna, PASSWORD)


def test_6_2_11_words_of_the_account_and_its_organisation_are_no_password(house: Workspace) -> None:
    with pytest.raises(UsageError, match="too easily guessed"):
        house.vault.add_account("Marguerite", "marguerite harbour house", [Role.ANALYST], actor=ADMINISTRATOR, organisation="Harbour House")  # fmt: skip


def test_6_3_1_guessing_is_slowed_and_strangers_shut_nobody_out(house: Workspace, anna: str) -> None:
    home = house.vault.enter(anna, PASSWORD, HOME)
    assert home
    for number in range(5):
        assert house.vault.enter(anna, "wrong " * 4, Caller(source=f"203.0.113.{number}")) is None
    with pytest.raises(TryLater):
        house.vault.enter(anna, PASSWORD, Caller(source="203.0.113.99"))
    assert house.vault.enter(anna, PASSWORD, Caller(device=home.device, source="198.51.100.3"))


def test_6_3_2_there_are_no_accounts_but_those_somebody_opened(house: Workspace, tmp_path: Path) -> None:
    unlock = Unlock(key_file=tmp_path / "k" / "w.key")
    with Workspace.create(tmp_path / "w", unlock, cost=Cost(passes=1, memory_kib=64, lanes=1), owner="anna") as made:
        assert [each.name for each in made.vault.accounts(ADMINISTRATOR)] == ["anna"]
        for name in ("admin", "root", "operator", "sa", "anna"):
            assert made.vault.sign_in(name, "") is None


def test_6_3_3_where_it_is_required_nothing_opens_without_a_second_factor(
    house: Workspace, anna: str, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.vault, "second_factor", "required")
    assert enter(browser, anna) == 303
    for address in ("/", "/leads", "/networks", "/flows", "/dpia"):
        assert browser.get(address).headers["location"] == "/account"
    own = browser.get("/account").text
    assert "asks for a second factor" in own
    form = {"csrf": token_in(own), "purpose": "statistics"}
    assert browser.send("POST", "/purpose", data=form).status_code == 403


def test_6_3_4_and_6_4_3_no_way_in_goes_round_the_second_factor(house: Workspace, anna: str) -> None:
    second_factor(house, anna)
    actor = house.account(anna)
    house.vault.set_password(actor.id, "another eleven lamps by rivers", actor=ADMINISTRATOR)  # a forgotten one
    assert house.vault.sign_in(anna, "another eleven lamps by rivers") is None
    assert house.vault.sign_in_once(house.one_time_login(actor)) is None
    admitted = house.vault.enter_once(house.one_time_login(actor), HOME)
    assert admitted
    assert admitted.ways == (Way.TOTP,)


def test_6_4_1_a_first_link_is_random_short_lived_and_used_once(house: Workspace, anna: str) -> None:
    one, two = (house.one_time_login(house.account(anna)) for _ in range(2))
    assert one != two
    assert len(one) >= 43
    assert house.vault.sign_in_once(one)
    assert house.vault.sign_in_once(one) is None
    with house.vault._write() as tx:
        tx.execute(text("UPDATE once_tokens SET expires_at = '2020-01-01T00:00:00.000000+00:00'"))
    assert house.vault.sign_in_once(two) is None


def test_6_5_1_a_code_is_taken_once(house: Workspace, anna: str) -> None:
    secret = second_factor(house, anna)
    code = totp.code_at(secret, int(house.vault._clock().timestamp()) // totp.STEP_S)
    opened = []
    for _ in range(2):
        admitted = house.vault.enter(anna, PASSWORD, HOME)
        assert admitted
        opened.append(bool(house.vault.enter_second(admitted.step, Way.TOTP, code, HOME)))
    assert opened == [True, False]


def test_6_5_2_to_6_5_4_recovery_codes_are_random_and_hold_120_bits() -> None:
    codes = [code for _ in range(20) for code in accounts.new_recovery_codes()]
    assert len(set(codes)) == len(codes)
    assert {len(accounts.plain_code(code)) * 5 for code in codes} == {120}  # base32: five bits a sign


def test_6_5_5_a_code_lives_thirty_seconds() -> None:
    secret, now = bytes(range(20)), 1_700_000_000
    code = totp.code_at(secret, now // 30)
    taken = [seconds for seconds in range(-120, 121, 30) if totp.accepted_step(secret, code, now + seconds) is not None]
    assert taken == [-30, 0, 30]  # one step either way, for clocks that differ (RFC 6238, 5.2)


# V7 Sessions.


def test_7_2_2_and_7_2_3_sessions_are_random_tokens_of_which_only_a_hash_is_kept(house: Workspace, anna: str) -> None:
    tokens = {house.vault.sign_in(anna, PASSWORD) or "" for _ in range(5)}
    assert len(tokens) == 5
    assert all(re.fullmatch(r"[\w-]{43}", token) for token in tokens)  # 256 bits
    with house.vault._read() as tx:
        assert tokens.isdisjoint(row.token for row in tx.query(SessionRow))


def test_7_2_4_signing_in_and_proving_anew_give_a_new_token_and_end_the_old(
    house: Workspace, anna: str, browser: Client
) -> None:
    seen = []
    for step in (lambda: enter(browser, anna), lambda: enter(browser, anna),
                 lambda: browser.post("/account/prove", way="password", answer=PASSWORD).status_code):  # fmt: skip
        assert step() == 303
        seen.append(session_of(browser))
    assert len(set(seen)) == 3
    assert [bool(house.vault.session(token)) for token in seen] == [False, False, True]


def test_7_3_1_and_7_3_2_sessions_end_when_idle_and_in_any_case(house: Workspace, anna: str) -> None:
    idle, old = (house.vault.sign_in(anna, PASSWORD) or "" for _ in range(2))
    grow_old(house, idle, seen_at=timedelta(minutes=signing_in.IDLE_MIN, seconds=1))
    grow_old(house, old, issued_at=timedelta(hours=signing_in.SESSION_H, seconds=1))
    assert (house.vault.session(idle), house.vault.session(old)) == (None, None)
    assert signing_in.IDLE_MIN <= 60  # NIST SP 800-63B-4, AAL2: an hour, and a day in any case
    assert signing_in.SESSION_H <= 24


def test_7_4_1_after_signing_out_nothing_is_shown_again(anna: str, browser: Client) -> None:
    enter(browser, anna)
    kept = session_of(browser)
    answer = browser.post("/sign-out")
    assert '"cache"' in answer.headers["clear-site-data"]
    browser.cookies.set("__Host-clew-session", kept, domain="127.0.0.1")
    assert browser.get("/account").headers["location"].startswith("/sign-in")
    assert browser.get("/sign-in").headers["cache-control"] == "no-store"


def test_7_4_2_and_7_4_5_closing_an_account_or_changing_its_roles_ends_its_sessions(
    house: Workspace, anna: str
) -> None:
    actor = house.account(anna)
    for change in (lambda: house.set_roles(actor, (Role.REVIEWER,)), lambda: house.close_account(actor)):
        session = house.vault.sign_in(anna, PASSWORD) or ""
        assert house.vault.session(session)
        change()
        assert house.vault.session(session) is None


def test_7_4_3_other_sessions_end_when_what_lets_in_changes(house: Workspace, anna: str) -> None:
    elsewhere = house.vault.sign_in(anna, PASSWORD) or ""
    second_factor(house, anna)
    assert house.vault.session(elsewhere) is None


def test_7_4_4_every_page_has_a_way_out(anna: str, browser: Client) -> None:
    enter(browser, anna)
    for address in ("/", "/account", "/leads", "/cases"):
        assert 'action="/sign-out"' in browser.get(address).text, address


def test_7_5_1_and_7_5_2_what_lets_in_and_other_sessions_change_only_after_a_late_proof(
    house: Workspace, anna: str, browser: Client
) -> None:
    other = house.vault.sign_in(anna, PASSWORD)
    enter(browser, anna)
    assert len(house.vault.own_account(session_of(browser)).sessions) == 2
    grow_old(house, session_of(browser), proved_at=timedelta(minutes=11))
    for address in ("/account/codes", "/account/passkey", "/account/recovery", "/account/sessions/others/end"):
        assert browser.post(address).status_code == 403, address
    assert house.vault.session(other or "")
    browser.post("/account/prove", way="password", answer=PASSWORD)
    assert browser.post("/account/sessions/others/end").status_code == 303
    assert house.vault.session(other or "") is None


# V8 Authorisation: whole in test_authorisation_matrix.py; here what holds for accounts.


def test_8_2_1_and_8_2_2_accounts_are_managed_by_administrators_and_persons_reach_only_their_own(
    house: Workspace, anna: str
) -> None:
    theirs = house.account(anna)
    for act in (
        lambda: house.vault.set_roles(theirs.id, [Role.STEWARD], actor=theirs),
        lambda: house.vault.reset_factors(theirs.id, actor=theirs),
        lambda: house.vault.issue_once(theirs.id, 5, actor=theirs),
    ):
        with pytest.raises(NotAllowed):
            act()


# V3 Headers and cookies.


def test_3_3_1_to_3_3_4_cookies_are_tied_to_this_host_and_out_of_reach_of_scripts(anna: str, browser: Client) -> None:
    form = {"csrf": token_in(browser.get("/sign-in").text), "name": anna, "password": PASSWORD}
    answer = browser.send("POST", "/sign-in", data=form)
    cookies = [each.lower() for each in answer.headers.get_list("set-cookie")]
    assert len(cookies) >= 2
    for cookie in cookies:
        assert cookie.startswith("__host-clew-")
        for flag in ("secure", "httponly", "samesite=strict", "path=/"):
            assert flag in cookie, (flag, cookie.partition("=")[0])
        assert "domain=" not in cookie
    assert session_of(browser) not in browser.get("/account").text


@pytest.mark.parametrize("address", ["/sign-in", "/account", "/nowhere", "/static/clew.css", "/sign-in/second"])
def test_3_4_1_to_3_4_6_every_answer_carries_the_headers(browser: Client, address: str) -> None:
    headers = browser.get(address).headers
    lived = re.search(r"max-age=(\d+); includeSubDomains", headers["strict-transport-security"])
    assert lived
    assert int(lived[1]) >= 31_536_000
    assert "access-control-allow-origin" not in headers
    for directive in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "default-src 'none'"):
        assert directive in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


# No secret in logs, in the log of acts or in errors (16.2.5).


def test_16_2_5_no_secret_of_signing_in_is_logged(
    house: Workspace, anna: str, browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    enter(browser, anna, "canary wrong password typed")
    enter(browser, anna)
    first = session_of(browser)
    assert browser.post("/account/prove", way="password", answer="canary-answer").status_code == 403
    secret = second_factor(house, anna)
    session = house.vault.enter(anna, PASSWORD, HOME)
    assert session
    assert house.vault.enter_second(session.step, Way.TOTP, "canary-code", HOME) is None
    with house.vault._read() as tx:
        said = " ".join(str(row) for row in tx.execute(text("SELECT * FROM audit")))
    said += " ".join(record.getMessage() for record in caplog.records if not record.name.startswith("httpx"))
    for word in (
        PASSWORD,
        "canary",
        first,
        session.step,
        session.device or "x-none",
        secret.hex(),
        totp.written(secret),
    ):
        assert word not in said
