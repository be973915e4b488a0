"""Passkeys and security keys as a second factor (W3C WebAuthn level 3). Pure: what is kept is the store's matter.

No attestation is asked for: clew does not learn which make of key somebody carries.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clew.safeguards.errors import UsageError
from clew.safeguards.people import Site

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

NAME = "clew"


@dataclass(frozen=True, slots=True)
class Passkey:
    """What checks a key's signatures: its name, its public half, and how often it signed."""

    id: bytes
    public: bytes
    count: int

    def kept(self) -> bytes:
        return json.dumps({"id": self.id.hex(), "public": self.public.hex()}).encode()

    @classmethod
    def of(cls, kept: bytes, count: int) -> Passkey:
        said = json.loads(kept)
        return cls(bytes.fromhex(said["id"]), bytes.fromhex(said["public"]), count)


def require_name(site: Site) -> None:
    """Raises UsageError where the pages are served at a bare address: browsers tie passkeys to names."""
    try:
        ipaddress.ip_address(site.host.strip("[]"))
    except ValueError:
        return
    raise UsageError(
        "passkeys are tied to a name, not to a number: open the workbench at http://localhost with its port"
    )


def creation(site: Site, account: str, name: str, known: Sequence[Passkey]) -> tuple[str, bytes]:
    """What a browser needs to make a key, as JSON, and the challenge that the key must sign."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria, UserVerificationRequirement

    require_name(site)
    options = generate_registration_options(
        rp_id=site.host, rp_name=NAME, user_id=account.encode(), user_name=name, exclude_credentials=_described(known),
        authenticator_selection=AuthenticatorSelectionCriteria(user_verification=UserVerificationRequirement.PREFERRED),
    )  # fmt: skip
    return options_to_json(options), options.challenge


def created(site: Site, challenge: bytes, answer: str) -> Passkey:
    """The key that a browser made. Raises UsageError where it did not sign this challenge for this site."""
    from webauthn import verify_registration_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        made = verify_registration_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise UsageError("passkey: what the browser sent does not fit what was asked; begin again") from None
    return Passkey(made.credential_id, made.credential_public_key, made.sign_count)


def question(site: Site, known: Sequence[Passkey]) -> tuple[str, bytes]:
    """What a browser needs to sign with one of these keys, as JSON, and the challenge."""
    from webauthn import generate_authentication_options, options_to_json

    require_name(site)
    options = generate_authentication_options(rp_id=site.host, allow_credentials=_described(known))
    return options_to_json(options), options.challenge


def answered(site: Site, challenge: bytes, answer: str, known: Passkey) -> int | None:
    """The key's count of signatures where it signed this challenge for this site; None otherwise.

    A count that does not grow says that the key was copied: it is refused.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        done = verify_authentication_response(
            credential=_parsed(answer), expected_challenge=challenge, expected_rp_id=site.host,
            expected_origin=site.origin, credential_public_key=known.public, credential_current_sign_count=known.count,
        )  # fmt: skip
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    return done.new_sign_count if done.credential_id == known.id else None


def _described(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=each.id) for each in known]


def _parsed(answer: str) -> dict[str, Any]:
    said = json.loads(answer)
    if not isinstance(said, dict):
        raise TypeError("not an object")
    return said
