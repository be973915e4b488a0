"""Signing in with an account elsewhere: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636).

clew speaks to the provider that its settings name and to nobody else. What the provider says is a claim: it is checked
here to the letter, and it opens an account only where one was linked to it before.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from clew.safeguards.errors import NotAllowed, UsageError

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
"""Signatures with a key of the provider's own; never `none`, never one that the client's secret could make."""
LEEWAY_S: Final = 60
_MULTI: Final = frozenset({"mfa", "hwk", "swk", "otp"})
"""Ways of signing in (RFC 8176) that stand for a second factor."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who the provider says that it is. `strong`: it asked for more than a password."""

    issuer: str
    subject: str
    strong: bool


class Provider:
    """One provider, by what the settings say of it. What it publishes of itself is asked for once."""

    def __init__(
        self, issuer: str, client: str, secret: str, *, name: str = "", transport: httpx.BaseTransport | None = None
    ) -> None:
        self.issuer, self.client, self.name = issuer, client, name or urlsplit(issuer).hostname or issuer
        self._secret = secret
        self._transport = transport

    def __repr__(self) -> str:
        return f"Provider(issuer={self.issuer!r})"

    @cached_property
    def _said(self) -> Mapping[str, Any]:
        """Its own description (OpenID Connect Discovery 1.0); one that names another issuer, or no TLS, is refused."""
        said = self._get(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        places = [str(said.get(name, "")) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
        if said.get("issuer") != self.issuer or not all(place.startswith("https://") for place in places):
            raise NotAllowed("the provider describes itself as another one: nobody is signed in")
        return said

    def _get(self, address: str) -> Mapping[str, Any]:
        try:
            with httpx.Client(transport=self._transport, timeout=10) as http:
                answer = http.get(address)
                answer.raise_for_status()
                said = answer.json()
        except (httpx.HTTPError, ValueError):
            raise NotAllowed("the provider cannot be reached now: nobody is signed in") from None
        if not isinstance(said, dict):
            raise NotAllowed("the provider answers in another way than agreed: nobody is signed in")
        return said

    def begin(self, back: str) -> tuple[str, dict[str, str]]:
        """The provider's address to go to, and what must be kept, sealed, until the browser comes back to `back`."""
        kept = {"state": secrets.token_urlsafe(32), "nonce": secrets.token_urlsafe(32), "back": back,
                "verifier": secrets.token_urlsafe(48)}  # fmt: skip
        with self._oauth(back) as oauth:
            address, _ = oauth.create_authorization_url(
                self._said["authorization_endpoint"], state=kept["state"], nonce=kept["nonce"],
                code_verifier=kept["verifier"],
            )  # fmt: skip
        return str(address), kept

    def finish(self, kept: Mapping[str, str], *, code: str, state: str) -> Subject:
        """Who came back. Raises NotAllowed where anything is not as it was begun, or as the standard says."""
        if not code or not hmac.compare_digest(state.encode(), kept["state"].encode()):
            raise NotAllowed("this is not the sign-in that was begun here: begin again")
        from authlib.integrations.base_client.errors import OAuthError

        try:
            with self._oauth(kept["back"]) as oauth:
                token = oauth.fetch_token(
                    self._said["token_endpoint"], code=code, code_verifier=kept["verifier"],
                    grant_type="authorization_code",
                )  # fmt: skip
        except (OAuthError, httpx.HTTPError, ValueError):
            raise NotAllowed("the provider did not confirm the sign-in: begin again") from None
        return self._checked(str(token.get("id_token", "")), kept["nonce"])

    def _oauth(self, back: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        return OAuth2Client(
            self.client, self._secret, scope="openid", redirect_uri=back, code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic",  # noqa: S106  the method's name
            transport=self._transport, timeout=10, follow_redirects=False,
        )  # fmt: skip

    def _checked(self, token: str, nonce: str) -> Subject:
        """The claims of an ID token (Core 1.0, 3.1.3.7)."""
        from joserfc import jwt
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        try:
            keys = KeySet.import_key_set(dict(self._get(self._said["jwks_uri"])))  # type: ignore[arg-type]
            claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_S, iss={"essential": True, "value": self.issuer}, aud={"essential": True, "value": self.client},
                exp={"essential": True}, iat={"essential": True}, sub={"essential": True},
            ).validate(claims)  # fmt: skip
        except (JoseError, ValueError, KeyError, TypeError):
            raise NotAllowed("what the provider signed does not verify: nobody is signed in") from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()) or (
            (several or "azp" in claims) and claims.get("azp") != self.client
        ):
            raise NotAllowed("what the provider signed is for another sign-in: nobody is signed in")
        used = claims.get("amr")
        return Subject(
            self.issuer, str(claims["sub"]), isinstance(used, list) and not _MULTI.isdisjoint(map(str, used))
        )


def provider_of(issuer: str, client: str, name: str, environment: Mapping[str, str]) -> Provider | None:
    """The provider that the settings name; None where they name none. UsageError where its secret is not given."""
    if not issuer:
        return None
    secret = environment.get("CLEW_OIDC_SECRET", "")
    if not secret:
        raise UsageError("settings: oidc_issuer is named, and CLEW_OIDC_SECRET does not hold the client's secret")
    return Provider(issuer, client, secret, name=name)
