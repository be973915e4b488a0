"""How many exact identifiers two parties share, without either showing one: private set intersection in three files.

    asker: request --> answerer: answer --> asker: count

The protocol is that of openmined-psi: elliptic-curve Diffie-Hellman on hashed items (Meadows 1986; Huberman, Franklin and
Hogg 1999), the answerer's set as a Golomb compressed set. The asker learns the size of the intersection, the answerer the
size of the request. Both are assumed to follow the protocol and to try to learn more from it (semi-honest). One who puts
guessed numbers into a request learns whether they are there: hence the agreement both name, least and largest sizes,
and the ledger of the answerer.

Items are hashed with the agreement and the field, so that files of two agreements never meet.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pyarrow as pa

from clew.links.persons.prepare import READ
from clew.safeguards.errors import Conflict, NotAllowed, UnreadableInput, UsageError

FIELDS = ("phone", "email", "document")
FEWEST = 20
"""Identifiers on either side. The intersection with one identifier would say whether that person is known."""
LARGEST = 200_000
"""Identifiers of a request, unless the answerer allows more: whole ranges of numbers are larger."""
SMALLEST_TOLD = 5
"""A smaller number of shared identifiers is told as `<5`, unless both sides agreed to an exact one: it tells of persons."""
_FALSE_POSITIVES = 1e-9
"""The chance that an answer of this size counts one too many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What both sides must say alike: the name of their agreement, the field, and what may be told: identifiers, small counts."""

    agreement: str
    field: str
    reveal: bool = False
    exact: bool = False

    def __post_init__(self) -> None:
        if self.field not in FIELDS:
            raise UsageError(f"--field: one of {', '.join(FIELDS)}")
        if len(self.agreement.strip()) < 3:
            raise UsageError("--agreement: the name of the agreement both sides signed is needed")


@dataclass(frozen=True, slots=True)
class Request:
    """`file` goes to the other side; `private` stays at home and is needed to read the answer."""

    file: bytes
    private: bytes = field(repr=False)
    items: int


@dataclass(frozen=True, slots=True)
class Count:
    """The size of the intersection, None where it is below `least` and may not be told.

    `ids` are the asker's own rows in it, only where both sides agreed to reveal.
    """

    shared: int | None
    asked: int
    ids: tuple[str, ...] | None
    least: int

    @property
    def told(self) -> int | str:
        """The number, or `<5`."""
        return f"<{self.least}" if self.shared is None else self.shared


def identifiers(people: pa.Table, name: str) -> dict[str, list[str]]:
    """Normalised identifier -> ids of the rows that have it, in order. Raises UnreadableInput for fewer than FEWEST."""
    if name not in people.column_names:
        raise UsageError(f"--field: the file has no {name}; name its column with --map {name}=COLUMN")
    found: dict[str, list[str]] = {}
    for row, value in zip(people["id"].to_pylist(), people[name].to_pylist(), strict=True):
        plain = READ[name](value) if value is not None else None
        if plain is not None:
            found.setdefault(plain, []).append(row)
    if len(found) < FEWEST:
        raise UnreadableInput(
            f"{name}: {len(found)} different identifiers; at least {FEWEST} are needed, fewer would tell of single persons"
        )
    return {plain: found[plain] for plain in sorted(found)}


def request(known: Mapping[str, Sequence[str]], terms: Terms) -> Request:
    """The asker's first step."""
    client = _psi().client.CreateWithNewKey(terms.reveal)
    body = client.CreateRequest(_bound(known, terms)).SerializeToString()
    file = _packed("psi-request/2", terms, body=body, items=len(known))
    ids = [list(rows) for rows in known.values()] if terms.reveal else None
    private = {"clew": "psi-private/2", "key": client.GetPrivateKeyBytes().hex(), "request": digest(file), "ids": ids}
    return Request(file, json.dumps(private | _said(terms)).encode(), len(known))


def answer(
    file: bytes, known: Mapping[str, Sequence[str]], terms: Terms, *, largest: int = LARGEST, least: int = SMALLEST_TOLD
) -> bytes:
    """The answerer's step; fewer than `least` shared are not told as a number. Raises NotAllowed when the terms differ or the request is too small or too large."""
    _check_least(least)
    items = check_request(file, terms, largest=largest)
    asked = _unpacked(file, "psi-request/2")
    server = _psi().server.CreateWithNewKey(terms.reveal)
    parsed = _psi().Request()
    parsed.ParseFromString(asked["body"])
    if len(parsed.encrypted_elements) != items or parsed.reveal_intersection != terms.reveal:
        raise NotAllowed("the request does not hold what it says it holds")
    setup = server.CreateSetupMessage(_FALSE_POSITIVES, items, _bound(known, terms))
    response = server.ProcessRequest(parsed)
    extra = {"request": digest(file), "setup": base64.b64encode(setup.SerializeToString()).decode()}
    return _packed("psi-answer/2", terms, body=response.SerializeToString(), items=len(known), least=least, **extra)


