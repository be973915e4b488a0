"""Nobody gets in without a session, and no form is taken that a page of ours did not make."""

import pytest
from addresses import GET, OUTSIDE, POST
from client import Client, token_in
from fake_desk import FakeDesk

from clew.safeguards.actors import Purpose
from clew.web.visit import local_path


@pytest.mark.parametrize("address", [a for a in GET if a not in OUTSIDE])
def test_reading_needs_a_session(stranger: Client, address: str) -> None:
    answer = stranger.get(address)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("address", [a for a in POST if a not in OUTSIDE])
def test_acting_needs_a_session(stranger: Client, address: str) -> None:
    answer = stranger.send("POST", address, data={"csrf": "0" * 64})
    assert answer.status_code == 401
    assert "Nothing was recorded" in answer.text


@pytest.mark.parametrize("address", POST)
@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
def test_forms_without_the_right_token_are_refused(
    client: Client, desk: FakeDesk, address: str, token: str | None
) -> None:
    form = {"verdict": "yes", "reason": "because", "sure": "yes", "purpose": "oversight", "name": "mira"}
    before = dict(desk.sessions)
    answer = client.send("POST", address, data=form if token is None else {**form, "csrf": token})
    assert answer.status_code == 403
    assert (desk.sessions, desk.judgements, desk.made, desk.opened) == (before, {}, [], [])


def test_a_token_of_another_session_is_refused(client: Client, desk: FakeDesk) -> None:
    with Client(desk) as other:
        foreign = other.sign_in().token()
    assert client.send("POST", "/sign-out", data={"csrf": foreign}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_forms_sent_from_another_site_are_refused(client: Client, site: str) -> None:
    form = {"csrf": client.token(), "purpose": "oversight"}
    assert client.send("POST", "/purpose", data=form, headers={"Sec-Fetch-Site": site}).status_code == 403


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: Client, desk: FakeDesk) -> None:
    token = token_in(stranger.get("/sign-in").text)
    form = {"csrf": token, "name": "mira", "password": "correct horse"}
    cookie = stranger.send("POST", "/sign-in", data=form).headers.get_list("set-cookie")[0].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/" in cookie
    with Client(desk, secure=True) as secure:
        for line in secure.get("/sign-in").headers.get_list("set-cookie"):
            assert line.startswith("__Host-")
            assert "secure" in line.lower()
        assert secure.sign_in().get("/").status_code == 200


def test_the_form_token_does_not_hold_the_session(client: Client, desk: FakeDesk) -> None:
    assert all(session not in client.get("/").text for session in desk.sessions)


def test_wrong_password_says_so_and_keeps_the_name(stranger: Client) -> None:
    token = token_in(stranger.get("/sign-in").text)
    answer = stranger.send("POST", "/sign-in", data={"csrf": token, "name": "<b>mira", "password": "secret-typed"})
    assert answer.status_code == 401
    assert 'value="&lt;b&gt;mira"' in answer.text
    assert "secret-typed" not in answer.text


@pytest.mark.parametrize(
    "then",
    ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)", "/a\r\nX: y",
     "", "/sign-out", "/%0d%0a", "/a//b", "\t//elsewhere.example", "/leads?q=<script>"],
)  # fmt: skip
def test_sign_in_never_leads_elsewhere(stranger: Client, then: str) -> None:
    token = token_in(stranger.get("/sign-in", params={"next": then}).text)
    form = {"csrf": token, "name": "mira", "password": "correct horse", "then": then}
    assert stranger.send("POST", "/sign-in", data=form).headers["location"] == "/"


def test_sign_in_leads_back_to_where_one_was(stranger: Client) -> None:
    assert (
        stranger.get("/leads?show=all&page=2").headers["location"] == "/sign-in?next=%2Fleads%3Fshow%3Dall%26page%3D2"
    )
    assert local_path("/leads?show=all&page=2") == "/leads?show=all&page=2"


def test_one_time_link_is_not_spent_by_looking(stranger: Client, desk: FakeDesk) -> None:
    page = stranger.get("/sign-in/once?token=one-time-token")
    assert stranger.get("/sign-in/once?token=one-time-token").status_code == 200
    assert desk.once == {"one-time-token"}
    form = {"csrf": token_in(page.text), "token": "one-time-token"}
    assert stranger.send("POST", "/sign-in/once", data=form).headers["location"] == "/"
    assert stranger.get("/").status_code == 200
    again = stranger.send("POST", "/sign-in/once", data={**form, "csrf": token_in(stranger.get("/sign-in").text)})
    assert again.status_code == 401


def test_sign_out_ends_the_session(client: Client, desk: FakeDesk) -> None:
    assert client.post("/sign-out").headers["location"] == "/sign-in"
    assert not desk.sessions
    assert client.get("/").status_code == 303


def test_purpose_is_changed_by_a_form_and_shown(client: Client, desk: FakeDesk) -> None:
    assert client.post("/purpose", purpose="oversight", then="/leads").headers["location"] == "/leads"
    assert set(desk.sessions.values()) == {Purpose.OVERSIGHT}
    assert "<b>oversight</b>" in client.get("/").text


def test_purpose_that_is_none_is_refused(client: Client, desk: FakeDesk) -> None:
    assert client.post("/purpose", purpose="curiosity").status_code == 400
    assert set(desk.sessions.values()) == {Purpose.LEAD_REVIEW}


def test_partial_requests_are_sent_to_sign_in_whole(stranger: Client) -> None:
    answer = stranger.get("/leads?page=2", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in?next=%2Fleads%3Fpage%3D2")
