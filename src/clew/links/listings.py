"""Records on which several adverts stand, such as a captured page of a site: what they name together belongs to nobody together."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

ONE_OF_A_KIND = ("phone", "email")
"""Contacts of which one poster mostly has one; account names differ by platform."""


def listings(edges: pa.Table, *, most: int = 1) -> pa.Array:
    """The records that name more than `most` contacts of one kind. `edges`: record, kind, key.

    >>> seen = pa.table({"record": ["p", "p", "q", "q"], "kind": ["phone", "phone", "phone", "email"], "key": list("abac")})
    >>> listings(seen).to_pylist()
    ['p']
    """
    contacts = edges.filter(pc.is_in(edges["kind"], pa.array(ONE_OF_A_KIND))).select(["record", "kind", "key"])
    named = contacts.group_by(["record", "kind"]).aggregate([("key", "count_distinct")])
    many = pc.unique(named.filter(pc.greater(named["key_count_distinct"], most))["record"])
    return many.take(pc.sort_indices(many))