def count(file: bytes, private: bytes, *, least: int = SMALLEST_TOLD) -> Count:
    """The asker's last step; the larger of both sides' `least` holds. Raises Conflict when the answer belongs to another request."""
    _check_least(least)
    answered, own = _unpacked(file, "psi-answer/2"), _own(private)
    if answered["request"] != own["request"]:
        raise Conflict("this answer belongs to another request")
    terms = Terms(agreement=own["agreement"], field=own["field"], reveal=own["reveal"], exact=own["exact"])
    _check_terms(answered, terms)
    least = 0 if terms.exact or terms.reveal else max(least, answered["least"])
    psi = _psi()
    client = psi.client.CreateFromKey(bytes.fromhex(own["key"]), own["reveal"])
    setup, response = psi.ServerSetup(), psi.Response()
    setup.ParseFromString(base64.b64decode(answered["setup"]))
    response.ParseFromString(answered["body"])
    asked = len(response.encrypted_elements)
    if not own["reveal"]:
        shared = int(client.GetIntersectionSize(setup, response))
        return Count(shared if shared >= least else None, asked, None, least)
    places = sorted(client.GetIntersection(setup, response))
    return Count(len(places), asked, tuple(name for place in places for name in own["ids"][place]), 0)


def digest(file: bytes) -> str:
    """What a request is called in the ledger and in its answer."""
    return sha256(file).hexdigest()


def check_request(file: bytes, terms: Terms, *, largest: int = LARGEST) -> int:
    """How many identifiers a request asks for; raises NotAllowed when it may not be answered on these terms."""
    asked = _unpacked(file, "psi-request/2")
    _check_terms(asked, terms)
    if not FEWEST <= asked["items"] <= largest:
        raise NotAllowed(
            f"the request asks for {asked['items']} identifiers; between {FEWEST} and {largest} are answered"
        )
    return int(asked["items"])


def _bound(known: Mapping[str, Sequence[str]], terms: Terms) -> list[str]:
    return [f"{terms.agreement}\x1f{terms.field}\x1f{plain}" for plain in known]


def _said(terms: Terms) -> dict[str, Any]:
    return {"agreement": terms.agreement, "field": terms.field, "reveal": terms.reveal, "exact": terms.exact}


def _packed(kind: str, terms: Terms, *, body: bytes, items: int, **more: str | int) -> bytes:
    content = {"clew": kind, **_said(terms), "items": items, **more, "body": base64.b64encode(body).decode()}
    return json.dumps(content).encode()


def _unpacked(file: bytes, kind: str) -> dict[str, Any]:
    needed = {"agreement": str, "field": str, "reveal": bool, "exact": bool, "items": int, "body": str}
    if kind == "psi-answer/2":
        needed |= {"request": str, "setup": str, "least": int}
    try:
        content = json.loads(file)
        if content["clew"] != kind or not all(isinstance(content[name], of) for name, of in needed.items()):
            raise ValueError
        return {**content, "body": base64.b64decode(content["body"], validate=True)}
    except (ValueError, KeyError, TypeError):
        raise UnreadableInput(f"this is no file of the kind {kind}, or it was changed on its way") from None


def _own(private: bytes) -> dict[str, Any]:
    try:
        own = json.loads(private)
        if own["clew"] == "psi-private/2":
            return dict(own)
    except (ValueError, KeyError, TypeError):
        pass  # said below
    raise UnreadableInput("this is not the private file that `intersect request` wrote")


def _check_terms(said: Mapping[str, Any], terms: Terms) -> None:
    for name in ("agreement", "field"):
        if said[name] != getattr(terms, name):
            raise NotAllowed(f"the two sides name different values of {name}: nothing is answered")
    if said["reveal"] != terms.reveal:
        asked, here = ("to reveal", "to count") if said["reveal"] else ("to count", "to reveal")
        raise NotAllowed(f"one side agreed {asked}, the other {here}: both must say --reveal, or neither")
    if said["exact"] != terms.exact:
        raise NotAllowed("one side agreed to tell small counts exactly: both must say --exact, or neither")


def _check_least(least: int) -> None:
    if least < SMALLEST_TOLD:
        raise UsageError(f"--least: {SMALLEST_TOLD} or more; both sides may agree on exact counts with --exact")


def _psi() -> Any:
    try:
        import private_set_intersection.python as psi
    except ImportError:
        raise UsageError(
            "private set intersection needs openmined-psi: install clew with the extra 'linkage'"
        ) from None
    return psi
