"""Signing in with an account elsewhere, against a small provider in this process: right, and wrong in every way it can be."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from vault_backends import ADMINISTRATOR, Clock

from clew.safeguards.actors import Role
from clew.safeguards.elsewhere import Provider, provider_of
from clew.safeguards.errors import NotAllowed, UsageError
from clew.safeguards.people import Admitted, Caller, Way
from clew.store.vault import Vault

ISSUER, CLIENT, SECRET = "https://id.example", "clew", "canary-client-secret"
BACK = "https://clew.example/sign-in/elsewhere/back"
KEY = ECKey.generate_key("P-256", {"kid": "1", "use": "sig", "alg": "ES256"})
CALLER = Caller(source="192.0.2.7")
IN_AN_HOUR = "in an hour"
"""A time read when tests are collected would name a test anew in every worker."""


class Issuer:
    """An OpenID provider: one person, one code at a time. `change` spoils the claims that it signs."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}
        self.change: Callable[[dict[str, object]], dict[str, object]] = lambda claims: claims
        self.key, self.alg, self.issuer = KEY, "ES256", ISSUER

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/.well-known/openid-configuration":
            return httpx.Response(200, json={
                "issuer": self.issuer, "authorization_endpoint": f"{ISSUER}/authorize", "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/keys",
            })  # fmt: skip
        if request.url.path == "/keys":
            return httpx.Response(200, json={"keys": [KEY.as_dict(private=False)]})
        return self.token(request)

    def authorize(self, address: str) -> tuple[str, str]:
        """What a browser does there: the person signs in and is sent back with a code."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert self.asked["redirect_uri"] == BACK
        assert self.asked["code_challenge_method"] == "S256"
        return "code-1", self.asked["state"]

    def token(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        basic = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        )
        if (form["code"], basic, challenge) != ("code-1", f"{CLIENT}:{SECRET}", self.asked["code_challenge"]):
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(time.time())
        claims = self.change({"iss": ISSUER, "aud": CLIENT, "sub": "anna-at-home", "exp": now + 300, "iat": now, "nonce": self.asked["nonce"]})  # fmt: skip
        signed = jwt.encode({"alg": self.alg, "kid": "1"}, claims, self.key, algorithms=[self.alg])
        return httpx.Response(200, json={"access_token": "a", "token_type": "Bearer", "id_token": signed})


@pytest.fixture
def issuer(vault: Vault) -> Issuer:
    made = Issuer()
    vault.provider = Provider(ISSUER, CLIENT, SECRET, transport=httpx.MockTransport(made))
    return made


@pytest.fixture
def anna(vault: Vault) -> str:
    account = vault.add_account("Anna", None, [Role.ANALYST], actor=ADMINISTRATOR).id
    vault.link_elsewhere(account, ISSUER, "anna-at-home", actor=ADMINISTRATOR)
    return account


def walk(vault: Vault, issuer: Issuer, session: str = "") -> Admitted:
    address, step = vault.begin_elsewhere(BACK, session)
    assert SECRET not in address
    code, state = issuer.authorize(address)
    return vault.finish_elsewhere(step, code, state, CALLER)


def test_a_linked_account_signs_in_and_another_does_not(vault: Vault, issuer: Issuer, anna: str) -> None:
    let_in = vault.session(walk(vault, issuer).session)
    assert let_in
    assert let_in[0].id == anna
    issuer.change = lambda claims: claims | {"sub": "somebody-else"}
    with pytest.raises(NotAllowed, match="linked to none"):
        walk(vault, issuer)
    vault.close_account(anna, actor=ADMINISTRATOR)
    issuer.change = lambda claims: claims
    with pytest.raises(NotAllowed):
        walk(vault, issuer)
    assert vault.verify() == []


def test_a_person_links_their_own_and_nobody_has_it_twice(vault: Vault, issuer: Issuer, clock: Clock) -> None:
    ben = vault.add_account("Ben", "a long enough password", [Role.ANALYST], actor=ADMINISTRATOR).id
    session = vault.sign_in("ben", "a long enough password") or ""
    assert walk(vault, issuer, session) == Admitted()
    assert [factor.way for factor in vault.own_account(session).factors] == [Way.ELSEWHERE]
    found = vault.session(walk(vault, issuer).session)
    assert found
    assert found[0].id == ben
    with pytest.raises(UsageError):
        walk(vault, issuer, session)
    clock.forward(minutes=11)
    with pytest.raises(NotAllowed, match="prove first"):
        vault.begin_elsewhere(BACK, session)


def test_what_a_thief_began_is_over_when_the_person_signs_everybody_out(vault: Vault, issuer: Issuer) -> None:
    ben = vault.add_account("Ben", "a long enough password", [Role.ANALYST], actor=ADMINISTRATOR).id
    stolen, own = (vault.sign_in("ben", "a long enough password") or "" for _ in range(2))
    address, step = vault.begin_elsewhere(BACK, stolen)
    code, state = issuer.authorize(address)
    once = vault.issue_once(ben, 60, actor=ADMINISTRATOR)
    vault.change_password(own, "another long password")
    with pytest.raises(NotAllowed, match="begun here"):
        vault.finish_elsewhere(step, code, state, CALLER)
    assert vault.sign_in_once(once) is None
    assert vault.verify() == []


@pytest.mark.parametrize(
    "spoilt",
    [{"iss": "https://other.example"}, {"aud": "other"}, {"aud": ["clew", "other"]}, {"azp": "other"}, {"nonce": "other"},
     {"exp": 1}, {"sub": None}, {"iat": IN_AN_HOUR}],
    ids=str,
)  # fmt: skip
def test_claims_that_are_not_right_sign_nobody_in(
    vault: Vault, issuer: Issuer, anna: str, spoilt: dict[str, object]
) -> None:
    if spoilt.get("iat") == IN_AN_HOUR:
        spoilt = {"iat": int(time.time()) + 3_600}
    issuer.change = lambda claims: {name: value for name, value in (claims | spoilt).items() if value is not None}
    with pytest.raises(NotAllowed) as refused:
        walk(vault, issuer)
    assert SECRET not in json.dumps([str(refused.value), repr(vault.provider)])


def test_signatures_that_are_not_the_providers_sign_nobody_in(vault: Vault, issuer: Issuer, anna: str) -> None:
    issuer.key = ECKey.generate_key("P-256")
    with pytest.raises(NotAllowed, match="does not verify"):
        walk(vault, issuer)
    issuer.key, issuer.alg = OctKey.import_key(SECRET * 2), "HS256"
    with pytest.raises(NotAllowed, match="does not verify"):
        walk(vault, issuer)


def test_a_way_back_that_was_not_begun_here_signs_nobody_in(vault: Vault, issuer: Issuer, anna: str) -> None:
    address, step = vault.begin_elsewhere(BACK)
    code, state = issuer.authorize(address)
    for wrong in (("", code, state), ("x" * 43, code, state), (step, code, "other state")):
        with pytest.raises(NotAllowed):
            vault.finish_elsewhere(*wrong, CALLER)
    with pytest.raises(NotAllowed):  # tried once, and over
        vault.finish_elsewhere(step, code, state, CALLER)
    address, step = vault.begin_elsewhere(BACK)
    code, state = issuer.authorize(address)
    with pytest.raises(NotAllowed):
        vault.finish_elsewhere(step, "stolen", state, CALLER)


def test_a_provider_that_describes_itself_as_another_is_refused(vault: Vault, issuer: Issuer) -> None:
    issuer.issuer = "https://other.example"
    with pytest.raises(NotAllowed):
        vault.begin_elsewhere(BACK)


def test_a_second_factor_here_is_asked_for_too_and_one_there_counts(vault: Vault, issuer: Issuer, anna: str) -> None:
    vault.second_factor = "required"
    weak = vault.session(walk(vault, issuer).session)
    assert weak
    assert not weak[0].roles
    issuer.change = lambda claims: claims | {"amr": ["pwd", "mfa"]}
    strong = vault.session(walk(vault, issuer).session)
    assert strong
    assert strong[0].roles == {Role.ANALYST}


def test_a_provider_without_its_secret_is_a_configuration_error() -> None:
    assert provider_of("", "", "", {}) is None
    with pytest.raises(UsageError, match="CLEW_OIDC_SECRET"):
        provider_of(ISSUER, CLIENT, "", {})
