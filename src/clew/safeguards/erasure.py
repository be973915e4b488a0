"""The certificate of an erasure: what was done, as JSON, under an Ed25519 signature (RFC 8032) that anyone can check."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from clew.safeguards.errors import UnreadableInput
from clew.safeguards.keys import KeyRing

_ABOUT = b"clew/certificate/1\0"


@dataclass(frozen=True, slots=True)
class Certificate:
    """`body` is signed to the letter."""

    body: str
    signature: str
    public_key: str

    @property
    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.body)
        return facts

    def text(self) -> str:
        """As a file: what is said, and what proves it."""
        whole = {
            "certificate": self.facts,
            "signed": self.body,
            "signature": self.signature,
            "public_key": self.public_key,
        }
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def signed(keys: KeyRing, body: str) -> Certificate:
    return Certificate(body, keys.sign(_ABOUT + body.encode()), keys.public_key)


def unsigned(body: str, signature: str, public_key: str) -> Certificate:
    """A certificate as it was kept; whether it is true, `is_true` says."""
    return Certificate(body, signature, public_key)


def read_certificate(text: str) -> Certificate:
    """From a file. Raises UnreadableInput when it is none, or says in the open what was not signed."""
    try:
        whole = json.loads(text)
        kept = Certificate(str(whole["signed"]), str(whole["signature"]), str(whole["public_key"]))
        same = kept.facts == whole["certificate"]
    except (ValueError, KeyError, TypeError):
        raise UnreadableInput("certificate: not one that clew wrote") from None
    if not same:
        raise UnreadableInput("certificate: what it says in the open is not what was signed")
    return kept


def is_true(certificate: Certificate, public_key: str) -> bool:
    """Whether the workspace with this public key signed it. The key must come from elsewhere than the certificate."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(certificate.signature), _ABOUT + certificate.body.encode())
    except (InvalidSignature, ValueError):
        return False
    return True
