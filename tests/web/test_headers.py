"""Every answer carries the policy, and no page breaks it."""

import re
from collections.abc import Iterator

import pytest
from addresses import DOWNLOADS, GET, PAGES
from client import Client, Page
from fake_desk import FakeDesk

from clew.web.headers import LIMIT_BYTES, POLICY

ORDER = {"title": "Cases", "recipient": "A university", "method": "anonymise", "k": "11", "columns": ["age"]}


@pytest.fixture(scope="module")
def released() -> Iterator[tuple[Client, FakeDesk]]:
    """A signed-in client of a desk that has made a release, for all pages that are only read here."""
    desk = FakeDesk()
    with Client(desk) as client:
        look = client.sign_in().post("/releases/preview", **ORDER)
        fingerprint = re.search(r'name="fingerprint" value="(\w+)"', look.text)
        assert fingerprint
        client.post("/releases", **ORDER, fingerprint=fingerprint[1], sure="yes")
        assert desk.made
        yield client, desk


@pytest.fixture
def with_release(released: tuple[Client, FakeDesk]) -> Client:
    client, client.app.state.desk = released  # the application is one for all tests
    return client


def test_policy_allows_nothing_unsafe() -> None:
    assert "unsafe" not in POLICY
    assert "http" not in POLICY
    assert "*" not in POLICY
    assert POLICY.startswith("default-src 'none'")


@pytest.mark.parametrize("address", [*GET, "/nowhere", "/static/clew.css", "/static/nothing.js"])
def test_every_answer_carries_the_headers(with_release: Client, address: str) -> None:
    headers = with_release.get(address).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cache-control"] == ("no-cache" if address.startswith("/static/") else "no-store")


def test_refusals_and_redirects_carry_the_headers(stranger: Client) -> None:
    for answer in (stranger.get("/leads"), stranger.send("POST", "/sign-out"), stranger.send("PUT", "/leads")):
        assert answer.headers["content-security-policy"] == POLICY


def test_transport_security_only_behind_tls(stranger: Client, desk: FakeDesk) -> None:
    assert "strict-transport-security" not in stranger.get("/sign-in").headers
    with Client(desk, secure=True) as secure:
        assert "max-age" in secure.get("/sign-in").headers["strict-transport-security"]


@pytest.mark.parametrize("address", PAGES)
def test_pages_need_nothing_inline_and_nothing_from_elsewhere(with_release: Client, address: str) -> None:
    if address.startswith("/adverts/"):
        with_release.post("/purpose", purpose="case-support")  # under no other is a form of it sent
    answer = with_release.get(address)
    assert answer.status_code in {200, 303}
    page = Page(answer.text)
    assert not page.of("style")
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")], (tag, attributes)
        for name in ("src", "href", "action", "hx-get"):
            assert re.match(r"(/(?!/)|#|$)", attributes.get(name) or ""), (tag, attributes)
    inline = [script for script in page.of("script") if "src" not in script]
    assert all(script["type"] == "application/json" for script in inline)
    assert re.findall(r"https?://[^\s\"'<]+", answer.text) == []


@pytest.mark.parametrize("address", [*PAGES, *DOWNLOADS])
def test_reading_changes_nothing(with_release: Client, released: tuple[Client, FakeDesk], address: str) -> None:
    desk = released[1]
    before = (dict(desk.sessions), len(desk.made), dict(desk.judgements), list(desk.opened), set(desk.once))
    with_release.get(address)
    with_release.send("HEAD", address)
    assert before == (desk.sessions, len(desk.made), desk.judgements, desk.opened, desk.once)


def test_pages_answer_only_to_their_own_host(desk: FakeDesk) -> None:
    """A foreign name that resolves to this machine gets nothing."""
    with Client(desk, host="rebound.example") as foreign:
        assert foreign.get("/sign-in").status_code == 400


def test_a_body_larger_than_any_form_is_refused(client: Client, desk: FakeDesk) -> None:
    answer = client.post("/leads/lead_0000/judgements", verdict="yes", reason="x" * LIMIT_BYTES)
    assert answer.status_code == 413
    assert "That is too long" in answer.text
    assert not desk.judgements


@pytest.mark.parametrize("address", PAGES)
def test_pages_use_each_id_once(with_release: Client, address: str) -> None:
    with_release.post("/leads/lead_0000/judgements", verdict="yes", reason="the reasons hold")
    ids = [attributes["id"] for _, attributes in Page(with_release.get(address).text).elements if "id" in attributes]
    assert sorted(ids, key=str) == sorted(set(ids), key=str)
