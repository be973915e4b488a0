"""A Merkle tree over the audit log: short proofs that an entry is in it, and that it only grew (RFC 9162, section 2.1).

Leaves are SHA-256 of 0x00 and the leaf's bytes, nodes of 0x01 and both children. Whoever kept an older root needs no key
and no log to check such a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Growing:
    """A tree to which leaves are added; it holds one hash a level."""

    __slots__ = ("_stack", "size")

    def __init__(self) -> None:
        self._stack: list[tuple[int, bytes]] = []
        self.size = 0

    def add(self, leaf: bytes) -> None:
        size, top = 1, leaf
        while self._stack and self._stack[-1][0] == size:
            top = _node(self._stack.pop()[1], top)
            size *= 2
        self._stack.append((size, top))
        self.size += 1

    def root(self) -> bytes:
        """Over the leaves so far."""
        if not self._stack:
            return EMPTY
        *rest, (_, top) = self._stack
        for _, left in reversed(rest):
            top = _node(left, top)
        return top


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, read once.

    >>> root([]).hex()[:16]
    'e3b0c44298fc1c14'
    """
    tree = Growing()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The path of leaf `index` (0, 1, ...) to the root over all leaves. IndexError when there is none."""
    if not 0 <= index < len(leaves):
        raise IndexError("there is no such leaf")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], against: bytes) -> bool:
    """Whether the proof shows that leaf `index` of `size` is under this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, top = index, size - 1, leaf
    for each in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            top = _node(each, top)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            top = _node(top, each)
        place, last = place >> 1, last >> 1
    return last == 0 and top == against


def consistency_proof(leaves: Sequence[bytes], first: int) -> list[bytes]:
    """Nodes which show that the tree over the first leaves grew into the tree over all. IndexError where it cannot be."""
    if not 0 <= first <= len(leaves):
        raise IndexError("the log is shorter than that")
    return [] if first in (0, len(leaves)) else _subproof(leaves, first, whole=True)


def _subproof(leaves: Sequence[bytes], first: int, *, whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if first <= split:
        return [*_subproof(leaves[:split], first, whole=whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], first - split, whole=False), root(leaves[:split])]


def consistent(first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the first tree's leaves are the beginning of the second's (RFC 9162, 2.1.4.2)."""
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY
    if not 0 < first < second or not proof:
        return False
    nodes = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = nodes[0]
    for each in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = _node(each, old), _node(each, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = _node(new, each)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
