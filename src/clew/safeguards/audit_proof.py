"""Checks proofs and copies of the audit log with the public key alone: for whoever does not trust the log's keeper."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clew.safeguards.checkpoint import Checkpoint, checked
from clew.safeguards.errors import Tampered, UnreadableInput
from clew.safeguards.keys import canonical
from clew.safeguards.merkle import Growing, consistent, included, leaf_hash

CHECKPOINT, LEAVES, ENTRIES = "checkpoint.txt", "leaves.txt", "entries.jsonl"
"""The files of a copy: the newest checkpoint, a hash a line, and, where they were shipped, the entries."""


def check_proof(proof: Mapping[str, Any], public_key: str) -> str:
    """What the proof shows, in words. Raises Tampered where it shows nothing, UnreadableInput when it is none."""
    try:
        nodes = [base64.b64decode(node, validate=True) for node in proof["proof"]]
        now = checked(proof["checkpoint"], public_key)
        if proof["clew"] == "consistency/1":
            earlier = checked(proof["earlier"], public_key)
            if not consistent(earlier.size, earlier.root, now.size, now.root, nodes):
                raise Tampered("the log of the earlier checkpoint is not the beginning of the later one")
            return f"the log grew from {earlier.size} to {now.size} entries and nothing before was changed"
        if proof["clew"] == "inclusion/1":
            leaf = leaf_hash(canonical(proof["entry"].items()))
            if int(proof["entry"]["seq"]) != proof["index"] + 1 or not included(
                leaf, proof["index"], now.size, nodes, now.root
            ):
                raise Tampered("the entry is not in the log of this checkpoint, or was changed")
            return f"entry {proof['index'] + 1} is in the log of {now.size} entries as it stands here"
    except (KeyError, TypeError, ValueError, AttributeError):
        pass  # said below: all ways of not being a proof are one
    raise UnreadableInput("proof: not one that clew wrote")


def read_proof(path: Path) -> Mapping[str, Any]:
    try:
        proof = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise UnreadableInput(f"{path.name}: cannot be read as a proof") from None
    if not isinstance(proof, dict):
        raise UnreadableInput(f"{path.name}: cannot be read as a proof")
    return proof


def check_copy(folder: Path, public_key: str) -> Checkpoint:
    """The checkpoint of a shipped copy, if its hashes, and its entries where it has them, add up to it.

    Raises Tampered where they do not, UnreadableInput where there is no copy.
    """
    try:
        said = checked((folder / CHECKPOINT).read_text(encoding="utf-8"), public_key)
        leaves = [bytes.fromhex(line) for line in (folder / LEAVES).read_text(encoding="ascii").splitlines()]
    except (OSError, ValueError):
        raise UnreadableInput(f"{folder}: holds no copy of a log") from None
    leaves = leaves[: said.size]  # what was written before its checkpoint was counts for nothing yet
    tree = Growing()
    for leaf in leaves:
        tree.add(leaf)
    if tree.size != said.size or tree.root() != said.root:
        raise Tampered("the copy's hashes are not those that its checkpoint was signed over")
    if (folder / ENTRIES).is_file():
        _check_entries(folder / ENTRIES, leaves)
    return said


def _check_entries(path: Path, leaves: list[bytes]) -> None:
    """Each entry of the checkpoint once and in its place; what was written after it, before the next one, counts for nothing yet."""
    wanted = 1
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
            leaf, seq = leaf_hash(canonical(entry.items())), int(entry["seq"])
        except (ValueError, AttributeError, KeyError, TypeError):
            raise UnreadableInput(f"{path.name}: line {number} cannot be read") from None
        if wanted > len(leaves):
            return
        if seq != wanted:
            raise Tampered(f"entry {wanted} of the copy was removed, or stands in another place")
        if leaf != leaves[seq - 1]:
            raise Tampered(f"entry {seq} of the copy is not the one that was hashed")
        wanted += 1
    if wanted <= len(leaves):
        raise Tampered(f"the copy's entries end before entry {wanted}: they were cut off, or not written to their end")
